"""The catalogue: ids and names persist, what people decide binds later runs, changes are told with a test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import F, P, plan_of, trial, write_run

from ninemarch.errors import UsageError
from ninemarch.kept import catalogue_bytes, catalogue_path, load_catalogue
from ninemarch.mining.clusters import id_of
from ninemarch.mining.known import merge, rename, split
from ninemarch.mining.result import MiningResult
from ninemarch.mining.trends import Change
from ninemarch.model import Catalogue, Ended, KeptRun, Kind, KnownCluster, Sightings, Trial
from ninemarch.workflow import edit_clusters, keep_clusters, known_clusters, mine

MANY = 400


def refusals(*counts: int, message: str = "cannot read {} here", level: str = "x") -> list[Trial]:
    """A run with so many refusals of each of several forms; the rest passes."""
    whys = [message.format(n) if place == 0 else "no answer at all" for place, n in _each(counts)]
    bad = [trial(n, F, {"a": level}, ended=Ended.ABSTAINED, silent=False, detail=why) for n, why in enumerate(whys)]
    return [*bad, *(trial(n, P, {"a": "y"}) for n in range(len(bad), MANY))]


def _each(counts: tuple[int, ...]) -> list[tuple[int, int]]:
    return [(place, n) for place, many in enumerate(counts) for n in range(many)]


class March:
    """Runs of one suite, each release later than the one before."""

    def __init__(self, root: Path) -> None:
        self.root, self.many = root, 0

    def run(self, trials: list[Trial], *, kept: bool = True) -> MiningResult:
        self.many += 1
        name = f"cafe{self.many:04d}"
        plan = replace(plan_of(len(trials)), run=name, created=f"2026-01-{self.many:02d}", release=f"{self.many}")
        write_run(self.root / ".ninemarch" / "runs" / name, plan, trials)
        found = mine(name, root=self.root)
        if kept:
            keep_clusters(found, root=self.root)
        return found


@pytest.fixture
def march(tmp_path: Path) -> March:
    return March(tmp_path)


def test_a_template_that_grows_keeps_its_id_and_name(march: March):
    """The second run's messages alone would make another template: "cannot read ... now" differs in a word."""
    first = march.run(refusals(5))
    second = march.run(refusals(5, message="cannot read {} now"))
    assert [each.id for each in first.clusters] == [each.id for each in second.clusters]
    assert second.clusters[0].name == first.clusters[0].name == "refused: cannot read … here"


def test_new_gone_growing_and_back_are_told_with_a_test(march: March):
    march.run(refusals(2, 30))
    second = march.run(refusals(20, 0))
    third = march.run(refusals(2, 5))
    assert second.trends is not None
    assert third.trends is not None
    told = [(each.name, each.change, each.then, each.now, each.proven) for each in second.trends.clusters]
    assert told == [
        ("refused: no answer at all", Change.GONE, 30, 0, True),
        ("refused: cannot read … here", Change.GROWING, 2, 20, True),
    ]
    # Fisher, exactly: the tables of 22 in 800 no likelier than (20, 2); the last of two tests, so Holm leaves it.
    assert second.trends.clusters[1].p_value == pytest.approx(9.930455834694e-05, rel=1e-9)
    assert {each.change for each in third.trends.clusters} == {Change.SHRINKING, Change.BACK}
    assert third.trends.before.run == "cafe0002"


def test_one_more_failure_is_no_growth(march: March):
    march.run(refusals(3))
    second = march.run(refusals(4, 1))
    assert second.trends is not None
    assert [(each.change, each.proven) for each in second.trends.clusters] == [
        (Change.STEADY, False),
        (Change.NEW, False),
    ]


def test_a_merge_binds_later_runs_and_a_split_undoes_it(march: March):
    first = march.run(refusals(6, 4))
    big, small = first.clusters
    edit_clusters("hand", lambda c: rename(merge(c, small.id, big.id), big.id, "gives up"), root=march.root)
    second = march.run(refusals(3, 2))
    assert [(each.id, each.name, each.size) for each in second.clusters] == [(big.id, "gives up", 5)]
    assert [counts.trials for counts in known_clusters("hand", root=march.root).clusters[0].seen.values()] == [10, 5]
    edit_clusters("hand", lambda c: split(c, big.id, small.id), root=march.root)
    third = march.run(refusals(3, 2))
    assert [(each.id, each.size) for each in third.clusters] == [(big.id, 3), (small.id, 2)]


def test_a_split_by_level_binds_later_runs_however_few_failures_there_are(march: March):
    first = march.run(refusals(5))
    edit_clusters("hand", lambda c: split(c, first.clusters[0].id[:4], ("a", "x")), root=march.root)
    second = march.run(refusals(1))
    assert [(each.condition, each.size) for each in second.clusters] == [(("a", "x"), 1)]
    assert second.clusters[0].name.endswith(", at a=x")
    third = march.run(refusals(1, level="z"))
    assert [each.id for each in third.clusters] == [first.clusters[0].id]


def test_keeping_a_run_twice_changes_nothing(march: March):
    found = march.run(refusals(6, 4))
    before = catalogue_path("hand", march.root).read_bytes()
    keep_clusters(found, root=march.root)
    assert catalogue_path("hand", march.root).read_bytes() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: rename(c, "ffff", "x"), "no cluster 'ffff'.*it has 2"),
        (lambda c: rename(c, "", "x"), "no cluster ''"),
        (lambda c: rename(c, c.clusters[0].id, " "), "is empty"),
        (lambda c: merge(c, c.clusters[0].id, c.clusters[0].id), "into itself"),
        (lambda c: split(c, c.clusters[0].id, "ffff"), "has no kind 'ffff'.*attribute=level"),
        (lambda c: split(split(c, c.clusters[0].id, ("a", "x")), c.clusters[0].id, ("a", "x")), "cannot be split"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_and_changes_nothing(march: March, change, message):
    march.run(refusals(6, 4))
    before = catalogue_path("hand", march.root).read_bytes()
    with pytest.raises(UsageError, match=message):
        edit_clusters("hand", change, root=march.root)
    assert catalogue_path("hand", march.root).read_bytes() == before


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KINDS = st.builds(
    Kind, st.lists(TEXT, min_size=1, max_size=3).map(tuple), st.none() | st.tuples(TEXT, TEXT), st.booleans()
)


@given(st.lists(KINDS, max_size=6, unique_by=lambda kind: (kind.signature, kind.at)), TEXT, st.integers(1, 9))
def test_any_catalogue_comes_back_from_its_file_as_it_was(tmp_path_factory, kinds, text, many):
    root = tmp_path_factory.mktemp("kept")
    run = KeptRun("r", text, text, "2026", text, "h", 9, 9)
    seen = {"r": Sightings(many, 1)}
    clusters = {id_of(kind): KnownCluster(id_of(kind), text, (kind,), seen) for kind in kinds}
    catalogue = Catalogue("s", (run,), tuple(clusters.values()))
    path = catalogue_path("s", root)
    path.parent.mkdir(parents=True)
    path.write_bytes(catalogue_bytes(catalogue))
    assert load_catalogue("s", root) == catalogue


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"trials": 400', '"trials": 3', "does not add up"),
        ('"ninemarch": 1', '"ninemarch": 9', "version 9"),
        ('"suite": "hand"', '"suite": "other"', "is of suite 'other'"),
        ('"id": "', '"id": "zz', "a cluster 'zz"),
        ('"kinds": [', '"kinds": 3, "x": [', "is no catalogue"),
    ],
)
def test_a_damaged_file_is_refused(march: March, old: str, new: str, message: str):
    march.run(refusals(6))
    path = catalogue_path("hand", march.root)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        mine("cafe0001", root=march.root)


def test_a_run_of_a_part_is_not_kept(march: March):
    found = march.run(refusals(2), kept=False)
    with pytest.raises(UsageError, match="only a part of the profile"):
        keep_clusters(replace(found, plan=replace(found.plan, where={"a": "x"})), root=march.root)
    with pytest.raises(UsageError, match="no catalogue of failures"):
        known_clusters("hand", root=march.root)
