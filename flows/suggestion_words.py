"""What is said of suggestions, on the terminal and in the workbook, beside how well raters agree themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.table import Table

from flows.suggesting import CriterionSuggestions, RoundSuggestions
from rubrics.suggestion.review import Why
from rubrics.suggestion.suggestions import LEVEL, MODEL, Estimate
from warehouse.definitions import Language, Text

ABOUT: Final = Text(
    ja="モデルの提案は見直しの順番を決めるためのもので、評価ではありません。水準を変えるのは人だけです(協議の用紙に記入)。"
    "提案は、その人の回答を一つも学んでいないモデルによります。一致度は評価者どうしの一致度と並べて読みます。",
    en="The model's suggestions put answers in an order to look at again; they are no ratings. Only people change a "
    "level (on the sheet for decisions). Each is by a model that saw no answer of that person. Read how far it agrees "
    "with the raters beside how far they agree themselves.",
)
WHY: Final[dict[Why, Text]] = {
    "raters_differ": Text(ja="評価者が分かれ、未決定", en="raters differ, undecided"),
    "likely_slip": Text(
        ja="モデルがほぼありえないとみる水準(書き間違いかもしれない)",
        en="a level the model takes to be most unlikely (perhaps a slip)",
    ),
    "uncertain": Text(ja="モデルの迷いが大きい順", en="by how unsure the model is"),
}
_NAMES: Final = {
    MODEL: Text(ja="モデル", en="model"),
    LEVEL: Text(ja="決まった水準", en="level agreed or decided"),
}
_HEADINGS: Final = (
    Text(ja="比べたもの", en="Compared"),
    Text(ja="回答数", en="Answers"),
    Text(ja="二次の重みつきκ(95%区間)", en="Quadratic weighted kappa (95 %)"),
    Text(ja="順序α(95%区間)", en="Ordinal alpha (95 %)"),
)


def agreement_rows(of: CriterionSuggestions, language: Language) -> Iterator[list[str]]:
    """A heading, then the raters with each other, the model with each, and the model with the levels they came to."""
    yield [text.in_(language) for text in _HEADINGS]
    for each in of.suggested.agreement:
        who = (_NAMES[name].in_(language) if name in _NAMES else name for name in each.between)
        yield [" × ".join(who), str(each.items_n), _estimate(each.qwk), _estimate(each.alpha)]


def agreement_table(of: CriterionSuggestions, language: Language) -> Table:
    """The same on the terminal."""
    heading, *rows = agreement_rows(of, language)
    table = Table(*heading, title=of.criterion.label.in_(language), title_justify="left", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    return table


def queue_line(of: CriterionSuggestions, language: Language) -> str:
    """How many answers are in the queue, and why."""
    reasons: list[Why] = [each.why for each in of.queue]
    counts = ", ".join(f"{WHY[why].in_(language)} {reasons.count(why)}" for why in WHY)
    error = of.suggested.calibration_error
    return Text(
        ja=f"学習した回答 {of.suggested.trained_on}、見直しの列: {counts}。確率の平均のずれ {error:.3f}",
        en=f"Trained on {of.suggested.trained_on} answers; queue: {counts}. Mean error of probabilities {error:.3f}",
    ).in_(language)


def left_out_lines(found: RoundSuggestions, language: Language) -> Iterator[str]:
    """What has no suggestion, and why; nothing where all have one."""
    yield from (each.say(language) for each in found.too_few)
    if found.unread_n:
        said = Text(
            ja=f"解析しない言語だけの回答には提案がありません: {found.unread_n}",
            en=f"No suggestion for answers in no language that is analysed: {found.unread_n}",
        )
        yield said.in_(language)
    if found.open_n:
        said = Text(
            ja=f"ほかの評定の回でまだ評価中の回答には提案を出しません: {found.open_n}",
            en=f"No suggestion for answers that are still being rated in another round: {found.open_n}",
        )
        yield said.in_(language)


def _estimate(estimate: Estimate) -> str:
    if estimate.value is None:
        return "–"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.2f}"
    return f"{estimate.value:.2f} ({estimate.low:.2f}–{estimate.high:.2f})"
