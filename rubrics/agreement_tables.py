"""How well raters agree, and the person with them, as tables: by criterion version, by pair of raters, by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd

from rubrics.agreement import Statistic, ac, agreement, alpha, interval, kappa, patterns, prevalence, resampled, value
from warehouse.evidence import AGREEMENT_COLUMNS, BY_RATERS

CONFUSION_COLUMNS = [
    "criterion_id", "criterion_version", "comparison", "rater_a", "rater_b", "level_a", "level_b", "items_n",
]  # fmt: skip

ALL = "*"
"""All raters together; all months."""

RATERS = "raters"
"""The comparison of raters; any other is the person's (or interviewer's) level against that of the raters."""

STATISTICS: dict[str, Statistic] = {
    "alpha": alpha("ordinal"),
    "kappa": kappa("quadratic"),
    "ac2": ac("quadratic"),
    "agreement": agreement(),
    "within_one": agreement(within=1),
}
"""Statistics of the levels, in the order they are shown."""

RATABLE = "ratable"
"""The share of ratings in which the rater could tell a level."""

_DIGITS = 12  # the last bits of a float depend on the processor, and would make the same figures another content
_UNDEFINED = (None, None, None)
_ITEM = ["round_id", "item_id"]
_CRITERION = ["criterion_id", "criterion_version"]

Estimate = tuple[float | None, float | None, float | None]
"""Value and both ends of its interval."""

Scales = Mapping[tuple[str, int], Sequence[int]]
"""(criterion, version) -> its declared levels."""


@dataclass(frozen=True)
class AgreementFrames:
    """`agreement`: AGREEMENT_COLUMNS; `confusion`: CONFUSION_COLUMNS. The same rows in the same order for the same
    ratings in whatever order."""

    agreement: pd.DataFrame
    confusion: pd.DataFrame


@dataclass(frozen=True)
class _Comparison:
    """Two or more series of levels of the same items.

    `levels`: items x raters, NaN where a rater did not rate or could not tell; `seen`: items x raters, whether each
    rated (None: not a matter of rating); `months`: of each item, when the last of its ratings was given.
    """

    criterion: tuple[str, int]
    kind: str
    rater_a: str
    rater_b: str
    levels: pd.DataFrame
    seen: pd.DataFrame | None
    months: pd.Series

    @property
    def named(self) -> tuple[object, ...]:
        return *self.criterion, self.kind, self.rater_a, self.rater_b


def agreement_frames(
    ratings: pd.DataFrame, scores: pd.DataFrame, scales: Scales, zone: str, seed: int
) -> AgreementFrames:
    """Agreement by criterion version, never over several versions; items that fewer than two saw are left out.

    `ratings`: the standing ratings: round_id, item_id, response_id, criterion_id, criterion_version, origin, rater,
    level (missing: cannot be judged), rated_at. `scores`: levels of all origins, as rubrics.scoring and rubrics.rated
    give them: response_id, criterion_id, criterion_version, level, origin. `zone`: where months begin and end.

    `comparison` is `raters` (all of them together: rater_a and rater_b `*`; then each pair) or the origin whose levels
    are held against those that raters agreed or decided on (rater_a: that origin, rater_b: `*`). `items_n` and
    `ratings_n` are those of the statistic: items with a level from two or more, or for `ratable` seen by two or more.
    kappa has a value for two raters only. An item belongs to the month of the last rating that the comparison rests on.
    """
    dated = ratings.assign(
        level=ratings["level"].astype("Float64").to_numpy("float64", na_value=np.nan),
        month=pd.to_datetime(ratings["rated_at"], utc=True).dt.tz_convert(zone).dt.strftime("%Y-%m"),
    )
    found = [] if dated.empty else [*_between_raters(dated), *_with_raters(dated, scores)]
    found.sort(key=lambda each: (each.criterion, each.kind != RATERS, each.kind, each.rater_a, each.rater_b))
    rows = [row for each in found for row in _agreement_rows(each, scales[each.criterion], seed)]
    cells = [cell for each in found for cell in _confusion_rows(each, scales[each.criterion])]
    numbers = dict.fromkeys(["value", "ci_low", "ci_high"], "float64")
    counts = dict.fromkeys(["criterion_version", "items_n", "ratings_n", "level_a", "level_b"], "int64")
    return AgreementFrames(_frame(rows, AGREEMENT_COLUMNS, numbers | counts), _frame(cells, CONFUSION_COLUMNS, counts))


def _frame(rows: list[tuple[object, ...]], columns: list[str], dtypes: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns).astype({name: dtypes.get(name, "str") for name in columns})


def _between_raters(ratings: pd.DataFrame) -> Iterator[_Comparison]:
    """All raters of a criterion version together, and each pair of them that saw an item in common."""
    for (criterion, version), given in ratings[ratings["origin"] == "rater"].groupby(_CRITERION):
        named = str(criterion), int(str(version))
        yield _of_raters(named, ALL, ALL, given)
        for pair in combinations(sorted(given["rater"].unique()), 2):
            both = _of_raters(named, *pair, given[given["rater"].isin(pair)])
            if len(both.levels):
                yield both


def _of_raters(criterion: tuple[str, int], first: str, second: str, ratings: pd.DataFrame) -> _Comparison:
    """The comparison over the items that two or more of these ratings' raters saw."""
    levels, months = (ratings.pivot(index=_ITEM, columns="rater", values=name) for name in ("level", "month"))
    seen = months.notna()
    shared = seen.sum(axis="columns") >= 2
    last = months[shared].max(axis="columns")
    return _Comparison(criterion, RATERS, first, second, levels[shared], seen[shared], last)


def _with_raters(ratings: pd.DataFrame, scores: pd.DataFrame) -> Iterator[_Comparison]:
    """The levels that raters agreed or decided on, against those of the same answers from any other origin."""
    keys = [*_CRITERION, "response_id"]
    is_rated = scores["origin"].isin(BY_RATERS)
    by_raters = scores.loc[is_rated, [*keys, "level"]]
    pairs = scores[~is_rated].merge(by_raters, on=keys, suffixes=("_a", "_b"), validate="many_to_one")
    months = ratings.groupby(keys)["month"].max().rename("month").reset_index()
    for (criterion, version, origin), rows in pairs.merge(months, on=keys).groupby([*_CRITERION, "origin"]):
        levels = rows[["level_a", "level_b"]].astype("float64")
        yield _Comparison(
            (str(criterion), int(str(version))), str(origin), str(origin), ALL, levels, None, rows["month"]
        )


def _agreement_rows(each: _Comparison, scale: Sequence[int], seed: int) -> Iterator[tuple[object, ...]]:
    for month in [ALL, *sorted(each.months.unique())]:
        chosen = (each.months == month) | (month == ALL)
        levels = each.levels[chosen]
        twice = levels[levels.notna().sum(axis="columns") >= 2]
        is_pair = twice.shape[1] == 2
        of_levels = {name: statistic for name, statistic in STATISTICS.items() if is_pair or name != "kappa"}
        found = estimates(of_levels, twice, scale, seed)
        for name in STATISTICS:
            yield *each.named, month, name, *found.get(name, _UNDEFINED), *_counted(twice)
        if each.seen is not None:
            could_tell = levels.notna().astype("float64").where(each.seen[chosen])
            (told,) = estimates({RATABLE: prevalence(1)}, could_tell, [0, 1], seed).values()
            yield *each.named, month, RATABLE, *told, *_counted(could_tell)


def estimates(
    statistics: Mapping[str, Statistic], ratings: pd.DataFrame, scale: Sequence[int], seed: int
) -> dict[str, Estimate]:
    """Each statistic with its bootstrap interval over items; None where it is undefined. `ratings`: items x raters."""
    of = patterns(ratings, scale)
    resamples = resampled(of, seed)
    found = {
        name: (value(statistic, of), *(interval(statistic, of, resamples) or (None, None)))
        for name, statistic in statistics.items()
    }
    return {name: _rounded(*numbers) for name, numbers in found.items()}


def _rounded(*numbers: float | None) -> Estimate:
    first, low, high = (None if number is None else round(number, _DIGITS) for number in numbers)
    return first, low, high


def _counted(ratings: pd.DataFrame) -> tuple[int, int]:
    """Items and ratings."""
    return len(ratings), int(ratings.notna().to_numpy().sum())


def _confusion_rows(each: _Comparison, scale: Sequence[int]) -> Iterator[tuple[object, ...]]:
    """Every cell of the declared scale, zeros included, of two who gave a level to an item in common."""
    if each.rater_a == each.rater_b == ALL:
        return
    given = each.levels.dropna().to_numpy()
    if len(given):
        for pair in product(sorted(scale), repeat=2):
            yield *each.named, *pair, int((given == pair).all(axis=1).sum())
