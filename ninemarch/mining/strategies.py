"""Scenarios from Hypothesis: examples of a strategy, and strategies made from a JSON schema.

Covers Hypothesis as a generator only. It draws few values twice and favours odd ones, so its examples are no sample
of real use; a failure that is random confuses its shrinking; and it reseeds the global random generators. So a list
of examples is drawn first, under a seed, and the generators are put back. An example is stored with its trial:
another version of Hypothesis draws others.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ninemarch.errors import SuiteError
from ninemarch.text import excerpt, fault

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["draw_examples", "schema_strategy"]

_MISSING = (
    "Hypothesis is not installed, and a hunt source needs it; install it with: "
    "python -m pip install 'ninemarch[hunt]'"
)


def draw_examples(strategy: Any, *, count: int, seed: int, name: str = "hunt") -> list[Any]:
    """Return up to ``count`` examples; fewer where the strategy has no more.

    Args:
        strategy: a Hypothesis strategy, or a function without arguments that returns one.
        count: how many at most, >= 1.
        seed: the same seed, strategy and version of Hypothesis give the same examples.
        name: how a message calls the strategy.

    Raises:
        SuiteError: Hypothesis is missing, it is no strategy, or drawing from it fails.
    """
    try:
        import hypothesis  # noqa: PLC0415 - an extra
        from hypothesis.strategies import SearchStrategy  # noqa: PLC0415
    except ImportError as error:
        raise SuiteError(_MISSING) from error
    if not isinstance(strategy, SearchStrategy) and callable(strategy):
        strategy = _called(strategy, name)
    if not isinstance(strategy, SearchStrategy):
        msg = f"{name}: it is a {type(strategy).__name__}; give a Hypothesis strategy, or a function that returns one"
        raise SuiteError(msg)
    found: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def draw(example: Any) -> None:
        found.append(example)

    with _undisturbed():
        try:
            draw()
        except Exception as error:
            msg = f"{name}: drawing from the strategy failed: {fault(error)}; mend the strategy"
            raise SuiteError(msg) from error
    return found[:count]


def _called(make: Callable[[], Any], name: str) -> Any:
    try:
        return make()
    except (Exception, SystemExit) as error:
        msg = f"{name}: making the strategy failed: {fault(error)}; mend the function"
        raise SuiteError(msg) from error


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the global random generators, and Hypothesis's files out of the folder one works in."""
    from hypothesis import configuration  # noqa: PLC0415

    numpy = sys.modules.get("numpy")
    before = random.getstate()
    legacy = numpy.random.get_state() if numpy else None
    with tempfile.TemporaryDirectory() as folder:
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(None)
            random.setstate(before)
            if numpy and legacy is not None:
                numpy.random.set_state(legacy)


def schema_strategy(schema: Mapping[str, Any]) -> SearchStrategy[Any]:
    """Return a strategy of values that are valid under a JSON schema.

    The common keywords shape the values; every value is checked against the whole schema, so a rarer keyword costs
    draws, never validity.

    Raises:
        SuiteError: Hypothesis is missing, or the schema is not valid or beyond what can be built.
    """
    import jsonschema  # noqa: PLC0415 - slow to import

    try:
        from ninemarch.mining.schema_parts import Parts  # noqa: PLC0415 - needs an extra
    except ImportError as error:
        raise SuiteError(_MISSING) from error
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(dict(schema))
    except jsonschema.SchemaError as error:
        msg = f"hunt: json_schema: the schema is not valid: {excerpt(error.message, 200)}"
        raise SuiteError(msg) from error
    return Parts(schema).whole().filter(kind(dict(schema)).is_valid)
