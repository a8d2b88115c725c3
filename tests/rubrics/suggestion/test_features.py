from __future__ import annotations

from rubrics.suggestion.features import Answer, Place, Said, Word, mentions


def place(start: int, end: int, question: str = "q1") -> Place:
    return Place(question, start, end)


YACHIN, HARAE, NAI, KURUSHII = place(0, 2), place(3, 5), place(5, 7), place(8, 11)
ANSWER = Answer(
    words=(
        Word(YACHIN, "家賃", 0),
        Word(HARAE, "払う", 0),
        Word(NAI, "ない", 0),
        Word(KURUSHII, "苦しい", 1),
        Word(place(0, 2, "q2"), "仕事", 1),
    ),
    predicates=(Said(place(3, 7), "払う", "払う〜できない", True, ("potential",), (("家賃", YACHIN),)),),
    themes=(("money", place(0, 7)),),
    characters_n=13,
)


def test_every_feature_names_the_words_that_gave_it() -> None:
    assert [(each.block, each.name, each.places) for each in mentions(ANSWER)] == [
        ("words", "家賃", (YACHIN,)),
        ("words", "払う", (HARAE,)),
        ("words", "ない", (NAI,)),
        ("words", "苦しい", (KURUSHII,)),
        ("words", "仕事", (place(0, 2, "q2"),)),
        ("predicates", "払う〜できない", (place(3, 7),)),
        ("predicates", "家賃/払う〜できない", (YACHIN, place(3, 7))),
        ("predicates", "[potential]", (place(3, 7),)),
        ("predicates", "[negated]", (place(3, 7),)),
        ("themes", "money", (place(0, 7),)),
    ]


def test_pairs_of_words_stay_in_a_sentence_and_in_a_text() -> None:
    names = [each.name for each in mentions(ANSWER, words_together=2) if " " in each.name]
    assert names == ["家賃 払う", "払う ない"]


def test_words_lie_in_words_of_the_same_text_only() -> None:
    assert place(3, 7).holds(HARAE)
    assert not HARAE.holds(place(3, 7))
    assert not place(0, 7).holds(place(0, 2, "q2"))
