"""Triage before analysis: is there an answer at all, in which language is it, and which part of it is Japanese?"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from nlp.detector import LONGEST, detected
from nlp.language_rules import LanguagesFile, Romaji, own_languages
from nlp.scripts import (
    JAPANESE,
    OPEN_KANJI,
    SEVERAL,
    WITH_JAPANESE,
    ScriptProfile,
    script_counts,
    script_of,
    script_profile,
)

TriageState = Literal["blank", "nothing", "other_language", "to_analyse"]
"""`nothing`: an answer that says there is none (特になし). Only `to_analyse` goes to the Japanese analyser."""

NO_LANGUAGE: Final = "zxx"  # ISO 639: no linguistic content
ROMAJI: Final = "ja-Latn"

_SENTENCES = re.compile(r".+?(?:[。！？।]+|[.!?;]+(?=\s)|(?=\n)|$)\s*", re.DOTALL)
# A sentence is Japanese if its Japanese letters outnumber the words of another script so often, less often if particles
# or endings in hiragana stand between them. A word of katakana counts as one letter: it may be the name of a place.
_JAPANESE_LETTERS_PER_WORD = 2.0
_KATAKANA_PER_LETTER = 3
_SHORT_WORD = 4  # letters
_LONGEST_NAME_WORDS = 3  # so many foreign words in a row are a name or a title in a Japanese sentence
_GRAMMAR = re.compile(
    r"(?<=[^\W\dぁ-ゖ])\s*(?:は|が|を|に|で|と|も|の|へ|や|から|まで|です|だ|した|して|する|しか|など)|"
    r"(?:です|ます|ません|ました|ない|たい|ください)(?=\W|$)"
)
_CHINESE_WITH_KANA = 0.15  # hiragana among hiragana and Chinese characters: below, kana are quoted in Chinese
_WORD = re.compile(r"[^\W\d_]+(?:['’\u0300-\u036f-][^\W\d_]+)*")
_OF_CHINESE_CHARACTERS = ("ja", "zh")  # a questionnaire in another language says nothing of 工作
_OLD_FORMS_ROW = 48  # of JIS X 0208: rare characters, and forms that Japanese gave up (學, 國)
_USED_OLD_FORMS = frozenset("鬱憊贅罵嗅籠麵萬")


@dataclass(frozen=True)
class Triage:
    """A text's language (BCP 47; `und-` and the script where nothing tells), how it is written, what becomes of it.

    `foreign`: spans of the sentences in other languages, where a text in several holds Japanese ones.
    """

    language: str
    state: TriageState
    script: ScriptProfile
    foreign: tuple[tuple[int, int], ...] = ()


def triage(
    text: str, nothing: Collection[str], languages: LanguagesFile | None = None, *, prior: str | None = None
) -> Triage:
    """Tell blank answers, answers that say "nothing", Japanese ones and others apart.

    `nothing` holds wordings as `comparable` gives them. `languages`: the tool's own rules by default. `prior`: the
    language of the questionnaire, if it is known, which a text has whose Chinese characters do not tell (工作).
    """
    languages = languages or own_languages()
    language, foreign = _language(text, languages, prior)
    script = script_profile(unicodedata.normalize("NFKC", text), language)
    if is_blank(text):
        return Triage(NO_LANGUAGE, "blank", script)
    words = comparable(text)
    if words in nothing or (not words and language == NO_LANGUAGE and not _has_symbol(text)):
        return Triage(language, "nothing", script)
    return Triage(language, "to_analyse" if language in WITH_JAPANESE else "other_language", script, foreign)


def needs_person(language: str) -> bool:
    """Whether a person has to say in which language a text is, or to write it in Japanese script."""
    return language.startswith("und") or language in (SEVERAL, ROMAJI)


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: white space (also U+3000), zero-width and control characters, fillers."""
    return all(unicodedata.category(each)[0] in "ZC" or each in "\u115f\u1160\u2800\u3164\uffa0" for each in text)


def comparable(text: str) -> str:
    """The text's letters and digits in ordinary form and lower case, without marks and spaces between them."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in folded if unicodedata.category(each)[0] in "LMN")


def _has_symbol(text: str) -> bool:
    """Whether the text holds a symbol that may say something, such as an emoji."""
    return any(unicodedata.category(each) == "So" for each in text)


def _language(text: str, languages: LanguagesFile, prior: str | None) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text's language, and the sentences of it that are in another than Japanese."""
    told = [(span, _sentence_language(text[slice(*span)], languages, prior)) for span in _sentences(text)]
    if any(language == "ja" for _, language in told):  # 相談。ありがとうございました。
        told = [(span, "ja" if language == OPEN_KANJI else language) for span, language in told]
    found = {language for _, language in told} - {NO_LANGUAGE}
    if not found:
        return NO_LANGUAGE, ()
    if len(found) == 1:
        return found.pop(), ()
    if found & WITH_JAPANESE:
        foreign = tuple(span for span, language in told if language not in WITH_JAPANESE)
        return SEVERAL, foreign
    whole = _sentence_language(text, languages, prior)  # short sentences are told more surely together
    return (whole if whole in found else SEVERAL), ()


def _sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences; one of no more than a short word (OK!) belongs to the one before it."""
    spans: list[tuple[int, int]] = []
    stands_alone = False
    for match in _SENTENCES.finditer(text):
        words = _WORD.findall(match.group())
        is_short = len("".join(words)) <= _SHORT_WORD and not _has_japanese(match.group())
        if spans and (is_short or not stands_alone):
            spans[-1] = (spans[-1][0], match.end())
            stands_alone = stands_alone or not is_short
        else:
            spans.append(match.span())
            stands_alone = not is_short
    return spans


def _has_japanese(text: str) -> bool:
    return any(script_of(each) in JAPANESE for each in text)


def _sentence_language(sentence: str, languages: LanguagesFile, prior: str | None) -> str:
    text = unicodedata.normalize("NFKC", sentence)
    scripts = script_counts(text)
    if not scripts:
        return NO_LANGUAGE
    hiragana, katakana, kanji = (scripts.pop(script, 0) for script in ("Hira", "Kana", "Hani"))
    if kanji and languages.kanji.chinese.search(text) and hiragana <= _CHINESE_WITH_KANA * (hiragana + kanji):
        return "zh"
    if not scripts and not (hiragana or katakana):
        asked_in = prior if prior and prior.split("-")[0] in _OF_CHINESE_CHARACTERS else OPEN_KANJI
        return _of_chinese_characters(text, languages) or asked_in
    if not scripts:
        return "ja"
    return _beside_other_scripts(text, hiragana + katakana / _KATAKANA_PER_LETTER + kanji, scripts, languages)


def _beside_other_scripts(text: str, japanese: float, scripts: Counter[str], languages: LanguagesFile) -> str:
    """Language of a sentence with letters of other scripts, and perhaps Japanese ones (counted: `japanese`)."""
    words = [word for word in _WORD.findall(text) if not _has_japanese(word)]
    foreign = sum(map(_words_n, words))
    if japanese >= _JAPANESE_LETTERS_PER_WORD * foreign:
        return "ja"
    if japanese >= foreign:
        is_sentence = _GRAMMAR.search(text) and _longest_run(text) <= _LONGEST_NAME_WORDS
        return "ja" if is_sentence else SEVERAL
    script = max(sorted(scripts), key=lambda each: scripts[each])
    own = "".join(each if script_of(each) not in JAPANESE else " " for each in text)
    return _of_script(own, script, languages)


def _of_script(text: str, script: str, languages: LanguagesFile) -> str:
    """Language of a text in a script that is not Japanese; `und-` and the script where nothing tells."""
    text = text[:LONGEST]
    for telling in languages.words:
        if telling.script == script and telling.tell(text):
            return telling.language
    if script in languages.alone:
        others = languages.other_letters.get(script)
        return f"und-{script}" if others and re.search(others, text) else languages.alone[script]
    if script == "Latn" and _is_romaji(text, languages.romaji):
        return ROMAJI
    if script in languages.detected:
        language, confidence = detected(text, languages.detected[script])
        if confidence >= languages.confidence:
            return language
    return f"und-{script}"


def _of_chinese_characters(text: str, languages: LanguagesFile) -> str | None:
    """Language of a text of Chinese characters alone, if they tell."""
    characters = [each for each in text if script_of(each) == "Hani"]
    repertoires = {_repertoire(each) for each in characters}
    if "unused" in repertoires:
        return "zh"
    if "japanese" in repertoires or {"old", "simplified"} <= repertoires:
        return "ja"
    if any(word in text for word in languages.kanji.ja):
        return "ja"
    return "zh" if any(_is_given_up(each) for each in characters) else None


@cache
def _repertoire(character: str) -> Literal["unused", "japanese", "old", "simplified", "shared"]:
    """Who writes a Chinese character: not Japanese, only Japanese, with old or with simplified forms, all."""
    if not _is_in(character, "cp932"):
        return "unused"
    with_simplified, with_old = _is_in(character, "gb2312"), _is_in(character, "big5")
    if with_simplified and with_old:
        return "shared"
    return "simplified" if with_simplified else "old" if with_old else "japanese"


@cache
def _is_given_up(character: str) -> bool:
    """Whether it is an old form that Japanese writes otherwise now (學: 学)."""
    if _repertoire(character) != "old" or character in _USED_OLD_FORMS or not _is_in(character, "euc_jp"):
        return False
    return character.encode("euc_jp")[0] - 0xA0 >= _OLD_FORMS_ROW


def _is_in(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _words_n(word: str) -> float:
    """How many words a run of letters is: scripts without spaces between words write about four letters a word."""
    return len(word) / 4 if script_of(word[0]) in ("Thai", "Mymr", "Khmr", "Laoo", "Tibt") else 1


def _longest_run(text: str) -> int:
    """Words of other scripts in a row, at the most."""
    runs = re.split("[ぁ-ゖァ-ヺー一-鿿々、。！？]+", text)
    return max(len(_WORD.findall(run)) for run in runs)


_SYLLABLES = re.compile(
    "(?:(?:kk|ss|tt|pp|ssh|tch|cch|tts|[kgnhbpmr]y|sh|ch|ts|j|[kgsztdnhbpmyrwf])?(?:ou|uu|aa|ii|ei|oo|[aiueoâîûêôāīūēō])"
    "|n(?![aiueoy])|m(?=[bmp]))+"
)


def _is_romaji(text: str, romaji: Romaji) -> bool:
    words = [word.casefold() for word in _WORD.findall(text)]
    spelt_n = sum(bool(_SYLLABLES.fullmatch(word)) for word in words)
    if not words or spelt_n < romaji.share * len(words):
        return False
    has_ending = any(word.endswith(ending) and len(word) > 2 for word in words for ending in romaji.endings)
    return (has_ending and len(words) > 1) or len({word for word in words if word in romaji.particles}) >= 2
