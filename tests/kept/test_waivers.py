"""``waivers.toml``: what is read, and what is refused before anything runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ninemarch.errors import UsageError
from ninemarch.kept import load_waivers

GOOD = """
[[waiver]]
match = {scenario = "refund-*", check = "one-refund", kind = "silent", text = "twice", attributes = {tool = "a"}}
reason = "refund is sent twice after a timeout"
owner = "ana"
issue = "SHOP-2291"
created = 2026-11-01
expires = 2026-12-01

[[quarantine]]
match = {scenario = "r-17"}
reason = "the expected amount is wrong"
owner = "ben"
issue = "SHOP-2300"
created = 2026-11-20
expires = 2026-11-20
suite = "geo"
"""


def load(folder: Path, text: str, suite: str = "geo"):
    (folder / "waivers.toml").write_text(text, encoding="utf-8")
    return load_waivers(suite, [folder, folder / "no" / ".." / ".", folder / "missing"])


def test_each_entry_is_read_once(tmp_path):
    (tmp_path / "no").mkdir()
    waiver, quarantine = load(tmp_path, GOOD)
    assert (waiver.name, waiver.quarantine, waiver.owner) == ("waivers.toml, waiver 1", False, "ana")
    assert (waiver.match.scenario, waiver.match.attributes) == ("refund-*", {"tool": "a"})
    assert (quarantine.name, quarantine.quarantine) == ("waivers.toml, quarantine 1", True)


def test_an_entry_for_another_suite_is_left_out(tmp_path):
    assert [waiver.quarantine for waiver in load(tmp_path, GOOD, suite="other")] == [False]


def test_without_a_file_nothing_is_waived(tmp_path):
    assert load_waivers("geo", [tmp_path]) == ()


@pytest.mark.parametrize(
    ("today", "there"),
    [("2026-10-31", False), ("2026-11-01", True), ("2026-12-01", True), ("2026-12-02", False)],
)
def test_it_is_in_force_from_its_first_to_its_last_day(tmp_path, today, there):
    assert load(tmp_path, GOOD)[0].in_force(date.fromisoformat(today)) is there


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expires = 2026-12-01", "expires = 2026-12-02", "at most 30 days lie between them"),
        ("expires = 2026-12-01", "expires = 2026-10-31", "at most 30 days lie between them"),
        ("expires = 2026-12-01", 'expires = "2026-12-01"', "is no day; write it without quotes"),
        ("expires = 2026-12-01", "expires = 2026-12-01T10:00:00", "is no day"),
        ("expires = 2026-12-01", "", "'expires' is missing"),
        ('owner = "ana"', 'owner = " "', "owner= ; give a text"),
        ('owner = "ana"', "owner = 3", "owner=3; give a text"),
        ('owner = "ana"', 'ower = "ana"', "unknown key 'ower'; did you mean 'owner'?"),
        ("[[waiver]]", "[[waivers]]", "unknown key 'waivers'; did you mean 'waiver'?"),
        ("[[waiver]]", "[waiver]", "write [[waiver]]"),
        ('"refund-*"', '"**"', "would cover every scenario"),
        ("check =", "chek =", "match: unknown key 'chek'; did you mean 'check'?"),
        ('"silent"', '"silence"', "match.kind=silence; did you mean 'silent'?; allowed: silent, loud"),
        ('"silent"', '"0a1b2c3', "is not TOML"),
        ('"silent"', '"0A1B2C3D"', "or the id of a cluster that 'ninemarch mine' shows"),
        ('{tool = "a"}', "{}", "match.attributes must name levels"),
        ('{tool = "a"}', "{tool = 1}", "tool=1; give a text"),
        ('match = {scenario = "r-17"}', "match = {}", "quarantine 1: match must say what is meant"),
        ('match = {scenario = "r-17"}', 'match = {text = "x"}', "unknown key 'text'; known: scenario"),
        ("[[waiver]]", "[[waiver]", "is not TOML"),
        ("[[waiver]]", "# \ud800", "is not TOML"),
        ("[[waiver]]", "#" * 1_000_001 + "\n[[waiver]]", "more than 1,000,000 bytes"),
        ("[[quarantine]]", "[[waiver]]\n" * 201, "201 entries"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, old, new, said):
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if said == "201 entries":
        text = "[[quarantine]]\n" * 201
    (tmp_path / "waivers.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(UsageError) as caught:
        load_waivers("geo", [tmp_path])
    assert said in str(caught.value)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "waivers.toml").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        load_waivers("geo", [tmp_path])
