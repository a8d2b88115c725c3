"""What no single definition can know: that the definitions of a programme fit one another."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from expectations.questionnaire import Form, Question
from flows.instruments import AnswerMapping, Instrument
from flows.programme import ProgrammeFile
from warehouse.definitions import Fault, fault
from warehouse.evidence import ORGANISATION
from warehouse.text_tables import SCRIPT

PROGRAMME = "flows/programme.yml"


def unknown(file: str, path: str, what: tuple[str, str], known: Iterable[str]) -> Fault:
    """A name that nothing declares; what is declared is listed."""
    names = "、".join(known) or "-"
    return fault(
        file,
        path,
        (f"{what[0]}がありません", f"names {what[1]} that does not exist"),
        (f"使えるもの: {names}", f"expected one of {names}"),
    )


def repeated(file: str, path: str, names: list[str]) -> list[Fault]:
    """Names that stand more than once where they must be unique."""
    twice = sorted({name for name in names if names.count(name) > 1})
    return [
        fault(
            file,
            path,
            (f"{name} が重複しています", f"{name} stands twice"),
            ("一意にしてください", "each must stand once"),
        )
        for name in twice
    ]


def programme_faults(
    settings: ProgrammeFile, forms: dict[str, Form], instruments: dict[str, Instrument]
) -> list[Fault]:
    """Organisations, periods, sources and analysed questions."""
    codes = [each.code for each in settings.organisations]
    periods = [each.id for each in settings.periods]
    faults = repeated(PROGRAMME, "organisations", codes) + repeated(PROGRAMME, "periods", periods)
    faults += repeated(PROGRAMME, "sources", [each.id for each in settings.sources])
    for index, organisation in enumerate(settings.organisations):
        intervals = sorted(organisation.active, key=lambda each: each.start)
        if any(earlier.overlaps(later) for earlier, later in pairwise(intervals)):
            faults.append(
                fault(
                    PROGRAMME,
                    f"organisations.{index}.active",
                    ("期間が重なっています", "has overlapping intervals"),
                    ("重ならない期間にしてください", "intervals that share no day were expected"),
                )
            )
    for index, (earlier, later) in enumerate(pairwise(settings.periods), start=1):
        if later.cut_off <= earlier.cut_off:
            faults.append(
                fault(
                    PROGRAMME,
                    f"periods.{index}.cut_off",
                    ("基準日時が前の時点より後ではありません", "does not lie after the period before"),
                    ("時点は古い順に並べてください", "periods in order of time were expected"),
                )
            )
    for index, (earlier, later) in enumerate(pairwise(settings.periods), start=1):
        if later.starts_at is not None and not earlier.cut_off <= later.starts_at < later.cut_off:
            faults.append(
                fault(
                    PROGRAMME,
                    f"periods.{index}.starts_at",
                    ("前の時点か自分の基準日時と重なります", "overlaps the period before or its own cut-off"),
                    (
                        "前の基準日時以後、自分の基準日時より前にしてください",
                        "from the cut-off before to its own was expected",
                    ),
                )
            )
    for index, period in enumerate(settings.periods):
        if period.reference is not None and period.reference not in periods[:index]:
            faults.append(
                unknown(
                    PROGRAMME, f"periods.{index}.reference", ("比較する前の時点", "an earlier period"), periods[:index]
                )
            )
    for index, source in enumerate(settings.sources):
        path = f"sources.{index}"
        instrument = instruments.get(source.instrument)
        if instrument is None:
            faults.append(unknown(PROGRAMME, f"{path}.instrument", ("対応表", "an instrument"), instruments))
        elif instrument.form != source.form:
            faults.append(
                unknown(PROGRAMME, f"{path}.form", ("対応表の様式", "the instrument's form"), [instrument.form])
            )
        if source.organisation is None and (instrument is None or instrument.organisation_column is None):
            faults.append(unknown(PROGRAMME, f"{path}.organisation", ("団体", "an organisation"), codes))
        if source.organisation is not None and source.organisation not in codes:
            faults.append(unknown(PROGRAMME, f"{path}.organisation", ("団体", "an organisation"), codes))
        faults += [
            unknown(PROGRAMME, f"{path}.waves", ("時点", "a period"), periods)
            for wave in source.waves
            if wave not in periods
        ]
    for form_id, questions in settings.analysed.items():
        texts = [each.id for each in forms[form_id].questions if each.type == "text"] if form_id in forms else []
        faults += [
            unknown(PROGRAMME, f"analysed.{form_id}", ("自由記述の設問", "a text question"), texts)
            for name in questions
            if name not in texts
        ]
    return [*faults, *_attribute_faults(settings, forms), *quotation_faults(settings, forms)]


def _attribute_faults(settings: ProgrammeFile, forms: dict[str, Form]) -> list[Fault]:
    """Texts are compared by questions of their own form that have one answer, each named once."""
    what = ("自由記述を分析する様式の単一回答の設問", "a question with one answer on a form with analysed texts,")
    faults: list[Fault] = []
    for form_id, questions in settings.text_attributes.items():
        path = f"text_attributes.{form_id}"
        asked = forms[form_id].questions if form_id in forms and form_id in settings.analysed else []
        single = [each.id for each in asked if each.type in ("single", "level")]
        fitting = [name for name in single if name not in (ORGANISATION, SCRIPT)]  # dimensions of our own
        faults += repeated(PROGRAMME, path, questions)
        faults += [unknown(PROGRAMME, path, what, fitting) for name in questions if name not in fitting]
    return faults


def instrument_faults(
    instruments: dict[str, Instrument], forms: dict[str, Form], organisations: list[str]
) -> list[Fault]:
    """Every question of the form is classed A to D, and every mapped code is a choice."""
    faults: list[Fault] = []
    for name, instrument in instruments.items():
        file = f"flows/instruments/{name}.yml"
        form = forms.get(instrument.form)
        if form is None:
            faults.append(unknown(file, "form", ("様式", "a form"), forms))
            continue
        for question_id, mapping in instrument.answers.items():
            question = form.by_id.get(question_id)
            if question is None:
                faults.append(unknown(file, f"answers.{question_id}", ("設問", "a question"), form.by_id))
            else:
                faults += _code_faults(file, f"answers.{question_id}", question, mapping)
        faults += [
            fault(
                file,
                f"answers.{question_id}",
                ("設問が対応づけられていません", "is not mapped"),
                (
                    "区分A〜Dのどれかが必要です(写像できなければD)",
                    "a class from A to D was expected (D if it cannot be mapped)",
                ),
            )
            for question_id in form.by_id
            if question_id not in instrument.answers and question_id not in instrument.open
        ]
        if instrument.routing is not None and not form.routes:
            faults.append(unknown(file, "routing", ("様式の分岐の質問", "a routing question of the form"), []))
        if instrument.organisation_column is not None:
            faults += [
                unknown(file, "organisation_column.map", ("団体", "an organisation"), organisations)
                for code in instrument.organisation_column.map.values()
                if code not in organisations
            ]
    return faults


def _code_faults(file: str, path: str, question: Question, mapping: AnswerMapping) -> list[Fault]:
    if not question.choices:
        return []
    named = [*mapping.map.values(), *mapping.flags, *filter(None, [mapping.unmatched, mapping.constant])]
    return [
        unknown(file, path, (f"選択肢 {code}", f"the choice {code}"), question.codes)
        for code in dict.fromkeys(named)
        if code not in question.codes
    ]


def quotation_faults(settings: ProgrammeFile, forms: dict[str, Form]) -> list[Fault]:
    """Consent is a choice of a form; what is shown has one answer; groups hold each of its choices once."""
    rules = settings.quotations
    if rules is None:
        return []
    form, path = forms.get(rules.consent.form), "quotations"
    if form is None:
        return [unknown(PROGRAMME, f"{path}.consent.form", ("様式", "a form"), forms)]
    single = {each.id: list(each.codes) for each in form.questions if each.type in ("single", "level")}
    choices = single.get(rules.consent.question)
    if choices is None:
        return [
            unknown(PROGRAMME, f"{path}.consent.question", ("単一回答の設問", "a question with one answer"), single)
        ]
    faults = [
        unknown(PROGRAMME, f"{path}.consent.codes", (f"選択肢 {code}", f"the choice {code}"), choices)
        for code in rules.consent.codes
        if code not in choices
    ]
    fitting = [ORGANISATION, *single]
    faults += repeated(PROGRAMME, f"{path}.shown", rules.shown)
    faults += [
        unknown(PROGRAMME, f"{path}.shown", ("示せる属性", "an attribute that can be shown"), fitting)
        for name in rules.shown
        if name not in fitting
    ]
    for name, groups in rules.groups.items():
        grouped = sorted(code for group in groups for code in group.codes)
        if grouped != sorted(single.get(name, [])):
            wrong = (f"{name} の選択肢を1回ずつ含んでいません", f"do not hold each choice of {name} once")
            expected = (
                f"選択肢: {', '.join(single.get(name, [])) or '-'}",
                f"its choices: {', '.join(single.get(name, [])) or '-'}",
            )
            faults.append(fault(PROGRAMME, f"{path}.groups.{name}", wrong, expected))
    return faults
