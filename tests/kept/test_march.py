"""The record of releases as a file: it comes back whole, and lines that do not add up are refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from milestones import HERE, marching, milestone, record

from ninemarch.errors import UsageError
from ninemarch.kept import check_milestones, load_march, march_bytes, march_path
from ninemarch.model import GateMark, GateVerdict, Milestones

TEXT = st.text(st.characters(codec="utf-8"), max_size=9)
MARK = GateMark("g", {"language": "de"}, "success", "99%", 0.95, GateVerdict.PASS, 1, 600, 0.0001, 0.008)


def kept(folder, made):
    path = march_path(made.suite, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(march_bytes(made))
    return path


@given(
    release=st.text(st.characters(codec="utf-8"), min_size=1, max_size=9),
    name=TEXT,
    profile=TEXT,
    where=st.dictionaries(TEXT, TEXT, max_size=2),
    counts=st.tuples(st.integers(0, 50), st.integers(50, 10**6)),
    effort=st.none() | st.floats(0, 1e9),
)
def test_what_was_kept_comes_back(tmp_path_factory, release, name, profile, where, counts, effort):
    folder = tmp_path_factory.mktemp("kept")
    gates = (GateMark("g", where, "success", "99%", 0.95, GateVerdict.FAIL),)
    changes = {"release_name": name, "population": HERE._replace(profile=profile), "gates": gates}
    made = record(milestone(release, *counts, effort=effort, **changes), milestone("another", 3, 600, gates=(MARK,)))
    kept(folder, made)
    assert load_march("hand", folder) == made


def test_one_line_of_the_file_is_one_milestone(tmp_path):
    path = kept(tmp_path, record(milestone("1\n\u2028", 3, 600), milestone("2", 1, 600)))
    assert path.read_bytes().count(b"\n") == 2


def test_without_a_file_the_record_is_empty(tmp_path):
    assert load_march("hand", tmp_path) == Milestones("hand")


def damaged():
    """Name of the damage -> what it does to the fields of the second line."""
    return {
        "another version": lambda d: d.update(ninemarch=2),
        "another kind": lambda d: d.update(kind="march"),
        "another suite": lambda d: d.update(suite="other"),
        "an unknown key": lambda d: d.update(sede=1),
        "no profile": lambda d: d.pop("profile"),
        "text for a number": lambda d: d.update(effort="3w"),
        "effort below nothing": lambda d: d.update(effort=-1),
        "a failure less": lambda d: d["rate"].update(failures=0),
        "a trial less": lambda d: d["counts"].update(passed=d["counts"]["passed"] - 1),
        "missing trials": lambda d: d["counts"].update(missing=1, planned=d["counts"]["planned"] + 1),
        "limits that are crossed": lambda d: d["rate"].update(failure_lower=0.9, failure_upper=0.1),
        "a rate above 1": lambda d: d["rate"].update(estimate=1.5),
        "worth nothing": lambda d: d.update(worth=[0, 0]),
        "worth more failures than trials": lambda d: d.update(worth=[2, 1]),
        "an unknown verdict": lambda d: d.update(verdict="MAYBE"),
        "an unknown source": lambda d: d.update(source="hearsay"),
        "no run": lambda d: d.update(run=""),
        "no release": lambda d: d.update(release=""),
        "no date": lambda d: d.update(date="yesterday"),
        "a gate that does not add up": lambda d: d["gates"].append({**_gate(), "failures": 7, "trials": 6}),
        "the run of the line before": lambda d: d.update(run=d["run"][:-1] + "f"),
    }


def _gate():
    fields = ("id", "where", "asks", "required", "confidence", "failures", "trials", "failure_lower", "failure_upper")
    return {**{name: getattr(MARK, name) for name in fields}, "verdict": "PASS"}


@pytest.mark.parametrize("damage", damaged())
def test_a_line_that_was_changed_by_hand_is_refused(tmp_path, damage):
    path = kept(tmp_path, record(milestone("1", 3, 600, run="cafe000f"), milestone("2", 1, 600, run="cafe0002")))
    first, second = path.read_text(encoding="utf-8").splitlines()
    document = json.loads(second)
    damaged()[damage](document)
    path.write_text(f"{first}\n{json.dumps(document)}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="bring the file back from git"):
        load_march("hand", tmp_path)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b"null"])
def test_a_line_that_is_no_json_is_refused_with_its_number(tmp_path, content):
    path = kept(tmp_path, marching((3, 600)))
    path.write_bytes(path.read_bytes() + content)
    with pytest.raises(UsageError, match="line 2, is no milestone"):
        load_march("hand", tmp_path)


def test_a_merge_that_was_left_unfinished_is_named(tmp_path):
    path = kept(tmp_path, marching((3, 600)))
    path.write_bytes(b"<<<<<<< HEAD\n" + path.read_bytes())
    with pytest.raises(UsageError, match="keep the lines of both sides"):
        load_march("hand", tmp_path)


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ({"run": "cafe0001"}, "would stand twice"),
        ({"effort": 2.0}, "two efforts, 1 and 2"),
        ({"release": "2", "effort_unit": "days"}, "in 'days', this march counts in 'weeks'"),
    ],
)
def test_lines_that_contradict_each_other_are_refused(second, why):
    first = milestone("1", 3, 600, run="cafe0001")
    with pytest.raises(UsageError, match=why):
        check_milestones(record(first, replace(milestone("1", 3, 600), **second)))


def test_effort_without_a_unit_is_in_the_marchs_own():
    check_milestones(record(milestone("1", 3, 600, effort_unit=""), milestone("2", 2, 600)))


def test_a_second_look_at_a_release_need_not_repeat_its_effort():
    check_milestones(record(milestone("1", 3, 600), milestone("1", 2, 600, effort=None, effort_unit="")))
