"""Checks of text: ``contains``, ``not_contains``, ``regex``, ``not_regex``.

Covers plain substrings (with folding, at word boundaries) and RE2 patterns, which need time linear in the text,
whatever a target wrote into it. What is not text is read as one line of JSON.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ninemarch.checks.base import Check, Compare, as_text, compared, need
from ninemarch.checks.compare import folded
from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, Suite
from ninemarch.text import excerpt, scrub

__all__ = ["compile_contains", "compile_not_contains", "compile_not_regex", "compile_regex", "contains", "regex"]


def compile_contains(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - every compiler takes the suite
    """Return the check that all texts are there."""
    return compared(contains(**spec.params))


def compile_not_contains(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - as above
    """Return the check that none of the texts is there."""
    return compared(contains(**spec.params, wanted=False))


def compile_regex(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - as above
    """Return the check that all patterns match."""
    return compared(regex(**spec.params))


def compile_not_regex(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - as above
    """Return the check that no pattern matches."""
    return compared(regex(**spec.params, wanted=False))


def contains(
    text: Collection[str] = (), *, fold: Collection[str] = (), words: bool = False, wanted: bool = True
) -> Compare:
    """Return a check that the output holds all of the texts (or, not ``wanted``, none).

    Args:
        text: what to look for; the scenario's expectation (a text, a number or a list of them) where empty.
        fold: what to ignore, as in ``exact``.
        words: only where no letter or digit stands beside it: ``4`` is not in ``14``.
        wanted: whether the texts must be there.
    """

    def compare(expect: Any, output: Any) -> str | None:
        whole = folded(as_text(output), fold)
        for needle in text or _needles(expect):
            sought = folded(needle, fold)
            if not sought:
                msg = f"looks for {excerpt(needle, 40) or 'an empty text'}, of which nothing is left: all holds it"
                raise TypeError(msg)
            if (_alone(sought, whole) if words else sought in whole) is not wanted:
                return f"{'does not contain' if wanted else 'contains'} {excerpt(needle, 80)}: {excerpt(output, 120)}"
        return None

    return compare


def _needles(expect: Any) -> Iterator[str]:
    each = expect if isinstance(expect, list | tuple) else [expect]
    if not each or any(isinstance(one, dict | list | tuple | None) for one in each):
        msg = f"the scenario expects {excerpt(expect, 60)}; allowed: a text, a number, or a list of them"
        raise TypeError(msg)
    return map(as_text, each)


def _alone(needle: str, whole: str) -> bool:
    at = whole.find(needle)
    while at >= 0:
        end = at + len(needle)
        if not (whole[at - 1 : at].isalnum() or whole[end : end + 1].isalnum()):
            return True
        at = whole.find(needle, at + 1)
    return False


def regex(pattern: Collection[str], *, full: bool = False, wanted: bool = True) -> Compare:
    """Return a check that all RE2 patterns match the output (or, not ``wanted``, that none does).

    Args:
        pattern: RE2 patterns, https://github.com/google/re2/wiki/Syntax: no look-around, no back-reference.
        full: a pattern must match the whole text, not a part of it.
        wanted: whether the patterns must match.

    Raises:
        SuiteError: RE2 is not installed, or a pattern is not valid in it.
    """
    re2 = need("re2", "regex" if wanted else "not_regex")
    options = re2.Options()
    options.log_errors = False
    compiled = [(each, _compiled(re2, each, options)) for each in pattern]

    def compare(expect: Any, output: Any) -> str | None:  # noqa: ARG001 - the pattern is the expectation
        raw = scrub(as_text(output)).encode()
        for source, matcher in compiled:
            if ((matcher.fullmatch if full else matcher.search)(raw) is not None) is not wanted:
                return f"{'does not match' if wanted else 'matches'} {excerpt(source, 80)}: {excerpt(output, 120)}"
        return None

    return compare


def _compiled(re2: Any, pattern: str, options: Any) -> Any:
    try:
        return re2.compile(pattern.encode(), options)
    except re2.error as error:
        said = error.args[0].decode("utf-8", "replace") if error.args else "it cannot be read"
        msg = (
            f"regex: {excerpt(pattern, 80)} is not a pattern of RE2: {excerpt(said, 100)}; look-around and "
            "back-references are not allowed, they take exponential time on some texts; combine several checks"
        )
        raise SuiteError(msg) from error
