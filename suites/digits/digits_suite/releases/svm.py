"""Release 3: a support vector machine with a Gaussian kernel on the raw pixels."""

from __future__ import annotations

from sklearn.svm import SVC

from digits_suite.data import Floats
from digits_suite.releases.learning import Answer, Reader, one_thread, reader, scaled, training_set

__all__ = ["load"]


def load() -> Reader:
    """Fit on the training images and return a reader."""
    images, labels = training_set()
    with one_thread():
        model = SVC(gamma=0.25, C=10.0).fit(scaled(images), labels)

    def answers(batch: Floats) -> list[Answer]:
        return [int(digit) for digit in model.predict(scaled(batch))]

    return reader(answers)
