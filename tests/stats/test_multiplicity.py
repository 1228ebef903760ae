"""Adjusted p-values: every row of R's p.adjust, and the laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.stats import benjamini_hochberg, benjamini_yekutieli, bonferroni, hochberg, holm

METHODS = {
    "holm": holm,
    "hochberg": hochberg,
    "BH": benjamini_hochberg,
    "BY": benjamini_yekutieli,
    "bonferroni": bonferroni,
}
p_lists = st.lists(st.floats(0, 1), max_size=30)


def test_every_row(reference):
    rows = reference("multiplicity")
    assert {row["method"] for row in rows} == set(METHODS)
    for row in rows:
        p = [float(x) for x in row["p"].split(";")]
        expected = [float(x) for x in row["adjusted"].split(";")]
        assert METHODS[row["method"]](p) == pytest.approx(expected, abs=float(row["tol_abs"])), row


@settings(max_examples=50)
@given(p_lists)
def test_laws(p):
    adjusted = {name: method(p) for name, method in METHODS.items()}
    for name, values in adjusted.items():
        assert ((np.asarray(p) <= values + 1e-12) & (values <= 1)).all(), name
        # The order of the p-values never changes, and the order in which they are given does not matter.
        assert (np.diff(values[np.argsort(p, kind="stable")]) >= -1e-12).all()
        assert METHODS[name](p[::-1])[::-1] == pytest.approx(values)
    assert (adjusted["BH"] <= adjusted["hochberg"] + 1e-12).all()
    assert (adjusted["hochberg"] <= adjusted["holm"] + 1e-12).all()
    assert (adjusted["holm"] <= adjusted["bonferroni"] + 1e-12).all()
    assert (adjusted["BH"] <= adjusted["BY"] + 1e-12).all()


@settings(max_examples=50)
@given(p_lists, st.floats(0.001, 0.2))
def test_law_holm_rejects_what_its_step_down_rule_rejects(p, alpha):
    rejected = set()
    for step, i in enumerate(np.argsort(p, kind="stable")):
        if p[i] * (len(p) - step) > alpha:
            break
        rejected.add(int(i))
    assert rejected == set(np.flatnonzero(holm(p) <= alpha).tolist())


def test_values_that_are_no_p_values_are_refused():
    with pytest.raises(UsageError, match="p_values=1"):
        holm([0.5, 1.1])
