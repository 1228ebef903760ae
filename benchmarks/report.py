"""What the page of a large run costs: time, memory, size; and how soon a browser shows it and its charts.

Covers `ninemarch report` as a process of its own on a run of random scenarios of which about 5% fail in four ways.
The browser's figures need Debian's chromium and chromium-driver and the package selenium; without them they are left
out.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import common

BOTS = """
def scenario(levels, rng):
    n = rng.getrandbits(40)
    attributes = {"kind": str(n % 7), "band": str(n // 7 % 5), "place": str(n // 35 % 12)}
    return {"input": n, "expect": str(n), "attributes": attributes}


def bot(n):
    if n % 7 == 3 and n // 7 % 5 == 2:
        if n % 4 == 0:
            raise ValueError(f"unexpected token at {n}")
        if n % 4 == 1:
            return str(n + 1)
    return str(n)[::-1] if n % 31 == 0 else str(n)
"""
SUITE = {
    "ninemarch": 1,
    "suite": "large",
    "target": {"python": "bots:bot"},
    "profile": {"language": {"de": 0.5, "en": 0.3, "fr": 0.2}},
    "scenarios": [{"generate": {"python": "bots:scenario"}}],
    "checks": [{"exact": {}}],
    "gates": [{"id": "two-nines", "success": 0.99}],
    "trials": {"max": 1_000_000, "stop": "fixed"},
}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, nargs="+", default=[8_000, 1_000_000])
    options = parser.parse_args()
    rows = []
    for trials in options.trials:
        # A folder each: a second run of the release would continue the evidence of the first.
        with tempfile.TemporaryDirectory(prefix="ninemarch-bench-") as folder:
            (Path(folder) / "bots.py").write_text(BOTS, encoding="utf-8")
            (Path(folder) / "suite.yaml").write_text(json.dumps(SUITE), encoding="utf-8")
            rows.append(_measured(Path(folder), trials))
    names = ("trials", "failures", "cpu_s", "wall_s", "peak_mb", "page_kb", "first_paint_s", "charts_drawn_s")
    common.table(names, [[row[name] for name in names] for row in rows])
    common.write("report", {"pages": rows})


def _measured(folder: Path, trials: int) -> dict[str, Any]:
    common.note(f"{trials:,} trials")
    ninemarch = [sys.executable, "-m", "ninemarch"]
    run = common.measure([*ninemarch, "run", ".", "--json", "-n", str(trials)], cwd=folder, codes=(0, 1, 3))
    page = folder / "page.html"
    made = common.measure([*ninemarch, "report", "latest", "-o", str(page)], cwd=folder)
    paint, charts = _shown(page)
    counts = json.loads(run.out)["counts"]
    return {
        "trials": trials,
        "failures": counts["fail"],
        "cpu_s": round(made.cpu, 2),
        "wall_s": round(made.wall, 2),
        "peak_mb": made.peak_mb,
        "page_kb": round(page.stat().st_size / 1000),
        "first_paint_s": paint,
        "charts_drawn_s": charts,
    }


def _shown(page: Path) -> tuple[float | str, float | str]:
    """Seconds to the first paint, and until every chart has been scrolled to and drawn."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        return "-", "-"
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        return "-", "-"
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for switch in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"):
        options.add_argument(switch)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.get("about:blank")
        begun = time.monotonic()
        driver.get(page.as_uri())
        figures = "[...document.querySelectorAll('figure.chart')].filter(f => f.querySelector('script'))"
        undrawn = f"return {figures}.filter(f => !f.classList.contains('drawn')).map(f => f.scrollIntoView()).length"
        while driver.execute_script(undrawn):
            time.sleep(0.02)
        drawn = time.monotonic() - begun
        paint = driver.execute_script("return performance.getEntriesByType('paint')[0]?.startTime ?? 0")
        return round(paint / 1000, 2), round(drawn, 2)
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
