"""The exception tree, its exit codes, and the hint for a misspelt word."""

from hypothesis import given
from hypothesis import strategies as st

from ninemarch import errors
from ninemarch.errors import ExitCode, Interrupted, NinemarchError, RunInvalid, SuiteError, UsageError, nearest


def test_every_error_knows_its_exit_code():
    codes = {kind: kind("x").exit_code for kind in (NinemarchError, UsageError, SuiteError, RunInvalid, Interrupted)}
    assert codes == {
        NinemarchError: ExitCode.BUG,
        UsageError: ExitCode.USAGE,
        SuiteError: ExitCode.USAGE,
        RunInvalid: ExitCode.INVALID,
        Interrupted: ExitCode.INTERRUPTED,
    }


def test_sigterm_has_an_exit_code_of_its_own():
    assert Interrupted("x", ExitCode.TERMINATED).exit_code == 143


def test_exit_codes_are_the_documented_numbers():
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3, 4, 5, 130, 143]


def test_a_suite_error_is_a_usage_error():
    assert issubclass(SuiteError, UsageError)


def test_only_a_failed_gate_gives_one():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, NinemarchError)]
    assert ExitCode.GATE_FAILED not in {kind("x").exit_code for kind in kinds}


def test_nearest_suggests_one_word_and_only_a_near_one():
    assert nearest("wieght", ["weight", "height"]) == "; did you mean 'weight'?"
    assert nearest("wieght", ["target"]) == ""
    assert nearest("x", []) == ""


@given(st.text(max_size=20), st.lists(st.text(max_size=10), max_size=5))
def test_nearest_suggests_only_what_is_known(word, known):
    said = nearest(word, known)
    assert said == "" or any(said == f"; did you mean '{each}'?" for each in known)


def test_all_names_exist():
    assert all(hasattr(errors, name) for name in errors.__all__)
