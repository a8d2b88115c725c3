"""Doubtful places: shown to a person, decided in a workbook, and obeyed by the next run."""

from __future__ import annotations

import csv
import io
import json
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows.landing import LandingStore
from flows.mask_ledger import LEDGER, SECRET, MaskLedger
from flows.mask_review import Review, review_of
from flows.mask_workbooks import read_decisions, review_workbook
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from nlp.annotation_cache import AnnotationCache
from nlp.mask_decisions import Hashing, MaskDecision
from nlp.pipeline import analyser_id
from warehouse.definitions import UserMistake
from warehouse.engine import opened
from warehouse.read import published_run, read_table

pytestmark = [pytest.mark.flow, pytest.mark.model]

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TEXT = "問3-3"
DOUBTFUL = "ムルハッドに怒られました。メガヌベスへ行きます。友達の桜と話しました。"
COLUMN = 6  # of the decision


@pytest.fixture(scope="module")
def wave(run_sample: Callable[..., Any], sample_inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A wave with doubtful places in five answers."""
    folder = tmp_path_factory.mktemp("review")
    inbox = folder / "inbox"
    shutil.copytree(sample_inbox, inbox)
    file = inbox / "baseline" / "org-a" / "questionnaire.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
    for row in [each for each in rows if len(each[TEXT]) > 8][:5]:
        row[TEXT] += DOUBTFUL
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return run_sample(inbox, folder / "data", "baseline")


def review(wave: Any) -> Review:
    folders = wave.data
    with (
        opened(wave.url) as engine,
        AnnotationCache(folders / "cache" / "annotations.sqlite", analyser_id()) as cache,
    ):
        return review_of(
            engine,
            wave.wave,
            read_programme(DEFAULT_PROGRAMME),
            LandingStore(folders / "landing"),
            MaskLedger(folders / "mask"),
            cache,
        )


def texts(wave: Any) -> list[str]:
    with opened(wave.url) as engine:
        return read_table(engine, "core_answer", published_run(engine, wave.wave))["value_text"].dropna().tolist()


def filled(content: bytes, decide: Callable[[str], str]) -> bytes:
    """The workbook with decisions by words."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["mask"]
    for row in range(5, sheet.max_row + 1):
        sheet.cell(row, COLUMN).value = decide(str(sheet.cell(row, 3).value))
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_what_is_in_doubt_is_shown_in_its_masked_context(wave: Any) -> None:
    found = review(wave)
    shown = {(each.candidate, each.doubt, each.is_masked) for each in found.places}
    assert ("ムルハッド", "unknown_katakana", True) in shown
    assert ("メガヌベス", "katakana_alone", False) in shown
    assert all(each.candidate in each.in_context for each in found.places)
    planted = set(json.loads((wave.inbox / "planted.json").read_text())["identifiers"])
    contexts = " ".join(each.before + each.after for each in found.places)
    assert not [secret for secret in planted if secret in contexts]
    assert found.counts["places_n"].sum() >= len(found.places) > 0


def test_decisions_are_obeyed_by_the_next_run_and_are_part_of_it(wave: Any, run_sample: Callable[..., Any]) -> None:
    before = wave.outcome
    assert before.undecided_n > 0
    assert not [text for text in texts(wave) if "ムルハッド" in text]
    assert [text for text in texts(wave) if "メガヌベス" in text]

    ledger = MaskLedger(wave.data / "mask")
    rules = read_programme(DEFAULT_PROGRAMME).text_rules.masking
    content = review_workbook(review(wave), rules, ledger.hashing())
    said = {"ムルハッド": "この語はどこでも残す", "メガヌベス": "この語はどこでも秘匿する"}
    decided = read_decisions(
        filled(content, lambda word: said.get(word, "")), "mask.xlsx", ledger.hashing(), by="a", at=NOW
    )
    assert decided.faults == []
    assert len(decided.decisions) >= 2
    assert ledger.append(decided.decisions) == 2
    assert ledger.append(decided.decisions) == 0

    after = run_sample(wave.inbox, wave.data, wave.wave)
    assert after.outcome.run_id != before.run_id
    assert after.outcome.undecided_n < before.undecided_n
    assert [text for text in texts(after) if "ムルハッド" in text]
    assert not [text for text in texts(after) if "メガヌベス" in text]
    with opened(wave.url) as engine:
        inputs = read_table(engine, "meta_input", after.outcome.run_id)
    (input_,) = inputs[inputs["form_id"] == "mask_decisions"].to_dict("records")
    assert input_["file_name"] == "mask/decisions.jsonl"
    again = run_sample(wave.inbox, wave.data, wave.wave)
    assert (again.outcome.run_id, again.outcome.out_sha256) == (after.outcome.run_id, after.outcome.out_sha256)
    assert not [place for place in review(after).places if place.candidate in said]


def test_nothing_kept_tells_a_word(wave: Any) -> None:
    ledger = MaskLedger(wave.data / "mask")
    place = review(wave).places[0]
    ledger.append([decision(place.place, place.candidate)])
    for file in (wave.data / "mask").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert place.candidate not in file.read_text(encoding="utf-8")
    assert stat.S_IMODE((wave.data / "mask").stat().st_mode) == 0o700


def decision(what: str, _word: str) -> MaskDecision:
    return MaskDecision(
        scope="place",
        what=what,
        doubt="name_or_word",
        verdict="keep",
        response_id="r",
        question_id="q",
        decided_by="a",
        decided_at=NOW,
        sheet_sha256="0" * 64,
    )


def test_the_command_writes_for_the_owner_alone_and_takes_back(
    wave: Any, monosashi: Callable[..., Any], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(wave.data, data, ignore=shutil.ignore_patterns("mask", "prefect"))
    sheet = tmp_path / "mask.xlsx"
    said = monosashi("mask", "review", "--wave", wave.wave, "--data", data, "--to", sheet)
    assert said.status == 0, said.everything
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    words = {str(row[2].value) for row in openpyxl.load_workbook(sheet)["mask"].iter_rows(min_row=5)}
    assert "ムルハッド" in words
    assert not [word for word in words if word in said.everything]
    assert "確認する人だけ" in str(openpyxl.load_workbook(sheet)["mask"].cell(1, 1).value)

    again = monosashi("mask", "review", "--wave", wave.wave, "--data", data, "--to", sheet)
    assert again.status == 2
    sheet.write_bytes(filled(sheet.read_bytes(), lambda word: "残す" if word == "ムルハッド" else "しらない選択"))
    nobody = monosashi("mask", "review", sheet, "--data", data)
    assert nobody.status == 2
    assert "--by" in nobody.err
    taken = monosashi("mask", "review", sheet, "--data", data, "--by", "確認者", "--lang", "en")
    assert taken.status == 2
    assert "is no decision of the list" in taken.out
    assert "decisions taken in (0 known" in taken.out
    assert not [word for word in words if word in taken.everything]
    assert {"decided_by": "確認者", "verdict": "keep", "scope": "place"}.items() <= json.loads(
        (data / "mask" / LEDGER).read_text(encoding="utf-8").splitlines()[0]
    ).items()
    assert monosashi("mask", "review", "--data", data).status == 2


@pytest.fixture
def hashing() -> Hashing:
    return Hashing(b"s" * 32)


def one_place(wave: Any) -> Review:
    found = review(wave)
    return Review(found.run_id, found.places[:1], found.counts)


def test_a_row_that_was_altered_is_refused(wave: Any, hashing: Hashing) -> None:
    rules = read_programme(DEFAULT_PROGRAMME).text_rules.masking
    content = review_workbook(one_place(wave), rules, hashing, "en")
    assert content == review_workbook(one_place(wave), rules, hashing, "en")
    assert len(read_decisions(filled(content, lambda _: "keep"), "a.xlsx", hashing, by="a", at=NOW).decisions) == 1
    for column in (3, 4, 7, 8, 9):
        book = openpyxl.load_workbook(io.BytesIO(filled(content, lambda _: "keep")))
        book["mask"].cell(5, column).value = "other"
        saved = io.BytesIO()
        book.save(saved)
        read = read_decisions(saved.getvalue(), "a.xlsx", hashing, by="a", at=NOW)
        assert read.decisions == []
        assert [each.path for each in read.faults] == ["5:5"]
    other = read_decisions(filled(content, lambda _: "keep"), "a.xlsx", Hashing(b"o" * 32), by="a", at=NOW)
    assert [each.path for each in other.faults] == ["5:5"]
    wrong = read_decisions(filled(content, lambda _: "perhaps"), "a.xlsx", hashing, by="a", at=NOW)
    assert [each.path for each in wrong.faults] == ["F5"]
    assert read_decisions(content, "a.xlsx", hashing, by="a", at=NOW).open_n == 1


def test_another_workbook_is_no_workbook_of_ours(hashing: Hashing) -> None:
    for name, content in (("a.csv", b"a,b"), ("a.xlsx", b"PK"), ("a.xlsx", empty_workbook())):
        with pytest.raises(UserMistake, match="no workbook of doubtful places"):
            read_decisions(content, name, hashing, by="a", at=NOW)


def empty_workbook() -> bytes:
    saved = io.BytesIO()
    book = openpyxl.Workbook()
    book.worksheets[0].title = "mask"
    book.save(saved)
    return saved.getvalue()


def test_records_that_were_damaged_are_said_and_a_torn_line_is_not(tmp_path: Path) -> None:
    ledger = MaskLedger(tmp_path / "mask")
    assert ledger.decided() is None
    assert ledger.append([decision("a", "")]) == 1
    path = tmp_path / "mask" / LEDGER
    path.write_bytes(path.read_bytes() + b'{"scope": "pl')
    assert len(ledger.decisions()) == 1
    assert ledger.append([decision("b", "")]) == 1
    assert [each.what for each in ledger.decisions()] == ["a", "b"]
    path.write_bytes(b"{}\n")
    with pytest.raises(UserMistake, match=r"mask/decisions\.jsonl"):
        ledger.decisions()
    (tmp_path / "mask" / SECRET).unlink()
    with pytest.raises(UserMistake, match="mask/secret"):
        ledger.hashing()
