"""Checks worked cases against the definitions that they are run with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.check import repeated, unknown
from rubrics.cases import Asked, Case, CaseDefinitions, CaseFile, GivenAnswer, GivenRating
from rubrics.quotes import spans_of
from warehouse.definitions import Fault, fault


def case_faults(files: Mapping[str, CaseFile], definitions: CaseDefinitions) -> list[Fault]:
    """Names that nothing declares, levels off the scale, quotations of other words, a sentence that names two cases.

    `files`: name of a case file -> its cases.
    """
    faults: list[Fault] = []
    before: list[str] = []
    for file, read in files.items():
        names = [case.name.ja for case in read.cases]
        faults += repeated(file, "cases", names)
        faults += repeated(file, "cases", sorted(set(before) & set(names)) * 2)
        before += names
        for place, case in enumerate(read.cases):
            faults += _faults_of(file, f"cases.{place}", case, definitions)
    return faults


def _faults_of(file: str, path: str, case: Case, definitions: CaseDefinitions) -> Iterator[Fault]:
    if case.reading is not None and case.reading not in definitions.readings:
        yield unknown(
            file, f"{path}.reading", ("改善を測る読み方", "a reading of an improvement"), definitions.readings
        )
        return
    names = definitions.criteria_of(case)
    strangers = [name for name in names if name not in definitions.criteria]
    if strangers:
        yield unknown(file, f"{path}.criterion", ("評価規準", "a criterion"), definitions.criteria)
        return
    forms = {definitions.criteria[name].versions[0].form for name in names}
    if len(forms) > 1:
        wrong = ("様式の違う規準が混ざっています", "is about criteria of several forms")
        yield fault(file, path, wrong, ("1つの様式の規準だけにしてください", "criteria of one form were expected"))
        return
    if case.period is not None and case.period not in definitions.windows:
        yield unknown(file, f"{path}.period", ("時点", "a period"), definitions.windows)
    elif definitions.period_of(case) is None:
        wrong = ("どの時点の基準日時よりも後です", "lies after every period")
        expected = (
            "事業の時点の中の日付か、period を書いてください",
            "a day within the periods, or period, was expected",
        )
        yield fault(file, f"{path}.answered.{len(case.answered) - 1}.day", wrong, expected)
    for number, answer in enumerate(case.answered):
        here = f"{path}.answered.{number}"
        wrong_answers = list(_answer_faults(file, here, answer, definitions.questions[next(iter(forms))]))
        yield from wrong_answers
        for place, given in enumerate(answer.ratings):
            if not wrong_answers:
                yield from _rating_faults(file, f"{here}.ratings.{place}", case, answer, given, definitions)
    yield from _expected_faults(file, f"{path}.expected", case, definitions)


def _answer_faults(file: str, path: str, answer: GivenAnswer, questions: Mapping[str, Asked]) -> Iterator[Fault]:
    for name, written in answer.answers.items():
        asked = questions.get(name)
        if asked is None:
            yield unknown(file, f"{path}.answers", (f"設問 {name}", f"a question ({name})"), questions)
        elif not asked.is_text and written not in asked.missing and asked.code_of(written) is None:
            known = [label.ja for label in asked.choices.values()] + sorted(asked.missing)
            yield unknown(file, f"{path}.answers.{name}", ("選択肢", "a choice"), known)


def _rating_faults(
    file: str, path: str, case: Case, answer: GivenAnswer, given: GivenRating, definitions: CaseDefinitions
) -> Iterator[Fault]:
    names = definitions.criteria_of(case)
    if given.criterion is None and len(names) > 1:
        wrong = ("どの規準の評定かが書かれていません", "does not say which criterion it is under")
        yield fault(file, f"{path}.criterion", wrong, (f"使えるもの: {'、'.join(names)}", f"expected one of {names}"))
        return
    if given.criterion is not None and given.criterion not in names:
        yield unknown(file, f"{path}.criterion", ("この事例の規準", "a criterion of the case"), names)
        return
    versions = definitions.criteria[given.criterion or names[0]].versions
    rated = [version for version in versions if version.rating is not None]
    rubric = definitions.rubric_of(case, answer.day, given)
    if rubric not in rated or given.version not in (None, rubric.version):
        known = [str(version.version) for version in rated]
        yield unknown(file, f"{path}.version", ("評価者が付ける版", "a version that raters use"), known)
        return
    if given.level != "cannot_be_judged" and given.level not in rubric.scale:
        levels = [*map(str, rubric.scale), "cannot_be_judged"]
        yield unknown(file, f"{path}.level", (f"水準 {given.level}", f"a level ({given.level})"), levels)
    if given.evidence is not None and spans_of(given.evidence, definitions.texts_read(answer, rubric) | given.read)[1]:
        wrong = ("評価者が読む文の中にありません", "does not stand in the texts that raters read")
        expected = ("文のことばをそのまま写してください", "words copied from the texts were expected")
        yield fault(file, f"{path}.evidence", wrong, expected)


def _expected_faults(file: str, path: str, case: Case, definitions: CaseDefinitions) -> Iterator[Fault]:
    criterion = definitions.criteria[definitions.criteria_of(case)[0]]
    version = criterion.at(case.answered[-1].day)
    expected = case.expected
    for name in ("level", "from_level", "to_level"):
        value = getattr(expected, name)
        if isinstance(value, int) and value not in version.scale:
            levels = [*map(str, version.scale), "none"]
            yield unknown(file, f"{path}.{name}", (f"水準 {value}", f"a level ({value})"), levels)
    if expected.origin is not None and expected.origin not in version.precedence:
        origins = version.precedence
        yield unknown(
            file, f"{path}.origin", (f"出どころ {expected.origin}", f"an origin ({expected.origin})"), origins
        )
    numbers = [each.version for each in criterion.versions]
    if expected.version is not None and expected.version not in numbers:
        yield unknown(file, f"{path}.version", ("版", "a version"), map(str, numbers))
