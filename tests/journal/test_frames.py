"""Frames: any bytes come back; any prefix loses only its tail; no flipped bit gives another record."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import RunInvalid
from ninemarch.journal.frames import HEADER, MARK, MAX_PAYLOAD, encode, read_frames

PAYLOADS = [b"", b"a", b"plan" * 9, MARK, MARK + b"\x00" * 8, bytes(range(256))]


def payloads(path: Path) -> list[bytes]:
    return [frame.payload for frame in read_frames(path)]


def write(path: Path, payloads: list[bytes]) -> Path:
    path.write_bytes(HEADER + b"".join(map(encode, payloads)))
    return path


@given(st.lists(st.binary(max_size=300) | st.just(MARK) | st.just(encode(b"x")), max_size=6))
def test_any_bytes_come_back(given: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert payloads(write(Path(folder, "j"), given)) == given


def test_every_prefix_loses_only_its_tail(tmp_path: Path) -> None:
    raw = write(tmp_path / "whole", PAYLOADS).read_bytes()
    ends = [len(HEADER)]
    for payload in PAYLOADS:
        ends.append(ends[-1] + len(encode(payload)))
    for length in range(len(raw) + 1):
        cut = tmp_path / "cut"
        cut.write_bytes(raw[:length])
        whole = sum(end <= length for end in ends[1:])
        assert payloads(cut) == PAYLOADS[:whole], length


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """Damage is refused; in the last frame it looks like a torn tail and drops that frame only."""
    raw = write(tmp_path / "whole", PAYLOADS).read_bytes()
    last = len(raw) - len(encode(PAYLOADS[-1]))
    flipped = tmp_path / "flipped"
    for bit in range(8 * len(raw)):
        damaged = bytearray(raw)
        damaged[bit // 8] ^= 1 << bit % 8
        flipped.write_bytes(damaged)
        if bit // 8 < last:
            with pytest.raises(RunInvalid):
                payloads(flipped)
        else:
            assert payloads(flipped) == PAYLOADS[:-1], bit


def test_a_burst_of_damage_is_noticed(tmp_path: Path) -> None:
    raw = write(tmp_path / "whole", PAYLOADS).read_bytes()
    rng = random.Random(7)
    flipped = tmp_path / "flipped"
    for _ in range(500):
        at, size = rng.randrange(len(raw)), rng.randrange(1, 40)
        flipped.write_bytes(raw[:at] + rng.randbytes(size) + raw[at + size :])
        try:
            found = payloads(flipped)
        except RunInvalid:
            continue
        assert found == PAYLOADS[: len(found)]


def test_zeros_after_a_power_loss_are_a_torn_tail(tmp_path: Path) -> None:
    path = write(tmp_path / "j", PAYLOADS)
    with path.open("ab") as file:
        file.write(bytes(4096))
    assert payloads(path) == PAYLOADS


def test_another_file_is_refused(tmp_path: Path) -> None:
    for content in (b"PAR1" + bytes(100), b"minemarch journal 2\n", b"ninemarch record" + bytes(20)):
        path = tmp_path / "j"
        path.write_bytes(content)
        with pytest.raises(RunInvalid, match="not a journal"):
            payloads(path)


def test_a_journal_of_another_version_is_named_as_such(tmp_path: Path) -> None:
    for content in (b"ninemarch journal 1\n", HEADER[:-1] + b"x"):
        path = tmp_path / "j"
        path.write_bytes(content + encode(b"{}"))
        with pytest.raises(RunInvalid, match="another development version of ninemarch"):
            payloads(path)


def test_a_frame_that_would_not_be_read_back_is_not_written() -> None:
    with pytest.raises(RunInvalid, match="too large"):
        encode(bytes(MAX_PAYLOAD + 1))
