"""Agreement on the terminal, from the ratings to the words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import numpy as np
import pandas as pd
from rich.console import Console

from flows.agreement_report import agreement_parts
from rubrics.agreement_tables import RATABLE, AgreementFrames, agreement_frames
from rubrics.agreement_tables import STATISTICS as COMPUTED
from rubrics.scoring import SCORE_COLUMNS
from warehouse.definitions import Language, Text
from warehouse.report_agreement_tables import HOW_TO_READ, NOT_RATED, STATISTICS

NAMES = {"work": Text(ja="仕事", en="Work")}
COLUMNS = [
    "round_id", "item_id", "response_id", "criterion_id", "criterion_version", "origin", "rater", "level", "rated_at",
]  # fmt: skip


def frames(days_n: int) -> AgreementFrames:
    """Twenty answers that two raters rated within some days, mostly alike."""
    rng = np.random.default_rng(2)
    rows = []
    for item in range(20):
        level, day = int(rng.integers(1, 4)), datetime(2024, 1, 20, tzinfo=UTC) + timedelta(days=item % days_n)
        for rater, given in (("ann", level), ("bo", level if item % 4 else 2)):
            rows.append(("spring", f"R-{item}", f"r{item}", "work", 1, "rater", rater, given, day))
    ratings = pd.DataFrame(rows, columns=COLUMNS).astype({"level": "Int64"})
    return agreement_frames(ratings, pd.DataFrame(columns=SCORE_COLUMNS), {("work", 1): [1, 2, 3]}, "Asia/Tokyo", 1)


def printed(given: AgreementFrames, language: Language = "ja") -> str:
    out = StringIO()
    for part in agreement_parts(given.agreement, given.confusion, NAMES, [], language):
        Console(file=out, width=100).print(part)
    return out.getvalue()


def test_a_round_is_told_within_a_hundred_columns() -> None:
    given = frames(days_n=20)
    alpha = given.agreement.iloc[0]
    for language in ("ja", "en"):
        said = printed(given, language)  # type: ignore[arg-type]
        assert f"{alpha['value']:.2f}" in said
        assert f"({alpha['ci_low']:.2f}–{alpha['ci_high']:.2f})" in said
        assert "…" not in said
        assert "2024-01" in said
        assert "2024-02" in said
    assert "Work (version 1)" in printed(given, "en")
    assert "縦: ann、横: bo(回答の数)" in printed(given)
    assert HOW_TO_READ[0].ja[:20] in printed(given)


def test_one_month_shows_no_drift() -> None:
    assert "2024-01" not in printed(frames(days_n=3))


def test_what_was_not_rated_is_said_in_one_sentence() -> None:
    none = AgreementFrames(*(each.iloc[:0] for each in (frames(3).agreement, frames(3).confusion)))
    assert printed(none, "en").split() == NOT_RATED.en.split()


def test_every_statistic_that_is_computed_has_its_words() -> None:
    assert list(STATISTICS) == [*COMPUTED, RATABLE]
