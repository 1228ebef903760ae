"""Files and functions fit in a head, and importing the package is light."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def test_files_and_functions_fit():
    spec = importlib.util.spec_from_file_location("structure", Path(__file__).with_name("structure.py"))
    assert spec is not None
    assert spec.loader is not None
    structure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(structure)
    assert list(structure.problems()) == []
