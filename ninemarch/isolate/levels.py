"""How far a program is shut in: levels by name, each tried out before it is promised.

Covers ``none``, ``basic``, ``strict`` and ``container``, and the error that says what is missing. A level that cannot
be had here is refused, never replaced by a weaker one. What each level does not protect from is in docs/targets.md;
the words that build a cell are in ``walls``.
"""

from __future__ import annotations

import enum
import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ninemarch.errors import UsageError, nearest
from ninemarch.isolate import walls
from ninemarch.isolate.box import PATH, Bounds, Box, CannotStart, Program, environment
from ninemarch.isolate.once import run_once
from ninemarch.text import excerpt

__all__ = ["Cell", "Level", "cell"]

_CONFINE = Path(__file__).with_name("confine.py")
# What the engine's own command line needs of our environment.
_ENGINE = ("DOCKER_HOST", "DOCKER_CONTEXT", "XDG_RUNTIME_DIR", "HOME")
_PATIENCE = 20  # seconds the trial of a level, or a container engine's answer, may take


class Level(enum.StrEnum):
    """How far a program is shut in."""

    NONE = "none"
    BASIC = "basic"
    STRICT = "strict"
    CONTAINER = "container"


@dataclass(frozen=True, slots=True)
class Cell:
    """A level that has been tried out here, ready to hold programs.

    Args:
        level: which.
        means: what it rests on, for the record, e.g. ``strict (bubblewrap 0.8.0)``.
        tool: the program that builds it; empty for ``none`` and ``basic``.
        readable: files and folders of ours that a program may read at ``strict`` and ``container``.
        hidden: folders that it must not see there although they lie within what it may.
        image: at ``container``: the image it runs in.
    """

    level: Level
    means: str
    tool: str = ""
    readable: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    image: str = ""

    def program(
        self, command: Sequence[str], *, env: Mapping[str, str] | None = None, bounds: Bounds | None = None
    ) -> Program:
        """Return what a box starts so that ``command`` runs in this cell.

        Args:
            command: the words.
            env: variables on top of what every program is given.
            bounds: what it may use; ``Bounds()`` by default. At ``none`` only its output is bounded.
        """
        given, bounds = dict(env or {}), bounds or Bounds()
        if self.level is Level.NONE:
            return Program(command, given, folder=Path.cwd(), inherit=True, output=bounds.output)
        if self.level is Level.BASIC:
            return Program(command, given, bounds=bounds, output=bounds.output)
        if self.level is Level.CONTAINER:
            words, after = walls.contained(self.tool, self.image, given, bounds, self.readable)
            kept = {name: os.environ[name] for name in _ENGINE if name in os.environ}
            return Program([*words, *command], kept, output=bounds.output, after=after)
        given["PATH"] = given.get("PATH", PATH)
        if self.tool == str(_CONFINE):
            words = walls.confined(self.tool, bounds, self.readable, self.hidden)
            return Program([*words, *command], given, bounds=bounds, output=bounds.output)
        words = walls.wrapped(self.tool, bounds, self.readable, self.hidden)
        inside = {"HOME": walls.WORK, "TMPDIR": walls.TEMPORARY, **given}
        return Program([*words, *command], inside, folder=Path("/"), bounds=bounds, output=bounds.output)

    def sees(self, command: str) -> bool:
        """Whether a program inside could start ``command``: it is found there, and lies where it may look."""
        if self.level is Level.CONTAINER:
            return True
        path = PATH if self.level is Level.STRICT else environment(Program([command]), Path("/"))["PATH"]
        found = shutil.which(command, path=os.environ.get("PATH", PATH) if self.level is Level.NONE else path)
        if found is None or self.level is not Level.STRICT:
            return found is not None
        places = [Path(place) for place in walls.SYSTEM] + [place.resolve() for place in self.readable]
        return any(Path(found).resolve().is_relative_to(place) for place in places)

    def words(self, status: int | None) -> int | None:
        """The signal that a program inside died of, as a negative status, where the tool hands it on as 128 more."""
        outside = self.level in {Level.STRICT, Level.CONTAINER}
        return 128 - status if outside and status is not None and 128 < status < 160 else status


def cell(
    level: str, *, readable: Sequence[Path] = (), hidden: Sequence[Path] = (), image: str = "", python: bool = False
) -> Cell:
    """Return a level ready for use, tried out on this machine.

    Args:
        level: its name.
        readable: files and folders that a program may read at ``strict`` and ``container``.
        hidden: folders that it must not see there.
        image: at ``container``: the image.
        python: whether it must see the interpreter that runs us.

    Raises:
        UsageError: no such level, or it cannot be had here; says what is missing.
    """
    if level not in set(Level):
        msg = f"isolate={excerpt(level, 40)} is not known{nearest(level, list(Level))}; allowed: {', '.join(Level)}"
        raise UsageError(msg)
    if (level == Level.CONTAINER) != bool(image):
        msg = (
            f"isolate={level} with image={image or 'none'}; the level container needs an image, the others have none"
        )
        raise UsageError(msg)
    ours = [Path(sys.prefix), Path(sys.base_prefix)] if python else []
    made = _contain(image) if image else _tried(Level(level))
    # Without "..": it would lead through folders that a program inside does not see.
    shown = tuple(Path(os.path.abspath(path)) for path in (*ours, *readable))  # noqa: PTH100 - links stay links
    return replace(made, readable=shown, hidden=tuple(Path(os.path.abspath(path)) for path in hidden))  # noqa: PTH100


@functools.cache
def _tried(level: Level) -> Cell:
    """A level that keeps here what it promises; tried once in a process."""
    if level is Level.NONE:
        return Cell(level, "none")
    if sys.platform != "linux":
        msg = f"isolate={level} needs Linux (this is {sys.platform}); use isolate: container or none"
        raise UsageError(msg)
    if level is Level.BASIC:
        _prove(Cell(level, "basic"))
        return Cell(level, "basic (rlimits, keeper)")
    reasons = []
    for made in _strict_cells():
        try:
            _prove(made)
        except UsageError as error:
            reasons.append(f"{made.means}: {error}")
        else:
            return made
    msg = f"isolate=strict cannot be had here ({'; '.join(reasons)}); install bubblewrap, or use basic or container"
    raise UsageError(msg)


def _strict_cells() -> list[Cell]:
    cells = []
    bwrap = shutil.which("bwrap")
    if bwrap:
        said = subprocess.run([bwrap, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        cells.append(Cell(Level.STRICT, f"strict ({said.stdout.strip() or 'bubblewrap'})", bwrap))
    return [*cells, Cell(Level.STRICT, "strict (Landlock, namespaces)", str(_CONFINE))]


_PROBE = """
import os, socket, sys
secret, port = sys.argv[1], int(sys.argv[2])
def can(do):
    try: do()
    except OSError: return 0
    return 1
print(can(lambda: open(secret).close()), can(lambda: socket.create_connection(("127.0.0.1", port), 2).close()),
      can(lambda: open("/usr/ninemarch-probe", "w").close()), int(os.path.exists(f"/proc/{sys.argv[3]}/mem")))
"""


def _prove(made: Cell) -> None:
    """Run a program at a level and see that it is held.

    Raises:
        UsageError: it cannot be started, or reaches what it must not.
    """
    shown = replace(made, readable=(Path(sys.prefix), Path(sys.base_prefix)))
    with (
        tempfile.NamedTemporaryFile(prefix="ninemarch-probe-") as secret,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        words = [
            sys.executable,
            "-I",
            "-S",
            "-c",
            _PROBE,
            secret.name,
            str(server.getsockname()[1]),
            str(os.getpid()),
        ]
        box = Box()
        try:
            done = run_once(box, shown.program(words), timeout=_PATIENCE)
        except CannotStart as error:
            raise UsageError(str(error)) from error
        finally:
            box.close()
    reached = done.stdout.decode(errors="replace").split()
    if done.end.status or len(reached) != 4:
        msg = excerpt(done.stderr.decode(errors="replace").strip() or done.end.words, 200)
        raise UsageError(msg)
    if made.level is Level.STRICT and "1" in reached:
        what = ("a file of ours", "the network", "the system's folders", "our processes")[reached.index("1")]
        msg = f"a program in it reaches {what}"
        raise UsageError(msg)


def _contain(image: str) -> Cell:
    """A container engine that answers and has the image.

    Raises:
        UsageError: neither docker nor podman is there, answers, or has the image.
    """
    tools = [found for name in ("docker", "podman") if (found := shutil.which(name))]
    if not tools:
        msg = "isolate=container needs docker or podman, and neither is on the PATH; install one, or use strict"
        raise UsageError(msg)
    reasons = []
    for tool in tools:
        version = _asked([tool, "version", "--format", "{{.Server.Version}}"])
        held = version if version.returncode else _asked([tool, "image", "inspect", "--format", "ok", image])
        name, said = Path(tool).name, (held.stderr or held.stdout).strip()
        if not held.returncode:
            means = f"container ({name} {excerpt(version.stdout.strip(), 30)})"
            return Cell(Level.CONTAINER, means, tool, image=image)
        reasons.append(f"{name}: {excerpt(said.splitlines()[-1], 160) if said else f'status {held.returncode}'}")
    msg = (
        f"isolate=container cannot be had here ({'; '.join(reasons)}); start the engine and pull the image "
        f"{excerpt(image, 80)}, or use strict"
    )
    raise UsageError(msg)


def _asked(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(words, capture_output=True, text=True, timeout=_PATIENCE, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(words, 1, "", str(error))
