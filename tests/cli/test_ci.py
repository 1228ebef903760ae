"""``--junit`` and ``--github`` through the real command line."""

import re

import jsonschema
from junitparser import JUnitXml

SAYS = """
import os, sys
print("::add-mask::secret")
sys.stderr.write("::error::owned")
def says(x):
    os.write(2, b"::error::owned in a trial")
    return x
"""
GATE = [{"id": "g", "success": 0.5}]


def test_a_run_and_its_gate_write_the_same_files(cli, write_suite, tmp_path):
    write_suite(tmp_path, gates=GATE)
    env = {"GITHUB_OUTPUT": str(tmp_path / "out"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    cli("run", ".", "--junit", "a/j.xml", "--github", cwd=tmp_path, env=env).must(0)
    ran = [(tmp_path / name).read_text() for name in ("a/j.xml", "summary.md")]
    (tmp_path / "summary.md").unlink()
    cli("gate", "--junit", "j.xml", "--github", cwd=tmp_path, env=env).must(0)
    assert [(tmp_path / name).read_text() for name in ("j.xml", "summary.md")] == ran
    assert [case.name for suite in JUnitXml.fromfile(str(tmp_path / "j.xml")) for case in suite] == ["g"]
    assert (tmp_path / "out").read_text().count("verdict<<") == 2


def test_what_a_target_prints_is_never_a_command(cli, write_suite, tmp_path):
    write_suite(tmp_path, files={"bots.py": SAYS}, target={"python": "bots:says"}, gates=GATE)
    done = cli("run", ".", "--github", cwd=tmp_path).must(0)
    lines = done.err.split("\n")
    stop = re.fullmatch(r"::stop-commands::([0-9a-f]{32})", lines[0])
    assert stop
    end = lines.index(f"::{stop[1]}::")
    owned = [place for place, line in enumerate(lines) if "::error::owned" in line or "::add-mask" in line]
    assert len(owned) >= 2
    assert max(owned) < end
    assert [line[:9] for line in lines[end + 1 :] if line.startswith("::")] == ["::notice "]


HOSTILE = """
def answers(x):
    return "a " * 30 + "::error::owned\\n  ::error::owned\\n##[error]owned ##vso[task.x]owned"
print("::error::owned")
"""


def test_in_a_log_nothing_that_is_shown_is_a_command(cli, write_suite, tmp_path):
    names = {"a": "::error::owned", "b": "##[error]owned"}
    scenarios = [
        {"id": f"::error::{i}", "input": "::error::owned", "expect": i, "attributes": names} for i in range(9)
    ]
    write_suite(
        tmp_path,
        files={"bots.py": HOSTILE},
        target={"python": "bots:answers"},
        scenarios=[{"inline": scenarios}],
        gates=[{**GATE[0], "each": ["a", "b"]}],
    )
    env = {"GITHUB_ACTIONS": "true"}
    commands = [["run", "."], ["gate"], ["show", "latest", "--failures"], ["show", "latest", "0"], ["mine"]]
    commands += [
        ["suite", "show", "."],
        ["replay", "latest", "0"],
        ["run", ".", "-w", "a=::error::x"],
        ["gate", "::x"],
    ]
    for words in commands:
        for more in ([], ["--json"]) if words[0] != "mine" else ([],):
            done = cli(*words, *more, cwd=tmp_path, env=env)
            assert done.code != 5, done.err
            for line in (done.out + done.err).splitlines():
                assert not line.strip().startswith("::"), (words, line)
                assert not re.search(r"##[a-z]*\[", line), (words, line)
    plain, escaped = (cli("show", "latest", "0", "--json", cwd=tmp_path, env=e).json for e in ({}, env))
    assert plain == escaped
    assert "##[error]owned" in plain["output"]


def test_json_stays_one_document(cli, write_suite, tmp_path):
    write_suite(tmp_path, gates=GATE)
    done = cli("run", ".", "--json", "--github", "--junit", "j.xml", cwd=tmp_path).must(0)
    assert done.json["verdict"] == "PASS"
    assert "::notice title=PASS" in done.err


def test_a_run_that_breaks_leaves_no_green_file(cli, write_suite, tmp_path):
    write_suite(tmp_path, gates=GATE)
    cli("run", ".", "--junit", "j.xml", cwd=tmp_path).must(0)
    write_suite(tmp_path, gates=[{"id": "g"}])
    cli("run", ".", "--junit", "j.xml", cwd=tmp_path).must(2)
    assert not (tmp_path / "j.xml").exists()


def test_a_junit_file_that_cannot_be_is_said_before_anything_runs(cli, write_suite, tmp_path):
    write_suite(tmp_path, gates=GATE)
    cli("run", ".", "--junit", ".", cwd=tmp_path).must(2, "cannot write .: it is a folder")
    assert not (tmp_path / ".ninemarch").exists()


def test_not_proven_may_be_skipped_in_the_file_and_never_in_the_exit_code(cli, write_suite, tmp_path):
    write_suite(tmp_path, gates=[{"id": "g", "success": 0.99}])
    for words, kind in ((["--junit-skip"], "Skipped"), ([], "Failure")):
        cli("run", ".", "--junit", "j.xml", *words, cwd=tmp_path).must(3)
        suite = next(iter(JUnitXml.fromfile(str(tmp_path / "j.xml"))))
        assert [type(result).__name__ for case in suite for result in case.result] == [kind]


def test_every_document_is_as_its_published_schema_says(cli, write_suite, tmp_path):
    write_suite(tmp_path, gates=GATE, target={"control": "null"})
    schema = jsonschema.Draft202012Validator(cli("schema", cwd=tmp_path).must(0).json)
    cli("run", ".", "--json", cwd=tmp_path).must(1)
    words = {
        "decision": ["gate", "--json"],
        "failures": ["show", "latest", "--failures", "--json"],
        "trial": ["show", "latest", "0", "--json"],
        "replay": ["replay", "latest", "0", "--json"],
        "baseline": ["baseline", "accept", "latest", "--json"],
        "comparison": ["baseline", "diff", "--json"],
        "suite": ["suite", "show", ".", "--json"],
        "config": ["config", "--json"],
    }
    for kind, command in words.items():
        document = cli(*command, cwd=tmp_path).json
        assert (document["ninemarch"], document["kind"]) == (1, kind)
        schema.validate(document)
