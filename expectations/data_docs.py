"""Data Docs as pages an office without internet can read: they load, and report to, nothing outside their folder."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from warehouse.definitions import Text

_DECORATION = re.compile(r"<(script|style|footer)\b.*?</\1>|<(?:link|img)\b[^>]*>", re.DOTALL | re.IGNORECASE)
"""What Great Expectations' pages load from elsewhere (one image tells its makers who reads), or what needs it."""

_STYLE = """<style>
body { font-family: sans-serif; margin: 1rem 2rem; color: #222; }
table { border-collapse: collapse; margin: .5rem 0; }
td, th { border: 1px solid #bbb; padding: .2rem .6rem; text-align: left; vertical-align: top; }
ul { padding-left: 1.2rem; }
.alert { background: #eee; padding: .4rem .8rem; }
.popover, .cooltip .top, .card:has(.btn-group) { display: none; }
.fa-check-circle::before { content: "\\2713"; color: #060; }
.fa-times::before { content: "\\2717"; color: #b00; }
.fa-exclamation-triangle::before { content: "!"; color: #b60; }
</style>
"""


@dataclass(frozen=True)
class Page:
    """The result page of one form: its place in the site, and how many of its checks failed."""

    form_id: str
    label: Text
    path: str
    checks_n: int
    failed_n: int


def make_offline(site: Path) -> None:
    """Rewrite every HTML page below `site` to stand alone, and drop the static files none refers to any more."""
    for page in sorted(site.rglob("*.html")):
        page.write_text(offline(page.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.rmtree(site / "static")


def offline(html: str) -> str:
    """Drop what a page would load, and give it a small style of its own."""
    return _DECORATION.sub("", html).replace("</head>", f"{_STYLE}</head>", 1)


def write_index(site: Path, pages: list[Page], run_time: datetime) -> None:
    """Write `index.html`: one line a form (Great Expectations' own is a script's work)."""
    lines = "".join(
        f"<tr><td>{escape(page.label.ja)} / {escape(page.label.en)}</td>"
        f"<td>{page.checks_n}</td><td>{page.failed_n}</td>"
        f'<td><a href="validations/{escape(page.path)}.html">結果 / results</a></td>'
        f'<td><a href="expectations/{escape(page.form_id)}.html">検査項目 / checks</a></td></tr>\n'
        for page in pages
    )
    (site / "index.html").write_text(
        '<!DOCTYPE html>\n<html lang="ja"><head><meta charset="utf-8"><title>Data Docs</title>\n'
        f"{_STYLE}</head><body>\n<h1>回答の検証 / Validation of responses</h1>\n"
        f"<p>{run_time:%Y-%m-%d %H:%M} UTC</p>\n"
        "<table><tr><th>調査票 / form</th><th>検査 / checks</th><th>不合格 / failed</th><th></th><th></th></tr>\n"
        f"{lines}</table></body></html>\n",
        encoding="utf-8",
    )
