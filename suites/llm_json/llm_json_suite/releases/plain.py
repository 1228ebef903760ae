"""Release 1: the standard library's parser and nothing else."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["read"]


def read(task: dict[str, Any]) -> Any:
    """The JSON value of ``task["raw"]``; raises where it is no JSON."""
    return json.loads(task["raw"])
