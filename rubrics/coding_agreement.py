"""How well coders agree on each theme, and what they agree on: the consensus that rules can be held against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final

import pandas as pd

from rubrics.agreement import Statistic, ac, agreement, alpha, kappa, prevalence
from rubrics.agreement_tables import ALL, estimates
from rubrics.hand_codes import Code, HandCode

STATISTICS: Final[dict[str, Statistic]] = {
    "agreement": agreement(),
    "prevalence": prevalence(1),
    "alpha": alpha("nominal"),
    "ac1": ac("identity"),
    "kappa": kappa("identity"),
}
"""Of two classes without an order, in the order they are shown; kappa is that of Cohen (1960), for two coders."""

AGREEMENT_COLUMNS: Final = [
    "theme_id", "coder_a", "coder_b", "statistic", "value", "ci_low", "ci_high", "texts_n", "codes_n", "cannot_tell_n",
]  # fmt: skip
CONSENSUS_COLUMNS: Final = ["item_id", "theme_id", "consensus"]
CONSENSUS: Final = ("present", "absent", "differ", "cannot_tell", "one_coder")
"""What coders come to. `differ`: one says present and another absent; `cannot_tell`: somebody cannot tell, and nobody
contradicts; `one_coder`: fewer than two have coded it. Only the first two are a consensus."""

_VALUES: Final[dict[Code, float]] = {"present": 1.0, "absent": 0.0, "cannot_tell": float("nan")}
_UNDEFINED: Final = (None, None, None)


def code_table(codes: Iterable[HandCode]) -> pd.DataFrame:
    """The codes that stand: item_id, theme_id, coder, code."""
    columns = ["item_id", "theme_id", "coder", "code"]
    return pd.DataFrame([[getattr(each, name) for name in columns] for each in codes], columns=columns, dtype="str")


def coder_agreement(codes: pd.DataFrame, themes: Sequence[str], seed: int) -> pd.DataFrame:
    """Agreement by theme, of all coders together (`*`) and of each two: AGREEMENT_COLUMNS.

    Over the texts that two or more coded; of the texts as they were drawn, not weighted. `cannot_tell_n` counts codes
    that say so, which enter no statistic. Intervals are bootstrapped over texts. kappa has a value for two coders only.
    """
    coders = sorted(codes["coder"].unique())
    pairs = list(combinations(coders, 2))
    chosen = [(ALL, ALL, coders), *((first, second, [first, second]) for first, second in pairs)]
    rows = [
        (theme, first, second, *row)
        for theme in themes
        for first, second, mine in chosen
        for row in _rows(codes[(codes["theme_id"] == theme) & codes["coder"].isin(mine)], seed)
    ]
    numbers = dict.fromkeys(["value", "ci_low", "ci_high"], "float64")
    return pd.DataFrame(rows, columns=AGREEMENT_COLUMNS).astype(numbers)


def _rows(codes: pd.DataFrame, seed: int) -> Iterable[tuple[object, ...]]:
    given = codes.pivot(index="item_id", columns="coder", values="code")
    given = given[given.notna().sum(axis="columns") >= 2]
    values = given.apply(lambda column: column.map(_VALUES)).astype("float64")
    twice = values[values.notna().sum(axis="columns") >= 2]
    of = {name: each for name, each in STATISTICS.items() if name != "kappa" or twice.shape[1] == 2}
    found = estimates(of, twice, [0, 1], seed) if len(twice) else {}
    counted = len(twice), int(twice.notna().to_numpy().sum()), int((given == "cannot_tell").to_numpy().sum())
    yield from ((name, *found.get(name, _UNDEFINED), *counted) for name in STATISTICS)


def consensus_table(codes: pd.DataFrame) -> pd.DataFrame:
    """What the coders come to on each theme of each text that any of them coded: CONSENSUS_COLUMNS."""
    given = codes.groupby(["item_id", "theme_id"])["code"].agg(list)
    return given.map(consensus).rename("consensus").reset_index().reindex(columns=CONSENSUS_COLUMNS)


def consensus(codes: Sequence[str]) -> str:
    """One of CONSENSUS. What coders differ on has no consensus, nor what one of them could not tell."""
    said = set(codes)
    if len(codes) < 2:
        return "one_coder"
    if {"present", "absent"} <= said:
        return "differ"
    return "cannot_tell" if "cannot_tell" in said else said.pop()
