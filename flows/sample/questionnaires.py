"""How each organisation writes people's answers into its own questionnaire, form, case list or case record."""

from __future__ import annotations

from random import Random

from flows.sample import identifiers, wording
from flows.sample.records import Record, stream
from flows.sample.tables import Cell, Layout, Row, Table
from flows.sample.texts import Writer

COMMON_COLUMNS = {
    "nationality": "国籍",
    "residence_status": "在留資格",
    "age_group": "年齢層",
    "gender": "性別",
    "region": "地域",
    "japanese_level": "日本語",
    "consent_quote": "引用の同意",
    "q1": "問1",
    "q2": "問2",
    "q3_area": "問3-1",
    "q3_level": "問3-2",
    "q3_text": "問3-3",
    "q4_level": "問4-1",
    "q4_text": "問4-2",
    "q5_level": "問5-1",
    "q5_text": "問5-2",
    "q6_text": "問6",
}
GOOGLE_COLUMNS = {
    "nationality": "あなたの国・地域を教えてください",
    "residence_status": "在留カードに書いてある資格",
    "age_group": "年れい",
    "gender": "性別",
    "region": "住んでいるところ",
    "japanese_level": "日本語で話せますか",
    "consent_quote": "書いてくれたことばを報告書で紹介してもいいですか",
    "q1": "どうやって私たちのことを知りましたか(いくつでも)",
    "q2": "どうして利用しようと思いましたか(いくつでも)",
    "q3_area": "今、困っていること(いくつでも)",
    "q3_level": "今、どのくらい困っていますか",
    "q3_text": "どんなことで困っていますか",
    "q4_level": "前とくらべて、どうなりましたか",
    "q4_text": "何が変わりましたか",
    "q5_level": "私たちの支援は役に立ちましたか",
    "q5_text": "どんな支援が役に立ちましたか",
    "q6_text": "これからしてほしいこと、言いたいこと",
}
CASE_LIST_COLUMNS = {
    "nationality": "基本情報/国籍",
    "residence_status": "基本情報/在留資格",
    "age_group": "基本情報/年代",
    "gender": "基本情報/性別",
    "region": "基本情報/居住地",
    "japanese_level": "基本情報/日本語",
    "q3_area": "相談/分野",
    "q3_level": "相談/困り度",
    "q3_text": "相談/内容",
    "q4_level": "その後/変化",
    "q4_text": "その後/変化の内容",
    "q5_level": "その後/支援の評価",
    "q1": "経路/知ったきっかけ",
}
CASE_RECORD_COLUMNS = {
    "nationality": "国籍",
    "residence_status": "在留資格",
    "age_group": "年代",
    "gender": "性別",
    "region": "都道府県",
    "q3_area": "支援分野",
    "q3_level": "生活困難度",
    "q3_text": "相談内容",
    "q4_level": "支援の結果",
}
DITTO = "〃"
DITTO_COLUMNS = ("相談者番号", *(CASE_LIST_COLUMNS[q] for q in ("nationality", "residence_status", "region")))

_COMMON = ("回答番号", "利用者番号", "回答日")
LAYOUTS: dict[str, Layout] = {
    "org-a": Layout(
        "questionnaire.csv",
        (*_COMMON, *COMMON_COLUMNS.values(), "備考"),
        answered_at="回答日",
        record_id="回答番号",
        respondent="利用者番号",
        encoding="utf-8-sig",
    ),
    "org-b": Layout(
        "questionnaire.csv",
        (*_COMMON, *COMMON_COLUMNS.values()),
        answered_at="回答日",
        record_id="回答番号",
        respondent="利用者番号",
        encoding="cp932",
    ),
    "org-c": Layout(
        "questionnaire.xlsx",
        (*_COMMON, *COMMON_COLUMNS.values()),
        answered_at="回答日",
        record_id="回答番号",
        respondent="利用者番号",
    ),
    "org-d": Layout(
        "google_forms.csv",
        ("タイムスタンプ", "メールアドレス", "参加番号", *GOOGLE_COLUMNS.values()),
        answered_at="タイムスタンプ",
        respondent="参加番号",
        line_end="\n",
        quote_all=True,
    ),
    "org-e": Layout(
        "case_list.xlsx",
        ("相談者番号", "面談回", "面談日", *CASE_LIST_COLUMNS.values(), "担当者メモ"),
        answered_at="面談日",
        respondent="相談者番号",
        first_row=5,
    ),
    "org-f": Layout(
        "case_record.csv",
        (
            *("記録番号", "ケース番号", "支援日", "担当者"),
            *CASE_RECORD_COLUMNS.values(),
            *wording.CASE_RECORD_FLAGS.values(),
            "次回予定",
        ),
        answered_at="支援日",
        record_id="記録番号",
        respondent="ケース番号",
        line_end="\n",
    ),
}


def questionnaire_table(organisation: str, wave: str, records: list[Record], seed: int, writer: Writer) -> Table:
    """Write the records of one organisation and wave as the rows of its own file."""
    random = stream(seed, f"cells/{wave}/{organisation}")
    write = {"org-d": _google_forms, "org-e": _case_list, "org-f": _case_record}.get(organisation, _common)
    if organisation == "org-e":
        records = sorted(records, key=lambda record: (record.respondent or "", record.session))
    rows = [Row(write(random, record, writer), record) for record in records]
    return Table(wave, organisation, "questionnaire", LAYOUTS[organisation], rows)


def ditto(table: Table, seed: int) -> None:
    """Replace cells that repeat the cell above with a ditto mark (never below a row that is no record)."""
    random = stream(seed, f"ditto/{table.wave}")
    for above, row in reversed(list(zip(table.rows, table.rows[1:], strict=False))):
        if above.skipped or row.skipped:
            continue
        for heading in DITTO_COLUMNS:
            repeated = row.cells[heading] not in (None, "") and row.cells[heading] == above.cells[heading]
            if repeated and (heading == DITTO_COLUMNS[0] or random.random() < 0.5):
                row.cells[heading] = DITTO


def total(table: Table) -> None:
    """Add a blank row and a row of totals below the records."""
    first, second, third = table.layout.headings[:3]
    table.notes = [{}, {first: None, second: "計", third: f"{len(table.rows)}件"}]


def _common(random: Random, record: Record, writer: Writer) -> dict[str, Cell]:
    joiner = {"org-a": ",", "org-b": "、", "org-c": "・"}[record.organisation]
    spellings: dict[str, Cell] = {
        "org-a": record.answered_at.strftime("%Y-%m-%d %H:%M"),
        "org-b": f"{record.answered_at.year}/{record.answered_at.month}/{record.answered_at.day}",
        "org-c": record.answered_at,
    }
    when = spellings[record.organisation]
    cells: dict[str, Cell] = {"回答番号": record.record_id, "利用者番号": record.respondent, "回答日": when}
    for question, heading in COMMON_COLUMNS.items():
        cell = _cell(record, question, {}, joiner)
        is_number = record.organisation == "org-c" and cell.isascii() and cell.isdigit()
        cells[heading] = int(cell) if is_number else cell
    if record.organisation == "org-a":
        cells["備考"] = random.choice(("", "", "", "代筆", "通訳あり"))
    return cells


def _google_forms(random: Random, record: Record, writer: Writer) -> dict[str, Cell]:
    number = f"{random.randrange(10_000):04d}"
    address = f"{random.choice(identifiers.LATIN_FIRST).lower()}{number}@example.{random.choice(('org', 'com'))}"
    writer.planted.setdefault("email", set()).add(address)
    cells: dict[str, Cell] = {
        "タイムスタンプ": record.answered_at.strftime("%Y/%m/%d %H:%M:%S"),
        "メールアドレス": address,
        "参加番号": record.respondent,
    }
    for question, heading in GOOGLE_COLUMNS.items():
        labels = wording.GOOGLE_FORMS.get(question, {})
        if question in wording.GOOGLE_FORMS_OTHER:
            code = "10" if question == "q3_area" else "7"
            labels = {**labels, code: random.choice(wording.GOOGLE_FORMS_OTHER[question])}
        cells[heading] = _cell(record, question, labels, ";")
    return cells


def _case_list(random: Random, record: Record, writer: Writer) -> dict[str, Cell]:
    day = record.answered_at
    when: Cell = random.choice(
        (wording.era_date(day.date(), True), wording.era_date(day.date(), False), wording.serial_number(day), day)
    )
    cells: dict[str, Cell] = {"相談者番号": record.respondent, "面談回": record.session, "面談日": when}
    for question, heading in CASE_LIST_COLUMNS.items():
        cell = _cell(record, question, wording.CASE_LIST.get(question, {}), "、")
        if question in ("nationality", "japanese_level") and random.random() < 0.6:
            cell = wording.half_width(cell)
        if question in ("q3_level", "q4_level"):
            cell = wording.full_width(cell)
        cells[heading] = cell
    cells["担当者メモ"] = _memo(random, writer, "mobile") if random.random() < 0.05 else ""
    return cells


def _case_record(random: Random, record: Record, writer: Writer) -> dict[str, Cell]:
    day = record.answered_at.date()
    cells: dict[str, Cell] = {
        "記録番号": record.record_id,
        "ケース番号": record.respondent,
        "支援日": random.choice((day.isoformat(), f"{day.year}/{day.month}/{day.day}", wording.era_date(day, False))),
        "担当者": _memo(random, writer, "name"),
        "次回予定": random.choice(("", "来月", "未定")),
    }
    for question, heading in CASE_RECORD_COLUMNS.items():
        cells[heading] = _cell(record, question, wording.CASE_RECORD.get(question, {}), "／")
    for code, heading in wording.CASE_RECORD_FLAGS.items():
        cells[heading] = "○" if code in wording.codes_of(record.answers.get("q1", ())) else ""
    return cells


def _cell(record: Record, question: str, labels: dict[str, str], joiner: str) -> str:
    """One answer as written: labels (or the codes themselves) joined, or the word for its kind of missing."""
    if question in record.answers:
        return joiner.join(labels.get(code, code) for code in wording.codes_of(record.answers[question]))
    kind = record.missing.get(question)
    return wording.MISSING[record.organisation][kind] if kind else ""


def _memo(random: Random, writer: Writer, kind: str) -> str:
    value = identifiers.invent(random, kind)
    writer.planted.setdefault(kind, set()).add(value)
    return value
