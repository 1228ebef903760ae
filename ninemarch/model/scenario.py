"""One concrete situation to put a target into.

Covers identity and content of a scenario. How scenarios are drawn is the suite floor's job.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import msgspec


class Severity(enum.StrEnum):
    """How bad a failure of this scenario or check would be."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class Scenario(msgspec.Struct, frozen=True):
    """One concrete situation: what the target is given and what is right.

    Args:
        id: stable name, unique in its suite after Unicode normalisation (NFC).
        input: what the target sees (any JSON value).
        expect: what the checks compare with; never shown to a target.
        attributes: levels of the operational design domain, e.g. ``{"language": "de"}``.
        group: trials that share fate (same base image, same document); the scenario itself when empty.
        severity: how bad a failure would be.
        weight: importance beside other scenarios of its profile cell, >= 0.
        void: why the scenario itself is wrong or ambiguous; empty for a sound scenario.
    """

    id: str
    input: Any
    expect: Any = None
    attributes: Mapping[str, str] = msgspec.field(default_factory=dict)
    group: str = ""
    severity: Severity = Severity.MAJOR
    weight: float = 1.0
    void: str = ""

    @property
    def group_key(self) -> str:
        """The unit of independence: ``group`` where given, else the scenario's own id."""
        return self.group or self.id
