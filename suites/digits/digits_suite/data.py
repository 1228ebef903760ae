"""The handwritten digits and which of them nobody may train on.

Covers loading scikit-learn's bundled copy of the UCI optical digits (1,797 images of 8 x 8, ink 0 to 16) and one
fixed, stratified split into 1,078 training and 719 held-out images. Does not cover writers: the bundled file names
none, so one writer's digits stand on both sides of the split.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

__all__ = ["HELD_OUT_SHARE", "SIDE", "WHITE_TO_BLACK", "Digits", "Floats", "Ints", "digits"]

SIDE = 8
"""Pixels along each edge."""

WHITE_TO_BLACK = 16.0
"""Ink of a fully covered pixel; 0 is bare paper. Each pixel counts the set bits of a 4 x 4 block of the scan."""

HELD_OUT_SHARE = 0.4
"""Share of each digit's images that carries the scenarios and is never trained on."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Digits:
    """The images, and the two sides of the split as indices into them.

    Args:
        images: ink, shape (1797, 8, 8), 0 (paper) to 16 (black).
        labels: the digit that each image shows, shape (1797,).
        training: indices that releases may learn from, ascending.
        held_out: indices that scenarios are made of, ascending; shares no element with ``training``.
    """

    images: Floats
    labels: Ints
    training: Ints
    held_out: Ints


@functools.cache
def digits() -> Digits:
    """Return the images and the split; the same on every machine and in every process."""
    bundled = load_digits()
    images = np.asarray(bundled.images, dtype=np.float64)
    labels = np.asarray(bundled.target, dtype=np.int64)
    held_out = np.array(sorted(_held_out(labels)), dtype=np.int64)
    training = np.setdiff1d(np.arange(len(labels)), held_out)
    for array in (images, labels, training, held_out):
        array.setflags(write=False)  # the cache hands the same arrays to everyone
    return Digits(images, labels, training, held_out)


def _held_out(labels: Ints) -> list[int]:
    # Order within a digit by a hash of the index: no generator whose stream a library update could change.
    chosen: list[int] = []
    for digit in range(10):
        members = [int(index) for index in np.flatnonzero(labels == digit)]
        members.sort(key=lambda index: hashlib.sha256(f"digits/{index}".encode()).digest())
        chosen += members[: round(HELD_OUT_SHARE * len(members))]
    return chosen
