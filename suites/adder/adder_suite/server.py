"""Start llama.cpp's server for one model, and stop it.

Covers the process: a session of its own (Ctrl-C in a terminal is for the run, which closes the server at its end),
its end when this process ends, however that ends, and what is wrong where it does not answer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from select import select

__all__ = ["Server", "model_file"]

_SCRIPT = Path(__file__).with_name("serve.py")
_START = 60.0  # seconds; it takes 0.2 s, and longer on a machine that is busy
_STOP = 10.0


def model_file(release: int) -> Path:
    """The model of a release.

    Raises:
        FileNotFoundError: there is no such release.
    """
    path = Path(__file__).parent.parent / "models" / f"adder-{release}.gguf"
    if not path.is_file():
        msg = f"release={release} has no model {path}; allowed: 1 to 6"
        raise FileNotFoundError(msg)
    return path


class Server:
    """llama.cpp's server with one model, on a free port of 127.0.0.1.

    Args:
        model: the model, a GGUF file.

    Raises:
        RuntimeError: it does not start.
    """

    def __init__(self, model: Path) -> None:
        with tempfile.TemporaryFile() as said:
            self._process = subprocess.Popen(  # noqa: S603 - our own file, and no shell
                [sys.executable, str(_SCRIPT), str(model)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,
            )
            self.url = self._address()
            if not self.url:
                self.close()
                said.seek(0)
                last = said.read().decode(errors="backslashreplace").strip().splitlines()
                msg = (
                    f"llama.cpp's server does not start with {model.name}: {last[-1] if last else 'it says nothing'}"
                )
                raise RuntimeError(msg)

    def _address(self) -> str:
        """What the server says it listens on; empty where it has ended or says nothing in time."""
        pipe = self._process.stdout
        if pipe is None or not select([pipe], [], [], _START)[0]:
            return ""
        return os.read(pipe.fileno(), 200).decode().strip()

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def close(self) -> None:
        """Stop the server; a second time it does nothing."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
