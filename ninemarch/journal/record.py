"""What the frames say: plan, trials, stop, seal.

Covers encoding of records and reading them back in bulk. Values that a target made are stored as JSON text,
never as objects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from ninemarch.errors import RunInvalid
from ninemarch.journal.frames import read_frames
from ninemarch.model import Ended, JudgeUse, RunPlan, Severity, Traffic, Trial, Verdict
from ninemarch.text import json_text, scrub

VERDICTS = tuple(Verdict)
ENDINGS = tuple(Ended)
SEVERITIES = tuple(Severity)
# Texts of one trial longer than this are cut, and say so: a flood from a target must not fill the disk.
MAX_TEXT = 64_000

JOURNAL_FILE = "journal.nmj"


# Reason, detail, input, expect, output, steps, check.
Texts: TypeAlias = tuple[str, str, str, str, str, str, str]
# Cost in US dollars, tokens.
Spent: TypeAlias = tuple[float | None, int | None]
# Questions, cost in US dollars, tokens of a judge.
Judged: TypeAlias = tuple[int, float | None, int | None]


class Row(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One trial as stored: codes for the enums, values in the order of the frame's attribute names."""

    number: int
    scenario: str
    verdict: int
    ended: int
    silent: bool
    micros: int
    repeat: int
    group: str
    severity: int
    weight: float
    values: tuple[str | None, ...]
    texts: Texts | None  # None for a pass that no judge gave
    spent: Spent | None = None  # None where the target did not say
    judged: Judged | None = None  # None where no judge had a say
    traffic: Traffic | None = None  # None where nothing went over a network


class Body(msgspec.Struct, array_like=True, frozen=True):
    """A frame's payload; ``kind`` is plan, trials, stop, seal, or the name of a note."""

    kind: str
    names: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    plan: dict[str, Any] | None = None
    note: str = ""


def _text_of(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value)
    msg = f"a {type(value).__name__} cannot be stored"
    raise NotImplementedError(msg)


def _value_of(kind: type, text: Any) -> Any:
    if kind is Fraction:
        return Fraction(text)
    msg = f"a {kind.__name__} cannot be read"
    raise NotImplementedError(msg)


def plan_from(stored_plan: Any) -> RunPlan:
    """Return the plan of its stored form (plain dicts and lists).

    Raises:
        RunInvalid: it was written by another version of ninemarch.
    """
    try:
        return msgspec.convert(stored_plan, RunPlan, dec_hook=_value_of)
    except msgspec.ValidationError as error:
        msg = f"the plan has an unknown form ({error}); it was written by another version of ninemarch"
        raise RunInvalid(msg) from error


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_text_of)
_DECODER = msgspec.msgpack.Decoder(Body)


@dataclass(frozen=True, slots=True)
class JournalSummary:
    """A journal at a glance.

    Args:
        plan: the plan of the run.
        sealed: the run finished.
        stop: why it ended before its planned trials; empty if it did not.
        recorded: trials with a record.
        good_bytes: length of the good part; what follows is a torn tail.
        names: every attribute name that occurs.
    """

    plan: RunPlan
    sealed: bool
    stop: str
    recorded: int
    good_bytes: int
    names: tuple[str, ...]


def stored(value: Any) -> str:
    """Return ``value`` as JSON text that can be encoded, cut at ``MAX_TEXT`` with the cut stated."""
    text = scrub(json.dumps(value, ensure_ascii=False) if isinstance(value, str) else json_text(value))
    return cut(text)


def cut(text: str) -> str:
    """Return ``text`` with at most ``MAX_TEXT`` characters, the cut stated."""
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}… ({len(text) - MAX_TEXT:,} more characters cut)"


def encode_plan(plan: RunPlan) -> bytes:
    """Return the payload of a plan."""
    return _ENCODER.encode(Body("plan", plan=_scrubbed(asdict(plan))))


def _scrubbed(value: Any) -> Any:
    """The value with every text in it made fit for UTF-8: a command line may hold file names that are not."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {_scrubbed(key): _scrubbed(item) for key, item in value.items()}
    return [_scrubbed(item) for item in value] if isinstance(value, list | tuple) else value


def encode_note(kind: str, note: str = "") -> bytes:
    """Return the payload of a stop, a seal or another note."""
    return _ENCODER.encode(Body(kind, note=scrub(note)))


def texts_of(trial: Trial) -> Texts | None:
    """Return the texts kept of a trial: none of a pass, unless a judge gave it.

    To be taken at once: a target may change later what it has returned.
    """
    if trial.verdict is Verdict.PASS and trial.judge is None:
        return None
    reason, detail = cut(scrub(trial.reason)), cut(scrub(trial.detail))
    steps = "" if trial.steps is None else stored(trial.steps)
    return reason, detail, stored(trial.input), stored(trial.expect), stored(trial.output), steps, trial.check


def encode_trials(trials: Sequence[tuple[Trial, Texts | None]]) -> bytes:
    """Return the payload of a batch of trials, each with its texts."""
    names = tuple(dict.fromkeys(chain.from_iterable(trial.attributes for trial, _ in trials)))
    rows = tuple(_row(trial, names, texts) for trial, texts in trials)
    try:
        return _ENCODER.encode(Body("trials", names=names, rows=rows))
    except UnicodeEncodeError:  # rare enough to look only then for the text with a lone surrogate
        clean = tuple(map(_scrubbed_row, rows))
        return _ENCODER.encode(Body("trials", names=tuple(map(scrub, names)), rows=clean))


def _scrubbed_row(row: Row) -> Row:
    values = tuple(None if level is None else scrub(level) for level in row.values)
    return msgspec.structs.replace(row, scenario=scrub(row.scenario), group=scrub(row.group), values=values)


def _row(trial: Trial, names: tuple[str, ...], texts: Texts | None) -> Row:
    return Row(
        number=trial.number,
        scenario=trial.scenario,
        verdict=VERDICTS.index(trial.verdict),
        ended=ENDINGS.index(trial.ended),
        silent=trial.silent,
        micros=round(trial.seconds * 1e6),
        repeat=trial.repeat,
        group=trial.group,
        severity=SEVERITIES.index(trial.severity),
        weight=trial.weight,
        values=tuple(map(trial.attributes.get, names)),
        texts=texts,
        spent=None if trial.cost_usd is None and trial.tokens is None else (trial.cost_usd, trial.tokens),
        judged=None if trial.judge is None else (trial.judge.calls, trial.judge.cost_usd, trial.judge.tokens),
        traffic=trial.traffic,
    )


def read_journal(folder: Path) -> Iterator[tuple[Body, int]]:
    """Yield (body, end of its frame in bytes) of every good frame of the run in ``folder``.

    Raises:
        RunInvalid: no journal, or a damaged one.
    """
    path = folder / JOURNAL_FILE
    if not path.is_file():
        msg = f"{folder} holds no {JOURNAL_FILE}; it is not a run of ninemarch"
        raise RunInvalid(msg)
    for frame in read_frames(path):
        try:
            yield _DECODER.decode(frame.payload), frame.end
        except msgspec.MsgspecError as error:
            msg = f"{path}: a record has an unknown form ({error}); it was written by another version of ninemarch"
            raise RunInvalid(msg) from error


def recorded_trials(folder: Path) -> Iterator[Trial]:
    """Yield every recorded trial without its texts, in the order written; void ones too.

    Raises:
        RunInvalid: no journal, or a damaged one.
    """
    for trial, _ in recorded_texts(folder):
        yield trial


def recorded_texts(folder: Path) -> Iterator[tuple[Trial, Texts | None]]:
    """Yield every recorded trial and its texts, in the order written; void ones too.

    Raises:
        RunInvalid: no journal, or a damaged one.
    """
    for body, _ in read_journal(folder):
        yield from _trials_of(body)


def decode_trials(payload: bytes) -> Iterator[tuple[Trial, Texts | None]]:
    """Yield the trials of what ``encode_trials`` made, each with its texts: records that come from another process.

    Raises:
        RunInvalid: it is nothing of the kind.
    """
    return _trials_of(_decoded(payload, "trials"))


def decode_plan(payload: bytes) -> RunPlan:
    """Return the plan of what ``encode_plan`` made.

    Raises:
        RunInvalid: it is nothing of the kind.
    """
    return plan_from(_decoded(payload, "plan").plan)


def _decoded(payload: bytes, kind: str) -> Body:
    try:
        body = _DECODER.decode(payload)
    except msgspec.MsgspecError as error:
        msg = f"a record from another process has an unknown form ({error}); use one version of ninemarch everywhere"
        raise RunInvalid(msg) from error
    if body.kind != kind:
        msg = f"another process sent a '{body.kind}', not '{kind}'; use one version of ninemarch everywhere"
        raise RunInvalid(msg)
    return body


def _trials_of(body: Body) -> Iterator[tuple[Trial, Texts | None]]:
    for row in body.rows:
        yield (
            Trial(
                number=row.number,
                scenario=row.scenario,
                repeat=row.repeat,
                group=row.group,
                attributes={n: v for n, v in zip(body.names, row.values, strict=True) if v is not None},
                severity=SEVERITIES[row.severity],
                verdict=VERDICTS[row.verdict],
                ended=ENDINGS[row.ended],
                silent=row.silent,
                seconds=row.micros / 1e6,
                weight=row.weight,
                check=row.texts[-1] if row.texts else "",
                cost_usd=row.spent[0] if row.spent else None,
                tokens=row.spent[1] if row.spent else None,
                judge=JudgeUse(*row.judged) if row.judged else None,
                traffic=row.traffic,
            ),
            row.texts,
        )


def read_notes(folder: Path, kind: str) -> Iterator[str]:
    """Yield the text of every note of that kind, in the order written.

    Raises:
        RunInvalid: no journal, or a damaged one.
    """
    for body, _ in read_journal(folder):
        if body.kind == kind:
            yield body.note


def read_plan(folder: Path) -> RunPlan:
    """Return the plan of the run in ``folder``, reading no further than its first frame.

    Raises:
        RunInvalid: no journal, a damaged one, or one without a plan.
    """
    for body, _ in read_journal(folder):
        if body.kind == "plan":
            return plan_from(body.plan)
        break
    msg = f"{folder}: the run stopped before its plan was durable; nothing was run, start it anew"
    raise RunInvalid(msg)


def summarize(folder: Path) -> JournalSummary:
    """Read a journal once and return what it holds.

    Raises:
        RunInvalid: no journal, a damaged one, or one without a plan.
    """
    plan = read_plan(folder)
    sealed, stop, recorded, good = False, "", 0, 0
    names: dict[str, None] = {}
    for body, end in read_journal(folder):
        good = end
        recorded += len(body.rows)
        names.update(dict.fromkeys(body.names))
        if body.kind == "stop":
            stop = body.note
        elif body.kind == "seal":
            sealed = True
    return JournalSummary(plan, sealed, stop, recorded, good, tuple(names))
