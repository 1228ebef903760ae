"""Against aimock, a server that breaks on purpose (``nox -s chaos``): faults arrive, each is accounted for."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ninemarch.model import TargetUnreachable
from ninemarch.net import ChatSpec, measure, open_chat

LLMOCK = shutil.which("llmock")
pytestmark = pytest.mark.skipif(LLMOCK is None, reason="llmock is not on the path; nox -s chaos installs it")
FIXTURES = {
    "fixtures": [
        {"match": {"userMessage": "capital"}, "response": {"content": "Canberra"}},
        {"match": {"toolCallId": "call_refund"}, "response": {"content": "paid"}},
        {
            "match": {"userMessage": "refund"},
            "response": {"toolCalls": [{"id": "call_refund", "name": "refund", "arguments": {"order": 7}}]},
        },
    ]
}


@contextmanager
def serving(folder: Path, **chaos: float) -> Iterator[str]:
    """aimock on a free port with these rates of faults."""
    (folder / "fixtures.json").write_text(json.dumps(FIXTURES))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    rates = [word for name, rate in chaos.items() for word in (f"--chaos-{name}", str(rate))]
    words = [str(LLMOCK), "-p", str(port), "-h", "127.0.0.1", "-f", str(folder / "fixtures.json"), *rates]
    with subprocess.Popen([*words, "--log-level", "silent"], stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def outcomes(url: str, many: int, *, tries: int, **spec: Any) -> tuple[Counter[str], int]:
    """What so many questions came to, in a word each, and the tries that all took."""
    chat = open_chat(ChatSpec("gpt-4o", base_url=url, **spec), tries=tries, concurrency=8)

    async def one() -> tuple[str, int]:
        found = measure()
        try:
            return (await chat([{"role": "user", "content": "the capital?"}])).text, found.tries
        except TargetUnreachable as error:
            return str(error).partition(" (")[0], found.tries

    async def every() -> list[tuple[str, int]]:
        try:
            return await asyncio.gather(*(asyncio.create_task(one()) for _ in range(many)))
        finally:
            await chat.leave()

    found = asyncio.run(every())
    return Counter(text for text, _ in found), sum(tries for _, tries in found)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_every_fault_arrives_and_is_an_error_of_its_kind(tmp_path: Path, api: str, *, stream: bool) -> None:
    with serving(tmp_path, drop=0.2, malformed=0.2, disconnect=0.2) as url:
        found, tries = outcomes(url, 200, tries=1, api=api, stream=stream)
    kinds = {
        "Canberra": found["Canberra"],
        "drop": found["HTTP 500 Internal Server Error"],
        "malformed": found["the answer is not JSON"] + found["the answer is cut off"],
        "disconnect": found["the server closed the connection without an answer"]
        + sum(many for text, many in found.items() if text.startswith("the connection broke")),
    }
    assert sum(kinds.values()) == tries == 200, found
    # Each fault is drawn after those before it have not come: 20%, 16%, 12.8%; six standard deviations.
    for name, share in (("Canberra", 0.512), ("drop", 0.2), ("malformed", 0.16), ("disconnect", 0.128)):
        assert abs(kinds[name] - 200 * share) < 6 * (200 * share * (1 - share)) ** 0.5, kinds


def test_too_many_requests_are_waited_for(tmp_path: Path) -> None:
    with serving(tmp_path, ratelimit=0.2) as url:
        found, tries = outcomes(url, 20, tries=12)
    assert found == {"Canberra": 20}
    assert tries >= 20


@pytest.mark.parametrize(("tries", "code"), [(1, 4), (15, 0)])
def test_a_run_counts_every_fault_that_was_not_mended(
    cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path, tries: int, code: int
) -> None:
    rows = [{"id": f"s{n}", "input": "the capital?", "expect": "Canberra"} for n in range(60)]
    with serving(tmp_path, drop=0.15, malformed=0.1, disconnect=0.05) as url:
        path = write_suite(
            tmp_path,
            target={"openai": {"model": "gpt-4o", "base_url": url}},
            scenarios=[{"inline": rows}],
            limits={"tries": tries},
            trials={"max": 60, "stop": "fixed"},
        )
        found = cli("run", path, "--json", cwd=tmp_path).must(code).json["counts"]
    assert found["fail"] == 0
    assert found["pass"] + found["error"] == 60
    assert (found["error"] == 0) == (tries > 1)


TOOLS = """
class Shop:
    tools = [{"name": "refund", "description": "pays back", "parameters": {"type": "object"}}]
    def __init__(self, given):
        self.paid = []
    def call(self, name, arguments):
        self.paid.append(arguments["order"])
        return "ok"
    def result(self, text):
        return [*self.paid, text]
"""


def test_tools_are_called_through_faults(
    cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    with serving(tmp_path, drop=0.2) as url:
        model = {"model": "gpt-4o", "base_url": url, "tools": {"python": "shop_tools:Shop"}}
        path = write_suite(
            tmp_path,
            target={"openai": model},
            scenarios=[{"inline": [{"id": f"s{n}", "input": "refund", "expect": [7, "paid"]} for n in range(20)]}],
            limits={"tries": 15},
            files={"shop_tools.py": TOOLS},
        )
        found = cli("run", path, "--json", cwd=tmp_path).must(0).json["counts"]
    assert found["pass"] == 20
