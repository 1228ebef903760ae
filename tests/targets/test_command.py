"""Targets that are programs: what they are told, how they are read, and how they fail; real processes throughout."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from ninemarch.errors import UsageError
from ninemarch.isolate import cell

ASK = [{"id": f"s{n}", "input": {"a": n, "b": 2}, "expect": n + 2} for n in range(4)]
ADD = """
import json, sys
asked = json.loads(sys.stdin.read())
print(json.dumps(asked["a"] + asked["b"]))
"""


@pytest.fixture
def project(write_suite, tmp_path):
    """A suite whose target is a program of so many lines."""

    def make(code: str, scenarios: list | None = None, **keys) -> Path:
        limits = keys.pop("limits", {"timeout": "5s", "concurrency": 2, "errors_max": 0.5})
        checks = keys.pop("checks", [{"exact": {}}])
        command = {"run": [sys.executable, "./bot.py"], "reads": "json", **keys}
        write_suite(
            tmp_path,
            files={"bot.py": code},
            target={"command": command},
            scenarios=[{"inline": scenarios or ASK}],
            limits=limits,
            checks=checks,
        )
        return tmp_path

    return make


def failures(cli, folder) -> list[str]:
    found = cli("show", "latest", "--failures", "--json", cwd=folder).must(0).json
    return [trial["detail"] or trial["reason"] for trial in found["failures"]]


@pytest.mark.parametrize("level", ["none", "basic", "strict"])
def test_it_is_told_on_stdin_and_read_as_json_at_every_level(cli, project, level):
    if level == "strict":
        try:
            cell("strict")
        except UsageError as error:
            pytest.skip(str(error))
    folder = project(ADD, isolate=level, run=["/usr/bin/python3", "./bot.py"])
    cli("run", ".", cwd=folder).must(0, "4 planned = 4 pass")


def test_words_are_filled_in_once_and_no_shell_reads_them(cli, project):
    hostile = [
        {"id": "h", "input": {"q": "$(touch pwned); {input.q} `id`"}, "expect": "$(touch pwned); {input.q} `id`"}
    ]
    code = "import sys; print(sys.argv[1])"
    folder = project(code, hostile, run=[sys.executable, "./bot.py", "{input.q}"], reads="text", stdin="none")
    cli("run", ".", cwd=folder).must(0, "1 planned = 1 pass")
    assert not list(folder.rglob("pwned"))


def test_a_text_is_told_as_it_is_and_bytes_that_are_no_text_stop_nothing(cli, project):
    code = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().strip() + b'\\xff\\n')"
    folder = project(code, [{"id": "t", "input": "é", "expect": "é\ufffd"}], reads="text", stdin="text")
    cli("run", ".", cwd=folder).must(0, "1 planned = 1 pass")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; print('why it broke', file=sys.stderr); sys.exit(3)", "exit status 3\nwhy it broke"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "signal 11 (SIGSEGV)"),
        ("print('no json')", "stdout is no JSON: no json"),
        ("import os; os._exit(0)", "stdout is no JSON"),
        ("while True: print('x' * 65536)", "printed more than it may"),
    ],
)
def test_what_ends_badly_is_a_loud_failure_with_its_own_words(cli, project, code, said):
    folder = project(code, ASK[:1], output_bytes=200_000)
    cli("run", ".", cwd=folder).must(0, "1 planned = 0 pass + 1 fail (1 loud")
    (told,) = failures(cli, folder)
    assert said in told
    assert "command.py" not in told


def test_a_program_that_hangs_is_a_timeout_and_leaves_nobody(cli, project, tmp_path):
    code = (
        "import os, pathlib, sys, time\n"
        "if os.fork() == 0:\n    os.setsid()\n    time.sleep(1.5)\n"
        "    pathlib.Path(sys.argv[1]).touch()\n    os._exit(0)\n"
        "time.sleep(30)\n"
    )
    late = tmp_path / "late"
    limits = {"timeout": "500ms", "concurrency": 2}
    folder = project(code, ASK[:2], run=[sys.executable, "./bot.py", str(late)], isolate="none", limits=limits)
    cli("run", ".", cwd=folder).must(0, "2 planned = 0 pass + 2 fail (2 loud")
    assert all("limit 0.5 s" in told for told in failures(cli, folder))
    time.sleep(2)
    assert not late.exists()


def test_nothing_of_ours_is_in_its_environment_or_folder(cli, project):
    code = (
        "import json, os; print(json.dumps(['SECRET_WORD' in os.environ, os.listdir('.'), os.environ.get('MODE')]))"
    )
    asked = [{"id": "e", "input": 0, "expect": [False, [], "fast"]}]
    folder = project(code, asked, env={"MODE": "fast"})
    cli("run", ".", cwd=folder, env={"SECRET_WORD": "x"}).must(0, "1 planned = 1 pass")


def test_strict_shows_what_is_named_and_not_what_is_expected(cli, project):
    try:
        cell("strict")
    except UsageError as error:
        pytest.skip(str(error))
    code = "import json, os, sys; print(json.dumps(sorted(os.listdir(os.path.dirname(sys.argv[0])))))"
    asked = [{"id": "e", "input": 0, "expect": ["bot.py", "data"]}]
    folder = project(code, asked, isolate="strict", run=["/usr/bin/python3", "./bot.py"], readable=["data"])
    (folder / "data").mkdir()
    cli("run", ".", cwd=folder).must(0, "1 planned = 1 pass")


def test_a_report_says_what_it_cost_and_when_a_person_is_asked(cli, project):
    code = (
        "import json, sys\n"
        "asked = json.load(sys.stdin)\n"
        "print('thinking aloud')\n"
        "more = {'hand_off': 'too hard'} if asked['a'] == 3 else {'output': asked['a'] + 2}\n"
        "print(json.dumps({**more, 'cost_usd': 0.5, 'tokens': 7, 'steps': [{'name': 'add'}]}))\n"
    )
    folder = project(code, reads="report")
    done = cli("run", ".", cwd=folder).must(0, "4 planned = 3 pass + 0 fail (0 loud, 0 silent) + 1 assisted")
    done.must(0, "28 tokens")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"run": "nosuchprogram"}, "program=nosuchprogram is not found"),
        ({"run": "python3 'half"}, "a quote without its other half"),
        ({"isolate": "container"}, "needs an image"),
        ({"image": "x"}, "needs an image"),
        ({"stdin": "xml"}, "stdin"),
        ({"readable": ["data/.."]}, "holds what is expected"),
        ({"isolat": "none"}, "isolate"),
    ],
)
def test_what_is_wrong_is_said_before_anything_runs(cli, project, keys, said):
    folder = project(ADD, **keys)
    cli("run", ".", cwd=folder).must(2, said)
    assert not (folder / ".ninemarch").exists()


def test_an_input_that_does_not_fit_the_words_is_no_failure_of_the_target(cli, project):
    folder = project(ADD, ASK[:2], run=[sys.executable, "./bot.py", "{input.c}"])
    cli("run", ".", cwd=folder).must(4, "2 error")


def test_the_command_line_names_one_too(cli, project):
    folder = project(ADD)
    cli("run", ".", "--target", f"command:{sys.executable} -c 'print(2)'", cwd=folder).must(
        0, "4 planned = 0 pass + 4 fail"
    )
