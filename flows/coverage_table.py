"""The coverage on the terminal: indicators by organisations, and below them why something is a proxy or missing."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text as Line

from flows.programme import Programme
from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.judgement import below_floor
from warehouse.measured import Coverage

_STYLES = {"A": "green", "B": "green", "C": "yellow", "D": "red"}
_NOT_APPLICABLE = "–"
_REFERENCE = Text(ja="参考値", en="reference")


def coverage_table(
    programme: Programme, covered: pd.DataFrame, measured: pd.DataFrame | None, title: str, language: Language
) -> Table:
    """One row an indicator: its floor of classes A and B, a class an organisation, and what was measured below it.

    `covered` and `measured` as flows.coverage gives them. Where something was measured, the programme has a column too.
    """
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", pad_edge=False, show_edge=False)
    table.add_column(Text(ja="指標", en="indicator").in_(language), overflow="fold")
    table.add_column(Text(ja="A・Bの下限", en="floor of A, B").in_(language), justify="right")
    codes = [each.code for each in programme.settings.organisations]
    for code in codes:
        table.add_column(code, justify="center")
    if measured is not None:
        table.add_column(Text(ja="事業全体", en="programme").in_(language), justify="center")
    classes = covered.set_index(["indicator_id", "organisation"])["crosswalk_class"]
    counts: dict[Any, Any] = (
        {} if measured is None else measured.set_index(["indicator_id", "organisation"]).to_dict("index")
    )
    for indicator in programme.indicators:
        original = next(each for each in programme.indicators if each.id == (indicator.alias_of or indicator.id))
        name = Line(f"{indicator.id} ").append(indicator.name.in_(language), style="dim")
        floor = original.class_ab_floor
        cells = [
            _cell(classes[indicator.id, code], counts.get((indicator.id, code)), floor, language) for code in codes
        ]
        if measured is not None:
            cells.append(_cell(None, counts.get((indicator.id, ALL)), floor, language))
        table.add_row(name, _percent(floor.numerator, floor.denominator) if floor else "", *cells)
    return table


def _cell(crosswalk: object, counts: dict[str, int] | None, floor: Fraction, language: Language) -> Line:
    """The class, and below it the shares of A and B, C, D and not measured; whether that is too little."""
    known = isinstance(crosswalk, str)
    cell = Line(str(crosswalk) if known else _NOT_APPLICABLE, style=_STYLES.get(str(crosswalk), "dim"))
    shares = [] if counts is None else [counts[name] for name in ("class_ab_n", "class_c_n", "class_d_n", "missing_n")]
    if not sum(shares):
        return cell
    below = "·".join(_percent(share, sum(shares)).rstrip("%") for share in shares)
    cell = cell if known else Line("")
    cell.append(f"\n{below}" if known else below, style="not bold dim")
    ab_n, c_n, d_n, missing_n = shares
    if floor and below_floor(Coverage(sum(shares), ab_n, c_n, d_n), floor) and missing_n < sum(shares):
        cell.append(f"\n{_REFERENCE.in_(language)}", style="cyan")
    return cell


def _percent(share: int, of: int) -> str:
    return f"{round(100 * share / of)}%"


def legend(wave: str | None, language: Language) -> list[Text]:
    """What the letters and numbers mean."""
    lines = [
        Text(
            ja="A=共通の調査票 B=一対一 C=代用 D=対応なし(その指標の設問のうち最も低い区分) –=その団体の回答に拠らない",
            en="A common questionnaire, B one-to-one, C proxy, D cannot be mapped (the worst of the indicator's "
            "questions), – rests on nothing of that organisation",
        ),
        Text(
            ja="A・Bの下限のある指標は、区分A・Bに拠る割合が足りなければ「参考値」になります。",
            en="An indicator with a floor is for reference only where too little of it rests on classes A and B.",
        ),
    ]
    if wave is not None:
        lines.append(
            Text(
                ja=f"下段: {wave} で測った人・報告の割合(%)。A・B·C·D·未測定 の順",
                en=f"Below: shares (%) of the people or reports of {wave}: A and B · C · D · not measured",
            )
        )
    return lines


def reasons_table(found: pd.DataFrame, language: Language) -> Table:
    """One row an organisation and question of class C or D (flows.coverage.reasons)."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in (
        Text(ja="団体", en="organisation"),
        Text(ja="設問", en="question"),
        Text(ja="区分", en="class"),
        Text(ja="理由", en="reason"),
        Text(ja="指標", en="indicators"),
    ):
        table.add_column(heading.in_(language), overflow="fold")
    for row in found.to_dict("records"):
        crosswalk = Line(row["crosswalk_class"], style=_STYLES[row["crosswalk_class"]])
        indicators = Line("、".join(row["indicator_ids"]))
        table.add_row(row["organisation"], row["question_id"], crosswalk, Line(row["reason"]), indicators)
    return table
