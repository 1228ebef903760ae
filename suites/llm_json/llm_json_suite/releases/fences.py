"""Release 2: takes the JSON out of the first Markdown fence."""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["read", "unfenced"]

# A fence stands at the start of a line; a raw line break cannot stand inside a JSON string.
_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def unfenced(raw: str) -> str:
    """What stands in the first fence, or all of the text where there is none."""
    found = _FENCE.search(raw)
    return found[1] if found else raw


def read(task: dict[str, Any]) -> Any:
    """The JSON value of ``task["raw"]``, inside a fence or not; raises where it is no JSON."""
    return json.loads(unfenced(task["raw"]))
