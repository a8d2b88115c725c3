"""The page's section about change per person: who was lost first, then states, levels, shares by base, and tests."""

from __future__ import annotations

from html import escape

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.report import WaveReport
from warehouse.report_change import CriterionChange, changes_of
from warehouse.report_change_plot import plot_states
from warehouse.report_change_tables import (
    attrition_table,
    attrition_tests_table,
    bases_table,
    cross_table,
    net_change_words,
    results_table,
    standpoints_table,
    states_table,
    without_table,
)
from warehouse.report_markup import image, joined, paragraph, plain_table

CHANGE_STYLE = """
.cross td { text-align: center; min-width: 2.8em; } .cross th { text-align: center; }
.cross .rise { background: #d5ebd8; } .cross .fall { background: #f6d5d1; } .cross .same { background: #f2f2f2; }
summary { cursor: pointer; color: #3b5b78; font-size: .87rem; margin: .4rem 0; }
.cross caption { text-align: left; padding-bottom: .2rem; }
"""

_HOW_TO_READ = Text(
    ja="一人ひとりの最初の回答と当期の回答の水準を比べたものです。2つの水準は同じ立場のもの(評価者どうし、本人どうし)に"
    "限ります。2回の回答の差であり、何がその差をもたらしたかは分かりません(比較する群がありません)。"
    "まず追跡できた人とできなかった人の違いを見てください。違いが大きければ、完全ペアの割合は全員のものとは言えません。"
    "「未測定」は当期に回答したが比べられる水準がない人、「追跡できず」は当期の回答がない人で、別のものです。"
    "p値は表の検定の数で調整していません(追跡の表の「調整後」を除く)。人数が少なければ、差があっても検定では見えません。",
    en="Levels at each person’s own first answer and in the period, both of one standpoint (the raters’, or the "
    "person’s own). It is the difference of two answers; what brought it about cannot be told (there is no group to "
    "compare with). Look first at how those lost differ from those kept: where they do, the share of complete pairs is "
    "not that of everybody. “Not measured” answered in the period without a level that can be compared, “lost” gave no "
    "answer in it: two different things. P-values are not adjusted for the number of tests (but for “adjusted” in the "
    "table of those lost). With few people a test does not see a difference that is there.",
)
_NO_REFERENCE = Text(
    ja="比較する前の時点を持たない時点なので、変化の表を作りません。",
    en="This period is compared with none before it: there is no change to show.",
)
_NO_TABLES = Text(
    ja="この実行には個人ごとの変化の表が含まれていません。",
    en="This run has no tables of change per person.",
)
_NOT_YET = Text(
    ja="開始時の水準がまだない評価規準: {}(評価者の評定が入ると表になります)。",
    en="Criteria without any level at the start: {} (shown once raters have rated).",
)
_HEADINGS = {
    "attrition": Text(ja="追跡できた人とできなかった人", en="Those kept and those lost"),
    "states": Text(ja="一人ひとりの変化", en="What became of everybody"),
    "cross": Text(ja="開始時の水準(縦)と当期の水準(横)", en="Level at the start (down) and in the period (across)"),
    "bases": Text(ja="改善した割合: 分母による違い", en="Share improved, by base"),
    "standpoints": Text(ja="立場ごとの完全ペア", en="Complete pairs by standpoint"),
    "tests": Text(ja="検定(完全ペア、事業全体)", en="Tests (complete pairs, programme)"),
    "without": Text(ja="1団体を除いた場合", en="Without one organisation"),
}
_DIFFERENCE = Text(
    ja="追跡できなかった人には、当期に回答したが比べられる水準のない人を含みます(人数は下の「一人ひとりの変化」)。"
    "差は割合の差(ポイント)。標準化した差は0.1を超えると目立つとされます(Austin 2009)。",
    en="Those lost include people who answered in the period without a level that can be compared (how many: see "
    "below). The difference is in points; a standardised difference above 0.1 is held to be notable (Austin 2009).",
)
_DIRECTIONS = {(True, False): "rise", (False, True): "fall", (False, False): "same"}
_BY_CATEGORY = Text(ja="区分ごとの内訳", en="By category")
_PAIRS_ONLY = Text(ja="両方に水準がある人(人数)", en="People with levels at both")


def change_section(report: WaveReport, language: Language) -> list[str]:
    """The section's parts: how to read them, each criterion with a level at the start, and those without any."""
    criteria = changes_of(report)
    if not criteria:
        return [paragraph((_NO_TABLES if report.period.reference else _NO_REFERENCE).in_(language))]
    shown = [each for each in criteria if each.has_baseline]
    waiting = [each.name.in_(language) for each in criteria if not each.has_baseline]
    separator = "、" if language == "ja" else ", "
    return [
        paragraph(_HOW_TO_READ.in_(language)),
        *(part for criterion in shown for part in _criterion(criterion, report, language)),
        paragraph(_NOT_YET.in_(language).format(separator.join(waiting))) if waiting else "",
    ]


def _criterion(criterion: CriterionChange, report: WaveReport, language: Language) -> list[str]:
    states = states_table(criterion, report, language)
    parts = {
        "attrition": [
            plain_table(attrition_tests_table(criterion, report, language), language),
            _unfolded(_BY_CATEGORY, attrition_table(criterion, report, language), language),
            paragraph(_DIFFERENCE.in_(language)),
        ],
        "states": [image(plot_states(criterion, report, language), _as_text(states)), plain_table(states, language)],
        "cross": [_cross(cross_table(criterion), language)],
        "bases": [
            plain_table(bases_table(criterion, language), language),
            paragraph(net_change_words(criterion, language)),
        ],
        "standpoints": [_unless_empty(standpoints_table(criterion, language), language)],
        "tests": [plain_table(results_table(criterion, language), language)],
        "without": [_unless_empty(without_table(criterion, report, language), language)],
    }
    return [
        f"<h3>{escape(criterion.name.in_(language))}</h3>",
        *(
            f"<h4>{escape(_HEADINGS[name].in_(language))}</h4>\n{content}"
            for name, pieces in parts.items()
            if (content := joined(pieces))
        ),
    ]


def _unless_empty(table: pd.DataFrame, language: Language) -> str:
    return "" if table.empty else plain_table(table, language)


def _unfolded(title: Text, table: pd.DataFrame, language: Language) -> str:
    """A long table that opens when it is wanted."""
    return f"<details><summary>{escape(title.in_(language))}</summary>{plain_table(table, language)}</details>"


def _as_text(states: pd.DataFrame) -> str:
    """The plot's figures as text."""
    columns = [name for name in states.columns if name not in ("organisation", "people_n")]
    return "; ".join(
        f"{row['organisation']}: " + ", ".join(f"{name} {row[name]}" for name in columns)
        for row in states.to_dict("records")
    )


def _cross(table: pd.DataFrame, language: Language) -> str:
    """People by their two levels, rises green, falls red."""
    if table.empty:
        return ""
    levels = [int(level) for level in table.columns]
    head = "".join(f"<th>{level}</th>" for level in levels)
    rows = "".join(
        f"<tr><th>{first}</th>"
        + "".join(
            f'<td class="{_DIRECTIONS[second > first, second < first]}">{people:,}</td>'
            for second, people in zip(levels, row, strict=True)
        )
        + "</tr>"
        for first, row in zip(levels, table.to_numpy().tolist(), strict=True)
    )
    caption = escape(_PAIRS_ONLY.in_(language))
    return (
        f'<div class="wide"><table class="cross"><caption>{caption}</caption>'
        f"<thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
