"""Where to look next: policies that propose scenarios, learn from what failed, and log how likely each choice was.

Covers profile, uniform, covering array, cross-entropy towards failure, and mutation of found failures by quota. A
proposal whose levels were drawn carries its propensity, the chance with which the policy drew just these levels then;
from it an estimate weighted back to real use can be made (``weighing``). A proposal that was constructed, or that
reuses the random numbers of an earlier trial, carries none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ninemarch.errors import UsageError, nearest
from ninemarch.mining.arrays import covering_array
from ninemarch.mining.domain import Domain, Row, product_of
from ninemarch.mining.forbidden import Rows

__all__ = ["POLICIES", "SHARE", "Policy", "Proposal", "Tried", "policy_of"]

Shares = list[NDArray[np.float64]]

# Share of a searching policy's drawn trials that stay with the profile. More of it finds less and estimates better:
# no weight exceeds 1 / share.
SHARE = 0.25
_PATIENCE = 1000  # draws that may fall on forbidden combinations before one is completed by search


@dataclass(frozen=True, slots=True)
class Proposal:
    """One scenario to try.

    Attributes:
        row: its levels.
        origin: which part of which policy proposed it.
        propensity: chance with which these levels were drawn; None where they were not drawn.
        sample: drawn independently from one unchanging distribution of that name, ``profile`` or ``uniform``;
            empty for the rest. Only these say what is still unseen.
        reuse: number of the trial whose random numbers are taken over; None for fresh ones.
    """

    row: Row
    origin: str
    propensity: float | None = None
    sample: str = ""
    reuse: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a proposal: the trial's number, and the mode of its failure; empty for none."""

    proposal: Proposal
    number: int
    mode: str = ""


class Policy(Protocol):
    """Proposes scenarios and learns from what became of them.

    Attributes:
        heaviest: nominal chance over propensity never exceeds it.
    """

    heaviest: float

    def propose(self, count: int) -> list[Proposal]:
        """Return up to ``count`` proposals; none when there is nothing left to propose."""
        ...

    def observe(self, tried: Sequence[Tried]) -> None:
        """Learn; every proposal is told of once, in the order proposed."""
        ...


class _Draw:
    """Draws rows of a domain, none with a forbidden combination."""

    def __init__(self, domain: Domain, rng: np.random.Generator) -> None:
        self.domain = domain
        self.rng = rng
        self.never = domain.never
        self.uniform: Shares = [np.full(size, 1 / size) for size in domain.sizes]
        self.nominal: Shares = [np.asarray(share) for share in domain.shares]

    def one(self, shares: Shares) -> Row:
        """One row, every attribute drawn apart."""
        for _ in range(_PATIENCE):
            row = tuple(
                min(int(np.searchsorted(np.cumsum(share), self.rng.random() * share.sum(), "right")), len(share) - 1)
                for share in shares
            )
            if not self.never.combinations or not self.never.broken(np.asarray([row]))[0]:
                return row
        found = self.never.complete({}, row)
        return row if found is None else tuple(found)

    def logged(self, chance: float) -> float | None:
        """The propensity to log: none where forbidden combinations make it a chance among an unknown rest."""
        return None if self.never.combinations else chance


class Fixed:
    """The same distribution for ever: the profile's, or all levels alike."""

    def __init__(self, domain: Domain, rng: np.random.Generator, *, sample: str) -> None:
        self._draw = _Draw(domain, rng)
        self._sample = sample
        self._shares = self._draw.nominal if sample == "profile" else self._draw.uniform
        self.heaviest = float(
            np.prod([(real / own).max() for real, own in zip(self._draw.nominal, self._draw.uniform, strict=True)])
            if sample == "uniform"
            else 1.0
        )

    def propose(self, count: int) -> list[Proposal]:
        """See ``Policy.propose``."""
        return [self._one() for _ in range(count)]

    def _one(self) -> Proposal:
        row = self._draw.one(self._shares)
        chance = float(product_of(self._shares, np.asarray([row]))[0])
        return Proposal(row, self._sample, self._draw.logged(chance), self._sample)

    def observe(self, tried: Sequence[Tried]) -> None:
        """See ``Policy.observe``: nothing is learned."""


class Covering:
    """The rows of a covering array, then uniform draws."""

    def __init__(self, domain: Domain, rng: np.random.Generator, *, strength: int, budget: int) -> None:
        seed = int(rng.integers(2**32))
        made = covering_array(domain.sizes, strength, forbidden=domain.forbidden, seed=seed, most=budget)
        self._rows = [tuple(row) for row in made.rows.tolist()]
        self._origin = f"{strength}-way"
        self._then = Fixed(domain, rng, sample="uniform")
        self.heaviest = self._then.heaviest

    def propose(self, count: int) -> list[Proposal]:
        """See ``Policy.propose``."""
        now, self._rows = self._rows[:count], self._rows[count:]
        return [Proposal(row, self._origin) for row in now] + self._then.propose(count - len(now))

    def observe(self, tried: Sequence[Tried]) -> None:
        """See ``Policy.observe``: nothing is learned."""


class CrossEntropy:
    """Levels are drawn as often as they stood in failures, rare modes of failure counting as much as common ones.

    Source: R. Y. Rubinstein (1999), Methodology and Computing in Applied Probability 1:127-190; a defensive share of
    nominal draws after T. Hesterberg (1995), Technometrics 37:185-194.
    """

    RATE = 0.5  # how far one update moves the shares
    FLOOR = 0.05  # share of each attribute spread over all its levels

    def __init__(self, domain: Domain, rng: np.random.Generator, *, share: float = SHARE) -> None:
        self._draw = _Draw(domain, rng)
        self._share, self.heaviest = share, 1 / share
        self._shares = [share.copy() for share in self._draw.uniform]
        self._failures: list[tuple[Row, str]] = []
        self._seen: dict[str, int] = {}

    def propose(self, count: int) -> list[Proposal]:
        """See ``Policy.propose``."""
        return [self._one() for _ in range(count)]

    def _one(self) -> Proposal:
        draw = self._draw
        nominal = draw.rng.random() < self._share
        row = draw.one(draw.nominal if nominal else self._shares)
        at = np.asarray([row])
        chance = self._share * product_of(draw.nominal, at)[0] + (1 - self._share) * product_of(self._shares, at)[0]
        origin, sample = ("profile", "profile") if nominal else ("cross-entropy", "")
        return Proposal(row, origin, draw.logged(float(chance)), sample)

    def observe(self, tried: Sequence[Tried]) -> None:
        """See ``Policy.observe``."""
        for each in tried:
            if each.mode:
                self._failures.append((each.proposal.row, each.mode))
                self._seen[each.mode] = self._seen.get(each.mode, 0) + 1
        if not self._failures:
            return
        rows = np.asarray([row for row, _ in self._failures])
        worth = np.asarray([1.0 / self._seen[mode] for _, mode in self._failures])
        for attribute, old in enumerate(self._shares):
            met = np.bincount(rows[:, attribute], weights=worth, minlength=len(old))
            aim = (1 - self.FLOOR) * met / met.sum() + self.FLOOR / len(old)
            self._shares[attribute] = (1 - self.RATE) * old + self.RATE * aim


class Mutation:
    """The rows of a covering array, then neighbours of found failures, each mode of failure up to a quota.

    A neighbour keeps each level of its parent or draws it anew. Some neighbours also keep their parent's random
    numbers (the same base item under other levels); the others leave them to chance and carry a propensity.
    """

    QUOTA = 2  # failures of a mode after which its neighbours are no longer tried; doubled once every mode has them
    CHANGE = 2.0  # levels drawn anew, on average
    KEEP = 0.4  # share of the proposals that keep their parent's random numbers

    def __init__(
        self, domain: Domain, rng: np.random.Generator, *, strength: int, budget: int, share: float = SHARE
    ) -> None:
        self._draw = _Draw(domain, rng)
        self._share, self.heaviest = share, 1 / share
        self._seed = Covering(domain, rng, strength=strength, budget=max(1, budget // 2))
        self._modes: dict[str, list[Tried]] = {}
        self._quota = self.QUOTA
        self._anew = min(1.0, self.CHANGE / len(domain.names))

    def propose(self, count: int) -> list[Proposal]:
        """See ``Policy.propose``."""
        seeds = [p for p in self._seed.propose(count) if not p.sample]
        open_ = self._open()
        parents = [each for mode in open_ for each in mode]
        rows = np.asarray([each.proposal.row for each in parents])
        weights = np.asarray([1 / len(open_) / len(mode) for mode in open_ for _ in mode])
        return seeds + [self._one(parents, rows, weights) for _ in range(count - len(seeds))]

    def _one(self, parents: Sequence[Tried], rows: Rows, weights: NDArray[np.float64]) -> Proposal:
        draw, rng = self._draw, self._draw.rng
        parent = parents[int(rng.choice(len(parents), p=weights))] if parents else None
        shares = draw.uniform if parent is None else self._near(parent.proposal.row)
        if parent is not None and rng.random() < self.KEEP:
            return Proposal(draw.one(shares), "neighbour", reuse=parent.number)
        nominal = rng.random() < self._share
        row = draw.one(draw.nominal if nominal else shares)
        at = np.asarray([row])
        search = float(product_of(draw.uniform, at)[0]) if parent is None else self._chance(row, rows, weights)
        chance = self._share * float(product_of(draw.nominal, at)[0]) + (1 - self._share) * search
        if nominal:
            return Proposal(row, "profile", draw.logged(chance), "profile")
        return Proposal(row, "uniform" if parent is None else "neighbour", draw.logged(chance))

    def _near(self, row: Row) -> Shares:
        """Each level of the parent, or one drawn anew."""
        shares = [self._anew * share for share in self._draw.uniform]
        for share, level in zip(shares, row, strict=True):
            share[level] += 1 - self._anew
        return shares

    def _chance(self, row: Row, rows: Rows, weights: NDArray[np.float64]) -> float:
        """Chance that one of the parents, drawn with these weights, has ``row`` as its neighbour."""
        spread = self._anew / np.asarray(self._draw.domain.sizes)
        return float(weights @ np.where(rows == np.asarray(row), 1 - self._anew + spread, spread).prod(axis=1))

    def _open(self) -> list[list[Tried]]:
        """The failures of each mode below the quota; once there is none, the quota doubles."""
        while self._modes:
            found = [mode for mode in self._modes.values() if len(mode) < self._quota]
            if found:
                return found
            self._quota *= 2
        return []

    def observe(self, tried: Sequence[Tried]) -> None:
        """See ``Policy.observe``."""
        for each in tried:
            if each.mode:
                self._modes.setdefault(each.mode, []).append(each)


POLICIES = ("mutation", "cross-entropy", "covering", "uniform", "profile")
"""Every policy by name, the default first."""


def policy_of(
    name: str, domain: Domain, *, seed: int, budget: int, strength: int = 2, share: float = SHARE
) -> Policy:
    """Return a policy.

    Args:
        name: one of ``POLICIES``.
        domain: the ground to cover.
        seed: of everything it draws.
        budget: trials of the hunt, >= 1.
        strength: of the covering array, where the policy begins with one.
        share: share of the drawn trials that a searching policy leaves to the profile, above 0 and at most 1.

    Raises:
        UsageError: no such policy, the share is out of range, or the covering array cannot be made.
    """
    if not 0 < share <= 1:
        msg = f"share={share:g}; allowed: above 0 and at most 1 of the drawn trials stay with the profile; change it"
        raise UsageError(msg)
    rng = np.random.default_rng(seed)
    match name:
        case "mutation":
            return Mutation(domain, rng, strength=strength, budget=budget, share=share)
        case "cross-entropy":
            return CrossEntropy(domain, rng, share=share)
        case "covering":
            return Covering(domain, rng, strength=strength, budget=budget)
        case "uniform" | "profile":
            return Fixed(domain, rng, sample=name)
    msg = f"policy={name} is not known{nearest(name, POLICIES)}; allowed: {', '.join(POLICIES)}"
    raise UsageError(msg)
