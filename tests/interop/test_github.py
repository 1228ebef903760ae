"""GitHub's formats as its runner and its Markdown read them; text from outside begins, ends and links nothing."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import cmarkgfm
import pytest
import synthetic as made
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.interop import outputs, publish, step_summary, workflow_commands
from ninemarch.model import Decision
from ninemarch.text import excerpt

HOSTILE = [
    "a\r\n::error title=x::owned",
    "::add-mask::a",
    "##[error]x %0A::warning::y",
    "</code></td><img src=x onerror=alert(1)>",
    "`x` | [a](http://evil.example) www.evil.example @someone #1 GH-1 a@evil.example",
    "\n\n# heading\n\n<script>",
    "end-0\nverdict=PASS\n",
    ":tada: http://evil.example deadbeef1234567",
    "\x1b[31m\u202e\ud800\x00\u2028",
]
TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=60))


def hostile(text: str) -> Decision:
    """A decision with the text in every place where text from outside may stand."""
    whole = made.five_gates()
    gates = tuple(
        dataclasses.replace(g, id=text, where={text: text}, reason=text, required=text) for g in whole.gates
    )
    plan = dataclasses.replace(whole.plan, suite=text, release=text, run=text, profile=text)
    return dataclasses.replace(
        whole,
        plan=plan,
        gates=gates,
        sentence=text,
        action=text,
        command=text,
        notes=(text,),
        stopped=text,
    )


def run_by_the_runner(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command, as actions/runner reads it (ActionCommand.TryParseV2)."""
    assert line.startswith("::")
    head, found, data = line[2:].partition("::")
    assert found
    level, _, rest = head.partition(" ")
    properties = {}
    for each in filter(None, rest.split(",")):
        name, _, value = each.partition("=")
        for code, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
            value = value.replace(code, char)
        properties[name] = value
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        data = data.replace(code, char)
    return level, properties, data


def read_outputs(text: str) -> dict[str, str]:
    """A file of outputs, as actions/runner reads it (EnvFileKeyValuePairs)."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            found[line[:equals]] = line[equals + 1 :]
            continue
        name, end = line[:heredoc], line[heredoc + 2 :]
        value = []
        for inner in lines:
            if inner == end:
                break
            value.append(inner)
        found[name] = "\n".join(value)
    return found


def test_the_run_comes_first_and_then_what_was_missed():
    read = [run_by_the_runner(line) for line in workflow_commands(made.five_gates())]
    assert [(level, given["title"].partition(":")[0]) for level, given, _ in read] == [
        ("error", "FAIL"),
        ("error", "FAIL"),
        ("warning", "NOT PROVEN"),
        ("warning", "NOT PROVEN"),
        ("warning", "FAIL (only warns)"),
    ]
    assert read[0][2].startswith("1 of 5 gates failed: high asks 99.9%\n300 planned = 290 pass + 10 fail")


def test_a_pass_is_a_notice():
    passed = made.decided(made.slice_of(100), made.gate("0.9"))
    assert [run_by_the_runner(line)[0] for line in workflow_commands(passed)] == ["notice"]


def test_no_more_annotations_than_the_runner_shows():
    gates = [made.gate("0.999", id=f"g{i}") for i in range(30)]
    lines = workflow_commands(made.decided(made.slice_of(290, 10), *gates))
    assert len(lines) == 10
    assert "21 more gates are missed" in run_by_the_runner(lines[0])[2]


@given(TEXT)
def test_text_neither_begins_nor_ends_a_command(text: str):
    lines = workflow_commands(hostile(text))
    assert len(lines) == 5
    shown = excerpt(text, 500)
    for line in lines:
        assert line.splitlines() == [line]
        level, given, data = run_by_the_runner(line)
        assert level in {"error", "warning"}
        assert list(given) == ["title"]
        assert shown in data


@given(TEXT)
def test_text_neither_ends_nor_adds_an_output(text: str):
    found = read_outputs(outputs(hostile(text)))
    assert list(found) == ["verdict", "exit_code", "measured", "proven", "nines", "run", "sentence"]
    assert (found["verdict"], found["exit_code"], found["sentence"]) == ("FAIL", "1", excerpt(text, 500))


def test_the_word_that_ends_an_output_is_new_each_time():
    ends = re.findall(
        r"<<(end-[0-9a-f]{32})$", outputs(made.five_gates()) * 2 + outputs(made.five_gates()), re.MULTILINE
    )
    assert len(set(ends)) == 14


class Seen(HTMLParser):
    """Tags of a page, its text, and its text outside of ``code``."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = self.bare = ""
        self._code = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._code += tag == "code"
        assert dict(attrs) in ({}, {"colspan": "6"})

    def handle_endtag(self, tag):
        self._code -= tag == "code"

    def handle_data(self, data):
        self.text += data
        self.bare += "" if self._code else data


def rendered(whole: Decision) -> Seen:
    """The summary after GitHub's own Markdown engine."""
    extensions = ["table", "autolink", "strikethrough", "tasklist"]
    return Seen(
        cmarkgfm.markdown_to_html_with_extensions(
            step_summary(whole), options=Options.CMARK_OPT_UNSAFE, extensions=extensions
        )
    )


def test_the_summary_says_what_the_decision_says():
    whole = made.five_gates()
    seen = rendered(whole)
    for words in (
        "✗ FAIL: 1 of 5 gates failed: high asks 99.9%",
        "measured 96.67%; 10 failures in 300 trials",
        "proven ≥ 94.41% at 95% confidence",
        whole.counts.line(),
        whole.command,
        *whole.notes,
    ):
        assert words in seen.text
    assert seen.tags.count("tr") == 1 + len(whole.gates)
    plain = whole.plan.run.join([", run ", "\n"])
    assert plain in seen.text


@given(TEXT)
def test_the_summary_of_hostile_text_has_our_tags_only(text: str):
    own, seen = rendered(hostile("x")), rendered(hostile(text))
    assert set(seen.tags) <= {*own.tags, "code"}
    assert [tag for tag in seen.tags if tag != "code"] == [tag for tag in own.tags if tag != "code"]
    assert excerpt(text, 500) in seen.text
    # What GitHub makes links, people and pictures of after Markdown stands in code, where it does not look.
    assert not re.search(r"@|#|://|www\.|:\w+:|gh-\d|[0-9a-f]{7}", seen.bare, re.IGNORECASE)


def test_files_are_appended_to_and_a_missing_one_is_said(tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n\n")
    lines = publish(made.five_gates(), {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(tmp_path)})
    assert summary.read_text().startswith("before\n\n<div>")
    assert lines[-1] == "note: GITHUB_OUTPUT: Is a directory; nothing was written there"
    assert publish(made.five_gates(), {})[-2:] == [
        "note: GITHUB_STEP_SUMMARY: is not set; nothing was written there",
        "note: GITHUB_OUTPUT: is not set; nothing was written there",
    ]


@pytest.mark.parametrize("many", [1, 200])
def test_the_summary_is_far_from_githubs_limit(many):
    gates = [made.gate("0.999", id="x" * 600 + str(i)) for i in range(many)]
    text = step_summary(made.decided(made.slice_of(290, 10), *gates))
    assert len(text.encode()) < 500_000
    assert ("140 more gates are in the JSON" in text) is (many == 200)
