"""How activity logs and interview records are written: one layout for all, CSV from some and Excel from others."""

from __future__ import annotations

from datetime import date
from random import Random

from flows.sample import wording
from flows.sample.records import Record, stream
from flows.sample.tables import Cell, Layout, Row, Table

LOG_COLUMNS = {
    "event_type": "種別",
    "case_id": "案件番号",
    "status": "状態",
    "ended_on": "終了日",
    "method": "手法",
    "method_status": "手法の状態",
    "cases_n": "支援件数",
    "attendees_n": "参加者数",
    "registered_n": "申込者数",
    "viewed_n": "視聴者数",
    "parties": "参加団体",
    "hosts": "主催",
    "evidence": "根拠",
}
LOG_LABELS = {
    "event_type": wording.EVENT_TYPES,
    "status": wording.STATUSES,
    "method_status": wording.METHOD_STATUSES,
}
INTERVIEW_COLUMNS = {
    "stakeholder": "ステークホルダー",
    "engagement_stage": "かかわりの段階",
    "change_stage": "変容の段階",
    "evidence": "根拠",
}
EXCEL_LOGS = ("org-b", "org-c", "org-e", "office")
EXCEL_INTERVIEWS = ("org-e",)


def log_table(organisation: str, wave: str, records: list[Record], seed: int) -> Table:
    """Write activity-log records as rows; Excel logs end with a total row."""
    random = stream(seed, f"log/{wave}/{organisation}")
    ending = "xlsx" if organisation in EXCEL_LOGS else "csv"
    layout = Layout(
        f"activity_log.{ending}",
        ("記録番号", "日付", *LOG_COLUMNS.values(), "備考"),
        answered_at="日付",
        record_id="記録番号",
        encoding="utf-8-sig",
    )
    rows = [Row(_log_cells(random, record, ending == "xlsx"), record) for record in records]
    table = Table(wave, organisation, "activity_log", layout, rows)
    if ending == "xlsx":
        table.notes = [{"記録番号": "合計", "種別": f"{len(rows)}行"}]
    return table


def interview_table(organisation: str, wave: str, records: list[Record], seed: int) -> Table:
    """Write interview records as rows."""
    ending = "xlsx" if organisation in EXCEL_INTERVIEWS else "csv"
    layout = Layout(
        f"interview.{ending}",
        ("面談番号", "面談日", *INTERVIEW_COLUMNS.values(), "面談者"),
        answered_at="面談日",
        record_id="面談番号",
        encoding="utf-8-sig",
    )
    rows = []
    for record in records:
        cells: dict[str, Cell] = {"面談番号": record.record_id, "面談日": record.answered_at.date().isoformat()}
        for question, heading in INTERVIEW_COLUMNS.items():
            absent = "77" if question == "engagement_stage" else ""
            cells[heading] = wording.codes_of(record.answers.get(question, absent))[0]
        cells["面談者"] = "評価担当"
        rows.append(Row(cells, record))
    return Table(wave, organisation, "interview", layout, rows)


def _log_cells(random: Random, record: Record, excel: bool) -> dict[str, Cell]:
    day = record.answered_at
    spellings: tuple[Cell, ...] = (
        (day, wording.era_date(day.date(), False))
        if excel
        else (
            day.date().isoformat(),
            f"{day.year}/{day.month}/{day.day}",
            wording.era_date(day.date(), True),
        )
    )
    cells: dict[str, Cell] = {"記録番号": record.record_id, "日付": random.choice(spellings)}
    for question, heading in LOG_COLUMNS.items():
        cells[heading] = _log_cell(record.answers.get(question), question, excel)
    cells["備考"] = ""
    return cells


def _log_cell(answer: object, question: str, excel: bool) -> Cell:
    match answer:
        case None:
            return ""
        case date():
            return answer if excel else answer.isoformat()
        case int():
            return answer if excel else str(answer)
        case tuple():
            return "、".join(answer)
        case _:
            return LOG_LABELS.get(question, {}).get(str(answer), str(answer))
