"""A real Ray cluster on loopback: a head without processors and worker nodes, each a process group of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_DEDUP_LOGS": "0"}


def environment() -> dict[str, str]:
    """Our own environment, for nodes and for what talks to them."""
    root = str(Path(__file__).resolve().parents[1])
    return {**os.environ, **QUIET, "OMP_NUM_THREADS": "1", "PYTHONPATH": root}


class Nodes:
    """A head and ``many`` worker nodes with one processor each."""

    def __init__(self, folder: Path, many: int = 2, env: Mapping[str, str] | None = None) -> None:
        self._folder, self._env = folder, {**environment(), **(env or {})}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self.head = self._begin("head", "--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false")
        self._wait(port)
        self.workers = [self._begin(f"node{i}", f"--address={self.address}", "--num-cpus=1") for i in range(many)]

    def _begin(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats", *words]
        memory = ["--object-store-memory=100000000", "--node-ip-address=127.0.0.1"]
        with (self._folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [*command, *memory], stdout=log, stderr=log, env=self._env, cwd=self._folder, start_new_session=True
            )

    def _wait(self, port: int) -> None:
        end = time.monotonic() + 90
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.2)
        raise AssertionError((self._folder / "head.log").read_text())

    def kill(self, node: int) -> None:
        """Kill a worker node as a power cut does: its raylet and all of its processes, by their ids."""
        _kill(self.workers[node])

    def close(self) -> None:
        """End all that was started."""
        for process in (*self.workers, self.head):
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    for pid in (*reversed(_below(process.pid)), process.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def _below(pid: int) -> list[int]:
    """Every process that a process has started, directly or not."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [each for child in children for each in (int(child), *_below(int(child)))]
