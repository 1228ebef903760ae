"""The command line: parse, call one function, print, exit code. No logic lives here.

Nothing heavy is imported until a command needs it, so that ``--help`` answers at once.
"""

from ninemarch.cli.app import main

__all__ = ["main"]
