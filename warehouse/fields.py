"""The column dictionary: every column of the warehouse, once. Tables and the data dictionary derive from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from warehouse.definitions import Text

Kind = Literal["text", "integer", "number", "flag", "day", "instant"]
"""`day` and `instant` are stored as text, so that both engines give back the same value and sort it as time:
`2024-03-31`, and in UTC with microseconds `2024-03-31T14:59:59.000000Z`."""


@dataclass(frozen=True)
class Field:
    """One column: what it holds, and whether it may be null (unless a table says otherwise)."""

    name: str
    kind: Kind
    description: Text
    is_nullable: bool = False
    unit: str = ""


def _field(name: str, kind: Kind, ja: str, en: str, *, null: bool = False, unit: str = "") -> Field:
    return Field(name, kind, Text(ja=ja, en=en), null, unit)


_RUN = [
    _field(
        "run_id",
        "text",
        "実行の識別子(入力・定義・コードの内容から決まる)",
        "id of the run, made from the content of inputs, definitions and code",
    ),
    _field("wave", "text", "調査の回", "survey wave"),
    _field("programme_id", "text", "事業の識別子", "id of the programme"),
    _field("code_sha256", "text", "プログラムのSHA-256", "SHA-256 of the program's code"),
    _field("commit_id", "text", "Gitのコミット", "Git commit", null=True),
    _field(
        "is_dirty", "flag", "未コミットの変更があったか", "whether the work tree had uncommitted changes", null=True
    ),
    _field("lock_sha256", "text", "依存ライブラリ一覧のSHA-256", "SHA-256 of the lock file"),
    _field("model_name", "text", "言語モデルの名前", "name of the language model", null=True),
    _field("model_version", "text", "言語モデルの版", "version of the language model", null=True),
    _field("dictionary_version", "text", "形態素辞書の版", "version of the morphological dictionary", null=True),
    _field("first_loaded_at", "instant", "この実行を最初に格納した時刻", "when this run was first loaded"),
    _field("execution_id", "text", "1回の起動の識別子", "id of one execution"),
    _field("started_at", "instant", "開始時刻", "when it started"),
    _field("finished_at", "instant", "終了時刻", "when it finished", null=True),
    _field("started_by", "text", "起動した人または予定", "who or which schedule started it"),
    _field("workers_n", "integer", "並列数", "number of workers", unit="processes"),
    _field("out_sha256", "text", "out_ 表の内容のSHA-256", "SHA-256 of the content of the out_ tables", null=True),
    _field("sha256", "text", "内容のSHA-256", "SHA-256 of the content"),
    _field("text", "text", "定義ファイルの全文", "full text of the definition file"),
    _field("bytes_n", "integer", "大きさ", "size", unit="bytes"),
    _field("rows_n", "integer", "採用した行数", "rows accepted", null=True, unit="rows"),
    _field("first_seen_at", "instant", "最初に受け取った時刻", "when the content was first seen"),
]

_RESPONSE = [
    _field("response_id", "text", "回答(または記録)の識別子", "id of the response (or record)"),
    _field("organisation", "text", "団体コード(* は事業全体)", "organisation code (* is the programme)"),
    _field("form_id", "text", "調査票・記録様式", "form (questionnaire or log)"),
    _field("instrument_id", "text", "団体ごとの様式と対応表", "the organisation's own form with its crosswalk"),
    _field("respondent_id", "text", "回答者の仮名の識別子", "pseudonymous id of the respondent", null=True),
    _field("answered_at", "instant", "回答した時刻", "when it was answered"),
    _field("answered_on", "day", "回答した日(事業の時間帯)", "day it was answered, in the programme's time zone"),
    _field("answered_at_origin", "text", "元の表記の回答日時", "the time as the source wrote it"),
    _field("file_sha256", "text", "元ファイルのSHA-256", "SHA-256 of the source file"),
    _field(
        "file_name",
        "text",
        "ファイル名(受信箱または事業フォルダーからの相対)",
        "file name, relative to the inbox or the programme's folder",
    ),
    _field("sheet", "text", "シート名", "sheet of the workbook", null=True),
    _field("row_n", "integer", "元ファイルの行番号(1から)", "row in the source file or sheet, from 1"),
    _field("question_id", "text", "設問", "question"),
    _field("position", "integer", "複数回答の中の順番(0から)", "position among several answers, from 0"),
    _field("value_code", "text", "選択肢のコード(? は対応なし)", "code of the choice (? matches none)", null=True),
    _field("value_number", "number", "数値の回答", "answer as a number", null=True),
    _field(
        "value_text",
        "text",
        "自由記述(直接識別子を置き換えた後)",
        "free text, after direct identifiers were replaced",
        null=True,
    ),
    _field("value_date", "day", "日付の回答", "answer as a day", null=True),
    _field(
        "missing_kind", "text", "無回答の種類(null は有効回答)", "kind of missing (null is a valid answer)", null=True
    ),
    _field("crosswalk_class", "text", "対応区分 A〜D", "crosswalk class A to D"),
]

_SCORE_AND_TEXT = [
    _field("criterion_id", "text", "評価規準", "criterion"),
    _field("criterion_version", "integer", "評価規準の版", "version of the criterion"),
    _field("level", "integer", "水準", "level"),
    _field("origin", "text", "水準の出どころ(本人・面接者・評価者・調整後)", "where the level comes from"),
    _field("round_id", "text", "評定の回", "rating round"),
    _field("item_id", "text", "評定用紙での番号", "number on the rating sheet"),
    _field(
        "rater", "text", "評価者の仮名(調整では記録した人)", "pseudonym of the rater (of a decision: who wrote it down)"
    ),
    _field("rated_at", "instant", "評定した時刻", "when it was rated"),
    _field(
        "has_evidence",
        "flag",
        "根拠を示したか(false は根拠なしの明示)",
        "whether words were cited (false: stated that there are none)",
    ),
    _field("sheet_sha256", "text", "評定用紙のSHA-256", "SHA-256 of the rating sheet"),
    _field(
        "comparison",
        "text",
        "比べたもの(評価者どうし・本人と評価者)",
        "what is compared: raters, or the person with the raters",
    ),
    _field("rater_a", "text", "評価者A(* は全員)", "rater A (* is all of them)"),
    _field("rater_b", "text", "評価者B(* は全員)", "rater B (* is all of them)"),
    _field("rated_month", "text", "評定した月(* は通算)", "month of the rating (* is all of them)"),
    _field("statistic", "text", "統計量", "statistic"),
    _field("items_n", "integer", "評定した回答の数", "answers rated", unit="responses"),
    _field("ratings_n", "integer", "評定の数", "ratings", unit="ratings"),
    _field("level_a", "integer", "評価者Aの水準", "rater A's level"),
    _field("level_b", "integer", "評価者Bの水準", "rater B's level"),
    _field("language", "text", "言語", "language (BCP 47, und where unknown)"),
    _field("state", "text", "分析の状態", "state of the analysis"),
    _field(
        "script",
        "text",
        "書き方(漢字・かな・分かち書きのかな・ローマ字・ラテン文字・他・なし)",
        "how it is written (kanji, kana, spaced_kana, romaji, latin, other, none)",
    ),
    _field("characters_n", "integer", "文字数", "length", unit="code points"),
    _field("mask_n", "integer", "置き換えた識別子の数", "identifiers replaced", unit="replacements"),
    _field("token_n", "integer", "語の順番(0から)", "position of the token"),
    _field("start", "integer", "開始位置(置き換え後の本文)", "start in the masked text", unit="code points"),
    _field(
        "end", "integer", "終了位置(この位置は含まない)", "end in the masked text, not included", unit="code points"
    ),
    _field("surface", "text", "表層形", "surface form"),
    _field("lemma", "text", "見出し語", "lemma"),
    _field("norm", "text", "正規化した形", "normalised form"),
    _field("pos", "text", "品詞(UD)", "part of speech (UD)"),
    _field(
        "norm_rule",
        "text",
        "見出し語と正規形を決めた同音語の規則",
        "homophone rule that gave lemma and normalised form",
        null=True,
    ),
    _field("theme_id", "text", "テーマ", "theme"),
    _field("rule_id", "text", "テーマの規則", "coding rule"),
    _field("rule_version", "integer", "規則の版", "version of the coding rule"),
    _field("clause", "text", "一致した条件(規則の中の位置)", "the clause of the rule that matched"),
    _field("quote", "text", "本文の該当部分", "the words of the text that matched"),
    _field("kind", "text", "置き換えた識別子の種類", "kind of identifier replaced"),
]

_INDICATOR = [
    _field("indicator_id", "text", "指標", "indicator"),
    _field("indicator_version", "integer", "指標の定義の版", "version of the indicator's definition"),
    _field("period", "text", "評価時点", "period"),
    _field("dimension", "text", "内訳の軸(* は全体)", "attribute it is broken down by (* is the whole)"),
    _field("category", "text", "内訳の区分(* は全体)", "category of the attribute (* is the whole)"),
    _field("reading", "text", "計画の文の読み方", "reading of the plan's sentence"),
    _field("is_declared", "flag", "採用した読み方か", "whether it is the declared reading"),
    _field("numerator", "integer", "分子(null は未測定)", "numerator (null: not measured)", null=True),
    _field("denominator", "integer", "分母(件数では null)", "denominator (null for counts)", null=True),
    _field("value", "number", "値(定義できないとき null)", "value (null where undefined)", null=True),
    _field("unit", "text", "値の単位", "unit of the value"),
    _field(
        "ci_low",
        "number",
        "95%信頼区間の下限(割合ではウィルソン)",
        "lower end of the 95 % interval (Wilson's where it is a share)",
        null=True,
    ),
    _field(
        "ci_high",
        "number",
        "95%信頼区間の上限(割合ではウィルソン)",
        "upper end of the 95 % interval (Wilson's where it is a share)",
        null=True,
    ),
    _field("eligible_n", "integer", "対象の数", "units that should be measured"),
    _field("measured_n", "integer", "測定できた数", "units measured"),
    _field("missing_n", "integer", "未測定の数", "units not measured"),
    _field("class_ab_n", "integer", "対応区分A・Bに拠る数", "measured units that rest on crosswalk class A or B"),
    _field("class_c_n", "integer", "対応区分Cに拠る数", "measured units that rest on class C"),
    _field("class_d_n", "integer", "対応区分Dのため測れない数", "units that class D leaves unmeasured"),
    _field(
        "target",
        "number",
        "目標値(団体目標に対しては達成率)",
        "target (a ratio where it is an organisation's own)",
        null=True,
    ),
    _field("target_op", "text", "目標値との比較", "how it is compared with the target", null=True),
    _field("verdict", "text", "判定", "verdict"),
    _field("shortfall", "integer", "目標まで足りない数", "how much the numerator still lacks", null=True),
    _field("in_numerator", "flag", "分子に入るか", "whether it counts in the numerator"),
    _field("suppressed", "flag", "秘匿したか(0ではない)", "whether the figures are withheld (which is not zero)"),
]

_CHANGE = [
    _field(
        "standpoint",
        "text",
        "水準の立場(評価者・本人・面接者。* は優先順)",
        "whose levels: raters', the person's own, the interviewer's (* by precedence)",
    ),
    _field("basis", "text", "何についての数か(状態・分母)", "what it is of: a state, or a denominator"),
    _field("df", "integer", "自由度", "degrees of freedom", null=True),
    _field("p_value", "number", "p値(両側、多重性の調整なし)", "p-value, two-sided, not adjusted", null=True),
    _field(
        "p_adjusted",
        "number",
        "p値(ベンジャミニ・ホッホバーグ法で調整)",
        "p-value adjusted after Benjamini and Hochberg",
        null=True,
    ),
    _field(
        "method",
        "text",
        "p値の求め方(正確・近似・乱数)",
        "how the p-value was found: exact, approximate, monte_carlo",
        null=True,
    ),
    _field("undefined_reason", "text", "値が定義できない理由", "why the value is undefined", null=True),
    _field("level_from", "integer", "開始時の水準", "level at the start"),
    _field("level_to", "integer", "当期の水準", "level in the period"),
    _field("people_n", "integer", "人数", "people", unit="people"),
    _field("kept_n", "integer", "追跡できた人", "people with levels at both", unit="people"),
    _field("lost_n", "integer", "追跡できなかった人", "people with a level at the start alone", unit="people"),
    _field("kept_share", "number", "追跡できた人に占める割合", "share of those kept", null=True),
    _field("lost_share", "number", "追跡できなかった人に占める割合", "share of those lost", null=True),
    _field("share_difference", "number", "割合の差", "difference of the shares", null=True),
    _field("standardised_difference", "number", "標準化した差", "standardised difference of the shares", null=True),
    _field("cramers_v", "number", "クラメールのV", "Cramer's V", null=True),
]

_FINDING_AND_TEXT_OUTPUT = [
    _field("finding_n", "integer", "指摘の番号", "number of the finding in its run, from 1"),
    _field("reason_code", "text", "理由", "reason"),
    _field("severity", "text", "重さ(critical は不採用)", "severity (critical: rejected)"),
    _field("expected", "text", "期待したもの(回答は含まない)", "what was expected (never an answer)"),
    _field("responses_n", "integer", "回答の数", "responses", unit="responses"),
    _field("texts_n", "integer", "自由記述の数", "text answers", unit="texts"),
]

_TEXT_MEASURES = [
    _field("analysed_n", "integer", "うち分析した回答の数", "responses of which a text was analysed", unit="responses"),
    _field("coded_n", "integer", "うちテーマのある回答の数", "of these, with any theme", unit="responses"),
    _field("expected_count", "number", "関係がないときの期待度数", "responses expected if the two were unrelated"),
    _field(
        "residual",
        "number",
        "調整済み標準化残差(ハバーマン)",
        "adjusted standardised residual (Haberman)",
        null=True,
    ),
    _field("word", "text", "語(表記ゆれは最も多い書き方にまとめる)", "word, spelled as most write it"),
    _field("word_a", "text", "語A", "one word of a pair"),
    _field("word_b", "text", "語B", "the other word"),
    _field("other_responses_n", "integer", "ほかの区分の回答の数", "responses of other categories", unit="responses"),
    _field(
        "other_analysed_n",
        "integer",
        "ほかの区分の分析した回答の数",
        "responses of other categories that were analysed",
        unit="responses",
    ),
    _field("log_odds", "number", "対数オッズ比(ディリクレ事前分布)", "log-odds ratio with a Dirichlet prior"),
    _field("z", "number", "対数オッズ比のz(順位づけ用)", "z of the log-odds ratio, for ranking"),
    _field("jaccard", "number", "ジャッカード係数", "Jaccard's index"),
    _field("community", "integer", "共起の群れ(番号、大きい順)", "community, numbered by size"),
    _field("degree_n", "integer", "つながる語の数", "words it is joined to", unit="words"),
    _field("argument", "text", "述べられた語(正規化した形)", "noun that is spoken of, in its normal form"),
    _field("particle", "text", "助詞(空はなし、連体は名詞の前)", "particle (empty: none; 連体: before the noun)"),
    _field("predicate", "text", "述語と極性(〜の後が否定・可能など)", "predicate, with negation and the like after 〜"),
    _field("point", "text", "点の種類(語・区分)", "kind of point: word or group"),
    _field("label", "text", "語または区分", "the word or the category"),
    _field("mass", "number", "質量", "mass (share of the table)"),
    _field("inertia", "number", "慣性(全体に占める割合)", "inertia, as a share of the whole"),
    _field("axis_1", "number", "第1軸の座標", "place on the first axis"),
    _field("axis_2", "number", "第2軸の座標", "place on the second axis"),
    _field("axis_n", "integer", "軸の番号", "number of the axis"),
    _field("is_small", "flag", "回答が少なく位置が不確かか", "whether it rests on too few responses to be read"),
    _field("text_sha256", "text", "回答の文のSHA-256", "SHA-256 of the answer's letters"),
    _field("organisations_n", "integer", "団体の数", "organisations", unit="organisations"),
    _field("response_id_later", "text", "当期の回答の識別子", "id of the response in the period", null=True),
    _field("became", "text", "テーマがどうなったか", "what became of the theme"),
    _field("voice", "text", "2回の回答で比べられるもの", "what can be compared of the two answers"),
    _field("pairs_n", "integer", "2回とも文を分析できた人", "people with analysed words at both", unit="people"),
    _field("appeared_n", "integer", "当期だけで述べた人", "people who write of it now alone", unit="people"),
    _field("persisted_n", "integer", "2回とも述べた人", "people who write of it at both", unit="people"),
    _field("disappeared_n", "integer", "最初だけで述べた人", "people who wrote of it at first alone", unit="people"),
    _field("absent_n", "integer", "2回とも述べていない人", "people who write of it at neither", unit="people"),
    _field("silent_n", "integer", "最初に述べ、当期は無記入の人", "people who wrote of it, now silent", unit="people"),
    _field(
        "not_analysable_n",
        "integer",
        "最初か当期に述べ、比べられない人",
        "people who write of it at one answer, the other one unread or not asked for",
        unit="people",
    ),
    _field(
        "unanswered_n", "integer", "最初に述べ、当期は回答がない人", "people who wrote of it, now lost", unit="people"
    ),
    _field(
        "characters_first", "number", "最初の文字数(中央値)", "median length at first", null=True, unit="code points"
    ),
    _field("characters_later", "number", "当期の文字数(中央値)", "median length now", null=True, unit="code points"),
]

FIELDS: dict[str, Field] = {
    field.name: field
    for group in (_RUN, _RESPONSE, _SCORE_AND_TEXT, _INDICATOR, _CHANGE, _FINDING_AND_TEXT_OUTPUT, _TEXT_MEASURES)
    for field in group
}
