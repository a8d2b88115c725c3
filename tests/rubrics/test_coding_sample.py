"""Drawing texts to be coded: the weights stand for all texts, both halves are drawn, and order does not matter."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.coding_sample import WrittenText, draw_texts
from rubrics.hand_codes import weight_of


def texts_of(strata: list[tuple[str, str, str, bool, int]]) -> list[WrittenText]:
    """(organisation, question, script, found, how many) -> that many texts."""
    return [
        WrittenText(f"r{place}-{number}", "form", question, "2024-05-01", organisation, script, f"text {number}", found)
        for place, (organisation, question, script, found, count) in enumerate(strata)
        for number in range(count)
    ]


populations = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["q1", "q2"]),
        st.sampled_from(["kanji", "kana", "other"]),
        st.booleans(),
        st.integers(1, 30),
    ),
    min_size=1,
    max_size=12,
).map(texts_of)


@given(populations, st.integers(2, 120), st.integers(0, 9))
def test_the_weights_sum_to_all_texts(written: list[WrittenText], size: int, seed: int) -> None:
    items, strata = draw_texts(written, size, seed)
    assert len(items) == min(size, len(written))
    assert sum(each.population for each in strata) == len(written)
    assert all(each.drawn >= 1 for each in strata)
    assert sum(weight_of(item, strata) for item in items) == pytest.approx(len(written))
    for side in ("theme", "nothing"):
        mine = [weight_of(item, strata) for item in items if item.stratum["found"] == side]
        assert sum(mine) == pytest.approx(sum(text.is_found == (side == "theme") for text in written))


@given(populations, st.integers(2, 60))
def test_both_halves_are_as_large_as_they_can_be(written: list[WrittenText], size: int) -> None:
    items, _ = draw_texts(written, size, 1)
    drawn = Counter(item.stratum["found"] for item in items)
    there = Counter(("nothing", "theme")[text.is_found] for text in written)
    for side, other in (("theme", "nothing"), ("nothing", "theme")):
        assert drawn[side] >= min(there[side], size // 2)
        if drawn[side] > (size + 1) // 2:
            assert drawn[other] == there[other], "one half is larger for want of the other alone"


@given(populations, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(written: list[WrittenText], random: object) -> None:
    shuffled = list(written)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draw_texts(shuffled, 20, 3) == draw_texts(written, 20, 3)


def test_all_texts_are_drawn_without_a_size_and_stand_for_themselves() -> None:
    written = texts_of([("a", "q1", "kanji", True, 5), ("b", "q2", "kana", False, 2)])
    items, strata = draw_texts(written, None, 1)
    assert {weight_of(item, strata) for item in items} == {1.0}
    assert len({item.item_id for item in items}) == 7


def test_a_stratum_too_small_to_be_drawn_is_pooled_over_organisations_first() -> None:
    written = texts_of([("a", "q1", "kanji", True, 90), ("b", "q1", "kana", True, 1), ("c", "q1", "kana", True, 9)])
    items, strata = draw_texts(written, 10, 1)
    assert [(each.of["organisation"], each.of["script"], each.population, each.drawn) for each in strata] == [
        ("*", "kana", 10, 1),
        ("a", "kanji", 90, 9),
    ]
    assert {weight_of(item, strata) for item in items} == {10.0}


def test_one_text_is_no_sample() -> None:
    with pytest.raises(ValueError, match="two halves"):
        draw_texts(texts_of([("a", "q1", "kanji", True, 5)]), 1, 1)
