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
    _field("language", "text", "言語", "language (BCP 47, und where unknown)"),
    _field("state", "text", "分析の状態", "state of the analysis"),
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
    _field("theme_id", "text", "テーマ", "theme"),
    _field("rule_id", "text", "テーマの規則", "coding rule"),
    _field("rule_version", "integer", "規則の版", "version of the coding rule"),
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
        "割合の95%信頼区間の下限(ウィルソン)",
        "lower end of the share's Wilson 95 % interval",
        null=True,
    ),
    _field(
        "ci_high",
        "number",
        "割合の95%信頼区間の上限(ウィルソン)",
        "upper end of the share's Wilson 95 % interval",
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

_FINDING_AND_TEXT_OUTPUT = [
    _field("finding_n", "integer", "指摘の番号", "number of the finding in its run, from 1"),
    _field("reason_code", "text", "理由", "reason"),
    _field("severity", "text", "重さ(critical は不採用)", "severity (critical: rejected)"),
    _field("expected", "text", "期待したもの(回答は含まない)", "what was expected (never an answer)"),
    _field("responses_n", "integer", "回答の数", "responses", unit="responses"),
    _field("texts_n", "integer", "自由記述の数", "text answers", unit="texts"),
]

FIELDS: dict[str, Field] = {
    field.name: field
    for group in (_RUN, _RESPONSE, _SCORE_AND_TEXT, _INDICATOR, _FINDING_AND_TEXT_OUTPUT)
    for field in group
}
