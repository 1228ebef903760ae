"""What several keys of a suite say together, the same for a file and for a suite made in Python.

Covers the ids of gates and checks, and the gates that name checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, count

from ninemarch.errors import SuiteError, nearest
from ninemarch.model import CheckSpec, Gate, Severity
from ninemarch.text import excerpt

__all__ = ["check_gates", "name_checks"]


def name_checks(checks: Sequence[CheckSpec], place: str) -> tuple[CheckSpec, ...]:
    """Return the checks, each with an id: its own, else its kind, numbered where that is taken.

    Raises:
        SuiteError: an id stands twice or holds a comma, naming ``place``.
    """
    taken: set[str] = set()
    for check in checks:
        if check.id in taken:
            msg = f"{place}: check id '{check.id}' stands twice; give every check an id of its own"
            raise SuiteError(msg)
        if "," in check.id:
            msg = f"{place}: check id '{excerpt(check.id, 60)}' holds a comma, which stands between ids; leave it out"
            raise SuiteError(msg)
        taken |= {check.id} - {""}
    named = []
    for check in checks:
        names = chain([check.id or check.kind], (f"{check.kind}-{number}" for number in count(2)))
        name = check.id or next(name for name in names if name not in taken)
        taken.add(name)
        named.append(replace(check, id=name))
    return tuple(named)


def check_gates(gates: Sequence[Gate], checks: Sequence[CheckSpec], place: str) -> None:
    """Refuse gates with one id, and a gate that names a check which is not there or never fails a trial.

    Raises:
        SuiteError: naming ``place``.
    """
    ids, named = [check.id for check in checks], [gate.id for gate in gates]
    for gate in gates:
        if named.count(gate.id) > 1:
            msg = f"{place}: gate id '{gate.id}' stands twice; give every gate an id of its own"
            raise SuiteError(msg)
        if gate.check and gate.check not in ids:
            hint = nearest(gate.check, ids)
            msg = f"{place}: gate {gate.id}: no check has the id '{gate.check}'{hint}; known: {', '.join(ids)}"
            raise SuiteError(msg)
        if gate.check and checks[ids.index(gate.check)].severity is Severity.MINOR:
            msg = f"{place}: gate {gate.id}: check '{gate.check}' is minor, it fails no trial; make it major"
            raise SuiteError(msg)
