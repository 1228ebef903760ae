"""Small text files that people keep in git beside their suite: baselines."""

from ninemarch.kept.baseline import baseline_bytes, baseline_path, load_baseline

__all__ = ["baseline_bytes", "baseline_path", "load_baseline"]
