"""The crosswalk of a draft: a class and a column where nothing else can be meant, candidates where a person decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from expectations.questionnaire import CHOICE_TYPES, Form, Question
from flows.drafting.fields import Material, listed
from flows.drafting.identity import Identity, found_identity
from flows.drafting.matching import NAMED, SHORTENED, WORDED, Fit, fit
from flows.instruments import AnswerMapping, Candidate

_CANDIDATES = 3
_WORTH_A_LOOK = 0.15
_RECOGNISED = 3
_AGREES = 0.8


@dataclass(frozen=True)
class Draft:
    """What is certain (`fits`, `answers`), what is not (`open`), and which columns nothing uses yet."""

    material: Material
    identity: Identity
    fits: dict[str, Fit]
    answers: dict[str, AnswerMapping]
    open: dict[str, list[Candidate]]
    unused: list[str] = field(default_factory=list)


def drafted(form: Form, material: Material) -> Draft:
    """Match a file or form with the questionnaire. Nothing is guessed: what is not certain has candidates.

    Class A: the question's own wording with its own labels or codes; or a file that is recognised as the
    questionnaire itself. Class B: the question's labels, in a column that no other question could claim.
    """
    identity = found_identity(material, form)
    taken = set(identity.columns)
    fields = [each for each in material.fields if not taken & set(each.columns)]
    fits = {
        question.id: [found for each in fields if (found := fit(question, each, form)) is not None]
        for question in form.questions
    }
    is_questionnaire = _is_the_questionnaire(form, fits)
    certain = _claimed_once({question.id: _certain(question, fits, is_questionnaire) for question in form.questions})
    classes = {name: _class(found, is_questionnaire) for name, found in certain.items()}
    used = {column for found in certain.values() for column in found.asked.columns}
    open_questions = {
        question.id: candidates([each for each in fits[question.id] if not used & set(each.asked.columns)])
        for question in form.questions
        if question.id not in certain
    }
    named = used | taken
    return Draft(
        material=material,
        identity=identity,
        fits=certain,
        answers={name: _mapping(found, classes[name]) for name, found in certain.items()},
        open={**identity.open, **open_questions},
        unused=[column for each in material.fields for column in each.columns if column not in named],
    )


# --- what is certain ----------------------------------------------------------------------------------------------


def _is_the_questionnaire(form: Form, fits: dict[str, list[Fit]]) -> bool:
    """Whether the file is the questionnaire itself.

    Half of its questions stand there by wording, number or id, what they hold agrees, and some column is filled in with
    codes that are no bare numbers.
    """
    named = [best for found in fits.values() if (best := _only(each for each in found if each.title >= NAMED))]
    closed = [each for each in named if each.question.choices and (each.map or each.unmatched)]
    has_words = any(each.is_telling and each.by_code for found in fits.values() for each in found)
    return (
        len(named) >= max(_RECOGNISED, len(form.questions) / 2)
        and all(each.share >= _AGREES for each in closed)
        and has_words
    )


def _certain(question: Question, fits: dict[str, list[Fit]], is_questionnaire: bool) -> Fit | None:
    """The one fit of a question that leaves no other, or None."""
    mine = fits[question.id]
    is_closed = question.type in CHOICE_TYPES
    named = [each for each in mine if each.title >= (SHORTENED if is_closed else WORDED)]
    named += [each for each in mine if is_questionnaire and each.title == NAMED]
    if named:
        nearest = max(each.title for each in named)
        only = _only(each for each in named if each.title == nearest)
        if only is None or not is_closed or only.is_full:
            return only
        is_empty = not (only.map or only.unmatched or only.asked.is_form)
        return only if is_questionnaire and is_empty else None
    if not is_closed:
        return None
    own = [each for each in mine if is_questionnaire and each.title and each.by_code and each.words_n > 1]
    telling = [each for each in mine if each.is_telling or (each.is_full and each in own)]
    only = _only(each for each in telling if not _fits_another(each, fits))
    if only is None or not only.has_enough or any(_rivals(each, only) for each in mine):
        return None
    return only if only.is_broad or only.title or (is_questionnaire and only.by_code) else None


def _fits_another(found: Fit, fits: dict[str, list[Fit]]) -> bool:
    """Whether another question's choices would do as well for the same field."""
    return any(
        each.asked is found.asked and each.is_full
        for name, others in fits.items()
        if name != found.question.id
        for each in others
    )


def _rivals(other: Fit, found: Fit) -> bool:
    """Whether another field is nearer to the question by its title, or holds much of its labels too."""
    if other.asked is found.asked:
        return False
    return other.title > found.title or (other.labels_n > 1 and other.share >= 0.5)


def _claimed_once(certain: dict[str, Fit | None]) -> dict[str, Fit]:
    """Those whose columns no other question claims."""
    claims = [column for found in certain.values() if found for column in found.asked.columns]
    return {
        name: found
        for name, found in certain.items()
        if found is not None and all(claims.count(column) == 1 for column in found.asked.columns)
    }


def _only(found: Iterable[Fit]) -> Fit | None:
    several = list(found)
    return several[0] if len(several) == 1 else None


def _class(found: Fit, is_questionnaire: bool) -> str:
    """A where the question is the questionnaire's and so are all its labels or codes, else B."""
    is_whole = not found.asked.is_form or found.labels_n == len(found.question.codes)
    own = found.title >= SHORTENED or (is_questionnaire and (found.title == NAMED or found.by_code))
    return "A" if own and is_whole else "B"


def _mapping(found: Fit, crosswalk: str) -> AnswerMapping:
    asked = found.asked
    if asked.options:
        return AnswerMapping.model_validate(
            {
                "class": crosswalk,
                "flags": {found.map[option]: column for option, column in asked.options.items() if option in found.map},
                "ticked": list(asked.ticked),
                "unticked": list(asked.unticked) or ["0"],
            }
        )
    return AnswerMapping.model_validate(
        {
            "class": crosswalk,
            "column": asked.columns[0],
            "map": {} if found.by_code else found.ordered_map,
            "separators": list(found.separators) if found.question.type == "multi" else [],
        }
    )


# --- what is open -------------------------------------------------------------------------------------------------


def candidates(fits: list[Fit]) -> list[Candidate]:
    """The fields that come nearest to a question, the nearest first; none that nothing speaks for."""
    near = sorted((each for each in fits if each.score >= _WORTH_A_LOOK), key=lambda each: -each.score)
    return [_candidate(each) for each in near[:_CANDIDATES] if 2 * each.score >= near[0].score]


def _candidate(found: Fit) -> Candidate:
    """Labels are shown only of what looks like this question by its title or two choices: other cells are counted."""
    asked = found.asked
    shown, others_n = {}, len(found.unmatched)
    if asked.is_form:
        shown, others_n = dict.fromkeys(found.unmatched, 0), 0
    elif found.title > 0 or found.labels_n > 1:
        shown, others_n = listed(found.unmatched)
    return Candidate(
        columns=list(asked.columns),
        filled_n=asked.filled_n,
        distinct_n=len(asked.cells),
        labels_n=found.labels_n,
        score=found.score,
        separators=list(found.separators) if found.question.type == "multi" else [],
        map=found.ordered_map if shown or not found.by_code else {},
        unmatched=shown,
        others_n=others_n,
    )
