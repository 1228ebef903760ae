"""Slices: where failures concentrate, in the attributes' own words.

``find_slices`` searches every conjunction of up to three conditions exactly, judges the most striking one against
whole groups shuffled, and reports a short list in which each slice says something new in its shortest form.
``slices_of`` does so for a recorded run.
"""

from ninemarch.mining.slices.find import find_slices
from ninemarch.mining.slices.run import slices_of
from ninemarch.mining.slices.types import (
    Attribute,
    Condition,
    Detectable,
    FoundSlice,
    SearchOptions,
    SliceReport,
)

__all__ = [
    "Attribute",
    "Condition",
    "Detectable",
    "FoundSlice",
    "SearchOptions",
    "SliceReport",
    "find_slices",
    "slices_of",
]
