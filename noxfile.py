"""What `nox` does: `nox` alone runs every check that CI runs; `nox -l` lists the rest.

Every session installs the project from this folder into its own environment, the way a user would.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

nox.options.sessions = ["tests", "lint", "types", "floors", "docs"]
nox.options.reuse_existing_virtualenvs = True
nox.needs_version = ">=2024.10.9"

# Every optional part that the tests reach without a session of their own.
OPTIONAL = ".[demo,http,checks,hunt,adder]"
GROUPS = nox.project.load_toml("pyproject.toml")


def _group(name: str) -> list[str]:
    return nox.project.dependency_groups(GROUPS, name)


@nox.session
def tests(session: nox.Session) -> None:
    """The whole test suite (browser tests are skipped where Debian's chromium is missing)."""
    session.install(OPTIONAL, *_group("test"))
    session.run("pytest", *session.posargs, env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})


@nox.session
def lint(session: nox.Session) -> None:
    """Style and common mistakes."""
    session.install(*_group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict static types of the package and the shipped suites."""
    session.install(OPTIONAL, *_group("types"))
    session.run("mypy")


@nox.session
def floors(session: nox.Session) -> None:
    """Floors without cycles, and files and functions that fit in a head."""
    session.install("-e", ".", *_group("lint"))
    session.run("lint-imports")
    session.run("python", "tests/structure.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Documentation that cannot go stale: commands, exit codes and help in the docs are the real ones."""
    session.install(OPTIONAL, *_group("test"))
    session.run("pytest", "tests/docs", *session.posargs)


@nox.session
def examples(session: nox.Session) -> None:
    """Rebuild the example pages under reports/ and compare their numbers with the old ones (minutes).

    Pages whose numbers differ are left beside the old ones, to be looked at; `nox -s examples -- accept` takes them.
    """
    session.install(".[demo,adder]")
    for suite in ("dates", "desk", "llm_json", "digits", "adder"):
        session.run("ninemarch", "demo", "--suite", suite, "-q", env={"OMP_NUM_THREADS": "1"})
        page = Path("reports") / f"{suite}.html"
        kept = page.with_name(f"example-{suite}.html")
        if "accept" not in session.posargs:
            session.run("python", "tests/examples.py", str(kept), str(page))
        page.replace(kept)


@nox.session
def chaos(session: nox.Session) -> None:
    """Chat targets against aimock, a server that breaks on purpose (needs node and npm; downloads it)."""
    session.install(OPTIONAL, *_group("test"))
    folder = Path(session.create_tmp())
    session.run("npm", "install", "--silent", "--prefix", str(folder), "@copilotkit/aimock@1", external=True)
    session.env["PATH"] = (
        f"{folder / 'node_modules' / '.bin'}{os.pathsep}{session.env.get('PATH') or os.environ['PATH']}"
    )
    session.run("pytest", "tests/net/test_aimock.py", *session.posargs)


@nox.session
def gateway(session: nox.Session) -> None:
    """Chat targets against the LiteLLM proxy (600 MB)."""
    session.install(OPTIONAL, "litellm[proxy]", *_group("test"))
    session.run("pytest", "tests/net/test_litellm.py", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Speed, memory, disk, coverage and start-up, with the results recorded under benchmarks/results/."""
    session.install(".[demo]")
    for name in session.posargs or ("startup", "throughput", "coverage"):
        session.run("python", f"benchmarks/{name}.py")


@nox.session
def calibration(session: nox.Session) -> None:
    """Error rates of gates at their thresholds in every way they are used (minutes; shorter with --samples)."""
    session.install(".")
    session.run("python", "benchmarks/gates.py", *session.posargs, env={"OMP_NUM_THREADS": "1"})


@nox.session
def ray(session: nox.Session) -> None:
    """Real Ray on loopback: local, a head with two worker nodes, a node and a driver killed (minutes)."""
    session.install(".[ray]", *_group("test"))
    session.run("pytest", "tests/ray", *session.posargs, env={"NINEMARCH_RAY_TESTS": "1", "OMP_NUM_THREADS": "1"})


@nox.session
def rivals(session: nox.Session) -> None:
    """The same trivial work in other harnesses, each in its own environment (downloads them)."""
    session.install(".")
    session.run("python", "benchmarks/rivals.py", *session.posargs)


@nox.session(python=["3.11", "3.12", "3.13"])
def pythons(session: nox.Session) -> None:
    """The test suite on every supported Python that is installed here."""
    session.install(OPTIONAL, *_group("test"))
    session.run("pytest", "-q", *session.posargs, env={"OMP_NUM_THREADS": "1"})


if __name__ == "__main__":
    sys.exit("run me as: nox")
