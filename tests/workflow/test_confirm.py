"""``mine --confirm``: fresh scenarios of the same profile, inside a slice and outside it, by the same release."""

from __future__ import annotations

import json

import pytest

CODE = """
import os


def scenario(levels, rng):
    number = rng.randrange(10**9)
    return {"input": [levels["a"], number], "expect": number, "group": f"g{number % 4000}"}


def worse(x):
    return None if x[1] % 100 < (40 if x[0] == "x" and not os.environ.get("MENDED") else 2) else x[1]
"""
LEVELS = {"x": 0.1, "y": 0.5, "z": 0.4}


@pytest.fixture
def project(cli, write_suite, tmp_path):
    write_suite(
        tmp_path,
        files={"bots.py": CODE},
        target={"python": "bots:worse"},
        scenarios=[{"generate": {"python": "bots:scenario"}}],
        profile={"a": LEVELS},
        trials={"max": 600},
    )
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    return tmp_path


def test_a_real_slice_is_confirmed_with_its_honest_rate(cli, project):
    done = cli("mine", "--confirm", "200", cwd=project).must(
        0, "fresh trials, drawn under seed 1001: 1 confirmed", "a=x", "enter no rate"
    )
    assert not done.steering
    assert max(map(len, done.out.splitlines())) <= 80
    found = cli("mine", "--confirm", "200", "--json", cwd=project).must(0).json
    (told,) = found["confirmed"]["slices"]
    assert told["answer"] == "confirmed"
    assert told["fresh"]["lower"] < 0.4 < told["fresh"]["upper"]
    assert told["fresh"]["lower"] > found["confirmed"]["elsewhere"]["estimate"]
    assert found["confirmed"]["new_groups"] is True
    assert found["confirmed"]["trials"] <= 200
    assert found["slices"]["overall"]["trials"] == found["counts"]["planned"] == 600
    again = cli("mine", "--confirm", "200", "--json", cwd=project).must(0).json
    assert again["confirmed"] == found["confirmed"]
    # Nothing was recorded: the run is still the only one.
    assert len(list((project / ".ninemarch" / "runs").iterdir())) == 1


def test_a_slice_that_no_longer_fails_is_refuted(cli, project):
    """The target reads whether it is to be mended: fresh trials tell, the old ones cannot."""
    done = cli("mine", "--confirm", "600", cwd=project, env={"MENDED": "1"}).must(
        0, "1 refuted", "less often than the run had claimed"
    )
    assert "confirmed  " not in done.out


def test_a_budget_too_small_leaves_it_undecided(cli, project):
    cli("mine", "--confirm", "7", cwd=project).must(0, "1 undecided", "0–", "more with a larger --confirm")
    cli("mine", "--confirm", "-1", cwd=project).must(2)


def test_a_suite_that_has_changed_since_is_refused(cli, project):
    (project / "bots.py").write_text(CODE.replace("10**9", "10**8"))
    cli("mine", "--confirm", "400", cwd=project).must(2, "has changed since run")


def test_a_run_without_a_slice_or_without_fresh_scenarios_says_so(cli, write_suite, tmp_path):
    many = [{"id": f"s{n}", "input": n, "expect": n, "attributes": {"a": "xy"[n % 10 == 0]}} for n in range(400)]
    suite = {
        "files": {"bots.py": "def answer(x): return None if x % 20 == 0 else x\n"},
        "scenarios": [{"inline": many}],
    }
    write_suite(tmp_path, target={"control": "oracle"}, **suite)
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    cli("mine", "--confirm", "100", cwd=tmp_path).must(0, "nothing to confirm: no slice was found")
    write_suite(tmp_path, target={"python": "bots:answer"}, **suite)
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    cli("mine", "--confirm", "100", cwd=tmp_path).must(2, "no fresh scenario", "its scenarios are listed, not drawn")


def gated(project):
    suite = project / "suite.yaml"
    gates = [{"id": "known", "confirmed": True, "success": 0.9}]
    suite.write_text(json.dumps({**json.loads(suite.read_text()), "gates": gates}))


def test_a_gate_reads_confirmed_slices_and_no_others(cli, project):
    gated(project)
    idle = cli("run", ".", "--trials", "300", "-q", cwd=project).must(0)
    assert "gate known: no slice is confirmed yet" in idle.err
    cli("suite", "validate", ".", cwd=project).must(0, "no slice is confirmed yet")
    # Found is not confirmed: keeping what mining found gives a gate nothing to read.
    cli("mine", "latest", "--keep", cwd=project).must(0, "a=x")
    assert not (project / "reports" / "tiny" / "slices.json").exists()
    done = cli("mine", "latest", "--confirm", "300", "--keep", cwd=project).must(0)
    assert "1 confirmed slice in reports/tiny/slices.json" in done.err
    found = cli("run", ".", "--trials", "300", "--json", cwd=project).must(1).json
    (gate,) = found["gates"]
    assert (gate["id"], gate["where"], gate["verdict"]) == ("known", {"a": "x"}, "FAIL")
    # Only trials of the new run count, not those that found or confirmed the slice.
    assert gate["rate"]["trials"] < 60
    # Refuted, it is taken out again.
    done = cli("mine", "latest", "--confirm", "600", "--keep", cwd=project, env={"MENDED": "1"}).must(0)
    assert "0 confirmed slices" in done.err
    assert "1 taken out" in done.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "holds no confirmed slices"),
        ('{"ninemarch": 2, "kind": "slices", "suite": "tiny", "slices": []}', "version 2"),
        ('{"ninemarch": 1, "kind": "slices", "suite": "other", "slices": []}', "is of suite 'other'"),
    ],
)
def test_a_damaged_file_of_slices_is_refused_before_anything_runs(cli, project, content, said):
    gated(project)
    file = project / "reports" / "tiny" / "slices.json"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    cli("run", ".", cwd=project).must(2, said, "delete it and confirm anew")
    assert len(list((project / ".ninemarch" / "runs").iterdir())) == 1
