"""What a coding round shows, as a page, a workbook and on the terminal: coders with one another, and with the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text as Line

from flows.coding.agreement import NEAR_MISS, CodingResult
from nlp.code_book import CodeBookEntry
from rubrics.agreement_tables import ALL
from rubrics.coding_agreement import CONSENSUS, STATISTICS
from rubrics.hand_codes import CodingRound
from rubrics.rule_accuracy import MEASURES
from warehouse.definitions import Language, Text
from warehouse.page import page
from warehouse.report_markup import markup_table, paragraph
from warehouse.report_text import SCRIPTS
from warehouse.report_workbook import tables_workbook

Book = Mapping[str, CodeBookEntry]

TITLES: Final = {
    "themes": Text(ja="規則と合意", en="Rules and consensus"),
    "scripts": Text(ja="書き方ごと", en="By way of writing"),
    "agreement": Text(ja="コーダーどうし", en="Coders"),
    "consensus": Text(ja="合意の数", en="Consensus"),
    "differences": Text(ja="食い違う文章", en="Differing texts"),
    "strata": Text(ja="抽出と重み", en="Draw and weights"),
}
"""Titles of sections and sheets."""

_NAME: Final = Text(ja="コーディングの一致", en="Agreement of codes")
_INTERNAL: Final = Text(
    ja="事業内部用です。本文の言葉が入っています。事業の外へ出さないでください。",
    en="For use inside the programme: it holds people’s words and is not to leave it.",
)
_HOW_TO_READ: Final = [
    Text(
        ja="適合率: 規則がテーマありとした文章のうち、コーダーが合意してありとした割合。"
        "再現率: コーダーが合意してありとした文章のうち、規則が見つけた割合。F1は両者の調和平均。",
        en="Precision: of what the rules found, the share that the coders agree on. Recall: of what the coders agree "
        "on, the share that the rules found. F1 is their harmonic mean.",
    ),
    Text(
        ja="「重み付き」は、抽出の重みで規則が読んだ全部の文章に戻した推定です(区間は文章を単位とするブートストラップ)。"
        "「標本」の値は、半分を規則が何も見つけなかった文章から引いたため、そのままでは全体を表しません。",
        en="“Weighted” estimates go back to all texts that the rules have read (intervals bootstrapped over texts). "
        "Those “of the sample” do not stand for all texts, as half of it was drawn where the rules had found nothing.",
    ),
    Text(
        ja="コーダーの意見が分かれた文章、決められない人がいた文章、1人だけが読んだ文章には合意がなく、"
        "適合率・再現率に入りません。その数は「合意の数」にあります。「–」は定義できない値で、0ではありません。",
        en="What coders differ on, could not tell, or was coded by one alone has no consensus and is in neither "
        "precision nor recall; “Consensus” counts it. “–” is undefined, not zero.",
    ),
    Text(
        ja="再現率が低い書き方では、規則がその書き方を拾えていません。困りごとが少ないという意味ではありません。",
        en="Where recall is low for one way of writing, the rules miss it. It does not mean fewer difficulties there.",
    ),
]
_CHANGED: Final = Text(
    ja="抽出のあとで規則が変わったテーマ: {names}。"
    "この標本を見て直した規則の値は、誤りの率の正直な推定ではありません。",
    en="Themes whose rules have changed since the draw: {names}. Of rules mended on these very texts this is no honest "
    "error rate.",
)
_MEASURES: Final = {
    "precision": Text(ja="適合率", en="Precision"),
    "recall": Text(ja="再現率", en="Recall"),
    "f1": Text(ja="F1", en="F1"),
}
_STATISTICS: Final = {
    "agreement": Text(ja="一致率", en="Raw agreement"),
    "prevalence": Text(ja="「あり」の割合(標本)", en="Prevalence (sample)"),
    "alpha": Text(ja="クリッペンドルフのα(名義)", en="Krippendorff’s α (nominal)"),
    "ac1": Text(ja="グウェットのAC1", en="Gwet’s AC1"),
    "kappa": Text(ja="コーエンのκ", en="Cohen’s κ"),
}
_CONSENSUS: Final = {
    "present": Text(ja="あり(合意)", en="Present (agreed)"),
    "absent": Text(ja="なし(合意)", en="Absent (agreed)"),
    "differ": Text(ja="分かれた", en="Differ"),
    "cannot_tell": Text(ja="決められない", en="Cannot tell"),
    "one_coder": Text(ja="1人だけ", en="One coder alone"),
}
_CODES: Final = {name: Text(ja=ja, en=en) for name, ja, en in (
    ("present", "あり", "present"), ("absent", "なし", "absent"), ("cannot_tell", "決められない", "cannot tell"),
    (NEAR_MISS, "除外の条件で見送り", "passed over by an exclusion"),
)}  # fmt: skip
_COLUMNS: Final = {
    "theme": Text(ja="テーマ", en="Theme"),
    "script": Text(ja="書き方", en="Way of writing"),
    "texts": Text(ja="文章", en="Texts"),
    "coders": Text(ja="コーダー", en="Coders"),
    "of_sample": Text(ja="標本", en="of the sample"),
    "weighted": Text(ja="重み付き", en="weighted"),
    "item": Text(ja="番号", en="Item"),
    "response": Text(ja="回答", en="Response"),
    "question": Text(ja="設問", en="Question"),
    "said": Text(ja="コーダー", en="Coders said"),
    "by_rule": Text(ja="規則", en="Rules said"),
    "rule": Text(ja="規則のid", en="Rule"),
    "clause": Text(ja="条件", en="Clause"),
    "quote": Text(ja="本文の言葉", en="Words"),
    "population": Text(ja="全体", en="Population"),
    "drawn": Text(ja="抽出", en="Drawn"),
    "weight": Text(ja="重み", en="Weight"),
}
_STRATUM: Final = {
    "found": Text(ja="規則の結果", en="The rules found"),
    "organisation": Text(ja="団体", en="Organisation"),
    "question": Text(ja="設問", en="Question"),
    "script": Text(ja="書き方", en="Way of writing"),
}
_FOUND: Final = {
    "theme": Text(ja="テーマあり", en="a theme"),
    "nothing": Text(ja="何も見つけていない", en="nothing"),
}
_ALL_THEMES: Final = Text(ja="全テーマ", en="All themes")
_ALL_CODERS: Final = Text(ja="全員", en="All coders")


def strata_table(round_: CodingRound, language: Language) -> pd.DataFrame:
    """Texts by stratum: how many there are, how many were drawn, and how many each of those stands for."""
    heads = _said(["population", "drawn", "weight"], language)
    return pd.DataFrame(
        [
            {
                **{text.in_(language): _in_words(each.of[name], language) for name, text in _STRATUM.items()},
                heads[0]: str(each.population),
                heads[1]: str(each.drawn),
                heads[2]: "–" if each.weight is None else f"{each.weight:.2f}",
            }
            for each in round_.strata
        ]
    )


def coding_tables(result: CodingResult, round_: CodingRound, book: Book, language: Language) -> dict[str, pd.DataFrame]:
    """All tables in words: a key of TITLES -> table."""
    is_script = result.accuracy["group"] == "script"
    return {
        "themes": _accuracy(result.accuracy[~is_script], "theme", book, language),
        "scripts": _accuracy(result.accuracy[is_script], "script", book, language),
        "agreement": _agreement(result.agreement, book, language),
        "consensus": _consensus(result.consensus, book, language),
        "differences": _differences(result.differences, book, language),
        "strata": strata_table(round_, language),
    }


def coding_page(result: CodingResult, round_: CodingRound, book: Book, language: Language) -> str:
    """The page, from `<!DOCTYPE html>` on."""
    title = f"{_NAME.in_(language)}: {round_.round_id}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="notice">{escape(_INTERNAL.in_(language))}</p>',
        *(f"<p>{escape(line)}</p>" for line in remarks(result, round_, language)),
        *(paragraph(words.in_(language)) for words in _HOW_TO_READ),
    ]
    for name, table in coding_tables(result, round_, book, language).items():
        rows = (
            "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>"
            for row in table.itertuples(index=False)
        )
        body += [f"<h2>{escape(TITLES[name].in_(language))}</h2>", markup_table(map(str, table.columns), rows)]
    return page(title, body, language)


def coding_tables_workbook(result: CodingResult, round_: CodingRound, book: Book, language: Language) -> bytes:
    """The same tables as a workbook."""
    tables = coding_tables(result, round_, book, language)
    return tables_workbook({TITLES[name].in_(language): table for name, table in tables.items()})


def coding_parts(result: CodingResult, round_: CodingRound, book: Book, language: Language) -> Iterator[RenderableType]:
    """What stands on the terminal: no words of a text."""
    for line in remarks(result, round_, language):
        yield Line(line)
    tables = coding_tables(result, round_, book, language)
    for name in ("agreement", "themes", "scripts", "consensus"):
        shown = Table(title=TITLES[name].in_(language), box=SIMPLE_HEAD, title_justify="left")
        for column in tables[name].columns:
            shown.add_column(str(column), overflow="fold")
        for row in tables[name].itertuples(index=False):
            shown.add_row(*(Line(str(value)) for value in row))
        yield shown
    for words in _HOW_TO_READ:
        yield Line(words.in_(language), style="dim")


def remarks(result: CodingResult, round_: CodingRound, language: Language) -> Iterator[str]:
    """What was drawn and coded, what has no consensus, and whether the rules are still those of the draw."""
    population = sum(each.population for each in round_.strata)
    done = ", ".join(f"{coder} {count}" for coder, count in result.done.items())
    agreed = int(result.consensus[["present", "absent"]].to_numpy().sum())
    without = int(result.consensus.to_numpy().sum()) - agreed
    yield Text(
        ja=f"規則が読んだ文章 {population}件から {len(round_.items)}件を抽出(種 {round_.seed})、今もそのまま残るもの "
        f"{result.texts_n}件。読み終えた数: {done}。文章とテーマの組のうち合意あり {agreed}、合意なし(除外) {without}、"
        f"規則と食い違うもの {_pairs_n(result)}。",
        en=f"{len(round_.items)} of {population} texts that the rules have read were drawn (seed {round_.seed}); "
        f"{result.texts_n} stand unchanged. Read to the end: {done}. Of texts by themes {agreed} have a consensus, "
        f"{without} have none and are left out, {_pairs_n(result)} are told otherwise by the rules.",
    ).in_(language)
    yield Text(ja=f"規則: 実行 {result.run_id}", en=f"Rules: those of run {result.run_id}").in_(language)
    if result.changed_rules:
        yield _CHANGED.in_(language).format(names=", ".join(result.changed_rules))


def _pairs_n(result: CodingResult) -> int:
    return len(result.differences.drop_duplicates(["item_id", "theme_id"]))


def _accuracy(rows: pd.DataFrame, what: str, book: Book, language: Language) -> pd.DataFrame:
    """A row a theme or way of writing, and two columns for each measure."""
    lines = []
    for (_, name), mine in rows.groupby(["group", "name"], sort=False):
        line = {_COLUMNS[what].in_(language): _label(str(name), book, language)}
        line[_COLUMNS["texts"].in_(language)] = str(mine["texts_n"].iloc[0])
        by_measure = {str(row["measure"]): row for row in mine.to_dict("records")}
        for measure in MEASURES:
            row, label = by_measure[measure], _MEASURES[measure].in_(language)
            weighted, of_sample = (_COLUMNS[each].in_(language) for each in ("weighted", "of_sample"))
            line[f"{label} ({weighted})"] = _interval(row["weighted"], row["weighted_low"], row["weighted_high"])
            sample = _interval(*_estimate(row))
            line[f"{label} ({of_sample})"] = f"{row['numerator']}/{row['denominator']}  {sample}"
        lines.append(line)
    return pd.DataFrame(lines)


def _agreement(rows: pd.DataFrame, book: Book, language: Language) -> pd.DataFrame:
    lines = []
    for (theme, first, second), mine in rows.groupby(["theme_id", "coder_a", "coder_b"], sort=False):
        found = {str(row["statistic"]): row for row in mine.to_dict("records")}
        lines.append(
            {
                _COLUMNS["theme"].in_(language): _label(str(theme), book, language),
                _COLUMNS["coders"].in_(language): _ALL_CODERS.in_(language) if first == ALL else f"{first} – {second}",
                _COLUMNS["texts"].in_(language): str(mine["texts_n"].iloc[0]),
                **{
                    _STATISTICS[name].in_(language): _interval(
                        *(found[name][k] for k in ("value", "ci_low", "ci_high"))
                    )
                    for name in STATISTICS
                },
            }
        )
    return pd.DataFrame(lines)


def _estimate(row: Mapping[Any, Any]) -> tuple[Any, Any, Any]:
    return row["value"], row["ci_low"], row["ci_high"]


def _consensus(counts: pd.DataFrame, book: Book, language: Language) -> pd.DataFrame:
    named = [
        {
            _COLUMNS["theme"].in_(language): _label(str(theme), book, language),
            **{_CONSENSUS[name].in_(language): str(row[name]) for name in CONSENSUS},
        }
        for theme, row in counts.iterrows()
    ]
    return pd.DataFrame(named)


def _differences(rows: pd.DataFrame, book: Book, language: Language) -> pd.DataFrame:
    def codes(said: str) -> str:
        parts = (part.partition(": ") for part in said.split(", "))
        return "、".join(f"{coder}: {_CODES[code].in_(language)}" for coder, _, code in parts)

    shown = rows.assign(
        theme_id=[_label(name, book, language) for name in rows["theme_id"]],
        said=[codes(each) for each in rows["said"]],
        by_rule=[_CODES[each].in_(language) for each in rows["by_rule"]],
    )
    names = ["item", "response", "question", "theme", "said", "by_rule", "rule", "clause", "quote"]
    return shown.set_axis(_said(names, language), axis="columns")


def _said(names: list[str], language: Language) -> list[str]:
    return [_COLUMNS[name].in_(language) for name in names]


def _label(name: str, book: Book, language: Language) -> str:
    if name == ALL:
        return _ALL_THEMES.in_(language)
    return book[name].label.in_(language) if name in book else _in_words(name, language)


def _in_words(name: str, language: Language) -> str:
    """A way of writing or what the rules found, in words; other names as they are."""
    text = SCRIPTS.get(name) or _FOUND.get(name)
    return name if text is None else text.in_(language)


def _interval(value: Any, low: Any, high: Any) -> str:
    if value is None or pd.isna(value):
        return "–"
    return f"{value:.2f}" if pd.isna(low) else f"{value:.2f} [{low:.2f}, {high:.2f}]"
