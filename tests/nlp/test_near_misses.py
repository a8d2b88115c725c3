"""Near misses: what a rule found and passed over for its own exclusions, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from nlp.annotate import annotate
from nlp.code_book import code_book
from nlp.coding import CodedText
from nlp.near_misses import near_misses, only
from nlp.themes import ThemesFile

pytestmark = pytest.mark.model


def rule(name: str, **clauses: Any) -> dict[str, Any]:
    examples = {"found": ["a"], "passed_over": ["b"]}
    return {"id": name, "version": 1, "author": "t", "reason": f"{name}の規則", "examples": examples, **clauses}


THEMES = ThemesFile.model_validate(
    {
        "themes": [
            {
                "id": "renewal",
                "label": {"ja": "更新", "en": "Renewal"},
                "definition": {"ja": "在留の更新", "en": "renewing one's stay"},
                "rules": [
                    rule("outer", all=[{"phrase": "更新"}], none=[{"phrase": ["免許", "契約"]}]),
                    rule("inner", all=[{"phrase": "延長"}, {"none": [{"phrase": "時間"}]}]),
                    rule("plain", any=[{"phrase": "在留"}]),
                ],
            },
            {
                "id": "worry",
                "label": {"ja": "心配", "en": "Worry"},
                "rules": [rule("worried", all=[{"code": "renewal"}], none=[{"phrase": "心配ない"}])],
            },
            {"id": "other", "label": {"ja": "他", "en": "Other"}, "rules": [rule("others", any=[{"phrase": "猫"}])]},
        ]
    }
)


def missed(text: str, theme_id: str = "renewal") -> list[tuple[str, str, list[str], list[str]]]:
    annotation = annotate([text])[text]
    theme = next(each for each in THEMES.themes if each.id == theme_id)
    return [
        (
            each.rule_id,
            each.clause,
            [text[start:end] for start, end in each.touched],
            [text[start:end] for start, end in each.excluded_by],
        )
        for each in near_misses(theme, CodedText(text, annotation, THEMES))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("運転免許を更新した。", [("outer", "none.0", ["更新"], ["免許"])]),
        ("時間を延長した。", [("inner", "all.1.none.0", ["延長"], ["時間"])]),
        ("更新した。", []),
        ("免許がない。", []),
        ("免許がない。更新した。", []),
        ("免許を更新した。在留の手続きをした。", []),
        ("免許を更新した。時間を延長した。",
         [("outer", "none.0", ["更新"], ["免許"]), ("inner", "all.1.none.0", ["延長"], ["時間"])]),
    ],
)  # fmt: skip
def test_what_an_exclusion_passed_over(text: str, expected: list[tuple[str, str, list[str], list[str]]]) -> None:
    assert missed(text) == expected


def test_a_rule_that_rests_on_another_theme() -> None:
    assert missed("在留の更新は心配ない。", "worry") == [("worried", "none.0", ["在留", "更新"], ["心配ない"])]


def test_a_theme_comes_with_all_that_it_refers_to() -> None:
    assert [theme.id for theme in only(THEMES, "worry").themes] == ["renewal", "worry"]
    assert [theme.id for theme in only(THEMES, "renewal").themes] == ["renewal"]


def test_the_code_book_defines_every_theme_asked_for() -> None:
    book = code_book(THEMES, ["worry", "renewal"])
    assert list(book) == ["renewal", "worry"]
    assert book["renewal"].definition.en == "renewing one's stay"
    assert book["worry"].definition.ja == "worriedの規則"
    assert book["renewal"].holds == ["a"]


def test_the_hash_of_an_entry_follows_its_definition_and_not_its_examples() -> None:
    def changed(**changes: Any) -> str:
        first = THEMES.themes[0].model_copy(update=changes)
        return code_book(ThemesFile(themes=[first]), ["renewal"])["renewal"].sha256

    before = code_book(THEMES, ["renewal"])["renewal"].sha256
    rules = [each.model_copy(update={"version": 2}) for each in THEMES.themes[0].rules]
    assert changed(rules=rules) == before
    assert changed(label=THEMES.themes[1].label) != before
    assert changed(definition=None) != before
