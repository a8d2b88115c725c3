import sqlite3
from pathlib import Path

import pytest

from nlp.annotation import Annotation, Entity, Token
from nlp.annotation_cache import AnnotationCache
from warehouse.definitions import UserMistake

ANALYSER = {"model_name": "a", "model_version": "1"}
TEXT = "仕事がない"
ANNOTATION = Annotation(
    "analysed",
    (
        Token(0, 2, "仕事", "仕事", "仕事", "NOUN", "名詞-普通名詞-サ変可能", "", "nsubj", 1, 0),
        Token(3, 5, "ない", "ない", "無い", "ADJ", "形容詞-非自立可能", "形容詞;終止形-一般", "ROOT", 1, 0),
    ),
    (Entity("Person", 0, 2),),
)


def test_what_was_stored_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "annotations.sqlite"
    with AnnotationCache(path, ANALYSER) as cache:
        cache.store({TEXT: ANNOTATION})
    with AnnotationCache(path, ANALYSER) as cache:
        assert cache.find([TEXT, "家がない"]) == {TEXT: ANNOTATION}


def test_another_version_of_the_analyser_finds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "annotations.sqlite"
    with AnnotationCache(path, ANALYSER) as cache:
        cache.store({TEXT: ANNOTATION})
    with AnnotationCache(path, ANALYSER | {"model_version": "2"}) as cache:
        assert cache.find([TEXT]) == {}


def test_of_a_text_with_identifiers_only_positions_are_stored(tmp_path: Path) -> None:
    path = tmp_path / "annotations.sqlite"
    with AnnotationCache(path, ANALYSER) as cache:
        cache.store({TEXT: ANNOTATION}, without_words={TEXT})
        assert cache.find([TEXT]) == {}
        found = cache.find([TEXT], words=False)[TEXT]
    assert [(token.start, token.end, token.pos) for token in found.tokens] == [(0, 2, "NOUN"), (3, 5, "ADJ")]
    assert {token.lemma + token.norm for token in found.tokens} == {""}
    assert found.entities == ANNOTATION.entities
    content = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert "仕事".encode() not in content
    with sqlite3.connect(path) as connection:
        import zlib

        bodies = [zlib.decompress(body).decode() for (body,) in connection.execute("SELECT body FROM annotation")]
    connection.close()
    assert all("仕事" not in body and "無い" not in body for body in bodies)


def test_words_replace_positions_and_are_not_replaced_by_them() -> None:
    with AnnotationCache(None, ANALYSER) as cache:
        cache.store({TEXT: ANNOTATION}, without_words={TEXT})
        cache.store({TEXT: ANNOTATION})
        cache.store({TEXT: ANNOTATION}, without_words={TEXT})
        assert cache.find([TEXT]) == {TEXT: ANNOTATION}


def test_one_run_reads_what_another_has_stored_meanwhile(tmp_path: Path) -> None:
    """Kinds of words are numbered in the file: neither run may take the other's numbers for its own."""
    path = tmp_path / "annotations.sqlite"
    stored = {f"{tag}{number}": _annotation(tag) for number in range(2) for tag in ("名詞", "動詞", "副詞")}
    with AnnotationCache(path, ANALYSER) as one, AnnotationCache(path, ANALYSER) as other:
        for number, (text, annotation) in enumerate(stored.items()):
            (one, other)[number % 2].store({text: annotation})
        assert one.find(list(stored)) == other.find(list(stored)) == stored


def _annotation(tag: str) -> Annotation:
    return Annotation("analysed", (Token(0, 2, tag, tag, tag, "X", tag, "", "ROOT", 0, 0),))


def test_many_texts_are_found_at_once() -> None:
    texts = [f"{number}人" for number in range(1_300)]
    with AnnotationCache(None, ANALYSER) as cache:
        cache.store({text: Annotation("analysed") for text in texts})
        assert set(cache.find([*texts, "別"])) == set(texts)


def test_a_file_that_is_no_cache_is_the_users_to_delete(tmp_path: Path) -> None:
    path = tmp_path / "annotations.sqlite"
    path.write_bytes(b"this is no database, and long enough to be read as one" * 40)
    with pytest.raises(UserMistake, match="delete it and run again"):
        AnnotationCache(path, ANALYSER)
