"""The report as one page that stands alone: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report import (
    WaveReport,
    class_coverage,
    indicator_summary,
    organisation_figures,
    side_by_side,
    verdict_counts,
)
from warehouse.report_headings import headings
from warehouse.report_plots import plot_organisations, plot_shares, svg_bytes
from warehouse.report_tables import findings_by_reason, languages_table, run_table, themes_by_question
from warehouse.report_wording import VERDICTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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

_TITLE = Text(ja="指標レポート", en="Indicator report")
_INTERNAL = Text(
    ja="事業内部用です。小さい数がそのまま入っています。秘匿処理をせずに事業の外へ出さないでください。",
    en="For use inside the programme: small counts stand here as they are. Not to be published as it is.",
)
_PUBLIC = Text(
    ja="秘匿処理をした数値です。「秘匿」は0でも未測定でもありません。",
    en="These figures went through disclosure control. “Suppressed” is neither zero nor unmeasured.",
)
_SECTIONS = {
    "summary": Text(ja="指標一覧", en="Indicators"),
    "organisations": Text(ja="団体別", en="Organisations"),
    "findings": Text(ja="集計に入らなかった行・注意", en="Rejected rows and warnings"),
    "classes": Text(ja="対応区分ごとの測定状況", en="Coverage by crosswalk class"),
    "themes": Text(ja="自由記述のテーマ", en="Themes of the text answers"),
    "languages": Text(ja="自由記述の言語", en="Languages of the text answers"),
    "run": Text(ja="この表のもとになった実行", en="The run behind this page"),
}
_READING_GUIDE = Text(
    ja="値は採用した読み方によるものです。読み方しだいで判定が変わる指標には、その読み方と判定を並べました。"
    "「参考値」は共通調査票かその一対一の読み替え(区分A・B)に拠る割合が足りないもの、"
    "「判定不能」は目標または測定が欠けているものです。未測定・0・秘匿・該当なしは別のものです。",
    en="Figures are those of the declared reading; where another reading would be judged otherwise, it stands beside. "
    "“Reference only”: too little rests on crosswalk class A or B. “Undetermined”: a target or a measurement is "
    "missing. Not measured, zero, suppressed and not applicable are four different things.",
)
_CLASSES = {
    "class_ab_n": Text(ja="区分A・B(共通調査票・一対一)", en="class A, B (common questionnaire, one-to-one)"),
    "class_c_n": Text(ja="区分C(代用)", en="class C (proxy)"),
    "class_d_n": Text(ja="区分D(対応なし)", en="class D (cannot be mapped)"),
    "missing_n": Text(ja="未測定", en="not measured"),
}
_BARS = {"class_ab_n": "ab", "class_c_n": "c", "class_d_n": "d", "missing_n": "missing"}
_NONE = Text(ja="ありません。", en="There are none.")
_ALL_FINDINGS = Text(
    ja="理由ごとに最初の1件を示します。全件はワークブックの「却下・注意」にあります。",
    en="The first of each reason is shown; all of them stand in the workbook.",
)


def html_page(report: WaveReport, language: Language = "ja") -> str:
    """The page, from `<!DOCTYPE html>` on. Every text of the frames and definitions is escaped."""
    summary = indicator_summary(report, language)
    programme, period = report.programme.in_(language), report.period.label.in_(language)
    title = f"{_TITLE.in_(language)}: {programme} {period}"
    sections = {
        "summary": [
            _paragraph(_READING_GUIDE.in_(language)),
            _summary_table(summary, language),
            _image(plot_shares(report, language), summary_text(summary)),
        ],
        "organisations": _organisations(report, language),
        "findings": _findings(report, language),
        "classes": _classes(report, language),
        "themes": [_plain_table(themes_by_question(report, language), language)],
        "languages": [_plain_table(_programme_rows(languages_table(report, language), report, language), language)],
        "run": [_run(report, language)],
    }
    notice = _PUBLIC if report.is_public else _INTERNAL
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="notice">{escape(notice.in_(language))}</p>',
        _counts(summary, language),
        *(
            f'<section id="{name}">\n<h2>{escape(_SECTIONS[name].in_(language))}</h2>\n{_joined(parts)}\n</section>'
            for name, parts in sections.items()
        ),
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{_joined(body)}\n</body>\n</html>\n"
    )


def summary_text(summary: pd.DataFrame) -> str:
    """The summary's figures as one plain text, for those who do not see the plot."""
    return "; ".join(f"{row.indicator_id} {row.value} {row.verdict}" for row in summary.itertuples() if row.interval)


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


def _paragraph(text: str) -> str:
    return f'<p class="faint">{escape(text)}</p>'


def _verdict(code: str, word: str) -> str:
    return f'<span class="verdict {escape(code)}">{escape(word)}</span>'


def _small(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""


def _table(titles: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    return (
        f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{_joined(rows)}\n</tbody></table></div>'
    )


def _counts(summary: pd.DataFrame, language: Language) -> str:
    items = "".join(
        f'<li class="{code}">{escape(VERDICTS[code].in_(language))}<b>{count}</b></li>'
        for code, count in verdict_counts(summary).items()
    )
    return f'<ul class="counts">{items}</ul>'


def _summary_table(summary: pd.DataFrame, language: Language) -> str:
    columns = ["indicator_id", "name", "value", "target", "verdict", "shortfall", "coverage"]
    rows = (
        f'<tr><td class="id">{escape(row["indicator_id"])}</td>'
        f"<td>{escape(row['name'])}{_small(row['reading'])}{_small(row['alternatives'])}</td>"
        f'<td class="value">{escape(row["value"])}{_small(row["interval"])}</td>'
        f"<td>{escape(row['target'])}</td><td>{_verdict(row['verdict_code'], row['verdict'])}</td>"
        f"<td>{escape(row['shortfall'])}</td><td>{escape(row['coverage'])}</td></tr>"
        for row in summary.to_dict("records")
    )
    return _table(headings(columns, language), rows)


def _image(plot: Figure | None, description: str) -> str:
    if plot is None:
        return ""
    content = b64encode(svg_bytes(plot)).decode("ascii")
    return f'<figure><img alt="{escape(description)}" src="data:image/svg+xml;base64,{content}"></figure>'


def _organisations(report: WaveReport, language: Language) -> list[str]:
    figures = organisation_figures(report, language)
    if figures.empty:
        return [_paragraph(_NONE.in_(language))]
    cells = "<div>" + figures["value"].map(escape) + "</div>"
    verdicts = [_verdict(code, word) for code, word in zip(figures["verdict_code"], figures["verdict"], strict=True)]
    judged = pd.Series(verdicts, index=figures.index).where(figures["verdict_code"] != "not_applicable", "")
    shown = side_by_side(figures.assign(shown=cells + judged + figures["shortfall"].map(_small)), "shown")
    rows = (
        f'<tr><td class="id">{escape(row[0])}</td><td>{escape(row[1])}{_small(row[2])}</td>'
        + "".join(f'<td class="value">{cell}</td>' for cell in row[3:])
        + "</tr>"
        for row in shown.itertuples(index=False)
    )
    titles = headings(["indicator_id", "name", *shown.columns[3:]], language)
    return [
        _image(plot_organisations(report, language), _SECTIONS["organisations"].in_(language)),
        _table(titles, rows),
    ]


def _findings(report: WaveReport, language: Language) -> list[str]:
    found = findings_by_reason(report, language)
    if found.empty:
        return [_paragraph(_NONE.in_(language))]
    return [_paragraph(_ALL_FINDINGS.in_(language)), _plain_table(found, language)]


def _classes(report: WaveReport, language: Language) -> list[str]:
    covered = class_coverage(report, language)
    if covered.empty:
        return [_paragraph(_NONE.in_(language))]
    key = "".join(f'<i class="{_BARS[column]}"></i>{escape(label.in_(language))}' for column, label in _CLASSES.items())
    rows = (
        f'<tr><td class="id">{escape(row["indicator_id"])}</td><td>{escape(row["name"])}</td>'
        f'<td><div class="bar">{_bar(row)}</div></td>'
        f"{''.join(_number(row[column]) for column in ['eligible_n', *_CLASSES])}</tr>"
        for row in ({str(name): value for name, value in each.items()} for each in covered.to_dict("records"))
    )
    titles = headings(["indicator_id", "name", "coverage", "eligible_n", *_CLASSES], language)
    return [f'<p class="key faint">{key}</p>', _table(titles, rows)]


def _bar(row: dict[str, int]) -> str:
    widths = {column: 100 * row[column] / row["eligible_n"] for column in _CLASSES if row[column]}
    return "".join(f'<i class="{_BARS[column]}" style="width:{width:.2f}%"></i>' for column, width in widths.items())


def _number(value: object) -> str:
    return f'<td class="number">{"" if pd.isna(value) else f"{value:,}"}</td>'  # type: ignore[call-overload]


def _programme_rows(table: pd.DataFrame, report: WaveReport, language: Language) -> pd.DataFrame:
    """The programme's rows of a table where it has them, otherwise all."""
    programme = table["organisation"] == report.organisation_name(ALL, language)
    return table[programme].drop(columns="organisation") if programme.any() else table


def _plain_table(table: pd.DataFrame, language: Language) -> str:
    if table.empty:
        return _paragraph(_NONE.in_(language))
    columns = [str(column) for column in table.columns]
    rows = (
        f"<tr>{''.join(_cell(column, value) for column, value in zip(columns, row, strict=True))}</tr>"
        for row in table.itertuples(index=False)
    )
    return _table(headings(columns, language), rows)


def _cell(column: str, value: object) -> str:
    if not isinstance(value, str):
        return _number(value)
    kind = ' class="short"' if column in ("severity", "organisation", "reason_code") else ""
    return f"<td{kind}>{escape(value)}</td>"


def _run(report: WaveReport, language: Language) -> str:
    items = "".join(
        f"<dt>{escape(str(row.description))}</dt><dd>{escape(str(row.content)) or '–'}</dd>"
        for row in run_table(report, language).itertuples()
    )
    return f"<dl>{items}</dl>"
