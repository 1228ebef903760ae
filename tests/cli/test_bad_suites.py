"""Wrong input through the real command line: exit 2, no traceback, place and fix, and nothing left behind."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

HEAD = "ninemarch: 1\nsuite: tiny\ntarget: {control: oracle}\nchecks: [{exact: {}}]\n"
LIST = HEAD + "scenarios:\n  - inline:\n"
ONE = LIST + "      - {id: a, input: 1, expect: 1}\n"


def _bomb():
    names = "abcdefghi"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    return "\n".join(lines + [f"{b}: &{b} [{', '.join(['*' + a] * 9)}]" for a, b in itertools.pairwise(names)])


WRONG = {
    "empty file": ("", ["suite.yaml: empty or not a mapping; a suite needs at least the keys ninemarch, suite"]),
    "empty list of sources": (
        HEAD + "scenarios: []\n",
        ["suite.yaml, line 5: scenarios has too few entries; give at least 1"],
    ),
    "empty list of scenarios": (
        HEAD + "scenarios: [{inline: []}]\n",
        ["the suite has no scenario; add inline scenarios"],
    ),
    "misspelt key": (ONE + "gaets: []\n", ["line 8: unknown key 'gaets' in the suite; did you mean 'gates'?"]),
    "misspelt key in a gate": (
        ONE + "gates: [{id: g, sucess: 0.9}]\n",
        ["line 8: unknown key 'sucess' in gates[0]; did you mean 'success'?"],
    ),
    "duplicate id": (
        ONE + "      - {id: a, input: 2}\n",
        ["scenario id 'a' stands twice; give every scenario an id of its own"],
    ),
    "duplicate id after NFC": (
        LIST + '      - {id: "\\u00e9", input: 1}\n      - {id: "e\\u0301", input: 2}\n',
        ["stands twice (equal after Unicode normalisation)"],
    ),
    "1.10 as id": (
        LIST + "      - {id: 1.10, input: 1}\n",
        ['line 7: scenarios[0].inline[0].id=1.10 is read as 1.1, not as text; put it in quotes: "1.10"'],
    ),
    "true as id": (
        LIST + "      - {id: true, input: 1}\n",
        ['id=true is read as true, not as text; put it in quotes: "true"'],
    ),
    "null as id": (LIST + "      - {id: null, input: 1}\n", ['put it in quotes: "null"']),
    "duplicate YAML key": (
        ONE + "suite: other\n",
        ['line 8, column 1: found duplicate key "suite"', "each key may stand once"],
    ),
    "python tag": (
        ONE + "title: !!python/object/apply:os.system ['touch canary']\n",
        ["line 8: tag tag:yaml.org,2002:python/object/apply:os.system is not allowed; suite files are data"],
    ),
    "own tag": (ONE + "title: !function x\n", ["line 8: tag !function is not allowed"]),
    "alias bomb": (_bomb(), ["too large or too deep (limit 200,000 values, 40 levels)"]),
    "deep nesting": ("[" * 5000, ["line 1, column 43: nested too deeply, at most 40 levels are read"]),
    "latin-1": (
        (HEAD + "title: caf\xe9\n").encode("latin-1"),
        ["line 5: not UTF-8 (byte 0xe9); save the file as UTF-8"],
    ),
    "negative weight": (
        ONE + "profile: {lang: {de: -0.5, en: 1.5}}\n",
        ["line 8: profile.lang.de=-0.5 should be greater than or equal to 0"],
    ),
    "weight NaN": (
        ONE + "profile: {lang: {de: .nan, en: 1}}\n",
        ["line 8: profile.lang.de=NaN should be a finite number"],
    ),
    "weights sum to 0": (
        ONE + "profile: {lang: {de: 0, en: 0}}\n",
        ["profile default, attribute lang: the weights sum to 0; give at least one level a weight above 0"],
    ),
    "weights do not sum to 1": (
        ONE + "profile: {lang: {de: 0.5, en: 0.4}}\n",
        ["the weights sum to 0.9; they must sum to 1"],
    ),
    "confidence 95": (
        ONE + "gates: [{id: g, success: 0.9, confidence: 95}]\n",
        ["line 8: gates[0].confidence=95 must lie above 0 and below 1; write 0.95"],
    ),
    "success 99.9": (
        ONE + "gates: [{id: g, success: 99.9}]\n",
        ["line 8: gates[0].success=99.9 must lie above 0 and below 1; write 0.999"],
    ),
    "target does not import": (
        ONE.replace("control: oracle", "python: 'nosuch_x:answer'"),
        ["python: nosuch_x:answer: no module 'nosuch_x'", "check the name, or install the package"],
    ),
    "target is no reference": (
        ONE.replace("control: oracle", "python: nosuch_x"),
        ["line 3: target.python=nosuch_x must be a reference to code of the form module:name"],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_suite_file_ends_with_2_before_any_run(cli, write_suite, tmp_path, name):
    text, words = WRONG[name]
    write_suite(tmp_path, text)
    done = cli("run", "suite.yaml", cwd=tmp_path).must(2, *words)
    assert done.out == ""
    assert [p.name for p in tmp_path.iterdir()] == ["suite.yaml"]


@pytest.mark.parametrize("name", ["misspelt key", "success 99.9", "target does not import"])
@pytest.mark.parametrize("command", ["validate", "verify", "show"])
def test_the_suite_commands_say_the_same(cli, write_suite, tmp_path, name, command):
    text, words = WRONG[name]
    write_suite(tmp_path, text)
    if name != "target does not import" or command == "validate":  # only validate looks at targets
        cli("suite", command, "suite.yaml", cwd=tmp_path).must(2, *words)


WORDS = ["no", "12:30", "yes", "2024-01-01", "'1.10'", "NA", "'null'", "'001'", "é"]


def test_text_stays_text_as_an_id_through_a_whole_run(cli, write_suite, tmp_path):
    write_suite(tmp_path, LIST + "".join(f"      - {{id: {word}, input: 1, expect: 2}}\n" for word in WORDS))
    cli("run", ".", "--target", "control:null", cwd=tmp_path).must(0)
    names = {word.strip("'") for word in WORDS}
    shown = cli("show", "--failures", "--json", cwd=tmp_path).must(0).json
    assert {failure["scenario"] for failure in shown["failures"]} == names
    for name in sorted(names):
        assert cli("replay", "latest", name, "--json", cwd=tmp_path).must(0).json["recorded"]["scenario"] == name


@pytest.mark.parametrize(
    "command", [["run"], ["suite", "validate"], ["suite", "show"], ["suite", "verify"], ["demo", "--suite"]]
)
def test_a_missing_suite_file_is_named_with_what_there_is(cli, tmp_path, command):
    cli(*command, "nosuch.yaml", cwd=tmp_path).must(
        2,
        "error: no such suite: nosuch.yaml; give a YAML file, a folder with a suite.yaml, or a shipped suite (adder",
    )
    assert not list(tmp_path.iterdir())


FILES = {
    "broken line": ("s.jsonl", '{"id": "a", "input": 1}\n{"id": "b", \n', "s.jsonl, line 2: not valid JSON"),
    "duplicate JSON key": (
        "s.jsonl",
        '{"id": "a", "input": 1, "input": 2}\n',
        "s.jsonl, line 1: not valid JSON: key 'input' stands twice",
    ),
    "NaN": ("s.jsonl", '{"id": "a", "input": NaN}\n', "s.jsonl, line 1: not valid JSON: NaN is not a JSON number"),
    "misspelt column": (
        "s.csv",
        "id,input,expct\na,1,1\n",
        "s.csv: column 'expct' looks misspelt; did you mean 'expect'?",
    ),
    "missing column": ("s.csv", "id,inptu\na,1\n", "s.csv: column 'input' is missing; did you mean 'inptu'?"),
    "not parquet": ("s.parquet", "id,input\n", "s.parquet: not readable as Parquet"),
    "no file": ("other.csv", "", "s.csv: no such scenario file; paths are relative to the suite file"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_scenario_file_is_named_with_its_line(cli, write_suite, tmp_path, name):
    file, content, words = FILES[name]
    write_suite(tmp_path, files={file: content}, scenarios=[{"file": "s.csv" if file == "other.csv" else file}])
    cli("run", ".", cwd=tmp_path).must(2, words)
    assert not (tmp_path / ".ninemarch").exists()


def test_a_parquet_source_runs(cli, write_suite, tmp_path):
    write_suite(tmp_path, scenarios=[{"file": "s.parquet"}])
    columns = {"id": ["a", "b"], "input": ["x", "y"], "expect": ["x", "y"], "lang": ["de", "en"]}
    pq.write_table(pa.table(columns), tmp_path / "s.parquet")
    assert cli("run", ".", "--json", cwd=tmp_path).must(0).json["counts"]["pass"] == 2
    assert cli("run", ".", "-w", "lang=de", "--json", cwd=tmp_path).must(0).json["counts"]["planned"] == 1


MODULES = {
    "raises": (
        "x = 1\nraise RuntimeError('no luck')\n",
        "python: bots:f: importing bots failed: RuntimeError: no luck (bots.py, line 2); mend the module",
    ),
    "leaves": ("raise SystemExit(0)\n", "importing bots failed: SystemExit: 0 (bots.py, line 1)"),
    "does not parse": ("x = 1\ndef f(:\n", "importing bots failed: SyntaxError: invalid syntax (bots.py, line 2)"),
    "needs another": (
        "import nosuch_y\n",
        "python: bots:f: its module needs 'nosuch_y', which is not installed; install it",
    ),
    "lacks the name": (
        "def ff(x):\n    return x\n",
        "module bots has no 'f'; did you mean 'ff'?; give module:name of a callable",
    ),
    "is no callable": ("f = 3\n", "python: bots:f is not callable (it is a int)"),
}


@pytest.mark.parametrize("name", MODULES)
def test_a_target_that_cannot_be_had_is_said_before_any_run(cli, write_suite, tmp_path, name):
    code, words = MODULES[name]
    write_suite(tmp_path, files={"bots.py": code}, target={"python": "bots:f"})
    cli("run", ".", cwd=tmp_path).must(2, words)
    cli("suite", "validate", ".", cwd=tmp_path).must(2, words)
    assert not (tmp_path / ".ninemarch").exists()


SELECTIONS = {
    "filter that selects nothing": (["-w", "lang=fr"], '-w lang=fr: no such level; give one of ["de", "en"]'),
    "misspelt level": (["-w", "lang=dee"], "did you mean 'de'?"),
    "misspelt attribute": (
        ["-w", "lnag=de"],
        "-w lnag=de: no scenario has the attribute 'lnag'; did you mean 'lang'?",
    ),
    "half a filter": (["-w", "lang"], "-w lang is not understood; write -w attribute=level"),
    "filter twice": (["-w", "lang=de", "-w", "lang=en"], "-w lang=en stands twice"),
    "unknown profile": (
        ["--profile", "defalt"],
        "profile=defalt is not in suite tiny; did you mean 'default'?; known: default",
    ),
    "unknown subset": (
        ["--subset", "claen"],
        "subset=claen is not in the suite; did you mean 'clean'?; known: clean",
    ),
    "unknown release": (["--release", "3"], "release=3 is not in suite tiny; known: 1, two"),
    "unknown scenario": (["--scenario", "s9"], "no scenario 's9' in suite tiny"),
    "unknown control": (["--target", "control:orcale"], "control=orcale is not known; did you mean 'oracle'?"),
    "no target form": (
        ["--target", "bots"],
        "--target bots is not understood; write python:module:name or control:null|oracle|coin:0.99",
    ),
    "coin that is no number": (["--target", "control:coin:x"], "p=x is not a number; write control:coin:0.99"),
    "coin above 1": (["--target", "control:coin:95"], "control coin: p=95.0; allowed: 0 to 1"),
    "target and release": (
        ["--target", "control:null", "--release", "two"],
        "release=two of suite tiny has a target of its own",
    ),
    "no trials": (["-n", "0"], "Invalid value for '-n' / '--trials'"),
    "too many trials": (["-n", "99999999999"], "Invalid value for '-n' / '--trials'"),
    "trials in words": (["-n", "many"], "Invalid value for '-n' / '--trials'"),
    "negative seed": (["--seed", "-1"], "Invalid value for '--seed'"),
    "seed of 20 digits": (["--seed", "9" * 20], "Invalid value for '--seed'"),
    "unknown option": (["--sed", "1"], "No such option: --sed"),
    "run and resume": (["--resume", "latest"], "give a suite to run, or --resume RUN, not both"),
}


@pytest.fixture(scope="module")
def chosen(write_suite, tmp_path_factory):
    """A suite with two levels, a subset and two releases."""
    tmp_path = tmp_path_factory.mktemp("chosen")
    rows = [{"id": f"a{i}", "input": i, "expect": i, "attributes": {"lang": "de" if i else "en"}} for i in range(3)]
    releases = [{"id": "1", "target": {"control": "null"}}, {"id": "two", "target": {"control": "oracle"}}]
    sources = [{"inline": rows}, {"subset": "clean", "inline": [{"id": "c", "input": 1, "expect": 1}]}]
    return write_suite(tmp_path, scenarios=sources, releases=releases, target=None)


@pytest.mark.parametrize("name", SELECTIONS)
def test_a_selection_that_cannot_be_run_ends_with_2_before_any_run(cli, chosen, tmp_path, name):
    words, said = SELECTIONS[name]
    cli("run", chosen, *words, cwd=tmp_path).must(2, said)
    assert not list(tmp_path.iterdir())


RUNS = [
    ["show", "zz"],
    ["show", "zz", "0"],
    ["gate", "zz"],
    ["replay", "zz", "0"],
    ["report", "zz"],
    ["run", "--resume", "zz"],
]


@pytest.mark.parametrize("words", RUNS, ids=" ".join)
def test_an_unknown_run_is_refused_with_where_the_runs_are_listed(cli, tmp_path, words):
    cli(*words, cwd=tmp_path).must(2, "no run begins with 'zz'", "(ninemarch show --list)")


@pytest.mark.parametrize("words", [["show"], ["gate"], ["report"], ["run", "--resume", "latest"]], ids=" ".join)
def test_without_any_run_latest_says_how_to_make_one(cli, tmp_path, words):
    cli(*words, cwd=tmp_path).must(2, "no run in", "make one with 'ninemarch run SUITE' or 'ninemarch demo'")


@pytest.fixture(scope="module")
def ran(cli, chosen):
    cli("run", chosen, "-q", cwd=chosen.parent).must(0)
    return chosen.parent


@pytest.mark.parametrize("trial", ["3", "nosuch", "9" * 30, "9" * 5000, "1.5"])
@pytest.mark.parametrize("command", ["show", "replay"])
def test_an_unknown_trial_is_refused_with_those_there_are(cli, ran, command, trial):
    cli(command, "latest", trial, cwd=ran).must(2, "has no trial '", "its trials are 0 to 2")


def test_a_suite_that_needs_what_is_not_installed_says_so(cli, write_suite, tmp_path):
    write_suite(tmp_path, needs=["nosuch_x", "nosuch_y.sub"])
    cli("run", ".", cwd=tmp_path).must(2, "this suite needs modules that are not installed: nosuch_x, nosuch_y.sub")


def test_a_name_too_long_for_a_file_is_no_crash(cli, tmp_path):
    cli("run", "a" * 300, cwd=tmp_path).must(2, "cannot look up the suite aaa")


def test_one_case_in_a_new_interpreter_as_a_shell_starts_it(cli, write_suite, tmp_path):
    text, words = WRONG["confidence 95"]
    write_suite(tmp_path, text)
    cli("run", "suite.yaml", cwd=tmp_path, fresh=True).must(2, *words)


IN_PYTHON = """
import json
from fractions import Fraction

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.model import CheckSpec, Gate, Scenario, TargetSpec
from ninemarch.report import decision_document
from ninemarch.suite import make

listed = [Scenario(f"s{i}", i, i) for i in range(10)]
suite = make("tiny", listed, checks=[CheckSpec("exact")], gates=[Gate("g", Fraction(1, 2))])
done = workflow.run(suite, Selection(target=TargetSpec("control", "coin", {"p": 0.5})))
print(json.dumps(decision_document(done.decision)))
"""


def test_a_suite_made_in_python_gives_the_decision_of_the_yaml_file(cli, write_suite, tmp_path):
    write_suite(tmp_path, target={"control": "coin", "params": {"p": 0.5}}, gates=[{"id": "g", "success": 0.5}])
    env = {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "OMP_NUM_THREADS": "1"}
    made = subprocess.run(
        [sys.executable, "-c", IN_PYTHON], cwd=tmp_path, capture_output=True, text=True, check=True, env=env
    )
    from_python, from_yaml = json.loads(made.stdout), cli("run", ".", "--json", cwd=tmp_path).json
    for key in ("verdict", "exit_code", "counts", "rate", "gates", "sentence"):
        assert from_yaml[key] == from_python[key]
