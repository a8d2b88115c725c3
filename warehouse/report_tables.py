"""The report's tables about the data behind the figures: findings, themes, languages, and the run itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.fields import FIELDS
from warehouse.indicators import ALL
from warehouse.report import WaveReport

SEVERITIES = {"critical": Text(ja="不採用", en="rejected"), "warning": Text(ja="注意", en="warning")}

_STATES = {
    "analysed": Text(ja="分析した", en="analysed"),
    "blank": Text(ja="空欄", en="blank"),
    "nothing": Text(ja="「特になし」など", en="“nothing to say”"),
    "other_language": Text(ja="日本語以外のため分析の対象外", en="not Japanese, not analysed"),
    "too_long_cut": Text(ja="長いため分けて分析した", en="long, analysed in pieces"),
    "not_analysable": Text(ja="分析できない", en="not analysable"),
}
"""States of a text's analysis in words."""

_ALL_QUESTIONS = Text(ja="全設問", en="All questions")


def findings_table(report: WaveReport, language: Language = "ja") -> pd.DataFrame:
    """Findings in words, in their own order.

    Columns: severity, organisation, form_id, file_name, sheet, row_n (Int64), response_id, question_id, reason_code,
    reason.
    """
    found = report.out_finding.reset_index(drop=True)
    records = [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]
    texts = [report.say_finding(record, language) for record in records]
    return pd.DataFrame(
        {
            "severity": [SEVERITIES[each].in_(language) for each in found["severity"]],
            "organisation": [report.organisation_name(_text(each), language) for each in found["organisation"]],
            "form_id": found["form_id"].map(_text),
            "file_name": found["file_name"].map(_text),
            "sheet": found["sheet"].map(_text),
            "row_n": found["row_n"].astype("Int64"),
            "response_id": found["response_id"].map(_text),
            "question_id": found["question_id"].map(_text),
            "reason_code": found["reason_code"],
            "reason": pd.Series(texts, dtype="str"),
        }
    )


def findings_by_reason(report: WaveReport, language: Language = "ja") -> pd.DataFrame:
    """How many findings of each reason there are by organisation, rejections first, the most frequent first.

    Columns: severity, organisation, reason_code, findings_n, reason (in the words of the first of them).
    """
    keys = ["severity", "organisation", "reason_code"]
    grouped = findings_table(report, language).groupby(keys, sort=False, as_index=False)
    counted = grouped.agg(findings_n=("reason", "size"), reason=("reason", "first"))
    rejected = counted["severity"] == SEVERITIES["critical"].in_(language)
    order = counted.assign(is_warning=~rejected).sort_values(
        ["is_warning", "findings_n", "organisation", "reason_code"], ascending=[True, False, True, True]
    )
    return order.drop(columns="is_warning").reset_index(drop=True)


def themes_table(report: WaveReport, language: Language = "ja") -> pd.DataFrame:
    """Themes in words: organisation, question_id, theme_id, responses_n, analysed_n, share_value, ci_low, ci_high,
    texts_n."""
    columns = ["theme_id", "responses_n", "analysed_n", "value", "ci_low", "ci_high", "texts_n"]
    shown = _of_period(report, report.out_theme, columns, language)
    worded = shown.assign(theme_id=_worded(shown["theme_id"], report.themes, language))
    return worded.rename(columns={"value": "share_value"})


def languages_table(report: WaveReport, language: Language = "ja") -> pd.DataFrame:
    """Text answers by language: organisation, question_id, language, state, texts_n."""
    shown = _of_period(report, report.out_language, ["language", "state", "texts_n"], language)
    return shown.assign(state=_worded(shown["state"], _STATES, language))


def _of_period(report: WaveReport, table: pd.DataFrame, columns: list[str], language: Language) -> pd.DataFrame:
    """The period's rows: organisation and question in words, then `columns`."""
    rows = table[table["period"] == report.period_id].reset_index(drop=True)
    names = [report.organisation_name(code, language) for code in rows["organisation"]]
    return rows[columns].assign(
        organisation=names, question_id=_worded(rows["question_id"], report.questions, language)
    )[["organisation", "question_id", *columns]]


def _worded(ids: Iterable[str], wordings: Mapping[str, Text], language: Language) -> list[str]:
    """Wordings for ids; an id without one stands for itself."""
    of_all = {ALL: _ALL_QUESTIONS, **wordings}
    return [of_all[each].in_(language) if each in of_all else str(each) for each in ids]


def run_table(report: WaveReport, language: Language = "ja") -> pd.DataFrame:
    """What the run was made from: column, description, content. When it was loaded is no part of it."""
    run = report.meta_run.drop(columns="first_loaded_at", errors="ignore").iloc[0]
    return pd.DataFrame(
        {
            "column": list(map(str, run.index)),
            "description": [FIELDS[str(name)].description.in_(language) for name in run.index],
            "content": [_text(value) for value in run],
        }
    )


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)
