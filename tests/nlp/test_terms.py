import pandas as pd
from pandas.testing import assert_frame_equal

from nlp.terms import term_counts

STOP_WORDS = {"する", "こと"}


def _tokens(rows: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["response_id", "question_id", "lemma", "pos"])


RESPONSES = pd.DataFrame({"response_id": ["r1", "r2", "r3"], "organisation": ["o1", "o1", "o2"]})


def test_a_word_counts_once_a_response() -> None:
    tokens = _tokens(
        [
            ("r1", "q3", "仕事", "NOUN"),
            ("r1", "q3", "仕事", "NOUN"),
            ("r1", "q4", "仕事", "NOUN"),
            ("r2", "q3", "仕事", "NOUN"),
            ("r2", "q3", "探す", "VERB"),
            ("r3", "q3", "探す", "VERB"),
        ]
    )
    expected = pd.DataFrame(
        [
            ("*", "q3", "仕事", 2),
            ("*", "q3", "探す", 2),
            ("*", "q4", "仕事", 1),
            ("o1", "q3", "仕事", 2),
            ("o1", "q3", "探す", 1),
            ("o1", "q4", "仕事", 1),
            ("o2", "q3", "探す", 1),
        ],
        columns=["organisation", "question_id", "lemma", "responses_n"],
    )
    assert_frame_equal(term_counts(tokens, RESPONSES, STOP_WORDS), expected)


def test_what_carries_no_content_is_no_term() -> None:
    tokens = _tokens(
        [
            ("r1", "q3", "仕事", "NOUN"),
            ("r1", "q3", "する", "VERB"),
            ("r1", "q3", "が", "ADP"),
            ("r1", "q3", "こと", "NOUN"),
            ("r1", "q3", "2024", "NOUN"),
            ("r1", "q3", "😀", "NOUN"),
            ("r1", "q3", "び", "NOUN"),
            ("r1", "q3", "家", "NOUN"),
        ]
    )
    counted = term_counts(tokens, RESPONSES, STOP_WORDS)
    assert set(counted["lemma"]) == {"仕事", "家"}


def test_responses_that_are_not_counted_do_not_count() -> None:
    tokens = _tokens([("r1", "q3", "仕事", "NOUN"), ("r9", "q3", "仕事", "NOUN")])
    assert term_counts(tokens, RESPONSES, STOP_WORDS)["responses_n"].tolist() == [1, 1]


def test_no_words_give_no_terms() -> None:
    counted = term_counts(_tokens([]), RESPONSES, STOP_WORDS)
    assert list(counted.columns) == ["organisation", "question_id", "lemma", "responses_n"]
    assert counted.empty
