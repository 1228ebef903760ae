"""Reading a kept file: its JSON, and the three words at its head that say what it is.

Covers what every kept file of one JSON document shares. Whether its content adds up is each file's own business.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from ninemarch.text import excerpt

__all__ = ["read_kept"]


def read_kept(
    path: Path, form: Any, refuse: Callable[[Path, str], NoReturn], *, kind: str, version: int, called: str, none: str
) -> Any:
    """Return the content of a kept file, None where there is no file.

    Args:
        path: the file.
        form: the type of its content, with the fields ``ninemarch`` (version) and ``kind``.
        refuse: raises, told what is wrong.
        kind: what the file must say that it is.
        version: its version.
        called: what such a file is called, e.g. ``a baseline``.
        none: what a file of another form is, e.g. ``is no baseline``.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=form)
    except FileNotFoundError:
        return None
    except OSError as error:
        refuse(path, f"cannot be read: {error.strerror or error}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        refuse(path, f"{none} ({error})")
    if (found.ninemarch, found.kind) != (version, kind):
        refuse(path, f"is {excerpt(found.kind, 20)} of version {found.ninemarch}, not {called} of version {version}")
    return found
