"""A worker's side: makes the trials of leases from the suite and the plan, and keeps nothing.

Covers what is the same for every kind of worker (``Bench``), and the process that a run on this machine starts: told
on stdin, answering on stdout, in frames of a length and msgpack. What a target prints goes to the run's log.
"""

from __future__ import annotations

import mmap
import os
import pickle
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import msgspec

from ninemarch.engine.capture import captured_output
from ninemarch.engine.leases import Lease, picks_of
from ninemarch.engine.plan import schedule_of
from ninemarch.engine.trials import Here
from ninemarch.errors import NinemarchError
from ninemarch.journal import Texts, decode_plan, encode_trials, texts_of
from ninemarch.model import Suite, TargetSpec, Trial
from ninemarch.suite import Pick, load
from ninemarch.targets import Mode, open_target
from ninemarch.text import fault

__all__ = ["HAND", "Bench", "Brief", "Opened", "Plan", "Said", "Told", "Work"]
__all__ += ["frame", "frames", "packed", "suite_of", "unpacked"]

_LENGTH = struct.Struct("<I")
HAND = struct.Struct("<q")  # the trial in hand; -1 for none
# A part of a lease is sent after so long, so many trials or so many characters of texts: no frame grows too large,
# and what a lost worker has sent is not run again.
_SECONDS, _TRIALS, _CHARACTERS = 0.1, 1000, 4_000_000


class Brief(msgspec.Struct, tag="brief"):
    """What a worker is told first.

    Args:
        suite: where the suite was read from; empty for one made in Python.
        pickled: a suite made in Python.
        target: the target's spec, pickled.
        path: where Python looks for modules.
        beside: the suite's place seen from the run's working folder, for a worker that has a copy of that folder.
        hand: file of eight bytes in which the worker notes the trial in hand; empty for none.
    """

    suite: str
    pickled: bytes
    target: bytes
    path: list[str]
    beside: str = ""
    hand: str = ""


class Plan(msgspec.Struct, tag="plan"):
    """What a worker is told once the run is planned: the plan as journalled, and the folder of its log."""

    record: bytes
    folder: str


class Work(msgspec.Struct, tag="lease"):
    """A lease."""

    lease: Lease


Told = Brief | Plan | Work


class Opened(msgspec.Struct, array_like=True):
    """How a worker calls its target: mode, inputs of a batch, seconds that a trial may take (None for no limit)."""

    mode: str
    batch: int = 1
    timeout: float | None = None


class Said(msgspec.Struct, array_like=True):
    """What a worker says: ``ready`` (with ``opened``), ``part``, ``done`` (with records), ``refused`` (with why)."""

    kind: str
    records: bytes = b""
    why: str = ""
    opened: Opened | None = None


def suite_of(brief: Brief) -> Suite:
    """Return the suite that a worker works on.

    Raises:
        SuiteError: it cannot be read where the worker is.
    """
    for folder in brief.path:
        if folder not in sys.path:
            sys.path.append(folder)
    if brief.suite:
        return load(brief.beside if brief.beside and Path(brief.beside).exists() else brief.suite)
    suite: Suite = pickle.loads(brief.pickled)  # noqa: S301 - our own words, from the process that started us
    return suite


class Bench:
    """Where a worker makes trials.

    Args:
        brief: the suite and the target, which is opened here.
    """

    def __init__(self, brief: Brief) -> None:
        self._suite = suite_of(brief)
        spec: TargetSpec = pickle.loads(brief.target)  # noqa: S301 - as above
        self._target = open_target(spec, self._suite)
        self._crew: Here | None = None
        # Only a target that is called with one input at a time has one trial in hand.
        alone = brief.hand and self._target.mode is Mode.SYNC
        self._hand = _mapped(Path(brief.hand)) if alone else None

    @property
    def opened(self) -> Opened:
        """How the target is called."""
        target, limit = self._target, self._suite.limits.timeout
        return Opened(target.mode.value, target.batch, target.timeout if limit is None else limit)

    def plan(self, record: bytes) -> None:
        """Take in the plan.

        Raises:
            UsageError: the suite is another one here than where the run was planned.
        """
        schedule = schedule_of(self._suite, decode_plan(record))
        self._crew = Here(self._suite, schedule, self._target)

    def work(self, lease: Lease, part: Callable[[bytes], None]) -> bytes:
        """Make the trials of a lease; return the last records, after the earlier ``part``s."""
        batch: list[tuple[Trial, Texts | None]] = []
        since, characters = time.monotonic(), 0

        def tell(trial: Trial, texts: Texts | None) -> None:
            nonlocal since, characters
            texts = texts or texts_of(trial)
            batch.append((trial, texts))
            characters += sum(map(len, texts)) if texts else 0
            if len(batch) >= _TRIALS or characters >= _CHARACTERS or time.monotonic() - since >= _SECONDS:
                part(encode_trials(batch))
                batch.clear()
                since, characters = time.monotonic(), 0

        if self._crew is not None:
            self._crew.run(self._noted(lease), tell)
        return encode_trials(batch) if batch else b""

    def _noted(self, lease: Lease) -> Iterator[Pick]:
        """The picks of a lease, each noted before it is taken up."""
        if self._hand is None:
            yield from picks_of(lease)
            return
        for pick in picks_of(lease):
            HAND.pack_into(self._hand, 0, pick[0])
            yield pick
        HAND.pack_into(self._hand, 0, -1)

    def close(self) -> None:
        """Let the target go."""
        if self._target.close is not None:
            self._target.close()


def _mapped(path: Path) -> mmap.mmap:
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), HAND.size)


_encode = msgspec.msgpack.Encoder().encode
_told = msgspec.msgpack.Decoder(Told)
_said = msgspec.msgpack.Decoder(Said)


def packed(brief: Brief) -> bytes:
    """Return a brief as bytes."""
    return _encode(brief)


def unpacked(data: bytes) -> Brief:
    """Return the brief that ``packed`` made bytes of."""
    return msgspec.msgpack.decode(data, type=Brief)


def frame(message: Told | Said) -> bytes:
    """Return a message as it is sent."""
    data = _encode(message)
    return _LENGTH.pack(len(data)) + data


def frames(buffer: bytearray) -> Iterator[Said]:
    """Take every whole message of a worker from what has been read of it so far."""
    while len(buffer) >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(buffer)
        end = _LENGTH.size + length
        if len(buffer) < end:
            return
        said = _said.decode(buffer[_LENGTH.size : end])
        del buffer[:end]
        yield said


def _orders(stream: BinaryIO) -> Iterator[Told]:
    while len(head := stream.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        data = stream.read(length)
        if len(data) < length:
            return
        yield _told.decode(data)


def main() -> None:
    """Serve until stdin closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run; it tells us
    # The pipes are ours alone: what a target prints or reads goes elsewhere.
    told, said = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)

    def say(message: Said) -> None:
        said.write(frame(message))
        said.flush()

    bench: Bench | None = None
    with ExitStack() as stack:
        try:
            for order in _orders(told):
                if isinstance(order, Brief):
                    bench = Bench(order)
                    stack.callback(bench.close)
                    say(Said("ready", opened=bench.opened))
                elif bench is not None and isinstance(order, Plan):
                    stack.enter_context(captured_output(Path(order.folder)))
                    bench.plan(order.record)
                elif bench is not None and isinstance(order, Work):
                    say(Said("done", bench.work(order.lease, lambda records: say(Said("part", records)))))
        except NinemarchError as error:
            say(Said("refused", why=str(error)))
        except BrokenPipeError:
            pass  # the run has ended
        except Exception as error:  # noqa: BLE001 - a pickled suite may do anything; a trial never raises
            say(Said("refused", why=fault(error)))


if __name__ == "__main__":
    main()
