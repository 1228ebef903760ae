"""Suites: read, validate, hash, and draw scenarios from them.

``load`` reads a YAML file, a folder or a shipped suite's name; ``make`` builds the same object from Python;
``Schedule`` turns (suite, profile, seed) into an ordered list of scenarios that any machine can repeat; ``Maker``
makes a scenario at chosen levels.
"""

from ninemarch.suite.code import resolve, source_digest
from ninemarch.suite.draw import Drawn, GeneratorFault, Maker, Pick, Schedule, find_drawn, find_scenario, profile_of
from ninemarch.suite.labelled import LABELS, Labelled, read_labelled
from ninemarch.suite.loader import load
from ninemarch.suite.maker import make
from ninemarch.suite.shipped import shipped_names

__all__ = [
    "LABELS",
    "Drawn",
    "GeneratorFault",
    "Labelled",
    "Maker",
    "Pick",
    "Schedule",
    "find_drawn",
    "find_scenario",
    "load",
    "make",
    "profile_of",
    "read_labelled",
    "resolve",
    "shipped_names",
    "source_digest",
]
