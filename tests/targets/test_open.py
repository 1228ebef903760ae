"""From a spec to an opened target: how it is called, and what is refused before a run."""

# ruff: noqa: E501 - one case a line

import asyncio

import pytest

from ninemarch.engine import Selection
from ninemarch.errors import SuiteError, UsageError
from ninemarch.model import TargetSpec
from ninemarch.suite import load
from ninemarch.targets import Mode, open_target, parse_target, target_code
from ninemarch.workflow import run

BOTS = """
from functools import partial

calls = []
word = 3

def plain(x, add=0):
    return x + add

async def later(x, add=0):
    return x + add

class Agent:
    def __call__(self, x):
        return x + 1

class Slow:
    async def __call__(self, x):
        return x + 1

agent, slow = Agent(), Slow()
half = partial(later, add=7)

def load(add=1):
    calls.append(add)
    return partial(plain, add=add)

def nothing():
    return None

def broken(p=1):
    raise ValueError("no weights")

def leaves():
    raise SystemExit(0)
"""


@pytest.fixture
def suite(write_suite, tmp_path):
    return load(write_suite(tmp_path, files={"bots.py": BOTS}))


@pytest.mark.parametrize(
    ("name", "mode"),
    [("plain", Mode.SYNC), ("agent", Mode.SYNC), ("later", Mode.ASYNC), ("slow", Mode.ASYNC), ("half", Mode.ASYNC)],
)
def test_how_a_callable_is_called_is_seen_from_itself(suite, name, mode):
    target = open_target(TargetSpec("python", f"bots:{name}"), suite)
    assert target.mode is mode
    answer = target.call(1)
    assert (asyncio.run(answer) if mode is Mode.ASYNC else answer) in {1, 2, 8}


def test_parameters_are_bound(suite):
    assert open_target(TargetSpec("python", "bots:plain", {"add": 5}), suite).call(1) == 6


def test_a_factory_is_called_once_with_its_parameters(suite):
    target = open_target(TargetSpec("python", "bots:load", {"add": 4}, factory=True), suite)
    assert [target.call(1), target.call(2)] == [5, 6]
    assert target.call.func.__globals__["calls"] == [4]


def test_a_batch_target_knows_its_size(suite):
    target = open_target(TargetSpec("python", "bots:plain", batch=256), suite)
    assert (target.mode, target.batch) == (Mode.BATCH, 256)


def test_looking_a_factory_up_does_not_call_it(suite):
    assert target_code(TargetSpec("python", "bots:broken", factory=True), suite).__name__ == "broken"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (TargetSpec("python", "bots:word"), "python: bots:word is not callable (it is a int); give module:name of a callable"),
        (TargetSpec("python", "bots:word", {"a": 1}), "python: bots:word is not callable"),
        (TargetSpec("python", "bots:plian"), "module bots has no 'plian'; did you mean 'plain'?"),
        (TargetSpec("python", "bots:broken", factory=True), "python: bots:broken: the factory failed: ValueError: no weights"),
        (TargetSpec("python", "bots:broken", {"q": 1}, factory=True), "the factory failed: TypeError: broken() got an"),
        (TargetSpec("python", "bots:leaves", factory=True), "the factory failed: SystemExit: 0"),
        (TargetSpec("python", "bots:nothing", factory=True), "bots:nothing: the factory returned a NoneType; it must return a"),
        (TargetSpec("control", "coin", {"q": 0.5}), "control coin: unknown parameter 'q'; allowed: p, of the coin"),
        (TargetSpec("control", "coin", {"p": "high"}), "control coin: p=high; allowed: 0 to 1"),
        (TargetSpec("control", "coim"), "control=coim is not known; did you mean 'coin'?"),
    ],
)  # fmt: skip
def test_what_cannot_be_called_is_refused_before_the_run(suite, spec, words):
    with pytest.raises(UsageError) as caught:
        open_target(spec, suite)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("python:bots.geo:answer", TargetSpec("python", "bots.geo:answer")),
        ("control:null", TargetSpec("control", "null")),
        ("control:coin:0.99", TargetSpec("control", "coin", {"p": 0.99})),
    ],
)
def test_the_command_lines_form_is_read_and_written_back(text, spec):
    assert parse_target(text) == spec
    assert str(spec) == text


@pytest.mark.parametrize(
    "text", ["", "python", "python:", "python:a", "python::f", "python:a:", "python:a:b:c", "control:"]
)
def test_other_forms_are_refused_with_the_right_ones(text):
    with pytest.raises(UsageError, match=r"is not understood(; did .*)?; write .*(module:name|coin:0\.99)"):
        parse_target(text)


def test_a_coin_that_is_no_number_is_refused():
    with pytest.raises(UsageError, match=r"p=x\\x1b is not a number; write control:coin:0\.99"):
        parse_target("control:coin:x\x1b")


def test_a_suite_error_says_what_the_user_wrote(suite):
    with pytest.raises(SuiteError, match="nosuch_x:f: no module 'nosuch_x'"):
        open_target(TargetSpec("python", "nosuch_x:f"), suite)


HELD = """
from pathlib import Path

class Held:
    def __init__(self, place):
        self.file = Path(place)
        self.file.write_text("open")
    def __call__(self, x):
        if x == "boom":
            raise KeyboardInterrupt
        return self.file.read_text()
    def close(self):
        self.file.write_text("closed")
"""


def test_what_a_factory_holds_is_closed_once_the_target_is_not_needed(write_suite, tmp_path):
    place = tmp_path / "held"
    suite = load(write_suite(tmp_path, files={"held_bot.py": HELD}))
    spec = TargetSpec("python", "held_bot:Held", {"place": str(place)}, factory=True)
    target = open_target(spec, suite)
    assert target.call(1) == "open"
    with pytest.raises(KeyboardInterrupt), target:
        target.call("boom")
    assert place.read_text() == "closed"


def test_a_run_closes_its_target(write_suite, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    suite = load(write_suite(tmp_path, files={"held_bot.py": HELD}))
    spec = TargetSpec("python", "held_bot:Held", {"place": str(tmp_path / "held")}, factory=True)
    run(suite, Selection(target=spec), root=tmp_path)
    assert (tmp_path / "held").read_text() == "closed"


BEHIND = """
from pathlib import Path
from ninemarch.model import TargetSpec

class Behind:
    def __init__(self, place, target="control:oracle"):
        self.file = Path(place)
        self.file.write_text("open")
        kind, ref = target.split(":")
        self.target = TargetSpec(kind, ref)
    def close(self):
        self.file.write_text("closed")
"""


def test_a_factory_may_start_what_another_kind_of_target_reaches(write_suite, tmp_path):
    place = tmp_path / "held"
    suite = load(write_suite(tmp_path, files={"behind_bot.py": BEHIND}))
    with open_target(TargetSpec("python", "behind_bot:Behind", {"place": str(place)}, factory=True), suite) as target:
        assert target.control is not None
        assert place.read_text() == "open"
    assert place.read_text() == "closed"


def test_what_was_started_for_a_target_that_cannot_be_opened_is_closed(write_suite, tmp_path):
    place = tmp_path / "held"
    suite = load(write_suite(tmp_path, files={"behind_bot.py": BEHIND}))
    spec = TargetSpec("python", "behind_bot:Behind", {"place": str(place), "target": "control:nosuch"}, factory=True)
    with pytest.raises(UsageError):
        open_target(spec, suite)
    assert place.read_text() == "closed"
