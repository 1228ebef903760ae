"""One trial, a replay, or a suite as plain JSON values: what other programs read.

Covers shape only. Text from outside is made encodable, not printable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ninemarch.mining.diversity import Diversity
from ninemarch.mining.steps import Clue, clues_of, read_steps
from ninemarch.model import Failure, Scenario, Suite, Trial
from ninemarch.report.diversity_document import diversity_document
from ninemarch.report.document import FORMAT
from ninemarch.report.record import replay_command
from ninemarch.text import plain, scrub

__all__ = ["failure_document", "failures_document", "replay_document", "suite_document", "trial_document"]

_MOST = 64_000  # characters, as in the journal


def trial_document(failure: Failure, run: str) -> dict[str, Any]:
    """Return one recorded trial as plain JSON values: ``{"ninemarch": 1, "kind": "trial", ...}``."""
    document = {"ninemarch": FORMAT, "kind": "trial", "run": scrub(run), **failure_document(failure, run)}
    clues = clues_of(read_steps(failure.steps)) if failure.verdict != "pass" else ()
    return document | {"clues": _clues(clues)}


def failures_document(failures: Sequence[Failure], run: str) -> dict[str, Any]:
    """Return the trials of a run that are not a pass: ``{"ninemarch": 1, "kind": "failures", ...}``."""
    return {
        "ninemarch": FORMAT,
        "kind": "failures",
        "run": scrub(run),
        "failures": [failure_document(failure, run) for failure in failures],
    }


def failure_document(failure: Failure, run: str) -> dict[str, Any]:
    """Return one recorded trial as a part of a document."""
    return {
        "trial": failure.number,
        "scenario": scrub(failure.scenario),
        "verdict": failure.verdict,
        "silent": failure.silent,
        "ended": failure.ended,
        "severity": failure.severity,
        "group": scrub(failure.group),
        "attributes": _texts(failure.attributes),
        "seconds": failure.seconds,
        "check": scrub(failure.check),
        "cost_usd": failure.cost_usd,
        "tokens": failure.tokens,
        "traffic": None if failure.traffic is None else msgspec.structs.asdict(failure.traffic),
        "waived": scrub(failure.waived),
        "reason": scrub(failure.reason),
        "detail": scrub(failure.detail),
        "input": _value(failure.input),
        "expect": _value(failure.expect),
        "output": _value(failure.output),
        "steps": _value(failure.steps),
        "replay": replay_command(run, failure.number),
    }


def _clues(clues: Sequence[Clue]) -> list[dict[str, Any]]:
    """Steps that may be the first wrong one, the strongest evidence first; steps are counted from 1."""
    return [{"step": clue.step + 1, "rule": clue.rule, "says": scrub(clue.says)} for clue in clues]


def replay_document(
    recorded: Failure, trials: Sequence[Trial], run: str, clues: Sequence[Clue] = ()
) -> dict[str, Any]:
    """Return a recorded trial and its replays as plain JSON values, with the clues that passing replays give."""
    return {
        "ninemarch": FORMAT,
        "kind": "replay",
        "recorded": failure_document(recorded, run),
        "same_verdict": sum(trial.verdict.value == recorded.verdict for trial in trials),
        "clues": _clues(clues),
        "replays": [
            {
                "verdict": trial.verdict.value,
                "silent": trial.silent,
                "ended": trial.ended.value,
                "seconds": trial.seconds,
                "reason": scrub(trial.reason),
                "detail": scrub(trial.detail),
                "output": _short(trial.output),
            }
            for trial in trials
        ],
    }


def suite_document(suite: Suite, examples: Sequence[Scenario], diversity: Diversity | None = None) -> dict[str, Any]:
    """Return what a suite holds, with example scenarios and how different they are, as plain JSON values."""
    return {
        "ninemarch": FORMAT,
        "kind": "suite",
        "suite": suite.name,
        "title": suite.title,
        "version": suite.version,
        "hash": suite.hash,
        "default_profile": suite.default_profile,
        "profiles": {
            name: {a: dict(levels) for a, levels in p.attributes.items()} for name, p in suite.profiles.items()
        },
        "releases": [
            {"id": r.id, "name": r.name, "target": str(r.target), "effort": r.effort} for r in suite.releases
        ],
        "gates": [
            {
                "id": g.id,
                "success": str(g.success),
                "confidence": g.confidence,
                "where": dict(g.where),
                "each": g.each,
                "confirmed": g.confirmed,
            }
            for g in suite.gates
        ],
        "examples": [
            {"id": s.id, "input": s.input, "expect": s.expect, "attributes": dict(s.attributes), "void": s.void}
            for s in examples
        ],
        "diversity": diversity_document(diversity) if diversity else None,
    }


def _texts(levels: Mapping[str, str]) -> dict[str, str]:
    return {scrub(name): scrub(level) for name, level in levels.items()}


def _short(output: Any) -> Any:
    """What a target returned, cut where the record of it would be."""
    value = plain(output)
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= _MOST else f"{text[:_MOST]}… ({len(text) - _MOST:,} more characters cut)"


def _value(stored: str) -> Any:
    """A stored value: JSON where it still is JSON (it may have been cut), else the text itself; null for none."""
    if not stored:
        return None
    try:
        return json.loads(stored, parse_constant=str)  # JSON has no NaN: its name stands for it
    except (ValueError, RecursionError):
        return scrub(stored)
