"""What tells one kind of failure from another, read from one failed trial.

Covers routing by the kind of text: an exception by its type and innermost frame of the target's own code, a wrong
answer by how it differs, a message by its template. Groups that only wording made are marked; wording is no cause.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ninemarch.mining.differences import kinds_of
from ninemarch.mining.templates import VALUE, Templates
from ninemarch.model import Ended, Failure

__all__ = ["Signature", "alike", "sign"]

_LONGEST = 8000  # characters of a message that are read
_WORDS = {"abstained": "refused", "answered": "wrong", "exception": "raised", "handed_off": "handed off"}
_FRAME = re.compile(r'^  File "(.+)", line (\d+), in (.+)$', re.MULTILINE)
_RAISED = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)")


@dataclass(frozen=True, slots=True)
class Signature:
    """The kind of a failure.

    Attributes:
        key: what makes it the same kind, in this run and the next.
        name: the kind in words, readable on its own; made of text from outside: hostile.
        wording: only the wording of a message made it ("similar wording", never a cause).
        paths: where in the answer it is wrong; empty where that is not known.
    """

    key: tuple[str, ...]
    name: str
    wording: bool = False
    paths: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Eight hexadecimal digits of a hash of the key: the same in every run that shows this kind."""
        return hashlib.blake2b("\0".join(self.key).encode("utf-8", "backslashreplace"), digest_size=4).hexdigest()


def sign(failures: Iterable[Failure], *, known: Iterable[str] = ()) -> list[Signature]:
    """Return the signature of each failure, in order; names say which check failed where there are several.

    Args:
        failures: failed trials of one run. Templates are made in the order of the trials' numbers, so that the order
            in which trials ended changes nothing.
        known: templates of messages from earlier runs; messages like them get their signatures, unchanged.
    """
    places, pending, checks = [], [], []
    for failure in failures:
        places.append(failure.number)
        checks.append(failure.check)
        pending.append(_route(failure))
    seen = Templates()
    names = {seen.keep(template): template for template in dict.fromkeys(known)}
    numbers = [-1] * len(pending)
    for place in sorted(range(len(pending)), key=places.__getitem__):
        found, message = pending[place]
        if isinstance(found, tuple):
            numbers[place] = seen.add(message)
    # Templates grow with what is added: they are read once all of them are whole.
    signatures = [
        _worded(found, names.get(number) or seen.template(number)) if isinstance(found, tuple) else found
        for (found, _), number in zip(pending, numbers, strict=True)
    ]
    if len(set(filter(None, checks))) < 2:
        return signatures
    return [
        replace(signature, name=f"{signature.name} ({check})") if check else signature
        for signature, check in zip(signatures, checks, strict=True)
    ]


def alike(failure: Failure, other: Failure) -> bool:
    """Return whether ``other`` fails in the way ``failure`` does: the same kind, or only some of its differences.

    Two messages are of one kind where one template covers both.
    """
    first, second = sign([replace(failure, number=0), replace(other, number=1)])
    if first.wording or second.wording or failure.ended != Ended.ANSWERED.value:
        return first.key == second.key
    return other.ended == failure.ended and set(second.key) <= set(first.key)


def _route(failure: Failure) -> tuple[Signature | tuple[str, ...], str]:
    """A whole signature, or the beginning of one and the message that completes it."""
    start = tuple(filter(None, (failure.ended, failure.check)))
    if failure.ended == Ended.EXCEPTION.value:
        found = _traceback(start, failure.detail)
        if found is not None:
            return found, ""
    if failure.ended == Ended.TIMEOUT.value:
        return Signature(start, "took too long"), ""
    kinds = kinds_of(failure.expect, failure.output) if failure.ended == Ended.ANSWERED.value else None
    if kinds and kinds[0]:
        return Signature((*start, *kinds[0]), f"wrong: {'; '.join(kinds[0])}", paths=kinds[1]), ""
    return start, " ".join((failure.detail or failure.reason)[:_LONGEST].split())


def _worded(start: tuple[str, ...], template: str) -> Signature:
    what = start[0] if start else "failed"
    name = f"{_WORDS.get(what, what)}: {template.replace(VALUE, '…') or 'no reason given'}"
    return Signature((*start, template), name, wording=True)


def _traceback(start: tuple[str, ...], detail: str) -> Signature | None:
    """Type and innermost frame of the package that the traceback begins in; None where it is no traceback."""
    frames = _FRAME.findall(detail)
    raised = next((m for line in reversed(detail.splitlines()) if (m := _RAISED.match(line))), None)
    if not frames or raised is None:
        return None
    home = frames[0][0].split("/")[0]
    file, line, function = next(frame for frame in reversed(frames) if frame[0].split("/")[0] == home)
    kind = raised[1].rpartition(".")[2]
    return Signature((*start, kind, file, line), f"{kind} at {file}:{line} in {function}")
