from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.annotation import Annotation, Token
from nlp.coding import Match, find_themes
from nlp.themes import ThemesFile


def _themes(**rule: Any) -> ThemesFile:
    whole = {
        "id": "r",
        "version": 3,
        "author": "a",
        "reason": "b",
        "examples": {"found": ["あ"], "passed_over": ["い"]},
    }
    return ThemesFile.model_validate(
        {"themes": [{"id": "work", "label": {"ja": "仕事", "en": "Work"}, "rules": [whole | rule]}]}
    )


def _annotation(text: str, words: dict[str, tuple[str, str]]) -> Annotation:
    """Tokens for the given surfaces, each where it first stands: surface -> (lemma, norm)."""
    tokens = [
        Token(text.index(surface), text.index(surface) + len(surface), surface, lemma, norm, "NOUN")
        for surface, (lemma, norm) in words.items()
    ]
    return Annotation("analysed", tuple(tokens))


def _quotes(text: str, themes: ThemesFile, words: dict[str, tuple[str, str]] | None = None) -> list[str]:
    return [text[match.start : match.end] for match in find_themes(text, _annotation(text, words or {}), themes)]


def test_a_match_says_which_rule_found_which_words() -> None:
    text = "家賃が高い。しごとがない。"
    annotation = _annotation(text, {"家賃": ("家賃", "家賃"), "しごと": ("しごと", "仕事")})
    assert find_themes(text, annotation, _themes(any=[{"norm": "仕事"}])) == [Match("work", "r", 3, 6, 9, "any.0")]


def test_lemma_and_norm_look_at_different_forms() -> None:
    text = "しごとがない"
    words = {"しごと": ("しごと", "仕事")}
    assert _quotes(text, _themes(any=[{"lemma": "仕事"}]), words) == []
    assert _quotes(text, _themes(any=[{"lemma": ["会社", "しごと"]}]), words) == ["しごと"]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("びざのこうしん", "びざのこうしん"),
        ("びざ の こうしん を", "びざ の こうしん"),
        ("びざ　の　こうしん", "びざ　の　こうしん"),
        ("びざ\nのこうしん", None),
        ("ﾋﾞｻﾞ", None),
    ],
)
def test_a_phrase_is_found_across_spaces(text: str, quote: str | None) -> None:
    assert _quotes(text, _themes(any=[{"phrase": "びざのこうしん"}])) == ([quote] if quote else [])


def test_phrases_and_patterns_meet_ordinary_characters_and_quote_the_text() -> None:
    text = "ﾋﾞｻﾞとＤＶとdvd"
    assert _quotes(text, _themes(any=[{"phrase": "ビザ"}, {"pattern": "DV(?!D)"}])) == ["ﾋﾞｻﾞ", "ＤＶ"]


def test_all_terms_are_needed_in_one_sentence() -> None:
    themes = _themes(all=[{"phrase": ["家賃", "やちん"]}, {"pattern": "払え(?:ない|ず)"}])
    assert _quotes("家賃が払えない。", themes) == ["家賃", "払えない"]
    assert _quotes("家賃は高い。税金が払えない。", themes) == []
    assert _quotes("家賃は高い\n税金が払えない", themes) == []


def test_in_the_scope_of_the_answer_sentences_do_not_matter() -> None:
    themes = _themes(scope="answer", all=[{"phrase": "家賃"}, {"phrase": "払えない"}])
    assert _quotes("家賃は高い。税金が払えない。", themes) == ["家賃", "払えない"]


def test_one_forbidden_term_silences_the_rule_in_its_sentence_only() -> None:
    themes = _themes(any=[{"phrase": "助けて"}], none=[{"phrase": "くれない"}])
    assert _quotes("助けてくれない。", themes) == []
    assert _quotes("人は助けてくれない。友達は助けてくれた。", themes) == ["助けて"]


def test_any_and_all_together_need_both() -> None:
    themes = _themes(any=[{"phrase": "更新"}, {"phrase": "延長"}], all=[{"phrase": "資格"}])
    assert _quotes("免許の更新", themes) == []
    assert _quotes("資格の延長", themes) == ["資格", "延長"]


def test_the_same_words_are_given_once() -> None:
    text = "仕事"
    themes = _themes(any=[{"phrase": "仕事"}, {"norm": "仕事"}])
    assert _quotes(text, themes, {"仕事": ("仕事", "仕事")}) == ["仕事"]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ﾋﾞｻﾞビザ 　。\nＤＶdv〜ー", max_size=30))
def test_quotes_are_stretches_of_the_text_that_say_the_phrase(text: str) -> None:
    from nlp.characters import fold

    for match in find_themes(text, Annotation("analysed"), _themes(any=[{"phrase": ["ビザ", "DV"]}])):
        quote = text[match.start : match.end]
        assert fold(quote).text.replace(" ", "").casefold() in ("ビザ", "dv")
