"""The page of a real run: what mining found, the baseline, and nothing that a target says runs or widens it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EVIL = "<script>document.title='owned'</script>{{7*7}} https://x.example"
BOTS = f"""
def scenario(levels, rng):
    number = rng.getrandbits(40)
    return {{"input": number, "expect": str(number), "attributes": {{"half": str(number % 2)}}}}

def bot(x):
    if x % 20 == 0: raise ValueError({EVIL!r})
    if x % 30 == 1: return "wrong " + str(x)
    return str(x)

def better(x): return str(x) if x % 20 else "0"
"""


@pytest.fixture
def folder(cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path) -> Path:
    """A folder with one run of a suite and its baseline."""
    write_suite(
        tmp_path,
        files={"bots.py": BOTS},
        target={"python": "bots:bot"},
        profile={"language": {"de": 0.5, "en": 0.5}},
        scenarios=[{"generate": {"python": "bots:scenario"}}],
        gates=[{"id": "g", "success": 0.9}, {"id": "each", "success": 0.5, "each": ["language"]}],
        trials={"max": 600, "stop": "fixed"},
    )
    cli("run", ".", "--target", "python:bots:better", "-q", cwd=tmp_path)
    cli("baseline", "accept", "latest", cwd=tmp_path).must(0)
    cli("run", ".", "-q", cwd=tmp_path)
    return tmp_path


def page_of(cli: Callable[..., Any], folder: Path, *words: str) -> str:
    cli("report", "latest", "-o", "p.html", *words, cwd=folder).must(0)
    return (folder / "p.html").read_text(encoding="utf-8")


def test_the_chapters_in_their_order(cli, folder: Path):
    page = page_of(cli, folder)
    titles = [re.sub(r"<[^>]*>", "", title) for title in re.findall(r"<h2>(.*?)</h2>", page)]
    assert titles[1].startswith("Fixing ")
    order = [
        "One release so far",
        "Fixing ",
        " gates ",
        "baseline: ",
        "failures of ",
        "Error budget",
        "accounted for",
    ]
    order += ["failures: ", "How the numbers were made", "Where it comes from"]
    assert [words for words in order if not any(words in title for title in titles)] == []
    places = [next(i for i, title in enumerate(titles) if words in title) for words in order]
    assert places == sorted(places)
    assert "ValueError" in page
    assert "newly failing" in page
    assert "<script>document" not in page
    assert "{{7*7}}" in page
    text = re.sub(r"<style>.*?</style>|<script.*?</script>|<[^>]*>", "", page, flags=re.DOTALL)
    assert text.count("100%") == 0


def test_numbers_of_the_page_are_those_of_mine(cli, folder: Path):
    page = page_of(cli, folder)
    found = cli("mine", "latest", "--json", cwd=folder).must(0).json
    for cluster in found["clusters"]:
        assert cluster["id"] in page
    assert re.search(r"fix: wrong", page)


def test_a_redacted_page_names_kinds_by_their_id(cli, folder: Path):
    page = page_of(cli, folder, "--redact")
    assert "7*7" not in page
    assert "ValueError" not in page


def test_the_manager_gets_the_waterfall_and_the_baseline(cli, folder: Path):
    page = page_of(cli, folder, "--audience", "manager")
    assert "waterfall as a table" in page
    assert "newly failing" in page
    assert "accounted for" not in page


def test_wrong_words(cli, folder: Path):
    cli("report", "latest", "--layout", "book", cwd=folder).must(2, "allowed: file, folder")
    cli("report", "latest", "--audience", "boss", cwd=folder).must(2, "allowed: everyone, manager")
    cli("report", "latest", "--theme", "none.toml", cwd=folder).must(2, "give a TOML file")
    cli("report", "latest", "--max-size", "9", cwd=folder).must(2, "max-size=9")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_in_a_real_browser(browser: Any, cli, folder: Path, width: int, theme: str):
    from test_browser import _OUTSIDE, draw, look, requests

    page_of(cli, folder)
    look(browser, folder / "p.html", width, theme)
    draw(browser)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") == width
    assert browser.execute_script(_OUTSIDE) == []
    assert browser.title.endswith("tiny python:bots:bot")
    assert requests(browser) == [(folder / "p.html").as_uri()]
    assert browser.get_log("browser") == []
