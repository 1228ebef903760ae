"""A chat target over HTTP: share of the ideal throughput with many requests in flight, CPU time of a request.

Covers whole runs (draw, call, judge, durable journal) against a server of its own process that answers after a set
time and does nothing else. Does not cover a real model, nor a real network.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import common

DELAYS = ((32, 0.05, 0.9), (1000, 1.0, 0.8))  # in flight, seconds of an answer, share of the ideal that must be had
FAST = (1, 32, 256, 1000)  # in flight, against a server that answers at once
ANSWER = json.dumps(
    {
        "choices": [{"message": {"role": "assistant", "content": "right"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 1},
    }
).encode()
REPLY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + str(len(ANSWER)).encode() + b"\r\n\r\n"
) + ANSWER


class _Chat(asyncio.Protocol):
    """As little of an HTTP server as there can be: every request is answered alike."""

    def __init__(self, delay: float) -> None:
        self._delay, self._rest = delay, b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while (end := self._rest.find(b"\r\n\r\n")) >= 0:
            head = self._rest[:end].lower()
            size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self._rest) < end + 4 + size:
                return
            self._rest = self._rest[end + 4 + size :]
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, REPLY)


async def serve(delay: float) -> None:
    """Serve until stdin ends; says the port on stdout."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Chat(delay), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


async def bare(port: int, in_flight: int, trials: int) -> float:
    """Answers a second that bare sockets get, without HTTP, judging or a record: what server and machine allow."""

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(trials // in_flight):
            writer.write(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
            await reader.readexactly(len(REPLY))
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(in_flight)))
    return trials // in_flight * in_flight / (time.perf_counter() - start)


def _question(_levels: Any, rng: Any) -> dict[str, str]:
    return {"input": f"question {rng.random()}", "expect": "right"}


def run(port: int, in_flight: int, trials: int) -> None:
    """One run in this process; says in JSON what it took."""
    from ninemarch.engine import Here, Progress, Selection, execute, make_plan
    from ninemarch.journal import Journal
    from ninemarch.model import CheckSpec, Limits, TargetSpec, Trials
    from ninemarch.suite import make
    from ninemarch.targets import open_target

    suite = make(
        "chat",
        _question,
        checks=[CheckSpec("exact")],
        trials=Trials(max=trials, stop="fixed"),
        limits=Limits(concurrency=in_flight, timeout=60),
    )
    spec = TargetSpec("openai", "m", {"base_url": f"http://127.0.0.1:{port}/v1"})
    plan, schedule = make_plan(suite, Selection(target=spec), run="bench", version="0")
    with (
        tempfile.TemporaryDirectory() as folder,
        open_target(spec, suite) as target,
        Journal.create(Path(folder), plan) as journal,
    ):
        progress = Progress(plan.planned)
        start, cpu = time.perf_counter(), time.process_time()
        execute(schedule, Here(suite, schedule, target), journal, progress)
        took = {"wall_s": time.perf_counter() - start, "cpu_s": time.process_time() - cpu}
    print(json.dumps({**took, "passed": progress.passed}))


def measured(in_flight: int, delay: float, trials: int) -> dict[str, Any]:
    """What one run against a server of its own took."""
    me = [sys.executable, __file__]
    server = subprocess.Popen(
        [*me, "--serve", str(delay)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=common.environment(),
        text=True,
    )
    assert server.stdout is not None
    port = server.stdout.readline().strip()
    try:
        most = asyncio.run(bare(int(port), in_flight, max(trials // 4, in_flight)))
        with tempfile.TemporaryDirectory() as folder:
            words = [*me, "--run", port, str(in_flight), str(trials)]
            found = json.loads(common.measure(words, cwd=Path(folder)).out)
    finally:
        server.communicate()
    assert found["passed"] == trials, found
    return {"cpu_ms": 1000 * found["cpu_s"] / trials, "per_s": trials / found["wall_s"], "bare_per_s": most}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--serve", type=float)
    parser.add_argument("--run", type=int, nargs=3)
    options = parser.parse_args()
    if options.serve is not None:
        asyncio.run(serve(options.serve))
    elif options.run:
        run(*options.run)
    else:
        report(options.repeats)


def report(repeats: int) -> None:
    """Measure every setting so often and write the medians."""
    rows = []
    for in_flight, delay, least in (*DELAYS, *((many, 0.0, None) for many in FAST)):
        trials = round(20 * in_flight / max(delay, 0.1)) if delay else 4000
        common.note(f"{in_flight} in flight, {delay:g} s an answer, {trials:,} trials")
        runs = [measured(in_flight, delay, trials) for _ in range(repeats)]
        rates = [each["per_s"] for each in runs]
        shares = [rate * delay / in_flight for rate in rates]
        rows.append(
            {
                "in_flight": in_flight,
                "answer_s": delay,
                "trials": trials,
                "repeats": repeats,
                "per_s": common.median(rates),
                "share_of_ideal": common.median(shares) if delay else None,
                "shares": common.spread(shares) if delay else None,
                "bare_per_s": common.median([each["bare_per_s"] for each in runs]),
                "must_be": least,
                "cpu_ms": common.median([each["cpu_ms"] for each in runs]),
                "cpu_ms_spread": common.spread([each["cpu_ms"] for each in runs]),
            }
        )
    common.table(
        [
            "in flight",
            "answer s",
            "trials",
            "trials/s",
            "of the ideal",
            "must be",
            "bare sockets/s",
            "CPU ms a trial",
        ],
        [
            [
                str(r["in_flight"]),
                r["answer_s"],
                r["trials"],
                r["per_s"],
                r["share_of_ideal"] or "",
                r["must_be"] or "",
                r["bare_per_s"],
                r["cpu_ms"],
            ]
            for r in rows
        ],
    )
    common.write("over_http", {"runs": rows})


if __name__ == "__main__":
    main()
