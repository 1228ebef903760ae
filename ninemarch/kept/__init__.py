"""Small text files beside a suite, most in git: baselines, failures, slices, the ledger, waivers, march."""

from ninemarch.kept.baseline import baseline_bytes, baseline_path, load_baseline
from ninemarch.kept.catalogue import catalogue_bytes, catalogue_path, load_catalogue
from ninemarch.kept.folder import NAME
from ninemarch.kept.judge import gold_path, keep_gold, keep_labels, labels_path, load_gold, load_labels
from ninemarch.kept.ledger import Entry, append_entry, read_ledger
from ninemarch.kept.march import check_milestones, load_march, march_bytes, march_path
from ninemarch.kept.slices import load_slices, slices_bytes, slices_path
from ninemarch.kept.waivers import WAIVERS_FILE, load_waivers

__all__ = [
    "NAME",
    "WAIVERS_FILE",
    "Entry",
    "append_entry",
    "baseline_bytes",
    "baseline_path",
    "catalogue_bytes",
    "catalogue_path",
    "check_milestones",
    "gold_path",
    "keep_gold",
    "keep_labels",
    "labels_path",
    "load_baseline",
    "load_catalogue",
    "load_gold",
    "load_labels",
    "load_march",
    "load_slices",
    "load_waivers",
    "march_bytes",
    "march_path",
    "read_ledger",
    "slices_bytes",
    "slices_path",
]
