"""Release 5: even out the light first, then let two neural networks and a support vector machine vote.

Covers the normalisation, the ensemble and how certain it is. ``train`` serves release 6 as well. Uses the same
disturbed copies as release 4, hence knows the design domain, never the base images.
"""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

from digits_suite.data import SIDE, Floats, Ints
from digits_suite.releases.learning import (
    Answer,
    Reader,
    disturbed_copies,
    one_thread,
    reader,
    training_set,
)

__all__ = ["Ensemble", "full_ensemble", "load", "normalised", "train"]

COPIES = 8
EPOCHS = 15
SEED = 5
SHARPNESS = 2.0  # turns the SVM's one-against-rest scores into shares; best of 1, 2, 4 on training images set aside


def _plane() -> Floats:
    offset = np.arange(SIDE) - (SIDE - 1) / 2
    return np.stack([np.ones(SIDE * SIDE), np.repeat(offset, SIDE), np.tile(offset, SIDE)], axis=1)


def normalised(images: Floats) -> Floats:
    """Return 64 features an image with uneven light, grey paper and faded ink taken out.

    A plane is fitted to the paper by least squares, three times; pixels darker than the last plane by more than half
    a unit of ink count a twentieth. What rises above the plane is divided by the mean of its eight darkest pixels.
    """
    rows = images.reshape(len(images), SIDE * SIDE)
    basis = _plane()
    weight, paper = np.ones_like(rows), np.zeros_like(rows)
    for _ in range(3):
        normal = np.einsum("np,pa,pb->nab", weight, basis, basis) + 1e-3 * np.eye(3)
        moment = (weight * rows) @ basis
        paper = np.linalg.solve(normal, moment[..., None])[..., 0] @ basis.T
        weight = np.where(rows <= paper + 0.5, 1.0, 0.05)
    ink = rows - paper
    darkest = np.sort(ink, axis=1)[:, -8:].mean(axis=1, keepdims=True)
    stretched: Floats = np.clip(ink / np.maximum(darkest, 1.0), -0.3, 1.3)
    return stretched


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Two networks and a support vector machine; the machine's vote counts as much as both networks'."""

    networks: tuple[Any, Any]
    machine: Any

    def shares(self, images: Floats) -> Floats:
        """Return each digit's share of the vote, shape (images, 10); rows sum to 1."""
        rows = normalised(images)
        scores = SHARPNESS * self.machine.decision_function(rows)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        votes: Floats = 2 * odds / odds.sum(axis=1, keepdims=True)
        for network in self.networks:
            votes = votes + network.predict_proba(rows)
        return votes / 4

    def margins(self, images: Floats) -> tuple[Ints, Floats]:
        """Return the digit read and its lead over the runner-up, 0 (a tie) to 1 (no doubt)."""
        shares = self.shares(images)
        ordered = np.sort(shares, axis=1)
        return shares.argmax(axis=1), ordered[:, -1] - ordered[:, -2]


def train(images: Floats, labels: Ints) -> Ensemble:
    """Fit an ensemble on images and eight disturbed copies of each; about 5 CPU seconds for all training images."""
    with one_thread(), warnings.catch_warnings():
        # The number of epochs is the budget, not a failure to converge.
        warnings.simplefilter("ignore", ConvergenceWarning)
        rows = normalised(disturbed_copies(images, COPIES, seed=SEED))
        targets = np.tile(labels, COPIES + 1)
        first, second = (
            MLPClassifier(
                (192, 96),
                max_iter=EPOCHS,
                alpha=1e-3,
                learning_rate_init=1.5e-3,
                batch_size=128,
                random_state=state,
            ).fit(rows.astype(np.float32), targets)  # single precision: a quarter less time
            for state in (0, 1)
        )
        return Ensemble((first, second), SVC(gamma=0.25, C=10.0).fit(rows, targets))


@functools.cache
def full_ensemble() -> Ensemble:
    """Return the ensemble of all training images, trained once a process: releases 5 and 6 are the same model."""
    return train(*training_set())


def load() -> Reader:
    """Train, or take what release 6 has trained already, and return a reader."""
    model = full_ensemble()

    def answers(batch: Floats) -> list[Answer]:
        return [int(digit) for digit in model.margins(batch)[0]]

    return reader(answers)
