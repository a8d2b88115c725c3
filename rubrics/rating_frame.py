"""What there is to be rated in a wave: the answers that hold a text, the persons and records they belong to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from rubrics.criteria import Criterion, CriterionVersion
from rubrics.ratings import Item, RatedText, text_sha256
from rubrics.sampling import Unit, shuffled
from warehouse.periods import Window

Describe = Callable[[str], Mapping[str, str]]
"""What else a text is stratified by, beside organisation and stage: its language, its scripts."""


@dataclass(frozen=True)
class Readable:
    """An answer with a text to read. `texts`: question -> masked text, in the order in which the rubric names them.

    `versions`: the criteria it is to be rated by, each in its version of the answer's day. `stratum`: organisation,
    stage (the period it was given in), and what the texts are described by.
    """

    response_id: str
    respondent_id: str | None
    form_id: str
    answered_on: str
    texts: dict[str, str]
    versions: dict[str, int]
    stratum: dict[str, str]


def rated_by(criteria: Iterable[Criterion], form_id: str, answered_on: str) -> dict[str, CriterionVersion]:
    """Criterion -> version by which raters rate an answer to this form of this day; criteria they do not are left out.

    `answered_on`: an ISO date.
    """
    in_force = {criterion.id: criterion.at(date.fromisoformat(answered_on)) for criterion in criteria}
    return {
        name: version
        for name, version in in_force.items()
        if version.rating is not None and version.rating.form == form_id
    }


def reads_of(version: CriterionVersion) -> list[str]:
    """The questions whose texts raters read, in the rubric's order; none where they rate nothing."""
    return version.rating.reads if version.rating else []


def readable_answers(
    criteria: Collection[Criterion],
    responses: pd.DataFrame,
    answers: pd.DataFrame,
    windows: Mapping[str, Window],
    wave: str,
    describe: Describe,
) -> list[Readable]:
    """The answers before the wave's cut-off that raters can read, in the order they were given.

    `responses`: response_id, respondent_id, organisation, form_id, answered_at (UTC), answered_on; `answers`:
    response_id, question_id, value_text, missing_kind.
    """
    with_text = answers[answers["missing_kind"].isna() & answers["value_text"].fillna("").str.strip().ne("")]
    texts: dict[str, dict[str, str]] = {}
    for answer in with_text.to_dict("records"):
        texts.setdefault(answer["response_id"], {})[answer["question_id"]] = answer["value_text"]
    found = []
    for response in _before(responses, windows[wave]).to_dict("records"):
        mine = texts.get(response["response_id"], {})
        versions = rated_by(criteria, response["form_id"], response["answered_on"])
        reads = {name: [each for each in reads_of(version) if each in mine] for name, version in versions.items()}
        wanted = [each for names in reads.values() for each in names]
        if not wanted:
            continue
        to_read = {name: mine[name] for name in dict.fromkeys(wanted)}
        person = response["respondent_id"]
        stage = next(name for name, window in windows.items() if response["answered_at"] < window.cut_off)
        found.append(
            Readable(
                response_id=response["response_id"],
                respondent_id=person if isinstance(person, str) else None,
                form_id=response["form_id"],
                answered_on=response["answered_on"],
                texts=to_read,
                versions={name: versions[name].version for name, questions in reads.items() if questions},
                stratum={
                    "organisation": response["organisation"],
                    "stage": stage,
                    **describe("\n".join(to_read.values())),
                },
            )
        )
    return found


def _before(responses: pd.DataFrame, window: Window) -> pd.DataFrame:
    before = responses[responses["answered_at"] < window.cut_off]
    return before.sort_values(["answered_at", "response_id"], kind="stable")


def units_to_rate(
    readable: Iterable[Readable],
    responses: pd.DataFrame,
    person_forms: Collection[str],
    windows: Mapping[str, Window],
    wave: str,
) -> list[Unit]:
    """What is drawn as a whole: for forms of persons the respondent, else each record up to the wave's cut-off.

    Of a person who wrote a text in the wave's window, that text and that of their very first answer, so that both
    levels of a pair are rated; their stage names both periods. Language and the like are those of the latest text.
    """
    before = _before(responses, windows[wave])
    first = set(before.drop_duplicates(["form_id", "respondent_id"], keep="first")["response_id"])
    in_window = set(before.loc[before["answered_at"] >= windows[wave].start, "response_id"])
    persons: dict[tuple[str, str], list[Readable]] = {}
    units = []
    for each in readable:
        if each.form_id not in person_forms or each.respondent_id is None:
            units.append(_unit(each.response_id, [each]))
        elif each.response_id in first | in_window:
            persons.setdefault((each.form_id, each.respondent_id), []).append(each)
    units += [
        _unit(f"{form}\0{person}", given)
        for (form, person), given in persons.items()
        if given[-1].response_id in in_window
    ]
    return units


def _unit(name: str, answers: list[Readable]) -> Unit:
    stages = dict.fromkeys(each.stratum["stage"] for each in answers)
    stratum = {"form": answers[-1].form_id, **answers[-1].stratum, "stage": "→".join(stages)}
    return Unit(name, tuple(stratum.items()), tuple(each.response_id for each in answers))


def items_of(drawn: Iterable[Unit], readable: Iterable[Readable], seed: int) -> list[Item]:
    """The answers of the units drawn, numbered in an order that says nothing of them."""
    by_response = {each.response_id: each for each in readable}
    mine = {name: by_response[name] for unit in drawn for name in unit.response_ids}
    return [
        Item(
            item_id=f"R-{number:04}",
            response_id=each.response_id,
            form_id=each.form_id,
            answered_on=each.answered_on,
            read=[RatedText(question_id=name, sha256=text_sha256(text)) for name, text in each.texts.items()],
            stratum=each.stratum,
        )
        for number, each in enumerate(shuffled(mine, seed, "number"), start=1)
    ]
