"""Targets, generators and checks that misbehave: the run goes on, the blame is right, and every view still works."""

import pytest

ESC = "\\x1b[2J\\x1b]52;c;aGk=\\x07"

BOTS = f'''
import os, subprocess, sys, warnings
from ninemarch.model import Abstain, HandOff

class Object:
    def __repr__(self):
        raise SystemExit(0)
    __str__ = __repr__

class Mapping(dict):
    def items(self):
        raise OSError
    __iter__ = __len__ = items

class Mute(Exception):
    def __str__(self):
        raise OSError

def act(x): return globals()[x["do"]](x)
def right(x): return x
def none(x): return None
def leaves(x): raise SystemExit(0)
def interrupts(x): raise KeyboardInterrupt
def raises(x): raise ValueError("no {ESC} luck")
def mute(x): raise Mute
def recurses(x): return recurses(x)
def abstains(x): return Abstain("unsure {ESC}")
def hands_off(x): return HandOff("ask \\u202e {ESC}")
def hands_off_oddly(x): return HandOff(Object())
def huge(x): return "x" * 3_000_000
def unknown_object(x): return Object()
def mapping(x): return Mapping(a=1)
def nan(x): return float("nan")
def inside_nan(x): return {{"a": [float("inf"), float("nan")]}}
def deep(x):
    value = []
    for _ in range(100_000):
        value = [value]
    return value
def fairly_deep(x):
    value = []
    for _ in range(500):
        value = [value]
    return value
def cycle(x):
    value = []
    value.append(value)
    return value
def surrogates(x): return "\\ud800 half \\udc00"
def long_number(x): return 10**5000
def a_set(x): return {{1, 2}}
def a_generator(x): yield x
def raw_bytes(x): return b"\\xff"
def steers(x): return "{ESC}\\x9b2J\\u202eevil\\r PASS [/red]"

def prints(x):
    print("{ESC} hello")
    print("{ESC} hello", file=sys.stderr)
    warnings.warn("{ESC}")
    return x
def prints_bytes(x):
    sys.stdout.buffer.write(b"\\xff raw")
    return x
def prints_past_python(x):
    os.write(1, b"past \\x1b[2J")
    return x
def starts_a_child(x):
    subprocess.run(["echo", "from a child"], check=True)
    return x
def mutates(x):
    answer = {{"do": x["do"], "list": list(x["list"])}}
    x["list"].append("gone")
    x["new"] = 1
    return answer
'''

# name -> (verdict, how it ended, silent): what the record must say
ENDS = {
    "right": ("pass", "answered", False),
    "none": ("fail", "abstained", False),
    "leaves": ("fail", "exception", False),
    "interrupts": ("fail", "exception", False),
    "raises": ("fail", "exception", False),
    "mute": ("fail", "exception", False),
    "recurses": ("fail", "exception", False),
    "abstains": ("fail", "abstained", False),
    "hands_off": ("assisted", "handed_off", False),
    "hands_off_oddly": ("assisted", "handed_off", False),
    "huge": ("fail", "answered", True),
    "unknown_object": ("fail", "answered", True),
    "mapping": ("fail", "answered", True),
    "nan": ("fail", "answered", True),
    "inside_nan": ("fail", "answered", True),
    "deep": ("fail", "answered", True),
    "fairly_deep": ("fail", "answered", True),
    "cycle": ("fail", "answered", True),
    "surrogates": ("fail", "answered", True),
    "long_number": ("fail", "answered", True),
    "a_set": ("fail", "answered", True),
    "a_generator": ("fail", "answered", True),
    "raw_bytes": ("fail", "answered", True),
    "steers": ("fail", "answered", True),
    "prints": ("pass", "answered", False),
    "prints_bytes": ("pass", "answered", False),
    "prints_past_python": ("pass", "answered", False),
    "starts_a_child": ("pass", "answered", False),
    "mutates": ("pass", "answered", False),
}


@pytest.fixture(scope="module")
def ran(cli, write_suite, tmp_path_factory):
    """One run of all of them: a folder, and the run's document."""
    folder = tmp_path_factory.mktemp("hostile")
    inputs = {name: {"do": name, "list": ["kept"]} for name in ENDS}
    rows = [{"id": name, "input": value, "expect": value} for name, value in inputs.items()]
    write_suite(folder, files={"bots.py": BOTS}, target={"python": "bots:act"}, scenarios=[{"inline": rows}])
    return folder, cli("run", ".", "--json", cwd=folder).must(0).json


def test_the_run_goes_on_and_every_trial_is_accounted_for(ran):
    counts = ran[1]["counts"]
    assert counts["planned"] == len(ENDS)
    for verdict in ("pass", "fail", "assisted"):
        assert counts[verdict] == sum(end[0] == verdict for end in ENDS.values())
    assert counts["silent"] == sum(end[2] for end in ENDS.values())


@pytest.mark.parametrize("name", ENDS)
def test_each_is_recorded_as_what_it_was_and_can_be_replayed(cli, ran, name):
    done = cli("replay", "latest", name, "--json", cwd=ran[0]).must(0)
    recorded = done.json["recorded"]
    assert (recorded["verdict"], recorded["ended"], recorded["silent"]) == ENDS[name]
    assert done.json["same_verdict"] == 1
    assert not done.steering
    assert len(done.out) < 200_000


@pytest.mark.parametrize("name", ["steers", "huge", "fairly_deep", "surrogates", "hands_off", "raises"])
def test_each_can_be_looked_at_on_a_terminal(cli, ran, name):
    for command in ("show", "replay"):
        done = cli(command, "latest", name, cwd=ran[0]).must(0, name)
        assert not done.steering
        assert len(done.out) < 200_000


def test_the_list_of_failures_works_for_people_programs_and_the_page(cli, ran):
    failures = cli("show", "--failures", "--json", cwd=ran[0]).must(0)
    assert {f["scenario"]: f["verdict"] for f in failures.json["failures"]} == {
        name: end[0] for name, end in ENDS.items() if end[0] != "pass"
    }
    listed = cli("show", "--failures", cwd=ran[0]).must(0, *(n for n, end in ENDS.items() if end[0] != "pass"))
    assert not failures.steering | listed.steering
    cli("report", "-o", "page.html", cwd=ran[0]).must(0, "page.html")
    assert not set("\x1b\u202e\x9b\x07") & set((ran[0] / "page.html").read_text(encoding="utf-8"))


def test_an_exit_keeps_its_traceback_without_our_frames(cli, ran):
    trial = cli("show", "latest", "leaves", "--json", cwd=ran[0]).must(0).json
    assert trial["reason"] == "exception: SystemExit: 0"
    assert "in leaves" in trial["detail"]
    assert "ninemarch" not in trial["detail"].replace(str(ran[0]), "")


def test_none_is_said_loudly(cli, ran):
    cli("show", "latest", "none", cwd=ran[0]).must(0, "the target returned None (no answer)")


def test_what_targets_printed_is_kept_beside_the_run(ran):
    kept = (ran[0] / ".ninemarch" / "runs" / ran[1]["run"] / "target-output.log").read_text(encoding="utf-8")
    assert kept.count("hello") == 2
    assert "\\xff raw" in kept


def test_a_replay_says_what_the_target_printed_as_a_message(cli, ran):
    done = cli("replay", "latest", "prints", cwd=ran[0]).must(0)
    assert "\\x1b[2J\\x1b]52;c;aGk=\\x07 hello\n" in done.err
    assert "hello" not in done.out


def test_a_target_that_changes_its_input_changes_no_other_trial(cli, ran):
    assert cli("replay", "latest", "mutates", "-n", "3", "--json", cwd=ran[0]).must(0).json["same_verdict"] == 3


def test_a_number_and_the_text_of_it_stay_two_things(cli, write_suite, tmp_path):
    code = "def word(x): return '1'\n"
    write_suite(
        tmp_path,
        files={"bots.py": code},
        target={"python": "bots:word"},
        scenarios=[{"inline": [{"id": "a", "input": 1, "expect": 1}]}],
    )
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    document = cli("replay", "latest", "a", "--json", cwd=tmp_path).must(0).json
    assert document["recorded"]["output"] == document["replays"][0]["output"] == "1"


# --- generators


MADE = f'''
def right(levels, rng): return {{"input": 1, "expect": 1}}
def raises(levels, rng): raise ValueError("no {ESC} luck")
def leaves(levels, rng): raise SystemExit(0)
def rarely(levels, rng):
    if rng.random() < 0.05:
        raise ValueError("no luck")
    return right(levels, rng)
def level_3(levels, rng): return {{**right(levels, rng), "attributes": {{"n": 3}}}}
def nothing(levels, rng): return None
def no_json(levels, rng): return {{"input": object()}}
def surrogate(levels, rng): return {{"input": "\\ud800", "expect": 1}}
def long_number(levels, rng): return {{"input": 2**70, "expect": 1}}
def void(levels, rng): return {{**right(levels, rng), "void": "two {ESC} answers"}}
def prints(levels, rng):
    print("{ESC} making")
    return right(levels, rng)
'''


@pytest.fixture
def made(write_suite, tmp_path):
    def write(name, **keys):
        write_suite(tmp_path, files={"made.py": MADE}, scenarios=[{"generate": {"python": f"made:{name}"}}], **keys)

    return write


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("raises", "the generator failed: ValueError: no \\x1b[2J\\x1b]52;c;aGk=\\x07 luck"),
        ("leaves", "the generator failed: SystemExit: 0"),
        ("level_3", "the generator failed: SuiteError: attributes (names and levels), group and void must be texts"),
        ("nothing", "it must return a dict with the key 'input'; it returned a NoneType"),
        ("no_json", "the scenario's input is not made of JSON values"),
        ("surrogate", "the scenario's input is not made of JSON values"),
        ("long_number", "the scenario's input is not made of JSON values"),
    ],
)
def test_a_generator_that_breaks_is_our_error_and_the_run_is_invalid(cli, made, tmp_path, name, reason):
    made(name)
    document = cli("run", ".", "-n", "5", "--json", cwd=tmp_path).must(4).json
    assert (document["verdict"], document["counts"]["error"], document["counts"]["fail"]) == ("INVALID", 5, 0)
    shown = cli("show", "--failures", "--json", cwd=tmp_path).must(0).json["failures"]
    assert {failure["verdict"] for failure in shown} == {"error"}
    assert all(reason in failure["reason"] for failure in shown)
    assert not cli("show", "--failures", cwd=tmp_path).must(0).steering
    cli("replay", "latest", "0", cwd=tmp_path).must(2 if "generator" in reason or "dict" in reason else 0)


def test_errors_up_to_the_limit_leave_a_run_valid_and_above_it_invalid(cli, made, tmp_path):
    made("rarely", limits={"errors_max": 0.2})
    few = cli("run", ".", "-n", "200", "--json", cwd=tmp_path).must(0).json
    assert 0 < few["counts"]["error"] < 40
    assert few["counts"]["fail"] == 0
    made("rarely", limits={"errors_max": 0.0})
    cli("run", ".", "-n", "200", cwd=tmp_path).must(4, "INVALID", "trials are errors of the suite or harness")


def test_void_scenarios_are_listed_and_not_run(cli, made, tmp_path):
    made("void")
    document = cli("run", ".", "-n", "5", "--json", cwd=tmp_path).must(4).json
    assert document["counts"]["void"] == 5
    done = cli("replay", "latest", "0", cwd=tmp_path).must(2, "trial 0 is void: two \\x1b[2J", "it was not run")
    assert not done.steering


@pytest.mark.parametrize(
    "command", [["run", ".", "-n", "3", "--json"], ["suite", "show", ".", "--json"]], ids=" ".join
)
def test_what_a_generator_prints_stays_off_stdout(cli, made, tmp_path, command):
    made("prints")
    done = cli(*command, cwd=tmp_path).must(0)
    assert done.json["ninemarch"] == 1
    assert not done.steering


# --- checks


CHECKS = f"""
from ninemarch.model import NoVerdict
def raises(scenario, output): raise ValueError("no {ESC} luck")
def leaves(scenario, output): raise SystemExit(0)
def none(scenario, output): return None
def number(scenario, output): return 1
def undecided(scenario, output): raise NoVerdict("no {ESC} idea")
def reasons(scenario, output): return False, "because {ESC}\\u202e"
"""


@pytest.mark.parametrize(
    ("name", "verdict", "code", "reason"),
    [
        ("raises", "error", 4, "the check failed: ValueError: no \\x1b[2J"),
        ("leaves", "error", 4, "the check failed: SystemExit: 0"),
        ("none", "error", 4, "the check returned null; allowed: bool, Verdict, or (either, reason)"),
        ("number", "error", 4, "the check returned 1; allowed: bool"),
        ("undecided", "unscored", 4, "no verdict: no \\x1b[2J"),
        ("reasons", "fail", 0, "because \\x1b[2J\\x1b]52;c;aGk=\\x07\\u202e"),
    ],
)
def test_a_check_that_breaks_is_our_error_never_a_pass(cli, write_suite, tmp_path, name, verdict, code, reason):
    write_suite(tmp_path, files={"judge.py": CHECKS}, checks=[{"python": f"judge:{name}"}])
    document = cli("run", ".", "--json", cwd=tmp_path).must(code).json
    assert document["counts"][verdict] == 10
    done = cli("show", "--failures", cwd=tmp_path).must(0)
    assert reason in " ".join(done.out.split())
    assert not done.steering
    assert cli("replay", "latest", "0", "--json", cwd=tmp_path).must(0).json["same_verdict"] == 1
