"""Templates of messages against labelled logs: agreement by system, and the CPU time of 100,000 messages.

Covers ``ninemarch.mining.templates`` only. Takes the folder of the logs (one ``*.jsonl.gz`` a system, each line with
``text`` and ``label``); they have a licence of their own and are not part of the project.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from math import comb
from pathlib import Path

from common import note, table, write

from ninemarch.mining.templates import Templates

MESSAGES = 100_000


def adjusted_rand(first: Sequence[object], second: Sequence[object]) -> float:
    """Agreement of two groupings: 1 for the same one, 0 for chance. L. Hubert and P. Arabie (1985), equation 5."""
    both, one, two = (_pairs(c) for c in (zip(first, second, strict=True), first, second))
    chance = one * two / comb(len(first), 2)
    most = (one + two) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def _pairs(values: Iterable[object]) -> int:
    return sum(comb(many, 2) for many in Counter(values).values())


def main() -> None:
    """Print the table and write results/clusters.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the labelled logs")
    systems, texts = {}, []
    for file in sorted(parser.parse_args().folder.glob("*.jsonl.gz")):
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
    write("clusters", {"systems": systems, "mean_ari": mean, "worst_ari": worst, "cpu_s_100000": seconds})


if __name__ == "__main__":
    main()
