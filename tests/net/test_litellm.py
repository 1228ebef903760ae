"""Against the LiteLLM proxy (``nox -s gateway``): true 429 and 500 of a gateway that many put in front of models."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ninemarch.model import TargetUnreachable
from ninemarch.net import ChatSpec, Meter, Reply, measure, open_chat

LITELLM = shutil.which("litellm")
pytestmark = pytest.mark.skipif(LITELLM is None, reason="litellm is not on the path; nox -s gateway installs it")
CONFIG = """
model_list:
  - {model_name: good, litellm_params: {model: openai/x, api_key: none, mock_response: Canberra}}
  - {model_name: busy, litellm_params: {model: openai/x, api_key: none, mock_response: litellm.RateLimitError}}
  - {model_name: broken, litellm_params: {model: openai/x, api_key: none, mock_response: litellm.InternalServerError}}
litellm_settings: {num_retries: 0, telemetry: false}
router_settings: {num_retries: 0, disable_cooldowns: true}
"""
_START = 180.0  # seconds; it took 56 s on a machine under load
ENV = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    "PYTHONUNBUFFERED": "1",
}


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("litellm")
    (folder / "config.yaml").write_text(CONFIG)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [
        str(LITELLM),
        "--config",
        "config.yaml",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--telemetry",
        "False",
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")} | ENV
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(f"http://127.0.0.1:{port}/health/liveliness", process, folder / "log")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"the proxy does not answer: {log.read_text()[-2000:]}")


def talk(url: str, model: str, **spec: Any) -> tuple[Reply, Meter]:
    chat = open_chat(ChatSpec(model, base_url=url, **spec), tries=2)

    async def go() -> tuple[Reply, Meter]:
        found = measure()
        try:
            return await chat([{"role": "user", "content": "the capital?"}]), found
        finally:
            await chat.leave()

    return asyncio.run(go())


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("api", ["openai", "anthropic"])
def test_a_gateway_answers_in_both_apis(proxy: str, api: str, *, stream: bool) -> None:
    found, took = talk(proxy, "good", api=api, stream=stream)
    assert (found.text, took.tries) == ("Canberra", 1)


@pytest.mark.parametrize(
    ("model", "says"), [("busy", "HTTP 429"), ("broken", "HTTP 500"), ("nothing", "HTTP 400|404")]
)
def test_a_gateways_errors_are_errors(proxy: str, model: str, says: str) -> None:
    with pytest.raises(TargetUnreachable, match=says):
        talk(proxy, model)


def test_a_busy_gateway_makes_a_run_invalid_and_no_failure(
    proxy: str, cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    path = write_suite(tmp_path, target={"openai": {"model": "busy", "base_url": proxy}}, limits={"tries": 1})
    found = cli("run", path, "--json", cwd=tmp_path).must(4).json["counts"]
    assert (found["error"], found["fail"]) == (10, 0)
