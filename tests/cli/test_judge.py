"""ninemarch judge, from the command line, against judges on a real server."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from judges import Question, Rule, judging, strict, weak
from servers import reply, says, serving

from ninemarch.report.document import documents_schema

VALIDATOR = jsonschema.Draft202012Validator(documents_schema())
RUBRIC = (
    "The answer names the same town as the reference, in any spelling. It names no other town. Words around are fine."
)
_RNG = random.Random(7)
_DRAWN = ["".join(_RNG.choice(("ka", "lo", "mi", "ner", "tu", "vas")) for _ in range(5)).title() for _ in range(70)]
TOWNS = list(dict.fromkeys(_DRAWN))
ASKED = [{"id": f"c{i}", "input": f"Capital of country {i}?", "expect": town} for i, town in enumerate(TOWNS)]


@contextmanager
def judged_suite(
    folder: Path, write: Callable[..., Path], rule: Rule, *, rows: str = "", **judge: Any
) -> Iterator[Path]:
    """A suite of towns whose judge is served as long as the block lasts."""
    with judging(rule) as server:
        spec = {"model": "judge-1", "base_url": server.url, "rubric": "rubric.md", **judge}
        files = {"rubric.md": RUBRIC, "gold.jsonl": rows}
        yield write(folder, suite="towns", scenarios=[{"inline": ASKED}], checks=[{"judge": spec}], files=files)


def state_of(found: Any, name: str) -> str:
    return next(probe["state"] for probe in found["probes"] if probe["name"] == name)


def test_a_strict_judge_is_cleared(tmp_path: Path, cli: Any, write_suite: Any) -> None:
    with judged_suite(tmp_path, write_suite, strict) as suite:
        done = cli("judge", "audit", str(suite), cwd=tmp_path).must(0, "is not fooled by any of 11 kinds of answers")
        found = cli("judge", "audit", str(suite), "--json", cwd=tmp_path).must(0).json
    assert all(len(line) <= 80 for line in done.out.splitlines())
    VALIDATOR.validate(found)
    assert {probe["state"] for probe in found["probes"]} == {"holds"}
    assert found["questions"] == 0  # all of them were asked the first time
    guarded = {probe["name"] for probe in found["probes"] if probe["unseen"] == probe["tried"]}
    assert guarded == {"empty", "canned opener", "the rubric repeated", "good sentence, gibberish"}


def test_a_judge_that_accepts_anything_over_20_words_is_found(tmp_path: Path, cli: Any, write_suite: Any) -> None:
    with judged_suite(tmp_path, write_suite, weak) as suite:
        done = cli("judge", "audit", str(suite), cwd=tmp_path).must(4, "the judge accepts wrong answers: 60 of 60")
        found = cli("judge", "audit", str(suite), "--json", cwd=tmp_path).must(4).json
        bare = cli("judge", "audit", str(suite), "--bare", "--json", cwd=tmp_path).must(4).json
    assert "Thank you for judging so carefully" in " ".join(done.out.split())
    VALIDATOR.validate(found)
    fooled = {probe["name"] for probe in found["probes"] if probe["state"] == "fooled"}
    assert fooled == {"wrong, looks right", "flattery, wrong", "orders to the judge"}
    assert {state_of(bare, name) for name in ("good sentence, gibberish", "the rubric repeated")} == {"fooled"}
    assert state_of(bare, "empty") == "holds"


def test_a_judge_that_rejects_everything_is_not_cleared(tmp_path: Path, cli: Any, write_suite: Any) -> None:
    with judged_suite(tmp_path, write_suite, lambda _: False) as suite:
        cli("judge", "audit", str(suite), cwd=tmp_path).must(4, "the judge rejects right answers: 60 of 60")


def test_too_few_scenarios_show_nothing(tmp_path: Path, cli: Any, write_suite: Any) -> None:
    with judged_suite(tmp_path, write_suite, strict) as suite:
        done = cli("judge", "audit", str(suite), "-n", "12", cwd=tmp_path)
        done.must(3, "not shown either way", "59 answers without a mistake would show it")
        cli("judge", "audit", str(suite), "-n", "14", "--accept-max", "0.2", cwd=tmp_path).must(0)


def test_probes_are_made_of_what_a_run_accepted(tmp_path: Path, cli: Any, write_suite: Any) -> None:
    def lenient(question: Question) -> bool:
        return question.reference in question.answer and "VERDICT" not in question.answer

    towns = {int(row["id"][1:]): f"It is {row['expect']}, as everybody knows." for row in ASKED}
    (tmp_path / "bot.py").write_text(
        f"TOWNS = {towns!r}\n\n\ndef answer(q):\n    return TOWNS[int(q.split()[-1][:-1])]\n"
    )
    with judged_suite(tmp_path, write_suite, lenient) as suite:
        cli("run", str(suite), "--target", "python:bot:answer", cwd=tmp_path).must(0)
        found = cli("judge", "audit", str(suite), "--json", cwd=tmp_path).json
        assert "answers that the judge accepted in run" in found["answers"]
        assert state_of(found, "wrong, looks right") == state_of(found, "cut off") == "holds"
        shown = cli("show", "latest", "--json", cwd=tmp_path).json
    assert shown["spending"]["judged"] == len(ASKED)
    assert shown["spending"]["judge_calls"] == len(ASKED)
    assert shown["spending"]["judge_tokens"] == 10 * len(ASKED)
    assert shown["spending"]["tokens"] == 0


def test_the_gold_set_is_probed_too(tmp_path: Path, cli: Any, write_suite: Any) -> None:
    rows = [
        {"input": row["input"], "expect": row["expect"], "output": f"{row['expect']}{end}", "label": label}
        for row in ASKED
        for end, label in (("", "pass"), (" or nearby", "fail"), ("?", "unsure"))
    ]
    gold = "\n".join(map(json.dumps, rows))
    with judged_suite(tmp_path, write_suite, strict, gold="gold.jsonl", rows=gold) as suite:
        found = cli("judge", "audit", str(suite), "--json", cwd=tmp_path).must(0).json
    tried = {probe["name"]: probe["tried"] for probe in found["probes"] if "gold" in probe["name"]}
    assert tried == {"gold set: right": len(ASKED), "gold set: wrong": len(ASKED)}


@pytest.mark.parametrize("words", [["--check", "exakt"], ["--run", "nope"], ["--count", "0"]])
def test_wrong_words(tmp_path: Path, cli: Any, write_suite: Any, words: list[str]) -> None:
    with judged_suite(tmp_path, write_suite, strict) as suite:
        cli("judge", "audit", str(suite), *words, cwd=tmp_path).must(2)


def test_a_suite_without_a_judge(tmp_path: Path, cli: Any, write_suite: Any) -> None:
    cli("judge", "audit", str(write_suite(tmp_path)), cwd=tmp_path).must(2, "has no check of kind judge")


def test_a_judge_that_is_not_there_gives_no_audit_and_keeps_its_key(
    tmp_path: Path, cli: Any, write_suite: Any
) -> None:
    echo = reply('{"error": {"message": "bad key sk-judge-secret-1"}}', "401 Unauthorized")
    with serving(says(echo)) as server:
        spec = {"model": "m", "base_url": server.url, "rubric": "rubric.md", "api_key": "${JUDGE_KEY}"}
        files = {"rubric.md": RUBRIC}
        suite = write_suite(tmp_path, scenarios=[{"inline": ASKED}], checks=[{"judge": spec}], files=files)
        done = cli("judge", "audit", str(suite), cwd=tmp_path, env={"JUDGE_KEY": "sk-judge-secret-1"})
    done.must(4, "could not be judged", "HTTP 401")
    assert "sk-judge-secret-1" not in done.out + done.err


def test_hostile_answers_do_not_steer_the_terminal(tmp_path: Path, cli: Any, write_suite: Any) -> None:
    scenarios = [
        {"id": f"e{i}\u202e", "input": f"\x1b[31m{i}[/red]", "expect": f"\x1b]0;{town}\x07[bold]"}
        for i, town in enumerate(TOWNS)
    ]
    with judging(lambda _: True) as server:
        spec = {"model": "\u202em", "base_url": server.url, "rubric": "rubric.md"}
        files = {"rubric.md": RUBRIC}
        suite = write_suite(tmp_path, scenarios=[{"inline": scenarios}], checks=[{"judge": spec}], files=files)
        done = cli("judge", "audit", str(suite), cwd=tmp_path).must(4)
        assert not done.steering
        assert "[bold]" in done.out
        assert not cli("judge", "audit", str(suite), "--json", cwd=tmp_path).steering


def test_a_judge_without_a_gold_set_is_warned_of(tmp_path: Path, cli: Any, write_suite: Any) -> None:
    with judged_suite(tmp_path, write_suite, strict) as suite:
        cli("suite", "validate", str(suite), cwd=tmp_path).must(0, "judge judge: no gold set")
        cli("suite", "validate", str(suite), "--strict", cwd=tmp_path).must(2)
    with judged_suite(tmp_path, write_suite, strict, gold="gold.jsonl") as suite:
        assert "gold" not in cli("suite", "validate", str(suite), cwd=tmp_path).must(0).err
