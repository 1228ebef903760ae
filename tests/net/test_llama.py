"""Against llama.cpp's own server, with a real language model: both APIs, streams, refusals, its death in a run."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ninemarch.model import Price, TargetUnreachable
from ninemarch.net import ChatSpec, Reply, open_chat

pytest.importorskip("xllamacpp")
SUITES = Path(__file__).parents[2] / "suites" / "adder"
PARAMS = {"temperature": 0, "max_tokens": 8}


@pytest.fixture(scope="module")
def started() -> Callable[[], Any]:
    """A function that starts a server with the adder's last release."""
    sys.path.insert(0, str(SUITES))
    from adder_suite.server import Server, model_file

    return lambda: Server(model_file(6))


@pytest.fixture(scope="module")
def llama(started: Callable[[], Any]) -> Iterator[Any]:
    server = started()
    yield server
    server.close()


def talk(spec: ChatSpec, questions: list[str]) -> list[Reply]:
    chat = open_chat(spec, concurrency=4)

    async def go() -> list[Reply]:
        try:
            return await asyncio.gather(*(chat([{"role": "user", "content": text}]) for text in questions))
        finally:
            await chat.leave()

    return asyncio.run(go())


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_a_real_model_answers_in_both_apis(llama: Any, api: str, *, stream: bool) -> None:
    spec = ChatSpec("adder", api=api, base_url=f"{llama.url}/v1", params=PARAMS, stream=stream, price=Price(1e6, 1e6))
    found = talk(spec, ["17+3", "250+250", "9+9", "1+1"])
    assert [each.text for each in found] == ["20", "500", "18", "2"]
    for each in found:
        assert each.tokens_in is not None
        assert each.tokens_out is not None
        assert each.cost_usd == pytest.approx(each.tokens_in + each.tokens_out)
        assert each.finish in {"stop", "end_turn"}
        assert (each.first_token is not None) == stream
        assert each.first_token is None or 0 < each.first_token <= each.seconds
    (full,) = talk(spec, ["1" * 3000])
    assert "exceeds the available context size" in full.refusal
    assert full.finish == "refused"


def test_a_structured_answer_keeps_to_its_grammar(llama: Any) -> None:
    schema = {"type": "json_schema", "json_schema": {"schema": {"type": "array", "items": {"type": "integer"}}}}
    spec = ChatSpec(
        "adder", base_url=f"{llama.url}/v1", params={"temperature": 0, "max_tokens": 6}, response_format=schema
    )
    (found,) = talk(spec, ["17+3"])
    assert found.text.startswith("[")


@pytest.mark.parametrize(
    ("path", "params", "says"),
    [
        ("/v1", {"temperature": "hot"}, "HTTP 400 .*must be number"),
        ("/nothing", {}, "HTTP 404 Not Found"),
    ],
)
def test_a_request_of_ours_that_is_wrong_is_our_error(
    llama: Any, path: str, params: dict[str, Any], says: str
) -> None:
    with pytest.raises(TargetUnreachable, match=says):
        talk(ChatSpec("adder", base_url=llama.url + path, params=params), ["1+1"])


def _suite(folder: Path, write_suite: Callable[..., Path], many: int, **keys: Any) -> Path:
    sums = [(n % 100, n // 7 % 100) for n in range(many)]
    rows = [{"id": f"s{n}", "input": f"{a}+{b}", "expect": str(a + b)} for n, (a, b) in enumerate(sums)]
    return write_suite(folder, scenarios=[{"inline": rows}], trials={"max": many, "stop": "fixed"}, **keys)


def test_a_run_from_the_command_line(
    llama: Any, cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    model = {"model": "adder", "base_url": f"{llama.url}/v1", "params": PARAMS, "stream": True}
    path = _suite(
        tmp_path,
        write_suite,
        60,
        target={"openai": model},
        prices={"adder": {"in": 1, "out": 2}},
        limits={"concurrency": 4},
    )
    found = cli("run", path, "--json", cwd=tmp_path).must(0).json
    assert found["counts"]["pass"] == 60
    assert cli("run", path, "--target", f"openai:adder@{llama.url}/v1", cwd=tmp_path).code == 0


def test_a_server_that_dies_in_a_run_makes_errors_and_an_invalid_run_that_can_go_on(
    started: Callable[[], Any], cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    server = started()
    model = {"model": "adder", "base_url": "${LLAMA}/v1", "params": PARAMS}
    path = _suite(tmp_path, write_suite, 1500, target={"openai": model}, limits={"tries": 1})

    def die() -> None:
        journal = next(iter((tmp_path / ".ninemarch" / "runs").glob("*/journal.nmj")), None)
        while journal is None or journal.stat().st_size < 3000:
            time.sleep(0.01)
            journal = next(iter((tmp_path / ".ninemarch" / "runs").glob("*/journal.nmj")), None)
        server._process.kill()

    killer = threading.Thread(target=die, daemon=True)
    killer.start()
    done = cli("run", path, cwd=tmp_path, env={"LLAMA": server.url})
    server.close()
    done.must(4, "the target cannot be reached: ", "times in a row: cannot connect", "ninemarch run --resume")
    again = started()
    after = cli("run", "--resume", "latest", "--json", cwd=tmp_path, env={"LLAMA": again.url})
    again.close()
    counts = json.loads(after.out)["counts"]
    assert counts["missing"] == 0
    assert 30 <= counts["error"] <= 90
    assert counts["pass"] + counts["fail"] + counts["error"] == 1500
