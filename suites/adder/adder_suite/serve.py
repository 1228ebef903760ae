"""llama.cpp's own server in a process of its own: ``python serve.py MODEL``; ends when its stdin does.

Covers what the server needs to answer one model the same way whatever is asked at the same time. Prints its address,
once it answers. Imports nothing of this project: it is run as a file.
"""

from __future__ import annotations

import sys

from xllamacpp import CommonParams, Server


def main() -> None:
    """Serve until whoever started this process has gone."""
    params = CommonParams()
    params.model.path = sys.argv[1]
    params.model_alias = {"adder"}
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # the system finds a free one
    params.n_ctx = 512
    # One sum at a time, nothing kept from the last one: an answer depends on its sum alone.
    params.n_parallel = 1
    params.cache_prompt = False
    params.cache_ram_mib = 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.warmup = False
    params.offline = True
    params.ui = False
    params.verbosity = 0
    server = Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 - this is what the process says
    sys.stdin.read()
    del server


if __name__ == "__main__":
    main()
