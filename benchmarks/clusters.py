"""Kinds of failure against what is known: templates on labelled logs, signatures on traces of injected faults.

Covers agreement (adjusted Rand index) and the CPU time of 100,000 messages. Takes the folder of the logs (one
``*.jsonl.gz`` a system, each line with ``text`` and ``label``); they have a licence of their own and are not part of
the project, so without a folder only the faults are measured.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import comb
from pathlib import Path
from typing import Any

from common import note, table, write
from faults import traces

from ninemarch.mining.signature import sign
from ninemarch.mining.templates import Templates
from ninemarch.model import Failure

MESSAGES = 100_000


def adjusted_rand(first: Sequence[object], second: Sequence[object]) -> float:
    """Agreement of two groupings: 1 for the same one, 0 for chance. L. Hubert and P. Arabie (1985), equation 5."""
    both, one, two = (_pairs(c) for c in (zip(first, second, strict=True), first, second))
    chance = one * two / comb(len(first), 2)
    most = (one + two) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def _pairs(values: Iterable[object]) -> int:
    return sum(comb(many, 2) for many in Counter(values).values())


def logs(folder: Path) -> dict[str, Any]:
    """Templates on labelled logs, and how long 100,000 different messages take."""
    systems, texts = {}, []
    for file in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        seen = Templates()
        found = [seen.add(row["text"]) for row in rows]
        labels = [row["label"] for row in rows]
        systems[file.name.split(".")[0]] = {
            "messages": len(rows),
            "labels": len(set(labels)),
            "templates": len(set(found)),
            "ari": round(adjusted_rand(found, labels), 3),
        }
        texts += [row["text"] for row in rows]
    rng = random.Random(0)
    messages = [f"{rng.choice(texts)} id{number}" for number in range(MESSAGES)]  # no two alike: nothing is cached
    note(f"{MESSAGES:,} messages, all different")
    start = time.process_time()
    seen = Templates()
    many = len({seen.add(message) for message in messages})
    seconds = round(time.process_time() - start, 2)
    scores = [float(each["ari"]) for each in systems.values()]
    mean, worst = round(sum(scores) / len(scores), 3), min(scores)
    table(
        ["system", "messages", "labels", "templates", "ARI"],
        [[name, *each.values()] for name, each in systems.items()],
    )
    print(f"mean ARI {mean}, worst {worst}; {MESSAGES:,} different messages: {many:,} templates, {seconds} CPU s")
    return {"systems": systems, "mean_ari": mean, "worst_ari": worst, "cpu_s_100000": seconds}


def faults(seed: int, many: int) -> dict[str, Any]:
    """Signatures of the traces of injected faults, beside simpler keys."""
    note(f"faults injected, seed {seed}: {many} a module")
    found = list(traces(seed=seed, faults=many))
    empty = dict.fromkeys(("reason", "input", "expect", "output", "detail"), "")
    blank = Failure(0, "s", "fail", silent=False, severity="major", attributes={}, ended="exception", **empty)
    signed = sign(replace(blank, number=number, detail=trace.detail) for number, trace in enumerate(found))
    labels = [trace.fault for trace in found]
    last = [trace.detail.strip().splitlines()[-1] for trace in found]
    keys = {
        "signature": [signature.id for signature in signed],
        "without_line": [signature.name.split(":")[0] + signature.name.split(" in ")[-1] for signature in signed],
        "exception_type": [line.partition(":")[0] for line in last],
        "message": last,
    }
    scores = {name: round(adjusted_rand(key, labels), 3) for name, key in keys.items()}
    return {
        "seed": seed,
        "traces": len(found),
        "faults": len(set(labels)),
        "clusters": len(set(keys["signature"])),
    } | scores


def main() -> None:
    """Print the tables and write results/clusters.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="folder of the labelled logs")
    parser.add_argument("--faults", type=int, default=7, help="faults of each module (about 10 CPU s each)")
    parser.add_argument("--seeds", type=int, default=2, help="how often, with other faults")
    options = parser.parse_args()
    found = logs(options.folder) if options.folder else {}
    rows = [faults(seed, options.faults) for seed in range(options.seeds)]
    table(list(rows[0]), [list(row.values()) for row in rows])
    write("clusters", {**found, "injected_faults": rows})


if __name__ == "__main__":
    main()
