"""Compares a rebuilt example page with the one that the repository holds: the same numbers, release by release.

Covers what the pages say of every release (counts, rates, bounds, verdicts); not run ids, dates and times. Used by
``nox -s examples``; ends with 1 and says what differs.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any

_FLEETING = {"run", "created", "ninemarch", "python", "commands", "command", "action", "argv", "origin"}


def numbers(page: Path) -> Any:
    """The JSON document that a page offers, without what differs from run to run."""
    found = re.search(r"data:application/json;base64,([A-Za-z0-9+/=]+)", page.read_text(encoding="utf-8"))
    if not found:
        raise SystemExit(f"{page}: it offers no document")
    return _lasting(json.loads(base64.b64decode(found[1])))


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(part) for name, part in value.items() if name not in _FLEETING}
    return [_lasting(part) for part in value] if isinstance(value, list) else value


def _differences(old: Any, new: Any, place: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        names = sorted({*old, *new})
        return [line for n in names for line in _differences(old.get(n), new.get(n), f"{place}.{n}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            line for i, pair in enumerate(zip(old, new, strict=True)) for line in _differences(*pair, f"{place}[{i}]")
        ]
    return [] if old == new else [f"{place}: {old!r} became {new!r}"]


def main() -> None:
    """Compare the two pages that are named."""
    old, new = map(Path, sys.argv[1:3])
    found = _differences(numbers(old), numbers(new))
    for line in found[:40]:
        sys.stdout.write(line[:200] + "\n")
    sys.stdout.write(f"{new.name}: {f'{len(found)} numbers differ' if found else 'the same numbers'}\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
