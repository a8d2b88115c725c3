"""What coders come to, and how right the rules are: a coding round held against what its wave publishes now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from flows.coded_texts import coder_of
from flows.coding.rounds import OpenCodingRound
from flows.folders import Folders
from flows.theme_texts import themes_of_run, wave_texts
from nlp.near_misses import near_misses
from nlp.themes import Theme
from rubrics.coding_agreement import CONSENSUS, code_table, coder_agreement, consensus_table
from rubrics.hand_codes import FOUND, weight_of
from rubrics.rule_accuracy import PAIR_COLUMNS, rule_accuracy
from warehouse.definitions import UserMistake, fault
from warehouse.read import published_run, read_table

SEED: Final = 20_240_401
"""Of the bootstrap: the same codes give the same intervals."""

DIFFERENCE_COLUMNS: Final = [
    "item_id", "response_id", "question_id", "theme_id", "said", "by_rule", "rule_id", "clause", "quote",
]  # fmt: skip
NEAR_MISS: Final = "near_miss"


@dataclass(frozen=True)
class CodingResult:
    """A round's codes, summed up. `run_id`: the published run whose rules are held against them.

    `agreement`: as rubrics.coding_agreement gives it; `consensus`: texts and themes by what coders come to, counted by
    theme; `accuracy`: as rubrics.rule_accuracy gives it; `differences`: DIFFERENCE_COLUMNS, every text and theme on
    which coders agree and the rules say otherwise. `changed_rules`: themes whose rules are others than at the draw.
    """

    run_id: str
    texts_n: int
    done: dict[str, int]
    agreement: pd.DataFrame
    consensus: pd.DataFrame
    accuracy: pd.DataFrame
    differences: pd.DataFrame
    changed_rules: list[str]


def coding_result(this: OpenCodingRound, folders: Folders) -> CodingResult:
    """Sum up the codes that stand. Raises UserMistake where there are none, or no text of the round stands any more."""
    run_id = published_run(this.engine, this.round.wave)
    standing = this.codes()
    if not standing:
        wrong = ("まだコードがありません", "has no codes yet")
        expected = ("先に monosashi coding import で取り込んでください", "take them in first: monosashi coding import")
        raise UserMistake([fault("ROUND", this.round.round_id, wrong, expected)])
    codes, themes = code_table(standing), list(this.book)
    agreed = consensus_table(codes)
    found = read_table(this.engine, "core_theme", run_id)
    pairs = _pairs(this, agreed, found)
    before, now = (
        {theme.id: theme for theme in themes_of_run(this.engine, each).themes} for each in (this.round.run_id, run_id)
    )
    done = codes.groupby("coder")["item_id"].nunique()
    return CodingResult(
        run_id,
        len(this.items),
        {coder: int(done.get(coder, 0)) for coder in this.people},
        coder_agreement(codes, themes, SEED),
        _counted(agreed, themes),
        rule_accuracy(pairs, SEED),
        _differences(this, codes, pairs, found, run_id, folders),
        [name for name in themes if _rules(before.get(name)) != _rules(now.get(name))],
    )


def _pairs(this: OpenCodingRound, agreed: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Texts and themes with a consensus: PAIR_COLUMNS, in the order of the code book and the items."""
    by_rule = set(zip(found["response_id"], found["question_id"], found["theme_id"], strict=True))
    consensus = {(row.item_id, row.theme_id): row.consensus for row in agreed.itertuples(index=False)}
    rows = []
    for theme in this.book:
        for item in this.items:
            came_to = consensus.get((item.item_id, theme))
            if came_to in ("present", "absent"):
                rows.append(
                    (
                        item.item_id,
                        theme,
                        came_to == "present",
                        (item.response_id, item.read[0].question_id, theme) in by_rule,
                        weight_of(item, this.round.strata),
                        item.stratum[FOUND],
                        item.stratum["script"],
                    )
                )
    return pd.DataFrame(rows, columns=PAIR_COLUMNS)


def _counted(agreed: pd.DataFrame, themes: list[str]) -> pd.DataFrame:
    """Texts by theme (rows, in the order of the code book) and by what coders come to."""
    counts = agreed.groupby(["theme_id", "consensus"]).size().unstack(fill_value=0)
    return counts.reindex(index=themes, columns=list(CONSENSUS), fill_value=0).astype("int64")


def _differences(
    this: OpenCodingRound,
    codes: pd.DataFrame,
    pairs: pd.DataFrame,
    found: pd.DataFrame,
    run_id: str,
    folders: Folders,
) -> pd.DataFrame:
    items = {item.item_id: item for item in this.items}
    said = {
        (str(item), str(theme)): ", ".join(f"{row.coder}: {row.code}" for row in rows.itertuples(index=False))
        for (item, theme), rows in codes.sort_values("coder").groupby(["item_id", "theme_id"])
    }
    differing = pairs[pairs["by_hand"] != pairs["by_rule"]]
    missed = differing[differing["by_hand"]]
    narrowly = _narrowly_missed(this, missed, run_id, folders)
    matches = found.drop_duplicates(["response_id", "question_id", "theme_id", "rule_id"])
    rows: list[tuple[object, ...]] = []
    for pair in differing.itertuples(index=False):
        item, theme = items[str(pair.item_id)], str(pair.theme_id)
        question = item.read[0].question_id
        head = (item.item_id, item.response_id, question, theme, said[item.item_id, theme])
        if pair.by_hand:
            rows += [(*head, by, rule, clause, quote) for by, rule, clause, quote in narrowly[item.item_id, theme]]
            continue
        is_it = (matches["response_id"] == item.response_id) & (matches["question_id"] == question)
        for match in matches[is_it & (matches["theme_id"] == theme)].itertuples(index=False):
            rows.append((*head, "present", match.rule_id, match.clause, match.quote))
    return pd.DataFrame(rows, columns=DIFFERENCE_COLUMNS)


def _narrowly_missed(
    this: OpenCodingRound, missed: pd.DataFrame, run_id: str, folders: Folders
) -> dict[tuple[str, str], list[tuple[str, str, str, str]]]:
    """What the rules say of texts in which they miss a theme: (how, rule, clause, words), nothing but `absent`, or how
    near they came and what kept them."""
    items = {item.item_id: item for item in this.items}
    found = wave_texts(this.engine, this.round.wave, this.programme)
    wanted = {items[str(name)].response_id for name in missed["item_id"]}
    is_wanted = found.texts["response_id"].isin(wanted) & found.texts["value_text"].notna()
    themes = themes_of_run(this.engine, run_id)
    by_id = {theme.id: theme for theme in themes.themes}
    coder = coder_of(found, themes, this.programme, folders, found.texts[is_wanted])
    result = {}
    for name, theme in zip(missed["item_id"], missed["theme_id"], strict=True):
        item = items[str(name)]
        text = this.text_of(item)
        misses = near_misses(by_id[theme], coder(item.response_id, text)) if theme in by_id else []
        result[str(name), str(theme)] = [
            (NEAR_MISS, each.rule_id, each.clause, _quoted(text, each.touched, each.excluded_by)) for each in misses
        ] or [("absent", "", "", "")]
    return result


def _quoted(text: str, touched: tuple[tuple[int, int], ...], excluded_by: tuple[tuple[int, int], ...]) -> str:
    words, but = (" / ".join(text[start:end] for start, end in spans) for spans in (touched, excluded_by))
    return f"{words} ← {but}" if but else words


def _rules(theme: Theme | None) -> object:
    """The rules of a theme, without their examples and words of explanation."""
    return None if theme is None else [rule.model_dump(exclude={"examples", "reason"}) for rule in theme.rules]
