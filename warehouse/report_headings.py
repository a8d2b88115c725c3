"""Headings of the report's tables, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.definitions import Language, Text

HEADINGS: dict[str, Text] = {
    "indicator_id": Text(ja="指標", en="Indicator"),
    "name": Text(ja="名称", en="Name"),
    "reading": Text(ja="読み方", en="Reading"),
    "is_declared": Text(ja="採用", en="Declared"),
    "value": Text(ja="値", en="Figure"),
    "interval": Text(ja="95%区間", en="95 % interval"),
    "target": Text(ja="目標", en="Target"),
    "verdict": Text(ja="判定", en="Verdict"),
    "shortfall": Text(ja="不足", en="Shortfall"),
    "coverage": Text(ja="測定できた数/対象", en="Measured of eligible"),
    "alternatives": Text(ja="判定が変わる別の読み方", en="Readings with another verdict"),
    "plan_text": Text(ja="計画の文", en="Words of the plan (Japanese)"),
    "assumption": Text(ja="前提", en="Assumption"),
    "item": Text(ja="項目・区分", en="Item or category"),
    "organisation": Text(ja="団体", en="Organisation"),
    "numerator": Text(ja="分子", en="Numerator"),
    "denominator": Text(ja="分母", en="Denominator"),
    "number": Text(ja="数値", en="Value"),
    "ci_low": Text(ja="95%下限", en="95 % low"),
    "ci_high": Text(ja="95%上限", en="95 % high"),
    "eligible_n": Text(ja="対象", en="Eligible"),
    "measured_n": Text(ja="測定", en="Measured"),
    "missing_n": Text(ja="未測定", en="Not measured"),
    "class_ab_n": Text(ja="区分A・B", en="Class A, B"),
    "class_c_n": Text(ja="区分C", en="Class C"),
    "class_d_n": Text(ja="区分D", en="Class D"),
    "severity": Text(ja="重さ", en="Severity"),
    "reason_code": Text(ja="理由コード", en="Reason code"),
    "reason": Text(ja="理由と直し方", en="Reason and remedy"),
    "findings_n": Text(ja="件数", en="Findings"),
    "form_id": Text(ja="様式", en="Form"),
    "file_name": Text(ja="ファイル", en="File"),
    "sheet": Text(ja="シート", en="Sheet"),
    "row_n": Text(ja="行", en="Row"),
    "response_id": Text(ja="回答ID", en="Response"),
    "question_id": Text(ja="設問", en="Question"),
    "theme_id": Text(ja="テーマ", en="Theme"),
    "language": Text(ja="言語", en="Language"),
    "state": Text(ja="分析の状態", en="State of the analysis"),
    "responses_n": Text(ja="回答数", en="Responses"),
    "texts_n": Text(ja="自由記述数", en="Texts"),
    "column": Text(ja="列", en="Column"),
    "description": Text(ja="意味", en="Meaning"),
    "content": Text(ja="内容", en="Content"),
}
"""Headings of the columns of the report's tables."""


def headings(columns: Iterable[str], language: Language) -> list[str]:
    """The columns' headings in words; a column that is an organisation's or has no heading stands for itself."""
    return [HEADINGS[name].in_(language) if name in HEADINGS else name for name in columns]
