"""The demo: every release on every profile, one march, one page; and once for real."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ninemarch import workflow
from ninemarch.errors import UsageError
from ninemarch.journal import list_runs
from ninemarch.model import GateVerdict

BOTS = """
def scenario(levels, rng):
    number = rng.randrange(10**9)
    return {"input": [number, levels["noise"]], "expect": number}

def first(x):
    return x[0] if x[0] % 2 or x[1] == "none" else None

def second(x):
    return x[0] if x[0] % 100 or x[1] == "none" else -1

def third(x):
    return x[0]
"""
RELEASES = [
    {"id": str(n), "name": name, "target": {"python": f"bots:{name}"}, "effort": 10 * n}
    for n, name in enumerate(["first", "second", "third"], start=1)
]


@pytest.fixture
def suite(tmp_path: Path, write_suite: Callable[..., Path]) -> Path:
    """Three releases of growing worth on a clean and a noisy profile."""
    return write_suite(
        tmp_path,
        suite="march",
        title="Give the number back",
        effort_unit="lines",
        files={"bots.py": BOTS},
        target=None,
        profile="real",
        profiles={"clean": {"noise": {"none": 1.0}}, "real": {"noise": {"none": 0.3, "loud": 0.7}}},
        scenarios=[{"generate": {"python": "bots:scenario"}}],
        releases=RELEASES,
        trials={"max": 1000, "stop": "fixed", "look": 100},
        gates=[{"id": "two-nines", "success": 0.99}],
        demo={"profiles": ["clean", "real"], "trials": {"clean": 50}},
    )


def test_a_march_over_three_releases(tmp_path: Path, suite: Path) -> None:
    told: list[tuple[str, str, int]] = []
    result = workflow.demo(
        str(suite),
        announce=lambda release, profile, progress: told.append((release.id, profile, progress.done)),
        reports=tmp_path / "reports",
        root=tmp_path,
    )
    march = result.march
    assert [step.release for step in march.steps] == ["1", "2", "3"]
    assert [step.effort for step in march.steps] == [10, 30, 60]
    assert (march.title, march.effort_unit, march.profiles) == ("Give the number back", "lines", ("clean",))
    assert [step.decision.counts.recorded for step in march.steps] == [100, 1000, 1000]
    assert "declared checkpoint" in march.steps[0].decision.stopped
    assert [step.decision.verdict for step in march.steps] == [
        GateVerdict.FAIL,
        march.steps[1].decision.verdict,
        GateVerdict.PASS,
    ]
    assert march.steps[0].decision.counts.loud == march.steps[0].decision.counts.failed > 20
    assert 0 < march.steps[1].decision.counts.silent < 20
    for step in march.steps:
        clean = step.others["clean"].counts
        assert (clean.passed, clean.recorded) == (50, 50)
    assert len(list_runs(tmp_path)) == 6
    assert told[0] == ("1", "real", 1)
    assert told[-1] == ("3", "clean", 50)
    page = result.page.read_text(encoding="utf-8")
    assert result.page == tmp_path / "reports" / "march.html"
    assert page.startswith("<!doctype html>")
    assert "march" in page
    assert all(release["name"] in page for release in RELEASES)


def test_a_quick_one_says_less_but_its_last_release_says_what_it_says(tmp_path: Path, suite: Path) -> None:
    result = workflow.demo(str(suite), quick=True, reports=tmp_path / "reports", root=tmp_path)
    assert [step.decision.counts.recorded for step in result.march.steps] == [100, 300, 1000]
    assert result.march.last.decision.verdict is GateVerdict.PASS


def test_a_suite_without_releases_has_no_march(tmp_path: Path, write_suite: Callable[..., Path]) -> None:
    path = write_suite(tmp_path)
    with pytest.raises(UsageError, match="has no releases to march over"):
        workflow.demo(str(path), root=tmp_path)


def test_the_real_thing_once(tmp_path: Path, cli: Callable[..., Any]) -> None:
    """``ninemarch demo --quick --suite llm_json`` as a stranger types it, in a folder of their own."""
    if importlib.util.find_spec("json_repair") is None:
        pytest.skip("needs the extra 'demo'")
    done = cli("demo", "--quick", "--suite", "llm_json", cwd=tmp_path)
    done.must(0, "json.loads", "last answer wins", "99.9%")
    page = tmp_path / "reports" / "llm_json.html"
    assert str(page.relative_to(tmp_path)) in done.out
    assert 20_000 < page.stat().st_size < 1_500_000
    assert len(list_runs(tmp_path)) == 21
