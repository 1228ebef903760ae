"""State that a target left: files and databases, read only where the suite allows, whatever the target says."""

import os
import sqlite3

import pytest

from ninemarch.checks import compile_checks
from ninemarch.model import Ended, Outcome, Scenario, Suite, Verdict
from ninemarch.suite.check_schema import CheckModel
from ninemarch.suite.check_specs import check_spec

ROWS = "SELECT status, total FROM orders WHERE id = :order"


def ruling(folder, check, expect, output=""):
    spec = check_spec(CheckModel.model_validate(check), folder)
    judge = compile_checks(Suite("s", (), (spec,), folder=folder))
    return judge(Scenario("a", {"order": 7}, expect=expect), Outcome(Ended.ANSWERED, output))


@pytest.fixture
def shop(tmp_path):
    home = tmp_path / "suite"
    (home / "state").mkdir(parents=True)
    base = sqlite3.connect(home / "state" / "shop.db")
    base.execute("CREATE TABLE orders (id INTEGER, status TEXT, total REAL, raw BLOB)")
    base.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", [(7, "refunded", 3.5, b"\xff"), (8, "open", 1, b"")])
    base.commit()
    base.close()
    (home / "state" / "note.txt").write_bytes(b"refunded 3.50 \xff")
    (tmp_path / "secret.txt").write_text("the key is 1234", encoding="utf-8")
    (home / "state" / "link").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(home / "state" / "pipe")
    return home


def test_the_rows_of_a_query_with_the_scenario_s_own_values(shop):
    check = {"read": {"file": "state/shop.db", "query": ROWS}, "exact": {}}
    assert ruling(shop, check, [["refunded", 3.5]]).verdict is Verdict.PASS
    found = ruling(shop, check, [["open", 3.5]])
    assert found.verdict is Verdict.FAIL
    assert found.reason == 'expected [["open", 3.5]], got [["refunded", 3.5]]'


def test_one_value_of_a_query(shop):
    check = {"read": {"file": "state/shop.db", "query": ROWS}, "at": "$[0][1]", "number": {"abs": 0.1}}
    assert ruling(shop, check, 3.45).verdict is Verdict.PASS
    assert ruling(shop, check, 3).verdict is Verdict.FAIL


def test_a_database_that_the_answer_names(shop):
    read = {"file_at": "$.db", "folder": "state", "query": "SELECT raw FROM orders ORDER BY id"}
    check = {"read": read, "exact": {}}
    assert ruling(shop, check, [["ff"], [""]], {"db": "shop.db"}).verdict is Verdict.PASS
    assert ruling(shop, check, [["ff"]], {"db": "note.txt"}).reason == "cannot query note.txt: file is not a database"


def test_a_query_writes_nothing(shop):
    check = {"read": {"file": "state/shop.db", "query": "DELETE FROM orders"}, "exact": {}}
    found = ruling(shop, check, [])
    assert (found.verdict, "not authorized" in found.reason) == (Verdict.ERROR, True)
    attach = {"read": {"file": "state/shop.db", "query": "ATTACH 'x' AS y"}, "exact": {}}
    assert ruling(shop, attach, []).verdict is Verdict.ERROR


def test_a_query_that_is_wrong_is_no_failure_of_the_target(shop):
    wrong = {"read": {"file": "state/shop.db", "query": "SELEC 1"}, "exact": {}}
    unknown = {"read": {"file": "state/shop.db", "query": "SELECT :customer"}, "exact": {}}
    assert ruling(shop, wrong, []).verdict is Verdict.ERROR
    assert ruling(shop, unknown, []).verdict is Verdict.ERROR


def test_a_query_without_end_is_stopped(shop):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    found = ruling(shop, {"read": {"file": "state/shop.db", "query": endless}, "exact": {}}, [])
    assert (found.verdict, found.reason) == (Verdict.FAIL, "cannot query shop.db: interrupted")


def test_the_text_of_a_file(shop):
    check = {"read": {"file_at": "$.note", "folder": "state"}, "contains": "refunded"}
    assert ruling(shop, check, None, {"note": "note.txt"}).verdict is Verdict.PASS
    assert ruling(shop, check, None, {"note": str(shop / "state" / "note.txt")}).verdict is Verdict.PASS
    assert ruling(shop, {**check, "contains": "open"}, None, {"note": "note.txt"}).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../../secret.txt", "lies outside state, where this check may read"),
        ("/etc/passwd", "lies outside state"),
        ("link", "lies outside state"),
        ("pipe", "pipe is not a file"),
        (".", "is not a file"),
        ("none.txt", "cannot read the file none.txt: No such file or directory"),
        ("a\0b", "cannot read the file a"),
        ("x" * 5000, "cannot read the file x"),
        (["note.txt"], 'expected the name of a file, got ["note.txt"]'),
        (None, "expected the name of a file, got null"),
    ],
)
def test_what_a_target_names_opens_no_other_file(shop, name, words):
    found = ruling(shop, {"read": {"file_at": "$.f", "folder": "state"}, "not_contains": "1234"}, None, {"f": name})
    assert found.verdict is Verdict.FAIL
    assert words in found.reason
    assert "1234" not in found.reason
