"""A small survey on a server: its form, its instrument, its snapshots, and what becomes of the answers."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from expectations.questionnaire import Form
from flows.instruments import Instrument
from flows.landing import Landed
from flows.mapping import Mapped, map_table
from flows.records import read_landed, read_snapshot
from flows.spreadsheets import UnreadableTableError

WORDS = {"ja": "例", "en": "example"}
QUESTION = {"wording": WORDS, "asked_of": WORDS, "since": "2024-01-01"}
TOKYO = ZoneInfo("Asia/Tokyo")
WHEN = {"_submission_time": "2024-03-05T00:00:00"}


class Survey:
    """Everything a test of records needs, made in one line each."""

    when = WHEN

    def form(self, **questions: str) -> Form:
        """Questions by id: a type, or the codes of a choice after it."""
        given = []
        for name, words in questions.items():
            kind, *codes = words.split()
            choices = [{"code": code, "label": WORDS} for code in codes]
            given.append({"id": name, "type": kind, "choices": choices, **QUESTION})
        return Form.model_validate(
            {"id": "survey", "version": 1, "label": WORDS, "subject": "person", "questions": given}
        )

    def instrument(self, answers: dict[str, Any], **changes: Any) -> Instrument:
        """`answers`: question -> its column, its alternative columns, or its whole mapping."""
        mappings = {name: each if isinstance(each, dict) else {"column": each} for name, each in answers.items()}
        return Instrument.model_validate(
            {
                "id": "own_form",
                "form": "survey",
                "valid_from": "2024-01-01",
                "approved_by": "evaluation",
                "approved_at": "2024-01-01",
                "record_id": ["@id"],
                "answered_at": "_submission_time",
                "answers": {name: {"class": "A", **each} for name, each in mappings.items()},
            }
            | changes
        )

    def record(
        self, content: dict[str, Any], id: str = "r1", version: str = "v1", state: str = "present"
    ) -> dict[str, Any]:
        """A record's line of a snapshot."""
        return {"id": id, "order": id, "record": content, "stamp": "", "state": state, "version": version}

    def snapshot(
        self,
        versions: dict[str, list[str]],
        *records: dict[str, Any],
        kind: str = "kobo",
        zones: dict[str, str] | None = None,
    ) -> bytes:
        """A snapshot's bytes."""
        header = {"kind": kind, "snapshot": 1, "versions": versions, "zones": zones or {}}
        lines = [json.dumps(each, ensure_ascii=False, sort_keys=True) for each in (header, *records)]
        return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")

    def landed(self, file_name: str = "kobo/source.jsonl", wave: str = "w1") -> Landed:
        """A manifest line."""
        return Landed("0" * 64, "source", wave, "org-a", "survey", "own_form", file_name, 1, None, "")

    def mapped(self, content: bytes, instrument: Instrument, form: Form, wave: str = "w1") -> Mapped:
        """A snapshot mapped."""
        return map_table(read_snapshot(content, instrument), self.landed(wave=wave), instrument, form, TOKYO)

    def mapped_file(self, content: bytes, file_name: str, instrument: Instrument, form: Form) -> Mapped:
        """An organisation's file mapped, named after its wave: `w1/….csv`."""
        landed = self.landed(file_name, file_name.partition("/")[0])
        return map_table(read_landed(content, file_name, instrument), landed, instrument, form, TOKYO)

    def answers(self, result: Mapped, question: str = "q") -> list[Any]:
        """The value or `<kind of missing>` of each record's answer (a list of codes for a multi-select)."""
        found = []
        for _, rows in result.answers[result.answers["question_id"] == question].groupby("row_key", sort=False):
            values = rows[["value_code", "value_text", "value_number"]].bfill(axis=1).iloc[:, 0]
            each = [f"<{kind}>" if kind else value for kind, value in zip(rows["missing_kind"], values, strict=True)]
            found.append(each[0] if len(each) == 1 else each)
        return found

    def read(
        self, versions: dict[str, list[str]], column: str | list[str], *contents: dict[str, Any], kind: str = "kobo"
    ) -> list[Any]:
        """The answers to one text question; what a content has as `@version` is its record's."""
        records = [
            self.record(
                {name: value for name, value in content.items() if name != "@version"} | WHEN,
                f"r{number}",
                content.get("@version", "v1"),
            )
            for number, content in enumerate(contents)
        ]
        lines = self.snapshot(versions, *records, kind=kind)
        return self.answers(self.mapped(lines, self.instrument({"q": column}), self.form(q="text")))

    def fault(self, content: bytes, instrument: Instrument) -> tuple[str, str | None]:
        """The reason for which nothing of a snapshot is read, and what was expected."""
        with pytest.raises(UnreadableTableError) as caught:
            read_snapshot(content, instrument)
        return caught.value.reason_code, caught.value.expected


@pytest.fixture(scope="session")
def survey() -> Survey:
    """The survey; it has no state."""
    return Survey()
