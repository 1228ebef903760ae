"""Baselines as files: they come back whole, and a file that does not add up is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.kept import baseline_bytes, baseline_path, load_baseline
from ninemarch.model import Baseline, Counts, Results


def baseline(results, **changes):
    total = [sum(seen[place] for seen in results.values()) for place in range(6)]
    passed, failed, assisted, unscored, errors, void = total
    counts = Counts(
        planned=sum(total),
        passed=passed,
        silent=failed,
        assisted=assisted,
        unscored=unscored,
        errors=errors,
        void=void,
    )
    fields = {
        "name": "main",
        "suite": "geo",
        "suite_version": "1",
        "scenarios_hash": "a" * 64,
        "checks_hash": "b" * 64,
        "profile": "default",
        "seed": 1000,
        "per_scenario": 1,
        "run": "cafe0001",
        "release": "1.4.0",
        "release_name": "",
        "created": "2026-01-02T03:04:05.678+00:00",
        "accepted": "2026-01-03T03:04:05.678+00:00",
    }
    return Baseline(**{**fields, **changes}, counts=counts, results=results)


def kept(folder, made):
    path = baseline_path(made.suite, made.name, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(baseline_bytes(made))
    return path


SEEN = st.builds(Results, *[st.integers(0, 2)] * 6).filter(any)


@given(results=st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=9), SEEN, max_size=12))
def test_what_was_kept_comes_back(tmp_path_factory, results):
    folder = tmp_path_factory.mktemp("kept")
    made = baseline(results)
    kept(folder, made)
    assert load_baseline("geo", "main", folder) == made


def test_the_share_failed_counts_assisted_trials_and_leaves_out_what_was_not_scored():
    made = baseline({"a": Results(3, 1), "b": Results(1, 0, 1), "c": Results(0, 0, 0, 2, 1), "d": Results(2)})
    assert made.failed == {"a": 0.25, "b": 0.5, "d": 0.0}


def test_without_a_baseline_there_is_none(tmp_path):
    assert load_baseline("geo", "main", tmp_path) is None


def test_a_suite_whose_name_is_no_folder_has_a_place_too(tmp_path):
    assert baseline_path("../etc", "main", tmp_path) == tmp_path / "reports" / "etc" / "baselines" / "main.json"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".git", "a b", "x" * 101])
def test_a_name_that_is_no_files_is_refused(name):
    with pytest.raises(UsageError, match="allowed: letters, digits"):
        baseline_path("geo", name)


def damaged():
    """Name of the damage -> what it does to the document."""
    return {
        "another verdict": lambda d: d["results"][0].update({"pass": 2}),
        "a scenario less": lambda d: d["results"][0]["scenarios"].pop(),
        "a scenario twice": lambda d: d["results"][0]["scenarios"].__setitem__(slice(None), [["s", "1 1 3"]]),
        "many scenarios": lambda d: d["results"][0]["scenarios"].append(["s", "0-99999999999999999"]),
        "no run": lambda d: d["results"][0]["scenarios"].append(["s", "x"]),
        "no trial": lambda d: d["results"].append({"scenarios": [["t", ""]]}),
        "below nothing": lambda d: d["results"].extend([{"pass": -1, "scenarios": [["t", ""]]}]),
        "another version": lambda d: d.update(ninemarch=2),
        "another kind": lambda d: d.update(kind="march"),
        "another suite": lambda d: d.update(suite="other"),
        "an unknown key": lambda d: d.update(sede=1),
        "no seed": lambda d: d.pop("seed"),
        "text for a number": lambda d: d.update(seed="1000"),
        "counts that do not add up": lambda d: d["counts"].update(planned=99),
        "an unknown count": lambda d: d["counts"].update(planed=0),
    }


@pytest.mark.parametrize("damage", damaged())
def test_a_file_that_was_changed_by_hand_is_refused(tmp_path, damage):
    path = kept(tmp_path, baseline({f"s{n}": Results(1) for n in (1, 2, 3)}))
    document = json.loads(path.read_text(encoding="utf-8"))
    damaged()[damage](document)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UsageError, match="bring it back from git, or accept a run anew"):
        load_baseline("geo", "main", tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"<<<<<<< HEAD\n{}\n"])
def test_a_file_that_is_no_json_is_refused(tmp_path, content):
    path = kept(tmp_path, baseline({}))
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is no baseline"):
        load_baseline("geo", "main", tmp_path)
