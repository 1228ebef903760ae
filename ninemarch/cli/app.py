"""The ``ninemarch`` command: its tree, and the one place where exceptions become exit codes.

Exit codes: 0 every blocking gate passed, 1 a gate failed (nothing else gives 1), 2 usage, 3 not proven,
4 run invalid, 5 a bug in ninemarch, 130 and 143 interrupted.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated, Any

import typer
import typer.core

from ninemarch import __version__
from ninemarch.cli import (
    analyze,
    baseline,
    calibrate,
    ci,
    clusters,
    compare,
    config,
    console,
    demo,
    hunt,
    inspect,
    judge,
    march,
    merge,
    mine,
    plan,
    run,
    shrink,
    suite,
    variants,
)
from ninemarch.errors import ExitCode, Interrupted, NinemarchError
from ninemarch.text import printable


class _Past(BaseException):
    """Carries an exception past typer, which would turn it into exit 1."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Group(typer.core.TyperGroup):
    """The root of the commands; what they raise reaches ``main`` as it is."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except (OSError, EOFError, KeyboardInterrupt) as error:
            raise _Past(error) from error


app = typer.Typer(
    name="ninemarch",
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The reliability harness for the march of nines: which nine is proven, what fails, what comes next.",
    epilog="Exit codes: 0 passed, 1 a gate failed, 2 usage, 3 not proven, 4 run invalid, 5 bug, 130/143 interrupted.",
)
app.command("demo")(demo.demo)
app.command("plan")(plan.plan)
app.command("calibrate")(calibrate.calibrate)
app.command("run")(run.run)
app.command("hunt")(hunt.hunt)
app.command("merge")(merge.merge)
app.command("gate")(inspect.gate)
app.command("show")(inspect.show)
app.command("replay")(inspect.replay)
app.command("compare")(compare.compare)
app.command("mine")(mine.mine)
app.command("analyze")(analyze.analyze)
app.command("shrink")(shrink.shrink)
app.command("variants")(variants.variants)
app.command("report")(inspect.report)
app.command("config")(config.config)
app.command("schema")(ci.schema)
app.add_typer(baseline.app, name="baseline")
app.add_typer(clusters.app, name="clusters")
app.add_typer(judge.app, name="judge")
app.add_typer(march.app, name="march")
app.add_typer(suite.app, name="suite")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"ninemarch {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(int(_guarded()))


def _guarded() -> int:
    code: int = ExitCode.OK
    try:
        code = _run()
        code = _flushed(code)
    except BrokenPipeError:
        # The reader has gone (as with `| head`): what it wanted to see, it has seen.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return code
    except Interrupted as error:
        _complain(str(error))
        return error.exit_code
    except NinemarchError as error:
        _complain(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        _complain("interrupted; everything acknowledged is kept (ninemarch run --resume latest)")
        return ExitCode.INTERRUPTED
    except BaseException as error:  # noqa: BLE001 - the last line of defence: a bug must never look like a failed gate
        return _bug(error)
    return code


def _bug(error: BaseException) -> int:
    _complain("error: this is a bug in ninemarch, please report it with the lines below")
    _complain("".join(traceback.format_exception(error)))
    return ExitCode.BUG


def _flushed(code: int) -> int:
    """Write out what is left of stdout; a full disk is said, and is no success."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        console.LOST.append(error.strerror or str(error))
    if console.LOST:
        _complain(f"error: cannot write to stdout: {console.LOST[0]}")
        return code or ExitCode.INVALID
    return code


def _run() -> int:
    try:
        app(standalone_mode=True)
    except _Past as past:
        raise past.error from past
    except SystemExit as leaving:
        code = leaving.code
        return code if isinstance(code, int) else ExitCode.OK if code is None else ExitCode.BUG
    return ExitCode.OK


def _complain(text: str) -> None:
    text = console.shown("\n".join(printable(line) for line in text.rstrip("\n").split("\n")))
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - stderr is where messages belong
