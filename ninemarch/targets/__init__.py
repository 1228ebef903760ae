"""Adapters to systems under test. ``open_target`` turns a spec into something the engine can call."""

from ninemarch.targets.base import Call, Mode, Target
from ninemarch.targets.open import open_target, parse_target, target_code

__all__ = ["Call", "Mode", "Target", "open_target", "parse_target", "target_code"]
