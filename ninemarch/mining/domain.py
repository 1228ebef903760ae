"""The ground a hunt covers: attributes, their levels, and how often real use meets them.

Covers the translation between words and numbers. Levels come from every profile of a suite, for what the profile in
force never draws is just what a hunt wants to try; shares of use come from the profile in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ninemarch.errors import UsageError, nearest
from ninemarch.mining.forbidden import Forbidden, Rows
from ninemarch.model import Profile
from ninemarch.text import excerpt

__all__ = ["Domain", "Row", "domain_of"]

Row = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """Attributes and levels, in order; a row is one level number for each attribute.

    Args:
        names: the attributes.
        levels: the levels of each.
        shares: share of real use of each level; each attribute sums to 1.
        forbidden: combinations that a hunt leaves out, attribute number -> level number.
    """

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    shares: tuple[tuple[float, ...], ...]
    forbidden: tuple[Mapping[int, int], ...] = ()

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of levels of each attribute."""
        return tuple(map(len, self.levels))

    @property
    def never(self) -> Forbidden:
        """The forbidden combinations, ready to be asked."""
        return Forbidden(self.sizes, self.forbidden)

    def words(self, row: Sequence[int]) -> dict[str, str]:
        """The levels of a row by name."""
        return {name: levels[at] for name, levels, at in zip(self.names, self.levels, row, strict=True)}

    def row(self, words: Mapping[str, str]) -> Row | None:
        """The row of levels given by name; None unless each attribute has one of its levels."""
        try:
            return tuple(levels.index(words[name]) for name, levels in zip(self.names, self.levels, strict=True))
        except (KeyError, ValueError):
            return None

    def nominal(self, rows: Rows) -> NDArray[np.float64]:
        """How likely the profile is to draw each row: the product of its levels' shares."""
        return product_of(self.shares, rows)


def product_of(shares: Sequence[Sequence[float] | NDArray[np.float64]], rows: Rows) -> NDArray[np.float64]:
    """How likely each row is where every attribute is drawn apart with these shares."""
    rows = np.asarray(rows, dtype=np.int64).reshape(-1, len(shares))
    out = np.ones(len(rows))
    for attribute, share in enumerate(shares):
        out *= np.asarray(share, dtype=np.float64)[rows[:, attribute]]
    return out


def domain_of(
    profile: Profile, profiles: Sequence[Profile] = (), *, forbid: Sequence[Mapping[str, str]] = ()
) -> Domain:
    """Return the ground that a hunt under ``profile`` covers.

    Args:
        profile: the profile in force: its attributes and shares.
        profiles: every profile of the suite; levels that only they have are tried too.
        forbid: combinations to leave out, attribute -> level.

    Raises:
        UsageError: the profile has no attribute, or a forbidden combination names what does not exist.

    Examples:
        >>> calm, storm = Profile("calm", {"wind": {"low": 1.0}}), Profile("storm", {"wind": {"high": 1.0}})
        >>> domain_of(calm, [calm, storm]).levels, domain_of(calm, [calm, storm]).shares
        ((('low', 'high'),), ((1.0, 0.0),))
    """
    if not profile.attributes:
        msg = f"profile={excerpt(profile.name, 60)} has no attribute to hunt over; add attributes and levels to it"
        raise UsageError(msg)
    names = tuple(profile.attributes)
    levels = tuple(
        tuple(dict.fromkeys(level for each in (profile, *profiles) for level in each.attributes.get(name, {})))
        for name in names
    )
    shares = tuple(
        tuple(profile.attributes[name].get(level, 0.0) for level in own)
        for name, own in zip(names, levels, strict=True)
    )
    found = Domain(names, levels, shares, tuple(_numbered(names, levels, each) for each in forbid))
    if found.never.complete({}) is None:
        msg = "the forbidden combinations leave nothing to hunt; leave some out"
        raise UsageError(msg)
    return found


def _numbered(names: Sequence[str], levels: Sequence[Sequence[str]], words: Mapping[str, str]) -> dict[int, int]:
    out = {}
    for name, level in words.items():
        if name not in names:
            msg = f"forbid: no attribute '{excerpt(name, 60)}'{nearest(name, names)}; known: {', '.join(names)}"
            raise UsageError(msg)
        own = levels[names.index(name)]
        if level not in own:
            known = excerpt(list(own), 200)
            msg = f"forbid: {name} has no level '{excerpt(level, 60)}'{nearest(level, own)}; known: {known}"
            raise UsageError(msg)
        out[names.index(name)] = own.index(level)
    return out
