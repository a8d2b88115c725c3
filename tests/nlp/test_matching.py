"""Every kind of clause of a coding rule: where it holds, where it does not, and on which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.annotate import annotate
from nlp.annotation import Annotation, Token
from nlp.coding import CodedText, find_themes, steps
from nlp.themes import ThemesFile

WORDS = "あいうえおかきくけこ"


def themes(*rules: dict[str, Any], **rule: Any) -> ThemesFile:
    """A theme a rule; the rule under test is the last."""
    return ThemesFile.model_validate(
        {
            "themes": [
                {
                    "id": f"theme_{number}",
                    "label": {"ja": "題", "en": "theme"},
                    "rules": [
                        {
                            "id": f"rule_{number}",
                            "version": 1,
                            "author": "a",
                            "reason": "b",
                            "examples": {"found": ["あ"], "passed_over": ["い"]},
                        }
                        | each
                    ],
                }
                for number, each in enumerate([*rules, rule])
            ]
        }
    )


def one_letter_words(text: str) -> Annotation:
    """Every letter is a word that depends on the next one."""
    last = len(text) - 1
    tokens = [
        Token(n, n + 1, letter, letter, letter, "NOUN", dep="nmod", head=min(n + 1, last))
        for n, letter in enumerate(text)
    ]
    return Annotation("analysed", tuple(tokens))


def found(text: str, definitions: ThemesFile, **how: Any) -> list[str]:
    """The words of the last theme."""
    last = definitions.themes[-1].id
    matches = find_themes(text, one_letter_words(text), definitions, **how)
    return [text[match.start : match.end] for match in matches if match.theme_id == last]


def norm(word: str) -> dict[str, Any]:
    return {"norm": word}


@pytest.mark.parametrize(
    ("text", "within", "words"),
    [
        ("あい", 0, ["あ", "い"]),
        ("いあ", 0, ["い", "あ"]),
        ("あxい", 0, []),
        ("あxい", 1, ["あ", "い"]),
        ("あxxい", 1, []),
        ("ああxい", 1, ["あ", "い"]),
        ("あいxxxあい", 0, ["あ", "い", "あ", "い"]),
        ("あ。い", 5, []),
    ],
)
def test_near_in_any_order(text: str, within: int, words: list[str]) -> None:
    assert found(text, themes(any=[{"near": {"of": [norm("あ"), norm("い")], "within": within}}])) == words


def test_near_counts_the_words_between_all_of_them() -> None:
    three = themes(any=[{"near": {"of": [norm("あ"), norm("い"), norm("う")], "within": 2}}])
    assert found("うxあxい", three) == ["う", "あ", "い"]
    assert found("うxxあxい", three) == []


@pytest.mark.parametrize(
    ("text", "within", "words"),
    [
        ("あい", 0, ["あ", "い"]),
        ("いあ", 9, []),
        ("あxい", 0, []),
        ("あxい", 1, ["あ", "い"]),
        ("ああxい", 1, ["あ", "い"]),
        ("あいxxい", 1, ["あ", "い"]),
    ],
)
def test_seq_in_this_order(text: str, within: int, words: list[str]) -> None:
    assert found(text, themes(any=[{"seq": {"of": [norm("あ"), norm("い")], "within": within}}])) == words


def test_seq_takes_only_words_on_an_unbroken_chain() -> None:
    chain = themes(any=[{"seq": {"of": [norm("あ"), norm("い"), norm("う")], "within": 1}}])
    assert found("あいxxあxいう", chain) == ["あ", "い", "う"]
    assert found("あいxxいう", chain) == []


@given(text=st.text(alphabet="あいうx", max_size=25), within=st.integers(0, 3))
def test_seq_is_what_a_search_of_all_chains_finds(text: str, within: int) -> None:
    chains = [
        (a, b, c)
        for a in range(len(text))
        for b in range(a + 1, min(len(text), a + 2 + within))
        for c in range(b + 1, min(len(text), b + 2 + within))
        if (text[a], text[b], text[c]) == ("あ", "い", "う")
    ]
    expected = [text[n] for n in sorted({n for chain in chains for n in chain})]
    order = {"of": [norm("あ"), norm("い"), norm("う")], "within": within}
    assert found(text, themes(any=[{"seq": order}])) == expected


@given(text=st.text(alphabet="あいうx", max_size=25), within=st.integers(0, 3))
def test_near_fires_wherever_a_search_of_all_choices_does(text: str, within: int) -> None:
    choices = [
        (a, b, c)
        for a in range(len(text))
        for b in range(len(text))
        for c in range(len(text))
        if (text[a], text[b], text[c]) == ("あ", "い", "う") and max(a, b, c) - min(a, b, c) + 1 - 3 <= within
    ]
    near = {"of": [norm("あ"), norm("い"), norm("う")], "within": within}
    assert bool(found(text, themes(any=[{"near": near}]))) == bool(choices)


def test_depends_looks_at_the_parse() -> None:
    depends = {"child": norm("あ"), "head": norm("い")}
    assert found("あい", themes(any=[{"depends": depends}])) == ["あ", "い"]
    assert found("あxい", themes(any=[{"depends": depends}])) == []
    assert found("いあ", themes(any=[{"depends": depends}])) == []
    assert found("あい", themes(any=[{"depends": depends | {"relations": ["nsubj"]}}])) == []
    assert found("あい", themes(any=[{"depends": depends | {"relations": ["nmod"]}}])) == ["あ", "い"]


def test_clauses_nest() -> None:
    either = {"any": [norm("い"), {"phrase": "うえ"}]}
    nested = themes(all=[norm("あ"), either], none=[{"all": [norm("お"), {"none": [norm("か")]}]}])
    assert found("あxうえ", nested) == ["あ", "うえ"]
    assert found("あx", nested) == []
    assert found("あいお", nested) == []
    assert found("あいおか", nested) == ["あ", "い"]


def test_a_part_of_speech_narrows_a_word() -> None:
    assert found("あ", themes(any=[{"norm": "あ", "pos": "NOUN"}])) == ["あ"]
    assert found("あ", themes(any=[{"norm": "あ", "pos": "VERB"}])) == []
    assert found("あい", themes(any=[{"pos": "NOUN"}])) == ["あ", "い"]


def test_a_code_is_what_another_theme_found_in_the_same_sentence() -> None:
    other = {"any": [norm("あ")]}
    assert found("あい", themes(other, all=[{"code": "theme_0"}, norm("い")])) == ["あ", "い"]
    assert found("あい", themes(other, all=[{"code": "rule_0"}, norm("い")])) == ["あ", "い"]
    assert found("あ。い", themes(other, all=[{"code": "theme_0"}, norm("い")])) == []
    assert found("あ。い", themes(other, scope="answer", all=[{"code": "theme_0"}, norm("い")])) == ["あ", "い"]
    assert found("い", themes(other, any=[norm("い")], none=[{"code": "theme_0"}])) == ["い"]


def test_codes_may_stand_before_what_they_name_but_never_go_round() -> None:
    assert found("あ", themes({"any": [{"code": "theme_1"}]}, any=[norm("あ")])) == ["あ"]
    with pytest.raises(ValueError, match="goes round"):
        themes({"any": [{"code": "theme_1"}]}, any=[{"code": "rule_0"}])
    with pytest.raises(ValueError, match="names no theme or rule"):
        themes(any=[{"code": "theme_9"}])


def test_variables_and_length_hold_without_words() -> None:
    chosen = themes(all=[norm("あ"), {"variable": {"question": "q", "in": [1, 2]}}])
    assert found("あい", chosen) == []
    assert found("あい", chosen, answers={"q": frozenset({"3"})}) == []
    assert found("あい", chosen, answers={"q": frozenset({"2", "3"})}) == ["あ"]
    assert found("あい", themes(all=[{"length": {"at_least": 2, "at_most": 2}}])) == ["あい"]
    assert found("あいう", themes(all=[{"length": {"at_least": 2, "at_most": 2}}])) == []


def test_a_match_names_the_innermost_clause_that_found_it() -> None:
    definitions = themes(any=[norm("か"), {"all": [norm("あ"), {"any": [norm("え"), norm("い")]}]}])
    matches = find_themes("あい", one_letter_words("あい"), definitions)
    assert [(match.start, match.clause) for match in matches] == [(0, "any.1.all.0"), (1, "any.1.all.1.any.1")]


def test_words_in_placeholders_are_none() -> None:
    assert found("あい", themes(any=[norm("あ"), norm("い")]), hidden=[(0, 1)]) == ["い"]


def test_steps_tell_why_a_rule_did_not_fire() -> None:
    definitions = themes(all=[norm("あ"), {"any": [norm("え"), norm("い")]}], none=[norm("う")])
    [(_, rule)] = definitions.rules()
    told = [
        (step.path, step.outcome.holds, step.clause.kind)
        for step in steps(rule, CodedText("あう", one_letter_words("あう"), definitions))
    ]
    assert told == [
        ("all.0", True, "norm"),
        ("all.1", False, "any"),
        ("all.1.any.0", False, "norm"),
        ("all.1.any.1", False, "norm"),
        ("none.0", True, "norm"),
    ]


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "pattern", "is_found"),
    [
        ("家賃が払えない。", {"norm": "払う", "negated": True}, True),
        ("家賃を払った。", {"norm": "払う", "negated": True}, False),
        ("家賃を払った。", {"norm": "払う", "negated": False, "modality": ["past"]}, True),
        ("家賃が払えない。", {"norm": "払う", "argument": ["家賃"]}, True),
        ("税金が払えない。", {"norm": "払う", "argument": ["家賃"]}, False),
        ("日本語を勉強したい。", {"norm": "勉強", "modality": ["wish"]}, True),
        ("日本語を勉強した。", {"norm": "勉強", "without": ["wish"]}, True),
        ("日本語を勉強したい。", {"norm": "勉強", "without": ["wish"]}, False),
        ("仕事がない。", {"norm": "無い", "argument": "仕事", "particle": "が"}, True),
        ("仕事はない。", {"norm": "無い", "argument": "仕事", "particle": "が"}, False),
    ],
)
def test_predicates_by_polarity_modality_and_argument(text: str, pattern: dict[str, Any], is_found: bool) -> None:
    definitions = themes(any=[{"predicate": pattern}])
    matches = find_themes(text, annotate([text])[text], definitions)
    assert bool(matches) == is_found
    assert all(0 <= match.start < match.end <= len(text) for match in matches)


@pytest.mark.parametrize(
    "clause",
    [
        {},
        {"norm": "あ", "phrase": "い"},
        {"norm": "あ", "phrase": "い", "pos": "NOUN"},
        {"phrase": "い", "pos": "NOUN"},
        {"pattern": "("},
        {"pattern": "あ*"},
        {"near": {"of": [{"norm": "あ"}]}},
        {"predicate": {"negated": True}},
        {"predicate": {"norm": "あ", "particle": "が"}},
        {"predicate": {"norm": "あ", "modality": ["hearsay"]}},
    ],
)
def test_what_is_no_clause_is_refused(clause: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        themes(any=[clause])
