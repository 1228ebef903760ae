"""Kills and flipped bits: what a journal loses of what it acknowledged, and what it reads back wrong without a word.

Covers a process that writes trials and says after each sync how many are safe, killed (-9) at a random moment; then
single bits flipped in copies of what it left. A flip is *silent* where reading raises nothing and some trial reads
other than it was written. Trials that are not read at all are missing, and a run says so. Beside ninemarch's journal:
JSON lines, SQLite (WAL, FULL) and an Arrow IPC stream, written and read in the plainest way.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import common

WRITE = """
import json, os, sqlite3, sys
from pathlib import Path
kind, folder = sys.argv[1], Path(sys.argv[2])
sys.path[:0] = sys.argv[3:]
BATCH = 50

def row(n):
    return (n, f"default:1000:{n}", "fail" if n % 9 == 0 else "pass", f"the answer to {n} is {n * n}")

def said(n):
    os.write(1, b"%d\\n" % n)

if kind == "journal":
    from synthetic import F, P, plan_of, trial
    from ninemarch.journal import Journal
    with Journal.create(folder, plan_of(10**6)) as journal:
        for n in range(10**6):
            number, scenario, verdict, text = row(n)
            journal.append(trial(number, F if verdict == "fail" else P, {"text": text}, scenario=scenario))
            if n % BATCH == BATCH - 1:
                journal.commit(); said(n + 1)
elif kind == "json lines":
    fd = os.open(folder / "data", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for n in range(0, 10**6, BATCH):
        os.write(fd, "".join(json.dumps(row(i)) + "\\n" for i in range(n, n + BATCH)).encode())
        os.fdatasync(fd); said(n + BATCH)
elif kind == "sqlite":
    db = sqlite3.connect(folder / "data")
    db.execute("pragma journal_mode=wal"); db.execute("pragma synchronous=full")
    db.execute("create table t (n integer primary key, s text, v text, a text)"); db.commit()
    for n in range(0, 10**6, BATCH):
        db.executemany("insert into t values (?, ?, ?, ?)", map(row, range(n, n + BATCH)))
        db.commit(); said(n + BATCH)
else:
    import pyarrow as pa
    file = open(folder / "data", "wb")
    names = ["n", "s", "v", "a"]
    batch = lambda n: pa.record_batch(list(map(list, zip(*map(row, range(n, n + BATCH))))), names=names)
    with pa.ipc.new_stream(file, batch(0).schema) as writer:
        for n in range(0, 10**6, BATCH):
            writer.write_batch(batch(n)); file.flush(); os.fdatasync(file.fileno()); said(n + BATCH)
"""
READ = """
import json, sqlite3, sys
from pathlib import Path
kind, folder = sys.argv[1], Path(sys.argv[2])
sys.path[:0] = sys.argv[3:]
rows = []
if kind == "journal":
    from ninemarch.journal import recorded_trials
    rows = [(t.number, t.scenario, str(t.verdict), t.attributes["text"]) for t in recorded_trials(folder)]
elif kind == "json lines":
    for line in (folder / "data").read_text().splitlines(keepends=True):
        if line.endswith("\\n"):
            rows.append(tuple(json.loads(line)))
elif kind == "sqlite":
    rows = sqlite3.connect(folder / "data").execute("select * from t order by n").fetchall()
else:
    import pyarrow as pa
    with pa.ipc.open_stream(str(folder / "data")) as reader:
        try:
            for batch in reader:
                rows += list(zip(*(column.to_pylist() for column in batch.columns)))
        except (pa.ArrowInvalid, OSError, EOFError):
            pass  # a torn tail, or worse: what was read stands
right = lambda n: (n, f"default:1000:{n}", "fail" if n % 9 == 0 else "pass", f"the answer to {n} is {n * n}")
wrong = [r for r in rows if not isinstance(r[0], int) or r != right(r[0])]
print(len({r[0] for r in rows}), len(wrong))
"""
KINDS = ("journal", "json lines", "sqlite", "arrow ipc")


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--flips", type=int, default=2, help="bits flipped after each kill")
    options = parser.parse_args()
    rows = [_measured(kind, options.kills, options.flips) for kind in KINDS]
    common.table(list(rows[0]), [list(row.values()) for row in rows])
    common.write("durability", {"formats": rows})
    if rows[0]["acknowledged_lost"] or rows[0]["flips_silent"]:
        raise SystemExit("the journal lost or changed an acknowledged trial")


def _measured(kind: str, kills: int, flips: int) -> dict[str, int | str]:
    rng = random.Random(kind)
    lost = silent = safe = 0
    for kill in range(kills):
        common.note(f"{kind}: kill {kill + 1} of {kills}")
        with tempfile.TemporaryDirectory(prefix="ninemarch-bench-") as name:
            folder = Path(name)
            acknowledged = _killed(kind, folder, rng)
            found, wrong = _read(kind, folder) or (0, 0)
            safe += acknowledged
            lost += max(0, acknowledged - found) + wrong
            for _ in range(flips):
                silent += _flipped(kind, folder, rng)
    return {"format": kind, "kills": kills, "acknowledged": safe, "acknowledged_lost": lost,
            "flips": kills * flips, "flips_silent": silent}  # fmt: skip


def _killed(kind: str, folder: Path, rng: random.Random) -> int:
    """How many trials the process said were safe before it was killed."""
    words = [sys.executable, "-c", WRITE, kind, str(folder), *_paths()]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=common.environment()) as child:
        assert child.stdout is not None
        said = child.stdout.readline()
        time.sleep(rng.random() * 0.15)
        child.send_signal(signal.SIGKILL)
        said += child.stdout.read()
    return int(said[: said.rindex(b"\n")].split()[-1])


def _paths() -> list[str]:
    return [str(common.ROOT / "tests"), str(common.ROOT)]


def _read(kind: str, folder: Path) -> tuple[int, int] | None:
    """Trials read, and those that read other than they were written; None where reading raised."""
    words = [sys.executable, "-c", READ, kind, str(folder), *_paths()]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=common.environment())
    if done.returncode:
        return None
    found, wrong = map(int, done.stdout.split())
    return found, wrong


def _flipped(kind: str, folder: Path, rng: random.Random) -> int:
    """1 where one flipped bit of the largest file changes a trial without an error; the bit is put back."""
    path = max(folder.iterdir(), key=lambda each: each.stat().st_size)
    good = {each: each.read_bytes() for each in folder.iterdir()}
    damaged = bytearray(good[path])
    bit = rng.randrange(8 * len(damaged))
    damaged[bit // 8] ^= 1 << bit % 8
    path.write_bytes(damaged)
    found = _read(kind, folder)
    for each in list(folder.iterdir()):
        each.unlink()
    for each, raw in good.items():
        each.write_bytes(raw)
    return int(found is not None and found[1] > 0)


if __name__ == "__main__":
    main()
