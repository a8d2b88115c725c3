import pickle
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from sudachipy import Tokenizer

from nlp import pipeline
from nlp.annotate import annotate
from nlp.dictionary import check_in_force, open_dictionary
from nlp.kana_writing import hiragana
from nlp.pipeline import analyser_id, load_model
from nlp.themes import ThemesFile
from nlp.vocabulary import OWN_FOLDER, Vocabulary, Word, own_vocabulary
from warehouse.definitions import DefinitionReader, UserMistake

HERE = Path(__file__).parent
DOMAIN = {
    "びざ": "ビザ",
    "やちん": "家賃",
    "ざいりゅうしかく": "在留資格",
    "しやくしょ": "市役所",
    "くやくしょ": "区役所",
    "にゅうかん": "入管",
    "けんこうほけん": "健康保険",
    "ねんきん": "年金",
    "ぜいきん": "税金",
    "きゅうりょう": "給料",
    "しごと": "仕事",
    "びょういん": "病院",
    "にほんごきょうしつ": "日本語教室",
    "がっこう": "学校",
    "ほいくえん": "保育園",
    "かいしゃ": "会社",
    "せいかつほご": "生活保護",
    "つうやく": "通訳",
    "ざんぎょう": "残業",
    "ほしょうにん": "保証人",
}


def test_words_of_the_domain_in_kana_have_the_norm_of_their_kanji() -> None:
    assert _known(open_dictionary(own_vocabulary())) == list(DOMAIN)
    assert _known(open_dictionary(Vocabulary())) == ["ねんきん", "しごと", "びょういん", "がっこう"]


def test_the_words_are_well_formed_and_not_there_for_nothing() -> None:
    words = own_vocabulary().words
    assert len(words) >= 300
    plain = open_dictionary(Vocabulary())
    for word in words:
        found = [each.normalized_form() for each in plain.tokenize(word.surface)]
        is_told_by_its_cost = word.cost != Word.model_fields["cost"].default  # known alone, lost among others (からだ)
        assert found != [word.norm] or is_told_by_its_cost, f"the dictionary knows {word.surface}"
        if hiragana(word.surface) == word.surface and word.surface.isalpha() and not _has_kanji(word.surface):
            assert hiragana(word.reading) == word.surface


def test_a_norm_is_what_its_own_spelling_counts_as() -> None:
    tokenizer = open_dictionary(own_vocabulary())
    for norm in sorted({word.norm for word in own_vocabulary().words}):
        assert [each.normalized_form() for each in tokenizer.tokenize(norm)] == [norm]


def _ordinary() -> list[dict[str, str]]:
    return list(YAML(typ="safe").load((HERE / "dictionary_ordinary.yml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("ordinary", _ordinary(), ids=lambda each: each["sentence"])
def test_ordinary_words_are_not_broken(ordinary: dict[str, str]) -> None:
    assert ordinary["hidden"] in ordinary["sentence"]
    assert ordinary["hidden"] in {word.surface for word in own_vocabulary().words}
    tokenizer = open_dictionary(own_vocabulary())
    assert ordinary["hidden"] not in [word.surface() for word in tokenizer.tokenize(ordinary["sentence"])]


def test_particles_before_and_after_do_not_break_the_words() -> None:
    tokenizer = open_dictionary(own_vocabulary())
    frames = ("わたしの{}が", "{}を", "この{}は", "{}です", "にほんの{}で", "{}もない")
    broken = {
        frame.format(kana)
        for frame, (kana, norm) in product(frames, DOMAIN.items())
        if norm not in [word.normalized_form() for word in tokenizer.tokenize(frame.format(kana))]
    }
    assert broken == set()


@pytest.mark.model
def test_a_tokenizer_that_lost_its_words_is_refused() -> None:
    model = load_model()
    lost = pickle.loads(pickle.dumps(model.tokenizer))  # noqa: S301
    with pytest.raises(UserMistake, match="words of the dictionary are not in force"):
        check_in_force(lambda text: [word.norm_ for word in lost(text)], own_vocabulary())


@pytest.mark.model
def test_a_model_that_does_not_use_the_dictionary_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "open_dictionary", lambda _: open_dictionary(Vocabulary()))
    word = Word(surface="ほにゃほにゃ", norm="保似屋", reading="ホニャホニャ")
    with pytest.raises(UserMistake, match="not in force"):
        load_model(Vocabulary((word,)))


def test_a_word_that_cannot_win_is_said() -> None:
    word = Word(surface="しごと", norm="志事", reading="シゴト", cost=32_000)
    with pytest.raises(UserMistake) as raised:
        open_dictionary(Vocabulary((word,)))
    assert [fault.file for fault in raised.value.faults] == ["nlp/lexicon/user_dictionary.csv"]
    assert "しごと" in raised.value.faults[0].say("ja")


def test_nothing_is_left_on_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tokenizer = open_dictionary(own_vocabulary())
    assert list(tmp_path.iterdir()) == []
    assert [word.normalized_form() for word in tokenizer.tokenize("やちん")] == ["家賃"]


def test_the_vocabulary_is_part_of_what_a_result_depends_on() -> None:
    own = own_vocabulary()
    other = Vocabulary(own.words[1:], own.homophones)
    names = {analyser_id(each)["vocabulary_sha256"] for each in (own, other, Vocabulary(own.words), None)}
    assert len(names) == 3
    assert Vocabulary.from_json(own.to_json()) == own
    assert Vocabulary.from_json(own.to_json()).sha256 == own.sha256


def _norms_of_themes() -> Iterator[str]:
    themes = DefinitionReader(OWN_FOLDER).yaml("nlp/themes.yml", ThemesFile)
    assert themes is not None
    for _, rule in themes.rules():
        for clause in rule.clauses():
            yield from clause.norm


@pytest.mark.model
def test_the_themes_look_for_norms_that_the_analyser_gives() -> None:
    norms = sorted(set(_norms_of_themes()))
    given = annotate(norms)
    assert {norm for norm in norms if [token.norm for token in given[norm].tokens] != [norm]} == set()


def _known(tokenizer: Tokenizer) -> list[str]:
    """The words of the domain that a tokenizer knows in kana."""
    found = {kana: [word.normalized_form() for word in tokenizer.tokenize(kana)] for kana in DOMAIN}
    return [kana for kana, norm in DOMAIN.items() if found[kana] == [norm]]


def _has_kanji(text: str) -> bool:
    return any("一" <= each <= "鿿" for each in text)
