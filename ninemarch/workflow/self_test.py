"""A suite's own self-test: is what it measures with real? Run before every run; one that fails makes the run invalid.

Covers calling the function that the suite file names under ``self_test`` and what its word is worth. A suite whose
world has faults proves there that each of them reaches the target; nothing of this is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

from ninemarch.errors import RunInvalid, SuiteError
from ninemarch.model import Suite
from ninemarch.suite import resolve
from ninemarch.text import excerpt, fault

__all__ = ["Proof", "require_proofs", "self_test"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What one part of a self-test showed.

    Args:
        name: what was tested.
        holds: whether it is as it should be.
        says: what was seen, in a line; hostile text.
    """

    name: str
    holds: bool
    says: str


def self_test(suite: Suite) -> tuple[Proof, ...]:
    """Run the suite's self-test; none where the suite has none.

    Raises:
        SuiteError: it cannot be had, raises, or returns something else than (name, whether it holds, what was seen).
    """
    if not suite.self_test:
        return ()
    function = resolve(suite.self_test, suite.folder)
    try:
        found = [tuple(each) for each in function()]
    except (Exception, SystemExit) as error:
        msg = f"self_test: python: {suite.self_test} failed: {fault(error)}; mend it"
        raise SuiteError(msg) from error
    for each in found:
        if [type(part) for part in each] != [str, bool, str]:
            msg = (
                f"self_test: python: {suite.self_test} returned {excerpt(each, 80)}; allowed: (name, True or False, "
                "what was seen) for everything that it tests"
            )
            raise SuiteError(msg)
    if not found:
        msg = f"self_test: python: {suite.self_test} returned nothing; allowed: one or more results"
        raise SuiteError(msg)
    return tuple(Proof(*each) for each in found)


def require_proofs(suite: Suite) -> None:
    """Run the suite's self-test before a run.

    Raises:
        RunInvalid: a part of it does not hold: no trial of this run would mean what it says.
        SuiteError: as for ``self_test``.
    """
    broken = [proof for proof in self_test(suite) if not proof.holds]
    if broken:
        first = f"{excerpt(broken[0].name, 80)}: {excerpt(broken[0].says, 200)}"
        msg = (
            f"the self-test of suite {suite.name} does not hold ({len(broken)} of its parts; {first}); nothing was "
            f"run; see 'ninemarch suite verify {suite.origin or suite.name}'"
        )
        raise RunInvalid(msg)
