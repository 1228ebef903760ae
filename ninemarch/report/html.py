"""One self-contained HTML page: no script, no request, the same bytes for the same evidence.

Covers the template engine and the policy of the page. The engine escapes everything (always on, for every file
name); charts are elements that escaped themselves when they were built. The page's Content-Security-Policy
allows its one style sheet by hash and nothing else, so that even markup that slipped through could neither run
nor load anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ninemarch.durable import write_whole
from ninemarch.model import Evidence, March
from ninemarch.report.gate_ladder import gate_ladder
from ninemarch.report.march_chart import march_chart
from ninemarch.report.page import page_view
from ninemarch.report.view import PageView

__all__ = ["MOST_BYTES", "render_page", "render_view", "write_page"]

MOST_BYTES = 1_500_000
"""A page is never larger, so that it opens at once and travels by mail."""

# Bytes for the failure list, tried in turn: everything else is bounded to about 500 kB by the view.
_FAILURE_BYTES = (800_000, 300_000, 60_000, 0)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style_hash() -> str:
    style = _environment().get_template("page.css").render()
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def render_view(view: PageView) -> str:
    """Return the HTML of a view."""
    return (
        _environment()
        .get_template("page.html")
        .render(
            view=view,
            style_hash=_style_hash(),
            march_wide=march_chart(view, wide=True),
            march_narrow=march_chart(view, wide=False),
            gates_wide=gate_ladder(view, wide=True),
            gates_narrow=gate_ladder(view, wide=False),
        )
    )


def render_page(march: March, evidence: Evidence, others: Sequence[Evidence] = ()) -> str:
    """Return the page of a march: complete without scripts and without a network, at most ``MOST_BYTES`` long.

    Args:
        march: releases of one suite; the last one is the headline.
        evidence: of the last release's run; its failures are listed as far as they fit, with what was left out.
        others: of further runs; a few failures of each are shown.
    """
    page = ""
    for most in _FAILURE_BYTES:
        page = render_view(page_view(march, evidence, others, failure_bytes=most))
        if len(page.encode()) <= MOST_BYTES:
            break
    return page


def write_page(path: Path, march: March, evidence: Evidence, others: Sequence[Evidence] = ()) -> Path:
    """Write the page of a march, whole or not at all, and return its path; see ``render_page``.

    Raises:
        UsageError: the folder cannot be made or written; an older page at ``path`` is then untouched.
    """
    return write_whole(Path(path), render_page(march, evidence, others).encode())
