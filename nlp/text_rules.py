"""Rules and word lists for free text: the tool's own, with what a programme adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from nlp.language import comparable
from nlp.masking import comparable_name
from nlp.masking_rules import MaskingFile
from warehouse.definitions import DefinitionReader

OWN_FOLDER = Path(__file__).resolve().parents[1]
MASKING = "nlp/masking.yml"
NOTHING = "nlp/lexicon/nothing.txt"
NOT_NAMES = "nlp/lexicon/not_names.txt"
STOP_WORDS = "nlp/lexicon/stop_words.txt"


@dataclass(frozen=True)
class TextRules:
    """What masking, triage and terms go by, beside the themes."""

    masking: MaskingFile
    nothing: frozenset[str]  # as language.comparable gives them
    not_names: frozenset[str]  # as masking.comparable_name gives them
    stop_words: frozenset[str]  # lemmas


def read_text_rules(reader: DefinitionReader) -> TextRules | None:
    """Read the rules of a programme: its own masking.yml, or else the tool's; the tool's word lists and its own.

    Files and faults go to `reader`; with faults the result is None.
    """
    own = reader if reader.folder.resolve() == OWN_FOLDER else DefinitionReader(OWN_FOLDER)
    masking = (reader if _has(reader, MASKING) else own).yaml(MASKING, MaskingFile)
    nothing = _words(reader, own, NOTHING, comparable)
    not_names = _words(reader, own, NOT_NAMES, comparable_name)
    stop_words = _words(reader, own, STOP_WORDS, str)
    if own is not reader:
        reader.files += [replace(file, name=f"monosashi/{file.name}") for file in own.files]
        reader.faults += [replace(fault, file=f"monosashi/{fault.file}") for fault in own.faults]
    if masking is None or reader.faults:
        return None
    return TextRules(masking, nothing, not_names, stop_words)


def _words(reader: DefinitionReader, own: DefinitionReader, name: str, form: Callable[[str], str]) -> frozenset[str]:
    texts = [own.read_text(name)]
    if own is not reader and _has(reader, name):
        texts.append(reader.read_text(name))
    lines = [line.strip() for text in texts for line in (text or "").splitlines()]
    return frozenset(form(line) for line in lines if line and not line.startswith("#"))


def _has(reader: DefinitionReader, name: str) -> bool:
    return (reader.folder / name).is_file()
