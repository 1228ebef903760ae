"""ninemarch judge calibrate: people's labels of a judged run, a gold set, and what a judged gate may prove."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from judges import Question, judging

from ninemarch.report.document import documents_schema

VALIDATOR = jsonschema.Draft202012Validator(documents_schema())
MANY = 400
RUBRIC = "The answer is the number that the task asks for, and nothing else."
# Every 20th answer is wrong; every 40th is so wrong that the judge notices it.
BOT = """
def answer(n):
    return f"nonsense {n}" if n % 40 == 0 else f"about {n + 1}" if n % 40 == 20 else f"about {n}"
"""


def kind(question: Question) -> bool:
    """Accepts anything that sounds like an answer."""
    return question.answer.startswith("about")


@pytest.fixture
def ran(tmp_path: Path, cli: Any, write_suite: Callable[..., Path]) -> Callable[..., Path]:
    """Run a judged suite; its verdicts are in the memory, so its judge need not be there any more."""

    def run(
        code: int, rule: Any = kind, *, rows: str = "", success: float = 0.9, bot: str = BOT, **keys: Any
    ) -> Path:
        inline = [{"id": f"n{i}", "input": i, "expect": f"about {i}"} for i in range(1, MANY + 1)]
        with judging(kind) as server:
            spec = {
                "model": "judge-1",
                "base_url": server.url,
                "rubric": "rubric.md",
                **({"gold": "g.jsonl"} if rows else {}),
            }
            suite = write_suite(
                tmp_path,
                files={"rubric.md": RUBRIC, "bot.py": bot, "g.jsonl": rows},
                target={"python": "bot:answer"},
                scenarios=[{"inline": inline}],
                checks=[{"judge": spec}],
                trials={"max": MANY, "stop": "fixed"},
                gates=[{"id": "overall", "success": success}],
            )
            if rows:
                found = cli("judge", "calibrate", "--gold", str(suite), "--json", cwd=tmp_path)
                VALIDATOR.validate(found.must(0, "judge-gold-").json)
            cli("run", str(suite), cwd=tmp_path).must(code)
        return suite

    return run


def filled(sheet: Path, label: Callable[[dict[str, Any]], str]) -> None:
    rows = [json.loads(line) for line in sheet.read_text().splitlines()]
    assert all(row["label"] == "" and "verdict" not in row for row in rows)
    sheet.write_text("".join(json.dumps({**row, "label": label(row)}) + "\n" for row in rows))


def truth(row: dict[str, Any]) -> str:
    return "pass" if row["output"] == row["expect"] else "fail"


def test_a_judge_that_nobody_has_checked_proves_nothing(tmp_path: Path, cli: Any, ran: Any) -> None:
    ran(3)
    done = cli("gate", "latest", cwd=tmp_path).must(3, "judge-limited at 0.00%: nobody has checked its verdicts")
    done.must(3, "ninemarch judge calibrate")
    found = cli("gate", "latest", "--json", cwd=tmp_path).json
    VALIDATOR.validate(found)
    assert (found["rate"]["lower"], found["gates"][0]["verdict"]) == (0.0, "NOT PROVEN")
    assert found["rate"]["failures"] == MANY // 40
    cli("report", "latest", "-o", "page.html", cwd=tmp_path).must(0)
    assert "judge-limited at 0.00%" in (tmp_path / "page.html").read_text()


def test_labels_correct_the_rate_and_let_a_gate_pass(tmp_path: Path, cli: Any, ran: Any) -> None:
    ran(3)
    cli("judge", "calibrate", "latest", "--sheet", "sheet.jsonl", cwd=tmp_path).must(0, "300 answers to label")
    cli("judge", "calibrate", "latest", "--sheet", "sheet.jsonl", cwd=tmp_path).must(2, "is there already")
    cli("judge", "calibrate", "latest", "--read", "sheet.jsonl", cwd=tmp_path).must(2, "line 1: label=")
    filled(tmp_path / "sheet.jsonl", truth)
    done = cli("judge", "calibrate", "latest", "--read", "sheet.jsonl", cwd=tmp_path)
    done.must(0, "two-phase audit", "judge-limited at", "10 of 10 judged failures", "commit it")
    assert all(len(line) <= 80 for line in done.out.splitlines())
    found = cli("judge", "calibrate", "latest", "--json", cwd=tmp_path).must(0).json
    VALIDATOR.validate(found)
    assert found["success"]["lower"] < 0.95 < found["success"]["upper"]
    assert found["judged"] == pytest.approx(1 - 1 / 40)
    assert found["sensitivity"]["upper"] < 1
    cli("gate", "latest", cwd=tmp_path).must(0, "judge-limited at", "PASS")
    found = cli("gate", "latest", "--json", cwd=tmp_path).json
    assert 0.9 < found["rate"]["lower"] < 0.95


def test_a_gate_above_what_the_labels_show_is_refused(tmp_path: Path, cli: Any, ran: Any) -> None:
    ran(3, success=0.955)  # the judge says 97.5%, 95% are right
    cli("judge", "calibrate", "latest", "--sheet", "sheet.jsonl", cwd=tmp_path).must(0)
    filled(tmp_path / "sheet.jsonl", truth)
    cli("judge", "calibrate", "latest", "--read", "sheet.jsonl", cwd=tmp_path).must(0)
    cli("gate", "latest", cwd=tmp_path).must(3, "judge-limited at", "Have people label more")


def test_a_sheet_as_csv(tmp_path: Path, cli: Any, ran: Any) -> None:
    ran(3, bot='def answer(n):\n    return "=1+1" if n == 7 else f"about {n}"\n')
    cli("judge", "calibrate", "latest", "--labels", "400", "--sheet", "sheet.csv", cwd=tmp_path).must(0)
    sheet = tmp_path / "sheet.csv"
    with sheet.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == MANY
    assert [row["output"] for row in rows if row["output"].startswith("'")] == ["'=1+1"]
    with sheet.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "label": truth(row)} for row in rows)
    cli("judge", "calibrate", "latest", "--read", "sheet.csv", cwd=tmp_path).must(0, "1 of 1 judged failures")


SPOILT: list[tuple[Callable[[list[Any]], list[Any]], str]] = [
    (lambda rows: rows[1:], "label exactly the rows"),
    (lambda rows: [*rows, rows[0]], "stands twice"),
    (lambda rows: [{**rows[0], "trial": 10**6}, *rows[1:]], "label exactly the rows"),
    (lambda rows: [{**rows[0], "trial": None}, *rows[1:]], "has no number of a trial"),
    (lambda rows: [{**rows[0], "label": "maybe"}, *rows[1:]], "label=maybe; allowed: pass, fail, unsure"),
    (lambda rows: [{**rows[0], "lable": "x"}, *rows[1:]], "did you mean 'label'?"),
]


def test_a_sheet_that_is_not_the_one_drawn_is_refused(tmp_path: Path, cli: Any, ran: Any) -> None:
    ran(3)
    cli("judge", "calibrate", "latest", "--labels", "40", "--sheet", "sheet.jsonl", cwd=tmp_path).must(0)
    filled(tmp_path / "sheet.jsonl", truth)
    drawn = [json.loads(line) for line in (tmp_path / "sheet.jsonl").read_text().splitlines()]
    for spoil, message in SPOILT:
        (tmp_path / "sheet.jsonl").write_text("".join(json.dumps(row) + "\n" for row in spoil(drawn)))
        cli("judge", "calibrate", "latest", "--read", "sheet.jsonl", cwd=tmp_path).must(2, message)
    assert not (tmp_path / "reports").exists()


def test_a_gold_set_calibrates_every_run_of_its_judge(tmp_path: Path, cli: Any, ran: Any) -> None:
    rows = [
        {"input": i, "expect": f"about {i}", "output": output, "label": label}
        for i in range(1, 301)
        for output, label in ((f"about {i}", "pass"), (f"nonsense of {i}", "fail"))
    ]
    ran(0, rows="\n".join(map(json.dumps, rows)))
    cli("gate", "latest", cwd=tmp_path).must(0, "judge-limited at", "600 answers of the gold set")


def test_a_damaged_file_of_labels_is_an_error(tmp_path: Path, cli: Any, ran: Any) -> None:
    ran(3)
    cli("judge", "calibrate", "latest", "--labels", "40", "--sheet", "sheet.jsonl", cwd=tmp_path).must(0)
    filled(tmp_path / "sheet.jsonl", truth)
    cli("judge", "calibrate", "latest", "--read", "sheet.jsonl", cwd=tmp_path).must(0)
    (kept,) = (tmp_path / "reports").rglob("judge-*.json")
    kept.write_text(kept.read_text().replace('"pass"', '"perhaps"', 1))
    cli("gate", "latest", cwd=tmp_path).must(2, "holds a label other than pass, fail, unsure")
    kept.write_text("{")
    cli("gate", "latest", cwd=tmp_path).must(2, "is no file of a judge")


def test_a_run_without_a_judge_cannot_be_audited(tmp_path: Path, cli: Any, write_suite: Any) -> None:
    cli("run", str(write_suite(tmp_path)), cwd=tmp_path).must(0)
    cli("judge", "calibrate", "latest", cwd=tmp_path).must(2, "no judge had a say in it")
    cli("judge", "calibrate", "--gold", "suite.yaml", cwd=tmp_path).must(2, "no check of kind judge")


MAKE = """
def make(levels, rng):
    number = rng.randrange(1, 10**9)
    return {"input": number, "expect": f"about {number}"}
"""


@pytest.mark.parametrize(("words", "method"), [([], "Fay-Feuer"), (["--stop", "sequential"], "Bonferroni")])
def test_a_drawn_suite_runs_a_fixed_plan_unless_asked(
    tmp_path: Path, cli: Any, write_suite: Any, words: list[str], method: str
) -> None:
    with judging(kind) as server:
        suite = write_suite(
            tmp_path,
            files={"rubric.md": RUBRIC, "bot.py": BOT + MAKE},
            target={"python": "bot:answer"},
            scenarios=[{"generate": {"python": "bot:make"}}],
            checks=[
                {"any": [{"exact": {}}, {"judge": {"model": "m", "base_url": server.url, "rubric": "rubric.md"}}]}
            ],
            trials={"max": 200},
            gates=[{"id": "overall", "success": 0.9}],
        )
        cli("run", str(suite), *words, cwd=tmp_path).must(3, "judge-limited at 0.00%", "judged")
    cli("judge", "calibrate", "latest", "--labels", "10", "--sheet", "sheet.jsonl", cwd=tmp_path).must(0)
    filled(tmp_path / "sheet.jsonl", truth)
    cli("judge", "calibrate", "latest", "--read", "sheet.jsonl", cwd=tmp_path).must(0, method, "needed no judge")
