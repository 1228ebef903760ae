"""Targets with a planted weakness: the variants find it, and nothing else."""

import json

import jsonschema
import pytest

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.errors import UsageError
from ninemarch.model import CheckSpec, Scenario, TargetSpec, VariantSpec
from ninemarch.report.document import documents_schema
from ninemarch.report.variants_document import variants_document
from ninemarch.stats import tango
from ninemarch.suite import make

CODE = """
def memory(question):  # knows the very words
    return {f"what is town {i}?": i for i in range(100)}.get(question)

def reader(question):
    return int(question.rstrip("?").split()[-1]) if question else None
"""
LISTED = [{"id": f"s{i}", "input": f"what is town {i}?", "expect": i} for i in range(60)]
VARIANTS = [{"case": {}}, {"distractor": {}}, {"paraphrase": {"table": {"town 7": ["city 7"]}}}]


@pytest.fixture
def towns(write_suite, tmp_path):
    return lambda **keys: write_suite(
        tmp_path, files={"towns.py": CODE}, scenarios=[{"inline": LISTED}], checks=[{"exact": {}}], **keys
    )


def _tried(path, name, **keys):
    from ninemarch.suite import load

    selection = Selection(target=TargetSpec("python", f"towns:{name}"), trials=100)
    return workflow.try_variants(load(path), selection, **keys)


def test_what_was_memorised_breaks_and_what_was_understood_does_not(towns):
    path = towns(variants=VARIANTS)
    found = {each.kind: each for each in _tried(path, "memory").results}
    assert [(each.broke, each.mended, each.pairs, each.unchanged) for each in found.values()] == [
        (0, 0, 60, 0),
        (60, 0, 60, 0),
        (60, 0, 60, 0),
        (1, 0, 1, 59),
    ]
    assert found["case"].lower > 0.8 > 0.2 > found["again"].upper
    assert found["case"].p_value < 1e-9
    assert (found["paraphrase"].examples[0].original, found["paraphrase"].examples[0].variant) == (
        "what is town 7?",
        "what is city 7?",
    )
    assert all(each.broke == 0 for each in _tried(path, "reader").results)


def test_the_intervals_hold_together(towns):
    found = _tried(towns(variants=VARIANTS), "reader")
    again = found.results[0]
    interval = tango(0, 0, 60, confidence=1 - 0.05 / 4)
    assert (again.kind, again.lower, again.upper) == ("again", interval.lower, interval.upper)


def test_scenarios_that_share_fate_are_one_unit():
    listed = [Scenario(f"s{i}", f"some words {i}", expect=i, group=f"g{i % 5}") for i in range(40)]
    suite = make("s", listed, checks=[CheckSpec("exact")])
    found = workflow.try_variants(suite, Selection(target=TargetSpec("control", "oracle")), only=["case"])
    assert {(each.pairs, each.units, each.p_value) for each in found.results} == {(40, 5, None)}
    assert found.results[1].upper > 0.4  # five units say little, however many scenarios


def test_an_error_is_no_difference(towns):
    suite = make(
        "s",
        [Scenario(f"s{i}", "some words", expect=1) for i in range(5)],
        checks=[lambda scenario, output: 1 / 0 if scenario.id.endswith("~case") else True],
    )
    found = workflow.try_variants(suite, Selection(target=TargetSpec("control", "oracle")), only=["case"]).results[1]
    assert (found.pairs, found.undecided, found.estimate) == (0, 5, None)


def test_a_suite_says_itself_which_variants_leave_its_answers_right(towns):
    path = towns()
    with pytest.raises(UsageError, match="names no variants that leave its right answers as they are"):
        _tried(path, "reader")
    assert [each.kind for each in _tried(path, "reader", only=["case"]).results] == ["again", "case"]
    with pytest.raises(UsageError, match="did you mean 'case'"):
        _tried(path, "reader", only=["cases"])


def test_they_change_no_hash_and_leave_no_trace(towns, tmp_path):
    from ninemarch.suite import load

    plain, varied = load(towns()), load(towns(variants=VARIANTS))
    assert plain.hash == varied.hash
    assert varied.variants[0] == VariantSpec("case")


def test_the_document_and_the_terminal(cli, towns, tmp_path):
    towns(variants=VARIANTS)
    common = ("variants", ".", "--target", "python:towns:memory", "-n", "60")
    document = json.loads(cli(*common, "--json", cwd=tmp_path).must(0).out)
    jsonschema.Draft202012Validator(documents_schema()).validate(document)
    assert document["variants"][1]["difference"]["estimate"] == 1.0
    done = cli(*common, cwd=tmp_path).must(
        0, "Worse on variants: case, distractor", "60 broke and 0 were mended of 60"
    )
    assert max(map(len, done.out.splitlines())) <= 80
    assert not (tmp_path / ".ninemarch").exists()
    cli("variants", ".", "--only", "nosuch", cwd=tmp_path).must(2, "variant=nosuch is not one of suite")


def test_hostile_text_is_shown_harmless(towns):
    from io import StringIO

    from rich.console import Console

    from ninemarch.report.terminal_variants import print_variants

    suite = make(
        "s", [Scenario("s\x1b[2J", "some \x1b[31m[bold]words", expect=1)], checks=[lambda s, o: "~" not in s.id]
    )
    found = workflow.try_variants(suite, Selection(target=TargetSpec("control", "oracle")), only=["case"])
    out = StringIO()
    print_variants(Console(file=out, width=80), found)
    assert "\x1b" not in out.getvalue()
    assert "[BOLD]WORDS" in out.getvalue()
    assert variants_document(found)["variants"][1]["broke"] == 1
