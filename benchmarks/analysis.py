"""Outcomes in Parquet files of others: how long looking at them takes, in what memory.

Covers `ninemarch analyze` on files of ten million rows each (a boolean outcome, 10,000 sites, four languages, an
item): counts and exact intervals of every site, and the same by items that are tried ten times. Every figure is a
process of its own, as a shell starts it. What is printed is checked against what was put into the files.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import common

PIECE = 10_000_000
SLICES = 10_000
NINEMARCH = [sys.executable, "-m", "ninemarch"]

MAKE = """
import sys
import numpy as np, pyarrow as pa, pyarrow.parquet as pq

def main(path, rows, slices, seed):
    rng = np.random.default_rng(seed)
    languages = pa.array(["de", "en", "fr", "hi"])
    failures = np.zeros(slices, np.int64)
    schema = pa.schema([("passed", pa.bool_()), ("site", pa.int32()),
        ("language", pa.dictionary(pa.int8(), pa.string())), ("item", pa.int64())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for begin in range(0, rows, 1_000_000):
            size = min(1_000_000, rows - begin)
            site = rng.integers(0, slices, size, dtype=np.int32)
            bad = rng.random(size) < 0.001 * (1 + site % 5)
            failures += np.bincount(site[bad], minlength=slices)
            language = pa.DictionaryArray.from_arrays(rng.integers(0, 4, size, dtype=np.int8), languages)
            item = (begin + np.arange(size)) // 10 + seed * rows
            writer.write_batch(pa.record_batch([pa.array(~bad), pa.array(site), language, pa.array(item)], schema))
    print(int(failures.sum()), int(failures[7]))

main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
"""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--folder", type=Path, default=None, help="where the files go; some 400 MB for 10^8 rows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ninemarch-bench-", dir=options.folder) as folder:
        rows = [_outcomes(Path(folder), many) for many in options.rows]
    names = ("rows", "slices", "cpu_s", "wall_s", "peak_mb", "grouped_cpu_s", "grouped_peak_mb", "file_mb")
    common.table(names, [[row[name] for name in names] for row in rows])
    common.write("analysis", {"outcomes": rows})


def _outcomes(folder: Path, rows: int) -> dict[str, Any]:
    common.note(f"{rows:,} rows")
    lake = folder / f"lake-{rows}"
    lake.mkdir()
    failures = at_7 = 0
    for piece in range(-(-rows // PIECE)):
        size = min(PIECE, rows - piece * PIECE)
        words = [str(lake / f"part-{piece:03}.parquet"), str(size), str(SLICES), str(piece)]
        made = common.measure([sys.executable, "-c", MAKE, *words], cwd=folder)
        found, seventh = map(int, made.out.split())
        failures, at_7 = failures + found, at_7 + seventh
    alone = common.measure(
        [*NINEMARCH, "analyze", str(lake), "--success", "passed", "--by", "site", "--json"], cwd=folder
    )
    document = json.loads(alone.out)
    sites = {each["where"]["site"]: each["rate"]["failures"] for each in document["slices"]}
    if (document["counts"]["fail"], sites["7"]) != (failures, at_7):
        msg = f"counted {document['counts']['fail']:,} failures, {failures:,} were put in"
        raise SystemExit(msg)
    words = ["analyze", str(lake), "--success", "passed", "--by", "language", "--group", "item", "--json"]
    grouped = common.measure([*NINEMARCH, *words], cwd=folder) if rows <= PIECE else None
    return {
        "rows": rows,
        "slices": len(sites),
        "cpu_s": round(alone.cpu, 2),
        "wall_s": round(alone.wall, 2),
        "peak_mb": alone.peak_mb,
        "grouped_cpu_s": round(grouped.cpu, 2) if grouped else "-",
        "grouped_peak_mb": grouped.peak_mb if grouped else "-",
        "file_mb": round(sum(each.stat().st_size for each in lake.iterdir()) / 1e6, 1),
    }


if __name__ == "__main__":
    main()
