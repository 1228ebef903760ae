"""Release 4: the machine of release 3, trained on disturbed copies of the training images too.

The copies come from the same eight operators as the scenarios: this release knows the design domain it will be
measured in. It has never seen the base images.
"""

from __future__ import annotations

import numpy as np
from sklearn.svm import SVC

from digits_suite.data import Floats
from digits_suite.releases.learning import (
    Answer,
    Reader,
    disturbed_copies,
    one_thread,
    reader,
    scaled,
    training_set,
)

__all__ = ["load"]

COPIES = 8
SEED = 4


def load() -> Reader:
    """Fit on the training images and eight disturbed copies of each, and return a reader."""
    images, labels = training_set()
    with one_thread():
        rows = scaled(disturbed_copies(images, COPIES, seed=SEED))
        model = SVC(gamma=0.5, C=10.0).fit(rows, np.tile(labels, COPIES + 1))

    def answers(batch: Floats) -> list[Answer]:
        return [int(digit) for digit in model.predict(scaled(batch))]

    return reader(answers)
