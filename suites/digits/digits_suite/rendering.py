"""Show an image under another angle, light or weather.

Covers eight axes of disturbance, each with the levels none, mild and strong, applied to many images at once in the
order of the real chain: paper (rotation, scale, shift), something lying on it (occlusion), light (lighting), lens
(blur), sensor (contrast, noise). All magnitudes are choices of this suite, not measurements of a camera. Does not
cover perspective, colour, motion or other digits in the picture.

The arithmetic is numpy only, and every random number is drawn whatever the levels are. So one seed gives one picture,
and changing one axis's level leaves all the others as they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from digits_suite.data import SIDE, WHITE_TO_BLACK, Floats

__all__ = ["AXES", "LEVELS", "MAGNITUDES", "magnitudes", "render"]

LEVELS = ("none", "mild", "strong")

MAGNITUDES: dict[str, dict[str, tuple[float, float]]] = {
    # axis: level -> lowest and highest magnitude, drawn evenly between; 0 leaves the picture untouched
    "rotation": {"none": (0, 0), "mild": (4, 12), "strong": (18, 28)},  # degrees, either way
    "shift": {"none": (0, 0), "mild": (0.2, 0.7), "strong": (1.0, 1.6)},  # pixels, in any direction
    "scale": {"none": (0, 0), "mild": (0.03, 0.12), "strong": (0.2, 0.3)},  # |ln(factor)|, larger or smaller
    "occlusion": {"none": (0, 0), "mild": (0.5, 1.2), "strong": (1.8, 2.6)},  # side of the covering square, pixels
    "lighting": {"none": (0, 0), "mild": (0.1, 0.25), "strong": (0.4, 0.6)},  # light lost at the darkest edge, share
    "blur": {"none": (0, 0), "mild": (0.3, 0.55), "strong": (0.75, 1.0)},  # Gaussian sigma, pixels
    "contrast": {"none": (0, 0), "mild": (0.1, 0.3), "strong": (0.5, 0.7)},  # share of the tonal range lost
    "noise": {"none": (0, 0), "mild": (0.5, 1.5), "strong": (2.5, 3.5)},  # Gaussian sd per pixel, ink units
}

AXES = tuple(MAGNITUDES)

_CENTRE = (SIDE - 1) / 2
_PIXELS = np.arange(SIDE, dtype=np.float64)


def magnitudes(levels: Sequence[Mapping[str, str]], rng: np.random.Generator) -> Floats:
    """Draw how strong each disturbance is.

    Args:
        levels: for each picture, the level of every axis.
        rng: source of the draws; always ``len(levels) * 8`` numbers.

    Returns:
        Shape (pictures, 8), in the order of ``AXES`` and their units.
    """
    bounds = np.array([[MAGNITUDES[axis][drawn[axis]] for axis in AXES] for drawn in levels], dtype=np.float64)
    low, high = bounds[..., 0], bounds[..., 1]
    spread: Floats = low + (high - low) * rng.random(low.shape)
    return spread


def render(images: Floats, levels: Sequence[Mapping[str, str]], rng: np.random.Generator) -> Floats:
    """Return ``images`` as seen under ``levels``.

    Args:
        images: ink, shape (pictures, 8, 8), 0 to 16.
        levels: for each picture, the level of every axis in ``AXES``.
        rng: source of all randomness; the number of draws depends on the number of pictures only.

    Returns:
        Shape (pictures, 8, 8), ink 0 to 16. Equal to ``images`` where every level is none.
    """
    count = len(images)
    rotation, shift, scale, occlusion, lighting, blur, contrast, noise = magnitudes(levels, rng).T
    side = np.where(rng.random((2, count)) < 0.5, -1.0, 1.0)
    turn = rng.random((2, count)) * 2 * np.pi
    place, shade, grey = rng.random((2, count)) * SIDE - 0.5, rng.random(count), rng.random(count)
    grain = rng.standard_normal(images.shape)

    # A step that leaves every picture as it is costs nothing; its draws were made above all the same.
    seen = images
    if np.any([rotation, scale, shift]):
        seen = _resample(seen, np.deg2rad(rotation * side[0]), np.exp(scale * side[1]), shift, turn[0])
    if np.any(occlusion):
        seen = _cover(seen, occlusion, place, shade)
    if np.any(lighting):
        seen = _shadow(seen, lighting, turn[1])
    if np.any(blur):
        seen = _blur(seen, blur)
    seen = seen * (1 - contrast)[:, None, None] + WHITE_TO_BLACK * (contrast * grey)[:, None, None]
    clipped: Floats = np.clip(seen + noise[:, None, None] * grain, 0.0, WHITE_TO_BLACK)
    return clipped


def _resample(images: Floats, angle: Floats, factor: Floats, shift: Floats, towards: Floats) -> Floats:
    """Turn, resize and move about the centre, bilinear; paper (0) beyond the edge."""
    row, column = (_PIXELS - _CENTRE)[None, :, None], (_PIXELS - _CENTRE)[None, None, :]
    row = row - (shift * np.sin(towards))[:, None, None]
    column = column - (shift * np.cos(towards))[:, None, None]
    cos, sin = (np.cos(angle) / factor)[:, None, None], (np.sin(angle) / factor)[:, None, None]
    from_row = cos * row - sin * column + _CENTRE
    from_column = sin * row + cos * column + _CENTRE
    # A margin of two pixels of paper stands for everything outside; further away is paper too.
    padded = np.zeros((len(images), SIDE + 4, SIDE + 4))
    padded[:, 2:-2, 2:-2] = images
    from_row, from_column = np.clip(from_row + 2, 0, SIDE + 2.5), np.clip(from_column + 2, 0, SIDE + 2.5)
    top, left = from_row.astype(np.int64), from_column.astype(np.int64)
    down, right = from_row - top, from_column - left
    which = np.arange(len(images))[:, None, None]
    upper = padded[which, top, left] * (1 - right) + padded[which, top, left + 1] * right
    lower = padded[which, top + 1, left] * (1 - right) + padded[which, top + 1, left + 1] * right
    blended: Floats = upper * (1 - down) + lower * down
    return blended


def _cover(images: Floats, size: Floats, place: Floats, shade: Floats) -> Floats:
    """Lay one even grey square of side ``size`` on the picture; pixels partly under it mix."""
    half = (size / 2)[:, None]
    under = [
        np.clip(np.minimum(_PIXELS + 0.5, at + half) - np.maximum(_PIXELS - 0.5, at - half), 0, 1)
        for at in (place[0][:, None], place[1][:, None])
    ]
    share = under[0][:, :, None] * under[1][:, None, :]
    covered: Floats = images * (1 - share) + WHITE_TO_BLACK * shade[:, None, None] * share
    return covered


def _shadow(images: Floats, depth: Floats, towards: Floats) -> Floats:
    """Take light away, from nothing at one edge to ``depth`` at the opposite one: ink and shadow multiply."""
    row, column = (_PIXELS - _CENTRE)[None, :, None], (_PIXELS - _CENTRE)[None, None, :]
    ramp = row * np.sin(towards)[:, None, None] + column * np.cos(towards)[:, None, None]
    low, high = ramp.min(axis=(1, 2), keepdims=True), ramp.max(axis=(1, 2), keepdims=True)
    lost = depth[:, None, None] * (ramp - low) / (high - low)
    shaded: Floats = WHITE_TO_BLACK - (WHITE_TO_BLACK - images) * (1 - lost)
    return shaded


def _blur(images: Floats, sigma: Floats) -> Floats:
    """Gaussian along rows, then columns; each pixel weighs only what lies in the picture."""
    away = _PIXELS[:, None] - _PIXELS[None, :]
    kernel = np.exp(-0.5 * (away / np.maximum(sigma, 1e-3)[:, None, None]) ** 2)  # sigma 0: the identity
    kernel /= kernel.sum(axis=2, keepdims=True)
    blurred: Floats = kernel @ images @ kernel.transpose(0, 2, 1)
    return blurred
