"""The page's sections about free text: who was read, themes, whose they are, how they changed, words, copies."""

from __future__ import annotations

from html import escape

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report import WaveReport
from warehouse.report_change import p_words
from warehouse.report_markup import NONE, image, markup_table, paragraph, plain_table
from warehouse.report_text import (
    attribute_words,
    dimensions_in_order,
    group_words,
    groups_in_order,
    rows,
    theme_words,
)
from warehouse.report_text_plot import plot_text_states, plot_theme_change, plot_themes
from warehouse.report_text_tables import (
    COPIES_SHOWN,
    Row,
    copies_table,
    records,
    scripts_table,
    states_table,
    theme_change_table,
    themes_by_frequency,
    themes_by_question,
    voices_table,
)
from warehouse.report_word_plot import plot_map, plot_network
from warehouse.report_word_tables import keywords_of_groups, pairs_by_question

TEXT_STYLE = """
.heat td { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.heat td:first-child { text-align: left; white-space: normal; }
.heat .more { background: #d6e6f5; font-weight: 600; } .heat .less { background: #f7e3cd; font-weight: 600; }
"""

NOTABLE = 1.96
"""Adjusted residual beyond which a cell is marked, where the table as a whole differs."""
SIGNIFICANT = 0.05

_STATES = Text(
    ja="自由記述を「分析した」のは、日本語として読めた回答だけです。テーマや語の割合の分母は、分析した回答です。"
    "空欄と「特になし」と、書いたが分析していない回答(日本語以外など)は、別のものとして数えています。"
    "全設問の行は、いずれかの設問について最も進んだ状態です(設問の行の合計ではありません)。",
    en="“Analysed” are only answers that could be read as Japanese; shares of themes and words are of these. "
    "Left blank, "
    "“nothing to say” and written but not analysed (another language) are three different things. The row of all "
    "questions has the furthest state at any of them; it is no sum.",
)
_THEMES = Text(
    ja="数えているのは回答(人)で、語の数ではありません。区間はウィルソンの95%信頼区間です。"
    "回答した人は支援を受けた人全体からの無作為な抽出ではないため、全体の割合としては読めません。"
    "書かなかったことは、困っていないという意味ではありません。",
    en="Responses (people) are counted, not words; intervals are Wilson’s, 95 %. Those who answered are no "
    "random sample "
    "of those supported, so no share here is one of everybody. Not writing of something does not mean not having it.",
)
_CHANGE = Text(
    ja="一人ひとりの最初の回答と当期の回答を、2回とも尋ねた設問についてだけ比べたものです。「述べなくなった」は"
    "困りごとが解決したという意味ではありません。回答が短くなった人、空欄にした人、回答しなかった人がいます"
    "(左に並べた薄い色)。文字数の中央値と見比べてください。差は「新たに述べた人 − 述べなくなった人」の割合"
    "(タンゴ法の95%区間)、p値はマクネマーの正確検定をテーマの数で調整したもの(ベンジャミニ・ホッホバーグ法)です。"
    "比べる群がないため、何がその差をもたらしたかは分かりません。",
    en="Each person’s own first answer and that of the period, on questions asked at both. No longer mentioned "
    "does not "
    "mean resolved: some write less, some leave it blank, some do not answer (the pale bars on the left); "
    "look at the "
    "median lengths too. The difference is those who newly mention it less those who no longer do (95 % "
    "interval after "
    "Tango); p is the exact McNemar test, adjusted over the themes (Benjamini and Hochberg). Without a group "
    "to compare "
    "with, what brought the difference about cannot be told.",
)
_NO_CHANGE = Text(
    ja="この時点は比較する前の時点がないか、2回回答した人がいないため、変化の表はありません。",
    en="This period is compared with none before it, or nobody answered twice: there is no change to show.",
)
_ATTRIBUTES = Text(
    ja="各区分の分析した回答のうち、そのテーマのある割合です(全設問)。色は、"
    "表全体の関連が調整後 p < 0.05 のテーマだけに"
    "付け、▲は期待より多いセル(調整済み標準化残差 1.96以上)、▼は少ないセルです。p値は、この節のすべての表にわたって"
    "偽発見率を調整しています(ベンジャミニ・ホッホバーグ法): 色の付いたものの中にも、"
    "偶然のものが5%ほど混じると見込まれます。"
    "Vは関連の強さ(クラメールのV、0〜1)です。5件に満たないテーマは比べていません。",
    en="Share of each group’s analysed responses with the theme (all questions). Only themes whose whole table is "
    "associated at adjusted p < .05 are coloured: ▲ cells with more than expected (adjusted standardised "
    "residual from "
    "1.96), ▼ with fewer. P-values are adjusted for their false discovery rate over all tables of this section "
    "(Benjamini and Hochberg): of what is coloured, some 5 % may still be chance. V is the strength "
    "(Cramer’s, 0 to 1). "
    "Themes in fewer than 5 responses are not compared.",
)
_ASSOCIATION = Text(ja="関連(調整後p、V)", en="Association (adjusted p, V)")
_SCRIPTS = Text(
    ja="やさしい日本語やかな、ローマ字で書く人の回答を、規則が拾い損ねていないかの点検です。"
    "書き方によってテーマの付く割合が"
    "大きく違うときは、困りごとの違いではなく、規則がその書き方に弱い疑いがあります。"
    "日本語の力を成果と取り違えないため、"
    "まず規則を見直してください(monosashi theme why)。本当の取りこぼしは、人が付けたテーマと比べて初めて分かります。",
    en="A check on whether the rules miss those who write plain Japanese, kana or Latin letters. Where shares "
    "differ much "
    "between ways of writing, suspect the rules before the difficulties: command of Japanese must not be "
    "mistaken for an "
    "outcome (monosashi theme why). What is really missed shows only beside themes that people coded.",
)
_WORDS = Text(
    ja="区分ごとに、ほかの区分より多くの回答に現れる語です(語の後の数は回答数)。順位は、事前分布付き対数オッズ比のz"
    "(Monroe ほか 2008)により、検定ではありません。回答の少ない区分の語は偶然に左右されます。"
    "表記ゆれはまとめ、最も多い書き方で示します。",
    en="Words that stand in more of a group’s responses than in the others’ (the number is of responses), "
    "ranked by z of "
    "the log-odds ratio with a prior (Monroe et al. 2008), which is no test. Words of small groups are much "
    "by chance. "
    "Spellings of one word are together, as most write it.",
)
_MAP = Text(
    ja="対応分析の図は、近さの手がかりであって証拠ではありません。軸の説明する割合が小さい図、("
    "少数)と付いた区分(30件未満)"
    "の位置は読まないでください。座標の表はワークブックにあります。",
    en="A map hints at likeness and proves nothing. Do not read a map whose axes show little, nor the place of "
    "a group "
    "marked (few), below 30 responses. The coordinates stand in the workbook.",
)
_NETWORK = Text(
    ja="線で結んだ語の対とその係数、語の群れは、ワークブックの表にあります。図の配置に意味はありません。",
    en="The pairs with their indices, and the communities, stand in the workbook. Where the picture puts a word "
    "means "
    "nothing.",
)
_PAIRS = Text(
    ja="係り受けの対(名詞–助詞–述語)と回答数です。〜の後は否定・可能・希望などです(払う〜できない)。",
    en="Dependency pairs (noun–particle–predicate) with the responses that hold them; after 〜 stand negation, "
    "possibility, wish and the like.",
)
_COPIES = Text(
    ja="別の人が同じ文(10字以上)で答えたものです。写し、代筆、配られた例文の疑いがあるものとして、"
    "団体に確かめてください。"
    "同じ文であること自体は、不正の証拠ではありません。",
    en="Different people who answered in the same words (10 letters or more). Ask the organisation whether they were "
    "copied, written down by somebody else, or given as an example. The same words by themselves prove nothing.",
)
_TITLES = {
    "pairs": Text(ja="係り受けの対", en="Dependency pairs"),
    "network": Text(ja="共起ネットワーク", en="Co-occurrence network"),
    "map": Text(ja="対応分析", en="Correspondence analysis"),
}
_MORE_COPIES = Text(
    ja="上位 {} 件。全件はワークブックの「同じ文」にあります。", en="The first {}; all in the workbook."
)


def texts_section(report: WaveReport, language: Language) -> list[str]:
    """Who was asked, who wrote, what was analysed."""
    table = states_table(report, language)
    if table.empty:
        return [paragraph(NONE.in_(language))]
    return [
        paragraph(_STATES.in_(language)),
        image(plot_text_states(report, language), _as_text(table)),
        plain_table(table, language),
    ]


def themes_section(report: WaveReport, language: Language) -> list[str]:
    """How many write of each theme, with what it is a share of."""
    table = themes_by_question(report, language)
    if table.empty:
        return [paragraph(NONE.in_(language))]
    return [
        paragraph(_THEMES.in_(language)),
        image(plot_themes(report, language), _as_text(table)),
        plain_table(table, language),
    ]


def theme_change_section(report: WaveReport, language: Language) -> list[str]:
    """What can be compared of whom first, then the themes."""
    if rows(report, "out_voice").empty:
        return [paragraph(_NO_CHANGE.in_(language))]
    table = theme_change_table(report, language)
    return [
        paragraph(_CHANGE.in_(language)),
        plain_table(voices_table(report, language), language),
        image(plot_theme_change(report, language), _as_text(table)),
        plain_table(table, language),
    ]


def attributes_section(report: WaveReport, language: Language) -> list[str]:
    """A table an attribute, its notable cells marked."""
    cells = rows(report, "out_theme_attribute", question_id=ALL)
    if cells.empty:
        return [paragraph(NONE.in_(language))]
    tests: dict[tuple[str, str], Row] = {
        (row["dimension"], row["theme_id"]): row
        for row in records(rows(report, "out_theme_association", question_id=ALL))
    }
    parts = [paragraph(_ATTRIBUTES.in_(language))]
    for dimension in dimensions_in_order(cells, report):
        parts.append(_heading(attribute_words(dimension, report, language)))
        parts.append(_heat(cells[cells["dimension"] == dimension], dimension, tests, report, language))
    return parts


def _heat(
    cells: pd.DataFrame, dimension: str, tests: dict[tuple[str, str], Row], report: WaveReport, language: Language
) -> str:
    """Themes by group: shares, those that stand out in an associated table coloured and marked."""
    groups = groups_in_order(cells, dimension, report)
    by_place = {(row["theme_id"], row["category"]): row for row in records(cells)}
    present = set(cells["theme_id"])
    themes = [each for each in [ALL, *themes_by_frequency(report)] if each in present]
    sizes = {row["category"]: row["analysed_n"] for row in records(cells)}
    titles = [
        "",
        *(f"{group_words(dimension, each, report, language)}\nn = {sizes[each]:,}" for each in groups),
        _ASSOCIATION.in_(language),
    ]
    lines = []
    for theme in themes:
        test = tests[dimension, theme]
        is_associated = bool(test["p_adjusted"] < SIGNIFICANT)  # never where there is no p-value
        marked = "".join(_heat_cell(by_place[theme, group], is_associated=is_associated) for group in groups)
        lines.append(
            f"<tr><td>{escape(theme_words(theme, report, language))}</td>{marked}"
            f"<td>{escape(_association_words(test))}</td></tr>"
        )
    return markup_table(titles, lines).replace("<table>", '<table class="heat">')


def _heat_cell(row: Row, *, is_associated: bool) -> str:
    share = f"{100 * row['value']:.1f} %"
    if not is_associated or pd.isna(row["residual"]) or abs(row["residual"]) < NOTABLE:
        return f"<td>{share}</td>"
    kind, mark = ("more", "▲") if row["residual"] > 0 else ("less", "▼")
    return f'<td class="{kind}">{mark} {share}</td>'


def _association_words(test: Row) -> str:
    if pd.isna(test["p_adjusted"]):
        return "–"
    return f"{p_words(test['p_adjusted'])}, V = {test['cramers_v']:.2f}"


def scripts_section(report: WaveReport, language: Language) -> list[str]:
    """Whether those who write plain Japanese are read as well as others."""
    table = scripts_table(report, language)
    guide = "" if table.empty else paragraph(_SCRIPTS.in_(language))
    return [guide, plain_table(table, language)]


def words_section(report: WaveReport, language: Language) -> list[str]:
    """Characteristic words, pairs, the network, the maps."""
    keywords = rows(report, "out_keyword", question_id=ALL)
    maps = rows(report, "out_correspondence", question_id=ALL)
    pairs = pairs_by_question(report, language)
    network = plot_network(report, language)
    if keywords.empty and pairs.empty and network is None:
        return [paragraph(NONE.in_(language))]
    parts = [paragraph(_WORDS.in_(language))]
    for dimension in dimensions_in_order(keywords, report):
        parts.append(_heading(attribute_words(dimension, report, language)))
        parts.append(plain_table(keywords_of_groups(report, dimension, language), language))
    parts += [_heading(_TITLES["pairs"].in_(language)), paragraph(_PAIRS.in_(language)), plain_table(pairs, language)]
    if network is not None:
        parts += [_heading(_TITLES["network"].in_(language)), image(network, _NETWORK.in_(language))]
        parts.append(paragraph(_NETWORK.in_(language)))
    if not maps.empty:
        parts += [_heading(_TITLES["map"].in_(language)), paragraph(_MAP.in_(language))]
        for dimension in dimensions_in_order(maps, report):
            title = attribute_words(dimension, report, language)
            parts += [f"<h4>{escape(title)}</h4>", image(plot_map(report, dimension, language), title)]
    return parts


def copies_section(report: WaveReport, language: Language) -> list[str]:
    """Answers in the same words, those of most people first."""
    table = copies_table(report, language)
    guide = "" if table.empty else paragraph(_COPIES.in_(language))
    more = _MORE_COPIES.in_(language).format(COPIES_SHOWN) if len(table) > COPIES_SHOWN else ""
    return [
        guide,
        plain_table(table.head(COPIES_SHOWN), language),
        paragraph(more) if more else "",
    ]


def _heading(title: str) -> str:
    return f"<h3>{escape(title)}</h3>"


def _as_text(table: pd.DataFrame) -> str:
    """A plot's figures as text."""
    first, *others = [str(name) for name in table.columns]
    return "; ".join(f"{row[first]}: " + ", ".join(f"{name} {row[name]}" for name in others) for row in records(table))
