"""Release 2: logistic regression on the raw pixels: one weight for each pixel and digit."""

from __future__ import annotations

from sklearn.linear_model import LogisticRegression

from digits_suite.data import Floats
from digits_suite.releases.learning import Answer, Reader, one_thread, reader, scaled, training_set

__all__ = ["load"]


def load() -> Reader:
    """Fit on the training images and return a reader."""
    images, labels = training_set()
    with one_thread():
        model = LogisticRegression(C=1.0, max_iter=500).fit(scaled(images), labels)

    def answers(batch: Floats) -> list[Answer]:
        return [int(digit) for digit in model.predict(scaled(batch))]

    return reader(answers)
