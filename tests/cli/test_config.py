"""Settings from environment, suite and file, through the real command line."""

import shutil

import pytest

GATE = [{"id": "g", "success": 0.5}]
MAKER = "def scenario(attributes, rng):\n    return {'input': 1, 'expect': 1}\n"


def planned(cli, folder, *words, env=None):
    """Trials that plan and run agree on, where nothing was run before."""
    shutil.rmtree(folder / ".ninemarch", ignore_errors=True)
    run = cli("run", ".", "--json", *words, cwd=folder, env=env).must(3).json["plan"]
    assert cli("plan", ".", "--json", *words, cwd=folder, env=env).must(0).json["planned"] == run["planned"]
    return run["planned"], run["stop"]


@pytest.mark.parametrize("declared", [False, True])
def test_option_then_environment_then_suite_then_file(cli, write_suite, tmp_path, declared):
    own = {"trials": {"max": 70, "stop": "fixed"}} if declared else {}
    source = [{"generate": {"python": "maker:scenario"}}]
    write_suite(tmp_path, files={"maker.py": MAKER}, scenarios=source, gates=[{"id": "g", "nines": 3}], **own)
    (tmp_path / "ninemarch.toml").write_text("trials = 60\nstop = 'fixed'\n")
    assert planned(cli, tmp_path) == ((70, "fixed") if declared else (60, "fixed"))
    env = {"NINEMARCH_TRIALS": "80", "NINEMARCH_STOP": "sequential"}
    assert planned(cli, tmp_path, env=env) == (80, "sequential")
    assert planned(cli, tmp_path, "-n", "90", "--stop", "fixed", env=env) == (90, "fixed")


def test_suite_page_and_junit_from_the_file(cli, write_suite, tmp_path):
    write_suite(tmp_path / "suites", gates=GATE)
    (tmp_path / "pyproject.toml").write_text(
        "[tool.ninemarch]\nsuite = 'suites'\nreport = 'page.html'\njunit = 'j.xml'\ngithub = true\n"
    )
    done = cli("run", cwd=tmp_path).must(0)
    assert "::notice title=PASS" in done.err
    assert (tmp_path / "page.html").exists()
    (tmp_path / "j.xml").unlink()
    assert "::notice" not in cli("gate", "--no-github", cwd=tmp_path).must(0).err
    assert (tmp_path / "j.xml").exists()


def test_config_says_what_holds_and_why(cli, tmp_path):
    (tmp_path / "ninemarch.toml").write_text("trials = 60\n")
    env = {"NINEMARCH_JUNIT": "\x1b[31mj.xml"}
    done = cli("config", cwd=tmp_path, env=env).must(0, "trials", "60", "ninemarch.toml", "NINEMARCH_JUNIT")
    assert not done.steering
    found = cli("config", "--json", cwd=tmp_path, env=env).json["settings"]
    assert found["trials"] == {"value": 60, "origin": "ninemarch.toml"}
    assert found["junit"] == {"value": "\x1b[31mj.xml", "origin": "NINEMARCH_JUNIT"}
    assert found["github"] == {"value": False, "origin": "default"}


@pytest.mark.parametrize("words", [["run", "."], ["gate"], ["config"], ["plan", "."]], ids=" ".join)
def test_a_wrong_file_is_a_usage_error(cli, write_suite, tmp_path, words):
    write_suite(tmp_path)
    (tmp_path / "ninemarch.toml").write_text("trails = 60\n")
    cli(*words, cwd=tmp_path).must(2, "ninemarch.toml: unknown key 'trails'; did you mean 'trials'?")
    assert not (tmp_path / ".ninemarch").exists()


def test_a_resumed_run_keeps_its_plan_whatever_the_settings(cli, write_suite, tmp_path):
    write_suite(tmp_path)
    cli("run", ".", cwd=tmp_path)
    env = {"NINEMARCH_SUITE": "other", "NINEMARCH_TRIALS": "3"}
    cli("run", "--resume", "latest", cwd=tmp_path, env=env).must(2, "is complete; nothing to resume")
