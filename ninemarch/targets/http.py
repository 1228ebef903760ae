"""Targets that are services behind an address: ``http:``, a request by template and an answer by path.

Covers one request and one answer a trial. The input goes into the address (quoted) and the body, never into the host
or a header.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from ninemarch.errors import SuiteError
from ninemarch.model import Abstain, Suite, TargetSpec, TargetUnreachable
from ninemarch.net import meter
from ninemarch.net.chat import require_http
from ninemarch.net.faults import Refused
from ninemarch.net.fill import NotThere, fill, filled, find
from ninemarch.targets.base import Kind, Mode, Target
from ninemarch.targets.chat import LONGEST
from ninemarch.text import excerpt
from ninemarch.variables import expand, expand_all

if TYPE_CHECKING:
    from ninemarch.net.client import Answered, Client

__all__ = ["KIND"]

_PLACE = "target http"


def _parse(rest: str) -> TargetSpec | None:
    return TargetSpec("http", rest) if rest.startswith(("http://", "https://")) else None


def _open(spec: TargetSpec, suite: Suite) -> Target:
    require_http(_PLACE)
    from ninemarch.net.client import Client  # noqa: PLC0415 - imports aiohttp

    keys = spec.params
    url = expand(spec.ref, f"{_PLACE}.url")
    if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname or "{" in urlsplit(url).netloc:
        msg = f"{_PLACE}.url={excerpt(url, 80)}; allowed: http(s)://HOST[:PORT]/..., {{input}} behind the host"
        raise SuiteError(msg)
    client = Client(tries=suite.limits.tries, concurrency=suite.limits.concurrency, final=keys.get("failures", ()))
    service = _Service(client, url, expand_all(keys.get("headers", {}), f"{_PLACE}.headers"), keys)
    return Target(Mode.ASYNC, service, timeout=LONGEST, leave=client.leave)


class _Service:
    def __init__(self, client: Client, url: str, headers: Mapping[str, str], keys: Mapping[str, Any]) -> None:
        self._client, self._url = client, url
        self._method = keys.get("method", "POST")
        self._body = expand_all(keys.get("body", "{input}"), f"{_PLACE}.body")
        self._headers = headers if self._method == "GET" else {"Content-Type": "application/json", **headers}
        self._path, self._failures = keys.get("answer", ""), frozenset(keys.get("failures", ()))
        self._read: Callable[[Answered], Any] = _text if keys.get("reads") == "text" else _json

    async def __call__(self, given: Any) -> Any:
        from ninemarch.net.client import Request  # noqa: PLC0415 - imports aiohttp

        try:
            url = fill(self._url, given, partial(quote, safe="", errors="surrogatepass"))
            body = None if self._method == "GET" else json.dumps(filled(self._body, given)).encode()
        except NotThere as error:
            msg = f"the scenario's input does not fit the target's template: {error}"
            raise TargetUnreachable(msg) from error
        try:
            document = await self._client.send(Request(url, body, self._headers, self._method), self._read)
        except Refused as error:
            said = excerpt(error.body.decode(errors="replace"), 200)
            msg = f"{error.why}" + (f"; the server says: {said}" if said else "")
            if error.status in self._failures:
                return Abstain(msg)
            raise TargetUnreachable(msg) from error
        try:
            return find(document, self._path)
        except NotThere as error:
            meter().steps.append({"name": "http", "output": document})
            return Abstain(f"the answer holds none: {error}")


async def _json(answered: Answered) -> Any:
    return await answered.json()


async def _text(answered: Answered) -> Any:
    return await answered.text()


KIND = Kind("http", "https://HOST/path", _parse, _open)
