"""A page that stands alone: no script, nothing loaded from elsewhere. The style of all that is read in a browser."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from warehouse.definitions import Language

_STYLE = """
:root { --ink: #222; --faint: #667; --line: #dcdfe4; }
* { box-sizing: border-box; }
body { font: 15px/1.65 "Hiragino Sans", "Noto Sans JP", "Yu Gothic UI", Meiryo, sans-serif; color: var(--ink);
  margin: 0 auto; padding: 1.5rem 1.5rem 4rem; max-width: 1200px; background: #fff; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .6rem; padding-bottom: .2rem; border-bottom: 2px solid #3b5b78; }
p { margin: .4rem 0; } .faint, small { color: var(--faint); }
.notice { background: #fff6dd; border-left: 4px solid #d9a400; padding: .5rem .9rem; margin: 1rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .87rem; }
th { min-width: 3.2em; background: #3b5b78; color: #fff; font-weight: 600; text-align: left; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; white-space: pre-line; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.id { white-space: nowrap; color: var(--faint); }
td.value { min-width: 8.5em; word-break: keep-all; overflow-wrap: break-word; }
td.short { white-space: nowrap; }
td small { display: block; }
.verdict { display: inline-block; padding: 0 .55em; border-radius: .8em; white-space: nowrap; font-weight: 600; }
.achieved { background: #d5ebd8; color: #14532d; } .not_achieved { background: #f6d5d1; color: #7a1d14; }
.undetermined { background: #fcefc7; color: #6b4a00; } .reference { background: #d6e6f5; color: #1d3f66; }
.not_applicable { background: #ededed; color: #555; } .suppressed { background: #ddd8e6; color: #463a5e; }
.counts { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; padding: 0; list-style: none; }
.counts li { padding: .3rem .9rem; border-radius: .5rem; } .counts b { font-size: 1.4rem; margin-left: .4rem; }
figure { margin: 1.2rem 0; } figure img { max-width: 100%; height: auto; }
.bar { display: flex; width: 100%; min-width: 12rem; height: 1.1rem; background: #f2f2f2; }
.bar i { display: block; height: 100%; } .ab { background: #2e7d4f; } .c { background: #8fbf9d; }
.d { background: #b9a9c9; } .missing { background: #d9d9d9; }
.key i { display: inline-block; width: .9em; height: .9em; margin: 0 .3em 0 1em; vertical-align: -.1em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; font-size: .87rem; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
@media print { body { max-width: none; padding: 0; } tr, figure { break-inside: avoid; } }
"""


def page(title: str, body: Iterable[str], language: Language, style: str = "") -> str:
    """The page, from `<!DOCTYPE html>` on. `body`: pieces of markup, empty ones left out; `style`: further rules."""
    content = "\n".join(part for part in body if part)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n<body>\n{content}\n</body>\n</html>\n"
    )
