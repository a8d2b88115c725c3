import json

from hypothesis import given
from hypothesis import strategies as st

from nlp.annotation import Annotation, Entity, Token, from_plain, to_plain

STATES = st.sampled_from(["analysed", "too_long_cut", "not_analysable"])
STRINGS = st.sampled_from(["", "仕事", "ない", "ROOT", "nsubj", "動詞-一般", "五段-ラ行;未然形-一般", "\ud800"])


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, Annotation]:
    """A text of words and gaps, with an annotation of the words."""
    text, tokens = "", []
    for _ in range(draw(st.integers(0, 8))):
        text += draw(st.sampled_from(["", "", " ", "\n\n"]))
        surface = draw(st.text(min_size=1, max_size=4))
        lemma = draw(st.just(surface) | STRINGS)
        norm = draw(st.just(lemma) | STRINGS)
        grammar = draw(STRINGS), draw(STRINGS), draw(STRINGS), draw(STRINGS)
        place = draw(st.integers(0, 9)), draw(st.integers(0, 3)), draw(st.none() | st.just("rule"))
        tokens.append(Token(len(text), len(text) + len(surface), surface, lemma, norm, *grammar, *place))
        text += surface
    entities = draw(st.lists(st.builds(Entity, STRINGS, st.integers(0, 9), st.integers(0, 9)), max_size=2))
    return text, Annotation(draw(STATES), tuple(tokens), tuple(entities))


@given(annotated())
def test_what_was_written_is_read_again(case: tuple[str, Annotation]) -> None:
    text, annotation = case
    read = from_plain(text, json.loads(json.dumps(to_plain(annotation))))
    assert read == annotation
    assert all(type(token) is Token for token in read.tokens)


@given(annotated())
def test_without_words_the_rest_is_read_again(case: tuple[str, Annotation]) -> None:
    text, annotation = case
    written = json.dumps(to_plain(annotation, words=False))
    bare = tuple(token._replace(lemma="", norm="", norm_rule=None) for token in annotation.tokens)
    assert from_plain(text, json.loads(written)) == Annotation(annotation.state, bare, annotation.entities)
