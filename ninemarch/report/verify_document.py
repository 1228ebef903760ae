"""Controls and null targets of a suite as plain JSON values.

Covers shape only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ninemarch.model import Control, NullAudit, Suite
from ninemarch.report.document import FORMAT
from ninemarch.text import scrub

__all__ = ["verify_document"]


def verify_document(suite: Suite, controls: Sequence[Control], audit: NullAudit) -> dict[str, Any]:
    """Return what verifying a suite found: its controls, its null targets, and what they limit."""
    return {
        "ninemarch": FORMAT,
        "kind": "verify",
        "suite": suite.name,
        "hash": suite.hash,
        "holds": all(control.holds for control in controls) and not audit.above,
        "controls": [
            {"name": control.name, "holds": control.holds, "says": scrub(control.says)} for control in controls
        ],
        "null_targets": [asdict(each) for each in audit.accepted],
        "ceiling": None if audit.ceiling is None else asdict(audit.ceiling),
        "gates_above": [gate.id for gate in audit.above],
    }
