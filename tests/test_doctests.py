"""Every example in a docstring is run: a test a module that has some."""

import doctest
import importlib
import pkgutil

import pytest

import ninemarch

# ninemarch.stats collects its own (tests/stats); __main__ runs the command line when it is imported.
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(ninemarch.__path__, "ninemarch.")
    if not module.name.startswith("ninemarch.stats") and not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name):
    result = doctest.testmod(importlib.import_module(name), report=True)
    assert result.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 10
