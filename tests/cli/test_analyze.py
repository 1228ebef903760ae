"""`ninemarch analyze`: what others recorded is counted right, wrong input is named, hostile text stays text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic import A, E, F, P, U, V, plan_of, trial, write_run

from ninemarch import table
from ninemarch.report.document import documents_schema

Cli = Callable[..., Any]
HOSTILE = "\x1b[2J[red]</script>\u202e"


def write(path: Path, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def analyzed(cli: Cli, folder: Path, *words: object) -> dict[str, Any]:
    done = cli("analyze", *words, "--json", cwd=folder)
    assert done.code in {0, 1, 3, 4}, done.err
    document = json.loads(done.out)
    jsonschema.Draft202012Validator(documents_schema()).validate(document)
    assert document["exit_code"] == done.code
    return document


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """3,000 rows in two files of a lake; every 100th fails, every 1,000th has no outcome."""
    for part in range(2):
        rows = range(1500 * part, 1500 * part + 1500)
        write(
            tmp_path / "lake" / f"region={['eu', 'us'][part]}" / "part-0.parquet",
            passed=pa.array([None if n % 1000 == 7 else n % 100 != 0 for n in rows], pa.bool_()),
            language=[["de", "en", HOSTILE][n % 3] for n in rows],
            shard=pa.array([None if n % 10 == 0 else n % 10 for n in rows], pa.int32()),
            item=[n // 10 for n in rows],
            use=[1.0 + n % 2 for n in rows],
            score=[0.5] * 1500,
            notes=[["a"]] * 1500,
        )
    return tmp_path


def test_the_whole_and_every_slice(cli: Cli, lake: Path) -> None:
    words = ("lake", "--success", "passed", "--by", "region", "--by", "shard", "--by", "language,region")
    found = analyzed(cli, lake, *words)
    assert (found["files"], found["rows"], found["verdict"]) == (2, 3000, "NO GATE")
    nothing = dict.fromkeys(("assisted", "error", "void"), 0)
    assert found["counts"] == nothing | {"rows": 3000, "pass": 2967, "fail": 30, "unscored": 3}
    assert (found["rate"]["failures"], found["rate"]["trials"]) == (30, 2997)
    # scipy.stats.binomtest(2967, 2997).proportion_ci(0.9): Clopper-Pearson, from a source that is not us.
    assert found["rate"]["lower"] == pytest.approx(0.9864471637906)
    assert found["rate"]["upper"] == pytest.approx(0.9927858682149)
    worst, best = found["readings"]
    assert (worst["failures"], best["failures"]) == (33, 30)
    parts = {tuple(sorted(each["where"].items())): each for each in found["slices"]}
    assert len(parts) == 2 + 10 + 6
    assert parts[("region", "eu"),]["counts"]["rows"] == 1500
    assert parts[("shard", "(null)"),]["counts"] == parts[("shard", "(null)"),]["counts"] | {"rows": 300, "fail": 30}
    assert parts[("shard", "7"),]["counts"] == parts[("shard", "7"),]["counts"] | {"rows": 300, "unscored": 3}
    both = parts[("language", HOSTILE), ("region", "us")]
    assert both["counts"]["rows"] == 500
    for names in ({"region"}, {"shard"}, {"language", "region"}):
        mine = [each for key, each in parts.items() if {name for name, _ in key} == names]
        for what in ("rows", "pass", "fail", "unscored"):
            assert sum(each["counts"][what] for each in mine) == found["counts"][what]


def test_groups_are_worth_less_than_their_rows(cli: Cli, lake: Path) -> None:
    found = analyzed(cli, lake, "lake", "--success", "passed", "--group", "item", "--by", "region")
    assert (found["rate"]["trials"], found["rate"]["units"]) == (2997, 300)
    assert "grouped" in found["rate"]["method"]
    assert found["slices"][0]["rate"]["units"] == 150
    alone = analyzed(cli, lake, "lake", "--success", "passed")
    assert alone["effective_trials"] == alone["rate"]["trials"]
    whole = write(lake / "whole.parquet", passed=[n >= 30 for n in range(3000)], item=[n // 10 for n in range(3000)])
    found = analyzed(cli, lake, whole, "--success", "passed", "--group", "item")
    assert found["effective_trials"] == pytest.approx(300, rel=0.05)  # items fail whole: so many independent trials
    assert "worth" in cli("analyze", whole, "--success", "passed", "--group", "item", cwd=lake).out


def test_words_and_numbers_name_groups_alike_and_a_row_without_one_is_alone(cli: Cli, tmp_path: Path) -> None:
    passed = [n % 7 != 0 for n in range(60)]
    number = [None if n % 6 == 5 else n // 6 - 4 for n in range(60)]
    write(tmp_path / "n.parquet", ok=passed, item=pa.array(number, pa.int64()))
    write(tmp_path / "w.parquet", ok=passed, item=[None if n is None else f"item {n}" for n in number])
    first, second = (
        analyzed(cli, tmp_path, f, "--success", "ok", "--group", "item") for f in ("n.parquet", "w.parquet")
    )
    assert first["rate"] == second["rate"]
    assert first["rate"]["units"] == 20


def test_weights_move_the_rate(cli: Cli, lake: Path) -> None:
    found = analyzed(cli, lake, "lake", "--success", "passed", "--weight", "use")
    # All failures are even rows of weight 1; of the 2,997 scored rows 1,500 weigh 1 and 1,497 weigh 2.
    assert found["rate"]["estimate"] == pytest.approx(1 - 30 / (1500 + 2 * 1497))
    assert found["rate"]["method"] == "weighted gamma"


def test_where_leaves_rows_out_and_says_so(cli: Cli, lake: Path) -> None:
    found = analyzed(cli, lake, "lake", "--success", "passed", "--where", "region=eu", "--where", "shard=3")
    assert (found["rows"], found["counts"]["rows"]) == (3000, 150)
    assert any("2,850 rows left out" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("gates", "code", "verdict"),
    [
        (["0.98"], 0, "PASS"),
        (["99.5%"], 1, "FAIL"),
        (["0.99"], 3, "NOT PROVEN"),
        (["region=0.97", "language,region=0.9"], 0, "PASS"),
        (["shard=0.97"], 1, "FAIL"),
    ],
)
def test_gates_decide_by_exit_code(cli: Cli, lake: Path, gates: list[str], code: int, verdict: str) -> None:
    words = [word for gate in gates for word in ("--gate", gate)]
    by = ("--by", "region", "--by", "shard", "--by", "language,region")
    done = cli("analyze", "lake", "--success", "passed", *by, *words, cwd=lake)
    assert (done.code, verdict in done.out) == (code, True), done.out + done.err


def test_hostile_words_stay_words(cli: Cli, lake: Path) -> None:
    done = cli("analyze", "lake", "--success", "passed", "--by", "language", "--gate", "language=0.9", cwd=lake)
    assert "\x1b" not in done.out
    assert "\\x1b[2J[red]</script>\\u202e" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert "\x1b" not in cli("analyze", "lake", "--success", "passed", "--by", "language", "--json", cwd=lake).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere/*.parquet", "--success", "passed"], "no Parquet file is named by"),
        (["lake"], "has no column 'verdict'; it has 'passed', 'language'"),
        (["lake", "--success", "pased"], "did you mean 'passed'?"),
        (["lake", "--success", "score"], "column 'score' is double; allowed: true and false"),
        (["lake", "--success", "item"], "column 'item' is int64; allowed: true and false"),
        (["lake", "--success", "language"], "allowed: true and false, or verdicts"),
        (["lake", "--success", "passed", "--by", "notes"], "column 'notes' is list"),
        (["lake", "--success", "passed", "--weight", "language"], "allowed: numbers, for --weight"),
        (
            ["lake", "--success", "passed", "--weight", "shard"],
            "says nan; allowed: numbers of at least 0, in every row",
        ),
        (["lake", "--success", "passed", "--where", "region=asia"], "none of 3,000 rows has region=asia"),
        (["lake", "--success", "passed", "--where", "region"], "allowed: COLUMN=VALUE"),
        (["lake", "--success", "passed", "--gate", "region=0.9"], "--gate region=0.9; allowed: a rate, as 0.999, or"),
        (["lake", "--success", "passed", "--gate", "1.5"], "is not a success rate"),
        (["lake", "--success", "passed", "--confidence", "95"], "allowed: from 0.5 to below 1"),
        (["text.parquet", "--success", "passed"], "cannot be read as Parquet"),
    ],
)
def test_wrong_input_is_named(cli: Cli, lake: Path, words: list[str], said: str) -> None:
    (lake / "text.parquet").write_text("passed\ntrue\n")
    done = cli("analyze", *words, cwd=lake)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_damaged_file_is_no_evidence(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    ok = [n * n % 7 < 5 for n in range(90_000)]
    pq.write_table(pa.table({"ok": ok}), path, write_page_checksum=True, compression="none")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    done = cli("analyze", path, "--success", "ok", cwd=tmp_path)
    assert (done.code, done.out) == (4, "")
    assert "damaged" in done.err


def test_nothing_scored_is_no_pass(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", ok=pa.array([None, None], pa.bool_()))
    write(tmp_path / "b.parquet", ok=pa.array([], pa.bool_()))
    done = cli("analyze", "a.parquet", "--success", "ok", "--gate", "0.9", cwd=tmp_path)
    assert done.code == 4
    assert "2 rows = 0 pass + 0 fail + 2 unscored" in done.out
    done = cli("analyze", "b.parquet", "--success", "ok", cwd=tmp_path)
    assert done.code == 2
    assert "no row in the files" in done.err


def test_a_file_named_twice_counts_once(cli: Cli, lake: Path) -> None:
    found = analyzed(cli, lake, "lake", "lake/*/*.parquet", "lake/region=eu/part-0.parquet", "--success", "passed")
    assert (found["files"], found["rows"]) == (2, 3000)


def test_tables_of_many_runs(cli: Cli, tmp_path: Path) -> None:
    for run in range(2):
        trials = [trial(n, [P, P, P, F, A, U, E, V][n % 8], {"size": "ab"[n % 2]}) for n in range(800)]
        table.ensure(write_run(tmp_path / "runs" / str(run), plan_of(800), trials))
    found = analyzed(cli, tmp_path, "runs/*/*.parquet", "--by", "a.size", "--group", "scenario")
    expected = {"pass": 600, "fail": 200, "assisted": 200, "unscored": 200, "error": 200, "void": 200}
    assert found["counts"] == {"rows": 1600, **expected}
    assert found["verdict"] == "INVALID"
    assert any("'ninemarch gate RUN'" in note for note in found["notes"])
