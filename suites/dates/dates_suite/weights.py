"""Write the locale weights of the profiles: ``python -m dates_suite.weights`` in this suite's folder.

Covers ``profiles/traffic.csv`` (languages by share of web content, spread over territories by speakers who are
online) and ``profiles/world.csv`` (every locale alike). Sources and choices are in README.md. The CSV files are
committed: a run never calls this module.
"""

from __future__ import annotations

import csv
from pathlib import Path

from babel.core import get_global

from dates_suite import cldr

__all__ = ["main", "traffic", "world"]

_HERE = Path(__file__).resolve().parent.parent / "profiles"
# Speakers of a language that is not official in a territory write less of its web content; a choice.
_UNOFFICIAL = 0.05
# What is left for all languages without a published share of their own; a choice.
_TAIL = 0.004
_SMALLEST = 1e-7
# Locales that Babel 2.16, the oldest that this suite supports, does not have.
_RECENT = frozenset(
    [
        "en_CZ",
        "en_ES",
        "en_FR",
        "en_GS",
        "en_HU",
        "en_IT",
        "en_NO",
        "en_PL",
        "en_PT",
        "en_RO",
        "en_SK",
        "ht",
        "ht_HT",
        "kaa",
        "kaa_Cyrl",
        "kaa_Cyrl_UZ",
        "kk_Arab",
        "kk_Arab_CN",
        "kk_Cyrl",
        "kk_Cyrl_KZ",
        "kok_Deva",
        "kok_Deva_IN",
        "kok_Latn",
        "kok_Latn_IN",
        "lld",
        "lld_IT",
        "ltg",
        "ltg_LV",
        "yue_Hant_CN",
        "yue_Hant_MO",
        "zh_Hans_MY",
        "zh_Hant_MY",
    ]
)


def _read(name: str) -> dict[str, float]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return {row[0]: float(row[1]) for row in list(csv.reader(file))[1:]}


def _locale_for(key: str, territory: str, good: frozenset[str]) -> str | None:
    """The locale of a territory's language as CLDR keys it, e.g. ("zh_Hant", "TW") -> zh_Hant_TW."""
    language, _, script = key.partition("_")
    likely = str(
        get_global("likely_subtags").get(f"{language}_{territory}")
        or get_global("likely_subtags").get(language)
        or ""
    )
    scripts = [script] if script else ["", *(part for part in likely.split("_") if len(part) == 4)]
    for part in scripts:
        identifier = "_".join(filter(None, (language, part, territory)))
        if identifier in good:
            return identifier
    return None


def traffic() -> dict[str, float]:
    """Weight of each locale in web traffic; sums to 1."""
    good, shares, users = frozenset(cldr.locales()) - _RECENT, _read("languages.csv"), _read("internet_users.csv")
    speakers: dict[str, dict[str, float]] = {}
    for territory, spoken in sorted(get_global("territory_languages").items()):
        for key, facts in sorted(spoken.items()):
            identifier = _locale_for(key, territory, good)
            online = users.get(territory, 0.0) * float(facts["population_percent"]) / 100
            if identifier is not None and online > 0:
                weight = online * (1.0 if facts["official_status"] else _UNOFFICIAL)
                language = identifier.split("_")[0]
                speakers.setdefault(language, {}).setdefault(identifier, 0.0)
                speakers[language][identifier] += weight
    total = sum(share for language, share in shares.items() if language in speakers)
    tail = sum(sum(spread.values()) for language, spread in speakers.items() if language not in shares)
    weights: dict[str, float] = {}
    for language, spread in speakers.items():
        online = sum(spread.values())
        share = shares[language] / total * (1 - _TAIL) if language in shares else online / tail * _TAIL
        for identifier, weight in spread.items():
            weights[identifier] = weights.get(identifier, 0.0) + share * weight / online
    return _normal(weights)


def world() -> dict[str, float]:
    """Every locale alike; sums to 1."""
    return _normal(dict.fromkeys((name for name in cldr.locales() if name not in _RECENT), 1.0))


def _normal(weights: dict[str, float]) -> dict[str, float]:
    """Weights that sum to 1 to the last printed digit, small ones dropped, sorted by name."""
    total = sum(weights.values())
    rounded = {
        key: round(weight / total, 9) for key, weight in sorted(weights.items()) if weight / total >= _SMALLEST
    }
    largest = max(rounded, key=lambda key: rounded[key])
    rounded[largest] = round(rounded[largest] + 1 - sum(rounded.values()), 9)
    return rounded


def main() -> None:
    """Write both files."""
    for name, weights in (("traffic.csv", traffic()), ("world.csv", world())):
        with (_HERE / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["level", "weight"])
            writer.writerows([level, f"{weight:.9f}"] for level, weight in weights.items())


if __name__ == "__main__":
    main()
