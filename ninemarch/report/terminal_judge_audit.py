"""The audit of a judge on a terminal of 80 columns.

Covers layout only. What a judge was fooled by is hostile text, on purpose: it is printable and cut.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.model import JudgeAudit, ProbeResult
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say
from ninemarch.report.terminal_plan import print_rows

__all__ = ["print_judge_audit"]

_SIGN = {"holds": "✓", "fooled": "✗", "open": "?"}
_STYLE = {"holds": "bold green", "fooled": "bold red", "open": "bold yellow"}


def print_judge_audit(console: Console, audit: JudgeAudit) -> None:
    """Print the verdict on a judge, a line a probe, and what fooled it."""
    say(console, Text(f"{_SIGN[audit.state]} {_sentence(audit)}", style=_STYLE[audit.state]), hang=2)
    votes = f", {audit.votes} votes" if audit.votes > 1 else ""
    asked = n.count_text(audit.calls, "question")
    where = (
        f"{clean(audit.suite, 60)}, check {clean(audit.check or 'judge', 60)}, judge {clean(audit.label, 60)}{votes}"
    )
    say(console, Text(f"{where}; {clean(audit.source, 120)}; {asked} asked", style="dim"), indent=2)
    confidence = n.one_sided_text(audit.confidence)
    for right, heads in ((False, "must fail"), (True, "must pass")):
        probes = [probe for probe in audit.probes if probe.right is right]
        if probes:
            mistake = "rejected" if right else "accepted"
            print_rows(
                console,
                [
                    [heads, mistake, f"at most ({confidence})", "unseen", "no verdict"],
                    *map(_row, probes),
                ],
            )
    for probe in audit.named(("fooled", "open")):
        if probe.example:
            head = Text(f"{clean(probe.name)}: ", style="bold")
            say(
                console,
                head.append(f"{clean(probe.scenario, 60)}: {clean(probe.example, 300)}", "not bold"),
                indent=2,
            )
    for line in _advice(audit):
        say(console, Text("next: ").append(line, style="bold"), indent=2, hang=6)


def _row(probe: ProbeResult) -> list[str]:
    return [
        f"{_SIGN[probe.state]} {clean(probe.name, 40)}",
        f"{probe.mistakes:,} of {probe.tried:,}",
        n.chance_text(probe.upper) if probe.tried else "unknown",
        f"{probe.unseen:,}" if probe.unseen else "-",
        f"{probe.undecided:,}" if probe.undecided else "-",
    ]


def _sentence(audit: JudgeAudit) -> str:
    fooled, open_ = audit.named(("fooled",)), audit.named(("open",))
    if fooled:
        worst = max(fooled, key=lambda probe: probe.mistakes / max(probe.tried, 1))
        did = "rejects right answers" if worst.right else "accepts wrong answers"
        return f"the judge {did}: {worst.mistakes:,} of {worst.tried:,} ({clean(worst.name)})"
    if open_:
        return f"not shown either way for {n.count_text(len(open_), 'kind')} of answers: too few, or some mistakes"
    return f"the judge is not fooled by any of {n.count_text(len(audit.probes), 'kind')} of answers"


def _advice(audit: JudgeAudit) -> list[str]:
    if audit.state == "fooled":
        return ["sharpen the rubric, ask for more votes, or take a stronger model; then audit it again"]
    short = [probe for probe in audit.named(("open",)) if probe.tried < probe.needed]
    if short:
        needed = max(probe.needed for probe in short)
        return [f"{needed:,} answers without a mistake would show it (--count {needed}, with as many scenarios)"]
    return ["ninemarch judge calibrate: how far its verdicts can be trusted"] if audit.state == "holds" else []
