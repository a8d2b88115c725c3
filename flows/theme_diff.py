"""What a change of coding rules moves: rules, answers that gain or lose a theme, and figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd
from sqlalchemy.engine import Engine

from flows.landing import Landed
from flows.rating_inputs import FORM as RATING
from flows.theme_texts import WaveTexts
from flows.wave import Wave
from nlp.analysis import analyse_answers
from nlp.annotation_cache import AnnotationCache
from nlp.pipeline import annotations_id
from nlp.themes import Rule, ThemesFile
from warehouse.compute import evidence_of
from warehouse.definitions import Text
from warehouse.evidence import AGREEMENT_COLUMNS
from warehouse.indicators import compute_indicators
from warehouse.read import read_table
from warehouse.text_tables import responses_in, theme_counts

_KEY: Final = ["response_id", "question_id", "theme_id"]
_CELL: Final = ["indicator_id", "organisation", "dimension", "category", "reading"]
_COUNTS: Final = ["numerator", "denominator"]


@dataclass(frozen=True)
class ThemeDiff:
    """What the second set of rules does otherwise than the first on the same texts.

    `rules`: theme_id, rule_id, change (added, removed, changed), version, version_new; `answers`: response_id,
    question_id, theme_id, change (gained, lost), quote; `themes`: organisation, question_id, theme_id, responses_n,
    responses_n_new; `figures`: the cells of indicators that come out otherwise, with `_new` beside the old counts.
    """

    rules: pd.DataFrame
    answers: pd.DataFrame
    themes: pd.DataFrame
    figures: pd.DataFrame


def theme_diff(engine: Engine, found: WaveTexts, old: ThemesFile, new: ThemesFile, this: Wave) -> ThemeDiff:
    """Code the wave's texts by both sets of rules."""
    coded = [_coded(found, themes, this) for themes in (old, new)]
    return ThemeDiff(
        rule_changes(old, new),
        answer_changes(*coded),
        _theme_changes(engine, found, this, *coded),
        _figure_changes(engine, found, this, *coded),
    )


def _coded(found: WaveTexts, themes: ThemesFile, this: Wave) -> pd.DataFrame:
    with (
        this.progress.stage("themes", Text(ja="テーマの照合", en="find themes")),
        AnnotationCache(this.folders.annotations, annotations_id(this.programme.text_rules.vocabulary)) as cache,
    ):
        this.progress.expect(found.texts["value_text"].nunique())
        return analyse_answers(
            found.texts,
            themes,
            this.programme.text_rules,
            workers=this.workers,
            cache=cache,
            progress=this.progress.advance,
            chosen=found.answers,
        ).themes


def rule_changes(old: ThemesFile, new: ThemesFile) -> pd.DataFrame:
    """theme_id, rule_id, change, version, version_new (Int64) of rules that are not the same in both."""
    before = {rule.id: (theme.id, rule) for theme, rule in old.rules()}
    after = {rule.id: (theme.id, rule) for theme, rule in new.rules()}
    rows = []
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        if one is not None and other is not None and one[0] == other[0] and _finds(one[1]) == _finds(other[1]):
            continue
        change = "added" if one is None else "removed" if other is None else "changed"
        theme = (other or one or ("", None))[0]
        rows.append((theme, name, change, one[1].version if one else None, other[1].version if other else None))
    table = pd.DataFrame(rows, columns=["theme_id", "rule_id", "change", "version", "version_new"])
    return table.astype({"version": "Int64", "version_new": "Int64"})


def _finds(rule: Rule) -> dict[str, object]:
    """What a rule says, without its words about itself."""
    return rule.model_dump(exclude={"author", "reason", "examples"})


def answer_changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """response_id, question_id, theme_id, change, quote: answers that hold a theme by one set of THEMES alone."""
    both = old.drop_duplicates(_KEY).merge(
        new.drop_duplicates(_KEY), on=_KEY, how="outer", suffixes=("", "_new"), indicator=True
    )
    moved = both[both["_merge"] != "both"]
    change = moved["_merge"].map({"left_only": "lost", "right_only": "gained"}).astype("str")
    quote = moved["quote"].where(moved["quote"].notna(), moved["quote_new"])
    return moved.assign(change=change, quote=quote)[[*_KEY, "change", "quote"]].sort_values(
        ["theme_id", "change", "response_id", "question_id"], ignore_index=True
    )


def _theme_changes(engine: Engine, found: WaveTexts, this: Wave, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    responses = read_table(engine, "core_response", found.run_id)
    _, owners = responses_in(responses, this.programme.windows[found.wave])
    key = ["organisation", "question_id", "theme_id"]
    tables = [theme_counts(each, owners)[[*key, "responses_n"]] for each in (old, new)]
    both = tables[0].merge(tables[1], on=key, how="outer", suffixes=("", "_new"))
    both = both.fillna({"responses_n": 0, "responses_n_new": 0}).astype({"responses_n": int, "responses_n_new": int})
    return both[both["responses_n"] != both["responses_n_new"]].sort_values(key, ignore_index=True)


def _figure_changes(engine: Engine, found: WaveTexts, this: Wave, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    question = this.question(
        _inputs(engine, found.run_id),
        read_table(engine, "out_finding", found.run_id),
        read_table(engine, "out_agreement", found.run_id)[AGREEMENT_COLUMNS],
    )
    tables = [
        compute_indicators(
            question.indicators,
            evidence_of(engine, found.run_id, question, themes=themes),
            question.organisations,
            question.targets,
        )[0]
        for themes in (old, new)
    ]
    columns = [*_CELL, *_COUNTS, "verdict"]
    both = tables[0][columns].merge(tables[1][columns], on=_CELL, how="outer", suffixes=("", "_new"))
    same = pd.concat([_alike(both[name], both[f"{name}_new"]) for name in (*_COUNTS, "verdict")], axis=1).all(axis=1)
    return both[~same].reset_index(drop=True)


def _alike(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one == other).fillna(False).astype(bool) | (one.isna() & other.isna())


def _inputs(engine: Engine, run_id: str) -> list[Landed]:
    """What the run read, as it was landed."""
    return [
        Landed(
            sha256=row["sha256"],
            source="",
            wave=row["wave"],
            organisation=None if pd.isna(row["organisation"]) else row["organisation"],
            form=row["form_id"],
            instrument=row["instrument_id"],
            file_name=row["file_name"],
            bytes_n=row["bytes_n"],
            announced_n=None,
            fetched_at="",
        )
        for row in read_table(engine, "meta_input", run_id).to_dict("records")
        if row["form_id"] != RATING
    ]
