"""A decision as GitHub's step summary: one HTML table inside a Markdown file.

Covers layout and escaping. The whole summary is one HTML block (no blank line in it), which Markdown leaves as it is;
text in it is escaped, and whatever GitHub could read as a mention, a reference or a link stands in ``code``, where it
reads nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ninemarch import numbers as n
from ninemarch.interop import words
from ninemarch.model import Decision, GateResult

__all__ = ["step_summary"]

MOST_GATES = 60
# A summary may hold 1 MiB; 60 gates of at most 500 characters a cell stay below 200 kB.
_PLAIN = re.compile(r"(?!.*(?:\bwww\b|\bgh-|[0-9a-f]{7}))(?:[\w .;,()%+^×≥≤–−=-]|:(?= ))*", re.IGNORECASE)


def step_summary(decision: Decision) -> str:
    """Return the summary: verdict, what is measured and proven, the gates, all trials, what to do next."""
    return "\n".join(_lines(decision)) + "\n\n"


def _lines(decision: Decision) -> Iterator[str]:
    verdict = decision.verdict
    yield "<div>"
    yield f"<h3>{verdict.symbol} {verdict}: {_text(decision.sentence)}</h3>"
    yield f"<p>{_text(words.name_of(decision))}, run {_text(decision.plan.run)}<br>"
    if decision.rate is not None:
        confidence = n.one_sided_text(decision.rate.confidence)
        yield f"measured {_text(words.measured(decision))}; {_text(n.failures_text(decision.rate))}<br>"
        yield f"proven ≥ {_text(words.proven(decision))} at {confidence} confidence<br>"
    yield f"{_text(decision.counts.line())}</p>"
    if decision.gates:
        yield from _table(decision)
    if notes := words.notes(decision):
        yield "<ul>" + "".join(f"<li>{_text(note)}</li>" for note in notes) + "</ul>"
    if decision.action:
        command = f": <code>{html.escape(words.said(decision.command))}</code>" if decision.command else ""
        yield f"<p>Next: {_text(decision.action)}{command}</p>"
    yield "</div>"


def _table(decision: Decision) -> Iterator[str]:
    yield "<table>"
    yield "<tr><th>verdict</th><th>gate</th><th>asks</th><th>measured</th><th>interval</th><th>why</th></tr>"
    every = words.by_weight(decision.gates)
    for result in every[:MOST_GATES]:
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in _cells(result)) + "</tr>"
    if len(every) > MOST_GATES:
        yield f'<tr><td colspan="6">{len(every) - MOST_GATES:,} more gates are in the JSON</td></tr>'
    yield "</table>"


def _cells(result: GateResult) -> Iterator[str]:
    yield f"{result.verdict.symbol} {result.verdict}"
    yield _text(result.label) + ("" if result.blocking else " (warns)")
    yield _text(result.required or n.threshold_text(result.success))
    yield _text(result.measured or "–")
    yield _text(result.interval or "–")
    yield _text(result.reason)


def _text(text: str) -> str:
    shown = words.said(text)
    return html.escape(shown) if _PLAIN.fullmatch(shown) else f"<code>{html.escape(shown)}</code>"
