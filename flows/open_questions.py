"""What a drafted instrument leaves open, and what only a person can fill in: no programme passes the check with it."""

from __future__ import annotations

from expectations.questionnaire import Form
from flows.instruments import Candidate, Instrument
from warehouse.definitions import Fault, fault

IDENTITY = {
    "record_id": ("回答を特定する列", "the columns that identify a response"),
    "respondent": ("回答した人を表す列", "the column that says who answered"),
    "answered_at": ("回答した日時の列", "the column that says when"),
}
"""What stands beside the answers in an instrument and may be open too."""

_BY_HAND = {
    "valid_from": ("この様式を使い始めた日", "the day from which this form is used"),
    "approved_by": ("内容を確かめて承認した人", "who has checked and approved it"),
    "approved_at": ("承認した日", "the day of the approval"),
}
_NEEDED = ("record_id", "answered_at")


def open_faults(instruments: dict[str, Instrument], forms: dict[str, Form]) -> list[Fault]:
    """A fault for each question that is still open, each field that a person has to fill in, and what is left over."""
    faults: list[Fault] = []
    for name, instrument in instruments.items():
        file = f"flows/instruments/{name}.yml"
        form = forms.get(instrument.form)
        undecided = {key: found for key, found in instrument.open.items() if not _is_decided(instrument, key)}
        faults += [_undecided(file, key, candidates, form) for key, candidates in undecided.items()]
        needed = {key: IDENTITY[key] for key in _NEEDED if key not in undecided} | _BY_HAND
        faults += [_absent(file, key, what) for key, what in needed.items() if not getattr(instrument, key)]
        if instrument.open and not undecided:
            wrong = ("すべて決まりましたが、まだ残っています", "is still there, though everything is decided")
            expected = ("open の部分を消してください", "delete the part `open`")
            faults.append(fault(file, "open", wrong, expected))
    return faults


def _is_decided(instrument: Instrument, key: str) -> bool:
    return bool(getattr(instrument, key)) if key in IDENTITY else key in instrument.answers


def _absent(file: str, key: str, what: tuple[str, str]) -> Fault:
    return fault(
        file,
        key,
        (f"{what[0]}が書かれていません", f"is empty: {what[1]}"),
        ("書いてください", "fill it in"),
    )


def _undecided(file: str, key: str, candidates: list[Candidate], form: Form | None) -> Fault:
    question = form.by_id.get(key) if form else None
    if question is None and key not in IDENTITY:
        known = "、".join([*(form.by_id if form else {}), *IDENTITY])
        wrong = ("設問がありません", "names a question that does not exist")
        return fault(file, f"open.{key}", wrong, (f"使えるもの: {known}", f"expected one of {known}"))
    choices_n = len(question.codes) if question else 0
    ja = "、".join(_said_ja(each, choices_n) for each in candidates) or "なし"
    en = ", ".join(_said_en(each, choices_n) for each in candidates) or "none"
    wrong = (f"まだ決まっていません(候補の列: {ja})", f"is not decided yet (candidates: {en})")
    if question is None:
        what = IDENTITY[key]
        none = (
            ("。ない場合は open の項目だけを消してください", "; if there is none, delete the entry under `open` alone")
            if key not in _NEEDED
            else ("", "")
        )
        expected = (
            f"{what[0]}を {key} に書き、open から消してください{none[0]}",
            f"write {what[1]} under {key} and delete it under `open`{none[1]}",
        )
    else:
        expected = (
            "answers に区分(class)と列を書き(列がなければ class: D と reason)、open から消してください",
            "write its class and column under `answers` (class D with a reason where there is none), and delete it "
            "under `open`",
        )
    return fault(file, f"open.{key}", wrong, expected)


def _said_ja(candidate: Candidate, choices_n: int) -> str:
    labels = f"、選択肢 {candidate.labels_n}/{choices_n}" if choices_n else ""
    name = "+".join(candidate.columns)
    return f"「{name}」{candidate.filled_n}セル・{candidate.distinct_n}種{labels}"


def _said_en(candidate: Candidate, choices_n: int) -> str:
    labels = f", {candidate.labels_n}/{choices_n} choices" if choices_n else ""
    name = "+".join(candidate.columns)
    return f'"{name}" {candidate.filled_n} cells, {candidate.distinct_n} kinds{labels}'
