"""Who may be quoted: consent as it stands, and enough people who share what is shown."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from warehouse.quotations import QuotationRules, says, shown_with, statements, together

RULES = {
    "consent": {"form": "survey", "question": "ok", "codes": ["y"]},
    "k": 3,
    "shown": ["organisation", "age", "land"],
    "groups": {
        "age": [
            {"label": {"ja": "若", "en": "young"}, "codes": ["1", "2"]},
            {"label": {"ja": "老", "en": "old"}, "codes": ["3"]},
        ]
    },
    "steps": [{"coarsen": "age"}, {"drop": "land"}, {"drop": "organisation"}, {"drop": "age"}],
}
GROUP_OF = {"1": "0", "2": "0", "3": "1"}


def rules(**changes: object) -> QuotationRules:
    return QuotationRules.model_validate(RULES | changes)


people = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["1", "2", "3", None]),
        st.sampled_from(["x", "y", "z", None]),
    ),
    min_size=1,
    max_size=25,
).map(
    lambda rows: pd.DataFrame(
        [(f"r{number}", f"p{row[0]}", *row[1:]) for number, row in enumerate(rows)],
        columns=["response_id", "person", "organisation", "age", "land"],
    )
)


@given(people, st.integers(2, 9))
def test_what_is_shown_is_shared_by_k_people_and_nothing_more_could_be(table: pd.DataFrame, k: int) -> None:
    """Counted person by person; what comes before in the declared order is not shared by enough."""
    records = [{k: None if pd.isna(v) else v for k, v in row.items()} for row in table.to_dict("records")]
    stages = [
        (["organisation", "age", "land"], False),
        (["organisation", "age", "land"], True),
        (["organisation", "age"], True),
        (["age"], True),
        ([], True),
    ]

    def values(row: dict[str, object], names: list[str], coarse: bool) -> list[object]:
        return [GROUP_OF.get(str(row[n])) if n == "age" and coarse else row[n] for n in names]

    own = records[0]
    counts = [
        len({row["person"] for row in records if values(row, *stage) == values(own, *stage)})  # type: ignore[arg-type]
        for stage in stages
    ]
    found = shown_with(rules(k=k), table, "r0")
    enough = [place for place, count in enumerate(counts) if count >= k]
    if not enough:
        assert found is None
    else:
        names, coarse = stages[enough[0]]
        assert found is not None
        assert found.sharing_n == counts[enough[0]] >= k
        assert list(found.values) == names
        assert list(found.values.values()) == values(own, names, coarse)  # type: ignore[arg-type]
        assert found.coarse == ({"age"} if coarse and "age" in names else set())


def test_a_response_that_is_not_of_the_period_shows_nothing() -> None:
    table = pd.DataFrame(
        [["r1", "p1", "a", "1", "x"]], columns=["response_id", "person", "organisation", "age", "land"]
    )
    assert shown_with(rules(k=2), table, "r9") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"k": 1},
        {"steps": [{"drop": "gender"}]},
        {"steps": [{"drop": "land"}, {"drop": "land"}]},
        {"steps": [{"coarsen": "land"}]},
        {"steps": [{"coarsen": "age"}, {"coarsen": "age"}]},
        {"steps": [{"drop": "age"}, {"coarsen": "age"}]},
        {"steps": [{"drop": "age", "coarsen": "age"}]},
        {"steps": [{}]},
        {"consent": {"form": "survey", "question": "ok", "codes": []}},
    ],
)
def test_rules_that_cannot_be_followed(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        rules(**changes)


# --- consent ----------------------------------------------------------------------------------------------------------


def said_by(*answers: tuple[str, str | None, str, str | None, str | None], form: str = "survey") -> pd.DataFrame:
    """(response, person, day, code, kind of missing) -> statements."""
    responses = pd.DataFrame(
        [(response, person, pd.Timestamp(day, tz="UTC"), form) for response, person, day, _, _ in answers],
        columns=["response_id", "respondent_id", "answered_at", "form_id"],
    )
    given = pd.DataFrame(
        [(response, "ok", code, missing) for response, _, _, code, missing in answers],
        columns=["response_id", "question_id", "value_code", "missing_kind"],
    )
    return statements(rules(), responses, given)


YES, NO, BLANK, UNMAPPED = ("y", None), ("n", None), (None, "blank"), (None, "unmapped")


@pytest.mark.parametrize(
    ("later", "expected"),
    [([], "agrees"), ([YES], "agrees"), ([NO], "withdrawn"), ([BLANK], "agrees"), ([NO, YES], "agrees"),
     ([YES, NO, BLANK], "withdrawn")],
)  # fmt: skip
def test_the_last_word_counts_after_the_own_one(later: list[tuple[str | None, str | None]], expected: str) -> None:
    days = [f"2024-0{number}-01" for number in range(1, 9)]
    known = said_by(
        *((f"r{n}", "p", day, *each) for n, (day, each) in enumerate(zip(days, [YES, *later], strict=False)))
    )
    assert says(known, "r0") == expected


@pytest.mark.parametrize(
    ("own", "expected"), [(NO, "refuses"), (BLANK, "not_asked_or_blank"), (UNMAPPED, "not_asked_or_blank")]
)
def test_consent_at_another_time_is_none_for_this_response(own: tuple[str | None, str | None], expected: str) -> None:
    known = said_by(("r1", "p", "2024-01-01", *own), ("r2", "p", "2024-02-01", *YES))
    assert says(known, "r1") == expected
    assert says(known, "r9") == "gone"


def test_people_without_an_id_are_different_people_and_other_forms_say_nothing() -> None:
    known = said_by(("r1", None, "2024-01-01", *YES), ("r2", None, "2024-02-01", *NO))
    assert (says(known, "r1"), says(known, "r2")) == ("agrees", "refuses")
    assert says(said_by(("r1", "p", "2024-01-01", *YES), form="log"), "r1") == "gone"


def test_a_refusal_in_any_published_run_stands() -> None:
    """A response was edited, and the wave it is read from was not run again."""
    yes, no = said_by(("r1", "p", "2024-01-01", *YES)), said_by(("r1", "p", "2024-01-01", *NO))
    blank = said_by(("r1", "p", "2024-01-01", *BLANK))
    assert says(together([yes, no]), "r1") == says(together([no, yes]), "r1") == "refuses"
    assert says(together([yes, blank]), "r1") == "not_asked_or_blank"
    assert says(together([blank, yes]), "r1") == "agrees"
