"""The march over releases: puts the decisions of successive releases in order."""

from ninemarch.march.ladder import build_march

__all__ = ["build_march"]
