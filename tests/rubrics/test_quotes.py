"""Pasted words are found where they stand, and nothing is guessed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rubrics.quotes import span_of, spans_of

TEXTS = {
    "first": "家賃が払えない。\n仕事も　ない。ｶﾞｽが止まった。",
    "second": "「助けて」と言った。家賃が払えない。Ｎｏ　ｗｏｒｋ",
}
words = st.text(st.sampled_from("家賃がｶﾞガがﾟAＡ①㌔ \n　か\u3099👨\u200d👩é"), min_size=1, max_size=30)


@given(words, st.data())
def test_whatever_is_copied_from_a_text_is_found_at_its_first_place(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    line = text[start:end].strip()
    assume(line and len(line.splitlines()) == 1)
    span = span_of(line, {"q": text})
    assert span is not None
    assert (span.start, span.quote) == (text.index(line), line)
    assert span.holds(text)


@given(words, words)
def test_what_is_found_is_the_same_under_nfkc_and_stands_in_the_text(text: str, line: str) -> None:
    found = span_of(line.replace("\n", " "), {"q": text})
    if found is not None:
        assert found.holds(text)
        assert unicodedata.normalize("NFKC", found.quote).split() == unicodedata.normalize("NFKC", line).split()


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("家賃が払えない", ("first", 0, 7)),  # stands in both: the first text
        ("  家賃が払えない。 ", ("first", 0, 8)),
        ("「家賃が払えない」", ("first", 0, 7)),  # quotation marks of the rater's
        ("「助けて」", ("second", 0, 5)),  # of the text's own
        ("“助けて”", ("second", 1, 4)),
        ("仕事も ない", ("first", 9, 15)),  # another kind of white space
        ("払えない。 仕事も", ("first", 3, 12)),  # a line end as white space
        ("ガスが止まった", ("first", 16, 24)),  # full width for half width
        ("No work", ("second", 18, 25)),
    ],
)
def test_how_pasted_words_may_differ(line: str, place: tuple[str, int, int]) -> None:
    span = span_of(line, TEXTS)
    assert span is not None
    assert (span.question_id, span.start, span.end) == place
    assert span.holds(TEXTS[span.question_id])


@pytest.mark.parametrize("line", ["家賃を払えない", "no work", "仕事もない", "払えない仕事", "カ", "「」", "…"])
def test_what_is_not_found(line: str) -> None:
    """Another word, another case, white space left out, a sentence's end left out, half of a letter, nothing."""
    assert span_of(line, TEXTS) is None


def test_several_lines_are_several_places_in_the_order_of_the_texts() -> None:
    spans, missing = spans_of("「助けて」\r\n\r\n家賃が払えない\n家賃が払えない\nない。", TEXTS)
    assert missing == []
    assert [(span.question_id, span.quote) for span in spans] == [
        ("first", "家賃が払えない"),
        ("first", "ない。"),
        ("second", "「助けて」"),
    ]


def test_lines_that_are_nowhere_are_told_by_their_number() -> None:
    assert spans_of("家賃\nどこにもない\n\nこれも", TEXTS)[1] == [2, 4]
