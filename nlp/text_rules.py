"""Rules and word lists for free text: the tool's own, with what a programme adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nlp.language import comparable
from nlp.language_rules import LANGUAGES, LanguagesFile
from nlp.masking_rules import MaskingFile
from nlp.names import KnownNames, comparable_name
from nlp.vocabulary import OWN_FOLDER, Vocabulary, read_vocabulary
from warehouse.definitions import DefinitionReader

MASKING = "nlp/masking.yml"
NOTHING = "nlp/lexicon/nothing.txt"
NOT_NAMES = "nlp/lexicon/not_names.txt"
STOP_WORDS = "nlp/lexicon/stop_words.txt"
KATAKANA_WORDS = "nlp/lexicon/katakana_words.txt"
NAMES = "nlp/lexicon/names_*.txt"


@dataclass(frozen=True)
class TextRules:
    """What masking, triage and terms go by, beside the themes."""

    masking: MaskingFile
    nothing: frozenset[str]  # as language.comparable gives them
    not_names: frozenset[str]  # as names.comparable_name gives them
    stop_words: frozenset[str]  # lemmas
    katakana_words: frozenset[str]  # as names.comparable_name gives them
    names: KnownNames
    languages: LanguagesFile
    vocabulary: Vocabulary


def read_text_rules(reader: DefinitionReader) -> TextRules | None:
    """Read the rules of a programme: each of its own definitions or else the tool's; the tool's word lists and its own.

    Files and faults go to `reader`; with faults the result is None.
    """
    own = reader if reader.folder.resolve() == OWN_FOLDER else DefinitionReader(OWN_FOLDER)
    masking = (reader if _has(reader, MASKING) else own).yaml(MASKING, MaskingFile)
    nothing = _words(reader, own, NOTHING, comparable)
    not_names = _words(reader, own, NOT_NAMES, comparable_name)
    stop_words = _words(reader, own, STOP_WORDS, str)
    katakana_words = frozenset(
        comparable_name(word) for line in _lines(reader, own, KATAKANA_WORDS) for word in line.split()
    )
    names = KnownNames.of(_lines(reader, own, NAMES))
    languages = (reader if _has(reader, LANGUAGES) else own).yaml(LANGUAGES, LanguagesFile)
    vocabulary = read_vocabulary(reader, own)
    if own is not reader:
        reader.files += [replace(file, name=f"monosashi/{file.name}") for file in own.files]
        reader.faults += [replace(fault, file=f"monosashi/{fault.file}") for fault in own.faults]
    if masking is None or languages is None or reader.faults:
        return None
    return TextRules(masking, nothing, not_names, stop_words, katakana_words, names, languages, vocabulary)


def _words(reader: DefinitionReader, own: DefinitionReader, name: str, form: Callable[[str], str]) -> frozenset[str]:
    return frozenset(map(form, _lines(reader, own, name)))


def _lines(reader: DefinitionReader, own: DefinitionReader, pattern: str) -> list[str]:
    """Lines of the tool's lists and of those a programme adds, without comments."""
    texts = [own.read_text(name) for name in _named(own, pattern) or [pattern]]
    if own is not reader:
        texts += [reader.read_text(name) for name in _named(reader, pattern)]
    lines = [line.strip() for text in texts for line in (text or "").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def _named(reader: DefinitionReader, pattern: str) -> list[str]:
    return sorted(path.relative_to(reader.folder).as_posix() for path in reader.folder.glob(pattern))


def _has(reader: DefinitionReader, name: str) -> bool:
    return (reader.folder / name).is_file()
