"""Keeps a measured harness offline: an attempt to connect anywhere but to this machine fails and is counted."""

from __future__ import annotations

import socket
from typing import Any

refused: list[str] = []
_connect = socket.socket.connect
_LOCAL = {"127.0.0.1", "::1", "localhost"}


def _guarded(self: socket.socket, address: Any) -> None:
    if self.family == socket.AF_UNIX or (isinstance(address, tuple) and address[0] in _LOCAL):
        return _connect(self, address)
    refused.append(str(address))
    msg = f"benchmarks run offline: no connection to {address}"
    raise OSError(msg)


def stay_offline() -> None:
    """Refuse every further connection that leaves this machine."""
    socket.socket.connect = _guarded  # type: ignore[method-assign, assignment]
