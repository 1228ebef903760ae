"""Near-copies among texts: which ones share most of their runs of characters with another.

Covers finding them in time that grows with the number of texts, not of pairs: MinHash proposes pairs, and every pair
is then compared exactly, so that what is called a near-copy is one. A few may be missed.

Source: MinHash, A. Z. Broder (1997), Proc. Compression and Complexity of Sequences, 21-29; bands of hashes,
J. Leskovec, A. Rajaraman and J. Ullman, Mining of Massive Datasets, section 3.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALIKE", "near_copies"]

ALIKE = 0.8
"""Share of runs of characters in common (Jaccard) from which on two texts are near-copies."""

_RUN = 5  # characters of a run: a word changed in a sentence changes few of them
_BANDS, _IN_BAND = 32, 4  # pairs at 0.8 meet in at least one band with a chance of 1 - (1 - 0.8^4)^32 > 0.9999999
_COMPARED = 30  # texts of one band that each text is compared with; where more are alike, one of these will do

Hashes = NDArray[np.uint64]


def near_copies(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return pairs of near-copies, so many that every text found to have one is in a pair; the earlier text first.

    Args:
        texts: any texts; upper and lower case and white space make no difference. Empty ones are nobody's copy.

    Examples:
        >>> near_copies(["Book a table for two at noon.", "What is the fare?", "Book a table for two at noon!"])
        [(0, 2)]
        >>> near_copies(["", ""])
        []
    """
    plain = [" ".join(text.casefold().split()) for text in texts]
    first: dict[str, int] = {}
    same = [(first.setdefault(text, number), number) for number, text in enumerate(plain) if text]
    found = [pair for pair in same if pair[0] != pair[1]]
    runs = {number: _runs(text) for text, number in first.items()}
    seen: set[tuple[int, int]] = set()
    for one, other in _proposed(runs):
        pair = (min(one, other), max(one, other))
        if pair not in seen:
            seen.add(pair)
            if _in_common(runs[one], runs[other]) >= ALIKE:
                found.append(pair)
    return sorted(found)


def _runs(text: str) -> Hashes:
    """The distinct runs of characters as numbers; a text shorter than a run is one run."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    if len(codes) < _RUN:
        codes = np.concatenate([codes, np.zeros(_RUN - len(codes), dtype=np.uint64)])
    windows = np.lib.stride_tricks.sliding_window_view(codes, _RUN)
    # 21 bits hold any character: three fill a number, and two more are mixed in.
    powers = np.asarray([1, 1 << 21, 1 << 42], dtype=np.uint64)
    mixed = (windows[:, :3] * powers).sum(axis=1) * np.uint64(0x9E3779B97F4A7C15)
    return np.unique(mixed ^ (windows[:, 3:] * powers[: _RUN - 3]).sum(axis=1))


def _proposed(runs: dict[int, Hashes]) -> Iterator[tuple[int, int]]:
    """Pairs of texts whose least hashes agree in a band."""
    rng = np.random.default_rng(0)
    many = _BANDS * _IN_BAND
    factors = rng.integers(1, 2**63, many, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    shifts = rng.integers(0, 2**63, many, dtype=np.uint64)
    buckets: dict[tuple[int, bytes], list[int]] = {}
    for number, hashes in runs.items():
        mixed = hashes ^ (hashes >> np.uint64(29))
        least = ((mixed[:, None] * factors + shifts) >> np.uint64(16)).min(axis=0).reshape(_BANDS, _IN_BAND)
        for band, part in enumerate(least):
            others = buckets.setdefault((band, part.tobytes()), [])
            yield from ((other, number) for other in others[:_COMPARED])
            others.append(number)


def _in_common(one: Hashes, other: Hashes) -> float:
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)
