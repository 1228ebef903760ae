"""Release 3: where the parser refuses, mends the commonest damage by regular expressions, then tries Python."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from llm_json_suite.releases.fences import unfenced

__all__ = ["read"]


def read(task: dict[str, Any]) -> Any:
    """The JSON value of ``task["raw"]``, or what Python's literal syntax makes of the mended text."""
    text = unfenced(task["raw"])
    try:
        return json.loads(text)
    except ValueError:
        pass
    text = text[text.find("{") : text.rfind("}") + 1]
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", text)
    text = re.sub(r",(\s*[}\]])", r"\1", text)
    text = text.replace("“", '"').replace("”", '"')
    try:
        return json.loads(text)
    except ValueError:
        for found, meant in (("true", "True"), ("false", "False"), ("null", "None")):
            text = re.sub(rf"\b{found}\b", meant, text)
        return ast.literal_eval(text)
