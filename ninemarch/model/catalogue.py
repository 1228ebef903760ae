"""The catalogue of a suite's kinds of failure: ids and names that later runs keep, and where each was seen.

Covers frozen types. Reading and writing the file is the job of ``kept``, binding a run to it that of ``mining``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Catalogue", "KeptRun", "Kind", "KnownCluster", "Sightings"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What makes failures one kind. All of it is text from outside: hostile.

    Args:
        signature: key of the signature.
        at: attribute and level, where these failures are told from others of the signature; None where they are not.
        wording: the signature's last part is the template of a message.
    """

    signature: tuple[str, ...]
    at: tuple[str, str] | None = None
    wording: bool = False


@dataclass(frozen=True, slots=True)
class Sightings:
    """How often a cluster was seen in one run: trials, and the independent units they belong to; both >= 1."""

    trials: int
    units: int


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run that was recorded in the catalogue.

    Args:
        run: its id; ``release`` is what was run, ``created`` when it was planned (UTC, ISO 8601).
        hash: content hash of the suite.
        trials: trials scored; ``units`` are the independent ones among them.
    """

    run: str
    release: str
    release_name: str
    created: str
    profile: str
    hash: str
    trials: int
    units: int


@dataclass(frozen=True, slots=True)
class KnownCluster:
    """A cluster that keeps its id and name.

    Args:
        id: eight hexadecimal digits.
        name: the name shown; hostile.
        kinds: failures of any of these kinds belong to it; several where clusters were merged by hand.
        seen: run id -> how often, for the runs of the catalogue that showed it.
    """

    id: str
    name: str
    kinds: tuple[Kind, ...]
    seen: Mapping[str, Sightings] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The kinds of failure of one suite.

    Args:
        suite: its name.
        runs: recorded runs, in the order of their planning.
        clusters: in the order in which they were first seen.
    """

    suite: str
    runs: tuple[KeptRun, ...] = ()
    clusters: tuple[KnownCluster, ...] = ()
