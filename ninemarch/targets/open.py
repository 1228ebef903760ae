"""From a target's spec to an opened target, whatever its kind.

Covers the table of kinds; each kind lives in a module of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from ninemarch.errors import SuiteError, UsageError, nearest
from ninemarch.model import Suite, TargetSpec
from ninemarch.targets import chat, command, controls, http, python
from ninemarch.targets.base import Kind, Target
from ninemarch.text import excerpt

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        python.KIND,
        controls.KIND,
        chat.OPENAI,
        chat.ANTHROPIC,
        http.KIND,
        command.KIND,
    )
}


def parse_target(text: str) -> TargetSpec:
    """Return the spec that ``--target`` names, such as ``python:module:name`` or ``control:coin:0.99``.

    Raises:
        UsageError: another form.

    Examples:
        >>> parse_target("control:coin:0.99").params
        {'p': 0.99}
    """
    address = text.startswith(("http://", "https://"))
    name, _, rest = ("http", "", text) if address else text.partition(":")
    kind = KINDS.get(name)
    spec = kind.parse(rest) if kind else None
    if spec is None:
        hint = "" if kind else nearest(name, KINDS)
        forms = [kind.form] if kind else [each.form for each in KINDS.values()]
        msg = f"--target {excerpt(text, 80)} is not understood{hint}; write {' or '.join(forms)}"
        raise UsageError(msg)
    return spec


def open_target(spec: TargetSpec, suite: Suite) -> Target:
    """Import, make and classify a target; its own set-up happens here, outside every trial's time.

    Close what comes back, or use it in a ``with`` block: what a factory made may hold a server or a process, and its
    method ``close`` is called then.

    Raises:
        SuiteError: what it names cannot be had, is not callable, or its factory fails.
    """
    return _kind(spec).open(spec, suite)


def check_target(spec: TargetSpec, suite: Suite) -> None:
    """Look up what a target names, running as little of it as possible.

    Raises:
        SuiteError: it cannot be had.
    """
    kind = _kind(spec)
    (kind.check or kind.open)(spec, suite)


def _kind(spec: TargetSpec) -> Kind:
    kind = KINDS.get(spec.kind)
    if kind is None:
        hint, known = nearest(spec.kind, KINDS), ", ".join(KINDS)
        msg = f"target kind '{excerpt(spec.kind, 40)}' is not known{hint}; known: {known}"
        raise SuiteError(msg)
    return kind
