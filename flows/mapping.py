"""From an organisation's own table to answers in the questionnaire's codes, each with its crosswalk class."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from expectations.duplicates import DELETED
from expectations.questionnaire import Form, Question
from flows.answers import Fact, as_routed, column_of, facts_of, heading, remembered
from flows.cells import NOT_REACHED, DateRules, folded, instant, is_blank, is_month_only
from flows.findings import Finding
from flows.instruments import AnswerMapping, Instrument
from flows.landing import Landed
from flows.spreadsheets import Table, told_apart
from warehouse.evidence import UNMATCHED

TOKENIZER_BYTES = 49_149
"""The most UTF-8 bytes that GiNZA's tokenizer takes at once; longer texts are analysed in pieces."""

RESPONSE_COLUMNS = [
    "response_id", "organisation", "form_id", "instrument_id", "wave", "respondent_id", "answered_at", "answered_on",
    "answered_at_origin", "file_sha256", "file_name", "sheet", "row_n", "row_key",
]  # fmt: skip
ANSWER_COLUMNS = [
    "response_id", "question_id", "position", "value_code", "value_number", "value_text", "value_date",
    "missing_kind", "crosswalk_class", "row_key",
]  # fmt: skip

_CONTROLS = {chr(code) for code in [*range(9), 11, 12, *range(14, 32), *range(127, 160)]}


@dataclass(frozen=True)
class Mapped:
    """Responses, answers and findings of one or more files (RESPONSE_COLUMNS, ANSWER_COLUMNS)."""

    responses: pd.DataFrame
    answers: pd.DataFrame
    findings: list[Finding]

    @classmethod
    def none(cls, findings: list[Finding]) -> Mapped:
        """A file of which nothing could be mapped."""
        return cls(_no_responses(), _no_answers(), findings)

    @classmethod
    def together(cls, parts: list[Mapped]) -> Mapped:
        """Several files' rows, in their order."""
        responses = [each.responses for each in parts if len(each.responses)]
        answers = [each.answers for each in parts if len(each.answers)]
        return cls(
            pd.concat(responses, ignore_index=True) if responses else _no_responses(),
            pd.concat(answers, ignore_index=True) if answers else _no_answers(),
            [finding for each in parts for finding in each.findings],
        )


def _no_responses() -> pd.DataFrame:
    frame = pd.DataFrame(columns=RESPONSE_COLUMNS).astype("object")
    return frame.astype({"answered_at": "datetime64[us, UTC]", "row_n": "int64"})


def _no_answers() -> pd.DataFrame:
    frame = pd.DataFrame(columns=ANSWER_COLUMNS).astype("object")
    return frame.astype({"position": "int64", "value_number": "float64"})


def map_table(table: Table, landed: Landed, instrument: Instrument, form: Form, zone: ZoneInfo) -> Mapped:
    """Map one table. A changed set of columns maps nothing and is a finding; a bad cell is a finding of its row.

    A row left out is a critical finding beside its others; one deleted at its source keeps its response alone, so that
    earlier deliveries of it are known, but no answers and no other finding.
    """
    findings = _changed_columns(table, landed, instrument)
    if any(finding.severity == "critical" for finding in findings):
        return Mapped.none(findings)
    cells = _columns(table)
    rules = DateRules(table.date_system, instrument.file.month_only)
    responses = _responses(table, cells, landed, instrument, form, zone, rules)
    parts = []
    for question in form.questions:
        mapping = instrument.answers.get(question.id)
        facts = facts_of(question, mapping, cells, len(table.rows), form, zone, rules)
        if instrument.routing is not None:
            facts = as_routed(question, facts, column_of(cells, [instrument.routing]), form)
        parts.append(_answer_frame(question, mapping, facts, responses))
        findings += _cell_findings(question, facts, responses)
    findings += _row_findings(responses, table, landed, instrument, cells)
    answers = pd.concat(parts, ignore_index=True)[ANSWER_COLUMNS]
    return _without_deleted(Mapped(responses, answers, findings), table)


# --- columns ------------------------------------------------------------------------------------------------------


def _columns(table: Table) -> dict[str, list[str]]:
    return {
        name: [cells[index] if index < len(cells) else "" for _, cells in table.rows]
        for index, name in enumerate(told_apart(table.headings))
    }


def _changed_columns(table: Table, landed: Landed, instrument: Instrument) -> list[Finding]:
    """Columns that are gone or stand twice (critical), and columns nobody declared (a warning).

    Without any of the headings, what stands in their rows may be people's answers, which no finding tells.
    """
    wanted = [[heading(name) for name in names] for names in instrument.wanted_columns]
    present = told_apart(table.headings)
    gone = sorted({" | ".join(names) for names in wanted if not set(names) & set(present)})
    known = {name for names in wanted for name in names}
    ignored = {heading(name) for name in instrument.file.ignored_columns}
    again = {name: _again(name, table.headings) for name in known}
    twice = sorted(name for name in known if present.count(name) > 1 or not again[name] <= known | ignored)
    twice += [" | ".join(names) for names in wanted if len(set(names) & set(present)) > 1]
    new = [] if "*" in ignored else sorted(set(present) - known.union(ignored, {""}, *again.values()))

    def finding(reason_code: str, names: list[str]) -> Finding:
        return Finding(
            landed.wave,
            landed.organisation,
            landed.form,
            landed.file_name,
            reason_code,
            severity="warning" if reason_code == "columns_added" else "critical",
            expected="、".join(names),
            sheet=table.sheet,
            row_n=max(instrument.file.heading_rows) if reason_code == "columns_added" else None,
        )

    if not known & set(present):
        return [finding("headings_missing", list(map(str, instrument.file.heading_rows)))]
    faults = [("columns_changed", gone), ("ambiguous_column", twice), ("columns_added", new)]
    return [finding(reason_code, names) for reason_code, names in faults if names]


def _again(name: str, headings: list[str]) -> set[str]:
    """The other columns with this very heading, as `told_apart` calls them."""
    return {f"{name}#{number}" for number in range(2, headings.count(name) + 1)}


# --- responses ----------------------------------------------------------------------------------------------------


def _responses(
    table: Table,
    cells: dict[str, list[str]],
    landed: Landed,
    instrument: Instrument,
    form: Form,
    zone: ZoneInfo,
    rules: DateRules,
) -> pd.DataFrame:
    origins = column_of(cells, instrument.answered_at_columns)
    names = [heading(name) for name in instrument.answered_at_columns]
    times = next((table.zones[name] for name in names if name in table.zones), instrument.answered_at_zone)
    times_zone = zone if times is None else ZoneInfo(times)
    moments = remembered(lambda cell: instant(cell, zone, times_zone, rules), origins)
    organisations = _organisations(cells, landed, instrument)
    keys = _keys(cells, instrument, moments)
    respondents: list[str | None] = [None] * len(keys)
    if instrument.respondent:
        nobody = {folded(code) for code in form.missing_kinds} | {"", NOT_REACHED}
        named = (folded(cell) for cell in column_of(cells, instrument.respondent_columns))
        respondents = [None if name in nobody else name for name in named]
    row_numbers = [row_n for row_n, _ in table.rows]
    place = "\x1f".join([landed.form, landed.wave, landed.file_name, table.sheet or ""])
    row_keys = [f"{place}\x1f{row_n}" for row_n in row_numbers]
    return pd.DataFrame(
        {
            "response_id": [
                _response_id(organisation, instrument.form, key, row_key)
                for organisation, key, row_key in zip(organisations, keys, row_keys, strict=True)
            ],
            "organisation": organisations,
            "form_id": instrument.form,
            "instrument_id": instrument.id,
            "wave": landed.wave,
            "respondent_id": pd.Series(respondents, dtype="object"),
            "answered_at": pd.Series([_utc(moment) for moment in moments], dtype="datetime64[us, UTC]"),
            "answered_on": pd.Series(
                [None if moment is None else moment.astimezone(zone).date().isoformat() for moment in moments],
                dtype="object",
            ),
            "answered_at_origin": [
                None if moment is None else origin for origin, moment in zip(origins, moments, strict=True)
            ],
            "file_sha256": landed.sha256,
            "file_name": landed.file_name,
            "sheet": table.sheet,
            "row_n": row_numbers,
            "row_key": row_keys,
        }
    )[RESPONSE_COLUMNS]


def _keys(cells: dict[str, list[str]], instrument: Instrument, moments: list[datetime | None]) -> list[tuple[str, ...]]:
    """What identifies each response. A time that does so is the same second however a file spells it."""
    time = next(heading(name) for name in instrument.answered_at_columns if heading(name) in cells)
    seconds = [None if moment is None else moment.astimezone(UTC).replace(microsecond=0) for moment in moments]
    columns = [
        [cell if second is None else second.isoformat() for cell, second in zip(cells[time], seconds, strict=True)]
        if heading(name) == time
        else column_of(cells, [name])
        for name in instrument.record_id
    ]
    return list(zip(*columns, strict=True))


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _organisations(cells: dict[str, list[str]], landed: Landed, instrument: Instrument) -> list[str]:
    named = instrument.organisation_column
    if named is None:
        return [landed.organisation or UNMATCHED] * len(next(iter(cells.values())))
    codes = {folded(label): code for label, code in named.map.items()}
    return [codes.get(folded(cell), UNMATCHED) for cell in column_of(cells, [named.column])]


def _response_id(organisation: str, form: str, key: tuple[str, ...], row_key: str) -> str:
    """16 hexadecimal digits of a hash: the same record has the same id in every file; a record without one its own."""
    is_whole = not any(map(is_blank, key))
    identity = [organisation, form, *map(folded, key)] if is_whole else [form, row_key]
    return hashlib.sha256("\x1f".join(identity).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _row_findings(
    responses: pd.DataFrame, table: Table, landed: Landed, instrument: Instrument, cells: dict[str, list[str]]
) -> list[Finding]:
    incomplete = [False] * len(responses)
    for name in instrument.record_id:
        incomplete = [bad or is_blank(cell) for bad, cell in zip(incomplete, column_of(cells, [name]), strict=True)]
    identity = [column_of(cells, [name]) for name in instrument.record_id]
    identity += [column_of(cells, instrument.respondent_columns)] if instrument.respondent else []
    broken = [any(map(_has_surrogate, parts)) for parts in zip(*identity, strict=True)]
    width = len(table.headings)
    longer = [any(not is_blank(cell) for cell in row[width:]) for _, row in table.rows]
    checks = [
        ("lone_surrogate", pd.Series(broken, index=responses.index), None),
        ("more_cells_than_headings", pd.Series(longer, index=responses.index), str(width)),
        ("missing_record_id", pd.Series(incomplete, index=responses.index), "、".join(instrument.record_id)),
        ("unknown_organisation", responses["organisation"] == UNMATCHED, None),
        ("month_only", _without_day(responses, instrument, cells), None),
    ]
    findings = [
        _finding(row, reason_code, expected=expected)
        for reason_code, bad, expected in checks
        if bad.any()
        for row in responses[bad].itertuples()
    ]
    findings += _formula_findings(responses, table, instrument)
    left_out = responses[responses["row_n"].isin(list(table.left_out))]
    return findings + [
        _finding(row, table.left_out[row_n], expected=landed.file_name if table.left_out[row_n] == DELETED else None)
        for row_n, row in zip(left_out["row_n"], left_out.itertuples(), strict=True)
    ]


def _without_day(responses: pd.DataFrame, instrument: Instrument, cells: dict[str, list[str]]) -> pd.Series[bool]:
    """The rows whose date could not be read because it is a month."""
    origins = pd.Series(column_of(cells, instrument.answered_at_columns), index=responses.index)
    return responses["answered_at"].isna() & origins.map(is_month_only).astype(bool)


def _formula_findings(responses: pd.DataFrame, table: Table, instrument: Instrument) -> list[Finding]:
    """A formula without a stored result looks blank, and is not."""
    if not table.without_value:
        return []
    wanted = {heading(name) for names in instrument.wanted_columns for name in names}
    names = dict(enumerate(told_apart(table.headings)))
    rows = dict(zip(responses["row_n"], responses.itertuples(), strict=True))
    return [
        _finding(rows[row_n], "formula_without_value", expected=names[column])
        for row_n, column in table.without_value
        if row_n in rows and names.get(column) in wanted
    ]


def _without_deleted(mapped: Mapped, table: Table) -> Mapped:
    """Leave of a deleted row its response and the one reason it has."""
    deleted = {row_n for row_n, reason_code in table.left_out.items() if reason_code == DELETED}
    if not deleted:
        return mapped
    keys = mapped.responses.loc[mapped.responses["row_n"].isin(deleted), "row_key"]
    return Mapped(
        mapped.responses,
        mapped.answers[~mapped.answers["row_key"].isin(keys)].reset_index(drop=True),
        [each for each in mapped.findings if each.reason_code == DELETED or each.row_n not in deleted],
    )


# --- answers ---------------------------------------------------------------------------------------------------------


def _answer_frame(
    question: Question, mapping: AnswerMapping | None, facts: list[list[Fact]], responses: pd.DataFrame
) -> pd.DataFrame:
    flat = [fact for row in facts for fact in row]
    repeats = [len(row) for row in facts]
    owners = responses.loc[responses.index.repeat(repeats), ["response_id", "row_key"]].reset_index(drop=True)
    return owners.assign(
        question_id=question.id,
        position=[position for row in facts for position in range(len(row))],
        value_code=pd.Series([fact.code for fact in flat], dtype="object"),
        value_number=pd.Series([fact.number for fact in flat], dtype="float64"),
        value_text=pd.Series([fact.text for fact in flat], dtype="object"),
        value_date=pd.Series([fact.date for fact in flat], dtype="object"),
        missing_kind=pd.Series([fact.missing for fact in flat], dtype="object"),
        crosswalk_class="D" if mapping is None else mapping.crosswalk,
    )


def _cell_findings(question: Question, facts: list[list[Fact]], responses: pd.DataFrame) -> list[Finding]:
    """Numbers and dates that cannot be read, and texts that need care. Codes are judged by the validation."""
    unreadable = {"number": "bad_number", "date": "bad_date"}.get(question.type, "")
    found: list[tuple[int, str, str]] = []
    for index, row in enumerate(facts):
        for fact in row:
            if fact.code is not None and _has_surrogate(fact.code):
                found.append((index, "lone_surrogate", "critical"))
            if fact.code == UNMATCHED and (fact.fault or unreadable):
                found.append((index, fact.fault or unreadable, "critical"))
            if fact.text is not None:
                found += [(index, *problem) for problem in _text_problems(fact.text)]
    if not found:
        return []
    rows = {row.Index: row for row in responses.iloc[sorted({index for index, _, _ in found})].itertuples()}
    return [
        _finding(rows[index], reason_code, question_id=question.id, severity=severity)
        for index, reason_code, severity in found
    ]


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _text_problems(text: str) -> list[tuple[str, str]]:
    problems = []
    if _has_surrogate(text):
        problems.append(("lone_surrogate", "critical"))
    elif len(text.encode()) > TOKENIZER_BYTES:
        problems.append(("text_too_long", "warning"))
    if not _CONTROLS.isdisjoint(text):
        problems.append(("control_characters", "warning"))
    return problems


def _finding(
    row: object,
    reason_code: str,
    *,
    question_id: str | None = None,
    severity: str = "critical",
    expected: str | None = None,
) -> Finding:
    source = {name: getattr(row, name) for name in ("wave", "organisation", "form_id", "file_name", "response_id")}
    return Finding(
        **source,
        sheet=getattr(row, "sheet", None) or None,
        row_n=int(getattr(row, "row_n", 0)),
        question_id=question_id,
        reason_code=reason_code,
        severity="critical" if severity == "critical" else "warning",
        expected=expected,
    )
