"""One HTML page, or a folder: complete without scripts, no request, the same bytes for the same evidence.

Covers the template engine and the policy of the page. The engine escapes everything (always on, for every file
name); charts are elements that escaped themselves when they were built. The page's Content-Security-Policy
allows its style sheet and its two scripts by hash and nothing else, so that even markup that slipped through could
neither run nor load anything.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ninemarch.durable import write_whole
from ninemarch.model import Evidence, March
from ninemarch.report import assets
from ninemarch.report.document import march_document
from ninemarch.report.figures import gates_figure, march_figure
from ninemarch.report.gate_ladder import gate_ladder
from ninemarch.report.march_chart import march_chart
from ninemarch.report.options import MOST_BYTES, PageOptions
from ninemarch.report.page import Further, page_view
from ninemarch.report.view import PageView
from ninemarch.report.waterfall_chart import waterfall_chart, waterfall_figure

__all__ = ["MOST_BYTES", "render_page", "render_view", "write_folder", "write_page"]

_DOCUMENT = 150_000  # characters of the JSON document that a page offers for download
# Bytes for the failure list, tried in turn: everything else is bounded by the view.
_FAILURE_BYTES = (800_000, 300_000, 60_000, 0)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Our own files, and a theme's checked colours: the only two texts that are not escaped.
    environment.filters["own_file"] = Markup
    return environment


def _style(options: PageOptions) -> str:
    return _environment().get_template("page.css").render() + options.theme.css


def render_view(
    view: PageView, options: PageOptions | None = None, *, document: str = "", folder: bool = False
) -> str:
    """Return the HTML of a view.

    Args:
        view: the view.
        options: how the page is written.
        document: the JSON document that the page offers for download; empty for none.
        folder: style and scripts lie in files beside the page, for servers that forbid inline ones.
    """
    options = options or PageOptions()
    style = _style(options)
    scripted = options.interactive
    water = view.mined.water if view.mined else None
    return (
        _environment()
        .get_template("page.html")
        .render(
            view=view,
            options=options,
            policy=_policy(style, scripted=scripted, folder=folder),
            style="" if folder else style,
            script="" if folder else assets.page_script(),
            plotly=assets.plotly_base64() if scripted and not folder else "",
            folder=folder,
            document=base64.b64encode(document.encode()).decode() if document else "",
            march_wide=march_chart(view, wide=True),
            march_narrow=march_chart(view, wide=False),
            march_figure=march_figure(view),
            gates_wide=gate_ladder(view, wide=True),
            gates_narrow=gate_ladder(view, wide=False),
            gates_figure=gates_figure(view),
            water_wide=waterfall_chart(water, wide=True) if water else "",
            water_narrow=waterfall_chart(water, wide=False) if water else "",
            water_figure=waterfall_figure(water) if water else None,
        )
    )


def _policy(style: str, *, scripted: bool, folder: bool) -> str:
    """The Content-Security-Policy of the page."""
    # plotly makes an empty style element and fills it by script: the hash of nothing lets it.
    styles = "'self'" if folder else f"'{assets.csp_hash(style)}'"
    scripts = "'self'" if folder else f"'{assets.csp_hash(assets.page_script())}'"
    if scripted:
        styles += f" '{assets.csp_hash('')}'"
        scripts += "" if folder else f" '{assets.plotly_hash()}'"
        styles += "; style-src-attr 'unsafe-inline'"  # plotly sets a few style attributes; none can load or run
    return (
        f"default-src 'none'; style-src {styles}; script-src {scripts}; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def render_page(
    march: March,
    evidence: Evidence,
    others: Sequence[Evidence] = (),
    *,
    further: Further | None = None,
    options: PageOptions | None = None,
    folder: bool = False,
) -> str:
    """Return the page of a march: complete without scripts and without a network, at most ``most_bytes`` long.

    Args:
        march: releases of one suite; the last one is the headline.
        evidence: of the last release's run; its failures are listed as far as they fit, with what was left out.
        others: of further runs; a few failures of each are shown.
        further: chapters beside the rates.
        options: how the page is written.
        folder: style and scripts lie in files beside it.
    """
    options = options or PageOptions()
    document = json.dumps(march_document(march), ensure_ascii=False)
    document = document if len(document) <= _DOCUMENT else ""  # `ninemarch gate --json` has it all the same
    page = ""
    for wanted in _FAILURE_BYTES:
        view = page_view(
            march,
            evidence,
            others,
            further=further,
            options=options,
            failure_bytes=min(wanted, options.most_bytes // 2),
        )
        page = render_view(view, options, document=document, folder=folder)
        if len(page.encode()) <= options.most_bytes:
            return page
    if options.interactive:
        plainer = replace(options, interactive=False)
        return render_page(march, evidence, others, further=further, options=plainer, folder=folder)
    return page


def write_page(
    path: Path,
    march: March,
    evidence: Evidence,
    others: Sequence[Evidence] = (),
    *,
    further: Further | None = None,
    options: PageOptions | None = None,
) -> Path:
    """Write the page of a march, whole or not at all, and return its path; see ``render_page``.

    Raises:
        UsageError: the folder cannot be made or written; an older page at ``path`` is then untouched.
    """
    page = render_page(march, evidence, others, further=further, options=options)
    return write_whole(Path(path), page.encode())


def write_folder(
    path: Path,
    march: March,
    evidence: Evidence,
    others: Sequence[Evidence] = (),
    *,
    further: Further | None = None,
    options: PageOptions | None = None,
) -> Path:
    """Write the page as a folder of ``index.html`` and the files it names, and return the path of the page.

    Raises:
        UsageError: the folder cannot be made or written.
    """
    options = options or PageOptions()
    write_whole(path / "page.css", _style(options).encode())
    write_whole(path / "page.js", assets.page_script().encode())
    if options.interactive:
        write_whole(path / "plotly.min.js", assets.plotly_script())
    page = render_page(march, evidence, others, further=further, options=options, folder=True)
    return write_whole(path / "index.html", page.encode())
