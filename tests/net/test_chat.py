"""A chat model over HTTP: what is asked for again, what is an error, what is the model's own refusal."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import pytest
from servers import completion, drips, reply, reset, says, serving, turns

from ninemarch.errors import SuiteError
from ninemarch.model import Price, TargetUnreachable
from ninemarch.net import ChatSpec, Meter, Reply, ask, measure, open_chat, retry

HELLO = [{"role": "user", "content": "hello"}]
GOOD = reply(completion("hi"))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ninemarch.net.client.backoff", lambda tries, source: 0.001 * tries)


def talk(url: str, *, tries: int = 3, concurrency: int = 16, tools: Any = (), **spec: Any) -> tuple[Reply, Meter]:
    """One answer, and the meter of its trial."""
    chat = open_chat(ChatSpec("m", base_url=url, **spec), tries=tries, concurrency=concurrency)

    async def go() -> tuple[Reply, Meter]:
        found = measure()
        try:
            return await chat(HELLO, tools), found
        finally:
            await chat.leave()

    return asyncio.run(go())


def test_what_is_sent_and_what_comes_back() -> None:
    with serving(says(GOOD)) as server:
        found, took = talk(
            server.url, api_key="sk-here", params={"temperature": 0}, price=Price(1, 2), headers={"X-Team": "a"}
        )
    assert (found.text, found.tokens_in, found.tokens_out, found.model) == ("hi", 7, 3, "served")
    assert found.cost_usd == pytest.approx((7 * 1 + 3 * 2) / 1e6)
    assert (took.tries, took.tokens_in, took.tokens_out, took.cost_usd) == (1, 7, 3, found.cost_usd)
    (got,) = server.got
    assert got.line == "POST /chat/completions HTTP/1.1"
    assert (got.headers["authorization"], got.headers["x-team"]) == ("Bearer sk-here", "a")
    assert got.json == {"model": "m", "messages": HELLO, "temperature": 0}


@pytest.mark.parametrize("status", ["408 x", "409 x", "429 x", "500 x", "502 x", "503 x", "529 x"])
def test_what_may_pass_is_asked_for_again_as_often_as_allowed(status: str) -> None:
    bad = reply("{}", status)
    with serving(says(bad, bad, GOOD)) as server:
        found, took = talk(server.url)
        assert (found.text, took.tries, len(server.got)) == ("hi", 3, 3)
    with serving(says(bad, bad, GOOD)) as server:
        with pytest.raises(TargetUnreachable, match=rf"HTTP {status[:3]}.* 2 tries"):
            talk(server.url, tries=2)
        assert len(server.got) == 2


@pytest.mark.parametrize(
    ("broken", "says_"),
    [
        (reset, "the connection broke|closed the connection"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"), "cut off"),
        (says(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":'), "cut off"),
        (says(b"nonsense\r\n\r\n"), "the connection broke"),
        (says(reply("<html>Bad gateway</html>")), "not JSON"),
        (says(reply("")), "empty"),
        (says(reply(completion("caf\u00e9").replace("\\u00e9", "\u00e9").encode("latin-1"))), "not utf-8 text"),
        (says(reply("{}", kind="application/json; charset=klingon")), "not klingon text"),
        (says(reply("[" * 100_000)), "not JSON"),
        (says(reply("[]")), "no chat completion"),
        (says(reply('{"choices": []}')), "no chat completion"),
        (says(reply('{"choices": [{"message": "hi"}]}')), "no chat completion"),
        (says(reply('{"error": {"code": 502, "message": "upstream"}}')), "broke off"),
    ],
)
def test_an_answer_that_is_none_is_an_error_after_the_tries(broken: Any, says_: str) -> None:
    closing = turns(broken, broken)

    async def once(got: Any, writer: Any) -> bool:
        await closing(got, writer)
        return False

    with serving(once) as server:
        with pytest.raises(TargetUnreachable, match=says_):
            talk(server.url, tries=2)
        assert len(server.got) == 2
    with serving(turns(once, says(GOOD))) as server:
        assert talk(server.url)[0].text == "hi"


def test_a_server_that_is_not_there_is_an_error_of_ours() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(TargetUnreachable, match=rf"cannot connect: .*refused.* \(127.0.0.1:{port}, 3 tries\)"):
            talk(f"http://127.0.0.1:{port}/v1")


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "404 Not Found", "301 Moved", "418 x"])
def test_what_is_refused_for_good_is_an_error_at_once(status: str) -> None:
    body = json.dumps({"error": {"message": "no such \x1bmodel"}})
    with serving(says(reply(body, status, "Location: http://169.254.169.254/secret\r\n"))) as server:
        with pytest.raises(TargetUnreachable, match=f"HTTP {status[:3]}.*no such .x1bmodel"):
            talk(server.url)
        assert len(server.got) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"code": "content_filter", "message": "filtered"},
        {"type": "exceed_context_size_error", "code": 400, "message": "too long"},
        {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"},
    ],
)
def test_a_filter_or_a_full_context_is_the_models_own_refusal(error: dict[str, Any]) -> None:
    with serving(says(reply(json.dumps({"error": error}), "400 Bad Request"))) as server:
        found, _ = talk(server.url)
    assert (found.text, found.refusal, found.finish) == ("", error["message"], "refused")


def test_a_refusal_and_an_empty_answer_are_answers() -> None:
    with serving(says(reply(completion(None, refusal="I will not")), reply(completion(None)))) as server:
        assert talk(server.url)[0].refusal == "I will not"
        assert (talk(server.url)[0].text, talk(server.url)[0].refusal) == ("", "")


def test_retry_after_is_obeyed_and_is_not_the_targets_time() -> None:
    with serving(says(reply("{}", "429 Too Many Requests", "Retry-After: 0.3\r\n"), GOOD)) as server:
        found, took = talk(server.url)
    assert took.waited >= 0.3
    assert took.seconds < 0.3
    assert found.seconds < 0.3


def test_connections_are_kept() -> None:
    chat = None
    with serving(says(GOOD)) as server:
        chat = open_chat(ChatSpec("m", base_url=server.url), concurrency=2)
        assert {found.text for found in ask(chat, [HELLO] * 20)} == {"hi"}  # type: ignore[union-attr]
        assert server.connections <= 2
        assert server.most <= 2
        chat.close()


def test_kept_connections_that_the_server_has_closed_cost_one_try_at_most() -> None:
    async def once(got: Any, writer: Any) -> bool:
        writer.write(GOOD)  # as if the connection were to be kept, and then it is closed
        await writer.drain()
        return False

    with serving(once) as server:
        for tries in (1, 2):
            chat = open_chat(ChatSpec("m", base_url=server.url), tries=tries, concurrency=8)
            for _ in range(10):
                assert {str(found) for found in ask(chat, [HELLO] * 8) if not isinstance(found, Reply)} == set()
            chat.close()


def test_asking_from_plain_code_gives_an_answer_or_an_error_for_each() -> None:
    with serving(says(GOOD, reply("{}", "400 x"), GOOD)) as server:
        chat = open_chat(ChatSpec("m", base_url=server.url), concurrency=1)
        first, second, third = ask(chat, [HELLO] * 3)
        assert isinstance(first, Reply)
        assert isinstance(second, TargetUnreachable)
        assert isinstance(third, Reply)
        chat.close()
    slow = drips(b"", [GOOD], 5)
    with serving(slow) as server:
        chat = open_chat(ChatSpec("m", base_url=server.url))
        (late,) = ask(chat, [HELLO], timeout=0.1)
        assert isinstance(late, TargetUnreachable)
        chat.close()


def test_a_key_goes_to_the_vendor_alone_unless_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-the-vendor")
    with serving(says(GOOD)) as server:
        talk(server.url)
        talk(server.url, api_key="${OPENAI_API_KEY}")
    assert "authorization" not in server.got[0].headers
    assert server.got[1].headers["authorization"] == "Bearer sk-for-the-vendor"


def test_what_cannot_be_opened_is_said_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SuiteError, match=r"target.api_key: the environment variable OPENAI_API_KEY is not set"):
        open_chat(ChatSpec("m"), place="target")
    with pytest.raises(SuiteError, match=r"base_url=ftp://x; allowed: http"):
        open_chat(ChatSpec("m", base_url="ftp://x"))


def test_pauses_grow_are_spread_and_have_an_end() -> None:
    import random

    source = random.Random(1)
    pauses = [[retry.backoff(tries, source) for _ in range(200)] for tries in range(1, 12)]
    assert [max(each) > 0.4 * min(20, 0.5 * 2**n) for n, each in enumerate(pauses)] == [True] * 11
    assert all(0 <= each <= 20 for many in pauses for each in many)
