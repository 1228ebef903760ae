"""The releases: each a model behind a server, reached as any chat model is, by the target ``openai:``.

Covers what is sent to it. The server is started with the target and stopped with it.
"""

from __future__ import annotations

from adder_suite.server import Server, model_file
from ninemarch.model import TargetSpec

__all__ = ["Serving", "serve"]

_LONGEST = 8  # tokens: a sum has five digits at most


class Serving:
    """A server under way, and the target behind which it stands.

    Args:
        release: 1 to 6.
        stream: whether answers are streamed.

    Raises:
        FileNotFoundError: no such release.
        RuntimeError: the server does not start.
    """

    def __init__(self, release: int, *, stream: bool = False) -> None:
        self.server = Server(model_file(release))
        keys = {"base_url": f"{self.server.url}/v1", "params": {"temperature": 0, "max_tokens": _LONGEST}}
        self.target = TargetSpec("openai", "adder", {**keys, "stream": stream})

    def close(self) -> None:
        """Stop the server."""
        self.server.close()


def serve(release: int, stream: bool = False) -> Serving:  # noqa: FBT001, FBT002 - a parameter in a suite file
    """Start the server of a release; see ``Serving``."""
    return Serving(release, stream=stream)
