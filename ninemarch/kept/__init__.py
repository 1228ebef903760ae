"""Small text files that people keep in git beside their suite: baselines, failures, waivers, the march."""

from ninemarch.kept.baseline import baseline_bytes, baseline_path, load_baseline
from ninemarch.kept.catalogue import catalogue_bytes, catalogue_path, load_catalogue
from ninemarch.kept.march import check_milestones, load_march, march_bytes, march_path
from ninemarch.kept.waivers import WAIVERS_FILE, load_waivers

__all__ = [
    "WAIVERS_FILE",
    "baseline_bytes",
    "baseline_path",
    "catalogue_bytes",
    "catalogue_path",
    "check_milestones",
    "load_baseline",
    "load_catalogue",
    "load_march",
    "load_waivers",
    "march_bytes",
    "march_path",
]
