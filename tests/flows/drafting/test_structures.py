"""Forms instead of files: XLSForms, KoboToolbox's and LimeSurvey's own descriptions."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from expectations.questionnaire import Form
from expectations.xlsform import sheets_of
from flows.drafting.crosswalk import Draft, drafted
from flows.drafting.reading import read_material
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from flows.sheets import UnreadableTableError

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture(scope="module")
def form() -> Form:
    return read_programme(DEFAULT_PROGRAMME).forms["questionnaire"]


def draft_of(content: bytes, name: str, form: Form) -> Draft:
    return drafted(form, read_material(content, name, None, TOKYO))


def test_our_own_xlsform_gives_the_instrument_that_was_made_for_it(form: Form) -> None:
    assert form.electronic is not None
    draft = draft_of(sheets_of(form, form.electronic).content(), "questionnaire.xlsx", form)
    hand = read_programme(DEFAULT_PROGRAMME).instruments["xlsform"]
    assert draft.answers == hand.answers
    identity = draft.identity
    assert (identity.record_id, identity.respondent, identity.routing) == (
        hand.record_id,
        hand.respondent,
        hand.routing,
    )
    assert [each.columns[0] for each in draft.open["answered_at"]] == [
        "start", "end", "_submission_time", "__system/submissionDate",
    ]  # fmt: skip
    assert set(draft.open) == {"answered_at"}


def xlsform(survey: list[tuple[str, ...]], choices: list[tuple[str, ...]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "survey"
    sheet.append(("type", "name", "label::日本語 (ja)", "label::English (en)"))
    for row in survey:
        sheet.append(row)
    listed = book.create_sheet("choices")
    listed.append(("list_name", "name", "label::日本語 (ja)", "label::English (en)"))
    for row in choices:
        listed.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


LEVELS = [
    ("levels", "a", "とても困っている", "x"),
    ("levels", "b", "困っている", "x"),
    ("levels", "c", "少し困っている", "x"),
    ("levels", "d", "あまり困っていない", "x"),
    ("levels", "e", "困っていない", "x"),
]


def test_an_own_form_with_our_labels_is_mapped_from_its_codes(form: Form) -> None:
    survey = [
        ("start", "start", "", ""),
        ("begin_group", "g", "困りごと", "Difficulty"),
        ("select_one levels", "trouble", "今の困りごと", "Trouble"),
        ("text", "about", "困っていることを、自由に書いてください。", "?"),
        ("end_group", "", "", ""),
    ]
    draft = draft_of(xlsform(survey, LEVELS), "form.xlsx", form)
    trouble = draft.answers["q3_level"]
    assert (trouble.crosswalk, trouble.column) == ("B", "trouble")
    assert trouble.map == {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"}
    assert (draft.answers["q3_text"].crosswalk, draft.answers["q3_text"].column) == ("A", "about")
    assert set(draft.answers) == {"q3_level", "q3_text"}


def test_in_english_and_with_the_questions_own_wording_it_is_class_a(form: Form) -> None:
    english = [("sex", code, "?", label) for code, label in (("f", "Female"), ("m", "Male"), ("o", "Other"))]
    survey = [("select_one sex", "sex", "?", "What is your gender?")]
    answer = draft_of(xlsform(survey, english), "form.xlsx", form).answers["gender"]
    assert (answer.crosswalk, answer.map) == ("A", {"f": "female", "m": "male", "o": "other"})


def test_a_choice_more_or_less_is_not_the_questionnaire(form: Form) -> None:
    survey = [("select_one levels", "trouble", "問3-2 いま、どのくらい困っていますか。", "?")]
    fewer = draft_of(xlsform(survey, LEVELS[:4]), "form.xlsx", form)
    assert fewer.answers["q3_level"].crosswalk == "B"
    more = draft_of(xlsform(survey, [*LEVELS, ("levels", "f", "わかりにくい", "?")]), "form.xlsx", form)
    assert "q3_level" not in more.answers
    assert more.open["q3_level"][0].unmatched == {"f": 0}


def test_same_codes_with_other_labels_are_other_answers(form: Form) -> None:
    other = [("levels", str(number), f"段階{number}", f"stage {number}") for number in range(1, 6)]
    draft = draft_of(xlsform([("select_one levels", "q3_level", "段階", "Stage")], other), "form.xlsx", form)
    assert draft.answers == {}
    assert draft.open["q3_level"][0].map == {}


def test_names_that_stand_in_two_groups_are_told_by_their_paths(form: Form) -> None:
    survey = [
        ("begin group", "now", "", ""),
        ("select_one levels", "level", "いま、どのくらい困っていますか。", "?"),
        ("end group", "", "", ""),
        ("begin group", "then", "", ""),
        ("select_one levels", "level", "そのとき", "?"),
        ("end group", "", "", ""),
        ("begin repeat", "again", "", ""),
        ("text", "said", "困っていることを、自由に書いてください。", "?"),
        ("end repeat", "", "", ""),
    ]
    draft = draft_of(xlsform(survey, LEVELS), "form.xlsx", form)
    assert draft.answers["q3_level"].column == "now/level"
    assert "q3_text" not in draft.answers, "what is inside a repeat is no cell of a record"


# --- LimeSurvey ---------------------------------------------------------------------------------------------------


def section(name: str, *rows: dict[str, str]) -> str:
    cells = ("".join(f"<{key}><![CDATA[{value}]]></{key}>" for key, value in row.items()) for row in rows)
    return f"<{name}><rows>{''.join(f'<row>{each}</row>' for each in cells)}</rows></{name}>"


def lss(*sections: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><document>{"".join(sections)}</document>'.encode()


ANSWERS = {"A1": "女性", "A2": "男性", "A3": "その他"}
WAYS = {"w1": "自分のことばで相談できるから", "w2": "自分の困りごとに合う支援をしているから", "w3": "その他"}


def new_lss() -> bytes:
    """Texts beside the rows, as LimeSurvey writes them today."""
    return lss(
        section(
            "questions",
            {"qid": "1", "parent_qid": "0", "type": "L", "title": "sex"},
            {"qid": "2", "parent_qid": "0", "type": "M", "title": "why"},
        ),
        section(
            "question_l10ns",
            {"qid": "1", "question": "<p>性別を教えてください。</p>", "language": "ja"},
            {"qid": "1", "question": "Sex", "language": "en"},
            {"qid": "2", "question": "理由", "language": "ja"},
            *({"qid": f"2{n}", "question": text, "language": "ja"} for n, text in enumerate(WAYS.values())),
        ),
        section(
            "subquestions",
            *({"qid": f"2{n}", "parent_qid": "2", "type": "M", "title": code} for n, code in enumerate(WAYS)),
        ),
        section("answers", *({"aid": f"9{n}", "qid": "1", "code": code} for n, code in enumerate(ANSWERS))),
        section(
            "answer_l10ns",
            *({"aid": f"9{n}", "answer": text, "language": "ja"} for n, text in enumerate(ANSWERS.values())),
        ),
    )


def old_lss() -> bytes:
    """Texts in the rows, one a language."""
    return lss(
        section(
            "questions",
            {
                "qid": "1",
                "parent_qid": "0",
                "type": "L",
                "title": "sex",
                "question": "性別を教えてください",
                "language": "ja",
            },
            {"qid": "1", "parent_qid": "0", "type": "L", "title": "sex", "question": "Sex", "language": "en"},
            {"qid": "2", "parent_qid": "0", "type": "M", "title": "why", "question": "理由", "language": "ja"},
        ),
        section(
            "subquestions",
            *(
                {"qid": f"2{n}", "parent_qid": "2", "type": "M", "title": code, "question": text, "language": "ja"}
                for n, (code, text) in enumerate(WAYS.items())
            ),
        ),
        section(
            "answers",
            *({"qid": "1", "code": code, "answer": text, "language": "ja"} for code, text in ANSWERS.items()),
            *({"qid": "1", "code": code, "answer": "?", "language": "en"} for code in ANSWERS),
        ),
    )


@pytest.mark.parametrize("content", [new_lss(), old_lss()], ids=["new", "old"])
def test_a_structure_file_of_limesurvey(form: Form, content: bytes) -> None:
    draft = draft_of(content, "survey.lss", form)
    sex = draft.answers["gender"]
    assert (sex.crosswalk, sex.column, sex.map) == ("A", "sex", {"A1": "female", "A2": "male", "A3": "other"})
    why = draft.answers["q2"]
    assert (why.crosswalk, why.flags) == ("B", {"1": "why[w1]", "2": "why[w2]", "7": "why[w3]"})
    assert (draft.identity.record_id, draft.identity.answered_at) == (["@id"], "submitdate")


def test_ticks_that_are_all_of_a_questions_choices_become_flags(form: Form) -> None:
    labels = {f"w{choice.code}": choice.label.ja for choice in form.by_id["q2"].choices}
    content = lss(
        section("questions", {"qid": "2", "parent_qid": "0", "type": "M", "title": "why", "question": "理由"}),
        section(
            "subquestions",
            *(
                {"qid": f"2{n}", "parent_qid": "2", "type": "M", "title": code, "question": text}
                for n, (code, text) in enumerate(labels.items())
            ),
        ),
    )
    answer = draft_of(content, "survey.lss", form).answers["q2"]
    assert (answer.crosswalk, answer.ticked, answer.flags["8"]) == ("B", ["Y"], "why[w8]")


BOMB = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><document>&b;</document>'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (BOMB, "survey.lss"),
        (BOMB.decode().encode("utf-16"), "survey.lss"),
        (b"<document><questions>", "survey.lss"),
        (b"{", "form.json"),
        (b"[1, 2]", "form.json"),
        (b'{"result": {"status": "No permission"}}', "form.json"),
        (b'{"content": []}', "form.json"),
    ],
)
def test_what_is_no_form_is_said_to_be_none(content: bytes, name: str) -> None:
    with pytest.raises(UnreadableTableError) as caught:
        read_material(content, name, None, TOKYO)
    assert caught.value.reason_code == "unreadable_file"


# --- as servers really answer -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recording", "person"),
    [("kobo/asset_get_v2.json", "respondent_id"), ("limesurvey/list_questions.json", "respondentid")],
)
def test_another_survey_on_a_server_is_all_open(form: Form, shared: Path, recording: str, person: str) -> None:
    """Its ids and numbers are ours (q1, Q3, gender), its answers are not."""
    draft = draft_of((shared / "recordings" / recording).read_bytes(), recording, form)
    assert draft.answers == {}
    assert draft.identity.respondent == person
    assert draft.open["gender"][0].columns == ["gender"]


def test_the_properties_of_questions_tell_their_choices(form: Form, shared: Path) -> None:
    folder = shared / "recordings" / "limesurvey"
    names = ["get_question_properties_Q1", "get_question_properties_residence"]
    found = [json.loads((folder / f"{name}.json").read_bytes()) for name in names]
    described = json.dumps([each.get("result", each) for each in found]).encode()
    draft = draft_of(described, "questions.json", form)
    residence = draft.open["residence_status"][0]
    assert (residence.columns, residence.map["A1"], residence.labels_n) == (["residence"], "permanent", 7)
    assert set(residence.unmatched) == {"A6"}
    assert draft.open["q1"][0].columns[0] == "Q1[1]"


@pytest.mark.parametrize("name", ["export_csv_code_long.csv", "export_csv_full_long.csv", "export_csv_code_short.csv"])
def test_exports_of_another_survey_are_all_open(form: Form, shared: Path, name: str) -> None:
    draft = draft_of((shared / "recordings" / "limesurvey" / name).read_bytes(), name, form)
    assert draft.answers == {}
    assert draft.material.layout.separator == ";"
    assert len(draft.open["q1"][0].columns) == 7


def test_an_export_of_kobo_with_both_kinds_of_columns(form: Form, shared: Path) -> None:
    draft = draft_of((shared / "recordings" / "kobo" / "export_both_xml.csv").read_bytes(), "export.csv", form)
    assert draft.answers == {}
    assert draft.open["q1"][0].columns == ["q1"]
    assert draft.open["q1"][0].separators == [" "]
