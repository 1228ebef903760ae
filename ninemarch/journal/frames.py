"""Frames on disk: mark, length, CRC-32, payload.

Covers bytes only. A frame is good when its mark, length and checksum agree; a bad frame at the very end is a
torn tail (the process or the power went while it was written), a bad frame with a good one after it is damage.
CRC-32 notices every single flipped bit and every burst of up to 32 bits in a frame.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ninemarch.errors import RunInvalid

_KIND = b"ninemarch journal "
HEADER = _KIND + b"2\n"  # the number grows when a record changes its form
MARK = b"\xabNMF"
_PREFIX = struct.Struct("<4sII")  # mark, payload length, CRC-32 of the length's bytes and the payload
MAX_PAYLOAD = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """One good frame: its payload and where it ends in the file, in bytes."""

    payload: bytes
    end: int


def encode(payload: bytes) -> bytes:
    """Return the frame of ``payload``.

    Raises:
        RunInvalid: the payload is larger than any frame that would be read back.
    """
    if len(payload) > MAX_PAYLOAD:
        msg = f"a record of {len(payload):,} bytes is too large; allowed: {MAX_PAYLOAD:,}; make the scenarios smaller"
        raise RunInvalid(msg)
    return _PREFIX.pack(MARK, len(payload), _checksum(len(payload), payload)) + payload


def _checksum(length: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(struct.pack("<I", length)))


def read_frames(path: Path) -> Iterator[Frame]:
    """Yield every good frame from the start; stop at a torn tail.

    Raises:
        RunInvalid: the file is not a journal, or it is damaged before its end.
    """
    with path.open("rb") as file:
        first = file.read(len(HEADER))
        if HEADER.startswith(first) and first != HEADER:
            return  # cut off while its first line was written: a tail like any other
        if first != HEADER and first.startswith(_KIND):
            msg = (
                f"{path} was written by another development version of ninemarch (its first line says "
                f"{first[len(_KIND) :].strip().decode(errors='replace')!r}); run it again with this one"
            )
            raise RunInvalid(msg)
        if first != HEADER:
            msg = f"{path} is not a journal of ninemarch (its first line is wrong); restore it from a copy"
            raise RunInvalid(msg)
        start = len(HEADER)
        while True:
            frame = _next(file, start)
            if frame is None:
                _refuse_damage(path, file, start)
                return
            start = frame.end
            yield frame


def _next(file: BinaryIO, start: int) -> Frame | None:
    file.seek(start)
    prefix = file.read(_PREFIX.size)
    if len(prefix) < _PREFIX.size:
        return None
    mark, length, checksum = _PREFIX.unpack(prefix)
    if mark != MARK or length > MAX_PAYLOAD:
        return None
    payload = file.read(length)
    if len(payload) < length or _checksum(length, payload) != checksum:
        return None
    return Frame(payload, start + _PREFIX.size + length)


def _refuse_damage(path: Path, file: BinaryIO, start: int) -> None:
    """Raise if a good frame stands anywhere after ``start``: then the bad one is not a torn tail."""
    file.seek(start)
    tail = file.read()
    at = tail.find(MARK, 1)
    while at != -1:
        if _next(file, start + at) is not None:
            msg = (
                f"{path} is damaged at byte {start:,}: its checksum is wrong but good records follow; "
                "nothing is read from a damaged record, restore it from a copy"
            )
            raise RunInvalid(msg)
        at = tail.find(MARK, at + 1)
