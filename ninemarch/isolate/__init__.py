"""Processes for code that is not ours: started, bounded, and gone without a survivor.

A ``Box`` holds one program at a time, ``run_once`` runs one to its end, a ``cell`` says how far it is shut in.
Nothing else in the package starts what a suite or a target names.
"""

from ninemarch.isolate.box import Bounds, Box, CannotStart, End, Program, Streams
from ninemarch.isolate.levels import Cell, Level, cell
from ninemarch.isolate.once import Finished, run_once

__all__ = [
    "Bounds",
    "Box",
    "CannotStart",
    "Cell",
    "End",
    "Finished",
    "Level",
    "Program",
    "Streams",
    "cell",
    "run_once",
]
