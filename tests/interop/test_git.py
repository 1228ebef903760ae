"""Effort from git: a real repository with tags, and what is not one."""

import os
import subprocess

import pytest

from ninemarch.errors import UsageError
from ninemarch.interop import effort_from
from ninemarch.model import Effort


def git(folder, *words, day=1):
    date = f"2026-03-{day:02d}T12:00:00+0000"
    person = {f"GIT_{who}_{what}": "x@y.z" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env = {
        **os.environ,
        **person,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }
    subprocess.run(["git", *words], cwd=folder, env=env, check=True, capture_output=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """v1 on the first of March; four commits later v2, on the eighth; a branch that was merged counts too."""
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "-b", "main")
    git(folder, "commit", "--allow-empty", "-m", "a")
    git(folder, "tag", "v1")
    git(folder, "checkout", "-b", "side")
    git(folder, "commit", "--allow-empty", "-m", "b", day=2)
    git(folder, "checkout", "main")
    for day in (3, 5):
        git(folder, "commit", "--allow-empty", "-m", "c", day=day)
    git(folder, "merge", "--no-ff", "-m", "d", "side", day=8)
    git(folder, "tag", "-a", "v2", "-m", "annotated", day=20)
    git(folder, "tag", "0.9")
    return folder


@pytest.mark.parametrize(
    ("source", "effort"),
    [
        ("git:v1..v2", Effort(4.0, "commits")),
        ("git-days:v1..v2", Effort(7.0, "days")),
        ("git:v2..v2", Effort(0.0, "commits")),
        ("git:v1..main", Effort(4.0, "commits")),
        ("git:v1..main~1", Effort(2.0, "commits")),
    ],
)
def test_commits_and_days_between_two_tags(repository, source, effort):
    assert effort_from(source, folder=repository) == effort


@pytest.mark.parametrize("source", ["", "git", "git:v1", "git:v1..", "git:..v2", "git:v1...v2", "svn:1..2", "v1..v2"])
def test_anything_else_is_refused(repository, source):
    with pytest.raises(UsageError, match=r"allowed: git:TAG1\.\.TAG2"):
        effort_from(source, folder=repository)


@pytest.mark.parametrize(
    "source", ["git:v1..v3", "git:--all..v2", "git:v1..--help", "git:v1..\x1b[31m", "git:v1..a\0b"]
)
def test_a_name_that_is_no_commit_is_said_and_is_never_an_option(repository, source):
    with pytest.raises(UsageError, match=r"no commit|cannot be asked") as refused:
        effort_from(source, folder=repository)
    assert "\x1b" not in str(refused.value)


def test_days_the_wrong_way_round_are_refused(repository):
    with pytest.raises(UsageError, match="give the earlier tag first"):
        effort_from("git-days:v2..v1", folder=repository)


def test_without_a_repository_it_is_said(tmp_path):
    with pytest.raises(UsageError, match="no commit 'v1' here"):
        effort_from("git:v1..v2", folder=tmp_path)


def test_without_git_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="install git, or give the amount with --effort"):
        effort_from("git:v1..v2", folder=tmp_path)
