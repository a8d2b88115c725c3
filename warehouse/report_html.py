"""The report as one page that stands alone: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from html import escape

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.page import page
from warehouse.report import (
    WaveReport,
    class_coverage,
    indicator_summary,
    organisation_figures,
    side_by_side,
    verdict_counts,
)
from warehouse.report_agreement_markup import AGREEMENT_STYLE, agreement_section
from warehouse.report_change_markup import CHANGE_STYLE, change_section
from warehouse.report_headings import headings
from warehouse.report_markup import NONE, image, joined, markup_table, number_cell, paragraph, plain_table, small
from warehouse.report_plots import plot_organisations, plot_shares
from warehouse.report_tables import findings_by_reason, languages_table, run_table
from warehouse.report_text_markup import (
    TEXT_STYLE,
    attributes_section,
    copies_section,
    scripts_section,
    texts_section,
    theme_change_section,
    themes_section,
    words_section,
)
from warehouse.report_wording import VERDICTS

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
    "change": Text(ja="個人ごとの変化", en="Change per person"),
    "agreement": Text(ja="評価者の一致", en="Agreement of raters"),
    "texts": Text(ja="自由記述: 尋ねた回答・書いた回答・分析した回答", en="Text answers: asked, written, analysed"),
    "languages": Text(ja="自由記述の言語", en="Languages of the text answers"),
    "themes": Text(ja="自由記述のテーマ", en="Themes of the text answers"),
    "theme_change": Text(ja="同じ人のテーマの変化", en="Change of themes in the same people"),
    "attributes": Text(ja="テーマと属性", en="Themes by attribute"),
    "scripts": Text(ja="書き方による拾いやすさの点検", en="Whether every way of writing is read alike"),
    "words": Text(ja="語とことばの結びつき", en="Words and what they stand with"),
    "copies": Text(ja="同じ文の回答", en="Answers in the same words"),
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
            paragraph(_READING_GUIDE.in_(language)),
            _summary_table(summary, language),
            image(plot_shares(report, language), summary_text(summary)),
        ],
        "organisations": _organisations(report, language),
        **({} if report.is_public else {"change": change_section(report, language)}),
        "findings": _findings(report, language),
        "classes": _classes(report, language),
        **({} if report.is_public else {"agreement": agreement_section(report.rated, language)}),
        **({} if report.is_public else _texts(report, language)),
        "run": [_run(report, language)],
    }
    notice = _PUBLIC if report.is_public else _INTERNAL
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="notice">{escape(notice.in_(language))}</p>',
        _counts(summary, language),
        *(
            f'<section id="{name}">\n<h2>{escape(_SECTIONS[name].in_(language))}</h2>\n{joined(parts)}\n</section>'
            for name, parts in sections.items()
        ),
    ]
    return page(title, body, language, AGREEMENT_STYLE + CHANGE_STYLE + TEXT_STYLE)


def _texts(report: WaveReport, language: Language) -> dict[str, list[str]]:
    """The sections about free text, which hold small counts."""
    return {
        "texts": texts_section(report, language),
        "languages": [plain_table(_programme_rows(languages_table(report, language), report, language), language)],
        "themes": themes_section(report, language),
        "theme_change": theme_change_section(report, language),
        "attributes": attributes_section(report, language),
        "scripts": scripts_section(report, language),
        "words": words_section(report, language),
        "copies": copies_section(report, language),
    }


def summary_text(summary: pd.DataFrame) -> str:
    """The summary's figures as one plain text, for those who do not see the plot."""
    return "; ".join(f"{row.indicator_id} {row.value} {row.verdict}" for row in summary.itertuples() if row.interval)


def _verdict(code: str, word: str) -> str:
    return f'<span class="verdict {escape(code)}">{escape(word)}</span>'


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
        f"<td>{escape(row['name'])}{small(row['reading'])}{small(row['alternatives'])}</td>"
        f'<td class="value">{escape(row["value"])}{small(row["interval"])}</td>'
        f"<td>{escape(row['target'])}</td><td>{_verdict(row['verdict_code'], row['verdict'])}</td>"
        f"<td>{escape(row['shortfall'])}</td><td>{escape(row['coverage'])}</td></tr>"
        for row in summary.to_dict("records")
    )
    return markup_table(headings(columns, language), rows)


def _organisations(report: WaveReport, language: Language) -> list[str]:
    figures = organisation_figures(report, language)
    if figures.empty:
        return [paragraph(NONE.in_(language))]
    cells = "<div>" + figures["value"].map(escape) + "</div>"
    verdicts = [_verdict(code, word) for code, word in zip(figures["verdict_code"], figures["verdict"], strict=True)]
    judged = pd.Series(verdicts, index=figures.index).where(figures["verdict_code"] != "not_applicable", "")
    shown = side_by_side(figures.assign(shown=cells + judged + figures["shortfall"].map(small)), "shown")
    rows = (
        f'<tr><td class="id">{escape(row[0])}</td><td>{escape(row[1])}{small(row[2])}</td>'
        + "".join(f'<td class="value">{cell}</td>' for cell in row[3:])
        + "</tr>"
        for row in shown.itertuples(index=False)
    )
    titles = headings(["indicator_id", "name", *shown.columns[3:]], language)
    return [
        image(plot_organisations(report, language), _SECTIONS["organisations"].in_(language)),
        markup_table(titles, rows),
    ]


def _findings(report: WaveReport, language: Language) -> list[str]:
    found = findings_by_reason(report, language)
    if found.empty:
        return [paragraph(NONE.in_(language))]
    return [paragraph(_ALL_FINDINGS.in_(language)), plain_table(found, language)]


def _classes(report: WaveReport, language: Language) -> list[str]:
    covered = class_coverage(report, language)
    if covered.empty:
        return [paragraph(NONE.in_(language))]
    key = "".join(f'<i class="{_BARS[column]}"></i>{escape(label.in_(language))}' for column, label in _CLASSES.items())
    rows = (
        f'<tr><td class="id">{escape(row["indicator_id"])}</td><td>{escape(row["name"])}</td>'
        f'<td><div class="bar">{_bar(row)}</div></td>'
        f"{''.join(number_cell(row[column]) for column in ['eligible_n', *_CLASSES])}</tr>"
        for row in ({str(name): value for name, value in each.items()} for each in covered.to_dict("records"))
    )
    titles = headings(["indicator_id", "name", "coverage", "eligible_n", *_CLASSES], language)
    return [f'<p class="key faint">{key}</p>', markup_table(titles, rows)]


def _bar(row: dict[str, int]) -> str:
    widths = {column: 100 * row[column] / row["eligible_n"] for column in _CLASSES if row[column]}
    return "".join(f'<i class="{_BARS[column]}" style="width:{width:.2f}%"></i>' for column, width in widths.items())


def _programme_rows(table: pd.DataFrame, report: WaveReport, language: Language) -> pd.DataFrame:
    """The programme's rows of a table where it has them, otherwise all."""
    programme = table["organisation"] == report.organisation_name(ALL, language)
    return table[programme].drop(columns="organisation") if programme.any() else table


def _run(report: WaveReport, language: Language) -> str:
    items = "".join(
        f"<dt>{escape(str(row.description))}</dt><dd>{escape(str(row.content)) or '–'}</dd>"
        for row in run_table(report, language).itertuples()
    )
    return f"<dl>{items}</dl>"
