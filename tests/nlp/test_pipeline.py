from collections.abc import Sequence
from typing import Any

import pytest

from nlp import pipeline
from nlp.annotation import DICTIONARY_NAME, Annotation
from nlp.dictionary import open_dictionary
from nlp.pipeline import MODEL_NAME, PIECE_CHARACTERS, analyser_id, annotate_batch, load_model
from nlp.vocabulary import own_vocabulary
from warehouse.definitions import UserMistake

TEXTS = [
    "仕事がなくて家賃が払えません。",
    "しごと が ありません。",
    "ｱﾊﾟｰﾄﾉﾔﾁﾝが高い",
    "か\u3099っこうの先生は\t親切です。\nまた行きたい！",
    "ＡＢＣで２人、２０２４年に㈱タローで働いた…",
    "田中さんと佐藤花子が来た。グエン・バン・アンです。",
    "ありがとう〜〜ーー😀😀ｗｗｗ",
    "漢字（かんじ）を読む",
    "Thank you very much 先生",
    "㌔㌔㌔",
]


def test_another_version_of_the_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "version", lambda package: "5.2.0" if package == "ja-ginza" else "20260723")
    with pytest.raises(UserMistake) as raised:
        pipeline.check_versions()
    assert [fault.say("en") for fault in raised.value.faults] == [
        "ja-ginza: has another version (5.2.0); 5.3.0 is needed (make check)"
    ]


def test_a_missing_dictionary_is_refused_and_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        if package == "SudachiDict-core":
            raise pipeline.PackageNotFoundError(package)
        return "5.3.0"

    monkeypatch.setattr(pipeline, "version", version)
    with pytest.raises(UserMistake, match="SudachiDict-core: is not installed"):
        analyser_id()


def test_the_analyser_names_its_versions() -> None:
    names = analyser_id()
    assert names.keys() == {
        "model_name",
        "model_version",
        "dictionary_version",
        "vocabulary_sha256",
        "code_version",
    }
    assert (names["model_name"], names["model_version"], names["dictionary_version"]) == (
        "ja_ginza",
        "5.3.0",
        "20260723",
    )


@pytest.mark.model
def test_tokens_are_stretches_of_the_text_without_white_space() -> None:
    for text, annotation in zip(TEXTS, annotate_batch(TEXTS), strict=True):
        assert annotation.state == "analysed"
        end = 0
        for token in annotation.tokens:
            assert text[token.start : token.end] == token.surface == token.surface.strip() != ""
            assert token.start >= end
            end = token.end
        left_out = set(text) - set("".join(token.surface for token in annotation.tokens))
        assert left_out <= set(" 　\t\n〜ー")


@pytest.mark.model
def test_half_width_katakana_are_words_like_others() -> None:
    half, full = annotate_batch(["ｱﾊﾟｰﾄの家賃", "アパートの家賃"])
    assert [(token.lemma, token.pos) for token in half.tokens] == [(token.lemma, token.pos) for token in full.tokens]
    assert half.tokens[0].surface == "ｱﾊﾟｰﾄ"


@pytest.mark.model
def test_a_line_feed_ends_the_sentence_and_is_no_word() -> None:
    (annotation,) = annotate_batch(["日本\n語"])
    assert [token.surface for token in annotation.tokens] == ["日本", "語"]


@pytest.mark.model
def test_heads_and_sentences_count_through_lines_and_over_white_space() -> None:
    (annotation,) = annotate_batch(["仕事が　ない。 家賃も払えません。\n \n景色が\tよかった"])
    tokens = annotation.tokens
    assert [(token.surface, tokens[token.head].surface, token.dep, token.sentence) for token in tokens] == [
        ("仕事", "ない", "nsubj", 0),
        ("が", "仕事", "case", 0),
        ("ない", "ない", "ROOT", 0),
        ("。", "ない", "punct", 0),
        ("家賃", "払え", "nsubj", 1),
        ("も", "家賃", "case", 1),
        ("払え", "払え", "ROOT", 1),
        ("ませ", "払え", "aux", 1),
        ("ん", "払え", "aux", 1),
        ("。", "払え", "punct", 1),
        ("景色", "よかっ", "nsubj", 2),
        ("が", "景色", "case", 2),
        ("よかっ", "よかっ", "ROOT", 2),
        ("た", "よかっ", "aux", 2),
    ]
    assert (tokens[6].tag, tokens[6].inflection) == ("動詞-一般", "下一段-ア行;連用形-一般")


@pytest.mark.model
def test_every_word_hangs_on_one_word_of_its_sentence() -> None:
    for annotation in annotate_batch([*TEXTS, "食べて\tです", "「 \t 」", "  あ"]):
        tokens = annotation.tokens
        for number, token in enumerate(tokens):
            assert (token.head == number) == (token.dep == "ROOT")
            assert tokens[token.head].sentence == token.sentence
            above = {number}
            while (number := tokens[number].head) not in above:
                above.add(number)
            assert tokens[number].head == number, "only a root ends the way up"
        numbers = [token.sentence for token in tokens]
        assert sorted(set(numbers)) == list(range(len(set(numbers))))
        assert numbers == sorted(numbers)


@pytest.mark.model
def test_names_the_dictionary_knows_are_entities() -> None:
    (annotation,) = annotate_batch(["ケンが手伝ってくれた。"])
    assert [(each.start, each.end) for each in annotation.entities if each.label == DICTIONARY_NAME] == [(0, 2)]


@pytest.mark.model
def test_components_left_out_change_nothing() -> None:
    import spacy

    whole = spacy.load(MODEL_NAME)
    whole.tokenizer.tokenizer = open_dictionary(own_vocabulary())
    texts = [text for text in TEXTS if "\n" not in text] + ["家賃が高い。保証人がいない。田中さんに相談した。"]
    for ours, theirs in zip(load_model().pipe(texts), whole.pipe(texts), strict=True):
        assert [(w.text, w.lemma_, w.norm_, w.pos_, w.tag_, str(w.morph)) for w in ours] == [
            (w.text, w.lemma_, w.norm_, w.pos_, w.tag_, str(w.morph)) for w in theirs
        ]
        assert [(w.dep_.removesuffix("_bunsetu"), w.head.i, w.is_sent_start) for w in ours] == [
            (w.dep_, w.head.i, w.is_sent_start) for w in theirs
        ]
        assert [(e.text, e.label_) for e in ours.ents] == [(e.text, e.label_) for e in theirs.ents]


@pytest.mark.model
@pytest.mark.parametrize(
    "text", ["仕事がない。" * 700, "あ" * 5_000, "😀" * 13_000, "家賃が高い" * 900 + "\n仕事がない"]
)
def test_a_long_text_is_analysed_in_pieces(text: str) -> None:
    (annotation,) = annotate_batch([text])
    assert annotation.state == "too_long_cut"
    assert all(text[token.start : token.end] == token.surface for token in annotation.tokens)
    assert annotation.tokens[-1].end == len(text)


@pytest.mark.model
def test_pieces_give_the_words_of_their_sentences() -> None:
    sentence = "仕事がなくて困っています。"
    (short,) = annotate_batch([sentence])
    (long,) = annotate_batch([sentence * 400])
    surfaces = [token.surface for token in short.tokens]
    assert [token.surface for token in long.tokens] == surfaces * 400


def test_no_piece_is_longer_than_the_dictionary_takes() -> None:
    texts = [
        "。".join("あ" * number for number in range(200)),
        "漢" * 20_000,
        "😀。" * 9_000,
        ("い" * 3_999 + "。") * 3,
    ]
    for text in texts:
        pieces = list(pipeline._pieces(0, text, lambda _: []))
        spans = [(p.offset + p.folded.starts[0], p.offset + p.folded.ends[-1]) for p in pieces]
        assert "".join(text[start:end] for start, end in spans) == text
        assert max(len(piece.folded.text) for piece in pieces) <= PIECE_CHARACTERS
        assert max(len(piece.folded.text.encode()) for piece in pieces) <= 49_149


@pytest.mark.model
def test_one_text_that_cannot_be_analysed_costs_only_itself() -> None:
    whole, broken, other = annotate_batch(["仕事がない", "仕事\ud800がない", "家がない"])
    assert broken == Annotation("not_analysable")
    assert [whole, other] == annotate_batch(["仕事がない", "家がない"])


@pytest.mark.model
def test_whatever_the_analyser_raises_stays_with_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    together = pipeline._annotate_together

    def failing(model: Any, texts: Sequence[str]) -> list[Annotation]:
        if "毒" in texts:
            raise MemoryError
        return together(model, texts)

    monkeypatch.setattr(pipeline, "_annotate_together", failing)
    assert [each.state for each in annotate_batch(["仕事", "毒", "家"])] == ["analysed", "not_analysable", "analysed"]


@pytest.mark.model
def test_texts_of_nothing_have_no_words() -> None:
    assert [each.tokens for each in annotate_batch(["", " 　", "\n\n"])] == [(), (), ()]
