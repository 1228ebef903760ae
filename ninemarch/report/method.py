"""How the numbers were made, in words, with where each method was published.

Covers the methods that a rate may name (``Rate.method``). The formulas are in ``ninemarch.stats``.
"""

from __future__ import annotations

from ninemarch.model import Decision

__all__ = ["method_text", "sources"]

_GAMMA_SOURCE = "M. P. Fay, E. J. Feuer (1997), Statistics in Medicine 16, 791-801"

# Part of the method's name -> what it does, and its source.
_METHODS = (
    (
        "clopper",
        (
            "Each trial is a Bernoulli trial of its own. The exact Clopper-Pearson limits contain the true rate at "
            "least as often as they say, also when no failure was seen."
        ),
        "C. J. Clopper, E. S. Pearson (1934), Biometrika 26, 404-413",
    ),
    (
        "look",
        (
            "The plan declared one look before the first trial, at which a release that has already failed stops. "
            "The limits are exact for such a plan."
        ),
        "C. Jennison, B. W. Turnbull (1983), Technometrics 25, 49-58",
    ),
    (
        "confidence sequence",
        (
            "The plan may be looked at after every trial, so the limits hold at all looks together: evidence is a "
            "bet against each rate, averaged over better (or worse) ones, and a rate is ruled out once the bet has "
            "won 20 times its stake (at 95% confidence). Trials count in planned order, not as they finish."
        ),
        (
            "H. Robbins (1970), Annals of Mathematical Statistics 41, 1397-1409; "
            "S. R. Howard, A. Ramdas, J. McAuliffe, J. Sekhon (2021), Annals of Statistics 49, 1055-1080"
        ),
    ),
    (
        "gaffke",
        (
            "Trials of one group share fate, so the group is the unit of evidence. Gaffke's bound uses the share of "
            "passes of each group; it equals Clopper-Pearson where every group is one trial. Its validity was "
            "checked numerically, not proved."
        ),
        (
            "N. Gaffke (2005); E. Learned-Miller, P. Thomas (2019), arXiv:1905.06208; "
            "M. Phan, P. Thomas, E. Learned-Miller (2021), ICML"
        ),
    ),
    (
        "compound gamma",
        (
            "Trials of one group share fate, and groups differ in size. The gamma bound adds up what each group "
            "contributes to the failure rate, and takes the largest contribution one more group could make."
        ),
        _GAMMA_SOURCE,
    ),
    (
        "weighted gamma",
        (
            "The sample does not follow the profile, so every group counts with the weight of its cell. The gamma "
            "bound takes the largest contribution one more group could make; weight without a trial is unknown."
        ),
        _GAMMA_SOURCE,
    ),
)


def method_text(decision: Decision) -> tuple[str, ...]:
    """Return the method in words."""
    return (
        "Success is pass / (pass + fail + assisted). A trial handed to a person is not an autonomous success.",
        "A failure is loud when the target refused or could not answer, and silent when it answered and was wrong.",
        *(words for words, _ in _used(decision)),
        (
            "A gate passes when the lower bound reaches it, fails when the upper bound lies below it, and is not "
            "proven otherwise. k nines are proven when the lower bound reaches 1 - 10^-k."
        ),
        "Lower bounds are rounded down and upper bounds up, and no rounding crosses a gate or a nine.",
    )


def sources(decision: Decision) -> tuple[str, ...]:
    """Return where the method was published."""
    return tuple(source for _, source in _used(decision))


def _used(decision: Decision) -> list[tuple[str, str]]:
    name = decision.rate.method.lower().replace("-", " ") if decision.rate else ""
    return [(words, source) for key, words, source in _METHODS if key in name]
