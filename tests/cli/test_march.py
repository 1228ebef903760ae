"""The march on the command line: releases recorded, shown, in a fresh checkout and with hostile names."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import jsonschema
import pytest

HOSTILE = "\x1b[31m<b>::error::x\u202e"
MANY = [{"id": f"s{n}", "input": n, "expect": n} for n in range(300)]
BOT = """
def one(x): return x if x % 10 else 'wrong'
def two(x): return x if x % 30 else 'wrong'
def three(x): return x if x % 11 else 'wrong'
"""


def run(cli, folder, target, label, *more):
    cli("run", ".", "-q", "--target", f"python:bots:{target}", "--release", label, *more, cwd=folder).must(0)


@pytest.fixture(scope="module")
def project(cli, write_suite, tmp_path_factory):
    """A suite with three releases, the last of them worse than the one before."""
    folder = tmp_path_factory.mktemp("project")
    write_suite(folder, files={"bots.py": BOT}, scenarios=[{"inline": MANY}])
    for target, label, effort in (("one", "1.0", "2w"), ("two", HOSTILE, "1.5 weeks"), ("three", "1.2", "4w")):
        run(cli, folder, target, label)
        cli("march", "add", "--effort", effort, cwd=folder).must(0, "reports/tiny/march.jsonl: commit it")
    return folder


def test_releases_are_shown_with_effort_rates_and_the_drop_that_is_real(cli, project):
    done = cli("march", "show", ".", cwd=project).must(
        0,
        "tiny 3 releases, effort in weeks",
        "1.0 2 30 of 300 90.00%",
        "3.5 10 of 300 96.67%",
        "1.2 7.5 28 of 300 90.67%",
        "worse",
        "beyond chance: 90% interval",
        "(Tango)",
    )
    assert not done.steering
    assert max(map(len, done.out.splitlines())) <= 80


def test_the_document_says_the_same(cli, project):
    done = cli("march", "show", ".", "--json", cwd=project).must(0)
    assert not done.steering
    found = done.json
    assert found["kind"] == "milestones"
    assert [row["cumulative_effort"] for row in found["milestones"]] == [2.0, 3.5, 7.5]
    assert [row["failures"] for row in found["milestones"]] == [30, 10, 28]
    assert found["milestones"][1]["release"] == HOSTILE
    drop = found["milestones"][2]["drop"]
    assert (drop["since"], drop["proven"], drop["difference"]["method"]) == (HOSTILE, True, "Tango")
    assert drop["difference"]["estimate"] == pytest.approx(18 / 300)


def test_every_document_of_the_march_is_in_the_schema(cli, project, tmp_path):
    shutil.copytree(project, tmp_path / "p")
    folder = tmp_path / "p"
    validator = jsonschema.Draft202012Validator(cli("schema", cwd=folder).must(0).json)
    run(cli, folder, "one", "1.3")
    for words in (["add", "--json"], ["show", ".", "--json"], ["forecast", ".", "--json"]):
        validator.validate(cli("march", *words, cwd=folder).must(0).json)


def test_a_fresh_checkout_has_only_the_record_and_holds_the_counts_against_each_other(cli, project, tmp_path):
    for name in ("suite.yaml", "bots.py", "reports"):
        source = project / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    found = cli("march", "show", ".", "--json", cwd=tmp_path).must(0).json
    assert found["milestones"][2]["drop"]["difference"]["method"] == "Miettinen-Nurminen"


def test_the_same_scenarios_again_are_no_look_and_another_suite_is_another_line(cli, project, write_suite, tmp_path):
    shutil.copytree(project, tmp_path / "p")
    folder = tmp_path / "p"
    run(cli, folder, "three", "1.2", "--seed", "2000")
    cli("march", "add", cwd=folder).must(2, "again, which is no fresh sample")
    write_suite(folder, scenarios=[{"inline": MANY[1:]}])
    run(cli, folder, "three", "1.3")
    cli("march", "add", cwd=folder).must(0)
    cli("march", "show", ".", cwd=folder).must(
        0,
        "-- the scenarios changed: not on one line",
        "3 releases were never run on the newest scenarios",
        "no effort is known of release 1.3",
    )


def test_a_further_look_at_a_release_is_a_row_of_its_own_with_its_own_trials(cli, write_suite, tmp_path):
    maker = "def make(levels, rng):\n    n = rng.randrange(10**6)\n    return {'input': n, 'expect': n}\n"
    drawn = {"scenarios": [{"generate": {"python": "gen:make"}}], "gates": [{"id": "g", "success": 0.5}]}
    write_suite(tmp_path, files={"bots.py": BOT, "gen.py": maker}, trials={"max": 200, "stop": "fixed"}, **drawn)
    for _ in range(2):
        cli("run", ".", "-q", "--target", "python:bots:one", "--release", "1", "--march", cwd=tmp_path).must(0)
    first, again = cli("march", "show", ".", "--json", cwd=tmp_path).must(0).json["milestones"]
    # The decision on the second run continues the evidence of the first; its line has its own trials alone.
    assert (first["trials"], first["further"], again["further"]) == (200, False, True)
    assert again["trials"] == again["counts"]["planned"] < 200
    cli("march", "show", ".", cwd=tmp_path).must(0, "tiny 1 release", "again, seed 1000")


def test_what_cannot_stand_on_the_march_is_refused_and_nothing_is_written(cli, project):
    before = (project / "reports/tiny/march.jsonl").read_bytes()
    cli("march", "add", cwd=project).must(2, "would stand twice")
    cli("march", "add", "--release", "9", cwd=project).must(2, "it is of release '1.2', not '9'")
    cli("march", "add", "--effort", "soon", cwd=project).must(2, "--effort 'soon' is no amount of work")
    cli("march", "add", "nosuch", cwd=project).must(2, "no run begins with")
    run(cli, project, "one", "1.4", "--scenario", "s1")
    cli("march", "add", cwd=project).must(2, "cannot stand on the march: it ran chosen scenarios")
    run(cli, project, "one", "1.4")
    cli("march", "add", "--effort", "3 days", cwd=project).must(2, "in 'days', this march counts in 'weeks'")
    cli("run", ".", "-q", "--target", "control:null", cwd=project).must(0)
    assert (project / "reports/tiny/march.jsonl").read_bytes() == before


def test_runs_added_at_once_are_all_kept(cli, write_suite, tmp_path):
    write_suite(tmp_path, files={"bots.py": BOT}, scenarios=[{"inline": MANY[:20]}])
    for number in range(3):
        run(cli, tmp_path, "one", str(number))
    ids = [path.name for path in (tmp_path / ".ninemarch/runs").iterdir()]
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda name: cli("march", "add", name, cwd=tmp_path, fresh=True), ids))
    assert [each.code for each in done] == [0] * 3
    assert len((tmp_path / "reports/tiny/march.jsonl").read_bytes().splitlines()) == 3


def test_without_a_march_it_is_said_how_to_begin(cli, write_suite, tmp_path):
    write_suite(tmp_path)
    cli("march", "show", ".", cwd=tmp_path).must(2, "no march of suite tiny", "ninemarch march add RUN")


def test_a_damaged_record_is_refused_with_its_line(cli, project, tmp_path):
    shutil.copytree(project, tmp_path / "p")
    with (tmp_path / "p/reports/tiny/march.jsonl").open("a", encoding="utf-8") as file:
        file.write("{}\n")
    cli("march", "show", ".", cwd=tmp_path / "p").must(
        2, "march.jsonl, line 4, is no milestone", "bring the file back"
    )


COUNTS = (
    "release,name,failures,trials,date,effort\n0.8,rules,130,400,2025-01-01,3\n0.9,<b>\x1b[31m,40,400,2025-02-01,2\n"
)


def test_counts_from_elsewhere_stand_before_the_runs_on_a_line_of_their_own(cli, project, tmp_path):
    shutil.copytree(project, tmp_path / "p")
    folder = tmp_path / "p"
    (folder / "counts.csv").write_text(COUNTS, encoding="utf-8")
    done = cli("march", "import", ".", "counts.csv", cwd=folder)
    done.must(0, "0.8 rules 67.50%, 90% interval", "effort 3 weeks", "march.jsonl: commit it")
    assert not done.steering
    shown = cli("march", "show", ".", cwd=folder).must(
        0, "0.8 rules 3 130 of 400", "-- recorded runs from here on", "1.2 12.5", "imported counts are taken as"
    )
    assert not shown.steering
    cli("march", "import", ".", "counts.csv", cwd=folder).must(2, "the counts of 0.8 would stand twice")


def test_counts_need_no_suite(cli, tmp_path):
    (tmp_path / "counts.csv").write_text(COUNTS, encoding="utf-8")
    cli("march", "import", "robot", "counts.csv", "--effort-unit", "sprints", cwd=tmp_path).must(0)
    cli("march", "show", "robot", cwd=tmp_path).must(0, "robot 2 releases, effort in sprints", "40 of 400")
    cli("march", "show", "robt", cwd=tmp_path).must(2, "robt")


def test_a_run_can_be_added_at_once_with_effort_from_git(cli, write_suite, tmp_path):
    write_suite(tmp_path, files={"bots.py": BOT}, scenarios=[{"inline": MANY[:20]}])
    who = ("git", "-c", "user.name=x", "-c", "user.email=x@y.z")
    for words in (
        ["init"],
        ["commit", "--allow-empty", "-m", "a"],
        ["tag", "v1"],
        ["commit", "--allow-empty", "-m", "b"],
    ):
        subprocess.run([*who, *words], cwd=tmp_path, check=True, capture_output=True)
    one = ("run", ".", "-q", "--target", "python:bots:one", "--march")
    done = cli(*one, "--release", "1", "--effort-from", "git:v1..HEAD", cwd=tmp_path)
    done.must(0, "added to reports/tiny/march.jsonl: commit it")
    cli(*one, "--release", "2", "--effort", "3w", cwd=tmp_path).must(2, "this march counts in 'commits'")
    cli(*one, "--release", "2", "--effort", "3", "--effort-from", "git:v1..HEAD", cwd=tmp_path).must(2, "give one")
    cli(*one, "--release", "2", "--effort", "4", cwd=tmp_path).must(0)
    cli(*one, "--release", "3", "--scenario", "s1", cwd=tmp_path).must(0, "not added to the march", "no sample")
    shown = cli("march", "show", ".", "--json", cwd=tmp_path).must(0).json
    assert [row["cumulative_effort"] for row in shown["milestones"]] == [1.0, 5.0]
    assert shown["effort_unit"] == "commits"


MARCH = "release,failures,trials,effort\n" + "".join(
    f"{HOSTILE if n == 3 else n},{failures},1000,2\n" for n, failures in enumerate((100, 60, 32, 18, 10, 6, 3, 2), 1)
)


@pytest.fixture(scope="module")
def robot(cli, tmp_path_factory):
    """A march of eight releases, counted elsewhere."""
    folder = tmp_path_factory.mktemp("robot")
    (folder / "counts.csv").write_text(MARCH, encoding="utf-8")
    cli("march", "import", "robot", "counts.csv", "--effort-unit", "weeks", cwd=folder).must(0)
    return folder


def test_a_forecast_says_what_a_nine_costs_and_on_what_it_rests(cli, robot):
    done = cli("march", "forecast", "robot", "--crow-amsaa", cwd=robot).must(
        0,
        "robot 8 releases over 16 weeks",
        "a nine costs a line:",
        "fits best",
        "pace open: these releases cannot tell",
        "99.9% reached a line: at",
        "Crow-AMSAA beta 0.3",
        "if work goes on as before",
        "has 2 failures in 1,000 trials; to prove 99.9% takes 2,995 clean trials",
    )
    assert not done.steering
    assert max(map(len, done.out.splitlines())) <= 80
    assert "100%" not in done.out


def test_the_document_of_a_forecast_says_the_same(cli, robot):
    text = " ".join(cli("march", "forecast", "robot", cwd=robot).must(0).out.split())
    done = cli("march", "forecast", "robot", "--json", cwd=robot).must(0)
    assert not done.steering
    found = done.json
    assert (found["kind"], found["nine"], found["chosen"]) == ("forecast", 3, "line")
    for shape in found["shapes"]:
        assert shape["per_nine_text"] in text
        assert shape["reached_text"] in text
    assert found["pace"]["text"] in text
    assert found["evidence"] in text
    assert len(found["cone"]["points"]) == 25
    assert found["releases"][2]["release"] == HOSTILE


def test_a_march_too_short_for_a_forecast_says_how_long_it_must_be(cli, project):
    cli("march", "forecast", ".", "--confidence", "0.3", cwd=project).must(2, "Invalid value for '--confidence'")
    cli("march", "forecast", ".", cwd=project).must(0, "cone none: a cone needs 5 releases, there are 3")


LADDER = [
    {"id": str(number), "target": {"python": f"bots_{number}:answer"}, "effort": number} for number in (1, 2, 3)
]


@pytest.fixture
def ladder(cli, write_suite, tmp_path):
    """Three releases of a ladder and a labelled one, on record; then the suite has changed, and so has release 2."""
    files = {f"bots_{n}.py": f"def answer(x): return x if x % {10 * n} else 'wrong'\n" for n in (1, 2, 3)}
    files["bots.py"] = BOT
    keys = {"files": files, "releases": LADDER, "target": None, "effort_unit": "weeks"}
    write_suite(tmp_path, scenarios=[{"inline": MANY}], **keys)
    for number in (1, 2):
        cli("run", ".", "-q", "--release", str(number), "--march", cwd=tmp_path).must(0, "added to")
    run(cli, tmp_path, "two", "2.1", "--march", "--effort", "1")
    keys["files"]["bots_2.py"] += "# changed\n"
    write_suite(tmp_path, scenarios=[{"inline": MANY[:200]}], **keys)
    cli("run", ".", "-q", "--release", "3", "--march", cwd=tmp_path).must(0)
    return tmp_path


def test_old_releases_that_are_still_here_are_run_again_and_join_the_line(cli, ladder):
    cli("march", "show", ".", cwd=ladder).must(0, "3 releases were never run on the newest", "march rebase")
    plan = ("1 would be run", "2 not run, its code is not here any more", "2.1 would be run")
    cli("march", "rebase", ".", "--dry-run", cwd=ladder).must(0, *plan)
    assert len((ladder / "reports/tiny/march.jsonl").read_bytes().splitlines()) == 4
    cli("march", "rebase", ".", cwd=ladder).must(0, "1 90.00%, 90% interval", plan[1], "2.1 96.50%, 90% interval")
    found = cli("march", "show", ".", "--json", cwd=ladder).must(0).json["milestones"]
    told = [(row["release"], row["trials"], row["source"], row["on_line"]) for row in found]
    assert told == [
        ("1", 200, "rebase", True),
        ("1", 300, "run", False),
        ("2", 300, "run", False),
        ("2.1", 200, "rebase", True),
        ("2.1", 300, "run", False),
        ("3", 200, "run", True),
    ]
    assert [row["cumulative_effort"] for row in found if not row["further"]] == [1.0, 3.0, 4.0, 7.0]
    cli("march", "rebase", ".", "--release", "1", cwd=ladder).must(0, "every release is on the line already")


def test_one_release_can_be_rebased_and_one_that_is_not_on_the_march_is_refused(cli, ladder):
    cli("march", "rebase", ".", "--release", "2.1", cwd=ladder).must(0, "2.1 96.50%")
    cli("march", "rebase", ".", "--release", "9", cwd=ladder).must(
        2, "release=9 is not on the march of tiny; known: 1"
    )


def test_a_fresh_checkout_can_rebase_what_its_code_still_is(cli, ladder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkout")
    for source in ladder.iterdir():
        if source.name not in {".ninemarch", "__pycache__"}:
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / source.name)
    cli("march", "rebase", ".", "--release", "1", cwd=folder).must(0, "1 90.00%")


def test_imported_counts_cannot_be_rebased(cli, ladder):
    (ladder / "counts.csv").write_text("release,failures,trials\n0.1,30,100\n", encoding="utf-8")
    cli("march", "import", ".", "counts.csv", cwd=ladder).must(0)
    cli("march", "rebase", ".", "--release", "0.1", cwd=ladder).must(
        0, "0.1 not run, nobody recorded what code it was"
    )
