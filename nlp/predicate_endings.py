"""What follows a predicate and turns its sense: negation, modality. A small grammar over the dictionary's tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from nlp.annotation import Token

Modality = Literal["past", "wish", "potential", "must", "hard", "excess", "condition", "change"]
"""た · たい, てほしい, てください · できる, 払える · なければならない · にくい · すぎる · ば, たら · くなる, くする."""

After = Literal["", "く", "に", "サ変", "動詞", "一段"]

# One character a token: what it can do after a predicate.
_BY_INFLECTION: Final = {
    **dict.fromkeys(("助動詞-ナイ", "助動詞-ヌ", "文語助動詞-ズ", "助動詞-ヘン", "助動詞-マイ"), "n"),
    "助動詞-タイ": "w",
    "助動詞-タ": "t",
    "助動詞-レル": "r",
    "助動詞-マス": "m",
    **dict.fromkeys(("助動詞-ダ", "助動詞-デス", "助動詞-ジャ"), "d"),
}
_BY_NORM: Final = {
    "無い": "a",
    "有る": "A",
    "欲しい": "W",
    **dict.fromkeys(["為る", "致す", "為さる"], "s"),
    "出来る": "o",
    "成る": "N",
    "行く": "I",
    "駄目": "D",
    **dict.fromkeys(["事", "こと"], "c"),
    **dict.fromkeys(["訳", "わけ", "筈", "はず"], "u"),
    "過ぎる": "X",
    "知れる": "y",
    "得る": "E",
    **dict.fromkeys(
        ["居る", "仕舞う", "呉れる", "貰う", "頂く", "下さる", "置く", "見る", "来る", "参る", "御座る", "上げる"], "v"
    ),
}
_BY_PARTICLE: Final = dict(zip("はもがにばとをかのん", "hhgibqOejj", strict=True))
_BY_SUFFIX: Final = {"難い": "H", "辛い": "H", "さ": "x"}
_NO: Final = "(?:a|Am?n)"  # ない, ありません


class Ending(NamedTuple):
    """A pattern of tokens, how often it negates, and what else it says. `after`: only after such a form."""

    pattern: re.Pattern[str]
    negations: int
    modality: frozenset[Modality]
    after: After


def _ending(pattern: str, *modality: Modality, negations: int = 0, after: After = "") -> Ending:
    return Ending(re.compile(pattern), negations, frozenset(modality), after)


# The first that fits is taken, so the longer ones stand first.
_ENDINGS: Final = (
    _ending("(?:kb|nTh|nC|nq)(?:[NI]m?n|D)|zOEm?n", "must"),  # なければならない, ないといけない, ざるを得ない
    _ending("K(?:[NI]m?n)?|nC", "must"),  # なきゃいけない, なくちゃ
    _ending("(?:Th|C)(?:[NI]m?n|D)", "must", negations=1),  # てはいけない
    _ending("eh?ym?n"),  # かもしれない
    _ending(f"u[dlgh]h?{_NO}", negations=1),  # わけではない, はずがない
    _ending("c[gh]o", "potential", after="動詞"),  # ことができる
    _ending(f"c[gh]{_NO}", negations=1, after="動詞"),  # ことはない
    _ending(f"j[dl]h?{_NO}d?e"),  # のではないか
    _ending(f"j[dl]h?{_NO}", negations=1),  # のではない
    _ending("jd"),  # のだ; not ので
    _ending(f"[dl]h?{_NO}", negations=1),  # ではない
    _ending(f"h?{_NO}", negations=1, after="く"),  # 高くない, なくはない
    _ending("ax", negations=1, after="動詞"),  # 行けなさそう
    _ending("[Ns]", "change", after="く"),  # 高くなる, 安くする
    _ending("x?i[Ns]", "change", after="に"),  # きれいになる, ようになる
    _ending("s", after="サ変"),  # 利用する
    _ending("h?o", "potential", after="サ変"),  # 利用できる
    _ending("Th?(?=W)"),  # てほしい
    _ending("W", "wish"),
    _ending("Tp", "potential"),  # てもらえる
    _ending("Th?[vA]"),  # ている, てくれる
    _ending("Th?a", negations=1),  # てない
    _ending("kb", "condition", negations=1),  # なければ
    _ending("ni?", negations=1),  # ない, ずに
    _ending("r(?=m?n)", "potential", after="一段"),  # 食べられない; not negated it may be passive or respectful
    _ending("w", "wish"),
    _ending("t", "past"),
    _ending("[fb]", "condition"),  # たら, ば
    _ending("H", "hard"),
    _ending("X", "excess"),
    _ending("[rmdlx]"),
)


def symbols_of(tokens: Sequence[Token]) -> str:
    """One character a token: what it can do after a predicate ("." for nothing)."""
    return "".join(map(_symbol, tokens))


def _symbol(token: Token) -> str:
    kind, _, form = token.inflection.partition(";")
    if (symbol := _BY_INFLECTION.get(kind)) is not None:
        return _inflected(symbol, form)
    if token.tag == "助詞-接続助詞" and token.surface in ("て", "で"):
        return "T"
    if token.tag == "助詞-接続助詞" and token.surface in ("ては", "では", "ちゃ", "じゃ"):
        return "C"
    if token.tag.startswith("助詞"):
        return "l" if token.surface == "で" else _BY_PARTICLE.get(token.surface, ".")
    if token.tag.startswith("接尾辞"):
        return _BY_SUFFIX.get(token.norm, ".")
    if token.norm == "下さる" and form.startswith("命令形"):
        return "W"
    if token.norm in ("貰う", "頂く") and kind.startswith("下一段"):
        return "p"
    if token.norm in _BY_NORM:
        return _BY_NORM[token.norm]
    return "x" if token.tag.startswith("助動詞") or token.tag == "形状詞-助動詞語幹" else "."


def _inflected(symbol: str, form: str) -> str:
    if symbol == "n":
        return {"仮定形-一般": "k", "仮定形-融合": "K", "連体形-補助": "z"}.get(form, "n")
    if symbol in "td" and form.startswith("仮定形"):
        return "f"
    if symbol == "d" and form == "連用形-一般":
        return "l"
    return "i" if form == "連用形-ニ" else symbol


def ending_at(symbols: str, tokens: Sequence[Token], at: int, core: int) -> tuple[Ending, int] | None:
    """What follows, at `at`, the predicate that began at `core`, and where it ends; None if nothing of the kind."""
    for ending in _ENDINGS:
        found = ending.pattern.match(symbols, at)
        if found and (not ending.after or ending.after in _forms(tokens, at, core)):
            return ending, found.end()
    return None


def _forms(tokens: Sequence[Token], at: int, core: int) -> set[After]:
    """The forms that the words before `at` have, as far as an ending asks."""
    last, first = tokens[at - 1], tokens[core]
    kind, _, form = last.inflection.partition(";")
    forms: set[After] = set()
    if kind.endswith(("形容詞", "助動詞-ナイ", "助動詞-タイ")) and form == "連用形-一般":
        forms.add("く")
    if last.tag.startswith(("名詞", "形状詞")):
        forms.add("に")
    if "サ変" in last.tag and at == core + 1:
        forms.add("サ変")
    if kind.startswith(("下一段", "上一段", "カ行変格")):
        forms.add("一段")
    if first.tag.startswith("動詞") or "サ変" in first.tag:
        forms.add("動詞")
        if kind and not kind.endswith("ダ"):
            forms.add("に")  # 話せるようになる
    return forms
