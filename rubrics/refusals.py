"""Why something on a rating sheet is refused, and what was expected there: never with what stands in the cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.definitions import Fault, Text

Words = tuple[Text, Text]
"""What is wrong, and what was expected."""


def words(wrong_ja: str, wrong_en: str, expected_ja: str, expected_en: str) -> Words:
    """What is wrong and what was expected, in both languages."""
    return Text(ja=wrong_ja, en=wrong_en), Text(ja=expected_ja, en=expected_en)


REASONS: dict[str, Words] = {
    "unreadable": words(
        "評価用紙として読めません",
        "cannot be read as a rating sheet",
        "monosashi rate export で書き出し、ExcelかLibreOfficeで保存した、パスワードのない .xlsx か .ods です",
        "a file written by monosashi rate export and saved as .xlsx or .ods without a password was expected",
    ),
    "other_kind": words(
        "この操作の用紙ではありません",
        "is a sheet of another kind",
        "評価用紙は rate import、協議の用紙は rate adjudicate ROUND FILE で取り込みます",
        "rating sheets are taken in by rate import, decisions by rate adjudicate ROUND FILE",
    ),
    "other_round": words(
        "この評定の回の用紙ではありません",
        "is not a sheet of this round",
        "その回の用紙か、--data と --programme を確かめてください",
        "check the round, and --data and --programme",
    ),
    "other_rater": words(
        "この評定の回の評価者の用紙ではありません",
        "is not a sheet of one of the round's raters",
        "評価者ごとに書き出した用紙をそのまま使ってください",
        "use the sheet that was written for the rater",
    ),
    "manifest_altered": words(
        "隠しシートの記録が書き換えられています",
        "its hidden record was altered",
        "用紙を書き出し直し、記入欄だけを写してください",
        "write the sheet anew and copy the entry cells alone",
    ),
    "part_missing": words(
        "シートがないか、見出しの行が変わっています",
        "a sheet is missing, or its row of headings was altered",
        "シート名・見出し・列を書き出したときのままにしてください",
        "leave titles, headings and columns as they were written",
    ),
    "item_unknown": words(
        "番号がないか、この用紙の番号ではありません",
        "the item is missing or is none of this sheet's",
        "番号の列は書き換えないでください",
        "leave the column of items as it was written",
    ),
    "item_twice": words(
        "同じ番号の行が2つ以上あります",
        "the item stands in more than one row",
        "どれが正しいかわからないため、どれも取り込みません。1行だけを残してください",
        "none of them is taken, as nobody can tell which is right: leave one row",
    ),
    "other_rubric": words(
        "今の評価規準(またはその版)による用紙ではありません",
        "was rated by another version of the rubric than the one in force",
        "規準を元に戻すか、新しい評定の回をつくってください",
        "restore the rubric, or draw a new round",
    ),
    "other_text": words(
        "引いたときの文章を載せた用紙ではありません",
        "shows another text than the one that was drawn",
        "この回が書き出した用紙を使ってください",
        "use the sheet that this round wrote",
    ),
    "text_changed": words(
        "引いたあとで、公開中の実行の文章が変わったか、なくなりました",
        "since it was drawn, its text has changed or gone in the run that is published",
        "新しい評定の回をつくってください",
        "draw a new round",
    ),
    "text_altered": words(
        "用紙の文章か番号が書き換えられています",
        "the text or the item on the sheet was altered",
        "文章と番号の列は書き換えないでください",
        "leave the columns of items and texts as they were written",
    ),
    "level_missing": words(
        "水準が空欄です",
        "there is no level",
        "{levels} から選んでください",
        "choose one of {levels}",
    ),
    "level_unknown": words(
        "この規準の水準ではありません",
        "is no level of the criterion",
        "{levels} から選んでください",
        "choose one of {levels}",
    ),
    "evidence_missing": words(
        "根拠がありません",
        "there is no evidence",
        "文章から貼り付けるか、「根拠なし」を選んでください",
        "paste words from the text, or choose “no evidence”",
    ),
    "evidence_and_none": words(
        "根拠と「根拠なし」の両方があります",
        "there is both evidence and “no evidence”",
        "どちらか1つにしてください",
        "leave one of the two",
    ),
    "evidence_not_found": words(
        "{lines}行目の根拠が、この行の文章にありません",
        "line {lines} of the evidence is not in the texts of this row",
        "文章の一部をそのまま貼り付けてください(複数は改行で分ける)",
        "paste words as they stand in the text (several of them line by line)",
    ),
    "no_evidence_unknown": words(
        "「根拠なし」以外のものが書かれています",
        "something else than “no evidence” is written there",
        "「根拠なし」を選ぶか、空欄にしてください",
        "choose “no evidence” or leave it blank",
    ),
    "rated_at_unreadable": words(
        "日付として読めません",
        "is no day",
        "例: 2024-05-31。空欄なら取り込んだ時刻になります",
        "as in 2024-05-31; blank stands for the time of import",
    ),
    "rated_at_impossible": words(
        "評定の回をつくる前か、未来の日付です",
        "is before the round was drawn, or in the future",
        "評価した日を書くか、空欄にしてください",
        "write the day it was rated, or leave it blank",
    ),
    "formula": words(
        "計算式の結果が保存されていません",
        "holds a formula without a stored result",
        "値を直接入力してください",
        "enter the value itself",
    ),
    "nothing_to_decide": words(
        "評価者の評定が、用紙を書き出したときから変わりました",
        "the raters' ratings have changed since the sheet was written",
        "rate adjudicate でもう一度書き出してください",
        "write it again with rate adjudicate",
    ),
}
"""Every reason by its code."""


@dataclass(frozen=True)
class Refusal:
    """Something refused: a cell (`F12`) of a sheet, or a whole sheet or file. `said` fills in the reason's words."""

    reason: str
    sheet: str | None = None
    cell: str | None = None
    item_id: str | None = None
    criterion_id: str | None = None
    said: tuple[tuple[str, str], ...] = ()
    theme_id: str | None = None

    def fault(self, file_name: str, reasons: Mapping[str, Words] = REASONS) -> Fault:
        """As it is said to people: file, sheet and cell, what is wrong, what was expected."""
        wrong, expected = (self._filled(text) for text in reasons[self.reason])
        return Fault(file_name, " ".join(filter(None, [self.sheet, self.cell])), wrong, expected)

    def _filled(self, text: Text) -> Text:
        ja, en = text.ja, text.en
        for name, value in self.said:
            ja, en = ja.replace(f"{{{name}}}", value), en.replace(f"{{{name}}}", value)
        return Text(ja=ja, en=en)
