"""Adapters to systems under test. ``open_target`` turns a spec into something the engine can call."""

from ninemarch.targets.base import Call, Kind, Mode, Target
from ninemarch.targets.open import check_target, open_target, parse_target
from ninemarch.targets.python import target_code

__all__ = ["Call", "Kind", "Mode", "Target", "check_target", "open_target", "parse_target", "target_code"]
