"""``ninemarch mine`` as a user meets it: 80 columns, replay commands that work, one JSON document."""

import re

import pytest

BOT = """
def answer(x):
    if x % 29 == 0:
        raise KeyError(x)
    return None if x % 31 == 0 else 'x' if x % 37 == 0 else x
"""
HOSTILE = "\x1b[31m<b>\u202e"
MANY = [{"id": f"s{n}", "input": n, "expect": n} for n in range(1, 600)]


@pytest.fixture(scope="module")
def project(cli, write_suite, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mined")
    write_suite(folder, files={"bots.py": BOT}, target={"python": "bots:answer"}, scenarios=[{"inline": MANY}])
    cli("run", ".", "-q", cwd=folder).must(0)
    return folder


def test_it_says_what_fails_and_which_fixes_buy_the_next_nine(cli, project):
    done = cli("mine", cwd=project).must(
        0,
        "55 failures of 3 kinds in 599 trials: fixing the first 3 reaches 99%, not yet proven",
        "KeyError at bots.py:4 in answer",
        "refused: the target returned None",
        "similar wording",
        "a text instead of a number",
        "a fix is confirmed by",
        "Not seen yet",
    )
    assert max(map(len, done.out.splitlines())) <= 80
    assert not done.err


def test_every_replay_command_works_and_fails_again(cli, project):
    commands = re.findall(r"ninemarch (replay \S+ \d+)", cli("mine", cwd=project).must(0).out)
    assert len(commands) == 3
    for command in commands:
        cli(*command.split(), cwd=project).must(0, "1 of 1 replay gave the recorded verdict")


def test_top_says_what_it_leaves_out(cli, project):
    done = cli("mine", "--top", "1", cwd=project).must(0, "2 more clusters with 35 trials")
    assert "KeyError" in done.out
    assert "a text instead of a number" not in done.out


def test_one_json_document_holds_every_cluster_and_adds_up(cli, project):
    found = cli("mine", "--json", "--top", "1", cwd=project).must(0).json
    assert found["kind"] == "mining"
    assert sum(each["trials"] for each in found["clusters"]) == found["counts"]["fail"] == 55
    assert [len(each["members"]) for each in found["clusters"]] == [20, 19, 16]
    assert [fix["left"]["failures"] for fix in found["waterfall"]["fixes"]] == [36, 18, 3]


def test_it_says_where_failures_concentrate_and_what_could_have_been_found(cli, write_suite, tmp_path):
    levels = {True: f"de{HOSTILE}", False: "en"}
    placed = [{**each, "attributes": {"language": levels[each["input"] % 20 == 0]}} for each in MANY]
    bot = "def answer(x):\n    return 'x' if x % 40 == 0 or x % 199 == 0 else x\n"
    write_suite(tmp_path, files={"bots.py": bot}, target={"python": "bots:answer"}, scenarios=[{"inline": placed}])
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    done = cli("mine", cwd=tmp_path).must(0, "1 slice holds 14 of 17 failures in 4.8% of the trials", "confirm them")
    assert "language=de\\x1b[31m<b>" in "".join(line.strip() for line in done.out.splitlines())
    assert not done.steering
    assert max(map(len, done.out.splitlines())) <= 80
    (found,) = cli("mine", "--json", cwd=tmp_path).must(0).json["slices"]["found"]
    assert found["conditions"] == [{"attribute": "language", "level": levels[True]}]
    assert (found["found_rate"]["failures"], found["found_rate"]["trials"]) == (14, 29)
    assert (found["alone"]["failures"], found["alone"]["trials"]) == (14, 599)
    assert 0.1 < found["at_least"] < found["found_rate"]["estimate"]


def test_where_nothing_stands_out_it_says_what_could_have(cli, write_suite, tmp_path):
    placed = [{**each, "attributes": {"half": str(each["input"] % 2)}} for each in MANY]
    bot = "def answer(x):\n    return 'x' if x % 29 == 0 else x\n"
    write_suite(tmp_path, files={"bots.py": bot}, target={"python": "bots:answer"}, scenarios=[{"inline": placed}])
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    cli("mine", cwd=tmp_path).must(0, "No slice fails more often beyond chance: 2 slices looked at", "4 times in 5")
    assert cli("mine", "--json", cwd=tmp_path).must(0).json["slices"]["found"] == []


def test_a_run_without_failure_says_so_with_its_limit(cli, write_suite, tmp_path):
    write_suite(tmp_path, scenarios=[{"inline": MANY}])
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    done = cli("mine", cwd=tmp_path).must(0, "Nothing to mine: no failure in 599 trials")
    assert "together at most 51 failures per 10,000 trials, at 95% confidence" in " ".join(done.out.split())
    assert cli("mine", "--json", cwd=tmp_path).must(0).json["clusters"] == []


def test_wrong_input_is_said(cli, project, tmp_path):
    cli("mine", "nosuch", cwd=project).must(2, "no run begins with 'nosuch'")
    cli("mine", cwd=tmp_path).must(2, "no run in", "ninemarch run SUITE")
    cli("mine", "--top", "0", cwd=project).must(2)


def test_a_kept_run_and_what_people_decide_bind_the_next(cli, write_suite, tmp_path):
    write_suite(tmp_path, files={"bots.py": BOT}, target={"python": "bots:answer"}, scenarios=[{"inline": MANY}])
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    cli("clusters", "show", ".", cwd=tmp_path).must(2, "no catalogue of failures", "ninemarch mine RUN --keep")
    cli("mine", "--keep", cwd=tmp_path).must(0, "kept in reports/tiny/clusters.json: commit it")
    found = cli("clusters", "show", ".", "--json", cwd=tmp_path).must(0).json
    error, refused, _ = (each["id"] for each in found["clusters"])
    cli("clusters", "merge", ".", refused, error, cwd=tmp_path).must(0, "commit it")
    cli("clusters", "rename", ".", error, HOSTILE, cwd=tmp_path).must(0)
    (tmp_path / "bots.py").write_text(BOT.replace("% 29", "% 7").replace("% 37", "% 10_007"))
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    done = cli("mine", cwd=tmp_path).must(0, "1 gone", error, "16 of 599 then, 0 of 599 now", "\\x1b[31m")
    assert not done.steering
    changes = {
        each["id"]: each["change"] for each in cli("mine", "--json", cwd=tmp_path).must(0).json["trends"]["clusters"]
    }
    assert changes[error] == "growing"
    shown = cli("clusters", "show", ".", cwd=tmp_path).must(0, "merged by hand from the kinds", "39 of 599")
    assert not shown.steering
    assert max(map(len, shown.out.splitlines())) <= 80
    cli("clusters", "split", ".", error, "nosuch", cwd=tmp_path).must(2, "has no kind 'nosuch'")


def test_a_fix_is_proven_on_the_same_scenarios(cli, write_suite, tmp_path):
    write_suite(tmp_path, files={"bots.py": BOT}, target={"python": "bots:answer"}, scenarios=[{"inline": MANY}])
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    first = cli("mine", "--json", cwd=tmp_path).must(0).json["run"]
    (tmp_path / "bots.py").write_text(BOT.replace("% 31", "% 10_007"))
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    done = cli("mine", "--since", first, cwd=tmp_path).must(
        0,
        "on the same 599 trials",
        "fixed refused",
        "19 then, 0 now: 19 gone",
        "without the fixed ones it had 93.99%",
    )
    assert max(map(len, done.out.splitlines())) <= 80
    found = cli("mine", "--since", first, "--json", cwd=tmp_path).must(0).json["since"]
    assert [each["outcome"] for each in found["clusters"]] == ["fixed", "not proven", "not proven"]
    assert found["promised"]["failures"] == 36
