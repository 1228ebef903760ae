"""A model that calls tools: the conversation, its steps, its end, and whose fault what is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from running import Began, endings, rows, verdicts
from servers import completion, reply, says, serving

from ninemarch.journal import Row
from ninemarch.model import Ended, Scenario, TargetSpec, Verdict
from ninemarch.suite import load, make
from ninemarch.targets import open_target

SHOP = """
from ninemarch import HandOff

class Shop:
    tools = [
        {"name": "refund", "description": "pays back", "parameters": {"type": "object"}},
        {"name": "hand_off", "parameters": {"type": "object"}},
        {"name": "broken", "parameters": {"type": "object"}},
    ]

    def __init__(self, given):
        self.paid, self.turns = [], given["turns"]

    async def call(self, name, arguments):
        if name == "hand_off":
            return HandOff("a person must look")
        if name == "broken":
            raise ZeroDivisionError("of ours")
        self.paid.append(arguments["order"])
        return {"ok": True}

    def reply(self, text):
        self.turns -= 1
        return "and the other one?" if self.turns > 0 else None

    def result(self, text):
        return {"paid": self.paid, "said": text}

class Plain:
    tools = Shop.tools
    def __init__(self, given):
        pass
    def call(self, name, arguments):
        return "fine"
"""


def calls(*wanted: tuple[str, Any]) -> bytes:
    made = [
        {"id": f"c{n}", "type": "function", "function": {"name": name, "arguments": given}}
        for n, (name, given) in enumerate(wanted)
    ]
    return reply(completion(None, tool_calls=made))


def run(
    folder: Path, url: str, name: str = "Shop", *, turns: int = 1, max_steps: int = 5, kind: str = "openai"
) -> Row:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop_of_tests.py").write_text(SHOP)
    (folder / "suite.yaml").write_text(
        "{ninemarch: 1, suite: s, scenarios: [{inline: [{id: a, input: 1}]}], checks: [{exact: {}}]}"
    )
    from dataclasses import replace

    scenario = Scenario("a", {"turns": turns, "ask": "refund 7"}, expect={"paid": [7], "said": "done"})
    made = make("desk", [scenario], checks=[lambda s, output: output == s.expect])
    suite = replace(made, folder=load(folder / "suite.yaml").folder)
    tools = {"python": f"shop_of_tests:{name}", "max_steps": max_steps}
    keys = {"base_url": url, "prompt": "{input.ask}", "tools": tools}
    with open_target(TargetSpec(kind, "m", keys), suite) as target:
        Began(folder / "run", suite).go(target)
    (row,) = rows(folder / "run")
    return row


@pytest.fixture(autouse=True)
def _fresh_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "shop_of_tests", raising=False)


def test_tools_are_called_until_the_model_is_done(tmp_path: Path) -> None:
    answers = [calls(("refund", '{"order": 7}')), reply(completion("done"))]
    with serving(says(*answers)) as server:
        row = run(tmp_path, server.url)
    assert verdicts([row]) == [Verdict.PASS]
    assert row.spent == (None, 20)
    first, second = (got.json for got in server.got)
    assert [tool["function"]["name"] for tool in first["tools"]] == ["refund", "hand_off", "broken"]
    assert first["messages"] == [{"role": "user", "content": "refund 7"}]
    assert second["messages"][1]["tool_calls"][0]["function"] == {"name": "refund", "arguments": '{"order": 7}'}
    assert second["messages"][2] == {"role": "tool", "tool_call_id": "c0", "content": '{"ok": true}'}


def test_the_user_answers_and_every_step_is_kept(tmp_path: Path) -> None:
    answers = [reply(completion("which?")), calls(("refund", '{"order": 9}')), reply(completion("done"))]
    with serving(says(*answers)) as server:
        row = run(tmp_path, server.url, turns=2)
    assert verdicts([row]) == [Verdict.FAIL]
    steps = json.loads((row.texts or [""] * 6)[5])
    assert [step["name"] for step in steps] == ["model", "model", "refund", "model"]
    assert steps[1]["input"] == ["and the other one?"]
    assert (steps[2]["input"], steps[2]["output"]) == ({"order": 9}, {"ok": True})
    assert json.loads((row.texts or [""] * 6)[4]) == {"paid": [9], "said": "done"}


def test_a_models_own_mistakes_are_told_to_it(tmp_path: Path) -> None:
    answers = [calls(("nothing", "{}"), ("refund", "[1"), ("refund", '{"order": 7}')), reply(completion("done"))]
    with serving(says(*answers)) as server:
        row = run(tmp_path, server.url)
    assert verdicts([row]) == [Verdict.PASS]
    told = [message["content"] for message in server.got[1].json["messages"][2:]]
    assert ["there is no tool nothing" in told[0], "no JSON object" in told[1]] == [True, True]


@pytest.mark.parametrize(
    ("answer", "verdict", "ended", "words"),
    [
        (calls(("hand_off", "{}")), Verdict.ASSISTED, Ended.HANDED_OFF, "a person must look"),
        (calls(("broken", "{}")), Verdict.ERROR, Ended.ERROR, "tool broken of the suite broke: ZeroDivision"),
        (calls(("refund", '{"order": 1}')), Verdict.FAIL, Ended.ABSTAINED, "not done after 5 answers"),
    ],
)  # fmt: skip
def test_how_it_may_end(tmp_path: Path, answer: bytes, verdict: Verdict, ended: Ended, words: str) -> None:
    with serving(says(answer)) as server:
        row = run(tmp_path, server.url)
    assert (verdicts([row]), endings([row])) == ([verdict], [ended])
    assert words in (row.texts or ("",))[0]
    assert row.texts is not None
    assert row.texts[5]


def test_a_toolbox_may_be_as_plain_as_one_method(tmp_path: Path) -> None:
    with serving(says(calls(("refund", "{}")), reply(completion("text")))) as server:
        row = run(tmp_path, server.url, "Plain")
    assert json.loads((row.texts or [""] * 6)[4]) == "text"


def test_a_refusal_that_nobody_reads_is_a_loud_failure(tmp_path: Path) -> None:
    with serving(says(reply(completion("", refusal="never")))) as server:
        row = run(tmp_path, server.url, "Plain")
    assert endings([row]) == [Ended.ABSTAINED]


def test_the_messages_api_calls_tools_in_its_own_form(tmp_path: Path) -> None:
    wants = {"type": "tool_use", "id": "t1", "name": "refund", "input": {"order": 7}}
    first = {"content": [{"type": "text", "text": "let me"}, wants], "stop_reason": "tool_use"}
    second = {"content": [{"type": "text", "text": "done"}], "stop_reason": "end_turn"}
    with serving(says(reply(json.dumps(first)), reply(json.dumps(second)))) as server:
        row = run(tmp_path, server.url, kind="anthropic")
    assert verdicts([row]) == [Verdict.PASS]
    assert server.got[0].json["tools"][0] == {
        "name": "refund",
        "description": "pays back",
        "input_schema": {"type": "object"},
    }
    _, said, told = server.got[1].json["messages"]
    assert said == {"role": "assistant", "content": [{"type": "text", "text": "let me"}, wants]}
    assert told["content"] == [{"type": "tool_result", "tool_use_id": "t1", "content": '{"ok": true}'}]
