"""How well masking does on the marked sentences: `python -m tests.bench.masking [development|held_out ...]`.

Recall (all letters of a mark are masked) and precision (a mask hides some of a mark) with Wilson intervals, by kind and
by style of writing; what it costs beside the analyser. It shows no sentence of the held-out half.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

from nlp.annotate import annotate
from nlp.masking import Masker
from nlp.masking_measure import MarkedSentence, marked_sentences, score, summary
from nlp.text_rules import OWN_FOLDER, TextRules, read_text_rules
from warehouse.definitions import DefinitionReader

SET = Path(__file__).resolve().parents[1] / "nlp" / "masking_set"


def main(halves: list[str]) -> None:
    """Measure each half and print its tables."""
    rules = read_text_rules(DefinitionReader(OWN_FOLDER))
    assert rules is not None
    for half in halves:
        sentences = list(marked_sentences(YAML(typ="safe").load((SET / f"{half}.yml").read_text(encoding="utf-8"))))
        marks, masks = score(sentences, rules)
        without_n = sum(not each.marks for each in sentences)
        print(f"\n{half}: {len(sentences)} sentences, {without_n} of them with nothing to mask")
        for by in ("kind", "style"):
            _print(summary(marks, masks, by))
        if half == "development":
            _print_misses(marks, masks)
        _print_cost(sentences, rules)


def _print(table: pd.DataFrame) -> None:
    shares = [name for name in table.columns if name.startswith(("recall", "precision"))]
    formats = {name: lambda share: "" if pd.isna(share) else f"{share:.3f}" for name in shares}
    print(table.to_string(index=False, formatters=formats))


def _print_misses(marks: pd.DataFrame, masks: pd.DataFrame) -> None:
    for _, miss in marks[~marks["is_hidden"]].iterrows():
        print(f"missed {miss['kind']}: {miss['text']}")
    for _, wrong in masks[~masks["is_right"]].iterrows():
        print(f"masked for nothing ({wrong['doubt'] or 'sure'}): {wrong['text']} → {wrong['masked']}")


def _print_cost(sentences: list[MarkedSentence], rules: TextRules) -> None:
    """Processor time a sentence, of the analyser and of masking with its annotation."""
    texts = [each.text for each in sentences]
    annotate(texts[:1])
    masker = Masker(rules)
    masker.mask(texts[0])
    started = time.process_time()
    annotations = annotate(texts)
    analysed = time.process_time()
    for text in texts:
        masker.mask(text, annotations[text])
    masked = time.process_time()
    analyser, masking = (1000 * span / len(texts) for span in (analysed - started, masked - analysed))
    print(f"a sentence: analyser {analyser:.2f} ms, masking {masking:.2f} ms, ratio {masking / analyser:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:] or ["development", "held_out"])
