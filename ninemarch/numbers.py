"""Temporary door."""

from ninemarch.report.numbers import *  # noqa: F403
