from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.mask_decisions import DecidedPlaces, Hashing, MaskDecision, standing

HASHING = Hashing(b"secret")


def decision(**changes: Any) -> MaskDecision:
    return MaskDecision.model_validate(
        {
            "scope": "place",
            "what": HASHING.place("友達の桜", 3, 4),
            "doubt": "name_or_word",
            "verdict": "keep",
            "response_id": "r1",
            "question_id": "q3",
            "decided_by": "a",
            "decided_at": datetime(2026, 1, 1, tzinfo=UTC),
            "sheet_sha256": "0" * 64,
        }
        | changes
    )


def test_a_decision_is_about_one_place_of_one_text() -> None:
    decided = DecidedPlaces.of(HASHING, [decision()])
    assert decided.verdict("友達の桜", 3, 4) == "keep"
    assert decided.verdict("友達の桜", 2, 4) is None
    assert decided.verdict("友達の桜。", 3, 4) is None


def test_a_decision_about_a_word_holds_everywhere_but_for_places_decided() -> None:
    word = decision(scope="word", what=HASHING.word("桜"), verdict="keep")
    decided = DecidedPlaces.of(HASHING, [word, decision(verdict="mask")])
    assert decided.verdict("妹の桜", 2, 3) == "keep"
    assert decided.verdict("友達の桜", 3, 4) == "mask"
    assert decided.verdict("友達の林", 3, 4) is None


def test_the_last_decision_stands_whatever_came_between() -> None:
    first, last, other = decision(), decision(verdict="mask"), decision(scope="word", what="w")
    assert standing([first, other, last]) == standing([other, first, last]) == [last, other]


def test_nobody_decided_anything() -> None:
    assert DecidedPlaces.of(HASHING, []).verdict("桜", 0, 1) is None


@given(st.text(max_size=5), st.text(max_size=5))
def test_hashes_tell_nothing_without_the_secret(one: str, other: str) -> None:
    assert HASHING.word(one) != Hashing(b"other").word(one)
    assert (HASHING.of(one, other) == HASHING.of(other, one)) == (one == other)
    assert one.casefold() != HASHING.word(one)


def test_the_secret_is_not_shown() -> None:
    assert "secret'" not in repr(HASHING)
    assert "b'" not in repr(HASHING)


def test_capitals_and_widths_are_the_same_word() -> None:
    assert HASHING.word("Ｍａｉ") == HASHING.word("mai")


def test_a_decision_says_when_with_a_zone() -> None:
    with pytest.raises(ValueError, match="decided_at"):
        decision(decided_at=datetime(2026, 1, 1))
