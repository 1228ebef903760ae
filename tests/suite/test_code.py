"""References to code: found beside the suite, refused with the place, and hashed with what they import."""

import sys

import pytest

from ninemarch.errors import SuiteError
from ninemarch.suite.code import module_file, require, resolve, source_digest, versions


def _files(folder, **sources):
    for name, text in sources.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_a_module_beside_the_suite_is_found(tmp_path):
    _files(tmp_path, bots="def answer(x):\n    return x + 1\n")
    assert resolve("bots:answer", tmp_path)(1) == 2


def test_a_dotted_name_reaches_inside(tmp_path):
    _files(tmp_path, bots="class A:\n    class B:\n        value = 7\n")
    assert resolve("bots:A.B.value", tmp_path) == 7


def test_installed_modules_are_found_too(tmp_path):
    assert resolve("json:dumps", tmp_path)([1]) == "[1]"
    assert resolve("json:dumps", None)([1]) == "[1]"


def test_a_module_in_the_working_folder_is_found(tmp_path, monkeypatch):
    (tmp_path / "suite").mkdir()
    _files(tmp_path, herebot="answer = 5\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p])
    assert resolve("herebot:answer", tmp_path / "suite") == 5


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("nosuch_x:f", "python: nosuch_x:f: no module 'nosuch_x' in "),
        ("nosuch_x.deep:f", "no module 'nosuch_x'"),
        ("needy:f", "python: needy:f: its module needs 'nosuch_y', which is not installed; install it"),
        (
            "raises:f",
            "python: raises:f: importing raises failed: RuntimeError: no \\x1b[31m luck (raises.py, line 2); mend",
        ),
        ("leaves:f", "importing leaves failed: SystemExit: 0 (leaves.py, line 1); mend the module"),
        ("broken:f", "importing broken failed: SyntaxError: "),
        ("broken:f", "(broken.py, line 2)"),
        ("mute:f", "importing mute failed: Mute (mute.py, line 4)"),
        ("good:anwser", "module good has no 'anwser'; did you mean 'answer'?; give module:name of a callable"),
        ("good:zzz", "module good has no 'zzz'; give module:name"),
        ("good:answer.nosuch", "has no 'nosuch'"),
    ],
)
def test_what_cannot_be_had_is_refused_with_place_and_fix(tmp_path, ref, words):
    _files(
        tmp_path,
        needy="import nosuch_y\n",
        raises="x = 1\nraise RuntimeError('no \\x1b[31m luck')\n",
        leaves="raise SystemExit(0)\n",
        broken="x = 1\ndef f(:\n",
        mute="class Mute(Exception):\n    def __str__(self):\n        raise OSError\nraise Mute\n",
        good="def answer(x):\n    return x\n",
    )
    with pytest.raises(SuiteError) as caught:
        resolve(ref, tmp_path)
    assert words in str(caught.value)


def test_a_module_that_hides_another_suites_module_is_refused(tmp_path):
    _files(tmp_path / "one", bots="x = 1\n")
    _files(tmp_path / "two", bots="x = 2\n")
    assert resolve("bots:x", tmp_path / "one") == 1
    with pytest.raises(
        SuiteError, match=r"hidden by one already loaded.*give the suite's modules names of their own"
    ):
        resolve("bots:x", tmp_path / "two")


def test_needs_are_checked_first_and_say_what_installs_them():
    require(["json", "os.path"], "")
    with pytest.raises(
        SuiteError, match=r"not installed: nosuch_a, nosuch\.b, \.c; install them with: pip install x"
    ):
        require(["json", "nosuch_a", "nosuch.b", ".c"], "pip install x")


def test_the_digest_follows_imports_without_running_them(tmp_path):
    _files(
        tmp_path,
        made="import helper\nfrom pack.deep import x\nfrom pack import other\nraise RuntimeError\n",
        helper="import os\n",
        unused="",
    )
    deep = "from .. import nothing\nfrom .near import y\n"
    _files(tmp_path / "pack", __init__="from . import near\n", deep=deep, near="", other="", unused="")
    found = source_digest(["made:scenario"], tmp_path)
    assert list(found) == [
        "helper.py",
        "made.py",
        "pack/__init__.py",
        "pack/deep.py",
        "pack/near.py",
        "pack/other.py",
    ]


def test_the_digest_stops_at_cycles_and_at_what_does_not_parse(tmp_path):
    _files(tmp_path, a="import b\n", b="import a\nimport c\n", c="def f(:\n")
    assert list(source_digest(["a:f"], tmp_path)) == ["a.py", "b.py", "c.py"]


def test_a_suite_without_a_folder_has_no_digest():
    assert source_digest(["json:dumps"], None) == {}


def test_packages_are_found_by_their_init(tmp_path):
    _files(tmp_path / "pack", __init__="")
    assert module_file("pack", tmp_path) == tmp_path / "pack" / "__init__.py"
    assert module_file("nothing", tmp_path) is None


def test_versions_of_what_is_not_installed_are_missing():
    assert versions(["nosuch-distribution-x"]) == {"nosuch-distribution-x": "missing"}
    assert versions(["pytest"])["pytest"] == pytest.__version__
