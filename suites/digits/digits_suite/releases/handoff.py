"""Release 6: the ensemble of release 5, which hands the readings it is least certain of to a person.

Covers the threshold and how it is found without a held-out image. The model is the same as release 5: nothing became
more able, a person became involved. Success when it acts must therefore never be shown without the share handed off.
"""

from __future__ import annotations

import functools

import numpy as np

from digits_suite.data import Floats
from digits_suite.releases.ensemble import full_ensemble, train
from digits_suite.releases.learning import Answer, Reader, one_thread, reader, training_set
from digits_suite.rendering import AXES, render
from ninemarch.model import HandOff

__all__ = ["calibration_leads", "load", "threshold"]

HAND_OFF_SHARE = 0.05
EVERYDAY = (0.75, 0.25)
"""Share of none and mild on every axis: the profile ``everyday`` of suite.yaml, which the threshold is meant for."""
SET_ASIDE = 5  # every fifth training image calibrates
VIEWS = 20  # everyday pictures of each of them
SEED = 6


@functools.cache
def calibration_leads() -> Floats:
    """Return the leads of a second ensemble on pictures like everyday's, none of a held-out image.

    It learns from four fifths of the training images, and reads everyday pictures of the last fifth, which it has
    never seen. It learnt from less than the full ensemble does and is a little less sure.
    """
    images, labels = training_set()
    aside = np.arange(len(images)) % SET_ASIDE == 0
    model = train(images[~aside], labels[~aside])
    rng = np.random.default_rng(SEED)
    shown = np.repeat(images[aside], VIEWS, axis=0)
    drawn = rng.choice(2, size=(len(shown), len(AXES)), p=EVERYDAY)
    levels = [{axis: ("none", "mild")[level] for axis, level in zip(AXES, row, strict=True)} for row in drawn]
    with one_thread():
        return model.margins(render(shown, levels, rng))[1]


def threshold(share: float = HAND_OFF_SHARE) -> float:
    """Return the lead under which a reading goes to a person.

    Args:
        share: wanted share of everyday readings handed off, 0 to 1. The real share is a little less, because the
            full ensemble is a little surer than the one that calibrates.
    """
    return float(np.quantile(calibration_leads(), share))


def load(share: float = HAND_OFF_SHARE) -> Reader:
    """Train, calibrate and return a reader that hands off about ``share`` of everyday readings."""
    model, limit = full_ensemble(), threshold(share)

    def answers(batch: Floats) -> list[Answer]:
        replies: list[Answer] = []
        for digit, lead in zip(*model.margins(batch), strict=True):
            unsure = f"unsure: {digit} leads by {lead:.2f}, under {limit:.2f}"
            replies.append(HandOff(unsure) if lead < limit else int(digit))
        return replies

    return reader(answers)
