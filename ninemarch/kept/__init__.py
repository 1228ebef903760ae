"""Small text files that people keep in git beside their suite: baselines, the catalogue of failures."""

from ninemarch.kept.baseline import baseline_bytes, baseline_path, load_baseline
from ninemarch.kept.catalogue import catalogue_bytes, catalogue_path, load_catalogue

__all__ = [
    "baseline_bytes",
    "baseline_path",
    "catalogue_bytes",
    "catalogue_path",
    "load_baseline",
    "load_catalogue",
]
