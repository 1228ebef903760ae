"""The smallest scenario that still fails, when failing is a matter of chance.

``shrink`` takes a scenario and a function that runs it; reducers say what smaller means: ``reduce_json`` for any JSON
value (lists, objects, conversations, texts, numbers), ``reduce_levels`` for attributes of an operational profile,
``scenario_shape`` both for a scenario of a suite.
"""

from ninemarch.mining.shrink.acceptance import CERTAIN, CONFIRM, LOOSE, TIGHT, Acceptance
from ninemarch.mining.shrink.levels import reduce_levels
from ninemarch.mining.shrink.pieces import json_size
from ninemarch.mining.shrink.reduce import Lens, reduce_items, reduce_json
from ninemarch.mining.shrink.scenarios import Candidate, ShrunkTrial, scenario_shape
from ninemarch.mining.shrink.search import Search
from ninemarch.mining.shrink.shrinker import JSON, Change, Measured, Shape, Shrunk, shrink
from ninemarch.mining.shrink.trials import Batch, OutOfTrials, json_key

__all__ = [
    "CERTAIN",
    "CONFIRM",
    "JSON",
    "LOOSE",
    "TIGHT",
    "Acceptance",
    "Batch",
    "Candidate",
    "Change",
    "Lens",
    "Measured",
    "OutOfTrials",
    "Search",
    "Shape",
    "Shrunk",
    "ShrunkTrial",
    "json_key",
    "json_size",
    "reduce_items",
    "reduce_json",
    "reduce_levels",
    "scenario_shape",
    "shrink",
]
