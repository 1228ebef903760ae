"""The table of checks: kind -> what compiles it.

Covers finding the compiler, the parts of ``any``, ``all`` and ``not``, and what a check looks at. A kind joins by a
line here, a field of ``PartModel`` in ``ninemarch.suite.check_schema`` and a row in docs/checks.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ninemarch.checks import code, combine, compare, lists, paths, spent, texts, tools
from ninemarch.checks.base import Check, Compiler, guarded
from ninemarch.checks.focus import focused
from ninemarch.checks.judging import compile_judge
from ninemarch.errors import SuiteError, nearest
from ninemarch.model import CheckSpec, Focus, Suite
from ninemarch.text import excerpt

__all__ = ["COMPILERS", "compile_check"]

COMPILERS: Mapping[str, Compiler] = MappingProxyType(
    {
        "exact": compare.compile_exact,
        "number": compare.compile_number,
        "json_schema": compare.compile_schema,
        "contains": texts.compile_contains,
        "not_contains": texts.compile_not_contains,
        "regex": texts.compile_regex,
        "not_regex": texts.compile_not_regex,
        "json_path": paths.compile_path,
        "set": lists.compile_set,
        "order": lists.compile_order,
        "tools": tools.compile_tools,
        "spent": spent.compile_spent,
        "python": code.compile_function,
        "judge": compile_judge,
    }
)
_COMBINED: Mapping[str, combine.Combiner] = MappingProxyType(
    {"any": combine.any_of, "all": combine.all_of, "not": combine.not_of}
)


def compile_check(spec: CheckSpec, suite: Suite) -> Check:
    """Return the check that ``spec`` describes; what breaks in it is a finding, never an exception.

    Raises:
        SuiteError: unknown kind, code or a module that cannot be had, or a parameter that is not valid.
    """
    kind = "python" if spec.function is not None else spec.kind
    if kind in _COMBINED:
        check = _COMBINED[kind]([compile_check(part, suite) for part in spec.parts])
    elif kind in COMPILERS:
        check = COMPILERS[kind](spec, suite)
    else:
        known = [*COMPILERS, *_COMBINED]
        msg = f"check kind '{excerpt(kind, 40)}' is not known{nearest(kind, known)}; allowed: {', '.join(known)}"
        raise SuiteError(msg)
    return guarded(check if spec.focus == Focus() else focused(check, spec.focus, suite))
