"""``ninemarch plan``: with a suite and without, wide and narrow, wrong input, hostile names; nothing is called."""

import jsonschema
import pytest

from ninemarch.report.document import documents_schema

VALIDATOR = jsonschema.Draft202012Validator(documents_schema())
HOSTILE = "\x1b[31m<b>::error::x\u202e"
BOT = "def answer(x):\n    raise SystemExit('called')\n"
MAKER = "def scenario(levels, rng):\n    return {'input': rng.randrange(10**6), 'expect': 1}\n"


@pytest.fixture(scope="module")
def project(cli, write_suite, tmp_path_factory):
    """A drawn suite whose target must never be called."""
    folder = tmp_path_factory.mktemp("project")
    write_suite(
        folder,
        files={"bots.py": BOT + MAKER},
        target={"python": "bots:answer"},
        profile={"language": {"de": 0.75, "en": 0.24, HOSTILE: 0.01}},
        scenarios=[{"generate": {"python": "bots:scenario"}}],
        trials={"max": 1200, "stop": "fixed"},
        gates=[
            {"id": "all", "success": 0.99},
            {"id": "each", "each": ["language"], "success": 0.95},
            {"id": "bold", "success": 0.9999},
        ],
    )
    return folder


def test_the_ladder_of_nines(cli, tmp_path):
    done = cli("plan", cwd=tmp_path).must(0, "99.9%      2,995    4,742    6,294", "3,787", "29,956   47,437")
    assert not done.steering


def test_a_nine_in_detail(cli, tmp_path):
    cli("plan", "--nines", "3", cwd=tmp_path).must(
        0, "4,742, ≤ 1 failure", "9,151, ≤ 4 failures", "19,439, ≤ 12 failures", "5,097", "11,358", "23,438"
    )
    found = cli("plan", "--success", "99.9%", "--json", cwd=tmp_path).must(0).json
    VALIDATOR.validate(found)
    (needs,) = found["needs"]
    assert (found["kind"], needs["fixed"][:3], needs["success"]) == ("plan", [2995, 4742, 6294], "999/1000")


def test_a_plan_of_ones_own_with_time_and_cost(cli, tmp_path):
    words = ["plan", "--nines", "2", "-n", "500", "--stop", "sequential", "--tables", "--at", "99.9%,1"]
    done = cli(*words, "--seconds-per-trial", "3", "--usd-per-trial", "0.01", cwd=tmp_path).must(
        0, "PASS from trial   377", "no failure", "at most 25 min 0 s, $5.00"
    )
    assert max(map(len, done.out.splitlines())) <= 80


def test_a_suite_is_planned_without_calling_its_target(cli, project):
    done = cli("plan", ".", cwd=project).must(
        0,
        "gate all asks 99%: 1,200 trials",
        "passes with at most 6 failures",
        "gate each (language=de) asks 95%: 75.0% of the trials, 900",
        "warning: cannot pass: 99.99% needs at least 29,956 independent clean trials",
        "time and cost are not known",
    )
    assert not done.steering
    assert max(map(len, done.out.splitlines())) <= 80
    assert not (project / ".ninemarch").exists()


def test_the_json_has_every_slice(cli, project):
    found = cli("plan", ".", "--json", "--at", "0.995", cwd=project).must(0).json
    VALIDATOR.validate(found)
    shares = {gate["where"]["language"]: gate["share"] for gate in found["gates"] if gate["where"]}
    assert shares["de"] == 0.75
    assert len(shares) == 3
    for gate in found["gates"]:
        (course,) = gate["courses"]
        assert course["pass"] + course["fail"] + course["not_proven"] == pytest.approx(1)


def test_recorded_runs_tell_what_a_trial_takes(cli, write_suite, tmp_path):
    write_suite(tmp_path, files={"bots.py": "def ok(x): return x\n"}, target={"python": "bots:ok"})
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    cli("plan", ".", cwd=tmp_path).must(0, "(1 recorded run of this release)")


def test_a_suite_without_a_target_can_be_planned(cli, write_suite, tmp_path):
    write_suite(tmp_path)
    cli("plan", ".", cwd=tmp_path).must(0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--nines", "3", "--success", "0.9"], "were both given"),
        (["--success", "99.5"], "did you mean 99.5%?"),
        (["--success", "1"], "cannot be proven by any number of trials"),
        (["--success", "nan"], "is not a success rate"),
        (["--success", "1/0"], "is not a success rate"),
        (["--nines", "3", "--at", "-1", "-n", "9"], "is not a success rate"),
        (["--nines", "3", "--at", "0.9"], "give --trials N"),
        (["-n", "300"], "give --nines or --success"),
        (["--release", "4"], "need a suite"),
        (["nosuch"], "no such suite"),
    ],
    ids=" ".join,
)
def test_wrong_input(cli, tmp_path, words, said):
    cli("plan", *words, cwd=tmp_path).must(2, said)


def test_a_suite_asks_for_its_own_rates(cli, project):
    cli("plan", ".", "--nines", "3", cwd=project).must(2, "the gates of a suite ask for their own")
    cli("plan", ".", "--profile", "x", cwd=project).must(2, "profile=x is not in suite")
