"""The documents say what the program does: commands, options, exit codes, files, links."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ninemarch.errors import ExitCode
from ninemarch.suite.schema import GateModel, SuiteModel

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("suites/*/README.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_command_reference_is_what_the_commands_say():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == reference.page(), "run: python docs/reference.py"


def test_every_exit_code_is_in_the_readme():
    table = re.findall(r"^\| ([\d, ]+) \|", README, flags=re.MULTILINE)
    documented = {int(code) for row in table for code in row.split(",")}
    assert documented == {int(code) for code in ExitCode}


def test_ci_calls_the_test_command_of_the_readme():
    command = "python -m pip install nox && nox"
    assert command in README
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_that_exist(page: Path):
    for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if not link.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / link).exists(), link


def test_every_key_of_the_suite_file_is_documented():
    text = (ROOT / "docs" / "suite-file.md").read_text(encoding="utf-8")
    for key in (*SuiteModel.model_fields, *GateModel.model_fields):
        assert f"`{key}`" in text, key


def test_the_suite_in_the_readme_runs_as_it_says(tmp_path: Path):
    (tmp_path / "capitals.yaml").write_text(_block("yaml"), encoding="utf-8")
    (tmp_path / "bot.py").write_text(
        "def answer(question):\n    return {'F': 'paris', 'K': 'Mombasa'}[question[11]]\n"
    )
    for line in _block("", "ninemarch suite validate").splitlines():
        words = line.partition("#")[0].split()
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )
        assert "Traceback" not in done.stderr
        expected = 1 if words[1] == "run" else 0  # one of two is wrong: 99% is missed
        assert done.returncode == expected, (line, done.stdout, done.stderr)
    assert (tmp_path / "capitals.html").is_file()


def _block(language: str, beginning: str = "") -> str:
    fences = re.split(r"^```", README, flags=re.MULTILINE)
    for block in fences[1::2]:
        info, _, body = block.partition("\n")
        if info == language and body.startswith(beginning):
            return body
    raise AssertionError(beginning)
