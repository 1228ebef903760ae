"""Where an option comes from, which place wins, and what no place may say."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from ninemarch.errors import UsageError
from ninemarch.settings import KEYS, Settings, read_settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("there", list(product([False, True], repeat=4)))
def test_the_first_place_that_says_something_wins(there):
    option, variable, suite, file = there
    settings = Settings(
        {"trials": 4} if file else {}, "ninemarch.toml", {"NINEMARCH_TRIALS": "2"} if variable else {}
    )
    places = ["option", "NINEMARCH_TRIALS", "suite", "ninemarch.toml", "default"]
    first = [*there, True].index(True)
    found = settings.find("trials", 1 if option else None, 3 if suite else None)
    assert (found.value, found.origin) == ([1, 2, 3, 4, 1000][first], places[first])
    assert found.outside is (first not in {2, 4})


def test_a_false_option_wins_over_a_true_variable():
    assert Settings(environment={"NINEMARCH_GITHUB": "true"}).find("github", given=False).value is False


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("github", "1", True),
        ("github", "No", False),
        ("trials", "500", 500),
        ("stop", "fixed", "fixed"),
        ("junit", "a b.xml", "a b.xml"),
        ("junit", "", ""),
        ("trials", "", 1000),
    ],
)
def test_what_a_variable_says(name, text, value):
    assert Settings(environment={KEYS[name].variable: text}).find(name).value == value


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("github", "maybe", "NINEMARCH_GITHUB: github=maybe; give true or false"),
        ("trials", "many", "NINEMARCH_TRIALS: trials=many; give a whole number from 1 to 1,000,000,000"),
        ("trials", "0", "trials=0; give a whole number"),
        ("trials", "-3", "trials=-3; give a whole number"),
        ("trials", "²", "trials=²; give a whole number"),
        ("trials", "9" * 5000, "give a whole number"),
        ("stop", "\x1b[31m", r"stop=\x1b[31m; give one of sequential, fixed"),
    ],
)
def test_what_a_variable_may_not_say(name, text, said):
    with pytest.raises(UsageError) as caught:
        Settings(environment={KEYS[name].variable: text}).find(name)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        ("ninemarch.toml", "trials = 7", 7),
        ("pyproject.toml", "[tool.ninemarch]\ntrials = 7", 7),
        ("pyproject.toml", "[tool.other]\ntrials = 7", 1000),
        ("pyproject.toml", "tool = 3", 1000),
        ("ninemarch.toml", "", 1000),
    ],
)
def test_what_a_file_says(tmp_path, name, content, value):
    (tmp_path / name).write_text(content)
    assert read_settings({}, tmp_path).find("trials").value == value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("trails = 7", "unknown key 'trails'; did you mean 'trials'?; known: suite, trials,"),
        ("trials = '7'", "trials=7; give a whole number"),
        ("trials = true", "trials=true; give a whole number"),
        ("github = 1", "github=1; give true or false"),
        ("junit = ''", "junit=; give a text"),
        ("trials = [", "is not TOML"),
        ("#" + "x" * 1_000_001, "more than 1,000,000 bytes"),
        (b"\xff", "is not TOML"),
    ],
)
def test_what_a_file_may_not_say(tmp_path, content, said):
    (tmp_path / "ninemarch.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError, match=re.escape(said)):
        read_settings({}, tmp_path)


def test_the_nearest_file_up_to_the_repository_holds(tmp_path):
    deep = tmp_path / "repository" / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "ninemarch.toml").write_text("trials = 1")
    assert read_settings({}, deep).find("trials").value == 1000
    (tmp_path / "repository" / ".git").mkdir()
    assert read_settings({}, deep).find("trials").value == 1000
    (tmp_path / "repository" / "ninemarch.toml").write_text("trials = 2")
    assert read_settings({}, deep).find("trials").value == 2
    (deep.parent / "pyproject.toml").write_text("[tool.ninemarch]\ntrials = 3")
    assert read_settings({}, deep).find("trials").value == 3


def test_two_files_in_one_folder_are_one_too_many(tmp_path):
    (tmp_path / "ninemarch.toml").write_text("trials = 2")
    (tmp_path / "pyproject.toml").write_text("[tool.ninemarch]\ntrials = 3")
    with pytest.raises(UsageError, match="keep one"):
        read_settings({}, tmp_path)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "ninemarch.toml").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        read_settings({}, tmp_path)


def test_every_key_is_documented():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(KEYS)


def test_prices_are_a_table_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "ninemarch.toml").write_text('trials = 7\n[prices."m:1"]\nin = 0.5\nout = 2\n')
    found = read_settings({}, tmp_path)
    assert found.prices == {"m:1": {"in": 0.5, "out": 2}}
    assert found.find("trials").value == 7


@pytest.mark.parametrize(
    "price", ["in = 1", "in = 1\nout = -1", 'in = 1\nout = "2"', "in = 1\nout = nan", "out = 1\nin = 1\nx = 1"]
)
def test_a_price_that_is_none_is_refused(tmp_path: Path, price: str) -> None:
    (tmp_path / "ninemarch.toml").write_text(f"[prices.m]\n{price}\n")
    with pytest.raises(UsageError, match=r'ninemarch.toml: prices."m" is no price'):
        read_settings({}, tmp_path)
