"""The sheet beside the rating sheets: how to rate, and what each level means."""

from __future__ import annotations

from collections.abc import Iterator

from flows.entry_sheets import GuideRow
from rubrics.criteria import Level
from rubrics.rating_sheet import Part
from rubrics.sheet_manifest import Kind
from warehouse.definitions import Language, Text

_TITLES: dict[Kind, Text] = {
    "rating": Text(ja="評価の手引き", en="How to rate"),
    "adjudication": Text(ja="協議の手引き", en="How to decide"),
}

_EVIDENCE = [
    Text(
        ja="根拠は、その行の文章の言葉をそのまま貼り付けます。数か所あるときは、1か所を1行にします"
        "(セルの中の改行は、ExcelではAlt+Enter、LibreOfficeではCtrl+Enter)。",
        en="Evidence: paste words of that row's texts as they stand. Several places: one a line (a line end within a "
        "cell is Alt+Enter in Excel, Ctrl+Enter in LibreOffice).",
    ),
    Text(
        ja="同じ言葉が何度もあるときは、左の文章からみて最初の箇所になります。ほかの箇所は、前後の言葉を足して貼り付けてください。",
        en="Words that stand in several places mean the first one, from the left-most text on. For another place, "
        "paste the words around it as well.",
    ),
    Text(
        ja="根拠となる言葉がないときは、根拠を空欄にして「根拠なし」を選びます。「判断できない」の行には要りません。",
        en="If there are no such words, leave the evidence blank and choose “no evidence”; not needed where nobody can "
        "tell.",
    ),
]

_STEPS: dict[Kind, list[Text]] = {
    "rating": [
        Text(
            ja="黄色いセルだけに記入します。1枚のシートが1つの規準です。1枚を終えてから次に進みます。",
            en="Fill in the yellow cells only. Each sheet is one criterion: finish it before the next.",
        ),
        Text(
            ja="行の文章だけを読み、下の表の水準から1つを選びます。文章から決められないときは「判断できない」です。"
            "推測で補わず、ほかの行や、ほかの評価者と比べません。",
            en="Read the texts of the row and nothing else, and choose one of the levels below, or “cannot tell” if "
            "the texts do not say. Do not guess, and compare neither with other rows nor with other raters.",
        ),
        *_EVIDENCE,
        Text(
            ja="途中で保存して送ってもかまいません。空欄の行は、まだ評価していない行として数えます。",
            en="You may save and send it half done: blank rows count as not yet rated.",
        ),
        Text(
            ja="文章の全部が見えないときは、そのセルを選ぶと数式バーに全文が出ます。",
            en="If a text does not fit its cell, select the cell: the formula bar shows all of it.",
        ),
        Text(
            ja="回答者の文章です。評価のほかに使わず、渡された人以外に送らないでください。",
            en="These are people's answers: use them for rating alone, and send them to nobody else.",
        ),
    ],
    "adjudication": [
        Text(
            ja="評価者の水準が分かれた行です。文章と両方の根拠を読み、話し合って1つの水準を決めます。",
            en="The raters differ on these rows. Read the texts and everybody's evidence, and agree on one level.",
        ),
        *_EVIDENCE,
        Text(
            ja="すでに決めた行には、その決定が入っています。書き換えると、新しい決定になります。",
            en="Rows that were decided show the decision; what you change is a new decision.",
        ),
    ],
}

_COLUMNS = [
    Text(ja="シート", en="Sheet"),
    Text(ja="水準", en="Level"),
    Text(ja="水準の説明", en="What it means"),
    Text(ja="見分ける手がかり", en="Signs"),
    Text(ja="例", en="Example"),
    Text(ja="紛らわしい例(この水準ではない)", en="Sounds like it, and is another level"),
]


def guide_rows(kind: Kind, parts: list[Part], language: Language) -> Iterator[GuideRow]:
    """The guide: the steps, then every part's criterion with its levels."""
    yield GuideRow([_TITLES[kind].in_(language)], is_title=True)
    for number, step in enumerate(_STEPS[kind], start=1):
        yield GuideRow([f"{number}. {step.in_(language)}"])
    for part in parts:
        yield GuideRow([""])
        yield GuideRow([f"{part.title}: {part.criterion.label.in_(language)}"], is_title=True)
        yield GuideRow([part.criterion.description.in_(language)])
        yield GuideRow([heading.in_(language) for heading in _COLUMNS], is_heading=True)
        for level in sorted(part.version.levels, key=lambda each: each.level):
            yield GuideRow([part.title, *_level_cells(level, language)])


def _level_cells(level: Level, language: Language) -> list[str]:
    signs = "\n".join(f"・{each.in_(language)}" for each in level.signs)
    examples = [each.in_(language) if each is not None else "" for each in (level.example, level.counter_example)]
    return [str(level.level), level.anchor.in_(language), signs, *examples]
