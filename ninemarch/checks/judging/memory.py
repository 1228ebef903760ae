"""What a judge has said before, so that no question is paid for twice: ``.ninemarch/judge.sqlite``.

Covers reading and writing replies by the content of the question. Errors of a server are never kept. The file may be
deleted at any time: it holds nothing that a run's record does not.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ninemarch.model import Verdict
from ninemarch.text import scrub

__all__ = ["Memory", "Remembered", "key_of"]

_FILE = Path(".ninemarch", "judge.sqlite")
_WAIT = 30.0  # seconds for another process that is writing


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a judge has said to one question.

    Args:
        verdict: PASS or FAIL; None where the reply held no verdict.
        why: the line before the verdict, hostile text; empty where there is none.
    """

    verdict: Verdict | None
    why: str = ""


def key_of(*parts: str) -> str:
    """Return the key of a question: a hash of all that it depends on, each part told from the next."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


class Memory:
    """What judges have said, shared by threads and processes; a file that cannot be used is done without.

    Args:
        path: the file; made when something is kept for the first time.
    """

    def __init__(self, path: Path = _FILE) -> None:
        self._path = path
        self._lock = threading.Lock()

    def recall(self, key: str) -> Remembered | None:
        """Return what was said, None where nothing is known."""
        if not self._path.is_file():
            return None
        try:
            with self._lock, closing(sqlite3.connect(self._path, timeout=_WAIT)) as base:
                row = base.execute("SELECT verdict, why FROM said WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        return Remembered(Verdict(row[0]) if row[0] else None, row[1]) if row else None

    def keep(self, key: str, said: Remembered) -> None:
        """Remember what was said; what was kept first stays."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, closing(sqlite3.connect(self._path, timeout=_WAIT)) as base, base:
                base.execute("CREATE TABLE IF NOT EXISTS said (key TEXT PRIMARY KEY, verdict TEXT, why TEXT)")
                verdict = said.verdict.value if said.verdict else ""
                base.execute("INSERT OR IGNORE INTO said VALUES (?, ?, ?)", (key, verdict, scrub(said.why)))
        except (sqlite3.Error, OSError):
            pass  # a full or read-only disk costs the question again, nothing else
