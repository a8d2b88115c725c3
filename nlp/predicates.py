"""Predicates of a text with polarity and modality: in 家賃が払えない it is 払う, potential, negated, said of 家賃.

Pure over an annotation. What follows a predicate is read from the dictionary's tags and inflections, which are steadier
than the parser (nlp/predicate_endings.py); what it is said of is read from the parser's heads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from nlp.annotation import Annotation, Token
from nlp.predicate_endings import Modality as Modality
from nlp.predicate_endings import ending_at, symbols_of

ADNOMINAL: Final = "連体"


class Argument(NamedTuple):
    """A noun that a predicate is said of, by its normal form and its particle; text[start:end] is the noun.

    `particle` is "" where none is written, and `ADNOMINAL` for the noun that the predicate stands before (高い家賃).
    """

    noun: str
    particle: str
    start: int
    end: int


@dataclass(frozen=True)
class Predicate:
    """A verb, an adjective or a noun said of something: text[start:end] are its words, with all that turns its sense.

    `lemma` is the normal form. Existence is 有る or, negated, 無い, whichever way it is written (ない, ありません).
    """

    lemma: str
    negated: bool
    modality: frozenset[Modality]
    arguments: tuple[Argument, ...]
    start: int
    end: int

    @property
    def is_reversed(self) -> bool:
        """Whether it says the reverse of its lemma: 高くない does, ない (無い) says what it says."""
        return self.negated and self.lemma != _ABSENCE

    @property
    def label(self) -> str:
        """Lemma with polarity and modality, but for tense: 払う〜できない."""
        of_itself = _OF_ITSELF.get(self.lemma)
        marks = [mark for modality, mark in _MARKS.items() if modality in self.modality and modality != of_itself]
        ending = "".join(marks) + ("ない" if self.is_reversed else "")
        for apart, fused in _FUSED:
            ending = ending.replace(apart, fused)
        return f"{self.lemma}〜{ending}" if ending else self.lemma

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each noun it is said of, with the label: (家賃, 払う〜できない)."""
        return [(argument.noun, self.label) for argument in self.arguments]


_EXISTENCE: Final = "有る"
_ABSENCE: Final = "無い"
_VANISH: Final = "なくなる"
_OF_ITSELF: Final[dict[str, Modality]] = {"出来る": "potential", "欲しい": "wish"}
_MARKS: Final[dict[Modality, str]] = {
    "hard": "にくい",
    "excess": "すぎる",
    "potential": "できる",
    "change": "なる",
    "wish": "たい",
    "must": "べき",
    "condition": "ば",
}
_FUSED: Final = (
    ("できるなるない", "できなくなる"),
    ("できるなる", "できるようになる"),
    ("なるたい", "したい"),
    ("できるない", "できない"),
    ("たいない", "たくない"),
    ("なるない", "なくなる"),
    ("べきない", "てはいけない"),
)
_OPINIONS: Final = frozenset({"思う", "感ずる", "感じる", "考える", "言う"})
_CASES: Final = frozenset({"", *"がをにではもへ", "しか", "だけ", "さえ", "すら"})
_SAID_OF: Final = frozenset({"nsubj", "csubj", "obj", "iobj", "obl", "compound", "dislocated", "nmod", "dep"})
_FORMAL_NOUNS: Final = frozenset(
    ["事", "こと", "物", "もの", "所", "ところ", "為", "時", "訳", "筈", "方", "様", "点", "気"]
)
_U_ROW: Final = dict(zip("えけげせてねべめれ", "うくぐすつぬぶむる", strict=True))


def predicates(annotation: Annotation) -> list[Predicate]:
    """The predicates of a text in its order, each with its polarity: negated twice is not negated."""
    tokens = annotation.tokens
    symbols = symbols_of(tokens)
    children: dict[int, list[int]] = {}
    for number, token in enumerate(tokens):
        if token.head != number:
            children.setdefault(token.head, []).append(number)
    found: list[Predicate] = []
    end = 0
    for core in range(len(tokens)):
        if core < end or not _is_core(tokens, symbols, core):
            continue
        before, (predicate, end) = end, _read(tokens, symbols, core)
        if found and _denies(predicate) and re.fullmatch("qh?", symbols[before:core]):
            thought = found.pop()  # 悪いとは思わない: not bad
            found.append(replace(thought, negated=not thought.negated, end=predicate.end))
        else:
            found.append(replace(predicate, arguments=tuple(_arguments(tokens, children, core, end))))
    return found


def _is_core(tokens: Sequence[Token], symbols: str, at: int) -> bool:
    """Whether a predicate begins here: a verb, an adjective, or a noun with a copula or at the end of what is said."""
    token, after = tokens[at], symbols[at + 1 :]
    if token.dep == "fixed" or token.norm in _FORMAL_NOUNS:
        return False
    if token.tag.startswith(("動詞", "形容詞", "形状詞-一般", "形状詞-タリ")):
        return True
    if not token.tag.startswith("名詞-普通名詞") or token.pos == "NUM":
        return False
    if "サ変" in token.tag and re.match("s|h?o", after):
        return True
    if re.match("qh?", after) and "形状詞可能" in token.tag:
        return True  # 便利とは言えない
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or following.sentence != token.sentence or following.pos == "PUNCT":
        return token.head == at or token.pos in ("ADJ", "VERB")
    if following.inflection.startswith(("助動詞-ダ", "助動詞-デス", "助動詞-ジャ")):
        return True
    return re.match("[dl]h?(?:a|Am?n)", after) is not None


def _read(tokens: Sequence[Token], symbols: str, core: int) -> tuple[Predicate, int]:
    """The predicate that begins at `core`, still without arguments, and the number of the token after it."""
    first, end = tokens[core], core + 1
    negations = int(first.norm == _ABSENCE)
    modality: set[Modality] = set()
    if (own := _OF_ITSELF.get(first.norm)) is not None:
        modality.add(own)
    elif _is_potential(first):
        modality.add("potential")
    while end < len(tokens) and tokens[end].sentence == first.sentence:
        if (found := ending_at(symbols, tokens, end, core)) is None:
            break
        ending, end = found
        if ending.negations and "wish" not in modality:
            modality.discard("change")  # 良くならない: nothing came of it; unlike 困らなくなる, negated before
        negations += ending.negations
        modality |= ending.modality
    lemma, negated = first.norm, negations % 2 == 1
    if lemma == _ABSENCE and "change" in modality:  # two words or one, as the dictionary has it
        lemma, negated = _VANISH, not negated
        modality.discard("change")
    elif lemma == "無くなる":
        lemma = _VANISH
    elif lemma in (_ABSENCE, _EXISTENCE):
        lemma = _ABSENCE if negated else _EXISTENCE
    return Predicate(lemma, negated, frozenset(modality), (), first.start, tokens[end - 1].end), end


def _denies(predicate: Predicate) -> bool:
    """Whether it is an opinion's negation, which is meant of what is thought: とは思わない, とは言えない."""
    return (
        predicate.negated
        and predicate.lemma in _OPINIONS
        and (predicate.lemma != "言う" or "potential" in predicate.modality)
    )


def _is_potential(token: Token) -> bool:
    """払える, whose normal form is 払う; not 別れる, which is normal itself."""
    lemma, norm = token.lemma, token.norm
    return (
        token.inflection.startswith("下一段")
        and len(lemma) > 1
        and _U_ROW.get(lemma[-2]) == norm[-1]
        and norm[-2:] != lemma[-2:]
    )


def _arguments(
    tokens: Sequence[Token], children: Mapping[int, Sequence[int]], core: int, end: int
) -> Iterator[Argument]:
    """The nouns that hang on the predicate's words, and the one that it stands before."""
    hanging = {child for part in range(core, end) for child in children.get(part, []) if not core <= child < end}
    for noun in sorted(hanging):
        if tokens[noun].dep in _SAID_OF and _is_noun(tokens[noun]):
            particle = _particle(tokens, noun)
            if particle in _CASES:
                yield _argument(tokens, children, noun, particle)
    if re.search("連体形|終止形", tokens[end - 1].inflection):
        above = {tokens[part].head for part in range(core, end) if tokens[part].dep == "acl"}
        for noun in sorted(above):
            if noun >= end and _is_noun(tokens[noun]):
                yield _argument(tokens, children, noun, ADNOMINAL)


def _is_noun(token: Token) -> bool:
    return token.tag.startswith(("名詞", "代名詞")) and token.pos != "NUM" and token.norm not in _FORMAL_NOUNS


def _particle(tokens: Sequence[Token], noun: int) -> str:
    """The particle or auxiliary after the noun and its suffixes (不便さを); "" where there is none."""
    after = noun + 1
    while after < len(tokens) and tokens[after].tag.startswith("接尾辞"):
        after += 1
    is_marked = after < len(tokens) and tokens[after].tag.startswith(("助詞", "助動詞"))
    return tokens[after].surface if is_marked else ""


def _argument(tokens: Sequence[Token], children: Mapping[int, Sequence[int]], noun: int, particle: str) -> Argument:
    """The noun with the words compounded before it: 待ち時間."""
    first = noun
    while first - 1 in children.get(noun, []) and tokens[first - 1].dep == "compound":
        first -= 1
    return Argument("".join(t.norm for t in tokens[first : noun + 1]), particle, tokens[first].start, tokens[noun].end)
