"""The mapping: labels to codes without guessing, kinds of missing apart, and every bad cell a finding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.questionnaire import Form
from flows.findings import Finding
from flows.instruments import Instrument
from flows.landing import Landed
from flows.mapping import ANSWER_COLUMNS, RESPONSE_COLUMNS, TOKENIZER_BYTES, Mapped, map_table
from flows.spreadsheets import Table, read_table
from warehouse.evidence import UNMATCHED

TOKYO = ZoneInfo("Asia/Tokyo")
WORDS = {"ja": "例", "en": "example"}
CODES = {"no_answer": [99, "無回答"], "unknown": [88, "わからない"], "not_applicable": [77, "―"]}
MISSING = [{"kind": kind, "codes": codes} for kind, codes in CODES.items()]


def form_of(**questions: dict[str, Any]) -> Form:
    asked = {"wording": WORDS, "asked_of": WORDS, "since": "2024-01-01"}
    return Form.model_validate(
        {
            "id": "survey",
            "version": 1,
            "label": WORDS,
            "subject": "person",
            "missing": MISSING,
            "questions": [{"id": name, **asked, **question} for name, question in questions.items()],
        }
    )


def choices(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "label": WORDS} for code in codes]


def instrument_of(answers: dict[str, dict[str, Any]], **changes: Any) -> Instrument:
    return Instrument.model_validate(
        {
            "id": "own_form",
            "form": "survey",
            "valid_from": "2024-01-01",
            "approved_by": "evaluation",
            "approved_at": "2024-01-01",
            "file": {},
            "record_id": ["番号"],
            "respondent": "人",
            "answered_at": "日",
            "answers": answers,
        }
        | changes
    )


def landed(organisation: str | None = "org-a") -> Landed:
    return Landed("0" * 64, "source", "w1", organisation, "survey", "own_form", "w1/answers.csv", 1, None, "")


def mapped(
    headings: list[str],
    rows: Iterable[list[str]],
    instrument: Instrument,
    form: Form,
    organisation: str | None = "org-a",
) -> Mapped:
    """Map rows as they would stand below `headings` in the file's rows 2, 3, …"""
    table = Table(None, headings, [(number, cells) for number, cells in enumerate(rows, start=2)])
    return map_table(table, landed(organisation), instrument, form, TOKYO)


def of_one_question(question: dict[str, Any], mapping: dict[str, Any], *cells: str) -> list[list[tuple[Any, ...]]]:
    """For each cell: its (value, missing_kind) pairs in order of position."""
    form, instrument = form_of(q=question), instrument_of({"q": {"class": "B", "column": "答え", **mapping}})
    rows = [[str(number), f"p{number}", "2024-03-05", cell] for number, cell in enumerate(cells)]
    answers = mapped(["番号", "人", "日", "答え"], rows, instrument, form).answers
    assert len(answers.drop_duplicates("row_key")) == len(cells), "every response has a row for every question"
    return [
        [(value_of(row), row.missing_kind) for row in group.sort_values("position").itertuples()]
        for _, group in answers.groupby("row_key", sort=False)
    ]


def value_of(row: Any) -> Any:
    values = [each for each in (row.value_code, row.value_text, row.value_date) if isinstance(each, str)]
    return values[0] if values else None if pd.isna(row.value_number) else row.value_number


def reasons(findings: list[Finding]) -> list[tuple[str, int | None, str | None]]:
    return [(each.reason_code, each.row_n, each.question_id) for each in findings]


GENDER = {"type": "single", "choices": choices("female", "male")}
TOPICS = {"type": "multi", "choices": choices("1", "2", "3", "4")}
SIGHTS = {"名所、旧跡": "1", "名所": "2", "お祭り": "3", "その他": "4"}


# --- codes and labels ---------------------------------------------------------------------------------------------


def test_labels_become_codes_whatever_their_width() -> None:
    found = of_one_question(GENDER, {"map": {"女": "female", "オトコ": "male"}}, " 女　", "ｵﾄｺ", "オトコ")
    assert found == [[("female", None)], [("male", None)], [("male", None)]]


def test_without_a_map_cells_hold_the_codes() -> None:
    assert of_one_question({"type": "level", "choices": choices("1", "2")}, {}, "1", "２", "②") == [
        [("1", None)],
        [("2", None)],
        [("2", None)],
    ]


def test_an_unknown_label_is_unmatched_and_never_travels() -> None:
    form, instrument = (
        form_of(q=GENDER),
        instrument_of({"q": {"class": "B", "column": "答え", "map": {"女": "female"}}}),
    )
    result = mapped(["番号", "人", "日", "答え"], [["1", "p", "2024-03-05", "秘密"]], instrument, form)
    assert result.answers["value_code"].tolist() == [UNMATCHED]
    assert "秘密" not in result.answers.to_csv() + result.responses.to_csv() + str(result.findings)


def test_a_declared_other_takes_what_the_map_does_not_know() -> None:
    question = {"type": "single", "choices": choices("alone", "other")}
    found = of_one_question(
        question, {"map": {"ひとり": "alone"}, "unmatched": "other"}, "ひとり", "犬と", "無回答", ""
    )
    assert found == [[("alone", None)], [("other", None)], [(None, "no_answer")], [(None, "blank")]]


KINDS = {"": "blank", "　 ": "blank", "\u200b": "blank", "99": "no_answer", "９９": "no_answer", "無回答": "no_answer"}
KINDS |= {"わからない": "unknown", "77": "not_applicable", "―": "not_applicable"}


@pytest.mark.parametrize(("cell", "kind"), KINDS.items())
def test_kinds_of_missing_stay_apart(cell: str, kind: str) -> None:
    for question in (GENDER, {"type": "number"}, {"type": "date"}, {"type": "identifier"}, TOPICS):
        assert of_one_question(question, {"separators": []}, cell) == [[(None, kind)]]


@pytest.mark.parametrize("cell", ["null", "NULL", "NA", "N/A", "nan", "None", "-", "0", "なし", "#N/A", "わからない"])
def test_free_text_is_kept_as_it_is(cell: str) -> None:
    """Also where somebody wrote that they do not know: that is what they had to say."""
    assert of_one_question({"type": "text"}, {}, cell) == [[(cell, None)]]


def test_a_text_left_unanswered_is_no_text() -> None:
    found = of_one_question({"type": "text"}, {}, "無回答", "９９", "―", "")
    assert found == [[(None, "no_answer")], [(None, "no_answer")], [(None, "not_applicable")], [(None, "blank")]]


def test_free_text_is_not_folded_or_stripped() -> None:
    assert of_one_question({"type": "text"}, {}, " ①髙﨑㈱ｶﾅ\n二行目 ") == [[(" ①髙﨑㈱ｶﾅ\n二行目 ", None)]]


def test_a_word_for_nothing_is_an_identifier_or_a_label_like_any_other() -> None:
    for cell in ("null", "NA", "nan"):
        assert of_one_question({"type": "identifier"}, {}, cell) == [[(cell, None)]]
        assert of_one_question(GENDER, {"map": {cell: "male"}}, cell) == [[("male", None)]]


def test_a_constant_and_a_question_that_nobody_asked() -> None:
    form = form_of(kind=GENDER, lost={"type": "text"}, forgotten={"type": "number"})
    instrument = instrument_of(
        {
            "kind": {"class": "C", "constant": "female", "reason": "women only"},
            "lost": {"class": "D", "reason": "not asked"},
        }
    )
    answers = mapped(["番号", "人", "日"], [["1", "p", "2024-03-05"]], instrument, form).answers.set_index(
        "question_id"
    )
    assert answers["value_code"].to_dict()["kind"] == "female"
    assert answers["missing_kind"].to_dict() == {"kind": None, "lost": "unmapped", "forgotten": "unmapped"}
    assert answers["crosswalk_class"].to_dict() == {"kind": "C", "lost": "D", "forgotten": "D"}


# --- numbers, dates, texts ----------------------------------------------------------------------------------------


def test_numbers_and_dates_are_read_and_bad_ones_are_findings() -> None:
    form = form_of(n={"type": "number"}, d={"type": "date"})
    instrument = instrument_of({"n": {"class": "A", "column": "数"}, "d": {"class": "A", "column": "終わり"}})
    rows = [
        ["1", "p", "2024-03-05", "１，２３４", "令和6年3月31日"],
        ["2", "q", "2024-03-05", "たくさん", "2024-02-30"],
        ["3", "r", "2024-03-05", "99", "無回答"],
        ["4", "s", "2024-03-05", "", ""],
    ]
    result = mapped(["番号", "人", "日", "数", "終わり"], rows, instrument, form)
    for name, column, value in (("n", "value_number", 1234), ("d", "value_date", "2024-03-31")):
        answers = result.answers[result.answers["question_id"] == name]
        assert answers[column].tolist()[0] == value
        assert answers["missing_kind"].tolist() == [None, None, "no_answer", "blank"]
        assert answers["value_code"].tolist() == [None, UNMATCHED, None, None]
    assert reasons(result.findings) == [("bad_number", 3, "n"), ("bad_date", 3, "d")]
    assert all(each.severity == "critical" for each in result.findings)


def test_texts_that_need_care() -> None:
    form, instrument = form_of(q={"type": "text"}), instrument_of({"q": {"class": "A", "column": "記述"}})
    fits, too_long = "あ" * (TOKENIZER_BYTES // 3), "あ" * (TOKENIZER_BYTES // 3) + "a"
    texts = ["良い\n\tです\r\n", fits, too_long, "鈴\x07木", "壊\ud800れ", "壊\udfff\x00れ", "縦\x0bタブ", "次\x85行"]
    rows = [[str(number), f"p{number}", "2024-03-05", text] for number, text in enumerate(texts)]
    result = mapped(["番号", "人", "日", "記述"], rows, instrument, form)
    assert [(each.reason_code, each.row_n, each.severity) for each in result.findings] == [
        ("text_too_long", 4, "warning"),
        ("control_characters", 5, "warning"),
        ("lone_surrogate", 6, "critical"),
        ("lone_surrogate", 7, "critical"),
        ("control_characters", 7, "warning"),
        ("control_characters", 8, "warning"),
        ("control_characters", 9, "warning"),
    ]
    assert result.answers["value_text"].tolist() == texts, "what was written stays, for the masking to see"


@pytest.mark.parametrize("column", ["番号", "人", "符号"])
def test_a_lone_surrogate_anywhere_that_is_kept_rejects_the_row(column: str) -> None:
    """It could not be stored: its row goes with a reason, instead of the whole wave with an error."""
    form, instrument = form_of(q={"type": "identifier"}), instrument_of({"q": {"class": "A", "column": "符号"}})
    headings = ["番号", "人", "日", "符号"]
    good, bad = ["1", "p", "2024-03-05", "c1"], ["2", "q", "2024-03-05", "c2"]
    bad[headings.index(column)] = "壊\ud800れ"
    findings = mapped(headings, [good, bad], instrument, form).findings
    assert [(each.reason_code, each.row_n, each.severity) for each in findings] == [("lone_surrogate", 3, "critical")]


# --- responses ----------------------------------------------------------------------------------------------------

TEXT_FORM = form_of(q={"type": "text"})
TEXT_INSTRUMENT = instrument_of({"q": {"class": "A", "column": "記述"}})
HEADINGS = ["番号", "人", "日", "記述"]


def test_a_response_says_where_it_stands_and_when_it_was_given() -> None:
    result = mapped(HEADINGS, [["1", " Ｐ１ ", "2024/4/1 0:30", "良い"]], TEXT_INSTRUMENT, TEXT_FORM)
    assert list(result.responses) == RESPONSE_COLUMNS
    assert list(result.answers) == ANSWER_COLUMNS
    [response] = result.responses.to_dict("records")
    assert response["respondent_id"] == "P1"
    assert response["answered_at"] == pd.Timestamp("2024-03-31T15:30:00Z")
    assert (response["answered_on"], response["answered_at_origin"]) == ("2024-04-01", "2024/4/1 0:30")
    assert (response["wave"], response["organisation"], response["row_n"]) == ("w1", "org-a", 2)
    assert str(result.responses["answered_at"].dtype) == "datetime64[us, UTC]"


def test_a_date_that_cannot_be_leaves_no_moment_and_no_copy_of_the_cell() -> None:
    result = mapped(HEADINGS, [["1", "p", "鈴木さんの日", ""], ["2", "p", "", ""]], TEXT_INSTRUMENT, TEXT_FORM)
    assert result.responses[["answered_at", "answered_on", "answered_at_origin"]].isna().all(axis=None)


def test_a_moment_at_the_end_of_the_calendar_is_no_crash() -> None:
    rows = [["1", "p", "0001-01-01", ""], ["2", "p", "9999-12-31T23:59:59-12:00", ""], ["3", "p", "2024-03-05", ""]]
    assert mapped(HEADINGS, rows, TEXT_INSTRUMENT, TEXT_FORM).responses["answered_at"].notna().tolist()[-1]


def test_a_records_id_is_the_same_in_every_file_and_writing() -> None:
    first = mapped(HEADINGS, [["1", "p", "2024-03-05", "a"]], TEXT_INSTRUMENT, TEXT_FORM)
    again = mapped(["日", "記述", "番号", "人"], [["2024-03-05", "b", "１", "p"]], TEXT_INSTRUMENT, TEXT_FORM)
    elsewhere = mapped(HEADINGS, [["1", "p", "2024-03-05", "a"]], TEXT_INSTRUMENT, TEXT_FORM, "org-b")
    ids = [frame.responses["response_id"].item() for frame in (first, again, elsewhere)]
    assert ids[0] == ids[1] != ids[2]
    assert len(ids[0]) == 16


def test_a_record_without_an_id_is_its_own_and_a_finding() -> None:
    result = mapped(HEADINGS, [["", "p", "2024-03-05", ""], [" ", "p", "2024-03-05", ""]], TEXT_INSTRUMENT, TEXT_FORM)
    assert result.responses["response_id"].nunique() == 2
    assert reasons(result.findings) == [("missing_record_id", 2, None), ("missing_record_id", 3, None)]
    of_two = TEXT_INSTRUMENT.model_copy(update={"record_id": ["番号", "日"]})
    result = mapped(HEADINGS, [["1", "p", "", "a"], ["1", "p", "2024-03-05", "a"]], of_two, TEXT_FORM)
    assert reasons(result.findings) == [("missing_record_id", 2, None)], "an id of several columns needs all of them"


def test_organisations_named_in_a_column() -> None:
    instrument = TEXT_INSTRUMENT.model_validate(
        TEXT_INSTRUMENT.model_dump(by_alias=True)
        | {"organisation_column": {"column": "市", "map": {"福井市": "fukui"}}}
    )
    rows = [["1", "p", "2024-03-05", "", "福井市"], ["1", "p", "2024-03-05", "", "どこか"]]
    result = mapped([*HEADINGS, "市"], rows, instrument, TEXT_FORM, None)
    assert result.responses["organisation"].tolist() == ["fukui", UNMATCHED]
    assert reasons(result.findings) == [("unknown_organisation", 3, None)]


# --- columns ------------------------------------------------------------------------------------------------------


def test_a_column_may_have_had_another_name() -> None:
    instrument = instrument_of({"q": {"class": "A", "column": ["登録エリア", "登録施設"]}}, respondent=["人", "会員"])
    for named, person in (("登録エリア", "人"), ("登録施設", "会員")):
        result = mapped(["番号", person, "日", named], [["1", "p", "2024-03-05", "x"]], instrument, TEXT_FORM)
        assert not result.findings
        assert result.answers["value_text"].tolist() == ["x"]


def test_gone_and_doubled_columns_map_nothing() -> None:
    for headings, reason_code, expected in [
        (["番号", "人", "日"], "columns_changed", "記述"),
        ([*HEADINGS, "人"], "ambiguous_column", "人"),
        (["番号", "人", "記述"], "columns_changed", "日"),
    ]:
        result = mapped(headings, [["1", "p", "2024-03-05", "x", "q"]], TEXT_INSTRUMENT, TEXT_FORM)
        assert result.responses.empty
        assert result.answers.empty
        [finding] = result.findings
        assert (finding.reason_code, finding.severity, finding.row_n) == (reason_code, "critical", None)
        assert finding.expected == expected


def test_a_file_that_maps_nothing_leaves_other_files_their_types() -> None:
    nothing = mapped(["番号"], [["1"]], TEXT_INSTRUMENT, TEXT_FORM)
    something = mapped(HEADINGS, [["1", "p", "2024-03-05", "x"]], TEXT_INSTRUMENT, TEXT_FORM)
    for parts in ([nothing, something], [nothing], []):
        together = Mapped.together(parts)
        assert list(together.responses) == RESPONSE_COLUMNS
        assert list(together.answers) == ANSWER_COLUMNS
        assert str(together.responses["answered_at"].dtype) == "datetime64[us, UTC]"
        assert str(together.answers["value_number"].dtype) == "float64"
        assert len(together.findings) == (1 if parts else 0)


def test_new_columns_are_a_warning_unless_they_were_told_of() -> None:
    headings, row = [*HEADINGS, "備考", ""], ["1", "p", "2024-03-05", "x", "メモ", ""]
    result = mapped(headings, [row], TEXT_INSTRUMENT, TEXT_FORM)
    assert [(each.reason_code, each.severity, each.expected, each.row_n) for each in result.findings] == [
        ("columns_added", "warning", "備考", 1)
    ]
    assert len(result.responses) == 1
    for told in (["備 考", "備考"], ["*"]):
        instrument = instrument_of({"q": {"class": "A", "column": "記述"}}, file={"ignored_columns": told})
        assert not mapped(headings, [row], instrument, TEXT_FORM).findings


def test_columns_are_found_in_any_order_and_width() -> None:
    instrument = instrument_of({"q": {"class": "A", "column": "ｺｰﾄﾞ（１）"}})
    table = read_table("コード(1),日,人,番号\nx,2024-03-05,p,1\n".encode(), "answers.csv", instrument.file)
    assert map_table(table, landed(), instrument, TEXT_FORM, TOKYO).answers["value_text"].tolist() == ["x"]


def test_cells_beyond_the_last_heading_are_not_dropped_in_silence() -> None:
    """An unquoted comma in an answer shifts the cells of its row: the row cannot be trusted, and must be told."""
    table = read_table("番号,人,日,記述\n1,p,2024-03-05,はい,でも\n".encode(), "answers.csv", TEXT_INSTRUMENT.file)
    findings = map_table(table, landed(), TEXT_INSTRUMENT, TEXT_FORM, TOKYO).findings
    assert [(each.row_n, each.severity) for each in findings] == [(2, "critical")]


# --- the whole ----------------------------------------------------------------------------------------------------

ODD_CELLS = ["、", "\n", "?", "99", "0001-01-01", "99999.9", "1e999", "名所、旧跡、", "\ud800", "\x00", "\u200b"]
ANY_CELL = st.text(max_size=12) | st.sampled_from(ODD_CELLS)
WHOLE_FORM = form_of(
    q=GENDER, m=TOPICS, n={"type": "number"}, d={"type": "date"}, t={"type": "text"}, i={"type": "identifiers"}
)
WHOLE = instrument_of(
    {
        "q": {"class": "B", "column": "q", "map": {"女": "female", "男": "male"}},
        "m": {"class": "B", "column": "m", "map": SIGHTS, "separators": ["、", "\n"]},
        "n": {"class": "A", "column": "n"},
        "d": {"class": "A", "column": "d"},
        "t": {"class": "A", "column": "t"},
        "i": {"class": "A", "column": "i"},
    }
)


@given(st.lists(st.lists(ANY_CELL, min_size=9, max_size=9), min_size=1, max_size=4))
def test_whatever_is_written_every_response_has_every_question(rows: list[list[str]]) -> None:
    """No cell, however odd, crashes the mapping, loses an answer's row or lets a raw label into a code."""
    result = mapped(["番号", "人", "日", *"qmndti"], rows, WHOLE, WHOLE_FORM)
    assert len(result.responses) == len(rows)
    assert result.responses["row_key"].is_unique
    found = result.answers.groupby("row_key")["question_id"].agg(lambda names: set(names) == set(WHOLE_FORM.by_id))
    assert len(found) == len(rows)
    assert found.all()
    codes = result.answers[result.answers["question_id"].isin(["q", "m", "n", "d"])]["value_code"].dropna()
    assert set(codes) <= {"female", "male", *"1234", UNMATCHED}
    filled = result.answers[["value_code", "value_number", "value_text", "value_date"]].notna().any(axis=1)
    assert (filled != result.answers["missing_kind"].notna()).all(), "an answer or a kind of missing, never both"


@given(st.sampled_from(["番号", "人", "日"]), ANY_CELL)
def test_findings_never_hold_a_cell(column: str, secret: str) -> None:
    marked = f"秘{secret}密"
    row = ["1", "p", "2024-03-05", "女", "名所", "1", "2024-03-05", "t", "c"]
    row[["番号", "人", "日"].index(column)] = marked
    for cells in (row, [*row[:3], *[marked] * 6]):
        findings = mapped(["番号", "人", "日", *"qmndti"], [cells], WHOLE, WHOLE_FORM).findings
        assert marked not in "".join(f"{each.expected}{each.question_id}{each.file_name}" for each in findings)
