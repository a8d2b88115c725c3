"""What people are shown of a published run: the report's files, the table, the rejected rows, the trail of a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text as Line
from ruamel.yaml import YAML
from sqlalchemy.engine import Engine

from expectations.checks import Checks
from expectations.reasons import say
from flows.changes_report import ChangesReport
from flows.changes_words import tables_in_words
from flows.folders import Folders
from warehouse.changes import Changes
from warehouse.definitions import Language, Text, UserMistake, fault
from warehouse.read import published_run, read_table
from warehouse.report import SayFinding, WaveReport, indicator_summary, table_artifact_rows
from warehouse.report_files import write_report, write_whole
from warehouse.report_terminal import terminal_table
from warehouse.report_wording import VERDICTS
from warehouse.report_workbook import tables_workbook
from warehouse.stored_report import stored_definitions, stored_report, wordings
from warehouse.tables import TABLES
from warehouse.trace import Trace, trace

CHECKS = "expectations/checks.yml"
OUT_TABLES = tuple(name for name in TABLES if name.startswith("out_"))


def wave_report(engine: Engine, wave: str) -> WaveReport:
    """The report of what a wave publishes, from the warehouse alone, in the words its run was made with."""
    return stored_report(engine, wave, _says_findings(stored_definitions(engine, published_run(engine, wave))))


def _says_findings(definitions: Mapping[str, str]) -> SayFinding:
    """Says findings in the words of a run's definitions (file name -> text)."""
    checks = Checks.model_validate(YAML(typ="safe").load(definitions[CHECKS])).checks
    return lambda finding, language: say(finding, language, checks)


def publish_report(
    engine: Engine, run_id: str, wave: str, folders: Folders, language: Language
) -> tuple[Path, list[dict[str, str]]]:
    """Write a wave's report below the report folder; give the folder and the rows of the Prefect artifact."""
    report = wave_report(engine, wave)
    tables = {name: read_table(engine, name, run_id) for name in OUT_TABLES}
    folder = folders.report / wave
    write_report(report, tables, folder, language)
    return folder, table_artifact_rows(report, language)


def indicator_table(engine: Engine, wave: str, language: Language) -> Table:
    """The summary of a wave for the terminal: declared readings, and the alternatives that judge otherwise."""
    report = wave_report(engine, wave)
    title = f"{report.programme.in_(language)} {report.period.label.in_(language)}"
    return terminal_table(indicator_summary(report, language), title, language)


def rejected_lines(engine: Engine, wave: str, language: Language) -> Iterator[str]:
    """One line a reason why a row or a file is not in the figures: where, what was wrong, what to do; then warnings."""
    report = wave_report(engine, wave)
    is_critical = report.out_finding["severity"] == "critical"
    critical, warnings = report.out_finding[is_critical], report.out_finding[~is_critical]
    rows_n = critical.dropna(subset="row_n").groupby(["file_name", "sheet", "row_n"], dropna=False).ngroups
    yield from _said(report, critical, language)
    yield Text(ja=f"集計に入らなかった行: {rows_n}行", en=f"rows not in the figures: {rows_n}").in_(language)
    yield from _said(report, warnings, language)
    yield Text(ja=f"注意: {len(warnings)}件", en=f"warnings: {len(warnings)}").in_(language)


def _said(report: WaveReport, findings: pd.DataFrame, language: Language) -> Iterator[str]:
    for _, finding in findings.iterrows():
        yield report.say_finding({str(name): value for name, value in finding.items()}, language)


def trace_report(
    engine: Engine, indicator: str, period: str, organisation: str, reading: str | None, language: Language
) -> Iterator[RenderableType]:
    """A figure, the people behind its numerator and denominator with their answers' place, and the files' hashes.

    The last part has a line a file, as `sha256sum` writes it: its hash in the landing store, its name in the inbox.
    """
    found = trace(engine, indicator, period, organisation, reading)
    whole = found.cells.iloc[0]
    yield Line(
        f"{indicator} {period} {organisation} [{whole['reading']}]  "
        f"{_count(whole['numerator'])} / {_count(whole['denominator'])}  {VERDICTS[whole['verdict']].in_(language)}"
    )
    yield Line(Text(ja=f"実行 {found.run_id}", en=f"run {found.run_id}").in_(language))
    yield _member_table(found, language)
    for sha256, file_name in sorted(set(zip(found.members["file_sha256"], found.members["file_name"], strict=True))):
        yield Line(f"{sha256}  {file_name}")


def changes_report(
    engine: Engine, changes: Changes, language: Language, *, all_readings: bool = False
) -> Iterator[RenderableType]:
    """What changed between two runs and which cells moved, in the words of the later run's definitions."""
    stored = stored_definitions(engine, changes.until["run_id"])
    names = wordings(stored, "indicators")
    yield from ChangesReport(changes, language, _says_findings(stored), names, all_readings).parts()


def write_changes(changes: Changes, file: Path, language: Language) -> None:
    """Write all of it as a workbook. Raises UserMistake where that cannot be."""
    write_tables(tables_in_words(changes, language), file)


def write_tables(tables: Mapping[str, pd.DataFrame], file: Path) -> None:
    """Write tables (sheet's title -> table) as a workbook that a user asked for. Raises UserMistake."""
    wrong = None if file.suffix == ".xlsx" else (".xlsx のファイルではありません", "is no .xlsx file")
    try:
        if wrong is None:
            write_whole(file, tables_workbook(tables))
    except OSError:
        wrong = ("ファイルを書き込めません", "cannot be written")
    if wrong is not None:
        expected = (
            "書き込めるフォルダーの .xlsx を指定してください",
            "name an .xlsx file in a folder you may write to",
        )
        raise UserMistake([fault("--to", str(file), wrong, expected)])


def _count(value: object) -> str:
    return "-" if value is None or value is pd.NA else str(value)


def _member_table(found: Trace, language: Language) -> Table:
    table = Table(box=None, pad_edge=False)
    headings = [
        Text(ja="分子", en="numerator"),
        Text(ja="回答者", en="respondent"),
        Text(ja="団体", en="organisation"),
        Text(ja="回答日", en="answered"),
        Text(ja="回答ID", en="response id"),
        Text(ja="ファイル・行", en="file and row"),
        Text(ja="有効な回答のある設問", en="questions validly answered"),
    ]
    for heading in headings:
        table.add_column(heading.in_(language), overflow="fold", no_wrap=heading in headings[:5])
    for member in found.members.to_dict("records"):
        sheet = f" [{member['sheet']}]" if member["sheet"] else ""
        cells = [
            "○" if member["in_numerator"] else "",
            member["respondent_id"] or "",
            member["organisation"],
            member["answered_on"],
            member["response_id"],
            f"{member['file_name']}{sheet} {member['row_n']}",
            " ".join(member["question_ids"]),
        ]
        table.add_row(*(Line(str(cell)) for cell in cells))
    return table
