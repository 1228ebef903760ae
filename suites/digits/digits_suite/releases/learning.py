"""What every release shares: the training images, disturbed copies of them, one thread, and checked batches.

Does not cover any model: those are in the modules beside it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from digits_suite.data import SIDE, WHITE_TO_BLACK, Floats, Ints, digits
from digits_suite.rendering import AXES, LEVELS, render
from ninemarch.model import Abstain, HandOff

__all__ = ["Answer", "Reader", "disturbed_copies", "one_thread", "reader", "scaled", "training_set"]

Answer = int | Abstain | HandOff
Reader = Callable[[list[Any]], list[Answer]]

TRAINING_MIX = (0.5, 0.4, 0.1)
"""Share of none, mild and strong on every axis of a disturbed copy: harder than any profile, to learn the tail."""


@functools.cache
def _pools() -> Any:
    return ThreadpoolController()  # finding the libraries takes milliseconds: once a process


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep the linear algebra libraries to one thread.

    Products of a few thousand rows gain nothing from more, and on a shared machine the threads wait for each other:
    a run of this suite went from 30 s to over 600 s.
    """
    with _pools().limit(limits=1):
        yield


def training_set() -> tuple[Floats, Ints]:
    """Return the 1,078 training images, shape (n, 8, 8), and their digits."""
    source = digits()
    return source.images[source.training], source.labels[source.training]


def disturbed_copies(images: Floats, copies: int, *, seed: int) -> Floats:
    """Return ``images`` followed by ``copies`` disturbed versions of all of them, in the same order each time."""
    rng = np.random.default_rng(seed)
    shown = [images]
    for _ in range(copies):
        drawn = rng.choice(len(LEVELS), size=(len(images), len(AXES)), p=TRAINING_MIX)
        levels = [{axis: LEVELS[level] for axis, level in zip(AXES, row, strict=True)} for row in drawn]
        shown.append(render(images, levels, rng))
    return np.concatenate(shown)


def scaled(images: Floats) -> Floats:
    """Return one row of 64 features, 0 to 1, for each image."""
    return images.reshape(len(images), SIDE * SIDE) / WHITE_TO_BLACK


def reader(answers: Callable[[Floats], list[Answer]]) -> Reader:
    """Wrap a model as a reader of a batch of inputs, each a list of 64 numbers.

    Whatever is not such a list is refused by itself (``Abstain``) and does not spoil the rest of its batch.
    """

    def read(batch: list[Any]) -> list[Answer]:
        replies: list[Answer] = [Abstain("the input is not 64 finite numbers")] * len(batch)
        good = [place for place, item in enumerate(batch) if _is_image(item)]
        if good:
            images = np.array([batch[place] for place in good], dtype=np.float64).reshape(-1, SIDE, SIDE)
            with one_thread():
                for place, answer in zip(good, answers(images), strict=True):
                    replies[place] = answer
        return replies

    return read


def _is_image(item: Any) -> bool:
    return (
        isinstance(item, list)
        and len(item) == SIDE * SIDE
        # bool is an int; a huge int overflows float64
        and all(type(value) in (int, float) and abs(value) < 1e6 and math.isfinite(value) for value in item)
    )
