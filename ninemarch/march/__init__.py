"""The march over releases: puts the decisions, or the record, of successive releases in order."""

from ninemarch.march.ladder import build_march
from ninemarch.march.milestones import newest_population, stand

__all__ = ["build_march", "newest_population", "stand"]
