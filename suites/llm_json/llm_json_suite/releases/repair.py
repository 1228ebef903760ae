"""Release 4: hands the text to the json_repair library, which answers whatever it is given."""

from __future__ import annotations

from typing import Any

import json_repair

from llm_json_suite.releases.fences import unfenced

__all__ = ["read"]


def read(task: dict[str, Any]) -> Any:
    """What ``json_repair`` (PyPI, MIT licence) makes of the fence's content."""
    return json_repair.loads(unfenced(task["raw"]))
