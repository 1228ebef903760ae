"""What the calls of a run over a network took: tries, waiting, time to the first token.

Covers sums over the table; a run without such calls has none.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ninemarch import table
from ninemarch.model import Requests

__all__ = ["read_requests"]


def read_requests(path: Path) -> Requests | None:
    """Return what the calls of the run whose table lies at ``path`` took; None where nothing went over a network.

    Raises:
        RunInvalid: the table is damaged.
    """
    trials = tries = 0
    waited, first = 0.0, []
    for batch in table.stream(path, ["tries", "waited", "first_token"]):
        if batch["tries"].null_count == len(batch):
            continue
        sent = batch["tries"].drop_null().to_numpy()
        trials += len(sent)
        tries += int(sent.sum())
        waited += float(batch["waited"].drop_null().to_numpy().sum())
        first.append(batch["first_token"].drop_null().to_numpy().astype(np.float32))
    if not trials:
        return None
    seconds = np.concatenate(first)
    if not seconds.size:
        return Requests(trials, tries, waited)
    half, slow = np.quantile(seconds, [0.5, 0.95]).tolist()
    return Requests(trials, tries, waited, (half, slow))
