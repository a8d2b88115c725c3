"""What writing in kana costs: `python -m tests.bench.script_variants`. 100 sentences in kanji, kana and spaced kana.

Printed: sentences whose themes are those of the kanji version, and how many words they share with it (Jaccard index of
the norms of content words), with and without the user dictionary and homophones, with spaces left out and kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

from ruamel.yaml import YAML

from nlp import pipeline
from nlp.annotation import Annotation
from nlp.coding import find_themes
from nlp.terms import CONTENT_POS
from nlp.themes import ThemesFile
from nlp.vocabulary import OWN_FOLDER, Vocabulary, own_vocabulary
from warehouse.definitions import DefinitionReader

_SET = Path(__file__).resolve().parents[1] / "nlp" / "script_variants.yml"


def main() -> None:
    """Print the figures."""
    sentences = list(YAML(typ="safe").load(_SET.read_text(encoding="utf-8")))
    themes = DefinitionReader(OWN_FOLDER).yaml("nlp/themes.yml", ThemesFile)
    assert themes is not None
    held_out = [bool(each.get("held_out")) for each in sentences]
    own = own_vocabulary()
    for name, vocabulary in [("none", Vocabulary()), ("words", Vocabulary(own.words)), ("words + homophones", own)]:
        for way, keeps_spaces in (("kana", False), ("spaced", False), ("spaced", True)):
            kanji = _annotated(sentences, "kanji", vocabulary, keeps_spaces)
            other = _annotated(sentences, way, vocabulary, keeps_spaces)
            same = [_themes(one, themes) == _themes(two, themes) for one, two in zip(kanji, other, strict=True)]
            shared = sum(_shared(one[1], two[1]) for one, two in zip(kanji, other, strict=True)) / len(sentences)
            of_held_out = sum(each for each, is_held_out in zip(same, held_out, strict=True) if is_held_out)
            print(f"vocabulary: {name:20} {way:7}{'spaces kept' if keeps_spaces else '':12}", end="")
            print(f"same themes {sum(same)}/{len(same)} (held out {of_held_out}/{sum(held_out)}), words {shared:.2f}")


def _annotated(
    sentences: list[dict[str, Any]], way: str, vocabulary: Vocabulary, keeps_spaces: bool
) -> list[tuple[str, Annotation]]:
    texts = [each[way] for each in sentences]
    with mock.patch.object(pipeline, "joined", lambda copy: copy) if keeps_spaces else mock.MagicMock():
        return list(zip(texts, pipeline.annotate_batch(texts, vocabulary), strict=True))


def _themes(annotated: tuple[str, Annotation], themes: ThemesFile) -> set[str]:
    return {match.theme_id for match in find_themes(*annotated, themes)}


def _shared(one: Annotation, two: Annotation) -> float:
    norms, others = ({token.norm for token in each.tokens if token.pos in CONTENT_POS} for each in (one, two))
    return len(norms & others) / max(1, len(norms | others))


if __name__ == "__main__":
    main()
