"""The desk for a chat model: over real HTTP, with a model that knows what to say, and with all that one may ask."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from desks import FOLDER, made
from ruamel.yaml import YAML
from servers import Got, completion, reply, serving

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.model import Verdict
from ninemarch.suite import load

# isort: split
from desk_suite.checks import money, right_state
from desk_suite.provider import DeskTools

Message = dict[str, Any]


def asks(name: str, **given: Any) -> bytes:
    call = {"id": "c", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
    return reply(completion(None, tool_calls=[call]))


def model(messages: list[Message]) -> bytes:
    """Serve a customer whose wish and number are plain, by the policy; decided from what was said so far."""
    heard = " ".join(str(each["content"]) for each in messages if each["role"] == "user")
    done = [call["function"]["name"] for each in messages for call in each.get("tool_calls") or ()]
    told = [json.loads(each["content"]) for each in messages if each["role"] == "tool"]
    number = re.findall(r"\b\d{6}\b", heard)[-1]
    wish = next((kind for kind in ("address", "cancel", "refund", "return") if kind in heard.lower()), "status")
    if not re.search(r"\b\d{5}\b", heard):
        return reply(completion("Your name and postcode, please?"))
    if not done:
        return asks("look_up_order", order_id=number)
    if wish == "address" and "Lane" not in heard and not re.search(r"\d+ \w+ \w+, \w+", heard):
        return reply(completion("What is the new address?"))
    if done == ["look_up_order"]:
        more = {
            "refund": {"amount_cents": told[0]["price_cents"]},
            "address": {"address": (re.findall(r"\d+ \w+ \w+, \w+", heard) or [""])[-1]},
        }
        return asks("change_address" if wish == "address" else wish, order_id=number, **more.get(wish, {}))
    if done[-1] != "close":
        return asks("close", request=wish, result="done")
    return reply(completion("Is there anything else?" if "that is all" not in heard else "Goodbye."))


async def serve(got: Got, writer: asyncio.StreamWriter) -> bool:
    writer.write(model(got.json["messages"]))
    await writer.drain()
    return True


def test_a_chat_model_serves_the_canonical_customers_over_http(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(serve) as server:
        monkeypatch.setenv("DESK_URL", server.url)
        suite = load(FOLDER / "chat.yaml")
        done = workflow.run(suite, Selection(subset="canonical", trials=20), root=tmp_path)
    counts = done.evidence.overall.counts
    assert (counts.passed, counts.failed, counts.errors) == (20, 0, 0), done.evidence.failures[:2]
    first = server.got[0].json
    assert first["messages"][0]["role"] == "system"
    assert "Money that moved does not come back" in " ".join(first["messages"][0]["content"].split())
    assert not any(word in json.dumps(server.got[-1].json["messages"]) for word in ("insists", "withdraws", "expect"))


def test_the_policy_in_the_prompt_is_the_policy() -> None:
    system = YAML(typ="safe").load(FOLDER / "chat.yaml")["target"]["openai"]["system"]
    rules = (FOLDER / "POLICY.md").read_text(encoding="utf-8").split("\n\n", 1)[1]
    assert rules.split() == system[system.index("1. ") :].split()
    chat = YAML(typ="safe").load(FOLDER / "chat.yaml")
    own = YAML(typ="safe").load(FOLDER / "suite.yaml")
    assert [chat[key] for key in ("profiles", "checks", "seeds", "oracle")] == [
        own[key] for key in ("profiles", "checks", "seeds", "oracle")
    ]


def test_what_arrives_is_told_as_it_arrived() -> None:
    case = made(faults=((0, "truncated", 0.5), (1, "rate_limit", 0.5), (2, "timeout_after_commit", 0.5)))
    tools, number = DeskTools(case.input), case.input["customer"]["order"]
    cut = tools.call("look_up_order", {"order_id": number})
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut)
    busy = tools.call("look_up_order", {"order_id": number})
    assert (busy["status"], busy["retry_after_seconds"]) == (429, 17.0)
    assert tools.call("wait", {"seconds": 20}) == "ok"
    lost = tools.call("refund", {"order_id": number, "amount_cents": case.expect["changes"][0][2]})
    assert lost["error"] == "CallTimeout"
    assert tools.call("close", {"request": "refund", "result": "done"}) == '{"ok": true}'
    assert tools.reply("Done. Anything else?") == "No, that is all. Thank you."
    assert tools.reply("Goodbye.") is None
    output = tools.result("Goodbye.")
    assert right_state(case, output)[0] is money(case, output)[0] is Verdict.PASS
    assert right_state(case, {"state": output, "text": "x"})[0] is Verdict.PASS


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("wait", {"seconds": "long"}),
        ("wait", {"seconds": -3}),
        ("look_up_order", {"tool": "x", "wait": "y", "args": 1}),
        ("look_up_order", {"order_id": {"$ne": ""}}),
        ("refund", {"order_id": "1", "amount_cents": 1.5}),
        ("close", {"request": "\x1b[2J", "result": []}),
        ("nosuch", {}),
    ],
)
def test_nothing_that_a_model_asks_for_breaks_the_world(name: str, given: dict[str, Any]) -> None:
    tools = DeskTools(made().input)
    assert tools.call(name, given) is not None
    assert tools.result("")["changes"] == []


def test_a_person_who_was_asked_ends_the_conversation() -> None:
    case = made(due="person")
    tools = DeskTools(case.input)
    tools.call("hand_off", {"reason": "above 250.00"})
    assert tools.reply("A person will look at it.") is None
    assert right_state(case, tools.result(""))[0] is Verdict.PASS


def test_a_model_that_never_ends_is_stopped_and_its_harm_still_shows() -> None:
    case = made()
    tools = DeskTools(case.input)
    for _ in range(90):
        told = tools.call("refund", {"order_id": case.input["customer"]["order"], "amount_cents": 1})
    assert "too long" in told["error"]
    assert tools.reply("Hello?") is None
    assert money(case, tools.result(""))[0] is Verdict.FAIL
