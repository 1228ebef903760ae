"""What people and programs are shown: the terminal, one JSON document, one self-contained HTML page.

Covers rendering of decisions and marches. Computes no statistics and reads no journal. The page's template
engine is imported when a page is made, so that the terminal stays quick.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ninemarch.model import Evidence, March
from ninemarch.report.document import decision_document, march_document
from ninemarch.report.options import PageOptions, Theme, read_theme
from ninemarch.report.page import Further

__all__ = [
    "Further",
    "PageOptions",
    "Theme",
    "decision_document",
    "march_document",
    "read_theme",
    "render_page",
    "write_folder",
    "write_page",
]


def render_page(
    march: March,
    evidence: Evidence,
    others: Sequence[Evidence] = (),
    *,
    further: Further | None = None,
    options: PageOptions | None = None,
) -> str:
    """Return the HTML page of a march; see ``ninemarch.report.html.render_page``."""
    from ninemarch.report import html  # noqa: PLC0415 - Jinja2 takes 40 ms that the terminal need not pay

    return html.render_page(march, evidence, others, further=further, options=options)


def write_page(
    path: Path,
    march: March,
    evidence: Evidence,
    others: Sequence[Evidence] = (),
    *,
    further: Further | None = None,
    options: PageOptions | None = None,
) -> Path:
    """Write the HTML page of a march; see ``ninemarch.report.html.write_page``."""
    from ninemarch.report import html  # noqa: PLC0415 - as above

    return html.write_page(path, march, evidence, others, further=further, options=options)


def write_folder(
    path: Path,
    march: March,
    evidence: Evidence,
    others: Sequence[Evidence] = (),
    *,
    further: Further | None = None,
    options: PageOptions | None = None,
) -> Path:
    """Write the page of a march as a folder; see ``ninemarch.report.html.write_folder``."""
    from ninemarch.report import html  # noqa: PLC0415 - as above

    return html.write_folder(path, march, evidence, others, further=further, options=options)
