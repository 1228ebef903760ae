"""``waivers.toml``: what people decided to live with, for at most 30 days.

Covers reading it strictly. An entry that cannot be meant as it stands is an error before anything runs: a waiver that
silently matches nothing, or everything, is worse than none.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from ninemarch.errors import UsageError, nearest
from ninemarch.model import Ended, Match, Waiver
from ninemarch.text import excerpt

__all__ = ["WAIVERS_FILE", "load_waivers"]

WAIVERS_FILE = "waivers.toml"
MOST_DAYS = 30
_MOST_BYTES = 1_000_000
_MOST_ENTRIES = 200
_MOST_TEXT = 500
_TABLES = {"waiver": False, "quarantine": True}
_TEXTS = ("reason", "owner", "issue")
_KEYS = ("match", *_TEXTS, "created", "expires", "suite")
_MATCH = ("scenario", "attributes", "check", "kind", "text")
_KINDS = ("silent", "loud", *(ended.value for ended in Ended))


def load_waivers(suite: str, folders: Iterable[Path]) -> tuple[Waiver, ...]:
    """Return the entries that concern a suite, of every ``waivers.toml`` in these folders, each file once.

    Args:
        suite: name of the suite; entries that name another one are left out.
        folders: where a file may lie; a missing one is no error.

    Raises:
        UsageError: a file cannot be read, or says what is not allowed.
    """
    files = dict.fromkeys((folder / WAIVERS_FILE).resolve() for folder in folders)
    return tuple(waiver for path in files for named, waiver in _entries(path) if named in {"", suite})


def _entries(path: Path) -> Iterator[tuple[str, Waiver]]:
    """The suite that an entry names, and the entry."""
    document = _document(path)
    _only(path.name, document, _TABLES)
    for table, quarantine in _TABLES.items():
        found = document.get(table, [])
        if not isinstance(found, list):
            _refuse(path.name, f"{table} is no list of entries; write [[{table}]]")
        if len(found) > _MOST_ENTRIES:
            _refuse(path.name, f"{len(found):,} entries of [[{table}]]; at most {_MOST_ENTRIES} are read")
        for place, entry in enumerate(found, 1):
            yield _entry(f"{path.name}, {table} {place}", entry, quarantine=quarantine)


def _document(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            _refuse(str(path), f"more than {_MOST_BYTES:,} bytes")
        return tomllib.loads(content.decode())
    except FileNotFoundError:
        return {}
    except OSError as error:
        _refuse(str(path), f"cannot be read: {error.strerror or error}")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        _refuse(str(path), f"is not TOML: {excerpt(str(error), 200)}")


def _entry(name: str, entry: Any, *, quarantine: bool) -> tuple[str, Waiver]:
    if not isinstance(entry, dict):
        _refuse(name, "is no table of keys and values")
    _only(name, entry, _KEYS)
    for key in _KEYS[:-1]:
        if key not in entry:
            _refuse(name, f"'{key}' is missing; give {', '.join(_KEYS[:-1])}")
    created, expires = (_day(name, entry, key) for key in ("created", "expires"))
    if not 0 <= (expires - created).days <= MOST_DAYS:
        _refuse(name, f"expires={expires}, created={created}; at most {MOST_DAYS} days lie between them")
    waiver = Waiver(
        name=name,
        match=_match(name, entry["match"], quarantine=quarantine),
        **{key: _text(name, entry, key) for key in _TEXTS},
        created=created,
        expires=expires,
        quarantine=quarantine,
    )
    return (_text(name, entry, "suite") if "suite" in entry else ""), waiver


def _match(name: str, given: Any, *, quarantine: bool) -> Match:
    if not isinstance(given, dict) or not given:
        _refuse(name, f"match must say what is meant, by at least one of {', '.join(_MATCH)}")
    allowed = _MATCH[:1] if quarantine else _MATCH
    _only(f"{name}, match", given, allowed)
    texts = {key: _text(name, given, key) for key in given if key != "attributes"}
    if not texts.get("scenario", "x").strip("*"):
        _refuse(name, "match.scenario=* would cover every scenario; name the ones that are meant")
    attributes = given.get("attributes", {})
    if not isinstance(attributes, dict) or ("attributes" in given and not attributes):
        _refuse(name, 'match.attributes must name levels, e.g. {language = "de"}')
    match = Match(**texts, attributes={key: _text(name, attributes, key) for key in attributes})
    if match.kind and match.kind not in _KINDS and not match.names_cluster:
        known = f"{', '.join(_KINDS)}, or the id of a cluster that 'ninemarch mine' shows"
        _refuse(name, f"match.kind={excerpt(match.kind, 60)}{nearest(match.kind, _KINDS)}; allowed: {known}")
    return match


def _text(name: str, entry: Mapping[str, Any], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip() or len(value) > _MOST_TEXT:
        _refuse(name, f"{excerpt(key, 60)}={excerpt(value, 60)}; give a text of 1 to {_MOST_TEXT} characters")
    return value


def _day(name: str, entry: Mapping[str, Any], key: str) -> date:
    value = entry[key]
    if not isinstance(value, date) or isinstance(value, datetime):
        _refuse(name, f"{key}={excerpt(str(value), 60)} is no day; write it without quotes, e.g. {key} = 2026-01-31")
    return value


def _only(name: str, entry: Mapping[str, Any], known: Iterable[str]) -> None:
    for key in entry:
        if key not in known:
            listed = ", ".join(known)
            _refuse(name, f"unknown key '{excerpt(key, 60)}'{nearest(key, known)}; known: {listed}")


def _refuse(name: str, what: str) -> NoReturn:
    msg = f"{name}: {what}"
    raise UsageError(msg)
