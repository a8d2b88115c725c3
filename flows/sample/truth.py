"""What every reading of every indicator must come to, from the records drawn: `truth.json`.

Rows without a figure of their own in the pipeline's table (aliases, breakdowns) are not repeated here. In a period for
which the plan has no number the programme's row is its plain figure, and every verdict is `not_applicable`.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from flows.sample.plan import EACH, INDICATORS, NONE, PROGRAMME, SHARE, Measure, Planned, Reading
from flows.sample.records import EXECUTING, WAVES, Record, Wave
from flows.sample.tally import Figure, Scope

TARGETS = Path(__file__).resolve().parents[2] / "warehouse" / "targets.csv"

Targets = dict[tuple[str, str, str, str], int]
"""(organisation, indicator, part, period) -> the organisation's own target."""
Delivered = set[tuple[str, str, str]]
"""(organisation, form, wave) of every file sent."""
Cell = dict[str, int | str | None]
Rows = dict[str, dict[str, dict[str, Cell]]]
"""Cells by organisation, indicator and row name."""


@dataclass(frozen=True)
class Result:
    """A figure, the verdict shown for it, and the one it would have by itself."""

    numerator: int | None
    denominator: int | None
    verdict: str
    own: str

    def shown(self) -> Cell:
        """As `truth.json` has it."""
        return {"numerator": self.numerator, "denominator": self.denominator, "verdict": self.verdict}


@dataclass(frozen=True)
class Board:
    """Everything needed to judge one period."""

    wave: Wave
    scopes: dict[str, Scope]  # active executing organisations
    programme: Scope
    targets: Targets
    delivered: Delivered


def truth(records: list[Record], delivered: Delivered) -> dict[str, Rows]:
    """Figures by period, organisation (or `*`), indicator and reading (parts: `reading:part`).

    `records`: those sent in a file and without a planted fault; `delivered`: the files.
    """
    targets = read_targets(TARGETS)
    return {wave.id: _period(records, delivered, targets, wave) for wave in WAVES}


def read_targets(path: Path) -> Targets:
    """The organisations' own targets; the highest version counts."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: int(row["version"]))
    return {(row["organisation"], row["indicator"], row["part"], row["period"]): int(row["value"]) for row in rows}


def _period(records: list[Record], delivered: Delivered, targets: Targets, wave: Wave) -> Rows:
    last_day = (wave.cut_off - timedelta(days=1)).date()
    codes = [sender.code for sender in EXECUTING if sender.is_active(last_day)]
    board = Board(
        wave, {code: Scope(records, code, wave) for code in codes}, Scope(records, "*", wave), targets, delivered
    )
    table: Rows = {code: {} for code in (*codes, "*")}
    for indicator in INDICATORS:
        for reading in indicator.readings:
            for name, results in _reading(indicator, reading, board).items():
                for code, result in results.items():
                    if code == "*" or indicator.organisations_shown:
                        table[code].setdefault(indicator.id, {})[name] = result.shown()
    return table


def _reading(indicator: Planned, reading: Reading, board: Board) -> dict[str, dict[str, Result]]:
    """Results by row name (the reading, and each of its parts) and organisation."""
    if indicator.without_baseline and board.wave is WAVES[0]:
        nothing = Result(None, None, "not_applicable", "not_applicable")
        return {reading.id: dict.fromkeys((*board.scopes, "*"), nothing)}
    if reading.measure is not None:
        return {reading.id: _whole(indicator, reading, reading.measure, "", board)}
    parts = {part: _whole(indicator, reading, measure, part, board) for part, measure in reading.parts.items()}
    rows = {f"{reading.id}:{part}": results for part, results in parts.items()}
    return {reading.id: _all_parts(indicator, reading, list(parts.values()), board), **rows}


def _whole(indicator: Planned, reading: Reading, measure: Measure, part: str, board: Board) -> dict[str, Result]:
    number = indicator.number(board.wave.id)
    results = {}
    for code, scope in board.scopes.items():
        sent = (code, reading.form, board.wave.id) in board.delivered
        figure = measure(scope) if sent else Figure(None)
        if reading.against_target and number is not None:
            target = board.targets.get((code, indicator.id, part, board.wave.id))
            figure = Figure(figure.numerator, target, figure.coverage)
            own = "undetermined" if not target else _judged(figure, number, indicator.floor)
        else:
            own = _judged(figure, number, indicator.floor)
        shown = own if reading.by == EACH else "not_applicable"
        results[code] = Result(figure.numerator, figure.denominator, shown, own)
    results["*"] = _programme(indicator, reading, measure, list(results.values()), board)
    return results


def _programme(
    indicator: Planned, reading: Reading, measure: Measure, organisations: list[Result], board: Board
) -> Result:
    number = indicator.number(board.wave.id)
    if number is not None and reading.by in (EACH, SHARE):
        return _organisations(reading, [each.own for each in organisations], number)
    if number is not None and reading.by == PROGRAMME and reading.against_target:
        if any(each.numerator is None or not each.denominator for each in organisations):
            return Result(None, None, "undetermined", "undetermined")
        figure = Figure(
            sum(each.numerator or 0 for each in organisations), sum(each.denominator or 0 for each in organisations)
        )
    else:
        figure = measure(board.programme)
    verdict = _judged(figure, None if reading.by == NONE else number, indicator.floor)
    return Result(figure.numerator, figure.denominator, verdict, verdict)


def _all_parts(indicator: Planned, reading: Reading, parts: list[dict[str, Result]], board: Board) -> dict[str, Result]:
    """The row over all parts: it passes where every part does."""
    number = indicator.number(board.wave.id)
    results = {}
    for code in (*board.scopes, "*"):
        if number is None or reading.by == NONE:
            results[code] = Result(None, None, "not_applicable", "not_applicable")
            continue
        own = [part[code].own for part in parts]
        verdict = _every(own)
        shown = verdict if code == "*" or reading.by == EACH else "not_applicable"
        results[code] = Result(own.count("achieved"), len(own), shown, verdict)
    if number is not None and reading.by in (EACH, SHARE):
        results["*"] = _organisations(reading, [results[code].own for code in board.scopes], number)
    return results


def _organisations(reading: Reading, verdicts: Sequence[str], number: Fraction) -> Result:
    """How many organisations pass, of how many active ones."""
    passed, active = verdicts.count("achieved"), len(verdicts)
    if reading.by == EACH:
        verdict = _every(verdicts)
    else:
        still_open = active - passed - verdicts.count("not_achieved")
        if passed >= number * active:
            verdict = "achieved"
        else:
            verdict = "undetermined" if passed + still_open >= number * active else "not_achieved"
    return Result(passed, active, verdict, verdict)


def _every(verdicts: Sequence[str]) -> str:
    return next((v for v in ("not_achieved", "undetermined", "reference") if v in verdicts), "achieved")


def _judged(figure: Figure, number: Fraction | None, floor: Fraction) -> str:
    """The verdict on one figure against the plan's number, in exact arithmetic."""
    if number is None:
        return "not_applicable"
    if figure.numerator is None or figure.denominator == 0:
        return "undetermined"
    if (held := figure.coverage) is not None and held.class_ab < floor * (held.class_ab + held.class_c + held.class_d):
        return "reference"
    return "achieved" if figure.numerator >= number * (figure.denominator or 1) else "not_achieved"
