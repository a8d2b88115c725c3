"""The rubric book: every criterion with its versions, where its levels come from, and the anchors of each level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from html import escape

from rubrics.cases import Asked
from rubrics.criteria import Criterion, CriterionVersion, Level
from warehouse.definitions import Language, Text
from warehouse.report_markup import joined, markup_table, paragraph

Questions = Mapping[str, Mapping[str, Asked]]
"""Form -> question -> what is known of it."""

ORIGINS = {
    "adjudicated": Text(ja="評価者の話し合いによる決定", en="the raters' decision together"),
    "rater": Text(ja="評価者の一致した水準", en="raters who agree"),
    "self_report": Text(ja="本人の回答", en="the person's own answer"),
    "interviewer": Text(ja="面談者の記録", en="the interviewer's record"),
}
"""Where a level comes from, in words."""

_HEADINGS = [
    Text(ja="水準", en="Level"),
    Text(ja="水準の説明", en="What it means"),
    Text(ja="見分ける手がかり", en="Signs"),
    Text(ja="例", en="Example"),
    Text(ja="紛らわしい例(この水準ではない)", en="Sounds like it, and is another level"),
]
VERSION = Text(ja="第{}版", en="Version {}")
_IN_FORCE = Text(ja="{}から{}までの回答", en="answers from {} to {}")
_STILL_IN_FORCE = Text(ja="{}からの回答", en="answers from {} on")
_FROM_THE_FIRST = Text(ja="(それより前の回答もこの版による)", en=" (and any before)")
_REFERENCE = Text(ja="出典", en="Rests on")
_PRECEDENCE = Text(ja="先に見る順", en="Which counts first")
_RULE = Text(ja="規則", en="Rule")
_RATING = Text(ja="評価者", en="Raters")
_RATES = Text(ja="{}人が「{}」を読んで付ける。見せないもの: {}", en="{} raters read “{}”. Kept from them: {}")
_BLIND = {"wave": Text(ja="時点", en="the wave"), "organisation": Text(ja="団体", en="the organisation")}
LEVEL = Text(ja="水準{}", en="level {}")


def rubric_book(criteria: Iterable[Criterion], questions: Questions, language: Language) -> list[str]:
    """Markup of every criterion: its label and description, and each version from the first to the latest."""
    return [_criterion(criterion, questions, language) for criterion in criteria]


def _criterion(criterion: Criterion, questions: Questions, language: Language) -> str:
    heading = f'<h3 id="{escape(criterion.id)}">{escape(criterion.label.in_(language))}</h3>'
    versions = [
        part
        for version, until in zip(criterion.versions, _ends(criterion.versions), strict=True)
        for part in _version(version, until, version is criterion.versions[0], questions[version.form], language)
    ]
    description = paragraph(criterion.description.in_(language))
    return joined(['<div class="criterion">', heading, description, *versions, "</div>"])


def _ends(versions: list[CriterionVersion]) -> Iterator[date | None]:
    for later in versions[1:]:
        yield later.effective_from - timedelta(days=1)
    yield None


def _version(
    version: CriterionVersion, until: date | None, is_first: bool, questions: Mapping[str, Asked], language: Language
) -> list[str]:
    title = f"{VERSION.in_(language).format(version.version)} {in_force(version, until, language)}"
    title += _FROM_THE_FIRST.in_(language) if is_first else ""
    facts = [
        (_REFERENCE.in_(language), version.reference),
        (_RULE.in_(language), _rule(version, questions, language)),
        (_RATING.in_(language), _rating(version, questions, language)),
        (_PRECEDENCE.in_(language), precedence(version, language)),
    ]
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in facts if said)
    columns = 5 if version.rating is not None else 2
    return [
        f"<h4>{escape(title)}</h4>",
        f"<dl>{listed}</dl>",
        markup_table(
            [heading.in_(language) for heading in _HEADINGS[:columns]],
            [_row(level, columns, language) for level in version.levels],
        ),
    ]


def _row(level: Level, columns: int, language: Language) -> str:
    signs = "\n".join(f"・{sign.in_(language)}" for sign in level.signs)
    examples = [each.in_(language) if each is not None else "" for each in (level.example, level.counter_example)]
    cells = [level.anchor.in_(language), signs, *examples][: columns - 1]
    return f'<tr><td class="number">{level.level}</td>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'


def in_force(version: CriterionVersion, until: date | None, language: Language) -> str:
    """The days whose answers a version judges, in words."""
    if until is None:
        return _STILL_IN_FORCE.in_(language).format(version.effective_from)
    return _IN_FORCE.in_(language).format(version.effective_from, until)


def precedence(version: CriterionVersion, language: Language) -> str:
    """The origins of a version's levels, the first of which counts."""
    return " → ".join(ORIGINS[origin].in_(language) for origin in version.precedence)


def _rule(version: CriterionVersion, questions: Mapping[str, Asked], language: Language) -> str:
    if version.rule is None:
        return ""
    asked = questions[version.rule.question]
    comma = "、" if language == "ja" else ", "
    choices = comma.join(
        f"{asked.choices[code].in_(language)} = {level}" for code, level in version.rule.levels.items()
    )
    return f"{asked.wording.in_(language)} {choices}"


def _rating(version: CriterionVersion, questions: Mapping[str, Asked], language: Language) -> str:
    if version.rating is None:
        return ""
    comma, between = ("、", "」「") if language == "ja" else (", ", "” “")
    read = between.join(questions[name].wording.in_(language) for name in version.rating.reads)
    blind = comma.join(_BLIND[each].in_(language) for each in version.rating.blind_to)
    return _RATES.in_(language).format(version.rating.raters, read, blind)


def version_in_words(version: CriterionVersion, language: Language) -> str:
    """`Version 2 (answers from 2024-04-01 on)`: a version and its first day."""
    return f"{VERSION.in_(language).format(version.version)} ({in_force(version, None, language)})"
