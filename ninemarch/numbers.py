"""The only place that turns a number into text: rates, bounds, shares, counts, durations.

Covers the rules of honest rounding. A lower bound is floored and an upper bound is ceiled; no text stands on
the other side of a gate or of a nine than the number it shows, and it gets more digits where the two would
print alike; 100% is never printed. Holds no statistics: every bound comes from a ``Rate``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from ninemarch.model import Rate

__all__ = [
    "NINES",
    "amount_text",
    "chance_text",
    "clean_text",
    "count_text",
    "dollar_text",
    "duration_text",
    "estimate_text",
    "failures_text",
    "interval_text",
    "lower_text",
    "nine_text",
    "nines",
    "one_sided_text",
    "p_value_text",
    "per_10k_measured",
    "per_10k_text",
    "percent",
    "percent_of",
    "points_text",
    "share_text",
    "short_estimate",
    "success_text",
    "threshold_text",
    "two_sided_text",
    "upper_failure_text",
    "upper_text",
    "yield_text",
]

Rounding = Literal["floor", "ceil", "nearest"]

NINES: tuple[Fraction, ...] = tuple(1 - Fraction(1, 10**k) for k in range(1, 10))
"""The thresholds that no rounding crosses, whatever the gates are: 0.9, 0.99, ... nine nines."""

# Decimals of a percent after which a number within 1e-14 of a threshold may print like it (floats end there).
_MOST_DIGITS = 12


def percent(value: Fraction, rounding: Rounding, against: Iterable[Fraction] = (), digits: int = 2) -> str:
    """Return ``value`` as a percentage that lies on the same side of every threshold as ``value`` itself.

    Args:
        value: a share, in [0, 1].
        rounding: ``floor`` for lower bounds, ``ceil`` for upper bounds, ``nearest`` for measured shares.
        against: thresholds (exact) that the text must not reach or cross unless ``value`` does; 1 is always one.
        digits: decimals to begin with; more are added where needed.

    Examples:
        >>> percent(Fraction(99904, 100000), "floor", [Fraction(999, 1000)])
        '99.904%'
        >>> percent(Fraction(999999, 1000000), "nearest")
        '99.9999%'
    """
    return f"{_decimal(value, rounding, (*against, Fraction(1)), digits)}%"


def _decimal(value: Fraction, rounding: Rounding, against: Sequence[Fraction], digits: int) -> str:
    for places in range(digits, _MOST_DIGITS + 1):
        steps = _round(value * 100 * 10**places, rounding)
        shown = Fraction(steps, 100 * 10**places)
        if all(_side(shown, limit) == _side(value, limit) for limit in against):
            return f"{steps // 10**places}.{steps % 10**places:0{places}d}" if places else str(steps)
    # Closer to a threshold than the most digits can show: lean away from 1, towards the safe side.
    steps = _round(value * 100 * 10**_MOST_DIGITS, "ceil" if rounding == "ceil" else "floor")
    return f"{steps // 10**_MOST_DIGITS}.{steps % 10**_MOST_DIGITS:0{_MOST_DIGITS}d}"


def _round(value: Fraction, rounding: Rounding) -> int:
    if rounding == "floor":
        return math.floor(value)
    return math.ceil(value) if rounding == "ceil" else round(value)


def _side(value: Fraction, limit: Fraction) -> int:
    return (value > limit) - (value < limit)


def _places(failure: Fraction, widest: Fraction) -> int:
    """Decimals of a percentage so that one step is at most ``widest`` of the failure share; at least 2."""
    places = 2
    while failure > 0 and places < _MOST_DIGITS and Fraction(1, 100 * 10**places) > widest * failure:
        places += 1
    return places


def _measured(rate: Rate) -> Fraction:
    """The measured success rate, exact where it is a ratio of counts."""
    ratio = Fraction(rate.trials - rate.failures, rate.trials)
    return ratio if abs(float(ratio) - rate.estimate) < 1e-12 else Fraction(repr(rate.estimate))


def estimate_text(rate: Rate, against: Iterable[Fraction] = ()) -> str:
    """Return the measured success rate: a percentage, or ``3,900 of 3,900`` where no failure was seen."""
    value = _measured(rate)
    if value >= 1:
        return f"{rate.trials:,} of {rate.trials:,}"
    return percent(value, "nearest", (*against, *NINES), _places(1 - value, Fraction(1, 10)))


def short_estimate(rate: Rate | None, against: Iterable[Fraction] = ()) -> str:
    """Return ``estimate_text`` for a narrow column: ``all 3,900`` for a clean run; a dash without evidence."""
    if rate is None:
        return "-"
    return f"all {rate.trials:,}" if _measured(rate) >= 1 else estimate_text(rate, against)


def lower_text(rate: Rate, against: Iterable[Fraction] = ()) -> str:
    """Return the lower bound, never above the true one: ``99.92%``."""
    failure = Fraction(rate.failure_upper)
    return percent(max(Fraction(0), 1 - failure), "floor", (*against, *NINES), _places(failure, Fraction(1, 5)))


def upper_text(rate: Rate, against: Iterable[Fraction] = ()) -> str | None:
    """Return the upper bound, never below the true one; None where the data set no upper limit (no failure)."""
    failure = Fraction(rate.failure_lower)
    if failure <= 0:
        return None
    text = percent(min(Fraction(1), 1 - failure), "ceil", (*against, *NINES), _places(failure, Fraction(1, 5)))
    return None if text.startswith("100.") else text


def upper_failure_text(rate: Rate) -> str:
    """Return the upper bound of the failure rate, never below the true one: ``0.077%``."""
    failure = min(Fraction(1), Fraction(rate.failure_upper))
    return "all of them" if failure >= 1 else percent(failure, "ceil", (), _places(failure, Fraction(1, 5)))


def interval_text(rate: Rate, against: Sequence[Fraction] = ()) -> str:
    """Return both ends: ``71.99-74.07%`` with an en dash, or ``≥ 99.92%`` where no failure was seen."""
    lower, upper = lower_text(rate, against), upper_text(rate, against)
    return f"≥ {lower}" if upper is None else f"{lower.removesuffix('%')}–{upper}"


def clean_text(rate: Rate, against: Iterable[Fraction] = ()) -> str:
    """Return the measured rate and what it proves: ``3,900 of 3,900, at least 99.92%``."""
    return f"{estimate_text(rate, against)}, at least {lower_text(rate, against)}"


def failures_text(rate: Rate) -> str:
    """Return the counts behind a rate: ``62 failures in 8,000 trials``."""
    what = (
        "no failure" if rate.failures == 0 else "1 failure" if rate.failures == 1 else f"{rate.failures:,} failures"
    )
    return f"{what} in {count_text(rate.trials, 'trial')}"


def success_text(failure: float, rounding: Rounding = "nearest", against: Iterable[Fraction] = ()) -> str:
    """Return the success rate that belongs to an assumed or computed failure rate, to two digits of the failures.

    Examples:
        >>> success_text(0.0243, "floor"), success_text(0.00302, "floor"), success_text(0.0)
        ('97.57%', '99.69%', 'no failure')
    """
    lost = Fraction(repr(failure))
    if lost <= 0:
        return "no failure"
    return percent(1 - lost, rounding, (*against, *NINES), _places(lost, Fraction(1, 10)) if lost < 1 else 0)


def threshold_text(success: Fraction) -> str:
    """Return a required rate as it was asked for: ``99.9%``, exact where decimals can say it.

    Examples:
        >>> threshold_text(Fraction(999, 1000)), threshold_text(Fraction(2, 3))
        ('99.9%', '66.666667%')
    """
    scaled = success * 100
    for places in range(_MOST_DIGITS + 1):
        if (scaled * 10**places).denominator == 1:
            return f"{_decimal(success, 'nearest', (), places)}%"
    return percent(success, "nearest", (), 6)


def nine_text(nine: int) -> str:
    """Return the success rate of a whole number of nines.

    Examples:
        >>> nine_text(1), nine_text(2), nine_text(4)
        ('90%', '99%', '99.99%')
    """
    return threshold_text(1 - Fraction(1, 10**nine)) if nine > 0 else "below 90%"


def points_text(difference: float, rounding: Rounding = "nearest") -> str:
    """Return a difference of two rates in percentage points, with its sign; it never rounds to zero.

    Args:
        difference: in [-1, 1].
        rounding: ``floor`` for lower bounds, ``ceil`` for upper bounds, ``nearest`` for measured differences.

    Examples:
        >>> points_text(0.0042), points_text(-0.0000042, "floor"), points_text(0.0)
        ('+0.42', '−0.00042', '0')
    """
    value = Fraction(repr(difference))
    if value == 0:
        return "0"
    mirrored: dict[Rounding, Rounding] = {"floor": "ceil", "ceil": "floor", "nearest": "nearest"}
    places = _places(abs(value), Fraction(1, 5))
    text = _decimal(abs(value), mirrored[rounding] if value < 0 else rounding, (Fraction(0),), places)
    return ("+" if value > 0 else "−") + text


def per_10k_text(failure: float, rounding: Rounding = "nearest") -> str:
    """Return a failure rate as failures per 10,000 trials, with two digits that count; it crosses no nine.

    Args:
        failure: in [0, 1].
        rounding: ``floor`` for lower bounds, ``ceil`` for upper bounds, ``nearest`` for measured rates.

    Examples:
        >>> per_10k_text(0.0142), per_10k_text(0.00033), per_10k_text(0.000996, "nearest"), per_10k_text(0.0)
        ('142', '3.3', '9.96', '0')
        >>> per_10k_text(0.12345, "ceil")
        '1,235'
    """
    return _per_10k(Fraction(repr(failure)), rounding)


def per_10k_measured(rate: Rate) -> str:
    """Return the measured failure rate as failures per 10,000 trials, exact where it is a ratio of counts."""
    return _per_10k(1 - _measured(rate), "nearest")


def _per_10k(value: Fraction, rounding: Rounding) -> str:
    if value <= 0:
        return "0"
    places = min(max(0, 1 - math.floor(math.log10(value * 10_000))), _MOST_DIGITS)
    whole, dot, rest = _decimal(value * 100, rounding, [100 * (1 - nine) for nine in NINES], places).partition(".")
    return f"{int(whole):,}{dot}{rest}"


def p_value_text(p_value: float) -> str:
    """Return a p-value with two digits that count, never 0 and never rounded down.

    Examples:
        >>> p_value_text(0.0391), p_value_text(1.0), p_value_text(3e-9)
        ('0.040', '1', 'below 0.0001')
    """
    if p_value < 1e-4:
        return "below 0.0001"
    places = max(2, 1 - math.floor(math.log10(p_value)))
    steps = math.ceil(Fraction(repr(p_value)) * 10**places)
    return "1" if steps >= 10**places else f"0.{steps:0{places}d}"


def nines(failure: float) -> float | None:
    """Return -log10(failure rate) for the axis of a chart (never printed); None for a failure rate of 0."""
    return None if failure <= 0 else max(0.0, -math.log10(min(failure, 1.0)))


def share_text(part: int, whole: int) -> str:
    """Return a share of trials in words or per cent: ``none``, ``0.3%``, ``all``; a dash when there are none.

    Examples:
        >>> share_text(0, 300), share_text(1, 300), share_text(300, 300), share_text(0, 0)
        ('none', '0.3%', 'all', '-')
    """
    if whole == 0:
        return "-"
    if part in {0, whole}:
        return "all" if part else "none"
    return percent(Fraction(part, whole), "nearest", (Fraction(0),), 1)


def chance_text(chance: float) -> str:
    """Return a computed probability; it never reads as 0% or as 100%.

    Examples:
        >>> chance_text(0.0), chance_text(4e-5), chance_text(0.6771), chance_text(0.99996)
        ('<0.1%', '<0.1%', '67.7%', '>99.9%')
    """
    if chance < 0.001:
        return "<0.1%"
    return ">99.9%" if chance >= 0.9995 else percent(Fraction(chance), "nearest", (), 1)


def yield_text(found: int, trials: int) -> str:
    """Return how many of 1,000 trials found something; a search's yield, never a rate of the target.

    Examples:
        >>> yield_text(1322, 2000), yield_text(3, 2000), yield_text(0, 0)
        ('661 per 1,000', '1.5 per 1,000', '0 per 1,000')
    """
    value = Fraction(1000 * found, max(trials, 1))
    return (f"{round(value):,}" if value >= 10 or value.denominator == 1 else f"{float(value):.2g}") + " per 1,000"


def one_sided_text(confidence: float) -> str:
    """Return the confidence of one end: ``95%``."""
    return threshold_text(Fraction(repr(confidence)))


def two_sided_text(confidence: float) -> str:
    """Return the confidence of the interval between two one-sided bounds: ``90%`` for 0.95."""
    return threshold_text(max(Fraction(0), 2 * Fraction(repr(confidence)) - 1))


def count_text(number: int, noun: str = "") -> str:
    """Return a count with thousands separators, and a noun in the right number.

    Examples:
        >>> count_text(3900), count_text(1, "trial"), count_text(8000, "trial")
        ('3,900', '1 trial', '8,000 trials')
    """
    return f"{number:,}" + (f" {noun}" + ("" if number == 1 else "s") if noun else "")


def duration_text(seconds: float) -> str:
    """Return a duration in the unit a person would use.

    Examples:
        >>> [duration_text(seconds) for seconds in (0.00021, 0.0213, 2.41, 160, 9600)]
        ['0.21 ms', '21 ms', '2.4 s', '2 min 40 s', '2 h 40 min']
    """
    if seconds < 0.9995:
        return f"{seconds * 1000:.{2 if seconds < 0.000995 else 1 if seconds < 0.00995 else 0}f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def amount_text(value: Fraction, rounding: Rounding) -> str:
    """Return a number of failures, of three digits or more, rounded to the side that was asked for.

    Examples:
        >>> [amount_text(Fraction(x), "ceil") for x in ("7.674", "0.0123", "12345.2")]
        ['7.68', '0.013', '12,346']
    """
    if value <= 0 or value.denominator == 1:
        return f"{max(0, int(value)):,}"
    places = max(0, 2 - math.floor(math.log10(float(value)))) if value < 100 else 0
    places = min(places, 2) if value >= Fraction(1, 10) else min(places - 1, _MOST_DIGITS)
    shown = Fraction(_round(value * 10**places, rounding), 10**places)
    return f"{float(shown):,.{places}f}"


def percent_of(share: Fraction) -> str:
    """Return how much of a budget is spent: ``62%``, ``7.4 times``.

    Examples:
        >>> percent_of(Fraction(62, 100)), percent_of(Fraction(74, 10)), percent_of(Fraction(1, 1000))
        ('62%', '7.4 times', '0.1%')
    """
    if share >= 2:
        return f"{math.ceil(share * 10) / 10:,.1f} times" if share < 100 else f"{math.ceil(share):,} times"
    return percent(share, "nearest", (Fraction(0), Fraction(1)), 0 if share > Fraction(1, 20) else 1)


def dollar_text(amount: float) -> str:
    """Return an amount of US dollars with two significant digits or cents.

    Examples:
        >>> [dollar_text(amount) for amount in (9.5, 0.00123, 1250.0, 0.0)]
        ['$9.50', '$0.0012', '$1,250.00', '$0.00']
    """
    if amount == 0 or amount >= 0.1:
        return f"${amount:,.2f}"
    return f"${amount:.{1 - math.floor(math.log10(amount))}f}"
