"""What changed between two runs, as tables in words: for the workbook, and the words themselves for the terminal."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from warehouse.changes import Changes
from warehouse.definitions import Language, Text
from warehouse.fields import FIELDS
from warehouse.report_headings import HEADINGS
from warehouse.report_tables import SEVERITIES
from warehouse.report_wording import VERDICTS

CHANGED = {
    "added": Text(ja="追加", en="added"),
    "removed": Text(ja="削除", en="removed"),
    "changed": Text(ja="変更", en="changed"),
    "new": Text(ja="新規", en="new"),
    "returned": Text(ja="復帰", en="back"),
    "gone": Text(ja="消滅", en="gone"),
    "edited": Text(ja="修正", en="edited"),
    "flipped": Text(ja="分子への出入り", en="into or out of the numerator"),
}
"""Kinds of change: of files, definitions and cells; of responses; of the responses behind a cell."""

DUE_TO = {
    "responses": Text(ja="回答の変更", en="changed responses"),
    "coverage": Text(ja="対象・報告の変更", en="who is to be measured, or reports"),
    "rules": Text(ja="定義・目標・プログラムの変更", en="definitions, targets or code"),
    "unclear": Text(ja="回答と定義の両方(区別できない)", en="both, cannot be told apart"),
}
"""What moved a cell (`warehouse.cell_changes.DueTo`)."""

_LINKS = {
    "response": Text(ja="この回答が変わった", en="this response changed"),
    "respondent": Text(ja="同じ人の別の回答が変わった", en="another response of the person changed"),
}

SHEETS = {
    "inputs": Text(ja="入力ファイル", en="Input files"),
    "definitions": Text(ja="定義・プログラム", en="Definitions, code"),
    "responses": Text(ja="回答", en="Responses"),
    "findings": Text(ja="消滅の理由", en="Why gone"),
    "answers": Text(ja="修正された答え", en="Edited answers"),
    "cells": Text(ja="動いた指標", en="Indicators moved"),
    "cell_members": Text(ja="指標のもとの回答", en="Responses behind them"),
}
"""The frames of `Changes` in words."""

_HEADINGS = {
    "change": Text(ja="変化", en="Change"),
    "parts": Text(ja="変わったところ(+追加 -削除 ~変更)", en="What changed (+ added, - removed, ~ changed)"),
    "respondent_changed": Text(ja="回答者が変わった", en="Respondent changed"),
    "questions_n": Text(ja="修正された設問数", en="Questions edited"),
    "reason_codes": Text(ja="理由コード", en="Reason codes"),
    "same_bytes": Text(ja="ファイルは同じ", en="File is the same"),
    "text_changed": Text(ja="自由記述が変わった", en="Free text changed"),
    "added_n": Text(ja="加わった回答", en="Responses added"),
    "removed_n": Text(ja="外れた回答", en="Responses removed"),
    "flipped_n": Text(ja="分子へ出入りした回答", en="Into or out of the numerator"),
    "edited_n": Text(ja="修正されたが残った回答", en="Edited, and still there"),
    "linked_n": Text(ja="うち変更のあった人の回答", en="Of these, of people with changed responses"),
    "due_to": Text(ja="変化のもと", en="Due to"),
    "link": Text(ja="変更との関係", en="Link to a change"),
    "before": Text(ja="前", en="before"),
    "after": Text(ja="後", en="after"),
}
_WHEN = {"_before": Text(ja="(前)", en=" (before)"), "_after": Text(ja="(後)", en=" (after)")}
_WORDED: dict[str, Mapping[str, Text]] = {
    "change": CHANGED,
    "due_to": DUE_TO,
    "link": _LINKS,
    "verdict_before": VERDICTS,
    "verdict_after": VERDICTS,
    "severity": SEVERITIES,
}


def tables_in_words(changes: Changes, language: Language) -> dict[str, pd.DataFrame]:
    """Sheet's title -> the frame with its columns and codes in words, instants as text."""
    return {SHEETS[name].in_(language): _in_words(table, language) for name, table in changes.tables.items()}


def _in_words(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    shown = table.copy()
    for name in table.columns:
        if name in _WORDED:
            words = {code: text.in_(language) for code, text in _WORDED[name].items()}
            shown[name] = table[name].map(words, na_action="ignore")
        elif isinstance(table[name].dtype, pd.DatetimeTZDtype):
            shown[name] = table[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return shown.rename(columns={name: heading(name, language) for name in table.columns})


def heading(column: str, language: Language) -> str:
    """A column's heading in words; X_before and X_after are X with the word for when."""
    for ending, when in _WHEN.items():
        if column.endswith(ending):
            return heading(column.removesuffix(ending), language) + when.in_(language)
    if column in _HEADINGS or column in HEADINGS:
        return (_HEADINGS.get(column) or HEADINGS[column]).in_(language)
    return FIELDS[column].description.in_(language) if column in FIELDS else column
