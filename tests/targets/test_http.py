"""Services as targets: a request by template, an answer by path, and what a status means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running import Began, endings, rows, verdicts
from servers import reply, reset, says, serving, turns

from ninemarch.errors import SuiteError
from ninemarch.journal import Row
from ninemarch.model import Ended, Scenario, TargetSpec, Verdict
from ninemarch.suite import make
from ninemarch.targets import open_target

ONE = [Scenario("a", {"q": "a/b?c=ü{input}", "n": [1, 2]}, expect="hi")]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ninemarch.net.client.backoff", lambda tries, source: 0.001 * tries)


def run(folder: Path, url: str, **keys: Any) -> Row:
    suite = make("service", ONE, checks=[lambda scenario, output: output == scenario.expect])
    with open_target(TargetSpec("http", url, keys), suite) as target:
        Began(folder, suite).go(target)
    (row,) = rows(folder)
    return row


def test_the_input_goes_into_address_and_body(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t0ken-of-ours")
    with serving(says(reply('{"data": [{"text": "hi"}]}'))) as server:
        row = run(
            tmp_path,
            f"{server.url}/ask/{{input.q}}?n={{input.n.1}}",
            method="PUT",
            headers={"Authorization": "Bearer ${TOKEN}"},
            body={"all": "{input}", "text": "<{input.q}>", "first": "{input.n.0}", "key": "${TOKEN}"},
            answer="data.0.text",
        )
    assert verdicts([row]) == [Verdict.PASS]
    (got,) = server.got
    assert got.line == "PUT /ask/a%2Fb%3Fc=%C3%BC%7Binput%7D?n=2 HTTP/1.1"
    assert got.headers["authorization"] == "Bearer t0ken-of-ours"
    assert got.json == {"all": ONE[0].input, "text": "<a/b?c=ü{input}>", "first": 1, "key": "t0ken-of-ours"}
    assert row.traffic is not None
    assert row.traffic.tries == 1


def test_text_and_get(tmp_path: Path) -> None:
    with serving(says(reply("hi", kind="text/plain"))) as server:
        assert verdicts([run(tmp_path, server.url, method="GET", reads="text")]) == [Verdict.PASS]
    assert server.got[0].body == b""
    assert "content-type" not in server.got[0].headers


@pytest.mark.parametrize(
    ("behaviour", "keys", "verdict", "ended", "words"),
    [
        (says(reply("{}", "500 x")), {}, Verdict.ERROR, Ended.ERROR, "HTTP 500"),
        (says(reply("oops", "500 x")), {"failures": [500]}, Verdict.FAIL, Ended.ABSTAINED, "the server says: oops"),
        (says(reply("{}", "404 x")), {}, Verdict.ERROR, Ended.ERROR, "HTTP 404"),
        (says(reply("no", "422 x")), {"failures": [422]}, Verdict.FAIL, Ended.ABSTAINED, "HTTP 422"),
        (says(reply("", "302 x", "Location: http://10.0.0.1/\r\n")), {}, Verdict.ERROR, Ended.ERROR, "not followed"),
        (says(reply("hi")), {}, Verdict.ERROR, Ended.ERROR, "not JSON"),
        (says(reply('{"a": 1}')), {"answer": "b.c"}, Verdict.FAIL, Ended.ABSTAINED, "no 'b' of 'b.c'"),
        (says(reply('"wrong"')), {}, Verdict.FAIL, Ended.ANSWERED, ""),
        (reset, {}, Verdict.ERROR, Ended.ERROR, "conn"),
        (says(reply("{}")), {"body": {"x": "{input.zzz}"}}, Verdict.ERROR, Ended.ERROR, "no 'zzz'"),
    ],
)
def test_what_a_trial_is_worth(
    tmp_path: Path, behaviour: Any, keys: dict[str, Any], verdict: Verdict, ended: Ended, words: str
) -> None:
    with serving(behaviour) as server:
        row = run(tmp_path, server.url, **keys)
    assert (verdicts([row]), endings([row])) == ([verdict], [ended])
    assert words in (row.texts or ("",))[0]


def test_a_flood_is_the_targets_failure_and_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ninemarch.net.client.MOST_BYTES", 100_000)

    async def flood(got: Any, writer: Any) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        for _ in range(10_000):
            writer.write(b"[" * 10_000)
            await writer.drain()
        return False

    with serving(flood) as server:
        row = run(tmp_path, server.url)
    assert (verdicts([row]), endings([row])) == ([Verdict.FAIL], [Ended.EXCEPTION])
    assert "larger than" in (row.texts or ("",))[0]
    assert len(server.got) == 1


def test_a_second_try_may_be_all_it_takes(tmp_path: Path) -> None:
    with serving(turns(reset, says(reply('"hi"')))) as server:
        row = run(tmp_path, server.url)
    assert verdicts([row]) == [Verdict.PASS]
    assert row.traffic is not None
    assert row.traffic.tries == 2


@pytest.mark.parametrize("url", ["ftp://h/", "http://", "http://{input}/x", "h/x"])
def test_an_address_that_is_none_is_refused_before_the_run(tmp_path: Path, url: str) -> None:
    with pytest.raises(SuiteError, match=r"target http\.url=.*; allowed: http"):
        run(tmp_path, url)
