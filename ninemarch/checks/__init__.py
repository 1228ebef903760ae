"""Oracles: turn an outcome into a verdict. ``compile_checks`` makes one judge of all checks of a suite."""

from ninemarch.checks.ruling import Judge, Ruling, compile_checks

__all__ = ["Judge", "Ruling", "compile_checks"]
