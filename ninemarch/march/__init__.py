"""The march over releases: puts decisions, or the record, of successive releases in order, and looks ahead."""

from ninemarch.march.forecast import cone_of, foresee, observed, pace_of
from ninemarch.march.ladder import build_march
from ninemarch.march.milestones import newest_population, stand

__all__ = ["build_march", "cone_of", "foresee", "newest_population", "observed", "pace_of", "stand"]
