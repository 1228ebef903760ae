"""Suites built in Python: the same frozen object that ``loader`` reads from YAML.

Covers ``make`` only; the checks and hashes are the loader's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, Gate, Limits, Profile, Scenario, Seeds, Source, Suite, Trials
from ninemarch.suite.check_specs import check_content
from ninemarch.suite.loader import check_ids, check_levels, digest
from ninemarch.suite.rules import check_gates, name_checks


def make(  # noqa: PLR0913 - one keyword for each key of a suite file
    name: str,
    scenarios: Iterable[Scenario] | Callable[..., Any],
    *,
    checks: Sequence[CheckSpec | Callable[[Scenario, Any], Any]],
    profile: Mapping[str, Mapping[str, float]] | None = None,
    gates: Sequence[Gate] = (),
    trials: Trials | None = None,
    limits: Limits | None = None,
    seeds: Seeds | None = None,
    version: str = "1",
) -> Suite:
    """Build a suite in Python: the same object that ``load`` reads from YAML.

    Args:
        name: the suite's name.
        scenarios: scenarios, or a generator: a pure function of (levels, ``random.Random``) to a dict.
        checks: check specs, or functions of (scenario, output); all must hold.
        profile: attribute -> level -> weight; each attribute sums to 1.
        gates: requirements; see ``Gate``.
        trials: how many; ``Trials()`` by default.
        limits: limits; ``Limits()`` by default.
        seeds: seed ranges; ``Seeds()`` by default.
        version: changes the hash; raise it when a function that Python cannot show the source of changes.

    Raises:
        SuiteError: duplicate ids, no scenario, wrong weights.
    """
    source = Source(generator=scenarios) if callable(scenarios) else Source(scenarios=tuple(scenarios))
    check_ids([source], f"suite {name}")
    if not checks:
        msg = f"suite {name}: checks is empty; give at least one check"
        raise SuiteError(msg)
    levels = {key: check_levels(value, f"suite {name}: attribute {key}") for key, value in (profile or {}).items()}
    specs = name_checks(
        [
            check
            if isinstance(check, CheckSpec)
            else CheckSpec("python", {"name": _qualified(check)}, function=check)
            for check in checks
        ],
        f"suite {name}",
    )
    check_gates(gates, specs, f"suite {name}")
    content = [_qualified(source.generator)] if source.generator else [repr(s) for s in source.scenarios]
    return Suite(
        name=name,
        version=version,
        sources=(source,),
        checks=specs,
        profiles={"default": Profile("default", levels)},
        default_profile="default",
        gates=tuple(gates),
        trials=trials or Trials(),
        limits=limits or Limits(),
        seeds=seeds or Seeds(),
        scenarios_hash=digest({"format": 1, "scenarios": content, "profile": levels, "version": version}),
        checks_hash=digest([[*check_content(spec), version] for spec in specs]),
    )


def _qualified(function: Any) -> str:
    """Name and source of a function, for the hash; the name alone where Python has no source."""
    name = f"{getattr(function, '__module__', '?')}:{getattr(function, '__qualname__', type(function).__name__)}"
    try:
        return f"{name}\n{inspect.getsource(function)}"
    except (OSError, TypeError):
        return name
