"""Ten thousand random texts through the layers before the analyser, some hundreds through the analyser itself."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.characters import clean, fold
from nlp.coding import find_themes
from nlp.kana_writing import joined, without_ruby
from nlp.language import triage
from nlp.marks import mark_spans
from nlp.pipeline import annotate_batch
from nlp.text_rules import OWN_FOLDER
from nlp.themes import ThemesFile
from warehouse.definitions import DefinitionReader

# Whole Unicode with lone surrogates, and the characters that this room handles one by one.
CHARACTERS = st.one_of(
    st.characters(),
    st.characters(categories=("Lo", "Lm", "Mn", "So", "Zs", "Cc", "Cf", "Cs")),
    st.sampled_from(
        "しごとが ない　アパートｱﾊﾟﾞー〜～〰漢字（かんじ）ｗ😀\u200d\ufe0f(^_^)。！\n\r\t\x00\ufeff\u3099Aaé１①㌔一"
    ),
)
TEXTS = st.text(CHARACTERS, max_size=30)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
@given(st.lists(TEXTS, min_size=50, max_size=50))
def test_no_text_stops_the_layers_before_the_analyser(texts: list[str]) -> None:
    for text in texts:
        cleaned = clean(text).text
        cleaned.encode()
        found = triage(cleaned, ())
        assert all(0 <= start < end <= len(cleaned) for start, end in found.foreign)
        assert all(0 <= start < end <= len(cleaned) for start, end in mark_spans(cleaned))
        copy = joined(without_ruby(fold(cleaned), lambda _: []))
        place = 0
        for number in range(len(copy.text)):
            start, end = copy.source_span(number, number + 1)
            assert place <= start < end <= len(cleaned)
            place = end


@pytest.fixture(scope="module")
def themes() -> ThemesFile:
    found = DefinitionReader(OWN_FOLDER).yaml("nlp/themes.yml", ThemesFile)
    assert found is not None
    return found


@pytest.mark.model
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(TEXTS, min_size=50, max_size=50))
def test_no_text_costs_another_its_analysis(themes: ThemesFile, texts: list[str]) -> None:
    texts = [clean(text).text + "\ud800" * (number % 10 == 0) for number, text in enumerate(texts)]
    for text, annotation in zip(texts, annotate_batch(texts), strict=True):
        assert annotation.state == ("not_analysable" if text.endswith("\ud800") else "analysed")
        end = 0
        for token in annotation.tokens:
            assert text[token.start : token.end] == token.surface == token.surface.strip() != ""
            assert token.start >= end
            end = token.end
        for entity in annotation.entities:
            assert 0 <= entity.start < entity.end <= len(text)
        for match in find_themes(text, annotation, themes):
            assert 0 <= match.start < match.end <= len(text)
