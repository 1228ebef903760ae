"""Help: every command has it, it is quick because it imports nothing heavy, and --version says which it is."""

import subprocess
import sys

import pytest

from ninemarch import __version__

HEAVY = ("pandas", "scipy", "plotly", "pyarrow", "sklearn", "numpy")
COMMANDS = [
    [],
    ["demo"],
    ["plan"],
    ["calibrate"],
    ["run"],
    ["hunt"],
    ["gate"],
    ["merge"],
    ["show"],
    ["replay"],
    ["compare"],
    ["mine"],
    ["analyze"],
    ["shrink"],
    ["variants"],
    ["report"],
    ["config"],
    ["schema"],
    ["baseline"],
    *(["baseline", name] for name in ("accept", "show", "diff")),
    ["clusters"],
    *(["clusters", name] for name in ("show", "merge", "split", "rename")),
    ["judge"],
    *(["judge", name] for name in ("audit", "calibrate")),
    ["march"],
    *(["march", name] for name in ("add", "show", "forecast", "import", "rebase")),
    ["suite"],
    *(["suite", name] for name in ("list", "show", "validate", "verify", "schema")),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words) or "ninemarch")
def test_every_command_has_help(cli, tmp_path, words):
    done = cli(*words, "--help", cwd=tmp_path).must(0, "Usage: ninemarch")
    assert done.err == ""


def test_the_short_option_gives_the_same(cli, tmp_path):
    assert cli("run", "-h", cwd=tmp_path).must(0).out == cli("run", "--help", cwd=tmp_path).out


def test_this_list_of_commands_is_whole(cli, tmp_path):
    for words in ([], ["baseline"], ["clusters"], ["march"], ["suite"]):
        said = cli(*words, "--help", cwd=tmp_path).out.partition("Commands:\n")[2].partition("\n\n")[0]
        named = {
            line.split()[0] for line in said.splitlines() if line.startswith("  ") and not line.startswith("   ")
        }
        assert {
            command[-1] for command in COMMANDS if len(command) == len(words) + 1 and command[:-1] == words
        } == named


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["suite", "--help"], ["--version"], ["nosuch"]], ids=" ".join
)
def test_nothing_heavy_is_imported_for_it(tmp_path, words):
    code = (
        "import sys\n"
        f"sys.argv = ['ninemarch', *{words!r}]\n"
        "from ninemarch.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        f"    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr.splitlines()[-1] == "[]"


def test_the_version_is_the_packages(cli, tmp_path):
    assert cli("--version", cwd=tmp_path).must(0).out == f"ninemarch {__version__}\n"


def test_without_a_command_help_is_shown(cli, tmp_path):
    assert "Usage: ninemarch" in cli(cwd=tmp_path).out + cli(cwd=tmp_path).err
