"""What a shrink that was cut off has already tried, so that the same command goes on where it stopped.

Covers one file of JSON lines beside the result, flushed batch by batch and removed when the shrink ends. It is no
record of a run: nothing in it is counted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ninemarch.durable import check_file
from ninemarch.errors import Interrupted
from ninemarch.mining.shrink import Batch

__all__ = ["Tried"]


class Tried:
    """The batches of a shrink, kept while it runs.

    Args:
        path: the file; made where there is none.
        same: whatever decides the way of the shrink; batches kept under anything else are forgotten.

    Raises:
        UsageError: the file cannot be written.
    """

    def __init__(self, path: Path, same: Sequence[str]) -> None:
        check_file(path)
        self._path = path
        self._head = hashlib.blake2b("\0".join(same).encode(), digest_size=16).hexdigest()
        self.batches = tuple(_batches(path, self._head))
        self._trials = sum(len(batch.failed) for batch in self.batches)

    def keep(self, batch: Batch) -> None:
        """Add one batch."""
        self._file.write(_line([batch.key, "".join("01"[failed] for failed in batch.failed)]))
        self._file.flush()
        self._trials += len(batch.failed)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep batches inside the block and forget them at its end; after a signal they stay.

        Raises:
            Interrupted: saying how to go on.
        """
        lines = [_line(self._head), *(_line([b.key, "".join("01"[f] for f in b.failed)]) for b in self.batches)]
        try:
            with self._path.open("w", encoding="utf-8") as self._file:
                self._file.writelines(lines)
                self._file.flush()
                yield
        except Interrupted as error:
            msg = f"interrupted: {self._trials:,} trials are kept; the same command goes on with them"
            raise Interrupted(msg, error.exit_code) from error
        self._path.unlink(missing_ok=True)


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"


def _batches(path: Path, head: str) -> Iterator[Batch]:
    """The whole lines of a file that begins with ``head``; a line cut off, and all after it, are left out."""
    if not path.is_file():
        return
    first, *lines = path.read_text(encoding="utf-8", errors="replace").splitlines() or [""]
    if first != json.dumps(head):
        return
    for line in lines:
        try:
            key, failed = json.loads(line)
            yield Batch(str(key), tuple("01".index(each) == 1 for each in failed))
        except (ValueError, TypeError):
            return
