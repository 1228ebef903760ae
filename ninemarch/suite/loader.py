"""From a suite file to the frozen Suite with its content hashes.

Covers what needs more than one value to check: unique ids, sums of weights, seeds that overlap, references.
Single values are checked by ``schema``.
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ninemarch.errors import SuiteError, nearest
from ninemarch.model import (
    DemoPlan,
    Gate,
    HuntSource,
    Limits,
    Price,
    Profile,
    Release,
    Seeds,
    Severity,
    Source,
    Suite,
    TargetSpec,
    Trials,
)
from ninemarch.suite import code
from ninemarch.suite.check_schema import CheckModel
from ninemarch.suite.check_specs import check_content, check_refs, check_spec, schema_of
from ninemarch.suite.messages import suite_error
from ninemarch.suite.rules import check_gates, name_checks
from ninemarch.suite.schema import (
    GateModel,
    HuntModel,
    SourceModel,
    SuiteModel,
    TargetModel,
    TrialsModel,
)
from ninemarch.suite.shipped import install_command, shipped_folder, shipped_names
from ninemarch.suite.sources import from_model, read_levels, read_scenarios
from ninemarch.suite.strict_yaml import Document, read_yaml
from ninemarch.suite.target_schema import KindModel
from ninemarch.suite.variant_schema import variant_spec
from ninemarch.text import excerpt


def load(origin: str | Path) -> Suite:
    """Read, validate and hash a suite.

    Args:
        origin: path of a YAML file, of a folder with a ``suite.yaml``, or the name of a shipped suite.

    Returns:
        The frozen suite; its generators are imported, its files are read.

    Raises:
        SuiteError: with file, line, what is allowed and what to do.
    """
    path = _locate(str(origin))
    document = read_yaml(path)
    if not isinstance(document.value, dict):
        msg = f"{path}: empty or not a mapping; a suite needs at least the keys ninemarch, suite, scenarios, checks"
        raise SuiteError(msg)
    try:
        model = SuiteModel.model_validate(document.value)
    except ValidationError as error:
        raise suite_error(error, document, str(path)) from error
    extra = install_command(path.parent)
    code.require(model.needs, extra)
    suite = _build(model, document, path, extra)
    return replace(suite, origin=str(origin))


def _locate(origin: str) -> Path:
    path = Path(origin)
    try:
        if path.is_dir():
            path = path / "suite.yaml"
        if path.is_file():
            return path.absolute()
    except (OSError, ValueError) as error:  # too long for a name, not allowed to look, a NUL in it
        msg = f"cannot look up the suite {excerpt(origin, 80)}: {error}; give a file that can be read"
        raise SuiteError(msg) from error
    if origin in shipped_names():
        return shipped_folder() / origin / "suite.yaml"
    shipped = ", ".join(shipped_names()) or "none"
    msg = (
        f"no such suite: {excerpt(origin, 200)}{nearest(origin, shipped_names())}; give a YAML file, "
        f"a folder with a suite.yaml, or a shipped suite ({shipped})"
    )
    raise SuiteError(msg)


def _build(model: SuiteModel, document: Document, path: Path, extra: str) -> Suite:
    folder = path.parent
    profiles, default = _profiles(model, folder, path)
    sources = tuple(_source(source, folder, extra) for source in model.scenarios if source.hunt is None)
    check_ids(sources, str(path))
    checks = name_checks([check_spec(check, folder) for check in model.checks], str(path))
    gates = tuple(map(_gate, model.gates))
    check_gates(gates, checks, str(path))
    return Suite(
        name=model.suite,
        title=model.title,
        effort_unit=model.effort_unit,
        version=model.version,
        sources=sources,
        checks=checks,
        profiles=profiles,
        default_profile=default,
        stress=_stress(model, profiles, default, path),
        target=_target(model.target),
        releases=_releases(model, path),
        gates=gates,
        trials=_trials(model.trials, str(path)),
        limits=Limits(**model.limits.model_dump()),
        seeds=_seeds(model, document, path),
        demo=_demo(model, profiles, path),
        oracle=model.oracle.python if model.oracle else "",
        self_test=model.self_test.python if model.self_test else "",
        mends=model.mends.python if model.mends else "",
        hunts=tuple(_hunt(source.hunt, folder) for source in model.scenarios if source.hunt is not None),
        prices={name: Price(**price.model_dump()) for name, price in model.prices.items()},
        variants=tuple(map(variant_spec, model.variants)),
        scenarios_hash=_scenarios_hash(model, profiles, folder),
        checks_hash=_checks_hash(model.checks, folder),
        folder=folder,
        declared=_declared(model),
    )


def _declared(model: SuiteModel) -> frozenset[str]:
    """What the file itself says about the size of a run, if only for one release."""
    given = {"max": "trials", "stop": "stop", "look": "stop"}  # a look belongs to a fixed plan
    said = {given[key] for key in model.trials.model_fields_set & given.keys()}
    return frozenset(said | ({"trials"} if any(release.max_trials for release in model.releases) else set()))


def _profiles(model: SuiteModel, folder: Path, path: Path) -> tuple[dict[str, Profile], str]:
    raw = dict(model.profiles)
    default = model.profile if isinstance(model.profile, str) else "default"
    if not isinstance(model.profile, str):
        raw = {"default": model.profile, **raw}
    if default not in raw:
        known = ", ".join(raw) or "none"
        msg = f"{path}: profile={default} is not among profiles{nearest(default, raw)}; known: {known}"
        raise SuiteError(msg)
    profiles = {}
    for name, attributes in raw.items():
        levels = {
            attribute: check_levels(
                read_levels(folder / given) if isinstance(given, str) else given,
                f"{path}: profile {name}, attribute {attribute}",
            )
            for attribute, given in attributes.items()
        }
        profiles[name] = Profile(name=name, attributes=levels)
    return profiles, default


def check_levels(levels: Mapping[str, float], place: str) -> dict[str, float]:
    """Return the levels scaled to sum to exactly 1.

    Raises:
        SuiteError: a weight is negative or not finite, all are 0, or the sum is not 1 (within 0.001).
    """
    for level, weight in levels.items():
        if not math.isfinite(weight) or weight < 0:
            msg = f"{place}: {level}={weight}; allowed: 0 or more, finite"
            raise SuiteError(msg)
    total = math.fsum(levels.values())
    if total == 0:
        msg = f"{place}: the weights sum to 0; give at least one level a weight above 0"
        raise SuiteError(msg)
    if abs(total - 1) > 0.001:
        msg = f"{place}: the weights sum to {total:g}; they must sum to 1 (shares of real use)"
        raise SuiteError(msg)
    return {level: weight / total for level, weight in levels.items()}


def _source(model: SourceModel, folder: Path, extra: str) -> Source:
    if model.generate is not None:
        function = code.resolve(model.generate.python, folder, extra=extra)
        if not callable(function):
            msg = f"generate: {model.generate.python} is not callable; give a function of (attributes, rng)"
            raise SuiteError(msg)
        return Source(generator=function, weight=float(model.generate.count), subset=model.subset)
    if model.file is not None:
        return Source(scenarios=read_scenarios(folder / model.file), subset=model.subset)
    return Source(scenarios=tuple(from_model(row) for row in model.inline or ()), subset=model.subset)


def _hunt(model: HuntModel, folder: Path) -> HuntSource:
    """What only a hunt draws from; its code is imported when one begins, for Hypothesis need not be installed."""
    if model.python:
        return HuntSource(ref=model.python, max_examples=model.max_examples)
    return HuntSource(schema=schema_of(model.json_schema, folder), max_examples=model.max_examples)


def check_ids(sources: Iterable[Source], place: str) -> None:
    """Refuse duplicate ids (also after Unicode normalisation) and an empty suite, naming ``place``."""
    seen: dict[str, str] = {}
    population = 0
    for source in sources:
        population += bool(source.generator) or len(source.scenarios)
        for scenario in source.scenarios:
            key = unicodedata.normalize("NFC", scenario.id)
            if key in seen:
                same = "" if seen[key] == scenario.id else " (equal after Unicode normalisation)"
                msg = f"{place}: scenario id '{scenario.id}' stands twice{same}; give every scenario an id of its own"
                raise SuiteError(msg)
            seen[key] = scenario.id
    if not population:
        msg = f"{place}: the suite has no scenario; add inline scenarios, a file or a generator under scenarios"
        raise SuiteError(msg)


def _target(model: TargetModel | None) -> TargetSpec | None:
    if model is None:
        return None
    given = getattr(model, model.kind)
    if isinstance(given, KindModel):
        return TargetSpec(model.kind, given.ref, dict(given.others))
    return TargetSpec(model.kind, str(given), dict(model.params), factory=model.factory, batch=model.batch)


def _releases(model: SuiteModel, path: Path) -> tuple[Release, ...]:
    ids = [release.id for release in model.releases]
    for name in ids:
        if ids.count(name) > 1:
            msg = f"{path}: release id '{name}' stands twice; give every release an id of its own"
            raise SuiteError(msg)
    return tuple(
        Release(
            id=release.id,
            target=_target(release.target) or TargetSpec("control", "null"),
            name=release.name,
            effort=release.effort,
            max_trials=release.max_trials,
        )
        for release in model.releases
    )


def _gate(model: GateModel) -> Gate:
    return Gate(
        id=model.id,
        success=_required(model),
        confidence=model.confidence,
        where=dict(model.where),
        each=tuple(model.each),
        confirmed=model.confirmed,
        min_share=model.min_share,
        blocking=model.on_fail == "block",
        all_trials=model.all_trials or 0,
        latency=model.latency or 0.0,
        cost_usd=model.cost_usd or 0.0,
        max_failures=model.max_failures,
        severity=Severity(model.severity) if model.severity else None,
        check=model.check or "",
        baseline=model.baseline or "",
        max_drop=Fraction(str(model.max_drop or 0)),
    )


def _required(model: GateModel) -> Fraction:
    """The share of good units that the gate asks for; see ``Gate.success``."""
    if model.max_drop is not None:
        return (1 - Fraction(str(model.max_drop))) / 2
    if model.nines is not None:
        return 1 - Fraction(1, 10**model.nines)
    share = model.success or model.quantile
    return Fraction(str(share)) if share is not None else Fraction(1, 2)


def _trials(model: TrialsModel, place: str) -> Trials:
    if model.look and model.stop != "fixed":
        msg = (
            f"{place}: trials.look={model.look} belongs to a fixed plan; write 'stop: fixed' beside it, or leave it "
            "out: a sequential plan is looked at after every trial"
        )
        raise SuiteError(msg)
    return Trials(max=model.max, per_scenario=model.per_scenario, look=model.look, stop=model.stop)


def _seeds(model: SuiteModel, document: Document, path: Path) -> Seeds:
    development, held_out = tuple(model.seeds.development), tuple(model.seeds.held_out)
    place = f"{path}, line {document.line(('seeds',))}"
    for name, (first, last) in (("development", development), ("held_out", held_out)):
        if first > last:
            msg = f"{place}: seeds.{name}=[{first}, {last}] is empty; write [first, last]"
            raise SuiteError(msg)
    if development[0] <= held_out[1] and held_out[0] <= development[1]:
        msg = (
            f"{place}: the seed ranges development and held_out overlap; what a release was made on cannot measure it"
        )
        raise SuiteError(msg)
    return Seeds(development=(development[0], development[1]), held_out=(held_out[0], held_out[1]))


def _stress(model: SuiteModel, profiles: Mapping[str, Profile], default: str, path: Path) -> tuple[str, ...]:
    for name in model.stress:
        if name not in profiles or name == default:
            known = ", ".join(each for each in profiles if each != default) or "none"
            msg = (
                f"{path}: stress={excerpt(name, 60)}{nearest(name, profiles)}; allowed: profiles other than the "
                f"default one, which makes the headline: {known}"
            )
            raise SuiteError(msg)
    return tuple(model.stress)


def _demo(model: SuiteModel, profiles: Mapping[str, Profile], path: Path) -> DemoPlan:
    for name in (*model.demo.profiles, *model.demo.trials):
        if name not in profiles:
            msg = f"{path}: demo names the profile '{name}'{nearest(name, profiles)}; known: {', '.join(profiles)}"
            raise SuiteError(msg)
    return DemoPlan(profiles=tuple(model.demo.profiles), trials=dict(model.demo.trials))


def digest(value: Any) -> str:
    """SHA-256 of a value's canonical JSON, in hexadecimal."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _scenarios_hash(model: SuiteModel, profiles: Mapping[str, Profile], folder: Path) -> str:
    population = [source for source in model.scenarios if source.hunt is None]
    refs = [source.generate.python for source in model.scenarios if source.generate]
    files = [source.file for source in model.scenarios if source.file]
    return digest(
        {
            "format": 1,
            "sources": [source.model_dump(mode="json", exclude={"hunt"}) for source in population],
            "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files},
            "profiles": {name: profile.attributes for name, profile in profiles.items()},
            "code": code.source_digest(refs, folder),
            "versions": code.versions(model.depends),
        }
    )


def _checks_hash(checks: Sequence[CheckModel], folder: Path) -> str:
    specs = [check_spec(check, folder) for check in checks]
    return digest(
        {
            "format": 1,
            "checks": [check_content(spec) for spec in specs],
            "code": code.source_digest([ref for spec in specs for ref in check_refs(spec)], folder),
        }
    )
