"""A rating round on the terminal: what was drawn, how far the raters are, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

from flows.programme import Programme
from rubrics.adjudication import Disagreement, Progress
from rubrics.rating_sheet import UNABLE
from rubrics.ratings import Stratum
from warehouse.definitions import Language, Text

_STRATUM = {
    "form": Text(ja="様式", en="Form"),
    "organisation": Text(ja="団体", en="Organisation"),
    "stage": Text(ja="時点", en="Stage"),
    "language": Text(ja="言語", en="Language"),
    "script": Text(ja="文字", en="Scripts"),
}
_POPULATION, _DRAWN = Text(ja="全体", en="Population"), Text(ja="抽出", en="Drawn")
_TOTAL = Text(ja="計", en="Total")


def strata_table(strata: Sequence[Stratum], language: Language) -> Table:
    """Persons and records by stratum: how many there are, how many were drawn."""
    table = _headed([*(text.in_(language) for text in _STRATUM.values())], [_POPULATION, _DRAWN], language)
    for each in strata:
        table.add_row(*(each.of.get(name, "") for name in _STRATUM), str(each.population), str(each.drawn))
    totals = (sum(each.population for each in strata), sum(each.drawn for each in strata))
    table.add_row(_TOTAL.in_(language), *[""] * (len(_STRATUM) - 1), *map(str, totals))
    return table


def progress_table(progress: Iterable[Progress], programme: Programme, language: Language) -> Table:
    """What each rater has done under each criterion."""
    counts = [
        Text(ja="評価済み", en="Rated"),
        Text(ja="判断できない", en="Cannot tell"),
        Text(ja="未評価", en="Not yet"),
    ]
    names = [Text(ja="評価者", en="Rater"), Text(ja="規準", en="Criterion")]
    table = _headed([text.in_(language) for text in names], counts, language)
    for each in progress:
        label = programme.criteria[each.criterion_id].label.in_(language)
        table.add_row(each.rater, label, str(each.rated), str(each.unable), str(each.to_do))
    return table


def disagreement_table(differing: Iterable[Disagreement], raters: Sequence[str], language: Language) -> Table:
    """The items that raters differ on: every rater's level, and what was decided."""
    names = [Text(ja="番号", en="Item"), Text(ja="規準", en="Criterion")]
    decided = Text(ja="決定", en="Decided")
    table = _headed([*(text.in_(language) for text in names), *raters], [decided], language)
    for each in differing:
        levels = {rating.rater: rating.level for rating in each.ratings}
        given = [_level(levels[rater], language) if rater in levels else "" for rater in raters]
        decision = "" if each.decision is None else _level(each.decision.level, language)
        table.add_row(each.task.item.item_id, each.task.criterion.label.in_(language), *given, decision)
    return table


def _level(level: int | None, language: Language) -> str:
    return UNABLE.in_(language) if level is None else str(level)


def _headed(names: Sequence[str], counts: Sequence[Text], language: Language) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name)
    for text in counts:
        table.add_column(text.in_(language), justify="right")
    return table
