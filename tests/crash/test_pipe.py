"""A reader that leaves early (as `| head`) changes no exit code: 1 means a failed gate and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from killing import environment


def test_a_reader_that_leaves_early(
    tmp_path: Path, write_suite: Callable[..., Path], cli: Callable[..., Any]
) -> None:
    write_suite(
        tmp_path,
        scenarios=[{"inline": [{"id": f"s{n}", "input": "word " * 300, "expect": n} for n in range(300)]}],
        target={"control": "null"},
        gates=[{"id": "g", "success": 0.9}],
        trials={"max": 300},
    )
    assert cli("run", "suite.yaml", "-q", cwd=tmp_path).code == 1
    for words, code in ((["show", "latest", "--failures"], 0), (["gate", "latest"], 1)):
        with subprocess.Popen(
            [sys.executable, "-m", "ninemarch", *words],
            cwd=tmp_path,
            env=environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(timeout=30) == code
