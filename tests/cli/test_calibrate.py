"""``ninemarch calibrate``: exact and simulated, of a suite and of a rate, wrong input."""

import jsonschema
import pytest

from ninemarch.report.document import documents_schema

VALIDATOR = jsonschema.Draft202012Validator(documents_schema())
MANY = [{"id": f"s{n}", "input": n, "expect": n} for n in range(320)]


def test_a_nine_is_exact(cli, tmp_path):
    done = cli("calibrate", "--nines", "3", cwd=tmp_path).must(
        0, "2,995 trials; exact", "74.1%", "false PASS 5.0%, false FAIL 3.3%; promised: at most 5.0% each"
    )
    assert max(map(len, done.out.splitlines())) <= 80
    cli("calibrate", "--nines", "3", "--stop", "sequential", cwd=tmp_path).must(0, "false PASS 3.8%", "5,097")


def test_repeats_are_simulated_and_say_so(cli, tmp_path):
    words = ["calibrate", "--success", "90%", "-n", "300", "--repeats", "5", "--sims", "100"]
    done = cli(*words, "--at", "90%,0.999", cwd=tmp_path).must(0, "60 groups, correlation 0.5; 100 simulated runs")
    assert max(map(len, done.out.splitlines())) <= 80
    found = cli(*words, "--json", cwd=tmp_path).must(0).json
    VALIDATOR.validate(found)
    (tried,) = found["gates"]
    assert (found["kind"], found["holds"], tried["exact"], tried["sims"]) == ("calibration", True, False, 100)
    assert len(tried["tried"]) == 4  # ten times the budget would be a failure rate of 1


def test_the_gates_of_a_suite_are_tried_without_its_target(cli, write_suite, tmp_path):
    write_suite(
        tmp_path,
        files={"bots.py": "def answer(x): raise SystemExit('called')\n"},
        target={"python": "bots:answer"},
        scenarios=[{"inline": MANY}],
        gates=[{"id": "all", "success": 0.99}, {"id": "safe", "severity": "critical", "max_failures": 0}],
    )
    cli("calibrate", ".", cwd=tmp_path).must(
        0, "gate all asks 99%: 320 trials; exact", "gate safe asks no critical failure", "not tried: it asks for no"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give a suite, or a rate"),
        (["x", "--nines", "3"], "give a suite, or a rate"),
        (["x", "--repeats", "3"], "--repeats is the suite's own"),
        (["--nines", "3", "--profile", "x"], "need a suite"),
        (["--nines", "3", "--repeats", "10", "-n", "5"], "not one whole scenario"),
        (["--nines", "3", "--correlation", "1"], "correlation"),
        (["--success", "0"], "cannot be proven"),
    ],
)
def test_wrong_input(cli, tmp_path, words, said):
    cli("calibrate", *words, cwd=tmp_path).must(2, said)
