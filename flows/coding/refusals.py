"""Why something in a coder's workbook is refused, and what was expected there: never with what stands in the cell."""

from __future__ import annotations

from rubrics import refusals
from rubrics.refusals import Words, words

REASONS: dict[str, Words] = refusals.REASONS | {
    "unreadable": words(
        "コードを付ける用紙として読めません",
        "cannot be read as a coding workbook",
        "monosashi coding export で書き出し、ExcelかLibreOfficeで保存した、パスワードのない .xlsx か .ods です",
        "a file written by monosashi coding export and saved as .xlsx or .ods without a password was expected",
    ),
    "other_kind": words(
        "コードを付ける用紙ではありません",
        "is no coding workbook",
        "評価用紙は rate import で取り込みます",
        "rating sheets are taken in by rate import",
    ),
    "other_rater": words(
        "この回のコーダーの用紙ではありません",
        "is not a workbook of one of the round's coders",
        "コーダーごとに書き出した用紙をそのまま使ってください",
        "use the workbook that was written for the coder",
    ),
    "column_missing": words(
        "このテーマの列がないか、見出しが変わっています",
        "this theme's column is missing, or its heading was altered",
        "見出しと列を書き出したときのままにしてください",
        "leave headings and columns as they were written",
    ),
    "other_definition": words(
        "今のコードブックの定義とは違う定義で付けたコードです",
        "was coded by another definition than the code book's present one",
        "定義を元に戻すか、書き出し直して付けてください",
        "restore the definition, or write the workbook anew and code by it",
    ),
    "code_unknown": words(
        "選択肢にないコードです",
        "is no code of the list",
        "{choices} から選ぶか、空欄(なし)にしてください",
        "choose one of {choices}, or leave it blank (absent)",
    ),
    "not_done": words(
        "コードがあるのに「済」がありません",
        "there are codes, but the row is not marked as done",
        "読み終えた行には「済」を選んでください",
        "choose “done” in rows that you have finished",
    ),
    "done_unknown": words(
        "「済」以外のものが書かれています",
        "something else than “done” is written there",
        "「済」を選ぶか、空欄にしてください",
        "choose “done” or leave it blank",
    ),
}
"""Every reason by its code; those that are the same for rating sheets have the same words."""
