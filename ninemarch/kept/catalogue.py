"""The catalogue of failures in git: ``reports/<suite>/clusters.json``.

Covers the form of the file and reading it back. One line a kind and a run's sightings, so that a review shows what a
release changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from ninemarch.errors import UsageError
from ninemarch.kept.folder import suite_folder
from ninemarch.kept.reading import read_kept
from ninemarch.model import Catalogue, KeptRun, Kind, KnownCluster, Sightings
from ninemarch.text import excerpt, scrub

__all__ = ["FORMAT", "catalogue_bytes", "catalogue_path", "load_catalogue"]

FORMAT = 1
"""Version of the file."""

_ID_DIGITS = 8


class _Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    signature: list[str]
    at: tuple[str, str] | None = None
    wording: bool = False


class _Cluster(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    name: str
    kinds: list[_Kind]
    seen: dict[str, tuple[int, int]]


class _Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    run: str
    release: str
    release_name: str
    created: str
    profile: str
    hash: str
    trials: int
    units: int


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ninemarch: int
    kind: str
    suite: str
    runs: list[_Run]
    clusters: list[_Cluster]


def catalogue_path(suite: str, root: Path | None = None) -> Path:
    """Return where the catalogue of a suite lies.

    Args:
        suite: name of the suite.
        root: folder that holds ``reports``; here by default.
    """
    return suite_folder(suite, root) / "clusters.json"


def load_catalogue(suite: str, root: Path | None = None) -> Catalogue | None:
    """Return the catalogue of a suite, None where there is none yet.

    Args:
        suite: name of the suite.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: the file cannot be read, is of another version or suite, or contradicts itself.
    """
    path = catalogue_path(suite, root)
    found = read_kept(
        path, _File, _refuse, kind="clusters", version=FORMAT, called="clusters", none="is no catalogue"
    )
    if found is None:
        return None
    if found.suite != scrub(suite):
        _refuse(path, f"is of suite '{excerpt(found.suite, 60)}', not '{excerpt(suite, 60)}'")
    _check(path, found)
    return Catalogue(
        suite=suite,
        runs=tuple(KeptRun(**msgspec.structs.asdict(run)) for run in found.runs),
        clusters=tuple(
            KnownCluster(
                id=each.id,
                name=each.name,
                kinds=tuple(Kind(tuple(kind.signature), kind.at, kind.wording) for kind in each.kinds),
                seen={run: Sightings(*counts) for run, counts in each.seen.items()},
            )
            for each in found.clusters
        ),
    )


def _refuse(path: Path, what: str) -> NoReturn:
    msg = f"{path} {what}; bring it back from git, or delete it and keep a run anew (ninemarch mine RUN --keep)"
    raise UsageError(msg)


def _check(path: Path, found: _File) -> None:
    """Refuse what no catalogue could say: two clusters of one id, one kind in two, more sightings than trials."""
    runs = {run.run: run for run in found.runs}
    ids = [each.id for each in found.clusters]
    kinds = [(tuple(kind.signature), kind.at) for each in found.clusters for kind in each.kinds]
    if len(runs) != len(found.runs) or len(set(ids)) != len(ids) or len(set(kinds)) != len(kinds):
        _refuse(path, "names a run, a cluster or a kind twice")
    for each in found.clusters:
        if len(each.id) != _ID_DIGITS or set(each.id) - set("0123456789abcdef") or not each.kinds:
            _refuse(path, f"has a cluster '{excerpt(each.id, 20)}' that is none: 8 hexadecimal digits and a kind")
        for run, (trials, units) in each.seen.items():
            if run not in runs or not 1 <= units <= trials <= runs[run].trials:
                _refuse(path, f"does not add up: cluster {each.id} in run '{excerpt(run, 20)}'")


def catalogue_bytes(catalogue: Catalogue) -> bytes:
    """Return the file of a catalogue: JSON, a line for each run, kind and cluster's sightings."""
    runs = ",\n".join(f"  {_json(_fields(run))}" for run in catalogue.runs)
    clusters = ",\n".join(map(_cluster, catalogue.clusters))
    head = [f' "ninemarch": {FORMAT}', ' "kind": "clusters"', f' "suite": {_json(catalogue.suite)}']
    return (
        "{\n" + ",\n".join([*head, f' "runs": [\n{runs}\n ]', f' "clusters": [\n{clusters}\n ]']) + "\n}\n"
    ).encode()


def _fields(run: KeptRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in _Run.__struct_fields__}


def _cluster(cluster: KnownCluster) -> str:
    kinds = ",\n".join(f"    {_json(_kind(kind))}" for kind in cluster.kinds)
    seen = {run: [found.trials, found.units] for run, found in cluster.seen.items()}
    head = f'"id": {_json(cluster.id)}, "name": {_json(cluster.name)}'
    return f'  {{{head},\n   "kinds": [\n{kinds}\n   ],\n   "seen": {_json(seen)}}}'


def _kind(kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = {"signature": list(kind.signature)}
    found |= {"at": list(kind.at)} if kind.at else {}
    return found | ({"wording": True} if kind.wording else {})


def _json(value: Any) -> str:
    return scrub(json.dumps(value, ensure_ascii=False))
