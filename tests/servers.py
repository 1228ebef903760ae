"""A server that does to a connection whatever a test says, byte by byte; nothing of it is ours to test."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Headers = dict[str, str]


@dataclass
class Got:
    """A request as it came."""

    line: str
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """Where it listens, what it was sent, how many connections it has had."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    flying: int = 0
    most: int = 0


# Given a request and where to write; True keeps the connection open for the next request.
Behaviour = Callable[[Got, asyncio.StreamWriter], Awaitable[bool]]


def reply(body: bytes | str, status: str = "200 OK", headers: str = "", kind: str = "application/json") -> bytes:
    """The bytes of a whole HTTP answer."""
    raw = body if isinstance(body, bytes) else body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(raw)}\r\n{headers}\r\n"
    return head.encode() + raw


def completion(text: Any, **more: Any) -> str:
    """A chat completion that says ``text``."""
    message = {"role": "assistant", "content": text, **more}
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"object": "chat.completion", "model": "served", "choices": [choice], "usage": usage})


def says(*answers: bytes) -> Behaviour:
    """Answer with these bytes in turn; the last one for ever."""
    left = list(answers)

    async def behave(got: Got, writer: asyncio.StreamWriter) -> bool:
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        return True

    return behave


async def reset(got: Got, writer: asyncio.StreamWriter) -> bool:
    """Cut the connection with RST, as a crashed server or a stateful firewall does."""
    import socket
    import struct

    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False


def turns(*behaviours: Behaviour) -> Behaviour:
    """Behave in turn; as the last one for ever."""
    left = list(behaviours)

    async def behave(got: Got, writer: asyncio.StreamWriter) -> bool:
        return await (left.pop(0) if len(left) > 1 else left[0])(got, writer)

    return behave


def drips(head: bytes, pieces: list[bytes], seconds: float) -> Behaviour:
    """Send a head at once, then piece by piece."""

    async def behave(got: Got, writer: asyncio.StreamWriter) -> bool:
        writer.write(head)
        for piece in pieces:
            await writer.drain()
            await asyncio.sleep(seconds)
            writer.write(piece)
        return False

    return behave


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[Server]:
    """Run a server in a thread of its own on a free port of this machine."""
    server, loop, ready = Server(), asyncio.new_event_loop(), threading.Event()
    stop = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            while await _one(server, behaviour, reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def run() -> None:
        listening = await asyncio.start_server(connected, "127.0.0.1", 0)
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        ready.set()
        await stop.wait()
        listening.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _one(
    server: Server, behaviour: Behaviour, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    got = Got(head[0], headers, body)
    server.got.append(got)
    server.flying += 1
    server.most = max(server.most, server.flying)
    try:
        keep = await behaviour(got, writer)
        if not writer.is_closing():
            await writer.drain()
    finally:
        server.flying -= 1
    return keep and not writer.is_closing()
