"""Six releases of a digit reader, from class averages to an ensemble that asks a person.

Each module has ``load()``, which learns from the training images and returns a reader of batches. What they share is
in ``learning``. Nothing here ever sees a held-out image outside a trial.
"""
