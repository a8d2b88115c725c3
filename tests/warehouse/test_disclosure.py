"""What may be published: no small count, none by subtraction, nothing that contradicts its verdict."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.disclosure import ROUNDING_BASE, SENSITIVE_THRESHOLD, THRESHOLD, public_indicators
from warehouse.indicator_definitions import Indicator
from warehouse.indicators import INDICATOR_COLUMNS
from warehouse.judgement import passes

SHARE = {
    "measure": "share",
    "form": "q",
    "of": {"question": "x", "answered": True},
    "where": {"question": "x", "in": [1]},
}
PEOPLE = {"measure": "count", "form": "q", "distinct": ["respondent"]}
RECORDS = {"measure": "count", "form": "log"}
DIVERSITY = {"measure": "diversity", "form": "q", "question": "x"}
PERSON_FORMS = ["q"]


def _indicator(
    *measures: dict[str, Any], sensitive: bool = False, judge: dict[str, str] | None = None, **given: Any
) -> Indicator:
    """An indicator with a target of one half in `interim`, and a reading r0, r1 ... for each measure."""
    text = {"ja": "試", "en": "test"}
    readings = [
        {
            "id": f"r{number}",
            "label": text,
            "declared": number == 0,
            "measure": measure,
            "judge": judge or {"by": "programme"},
        }
        for number, measure in enumerate(measures)
    ]
    values = {
        "id": "X-1",
        "version": 1,
        "valid_from": date(2024, 1, 1),
        "block": "X",
        "name": text,
        "plan_text": "",
        "source": text,
        "kind": "quantitative",
        "monitored": True,
        "unit": text,
        "sensitive": sensitive,
        "assumption": text,
        "targets": {"interim": {"at_least": "1/2"}},
        "readings": readings,
        **given,
    }
    return Indicator.model_validate(values)


def _row(numerator: int | None, denominator: int | None, organisation: str = "A", **given: Any) -> dict[str, Any]:
    """A row of out_indicator; every measured count follows from numerator and denominator."""
    people = denominator if denominator is not None else numerator
    defined = numerator is not None and denominator != 0
    value = (
        (numerator if denominator is None else numerator / denominator) if numerator is not None and defined else None
    )
    row = dict.fromkeys(INDICATOR_COLUMNS) | {
        "indicator_id": "X-1",
        "indicator_version": 1,
        "period": "interim",
        "organisation": organisation,
        "dimension": "*",
        "category": "*",
        "reading": "r0",
        "is_declared": True,
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "unit": "people",
        "ci_low": 0.0 if defined and denominator is not None else None,
        "ci_high": 1.0 if defined and denominator is not None else None,
        "eligible_n": people or 0,
        "measured_n": people or 0,
        "missing_n": 0,
        "class_ab_n": people or 0,
        "class_c_n": 0,
        "class_d_n": 0,
        "verdict": "not_applicable",
    }
    return row | given


def _public(indicator: Indicator, *rows: dict[str, Any]) -> pd.DataFrame:
    return public_indicators(pd.DataFrame(rows, columns=INDICATOR_COLUMNS), [indicator], PERSON_FORMS)


NUMBERS = [
    "numerator",
    "denominator",
    "value",
    "ci_low",
    "ci_high",
    "eligible_n",
    "measured_n",
    "missing_n",
    "shortfall",
]


@pytest.mark.parametrize(
    ("numerator", "denominator", "sensitive", "suppressed"),
    [
        (20, 40, False, False),
        (4, 40, False, True),  # few in the numerator
        (36, 40, False, True),  # few outside it
        (0, 4, False, True),  # few at all
        (5, 40, False, False),
        (5, 40, True, True),
        (31, 40, True, True),
        (10, 40, True, False),
        (0, 40, False, False),  # zero is not small
        (40, 40, False, False),
        (0, 0, False, False),  # nobody: nothing to protect
    ],
)
def test_a_small_count_withholds_its_cell(numerator: int, denominator: int, sensitive: bool, suppressed: bool) -> None:
    found = _public(_indicator(SHARE, sensitive=sensitive), _row(numerator, denominator)).iloc[0]
    assert found["suppressed"] == suppressed
    if suppressed:
        assert found[[*NUMBERS, "verdict"]].isna().all()  # null, never 0
    else:
        assert found["numerator"] == numerator if numerator % 5 == 0 else found["numerator"] % 5 == 0


def test_the_thresholds_are_those_of_the_design() -> None:
    assert (THRESHOLD, SENSITIVE_THRESHOLD, ROUNDING_BASE) == (5, 10, 5)


def test_what_is_shown_follows_from_rounded_counts() -> None:
    found = _public(_indicator(SHARE), _row(18, 33, missing_n=12, class_d_n=3, eligible_n=48)).iloc[0]
    assert (found["numerator"], found["denominator"]) == (20, 35)
    assert found["value"] == 20 / 35
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((0.40857, 0.72015), abs=1e-5)  # Wilson, of 20 in 35
    assert (found["eligible_n"], found["measured_n"], found["missing_n"]) == (50, 35, 10)
    assert pd.isna(found["class_d_n"])
    assert found["class_c_n"] == 0


def test_unmeasured_and_undefined_stay_as_they_are() -> None:
    found = _public(
        _indicator(SHARE), _row(None, None, verdict="undetermined"), _row(0, 0, "B", verdict="undetermined")
    )
    assert found["suppressed"].tolist() == [False, False]
    assert found["numerator"].tolist() == [pd.NA, 0]
    assert found["value"].isna().all()
    assert found["verdict"].tolist() == ["undetermined", "undetermined"]


@pytest.mark.parametrize(
    ("numerator", "denominator", "verdict"),
    [(17, 35, "not_achieved"), (18, 36, "achieved"), (19, 38, "achieved"), (23, 47, "not_achieved")],
)
def test_a_rounded_share_never_contradicts_its_verdict(numerator: int, denominator: int, verdict: str) -> None:
    indicator = _indicator(SHARE)
    found = _public(indicator, _row(numerator, denominator, "*", target=0.5, verdict=verdict, shortfall=1)).iloc[0]
    assert found["verdict"] == verdict
    assert not found["suppressed"]
    rounded = [(count + 2) // 5 * 5 for count in (numerator, denominator)]
    if passes(rounded[0], rounded[1], indicator.targets["interim"].at_least) == (verdict == "achieved"):
        assert found["value"] == rounded[0] / rounded[1]
    else:
        assert found[["numerator", "value", "ci_low", "ci_high", "shortfall"]].isna().all()
        assert found["denominator"] == rounded[1]


def test_a_shortfall_gives_no_exact_count_away() -> None:
    judge = {"by": "each_organisation", "against": "organisation_target"}
    row = _row(33, 100, target=0.5, verdict="not_achieved", shortfall=17, ci_low=None, ci_high=None)
    found = _public(_indicator(PEOPLE, judge=judge), row).iloc[0]
    assert (found["numerator"], found["denominator"], found["shortfall"]) == (35, 100, 15)
    near = _row(48, 100, target=0.5, verdict="not_achieved", shortfall=2, eligible_n=48, measured_n=48, class_ab_n=48)
    found = _public(_indicator(PEOPLE, judge=judge), near).iloc[0]
    assert found[["numerator", "value", "shortfall", "measured_n", "eligible_n"]].isna().all()
    assert (found["verdict"], found["denominator"]) == ("not_achieved", 100)


def test_an_own_target_is_no_count_of_people() -> None:
    judge = {"by": "each_organisation", "against": "organisation_target"}
    found = _public(
        _indicator(PEOPLE, judge=judge), _row(50, 52), _row(50, 3, "B"), _row(3, 103, "C"), _row(8, None, "D")
    )
    assert found["suppressed"].tolist() == [False, False, True, False]
    assert found["denominator"].tolist() == [52, 3, pd.NA, pd.NA]
    assert found["numerator"].tolist() == [50, 50, pd.NA, 10]


def test_events_and_organisations_are_nobodys_secret() -> None:
    rows = [_row(3, None), _row(1, None, "*")]
    found = _public(_indicator(RECORDS), *rows).drop(columns="suppressed")
    pd.testing.assert_frame_equal(found, pd.DataFrame(rows, columns=INDICATOR_COLUMNS).astype(found.dtypes))
    judged = _row(2, 6, "*", target=1.0, verdict="not_achieved", shortfall=4, eligible_n=600, measured_n=598)
    found = _public(_indicator(SHARE, judge={"by": "each_organisation"}), judged, _row(18, 33)).iloc[0]
    assert (found["numerator"], found["denominator"], found["shortfall"]) == (2, 6, 4)
    assert (found["eligible_n"], found["measured_n"]) == (600, 600)  # its coverage counts people


def test_records_of_a_persons_form_count_people() -> None:
    indicator = _indicator({**RECORDS, "form": "q"})
    assert _public(indicator, _row(3, None))["suppressed"].all()


def test_the_coverage_over_organisations_is_withheld_with_one_of_them() -> None:
    judged = _row(1, 2, "*", target=1.0, eligible_n=43, measured_n=43, class_ab_n=43)
    found = _public(_indicator(SHARE, judge={"by": "each_organisation"}), _row(20, 40), _row(1, 3, "B"), judged)
    assert found["suppressed"].tolist() == [False, True, False]
    assert found.loc[2, ["eligible_n", "measured_n", "missing_n", "class_ab_n"]].isna().all()
    assert found.loc[2, "numerator"] == 1


def test_an_index_is_protected_by_the_people_behind_it() -> None:
    for index, numerator, denominator in (("categories", 3, None), ("simpson", 1200, 2025)):
        indicator = _indicator({**DIVERSITY, "index": index})
        few = _row(numerator, denominator, measured_n=4)
        enough = _row(numerator, denominator, measured_n=45, eligible_n=45, class_ab_n=45, ci_low=None, ci_high=None)
        assert _public(indicator, few)["suppressed"].all()
        found = _public(indicator, enough).iloc[0]
        if index == "categories":
            assert found["numerator"] == 3  # a number of categories is rounded to nothing
        else:
            assert found[["numerator", "denominator"]].isna().all()  # 2025 would tell 45 people
            assert found["value"] == 0.59


def test_one_withheld_organisation_takes_the_next_smallest_with_it() -> None:
    rows = [_row(2, 30, "A"), _row(30, 60, "B"), _row(20, 40, "C"), _row(52, 130, "*")]
    found = _public(_indicator(SHARE), *rows)
    assert found["suppressed"].tolist() == [True, False, True, False]


def test_withheld_organisations_that_are_too_few_together_take_more_with_them() -> None:
    rows = [_row(1, 30, "A"), _row(1, 30, "B"), _row(20, 40, "C"), _row(22, 100, "*")]
    assert _public(_indicator(SHARE), *rows)["suppressed"].tolist() == [True, True, True, False]


def test_without_another_organisation_the_total_is_withheld() -> None:
    rows = [_row(2, 30, "A"), _row(0, 0, "B"), _row(None, None, "C"), _row(32, 130, "*")]
    assert _public(_indicator(SHARE), *rows)["suppressed"].tolist() == [True, False, False, True]


def test_no_total_is_shown_no_more_is_withheld() -> None:
    rows = [_row(2, 30, "A"), _row(30, 60, "B"), _row(1, 2, "*", target=1.0)]
    found = _public(_indicator(SHARE, judge={"by": "each_organisation"}), *rows)
    assert found["suppressed"].tolist() == [True, False, False]


def test_a_category_is_not_found_from_the_whole() -> None:
    def category(name: str, numerator: int, denominator: int, dimension: str = "gender") -> dict[str, Any]:
        return _row(numerator, denominator, "*", dimension=dimension, category=name)

    rows = [_row(50, 110, "*"), category("1", 20, 40), category("2", 28, 65), category("3", 2, 5)]
    assert _public(_indicator(SHARE), *rows)["suppressed"].tolist() == [False, True, False, True]
    themes = [_row(50, 110, "*"), category("a", 20, 110, "theme:x"), category("b", 2, 110, "theme:x")]
    assert _public(_indicator(SHARE), *themes)["suppressed"].tolist() == [False, False, True]


def test_another_reading_of_the_same_people_gives_nothing_away() -> None:
    """r0 shows a total, so B is hidden beside A; r1 shows the same B without a total."""
    rows = [_row(2, 30, "A"), _row(30, 60, "B"), _row(50, 90, "C"), _row(82, 180, "*")]
    again = [{**row, "reading": "r1"} for row in rows[:3]]
    found = _public(_indicator(SHARE, SHARE), *rows, *again)
    assert found["suppressed"].tolist() == [True, True, False, False, True, True, False]


def test_a_cell_withheld_for_another_readings_sake_is_not_found_from_a_total() -> None:
    rows = [_row(2, 30, "A"), _row(30, 60, "B"), _row(50, 90, "C"), _row(82, 180, "*")]
    again = [_row(30, 60, "B", reading="r1"), _row(50, 90, "C", reading="r1"), _row(80, 150, "*", reading="r1")]
    found = _public(_indicator(SHARE, SHARE), *rows, *again)
    assert found["suppressed"].tolist() == [True, True, True, False, True, True, False]


def test_an_alias_is_treated_as_its_original() -> None:
    original = _indicator(SHARE, sensitive=True)
    alias = original.model_copy(
        update={"id": "X-2", "readings": [], "alias_of": "X-1", "sensitive": False, "targets": {}}
    )
    rows = [_row(8, 40), _row(8, 40, indicator_id="X-2"), _row(17, 35, "*", target=0.5, verdict="not_achieved")]
    rows.append({**rows[2], "indicator_id": "X-2"})
    found = public_indicators(pd.DataFrame(rows), [original, alias], PERSON_FORMS)
    assert found["suppressed"].tolist() == [True, True, True, True]


def test_a_row_of_no_known_indicator_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown indicators"):
        public_indicators(pd.DataFrame([_row(1, 2, indicator_id="Y")]), [_indicator(SHARE)], PERSON_FORMS)


COUNTS = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: (min(pair), max(pair)))


@given(COUNTS.flatmap(lambda _: st.lists(COUNTS, min_size=1, max_size=6)), COUNTS, st.booleans())
def test_no_withheld_numerator_is_found_by_subtraction(
    organisations: list[tuple[int, int]], office: tuple[int, int], sensitive: bool
) -> None:
    """The intruder knows every published cell exactly, as if it were not rounded, and who else is in the total."""
    total = tuple(sum(counts) for counts in zip(*organisations, office, strict=True))
    rows = [_row(*counts, organisation=f"O{number}") for number, counts in enumerate(organisations)]
    found = _public(_indicator(SHARE, sensitive=sensitive), *rows, _row(*total, "*"))
    threshold = SENSITIVE_THRESHOLD if sensitive else THRESHOLD

    shown = found[~found["suppressed"]]
    assert found.loc[found["suppressed"], NUMBERS].isna().all(axis=None)
    for numerator, denominator in zip(shown["numerator"], shown["denominator"], strict=True):
        assert numerator % ROUNDING_BASE == denominator % ROUNDING_BASE == 0
        assert not 1 <= denominator < ROUNDING_BASE

    *cells, whole = found["suppressed"].tolist()
    hidden = [counts for counts, is_hidden in zip(organisations, cells, strict=True) if is_hidden]
    small = [counts for counts in organisations if any(1 <= n < threshold for n in (*counts, counts[1] - counts[0]))]
    assert set(small) <= set(hidden)
    if hidden and not whole:
        assert len(hidden) > 1  # total - shown = one alone
        for count in (0, 1):
            left = (
                total[count] - office[count] - sum(c[count] for c, h in zip(organisations, cells, strict=True) if not h)
            )
            assert left >= threshold or total[count] == 0
        outside = [denominator - numerator for numerator, denominator in hidden]
        assert sum(outside) >= threshold or total[0] == total[1]


@given(st.lists(st.integers(0, 200), min_size=2, max_size=30, unique=True))
def test_rounding_keeps_the_order(people: list[int]) -> None:
    rows = [_row(count, None, f"O{number:03}") for number, count in enumerate(sorted(people))]
    shown = _public(_indicator(PEOPLE), *rows)["numerator"].dropna().tolist()
    assert all(smaller <= larger for smaller, larger in pairwise(shown))
