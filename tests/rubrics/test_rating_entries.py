"""From the cells of a row to a rating, or to every reason against it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rubrics.rating_entries import Entry, Judgement, Wrong, judgement_of, moment_of, rating_of
from rubrics.rating_sheet import Task
from rubrics.refusals import REASONS, Refusal

JST = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def task(tasks: dict[tuple[str, str], Task]) -> Task:
    """Levels 1 to 3; 「家賃が払えない。家賃が高い。」"""
    return tasks["R-0003", "money"]


@pytest.mark.parametrize("cell", ["2", " 2 ", "２"])
def test_a_level_with_its_words(task: Task, cell: str) -> None:
    judged = judgement_of(Entry(cell, "家賃が高い\n家賃が払えない"), task)
    assert isinstance(judged, Judgement)
    assert (judged.level, judged.no_evidence) == (2, False)
    assert [(span.start, span.quote) for span in judged.evidence] == [(0, "家賃が払えない"), (8, "家賃が高い")]


@pytest.mark.parametrize("none", ["根拠なし", "no evidence", "No Evidence "])
def test_a_level_without_words_says_so(task: Task, none: str) -> None:
    assert judgement_of(Entry("3", "", none), task) == Judgement(3, [], no_evidence=True)


@pytest.mark.parametrize("cell", ["判断できない", "cannot tell", "Cannot tell"])
def test_who_cannot_tell_need_not_say_that_there_is_no_evidence(task: Task, cell: str) -> None:
    assert judgement_of(Entry(cell), task) == Judgement(None, [], no_evidence=True)
    assert judgement_of(Entry(cell, "", "根拠なし"), task) == Judgement(None, [], no_evidence=True)
    judged = judgement_of(Entry(cell, "家賃"), task)
    assert isinstance(judged, Judgement)
    assert (judged.level, [span.quote for span in judged.evidence]) == (None, ["家賃"])


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        (Entry("", "家賃"), [("level", "level_missing")]),
        (Entry("", "", "根拠なし"), [("level", "level_missing")]),
        (Entry("4", "家賃"), [("level", "level_unknown")]),
        (Entry("2.5", "家賃"), [("level", "level_unknown")]),
        (Entry("たぶん2", "家賃"), [("level", "level_unknown")]),
        (Entry("2"), [("evidence", "evidence_missing")]),
        (Entry("9"), [("level", "level_unknown"), ("evidence", "evidence_missing")]),
        (Entry("2", "家賃", "根拠なし"), [("evidence", "evidence_and_none")]),
        (Entry("2", "家賃を払えない"), [("evidence", "evidence_not_found")]),
        (Entry("2", "相談したい。"), [("evidence", "evidence_not_found")]),  # a text that this criterion does not read
        (Entry("2", "家賃", "なし"), [("no_evidence", "no_evidence_unknown")]),
        (Entry("2", "", "x"), [("no_evidence", "no_evidence_unknown")]),
    ],
)
def test_everything_wrong_is_told_at_once(task: Task, entry: Entry, wrong: list[tuple[str, str]]) -> None:
    found = judgement_of(entry, task)
    assert isinstance(found, list)
    assert [(each.column, each.reason) for each in found] == wrong
    for each in found:
        said = Refusal(each.reason, "評価1", "D3", said=each.said).fault("a.xlsx")
        assert said.say("ja").startswith("a.xlsx: 評価1 D3: ")
        assert "家賃" not in said.say("ja") + said.say("en")
        assert "{" not in said.say("ja") + said.say("en")


def test_what_was_expected_of_a_level_is_said(task: Task) -> None:
    (wrong,) = judgement_of(Entry("4", "家賃"), task)  # type: ignore[misc]
    assert "1 / 2 / 3 / 判断できない" in Refusal(wrong.reason, said=wrong.said).fault("a.xlsx").say("ja")


def test_every_reason_says_its_words_in_both_languages() -> None:
    for wrong, expected in REASONS.values():
        for text in (wrong, expected):
            assert not text.ja.endswith("。")
            assert text.en.isascii() or "“" in text.en


# --- when -------------------------------------------------------------------------------------------------------------

DRAWN = datetime(2024, 6, 1, 3, tzinfo=UTC)  # noon in Japan
NOW = datetime(2024, 6, 10, 23, tzinfo=UTC)  # the morning of the 11th in Japan


def day(text: str) -> Entry:
    return Entry("1", "x", rated_at_is_blank=False, rated_at=datetime.fromisoformat(text).replace(tzinfo=JST))


@pytest.mark.parametrize(
    ("entry", "moment"),
    [
        (Entry("1", "x"), NOW),
        (day("2024-06-05"), datetime(2024, 6, 4, 15, tzinfo=UTC)),
        (day("2024-06-05T09:30"), datetime(2024, 6, 5, 0, 30, tzinfo=UTC)),
        (day("2024-06-01"), DRAWN),  # a day is its midnight, but nothing is rated before it is drawn
        (day("2024-06-11"), datetime(2024, 6, 10, 15, tzinfo=UTC)),
        (day("2024-06-11T23:00"), NOW),
    ],
)
def test_when_it_was_rated(entry: Entry, moment: datetime) -> None:
    assert moment_of(entry, DRAWN, NOW, JST) == moment


@pytest.mark.parametrize("text", ["2024-05-31", "2024-06-12", "1924-06-05"])
def test_nobody_rates_before_the_draw_or_tomorrow(text: str) -> None:
    assert moment_of(day(text), DRAWN, NOW, JST) == Wrong("rated_at", "rated_at_impossible")


def test_what_is_no_day() -> None:
    assert moment_of(Entry("1", "x", rated_at_is_blank=False), DRAWN, NOW, JST) == Wrong(
        "rated_at", "rated_at_unreadable"
    )


def test_a_date_alone_is_no_rating() -> None:
    assert Entry(rated_at_is_blank=False).is_blank
    assert Entry(" ", "\n", "\u3000").is_blank
    assert not Entry("", "", "x").is_blank


def test_a_rating_names_the_texts_its_criterion_reads(task: Task) -> None:
    judged = judgement_of(Entry("2", "家賃"), task)
    assert isinstance(judged, Judgement)
    rating = rating_of(task, judged, round_id="spring", rater="cy", decides=True, rated_at=NOW, sheet_sha256="0" * 64)
    assert (rating.origin, rating.rater, rating.response_id, rating.criterion_version) == ("adjudicated", "cy", "r1", 1)
    assert [each.question_id for each in rating.read] == ["trouble"]
    assert task.same_words({("R-0003", each.question_id): each.sha256 for each in rating.read})
