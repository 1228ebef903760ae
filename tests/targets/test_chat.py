"""Chat models as targets: from the suite file to verdicts, steps, cost, and the time that was waited."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from running import Began, endings, listed, rows, verdicts
from servers import completion, drips, reply, says, serving, turns

from ninemarch import table
from ninemarch.errors import SuiteError
from ninemarch.evidence import gather
from ninemarch.gate import decide
from ninemarch.journal import Row
from ninemarch.model import Ended, Limits, Price, Scenario, TargetSpec, Verdict
from ninemarch.report.record import evidence_pairs, failure_row
from ninemarch.report.trial_document import failure_document
from ninemarch.suite import load, make
from ninemarch.targets import open_target, parse_target


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ninemarch.net.client.backoff", lambda tries, source: 0.001 * tries)


def suite_of(scenarios: list[Scenario], **keys: Any) -> Any:
    return make("talk", scenarios, checks=[lambda scenario, output: output == scenario.expect], **keys)


def run(folder: Path, suite: Any, spec: TargetSpec) -> list[Row]:
    with open_target(spec, suite) as target:
        Began(folder, suite).go(target)
    return rows(folder)


def chat(url: str, kind: str = "openai", **keys: Any) -> TargetSpec:
    return TargetSpec(kind, "m", {"base_url": url, **keys})


ONE = [Scenario("a", "hello", expect="hi")]


def test_an_answer_is_judged_and_its_tokens_tries_and_cost_are_kept(tmp_path: Path) -> None:
    suite = replace(suite_of(ONE), prices={"m": Price(1000, 2000)})
    with serving(says(reply("{}", "503 x"), reply(completion("hi")))) as server:
        (row,) = run(tmp_path, suite, chat(server.url, system="be {input}", params={"temperature": 0}))
    assert verdicts([row]) == [Verdict.PASS]
    assert row.spent == (pytest.approx((7 * 1000 + 3 * 2000) / 1e6), 10)
    assert row.traffic is not None
    assert (row.traffic.tries, row.traffic.tokens_in, row.traffic.tokens_out) == (2, 7, 3)
    assert row.traffic.waited > 0
    assert server.got[0].json["messages"] == [
        {"role": "system", "content": "be hello"},
        {"role": "user", "content": "hello"},
    ]


def test_used_up_tries_are_an_error_and_a_refusal_is_a_failure(tmp_path: Path) -> None:
    busy = [reply("{}", "429 x", "Retry-After: 0\r\n")] * 3
    answers = [*busy, reply(completion("", refusal="no")), reply(completion("wrong")), reply(completion(""))]
    with serving(says(*answers)) as server:
        suite = suite_of(listed(4), limits=Limits(concurrency=1, tries=3))
        found = run(tmp_path, suite, chat(server.url))
    assert verdicts(found) == [Verdict.ERROR, Verdict.FAIL, Verdict.FAIL, Verdict.FAIL]
    assert endings(found) == [Ended.ERROR, Ended.ABSTAINED, Ended.ANSWERED, Ended.ANSWERED]
    assert [row.silent for row in found] == [False, False, True, True]
    assert "HTTP 429" in (found[0].texts or ("",))[0]
    assert '"name": "model"' in (found[2].texts or [""] * 6)[5]


def test_a_slow_answer_is_the_targets_timeout_and_waiting_is_not(tmp_path: Path) -> None:
    slow = drips(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", [b"{"] * 60, 0.05)
    with serving(slow) as server:
        (row,) = run(tmp_path / "slow", suite_of(ONE, limits=Limits(timeout=0.3)), chat(server.url))
    assert (verdicts([row]), endings([row])) == ([Verdict.FAIL], [Ended.TIMEOUT])
    wait = reply("{}", "429 x", "Retry-After: 0.5\r\n")
    with serving(says(wait, reply(completion("hi")))) as server:
        (row,) = run(tmp_path / "busy", suite_of(ONE, limits=Limits(timeout=0.3)), chat(server.url))
    assert verdicts([row]) == [Verdict.PASS]
    assert row.micros < 300_000
    assert row.traffic is not None
    assert row.traffic.waited >= 0.5


def test_a_try_that_failed_slowly_is_not_the_targets_time(tmp_path: Path) -> None:
    cut = drips(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", [b"{", b"}"], 0.1)
    with serving(turns(cut, says(reply(completion("hi"))))) as server:
        (row,) = run(tmp_path, suite_of(ONE, limits=Limits(timeout=0.35)), chat(server.url))
    assert verdicts([row]) == [Verdict.PASS]
    assert row.micros < 200_000


def test_a_server_that_says_too_many_gets_fewer_at_once(tmp_path: Path) -> None:
    flying = 0
    most: list[int] = []

    async def behave(got: Any, writer: Any) -> bool:
        nonlocal flying
        flying += 1
        most.append(flying)
        full = flying > 4
        await asyncio.sleep(0.01)
        flying -= 1
        text = json.loads(got.body)["messages"][0]["content"]
        writer.write(reply("{}", "429 x") if full else reply(completion(text)))
        return True

    scenarios = [Scenario(f"s{n}", f"{n}", expect=f"{n}") for n in range(200)]
    with serving(behave) as server:
        found = run(tmp_path, suite_of(scenarios, limits=Limits(concurrency=32, tries=20)), chat(server.url))
    assert verdicts(found) == [Verdict.PASS] * 200
    assert max(most) > 16
    late = most[len(most) // 2 :]
    assert sum(late) / len(late) < 8


def test_input_that_is_a_list_of_messages_is_sent_as_it_is(tmp_path: Path) -> None:
    talk = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]
    scenario = Scenario("a", {"q": "6*7", "talk": talk}, expect={"n": 42})
    with serving(says(reply(completion('{"n": 42}')))) as server:
        keys = {"prompt": "What is {input.q}?", "response_format": {"type": "json_object"}}
        (row,) = run(tmp_path / "1", suite_of([scenario]), chat(server.url, **keys))
        assert verdicts([row]) == [Verdict.PASS]
        before = [{"role": "system", "content": "s"}]
        run(tmp_path / "2", suite_of([Scenario("b", talk)]), chat(server.url, messages=before))
        (row,) = run(tmp_path / "3", suite_of([scenario]), chat(server.url, prompt="{input.nothing}"))
    assert server.got[0].json["messages"] == [{"role": "user", "content": "What is 6*7?"}]
    assert server.got[0].json["response_format"] == {"type": "json_object"}
    assert server.got[1].json["messages"] == [*before, *talk]
    assert verdicts([row]) == [Verdict.ERROR]
    assert "no 'nothing'" in (row.texts or ("",))[0]


def _event(**delta: Any) -> bytes:
    finish = delta.pop("finish", None)
    return b"data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": finish}]}).encode() + b"\n\n"


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
USAGE = b'data: {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}\r\n\r\n'


def test_a_stream_gives_the_time_to_the_first_token(tmp_path: Path) -> None:
    pieces = [_event(role="assistant"), _event(content="h"), _event(content="i"), _event(finish="stop"), USAGE]
    with serving(drips(STREAM, [*pieces, b"data: [DONE]\n\n"], 0.03)) as server:
        (row,) = run(tmp_path, suite_of(ONE), chat(server.url, stream=True))
    assert verdicts([row]) == [Verdict.PASS]
    assert row.traffic is not None
    assert (row.traffic.tokens_in, row.traffic.tokens_out) == (5, 2)
    assert row.traffic.first_token is not None
    assert 0.05 < row.traffic.first_token < row.micros / 1e6 - 0.05
    assert server.got[0].json["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize(
    "pieces",
    [
        [_event(content="h")],
        [_event(content="h")[:-9]],
        [b"data: {\n\n"],
        [b"data: 1\n\n"],
        [b"data: \xff\n\n"],
        [b'data: {"error": {"type": "server_error", "message": "x"}}\n\n'],
        [],
    ],
)
def test_a_stream_that_is_cut_off_or_is_none_is_asked_for_again(tmp_path: Path, pieces: list[bytes]) -> None:
    whole = drips(STREAM, [_event(content="hi", finish="stop"), b"data: [DONE]\n\n"], 0)
    with serving(turns(drips(STREAM, pieces, 0), whole)) as server:
        (row,) = run(tmp_path / "a", suite_of(ONE), chat(server.url, stream=True))
        assert verdicts([row]) == [Verdict.PASS]
        assert len(server.got) == 2
    with serving(drips(STREAM, pieces, 0)) as server:
        (row,) = run(tmp_path / "b", suite_of(ONE), chat(server.url, stream=True))
    assert verdicts([row]) == [Verdict.ERROR]


def test_the_messages_api_is_spoken_too(tmp_path: Path) -> None:
    answer = {
        "type": "message",
        "model": "c",
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "hi"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 4, "output_tokens": 1, "cache_read_input_tokens": 2},
    }
    with serving(says(reply(json.dumps(answer)))) as server:
        keys = {"system": "s", "api_key": "sk-ant-here", "params": {"max_tokens": 5}}
        (row,) = run(tmp_path, suite_of(ONE), chat(server.url, "anthropic", **keys))
    assert verdicts([row]) == [Verdict.PASS]
    assert row.traffic is not None
    assert (row.traffic.tokens_in, row.traffic.tokens_out) == (6, 1)
    (got,) = server.got
    assert got.line.startswith("POST /messages ")
    assert (got.headers["x-api-key"], got.headers["anthropic-version"]) == ("sk-ant-here", "2023-06-01")
    said = {"role": "user", "content": [{"type": "text", "text": "hello"}]}
    assert got.json == {"model": "m", "max_tokens": 5, "messages": [said], "system": "s"}


def test_the_messages_api_streams(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"model": "c", "usage": {"input_tokens": 4, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]
    pieces = [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in events]
    with serving(drips(STREAM, pieces, 0.01)) as server:
        (row,) = run(tmp_path, suite_of(ONE), chat(server.url, "anthropic", stream=True))
    assert verdicts([row]) == [Verdict.PASS]
    assert row.traffic is not None
    assert (row.traffic.tokens_in, row.traffic.tokens_out) == (4, 9)
    assert row.traffic.first_token is not None


LLAMA = TargetSpec("openai", "llama3:8b", {"base_url": "http://127.0.0.1:1/v1"})


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("openai:gpt", TargetSpec("openai", "gpt")),
        ("openai:llama3:8b@http://127.0.0.1:1/v1", LLAMA),
        ("openai:@cf/meta/llama", TargetSpec("openai", "@cf/meta/llama")),
        ("anthropic:claude", TargetSpec("anthropic", "claude")),
        ("http:https://h/x", TargetSpec("http", "https://h/x")),
    ],
)
def test_the_command_lines_form_is_read_and_written_back(text: str, spec: TargetSpec) -> None:
    assert parse_target(text) == spec
    assert str(spec) == text


def test_an_address_is_a_target_by_itself() -> None:
    assert parse_target("https://h/x") == TargetSpec("http", "https://h/x")


SUITE = """
ninemarch: 1
suite: talk
target:
  openai: {model: "${MODEL:-small}", base_url: "http://127.0.0.1:9/v1", api_key: "${KEY}", params: {temperature: 0}}
scenarios: [{inline: [{id: a, input: x}]}]
checks: [{exact: {}}]
prices: {small: {in: 0.5, out: 2}}
"""


def test_the_suite_file_names_the_model_and_keeps_the_keys_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(SUITE)
    monkeypatch.setenv("KEY", "sk-secret-value")
    suite = load(path)
    assert suite.target is not None
    assert suite.target.ref == "small"
    assert suite.target.params["api_key"] == "${KEY}"
    assert suite.prices == {"small": Price(0.5, 2)}
    monkeypatch.setenv("MODEL", "large")
    assert str(load(path).target) == "openai:large@http://127.0.0.1:9/v1"
    path.write_text(SUITE.replace("params: {temperature: 0}}", "params: {}}\n  batch: 2"))
    with pytest.raises(SuiteError, match="has openai and batch; these belong to python and control"):
        load(path)
    path.write_text(SUITE.replace("model:", "modell:"))
    with pytest.raises(SuiteError, match=r"unknown key 'modell' in target\.openai; did you mean 'model'"):
        load(path)


def test_what_calls_took_is_counted_and_shown(tmp_path: Path) -> None:
    slow = drips(STREAM, [_event(content="hi"), _event(finish="stop"), b"data: [DONE]\n\n"], 0.02)
    with serving(turns(says(reply("{}", "429 x", "Retry-After: 0.2\r\n")), slow)) as server:
        suite = suite_of([Scenario("a", "x", expect="hi"), Scenario("b", "y", expect="no")])
        run(tmp_path, suite, chat(server.url, stream=True))
    path = table.ensure(tmp_path)
    evidence = gather(path)
    assert evidence.requests is not None
    assert (evidence.requests.trials, evidence.requests.tries) == (2, 3)
    assert evidence.requests.waited >= 0.2
    assert evidence.requests.first_token is not None
    shown = dict(evidence_pairs(decide(evidence, ()), evidence))
    assert "3 for 2 trials" in shown["requests"]
    assert "first token after" in shown["requests"]
    (failure,) = evidence.failures
    assert failure.traffic is not None
    assert dict(failure_row(failure, "r").facts).keys() >= {"tries", "first token"}
    assert failure_document(failure, "r")["traffic"]["first_token"] == failure.traffic.first_token
