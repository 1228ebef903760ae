"""Keeps what a target prints away from our own output: into a file of bounded size.

Covers Python's ``sys.stdout`` and ``sys.stderr`` in this process; not what C code writes to the descriptors.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

from ninemarch.text import redact

OUTPUT_FILE = "target-output.log"
MAX_CHARACTERS = 1_000_000


class _Bytes(io.BufferedIOBase):
    """The ``buffer`` of a log: programs that print bytes look for one, and must not fail here alone."""

    def __init__(self, log: BoundedLog) -> None:
        self._log = log

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        raw = bytes(data)
        self._log.write(raw.decode(errors="backslashreplace"))
        return len(raw)


class BoundedLog(io.TextIOBase):
    """Writes at most ``MAX_CHARACTERS`` to a file made at the first write, and counts the rest."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, path: Path) -> None:
        self.buffer = _Bytes(self)
        self._path = path
        self._file: io.TextIOWrapper | None = None
        self._left = MAX_CHARACTERS
        self._lock = threading.RLock()  # a text file is not safe for several threads
        self.dropped = 0

    def writable(self) -> bool:
        """Return True: this is a sink."""
        return True

    def write(self, text: str) -> int:
        """Write what still fits; always claims to have written all.

        A disk that refuses loses this text only: it is neither the target's failure nor the end of the run.
        """
        text = redact(text)
        with self._lock:
            self._keep(text)
        return len(text)

    def _keep(self, text: str) -> None:
        kept = text[: self._left]
        try:
            if kept:
                if self._file is None:
                    self._file = self._path.open("a", encoding="utf-8", errors="backslashreplace")
                self._file.write(kept)
        except OSError:
            kept, self._left = "", 0
        self.dropped += len(text) - len(kept)
        self._left -= len(kept)

    def finish(self) -> None:
        """Close the file and state what was dropped."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            with suppress(OSError), file:
                if self.dropped:
                    file.write(f"\n... {self.dropped:,} more characters dropped\n")


@contextmanager
def captured_output(folder: Path) -> Iterator[None]:
    """Send what is printed inside the block to ``target-output.log`` in ``folder``."""
    log = BoundedLog(folder / OUTPUT_FILE)
    try:
        with redirect_stdout(log), redirect_stderr(log):
            yield
    finally:
        log.finish()
