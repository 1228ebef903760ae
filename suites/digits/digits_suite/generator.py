"""Draw one scenario: a held-out digit as the camera sees it today.

Covers the choice of the base image and its rendering. Does not cover the levels: the engine draws them from the
profile in force. Training images never appear here; see ``data``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np

from digits_suite.data import Floats, digits
from digits_suite.rendering import AXES, render

__all__ = ["pixels", "scenario"]


def pixels(image: Floats) -> list[float]:
    """Return one image as a scenario's input: 64 numbers row by row, ink 0 to 16, three decimals."""
    return [round(value, 3) for value in image.ravel().tolist()]


def scenario(attributes: Mapping[str, str], rng: random.Random) -> dict[str, Any]:
    """Return one scenario; a pure function of its arguments.

    Args:
        attributes: the level of every axis in ``rendering.AXES``.
        rng: the scenario's own generator.

    Returns:
        ``input`` (64 numbers), ``expect`` (the digit), ``attributes`` (the digit, and on how many axes the picture is
        disturbed) and ``group`` (the base image: its trials share fate).
    """
    source = digits()
    index = int(source.held_out[rng.randrange(len(source.held_out))])
    seen = render(source.images[index][None], [attributes], np.random.default_rng(rng.getrandbits(64)))[0]
    disturbed = sum(attributes[axis] != "none" for axis in AXES)
    digit = int(source.labels[index])
    return {
        "input": pixels(seen),
        "expect": digit,
        "attributes": {"digit": str(digit), "disturbed_axes": str(disturbed)},
        "group": f"image-{index}",
    }
