"""Oracles: turn an answer into a verdict. ``compile_checks`` makes one judge of all checks of a suite."""

from ninemarch.checks.judge import Judge, Ruling, compile_checks

__all__ = ["Judge", "Ruling", "compile_checks"]
