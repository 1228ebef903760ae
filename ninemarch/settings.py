"""Options that need not stand on the command line: where each value comes from, and which one wins.

Covers ``ninemarch.toml``, ``[tool.ninemarch]`` of ``pyproject.toml`` and ``NINEMARCH_*``. The order is: option, then
environment, then suite, then file, then default. The file is looked for in the working folder and above it, up to the
folder of the git repository; outside a repository in the working folder only, since a folder above may be anybody's.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from ninemarch.errors import UsageError, nearest
from ninemarch.text import excerpt

__all__ = ["KEYS", "Key", "Setting", "Settings", "read_settings"]

Value = str | int | bool
_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_MOST_BYTES = 1_000_000
_PRICES = "prices"  # the one key that is a table


@dataclass(frozen=True, slots=True)
class Key:
    """One option.

    Args:
        name: as in the file; in capitals after ``NINEMARCH_`` in the environment.
        what: what it is, in a few words.
        default: its value where nobody says anything; its type is the option's.
        choices: the only texts allowed, if any.
        most: largest number allowed.
    """

    name: str
    what: str
    default: Value
    choices: tuple[str, ...] = ()
    most: int = 0

    @property
    def variable(self) -> str:
        """Its variable in the environment."""
        return f"NINEMARCH_{self.name.upper()}"

    def read(self, value: Any, place: str) -> Value:
        """Return a value of the right type.

        Args:
            value: as it stands in a TOML file.
            place: where, for the message.

        Raises:
            UsageError: anything else.
        """
        if type(value) is type(self.default):
            if isinstance(value, bool):
                return value
            if isinstance(value, int) and 1 <= value <= self.most:
                return value
            if isinstance(value, str) and value and (not self.choices or value in self.choices):
                return value
        msg = f"{place}: {self.name}={excerpt(value, 60)}; give {self._allowed()}"
        raise UsageError(msg)

    def parse(self, text: str, place: str) -> Value:
        """As ``read``, of a text from the environment."""
        if isinstance(self.default, bool):
            return self.read(_BOOLEANS.get(text.lower(), text), place)
        if isinstance(self.default, int):
            return self.read(int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text, place)
        return self.read(text, place)

    def _allowed(self) -> str:
        if isinstance(self.default, bool):
            return "true or false"
        if isinstance(self.default, int):
            return f"a whole number from 1 to {self.most:,}"
        return f"one of {', '.join(self.choices)}" if self.choices else "a text"


KEYS: Mapping[str, Key] = {
    key.name: key
    for key in (
        Key("suite", "suite of run where none is given", ""),
        Key("trials", "trials of a run, where the suite does not say", 1000, most=10**9),
        Key("stop", "sequential or fixed, where the suite does not say", "sequential", ("sequential", "fixed")),
        Key("report", "HTML page of run", ""),
        Key("junit", "JUnit file of run and gate", ""),
        Key("junit_skip", "in JUnit, NOT PROVEN is skipped", default=False),
        Key("github", "annotations, step summary and outputs for GitHub Actions", default=False),
    )
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A value, and where it comes from: ``option``, a variable, ``suite``, a file's name, or ``default``."""

    value: Value
    origin: str

    @property
    def outside(self) -> bool:
        """Whether it was said outside of the suite."""
        return self.origin not in {"suite", "default"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What file and environment say.

    Args:
        file: values of the file.
        place: the file's name; empty without one.
        environment: variables.
        prices: name of a model -> US dollars for a million tokens ``in``, ``out`` and ``cached``.
    """

    file: Mapping[str, Value] = field(default_factory=dict)
    place: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def find(self, name: str, given: Value | None = None, suite: Value | None = None) -> Setting:
        """Return the value that wins.

        Args:
            name: one of ``KEYS``.
            given: on the command line; None or an empty text where it was not.
            suite: in the suite; None where it says nothing.

        Raises:
            UsageError: the variable holds something else.

        Examples:
            >>> Settings({"trials": 7}, "ninemarch.toml").find("trials", suite=5)
            Setting(value=5, origin='suite')
        """
        key = KEYS[name]
        if given is not None and given != "":
            return Setting(given, "option")
        if text := self.environment.get(key.variable, ""):
            return Setting(key.parse(text, key.variable), key.variable)
        if suite is not None:
            return Setting(suite, "suite")
        if name in self.file:
            return Setting(self.file[name], self.place)
        return Setting(key.default, "default")


def read_settings(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Return what file and environment say.

    Args:
        environment: variables; the process's own by default.
        folder: where to look for the file; the working folder by default.

    Raises:
        UsageError: the file cannot be read, or holds an unknown key or a wrong value.
    """
    here = (folder or Path()).resolve()
    variables = os.environ if environment is None else environment
    for place in _places(here):
        found = {name: table for name in ("ninemarch.toml", "pyproject.toml") if (table := _table(place / name))}
        if len(found) > 1:
            _refuse(str(place), "ninemarch.toml and [tool.ninemarch] of pyproject.toml both say something; keep one")
        for name, table in found.items():
            rest = {key: value for key, value in table.items() if key != _PRICES}
            return Settings(dict(_values(rest, name)), name, variables, _prices(table.get(_PRICES, {}), name))
    return Settings({}, "", variables)


def _places(here: Path) -> Iterator[Path]:
    """The folders that may hold the file, the nearest first."""
    above = [here, *here.parents]
    root = next((place for place in above if (place / ".git").exists()), here)
    return (place for place in above if place == root or root in place.parents)


def _table(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            _refuse(str(path), f"more than {_MOST_BYTES:,} bytes")
        document = tomllib.loads(content.decode())
    except FileNotFoundError:
        return {}
    except OSError as error:
        _refuse(str(path), f"cannot be read: {error.strerror or error}")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        _refuse(str(path), f"is not TOML: {excerpt(str(error), 200)}")
    if path.name == "pyproject.toml":
        tools = document.get("tool", {})
        document = tools.get("ninemarch", {}) if isinstance(tools, dict) else {}
    if not isinstance(document, dict):
        _refuse(str(path), "tool.ninemarch is no table; write [tool.ninemarch]")
    return document


def _values(table: Mapping[str, Any], name: str) -> Iterator[tuple[str, Value]]:
    for key, value in table.items():
        if key not in KEYS:
            _refuse(name, f"unknown key '{excerpt(key, 60)}'{nearest(key, KEYS)}; known: {', '.join(KEYS)}")
        yield key, KEYS[key].read(value, name)


def _prices(table: Any, name: str) -> Mapping[str, Mapping[str, float]]:
    """The table ``[prices."MODEL"]``, checked."""
    for model, price in table.items() if isinstance(table, dict) else [("", table)]:
        whole = isinstance(price, dict) and {"in", "out"} <= price.keys() <= {"in", "out", "cached"}
        if not whole or not all(type(each) in {int, float} and 0 <= each < math.inf for each in price.values()):
            place = f'prices."{excerpt(model, 60)}"' if model else _PRICES
            _refuse(name, f'{place} is no price; write [prices."MODEL"] with in = 0.5, out = 2')
    return table  # type: ignore[no-any-return]


def _refuse(name: str, what: str) -> NoReturn:
    msg = f"{name}: {what}"
    raise UsageError(msg)
