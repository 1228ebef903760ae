"""The one HTTP client: keep-alive, bounded tries, fewer requests in flight when the server says "too many".

Covers transport: what is asked for again, what is an error of ours or of the infrastructure (``TargetUnreachable``),
limits on time to connect and on size. Redirects are refused, cookies are not kept (trials are independent), proxies
and ``.netrc`` are not looked for. What an answer means is the caller's business: it hands in a function that reads
it, and that function may ask for another try too (``Again``).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp

from ninemarch.model import TargetUnreachable
from ninemarch.net.faults import MOST_BYTES, Again, Refused, TooLarge, Unreadable
from ninemarch.net.limiter import Limiter
from ninemarch.net.meter import Meter, meter
from ninemarch.net.retry import backoff, retry_after, temporary
from ninemarch.text import excerpt

__all__ = ["Answered", "Client", "Request"]

_MOST_OF_AN_ERROR = 65_536
_CONNECT_SECONDS = 15.0
_KEEP_SECONDS = 4.0  # below the 5 s after which common servers close an idle connection
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; the same bytes in every try."""

    url: str
    body: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


class Answered:
    """An answer under way: status 2xx, its body not yet read."""

    def __init__(self, response: Any, start: float) -> None:
        self._response, self._start = response, start
        self.status: int = response.status

    @property
    def streamed(self) -> bool:
        """Whether it comes as events; some servers answer whole even where a stream was asked for."""
        return bool(self._response.content_type != "application/json")

    @property
    def seconds(self) -> float:
        """Since this try was sent."""
        return time.perf_counter() - self._start

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes.

        Raises:
            TooLarge: it is larger than ``MOST_BYTES``.
        """
        size = 0
        async for chunk in self._response.content.iter_any():
            size += len(chunk)
            if size > MOST_BYTES:
                msg = f"the answer is larger than {MOST_BYTES // 2**20} MiB"
                raise TooLarge(msg)
            yield chunk

    async def text(self) -> str:
        """Return the whole body as text, in the charset that it claims, UTF-8 where it claims none.

        Raises:
            Unreadable: it is not.
        """
        body = b"".join([chunk async for chunk in self.chunks()])
        charset = self._response.charset or "utf-8"
        try:
            return body.decode("utf-8-sig" if charset.lower() in {"utf-8", "utf8"} else charset)
        except (UnicodeDecodeError, LookupError) as error:
            msg = f"the answer is not {excerpt(charset, 40)} text"
            raise Unreadable(msg) from error

    async def json(self) -> Any:
        """Return the body read as JSON.

        Raises:
            Unreadable: it is none.
        """
        text = await self.text()
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unreadable("the answer is not JSON" if text.strip() else "the answer is empty") from error


class Client:
    """Sends requests to one server; may be used on one event loop after another.

    Args:
        tries: requests for one answer at most, >= 1.
        concurrency: requests in flight at most, >= 1.
        final: statuses that would be asked for again, and are not.
    """

    def __init__(self, *, tries: int, concurrency: int, final: Collection[int] = ()) -> None:
        self._final = frozenset(final)
        self._tries = tries
        self._limiter = Limiter(concurrency)
        self._random = random.Random()  # noqa: S311 - spreads tries in time, decides nothing else
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(self, request: Request, read: Callable[[Answered], Awaitable[T]]) -> T:
        """Send a request and return what ``read`` makes of the answer; tell the trial's meter.

        Raises:
            TargetUnreachable: the tries are used up.
            Refused: the server refused the request for good.
            TooLarge: see ``MOST_BYTES``.
        """
        found = meter()
        failed: Again | None = None
        for tried in range(self._tries):
            if failed is not None:
                pause = 0.0 if failed.broke and tried == 1 else backoff(tried, self._random)
                with found.waiting():
                    await asyncio.sleep(max(pause, failed.after))
            entered = self._limiter.enter_now()
            if entered is None:
                with found.waiting():
                    entered = await self._limiter.enter()
            start = time.perf_counter()
            try:
                answer = await self._once(request, read, found, fresh=failed is not None or self._tries == 1)
            except Again as error:
                failed = error
                if error.busy:
                    self._limiter.refused(entered, error.after)
                found.lose(time.perf_counter() - start)
            else:
                self._limiter.answered()
                return answer
            finally:
                self._limiter.leave()
        tries = "1 try" if self._tries == 1 else f"{self._tries} tries"
        msg = f"{failed.why if failed else ''} ({_host(request.url)}, {tries})"
        raise TargetUnreachable(msg) from failed

    async def _once(
        self, request: Request, read: Callable[[Answered], Awaitable[T]], found: Meter, *, fresh: bool
    ) -> T:
        session = self._opened(fresh)
        found.tries += 1
        start = time.perf_counter()
        try:
            async with session.request(
                request.method, request.url, data=request.body, headers=request.headers, allow_redirects=False
            ) as response:
                if not 200 <= response.status < 300:
                    await _refuse(response, self._final)
                return await read(Answered(response, start))
        except aiohttp.ClientPayloadError as error:
            raise Unreadable("the answer is cut off") from error
        except aiohttp.ClientConnectorError as error:
            msg = f"cannot connect: {_said(error.os_error)}"
            raise Again(msg) from error
        except aiohttp.ServerTimeoutError as error:
            raise Again("cannot connect: no answer in time") from error
        except aiohttp.ServerDisconnectedError as error:
            raise Again("the server closed the connection without an answer", broke=True) from error
        except aiohttp.InvalidURL as error:
            raise Refused(0, b"", f"no address of a server: {excerpt(request.url, 80)}") from error
        except (aiohttp.ClientError, OSError) as error:
            msg = f"the connection broke: {_said(error)}"
            raise Again(msg, broke=True) from error

    def _opened(self, fresh: bool) -> aiohttp.ClientSession:  # noqa: FBT001
        """The session of the event loop under way; a ``fresh`` one opens a connection for every request.

        Servers close kept connections when they please, many at once: the next request on one is lost, and so might
        be the try after it. Where there is no try after it, no connection is kept.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._sessions = loop, {}
        if fresh not in self._sessions:
            keep: dict[str, Any] = {"force_close": True} if fresh else {"keepalive_timeout": _KEEP_SECONDS}
            self._sessions[fresh] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, **keep),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "ninemarch"},
            )
        return self._sessions[fresh]

    async def leave(self) -> None:
        """Close what belongs to the event loop under way."""
        sessions, self._sessions = self._sessions, {}
        if self._loop is asyncio.get_running_loop():
            for session in sessions.values():
                await session.close()


async def _refuse(response: Any, final: Collection[int]) -> None:
    """Raise what an answer means that is not 2xx."""
    status = response.status
    if temporary(status) and status not in final:
        after = retry_after(response.headers.get("Retry-After", ""))
        raise Again(_status(status), after=after, busy=status == HTTPStatus.TOO_MANY_REQUESTS)
    body = b""
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _MOST_OF_AN_ERROR:
            break
    if 300 <= status < 400:
        where = urlsplit(response.headers.get("Location", "")).netloc or "elsewhere on it"
        raise Refused(status, body, f"{_status(status)}: a redirect to {excerpt(where, 80)}, which is not followed")
    raise Refused(status, body[:_MOST_OF_AN_ERROR], _status(status))


def _status(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _said(error: BaseException) -> str:
    """What an error of the system says, without addresses and ports that differ from try to try."""
    number = getattr(error, "errno", None) or 0
    text = os.strerror(number) if number > 0 else getattr(error, "strerror", None) or str(error)
    return excerpt(text or type(error).__name__, 120)


def _host(url: str) -> str:
    parts = urlsplit(url)
    return excerpt(parts.netloc.rpartition("@")[2] or url, 80)
