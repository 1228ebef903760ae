"""A decision for GitHub Actions: annotations, outputs, and where the step summary goes.

Covers the workflow commands of the runner and its files. Text from outside cannot end a command, begin one, or end an
output: it is printable, escaped as the runner unescapes it, and outputs are closed by a random word.

Source: GitHub, "Workflow commands for GitHub Actions"; actions/toolkit, packages/core/src/command.ts.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from ninemarch.interop import words
from ninemarch.interop.summary import step_summary
from ninemarch.model import Decision, GateResult, GateVerdict

__all__ = ["outputs", "publish", "workflow_commands"]

MOST_GATES = 9
"""The runner shows ten annotations of a kind in a step; the run itself has the first."""

_LEVEL = {
    GateVerdict.FAIL: "error",
    GateVerdict.INVALID: "error",
    GateVerdict.NOT_PROVEN: "warning",
    GateVerdict.PASS_WITH_WAIVERS: "warning",
}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def workflow_commands(decision: Decision) -> list[str]:
    """Return annotations, one a line: the run's verdict, then the gates that were missed, worst first."""
    missed = [r for r in words.by_weight(decision.gates) if r.verdict is not GateVerdict.PASS]
    lines = list(map(_gate, missed[:MOST_GATES]))
    left = f"\n{len(missed) - MOST_GATES:,} more gates are missed" if len(missed) > MOST_GATES else ""
    title = f"{decision.verdict}: {words.name_of(decision)}"
    message = f"{words.said(decision.sentence)}\n{decision.counts.line()}{left}"
    return [_command(_LEVEL.get(decision.verdict, "notice"), title, message), *lines]


def _gate(result: GateResult) -> str:
    level = _LEVEL.get(result.verdict, "notice")
    if not result.blocking:
        level = "warning" if result.verdict is GateVerdict.FAIL else "notice"
    what = "" if result.blocking else " (only warns)"
    message = "\n".join((words.said(result.reason), *words.facts(result)))
    return _command(level, f"{result.verdict}{what}: {words.said(result.label)}", message)


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={_escaped(title, _PROPERTY)}::{_escaped(message, _DATA)}"


def _escaped(text: str, how: Mapping[str, str]) -> str:
    return "".join(how.get(char, char) for char in text)


def outputs(decision: Decision) -> str:
    """Return the outputs of the step as the runner reads them: verdict, exit_code, measured, proven, nines, ..."""
    return "".join(_output(name, words.said(value)) for name, value in _outputs(decision))


def _outputs(decision: Decision) -> Iterator[tuple[str, str]]:
    yield "verdict", str(decision.verdict)
    yield "exit_code", str(int(decision.exit_code))
    yield "measured", words.measured(decision)
    yield "proven", words.proven(decision)
    yield "nines", "" if decision.next_nine is None else str(decision.next_nine.proven)
    yield "run", decision.plan.run
    yield "sentence", decision.sentence


def _output(name: str, value: str) -> str:
    end = f"end-{secrets.token_hex(16)}"
    return f"{name}<<{end}\n{value}\n{end}\n"


def publish(decision: Decision, environment: Mapping[str, str]) -> list[str]:
    """Append summary and outputs to the files that the runner names, and return the lines to print.

    Args:
        decision: the decision.
        environment: holds ``GITHUB_STEP_SUMMARY`` and ``GITHUB_OUTPUT``.

    Returns:
        The annotations, and a note for each file that is not there: the exit code does not depend on them.
    """
    lines = workflow_commands(decision)
    texts = {"GITHUB_STEP_SUMMARY": step_summary(decision), "GITHUB_OUTPUT": outputs(decision)}
    for name, text in texts.items():
        problem = _append(environment.get(name, ""), text)
        lines += [f"note: {name}: {problem}; nothing was written there"] if problem else []
    return lines


def _append(name: str, text: str) -> str:
    """Append to a file, and say what went wrong."""
    if not name:
        return "is not set"
    try:
        with Path(name).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        return words.said(getattr(error, "strerror", None) or str(error))
    return ""
