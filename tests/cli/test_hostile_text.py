"""Hostile text in names that a suite brings: it reaches no terminal raw, and programs get it back as it was."""

import pytest

EVIL = "\x1b[2J\x1b]52;c;aGk=\x07\x9b31m\u202egnp.exe\r[/red]\u2028"
SHOWN = "\\x1b[2J\\x1b]52;c;aGk=\\x07\\x9b31m\\u202egnp.exe\\x0d[/red]\\u2028"


@pytest.fixture(scope="module")
def folder(cli, write_suite, tmp_path_factory):
    """A suite whose every name is hostile, run once on a target that answers with its input."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = [
        {
            "id": f"{EVIL}{i}",
            "input": EVIL,
            "expect": f"{EVIL}{i % 2}",
            "attributes": {f"a{EVIL}": f"b{EVIL}"},
            "group": EVIL,
            "void": EVIL if i == 3 else "",
        }
        for i in range(100)
    ]
    write_suite(
        folder,
        files={"bots.py": "def answer(x):\n    return x + '0'\n"},
        title=EVIL,
        version=EVIL,
        effort_unit=EVIL,
        scenarios=[{"inline": rows}, {"subset": f"s{EVIL}", "inline": [{"id": "clean", "input": "", "expect": "0"}]}],
        profile=f"p{EVIL}",
        profiles={f"p{EVIL}": {f"a{EVIL}": {f"b{EVIL}": 1}}},
        releases=[{"id": f"r{EVIL}", "name": EVIL, "target": {"python": "bots:answer"}}],
        gates=[
            {"id": f"g{EVIL}", "success": 0.999},
            {"id": f"h{EVIL}", "success": 0.9, "where": {f"a{EVIL}": f"b{EVIL}"}},
            {"id": f"i{EVIL}", "success": 0.9, "where": {f"c{EVIL}": f"d{EVIL}"}},
        ],
        target=None,
    )
    cli("run", ".", cwd=folder).must(1)
    return folder


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["run", "."], 1),
        (["run", ".", "-q"], 1),
        (["run", ".", "--json"], 1),
        (["mine"], 0),
        (["mine", "--json"], 0),
        (["run", ".", "--subset", f"s{EVIL}"], 0),
        (["run", ".", "-w", f"a{EVIL}=b{EVIL}"], 2),  # the first = ends the name
        (["run", ".", "-w", f"{EVIL}=x"], 2),
        (["run", ".", "--scenario", f"{EVIL}7"], 0),
        (["run", ".", "--scenario", EVIL], 2),
        (["run", ".", "--profile", EVIL], 2),
        (["run", ".", "--release", EVIL], 2),
        (["run", ".", "--target", EVIL], 2),
        (["run", ".", "--release", EVIL, "--target", "control:null", "-q"], 1),
        (["run", EVIL], 2),
        (["show"], 1),
        (["gate"], 1),
        (["gate", "-q"], 1),
        (["show", "--failures"], 0),
        (["show", "--failures", "--json"], 0),
        (["show", "--list"], 0),
        (["show", "latest", "0"], 0),
        (["show", "latest", f"{EVIL}1"], 0),
        (["show", "latest", EVIL], 2),
        (["show", EVIL], 2),
        (["replay", "latest", f"{EVIL}1"], 0),
        (["replay", "latest", f"{EVIL}1", "--json"], 0),
        (["replay", "latest", f"{EVIL}3"], 2),
        (["report", "-o", "page.html"], 0),
        (["suite", "show", "."], 0),
        (["suite", "show", ".", "--json"], 0),
        (["suite", "validate", "."], 0),
        (["suite", "verify", "."], 0),
    ],
)
def test_no_command_lets_it_through(cli, folder, words, code):
    home = {"NINEMARCH_HOME": str(folder / "other")} if words[0] == "run" else {}
    done = cli(*words, cwd=folder, env=home)
    assert not done.steering
    assert done.code in ({0, 1} if words[0] in {"show", "gate"} and code == 1 else {code}), done.out + done.err
    assert "Traceback" not in done.err
    if "--json" in words:
        assert done.json


def test_it_is_shown_in_letters(cli, folder):
    assert SHOWN in cli("show", "latest", "1", cwd=folder).must(0).out.replace("\n", "")


def test_programs_get_it_back_as_it_was(cli, folder):
    failure = cli("show", "latest", f"{EVIL}1", "--json", cwd=folder).must(0).json
    assert failure["scenario"] == f"{EVIL}1"
    assert failure["input"] == EVIL
    assert failure["attributes"] == {f"a{EVIL}": f"b{EVIL}"}
    assert failure["group"] == EVIL


def test_the_page_holds_no_steering_character(cli, folder):
    cli("report", "-o", "page.html", cwd=folder).must(0)
    assert not set("\x1b\u202e\x9b\x07\u2028") & set((folder / "page.html").read_text(encoding="utf-8"))
