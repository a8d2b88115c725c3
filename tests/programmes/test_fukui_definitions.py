"""The second programme: its definitions fit one another, and on the real data they give what a plain count gives.

The data (8,843 responses, CC BY 4.0) are not in the repository: the folder that holds `data/fukui_kanko` is named by
MONOSASHI_SHARED, or lies beside the repository as `shared`. Without it these tests are skipped, saying so.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from flows.instruments import AnswerMapping, Instrument
from flows.landing import Landed
from flows.mapping import Mapped, map_table
from flows.programme import Programme
from flows.programme_reader import read_programme
from flows.spreadsheets import Table, read_table
from rubrics.scoring import level_source, score
from warehouse.evidence import UNMATCHED, Evidence
from warehouse.indicators import ALL, compute_indicators

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).resolve().parent / "fukui_kanko"
FORM = "visitor_survey"
ROWS_N = {"202305": 3084, "202606": 2172, "202607": 1945, "202608": 1642}

Row = dict[str, str]


@pytest.fixture(scope="module")
def programme() -> Programme:
    return read_programme(FOLDER)


@pytest.fixture(scope="module")
def data() -> Path:
    shared = Path(os.environ.get("MONOSASHI_SHARED") or REPOSITORY.parent / "shared")
    folder = shared / "data" / "fukui_kanko"
    if not folder.is_dir():
        pytest.skip("the open data are not at hand: MONOSASHI_SHARED names no folder with data/fukui_kanko")
    return folder


@dataclass(frozen=True)
class Survey:
    """The four files, mapped by the programme and read by the csv module alone."""

    programme: Programme
    rows: dict[str, list[Row]]
    mapped: dict[str, Mapped]

    @cached_property
    def responses(self) -> pd.DataFrame:
        return pd.concat([each.responses for each in self.mapped.values()], ignore_index=True)

    @cached_property
    def answers(self) -> pd.DataFrame:
        return pd.concat([each.answers for each in self.mapped.values()], ignore_index=True)

    @cached_property
    def municipalities(self) -> dict[str, str]:
        """Code -> the name as the data write it."""
        return {each.code: each.label.ja for each in self.programme.settings.organisations}

    def codes(self, wave: str, question: str) -> list[set[str]]:
        """The valid codes of each response of a wave, in the file's order."""
        answers = self.mapped[wave].answers
        of_question = answers[answers["question_id"] == question]
        given: dict[str, set[str]] = {key: set() for key in self.mapped[wave].responses["row_key"]}
        for key, code in of_question.loc[of_question["value_code"].notna(), ["row_key", "value_code"]].to_numpy():
            given[key].add(code)
        return list(given.values())

    def until(self, period: str) -> list[Row]:
        """All rows of the waves up to and including `period`, in order of time."""
        rows = [row for wave, of_wave in self.rows.items() if wave <= period for row in of_wave]
        return sorted(rows, key=lambda row: row["回答日時"])


def map_file(programme: Programme, instrument: Instrument, table: Table, wave: str) -> Mapped:
    source = programme.settings.sources[0]
    landed = Landed("0" * 64, source.id, wave, None, FORM, source.instrument, f"{wave}.csv", 1, None, "")
    return map_table(table, landed, instrument, programme.forms[FORM], ZoneInfo(programme.settings.time_zone))


@pytest.fixture(scope="module")
def survey(programme: Programme, data: Path) -> Survey:
    instrument = programme.instruments["visitor_survey"]
    names = {wave: programme.settings.sources[0].files.replace("{wave}", wave) for wave in ROWS_N}
    contents = {wave: (data / name).read_bytes() for wave, name in names.items()}
    tables = {wave: read_table(content, names[wave], instrument.file) for wave, content in contents.items()}
    mapped = {wave: map_file(programme, instrument, table, wave) for wave, table in tables.items()}
    plain = {wave: list(csv.DictReader(io.StringIO(each.decode("utf-8-sig"), ""))) for wave, each in contents.items()}
    return Survey(programme, plain, mapped)


# --- the definitions ----------------------------------------------------------------------------------------------


def test_the_definitions_have_no_fault_and_fit_one_another(programme: Programme) -> None:
    """As `monosashi check` reads them: `read_programme` raises with every fault there is."""
    assert len(programme.settings.organisations) == 17
    assert list(programme.windows) == list(ROWS_N)
    assert [len(programme.active_executing(period)) for period in programme.windows] == [17] * 4


def test_periods_are_months_of_japan(programme: Programme) -> None:
    for period, window in programme.windows.items():
        assert window.start.isoformat() == f"{period[:4]}-{period[4:]}-01T00:00:00+09:00"
        assert window.last_day.strftime("%Y%m") == period
    assert [each.reference for each in programme.windows.values()] == [None, *list(ROWS_N)[:-1]]


def test_every_question_is_mapped_and_every_text_analysed(programme: Programme) -> None:
    form = programme.forms[FORM]
    assert set(programme.instruments["visitor_survey"].answers) == set(form.by_id)
    assert programme.settings.analysed[FORM] == [each.id for each in form.questions if each.type == "text"]


def test_the_labels_of_the_map_are_those_of_the_codebook(programme: Programme) -> None:
    for question_id, mapping in programme.instruments["visitor_survey"].answers.items():
        question = programme.forms[FORM].by_id[question_id]
        if question.choices and mapping.map:
            assert {code: label for label, code in mapping.map.items()} == {
                choice.code: choice.label.ja for choice in question.choices
            }, question_id


def test_nothing_of_this_programme_stands_in_the_code(programme: Programme) -> None:
    own = {"fukui", FORM, "visit_satisfaction", *(each.code for each in programme.settings.organisations)}
    for room in ("expectations", "flows", "nlp", "rubrics", "warehouse"):
        for path in (REPOSITORY / room).rglob("*.py"):
            code = path.read_text(encoding="utf-8").lower()
            assert not [name for name in own if name in code], path


# --- the mapping of the real files --------------------------------------------------------------------------------


def test_every_row_is_mapped_without_a_finding(survey: Survey) -> None:
    assert {wave: len(each.responses) for wave, each in survey.mapped.items()} == ROWS_N
    assert {wave: len(rows) for wave, rows in survey.rows.items()} == ROWS_N
    assert [
        finding for each in survey.mapped.values() for finding in each.findings if finding.severity == "critical"
    ] == []
    assert survey.responses["response_id"].is_unique
    assert survey.responses["respondent_id"].nunique() == 5626
    asked = survey.answers.drop_duplicates(["row_key", "question_id"])
    assert len(asked) == sum(ROWS_N.values()) * len(survey.programme.forms[FORM].questions)


def test_no_label_is_unknown(survey: Survey) -> None:
    assert set(survey.answers.loc[survey.answers["value_code"] == UNMATCHED, "question_id"]) == set()
    assert UNMATCHED not in set(survey.responses["organisation"])


def test_responses_lie_in_the_month_their_file_is_named_after(survey: Survey) -> None:
    for wave, window in survey.programme.windows.items():
        moments = survey.mapped[wave].responses["answered_at"]
        assert moments.between(window.start, window.cut_off, inclusive="left").all()


@pytest.mark.parametrize(
    "question", ["gender", "age_band", "prefecture", "household_income", "visit_count", "satisfaction", "revisit"]
)
def test_single_choices_are_tallied_as_in_the_file(survey: Survey, question: str) -> None:
    mapping = survey.programme.instruments["visitor_survey"].answers[question]
    codes, [column] = mapping.map, mapping.columns
    for wave, rows in survey.rows.items():
        written = Counter(codes[row[column]] for row in rows if row[column] in codes)
        assert Counter(code for each in survey.codes(wave, question) for code in each) == written
        left_out = sum(row[column] not in codes for row in rows)
        answers = survey.mapped[wave].answers
        assert answers.loc[answers["question_id"] == question, "missing_kind"].notna().sum() == left_out


def test_what_is_left_out_keeps_its_kind(survey: Survey) -> None:
    answers = survey.answers[survey.answers["missing_kind"].notna()]
    kinds = Counter(zip(answers["question_id"], answers["missing_kind"], strict=True))
    assert kinds[("gender", "no_answer")] == 276
    assert kinds[("household_income", "no_answer")] == 1216
    assert kinds[("satisfaction_transport", "blank")] == 4512
    assert not {question for question, _ in kinds} & {"satisfaction", "nps", "inconvenience", "purposes"}


def test_satisfied_answers_of_each_municipality(survey: Survey) -> None:
    for wave, rows in survey.rows.items():
        written = Counter(row["市町村"] for row in rows if row["満足度"] in ("満足", "とても満足"))
        satisfied = [bool(codes & {"4", "5"}) for codes in survey.codes(wave, "satisfaction")]
        found = survey.mapped[wave].responses.loc[satisfied, "organisation"].map(survey.municipalities)
        assert Counter(found) == written


def test_promoters_and_detractors(survey: Survey) -> None:
    for wave, rows in survey.rows.items():
        answers = survey.mapped[wave].answers
        points = answers.loc[answers["question_id"] == "nps", "value_number"]
        written = [int(row["NPS"]) for row in rows]
        assert (points >= 9).sum() == sum(point >= 9 for point in written)
        assert (points <= 6).sum() == sum(point <= 6 for point in written)


@pytest.mark.parametrize("question", ["purposes", "information_sources", "transport_to", "transport_within"])
def test_lists_agree_with_the_flags_beside_them(survey: Survey, question: str) -> None:
    """Each option's 0/1 column says the same as the list. Left out: その他, which holds another question's words."""
    mapping = survey.programme.instruments["visitor_survey"].answers[question]
    shared = {"自家用車", "レンタカー", "在来線", "旅行会社ツアーバス"} if question == "transport_to" else set()
    for wave, rows in survey.rows.items():
        ticked = survey.codes(wave, question)
        for label, code in mapping.map.items():
            if label != "その他" and label not in shared:
                assert [row[label] == "1" for row in rows] == [code in codes for codes in ticked], label


def test_flags_and_list_are_two_forms_of_the_same_answers(survey: Survey, data: Path) -> None:
    """The purposes read from their flag columns instead, through the same mapping."""
    instrument = survey.programme.instruments["visitor_survey"]
    purposes = instrument.answers["purposes"]
    flags = {code: label for label, code in purposes.map.items() if label != "その他"}
    by_flags = AnswerMapping.model_validate({"class": "A", "flags": flags})
    changed = instrument.model_copy(update={"answers": {**instrument.answers, "purposes": by_flags}})
    table = read_table((data / "202608.csv").read_bytes(), "202608.csv", instrument.file)
    flagged = replace(survey, mapped={"202608": map_file(survey.programme, changed, table, "202608")})
    listed = [codes - {"other"} for codes in survey.codes("202608", "purposes")]
    assert flagged.codes("202608", "purposes") == listed
    assert sum(map(len, listed)) > ROWS_N["202608"]


def test_a_renamed_column_is_still_found(survey: Survey, data: Path) -> None:
    instrument = survey.programme.instruments["visitor_survey"]
    content = (data / "202305.csv").read_bytes().replace("登録エリア".encode(), "登録施設".encode(), 1)
    mapped = map_file(survey.programme, instrument, read_table(content, "202305.csv", instrument.file), "202305")
    assert not mapped.findings
    pd.testing.assert_frame_equal(mapped.answers, survey.mapped["202305"].answers)


# --- the indicators on the real answers ---------------------------------------------------------------------------


Figures = dict[tuple[str, ...], dict[Any, Any]]
"""(indicator, reading, organisation, dimension, category) -> the row of `out_indicator`."""


def figures(survey: Survey, period: str, *indicators: str) -> Figures:
    """Figures of some indicators as the engine gives them, on the files up to `period`, without themes."""
    programme = survey.programme
    responses = survey.responses[survey.responses["wave"] <= period]
    answers = survey.answers[survey.answers["response_id"].isin(responses["response_id"])]
    organisations = programme.active_executing(period)
    sent = frozenset((code, FORM) for code in organisations)
    [criterion] = programme.criteria.values()
    evidence = Evidence(
        responses=responses,
        answers=answers,
        scores=score([criterion], responses, answers),
        themes=pd.DataFrame({name: pd.Series(dtype="str") for name in ("response_id", "question_id", "theme_id")}),
        windows=programme.windows,
        period=period,
        reported=sent,
        expected=sent,
        levels={criterion.id: level_source(criterion.versions[-1])},
    )
    chosen = [each for each in programme.indicators if each.id in indicators]
    table, _ = compute_indicators(chosen, evidence, organisations, programme.targets)
    key = ["indicator_id", "reading", "organisation", "dimension", "category"]
    return {tuple(row[name] for name in key): row for row in table.to_dict("records")}


def whole(table: Figures, indicator: str, reading: str, organisation: str = ALL) -> dict[Any, Any]:
    return table[(indicator, reading, organisation, ALL, ALL)]


def cell(table: Figures, indicator: str, reading: str, organisation: str = ALL) -> tuple[int, int]:
    row = whole(table, indicator, reading, organisation)
    return row["numerator"], row["denominator"]


def latest_of_each_person(rows: list[Row]) -> list[Row]:
    return list({row["会員ID"]: row for row in sorted(rows, key=lambda row: row["回答日時"])}.values())


def is_satisfied(row: Row) -> bool:
    return row["満足度"] in ("満足", "とても満足")


def net(rows: list[Row]) -> int:
    points = [int(row["NPS"]) for row in rows]
    return sum(point >= 9 for point in points) - sum(point <= 6 for point in points)


@pytest.mark.parametrize("period", list(ROWS_N))
def test_share_satisfied_and_net_promoters_against_a_plain_count(survey: Survey, period: str) -> None:
    table = figures(survey, period, "V-1", "V-2", "V-3")
    rows = survey.rows[period]
    people = latest_of_each_person(rows)
    assert cell(table, "V-1", "answers") == (sum(map(is_satisfied, rows)), len(rows))
    assert cell(table, "V-1", "people_latest") == (sum(map(is_satisfied, people)), len(people))
    so_far = survey.until(period)
    assert cell(table, "V-1", "cumulative") == (sum(map(is_satisfied, so_far)), len(so_far))
    assert cell(table, "V-3", "answers") == (net(rows), len(rows))
    assert cell(table, "V-3", "people_latest") == (net(people), len(people))

    passing = []
    for code, name in survey.municipalities.items():
        own = [row for row in rows if row["市町村"] == name]
        satisfied = sum(map(is_satisfied, own))
        assert cell(table, "V-2", "each_municipality", code) == (satisfied, len(own))
        assert cell(table, "V-3", "answers", code) == (net(own), len(own))
        passing.append(10 * satisfied >= 8 * len(own))
        verdict = whole(table, "V-2", "each_municipality", code)["verdict"]
        assert verdict == ("achieved" if passing[-1] else "not_achieved")
    assert cell(table, "V-2", "each_municipality") == (sum(passing), 17)
    for reading, passes in [
        ("each_municipality", all(passing)),
        ("share_of_municipalities", 10 * sum(passing) >= 8 * 17),
    ]:
        assert whole(table, "V-2", reading)["verdict"] == ("achieved" if passes else "not_achieved")


def test_verdicts_compare_whole_numbers_and_readings_flip_them(survey: Survey) -> None:
    table = figures(survey, "202607", "V-1", "V-2", "V-3")
    score_now = whole(table, "V-3", "answers")
    assert Fraction(int(score_now["numerator"]), int(score_now["denominator"])) == Fraction(20, 100)
    assert (score_now["verdict"], score_now["shortfall"]) == ("achieved", 0), "exactly at the target"
    of_answers = whole(table, "V-1", "answers")
    assert (of_answers["verdict"], of_answers["shortfall"]) == ("not_achieved", 7)
    assert whole(table, "V-1", "people_latest")["verdict"] == "achieved"
    assert whole(table, "V-2", "each_municipality")["verdict"] == "not_achieved"
    assert whole(table, "V-2", "share_of_municipalities")["verdict"] == "achieved"
    assert of_answers["ci_low"] < of_answers["value"] < of_answers["ci_high"]
    assert pd.isna(score_now["ci_low"]), "a net share is no share and has no Wilson interval"


@pytest.mark.parametrize("period", ["202606", "202608"])
def test_rise_of_satisfaction_against_a_plain_count(survey: Survey, period: str) -> None:
    levels = {"とても不満": 1, "不満": 2, "どちらでもない": 3, "満足": 4, "とても満足": 5}
    by_person: dict[str, list[Row]] = defaultdict(list)
    for row in survey.until(period):
        by_person[row["会員ID"]].append(row)
    month = f"{period[:4]}-{period[4:]}"
    again = [rows for rows in by_person.values() if len(rows) > 1 and rows[-1]["回答日時"].startswith(month)]
    pairs = [(levels[rows[0]["満足度"]], levels[rows[-1]["満足度"]]) for rows in again]
    risen = sum(later > first for first, later in pairs)
    table = figures(survey, period, "V-4")
    assert cell(table, "V-4", "complete_pairs") == (risen, len(pairs))
    assert cell(table, "V-4", "all_baselines") == (risen, len(by_person))
    assert cell(table, "V-4", "able_to_improve") == (risen, sum(first < 5 for first, _ in pairs))
    coverage = [whole(table, "V-4", "complete_pairs")[name] for name in ("eligible_n", "measured_n", "missing_n")]
    assert coverage == [len(by_person), len(pairs), len(by_person) - len(pairs)]


def test_people_growth_diversity_and_targets_of_municipalities(survey: Survey) -> None:
    table = figures(survey, "202608", "R-1", "R-2", "R-3")
    now, before = ({row["会員ID"] for row in survey.until(period)} for period in ("202608", "202607"))
    assert whole(table, "R-1", "people")["numerator"] == len(now)
    assert cell(table, "R-1", "growth") == (len(now) - len(before), len(before))
    by_municipality = defaultdict(set)
    for row in survey.until("202608"):
        by_municipality[row["市町村"]].add(row["会員ID"])
    targets = {each.organisation: each.value for each in survey.programme.targets}
    for code, name in survey.municipalities.items():
        assert cell(table, "R-2", "each_municipality", code) == (len(by_municipality[name]), targets[code])
    assert cell(table, "R-2", "pooled") == (sum(map(len, by_municipality.values())), sum(targets.values()))
    homes = Counter(row["都道府県"] for row in latest_of_each_person(survey.until("202608")))
    assert whole(table, "R-3", "categories")["numerator"] == len(homes)
    simpson = 1 - sum((n / len(now)) ** 2 for n in homes.values())
    assert whole(table, "R-3", "simpson")["value"] == pytest.approx(simpson, abs=1e-12)


def test_without_targets_municipalities_are_undetermined_never_zero(survey: Survey) -> None:
    table = figures(survey, "202607", "R-2")
    of_one = whole(table, "R-2", "each_municipality", "ono-shi")
    assert of_one["verdict"] == "undetermined"
    assert pd.isna(of_one["value"])
    assert whole(table, "R-2", "each_municipality")["verdict"] == "undetermined"


def test_inconvenience_by_gender(survey: Survey) -> None:
    """A person's category is that of their latest valid answer; the answers counted are those of the month."""
    table = figures(survey, "202606", "V-5")
    codes = {"女": "female", "男": "male", "その他": "other"}
    gender = {row["会員ID"]: codes[row["性別"]] for row in survey.until("202606") if row["性別"] in codes}
    for category in codes.values():
        rows = [row for row in survey.rows["202606"] if gender.get(row["会員ID"]) == category]
        row = table[("V-5", "answers", ALL, "gender", category)]
        assert (row["numerator"], row["denominator"]) == (sum(each["不便さ"] == "感じた" for each in rows), len(rows))
        assert row["verdict"] == "not_applicable"
