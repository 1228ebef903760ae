"""Files that travel with a page: its script, and plotly.js as the plotly project publishes it.

Covers reading them and their hashes. plotly.js (basic bundle, MIT licence beside it) is pinned: another file than the
one that was reviewed is refused.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import cache
from pathlib import Path

__all__ = ["PLOTLY_VERSION", "csp_hash", "page_script", "plotly_base64", "plotly_hash", "plotly_script"]

PLOTLY_VERSION = "4.1.1"
_PLOTLY_SHA256 = "99784e3abfb07b142a15e521a439e6d9addceadb3f79553fd24c72774f0649ba"
_FOLDER = Path(__file__).parent / "_assets"


def csp_hash(text: str | bytes) -> str:
    """Return the hash by which a Content-Security-Policy allows an inline script or style: ``sha256-...``."""
    data = text.encode() if isinstance(text, str) else text
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()


@cache
def page_script() -> str:
    """Return the page's own script."""
    return (_FOLDER / "page.js").read_text(encoding="utf-8")


@cache
def _packed() -> bytes:
    return (_FOLDER / f"plotly-basic-{PLOTLY_VERSION}.min.js.gz").read_bytes()


@cache
def plotly_script() -> bytes:
    """Return plotly.js.

    Raises:
        RuntimeError: the file is not the one that was reviewed; the installation is damaged.
    """
    script = gzip.decompress(_packed())
    if hashlib.sha256(script).hexdigest() != _PLOTLY_SHA256:
        msg = f"plotly {PLOTLY_VERSION} is not the file that was reviewed; install ninemarch again"
        raise RuntimeError(msg)
    return script


@cache
def plotly_base64() -> str:
    """Return plotly.js compressed by gzip, in base64, as a page carries it."""
    plotly_script()
    return base64.b64encode(_packed()).decode()


@cache
def plotly_hash() -> str:
    """Return the hash by which a page allows plotly.js once it has been inflated."""
    return csp_hash(plotly_script())
