"""Keys show nowhere: not in any file of a run, nor in anything printed, whatever the target does with them."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import Server, completion, reply, serving

from ninemarch.engine import Selection
from ninemarch.suite import load
from ninemarch.text import conceal, excerpt, json_text, plain, printable, redact, scrub
from ninemarch.workflow.history import release_key

KEY = 'canary"7/+K3y 4ZzQ'
FORMS = [
    KEY,
    json.dumps(KEY)[1:-1],
    json.dumps(KEY, ensure_ascii=False)[1:-1],
    urllib.parse.quote(KEY, safe=""),
    urllib.parse.quote_plus(KEY),
    base64.b64encode(KEY.encode()).decode().rstrip("="),
]
KEPT = "7/+K3y"  # a part that every readable form would show
ENV = {"CANARY_KEY": KEY, "CANARY_TOKEN": "canary-t0ken-9h8g7f6e"}
SECRETS = [*FORMS, "canary-t0ken-9h8g7f6e"]

BOT = """
import logging, sys, warnings

def answer(x, key):
    print("calling with", key)
    print("calling with", key, file=sys.stderr)
    if x % 3 == 0:
        raise ValueError(f"401 for {key!r} {key}")
    return {"key": key, key: 1} if x % 3 == 1 else f"Bearer {key}"
"""


def _echoing(got: Any) -> bytes:
    """Everything that came, in every form that a careless server may give it back in."""
    n = json.loads(got.body).get("n", 0) if got.body.startswith(b"{") else 0
    sent = {"line": got.line, "headers": got.headers, "body": got.body.decode(), "forms": FORMS}
    text = json.dumps(sent, ensure_ascii=False)
    if n % 4 == 0:
        return reply(json.dumps({"error": {"message": f"wrong key {KEY} {text}"}}), "401 Unauthorized")
    return reply(completion(text) if "completions" in got.line else json.dumps({"said": sent, KEY: KEY}))


@pytest.fixture
def server() -> Iterator[Server]:
    async def behave(got: Any, writer: Any) -> bool:
        writer.write(_echoing(got))
        return True

    with serving(behave) as found:
        yield found


def _targets(url: str) -> dict[str, Any]:
    return {
        "openai": {"openai": {"model": "m", "base_url": f"{url}/v1", "api_key": "${CANARY_KEY}"}},
        "http": {
            "http": {
                "url": f"{url}/x?k=${{CANARY_KEY}}",
                "headers": {"X-Key": "${CANARY_TOKEN}"},
                "body": {"k": "${CANARY_KEY}", "n": "{input}"},
            }
        },
        "python": {"python": "bots:answer", "params": {"key": "${CANARY_KEY}"}},
        "away": {"http": {"url": "http://127.0.0.1:9/${CANARY_KEY}", "headers": {"A": "bad\n${CANARY_KEY}"}}},
    }


@pytest.mark.parametrize("name", ["openai", "http", "python", "away"])
def test_no_path_shows_a_key(
    cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path, server: Server, name: str
) -> None:
    path = write_suite(
        tmp_path, target=_targets(server.url)[name], files={"bots.py": BOT}, limits={"tries": 1, "errors_max": 1}
    )
    said = [
        cli("run", path, "--json", "--report", "page.html", "--junit", "j.xml", "--github", cwd=tmp_path, env=ENV),
        cli("run", path, "--trials", 5, cwd=tmp_path, env=ENV),
        cli("suite", "show", path, cwd=tmp_path, env=ENV),
        cli("suite", "validate", path, cwd=tmp_path, env=ENV),
        cli("suite", "show", path, "--json", cwd=tmp_path, env=ENV),
        cli("config", cwd=tmp_path, env=ENV),
        cli("plan", path, cwd=tmp_path, env=ENV),
        cli("replay", "latest", 1, "--json", cwd=tmp_path, env=ENV),
        cli("replay", "latest", 1, cwd=tmp_path, env=ENV),
        # Later, on another machine: nothing knows the key any more.
        *(cli(*words, cwd=tmp_path) for words in (("show", "latest", "--failures"), ("show", "latest", 1, "--json"))),
        *(cli(*words, cwd=tmp_path) for words in (("report", "latest", "-o", "p2.html"), ("mine", "--json"))),
        cli("gate", "latest", "--json", cwd=tmp_path),
    ]
    for done in said:
        assert done.code in {0, 1, 3, 4}, done.out + done.err
        for secret in (*SECRETS, KEPT):
            assert secret not in done.out + done.err
    assert name == "away" or any("[redacted]" in done.out + done.err for done in said)
    for file in (each for each in tmp_path.rglob("*") if each.is_file()):
        raw = file.read_bytes()
        for secret in (*SECRETS, KEPT):
            assert secret.encode() not in raw, file
    if name in {"openai", "http"}:
        assert any("K3y 4ZzQ" in str(got) for got in server.got)  # it did arrive


def test_a_bug_of_ours_does_not_show_a_key_either(
    cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    bot = """
def make(key):  # and a bug of ours, as it were
    import sys
    def broken(*_): raise RuntimeError(f"with {key}")
    sys.modules["ninemarch.workflow.run"].history_of = broken
    return lambda x: x
"""
    target = {"python": "bots:make", "factory": True, "params": {"key": "${CANARY_KEY}"}}
    path = write_suite(tmp_path, target=target, files={"bots.py": bot})
    done = cli("run", path, cwd=tmp_path, env=ENV, fresh=True)
    assert done.code == 5
    assert "RuntimeError: with [redacted]" in done.err
    assert KEPT not in done.err


def test_a_variable_that_is_not_set_is_said_by_its_name(
    cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    path = write_suite(tmp_path, target=_targets("http://127.0.0.1:9")["openai"])
    cli("run", path, cwd=tmp_path).must(2, "target openai.api_key: the environment variable CANARY_KEY is not set")


def test_every_door_redacts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ninemarch.text._SECRETS", [])
    conceal("short")
    assert redact("short") == "short"
    conceal(KEY)
    conceal(f"{KEY} and more")
    for form in FORMS:
        text = f"<{form} and more>"
        for door in (redact, scrub, printable, json_text, plain, excerpt):
            assert "K3y" not in str(door(text))
        assert "K3y" not in json.dumps(plain({form: [form, {"a": form}]}))
    assert redact(redact(f"a {KEY} b")) == "a [redacted] b"


def test_a_variable_makes_another_release_and_a_key_does_not(
    write_suite: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = {"model": "m", "base_url": "${PLACE:-http://h}/v1", "api_key": "${CANARY_KEY}"}
    suite = load(write_suite(tmp_path, target={"openai": model}))
    monkeypatch.setenv("CANARY_KEY", KEY)
    first = release_key(suite, Selection())
    monkeypatch.setenv("CANARY_KEY", "another-key-altogether")
    assert release_key(suite, Selection()) == first
    monkeypatch.setenv("PLACE", "http://elsewhere")
    assert release_key(suite, Selection()) != first
