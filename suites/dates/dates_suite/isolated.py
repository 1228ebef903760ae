"""Babel locales whose data do not depend on which locale was used before them.

Covers a known fault of Babel (issue 1234, present in 2.16 to 2.18): a resolved alias is written back into a
dictionary that locales share, so after Hebrew ``LLLL`` every other locale's stand-alone months may be Hebrew.
A scenario must be the same on every machine and in every order, so the parts that dates need are copied per
locale before anything is resolved. Does not touch Babel's own cache, except to drop it when it is spoilt.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from babel import Locale, localedata

__all__ = ["locale"]

_PARTS = (
    "months", "days", "eras", "day_periods", "day_period_rules", "date_formats", "time_formats",
    "datetime_formats", "datetime_skeletons",
)  # fmt: skip


class _SpoiltError(LookupError):
    """Babel's cache holds an alias that was resolved for another locale."""


def _copy(node: Any) -> Any:
    """A copy of nested dictionaries and partial aliases; leaves are shared, they are never changed."""
    if isinstance(node, localedata.LocaleDataDict):
        raise _SpoiltError
    if isinstance(node, dict):
        return {key: _copy(value) for key, value in node.items()}
    if isinstance(node, tuple) and len(node) == 2 and isinstance(node[1], dict):
        return node[0], _copy(node[1])
    return node


class _IsolatedLocale(Locale):  # type: ignore[misc]  # Babel is not checked
    """A Babel locale over its own copy of the data."""

    _own: Any = None

    @property
    def _data(self) -> Any:
        if self._own is None:
            self._own = localedata.LocaleDataDict(_read(str(self)))
        return self._own


def _read(identifier: str) -> dict[str, Any]:
    for _ in range(2):
        raw = dict(localedata.load(identifier))
        try:
            return raw | {part: _copy(raw[part]) for part in _PARTS if part in raw}
        except _SpoiltError:
            # Somebody in this process used Babel directly; a fresh read is clean until the next time.
            localedata._cache.clear()  # noqa: SLF001 - Babel has no public way to forget
    message = f"Babel's data of {identifier} are spoilt (Babel issue 1234)"
    raise LookupError(message)


@lru_cache(maxsize=2048)
def locale(identifier: str) -> Any:
    """Babel's locale for ``identifier``, e.g. ``"de_AT"``, with data of its own.

    Raises:
        babel.UnknownLocaleError: Babel does not know the locale.
        ValueError: the identifier is not one.
    """
    return _IsolatedLocale.parse(identifier)
