"""The questions of a LimeSurvey survey: its structure file (.lss), or what RemoteControl says of its questions."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from flows.drafting.fields import Field, Kind, Material
from flows.instruments import FileLayout
from flows.sheets import UnreadableTableError

Row = Mapping[str, Any]
Labels = dict[str, tuple[str, ...]]

SYSTEM_TIMES = ["submitdate"]
_ONE = frozenset("L!O")
_MANY = frozenset("MP")
_FIXED: dict[str, Labels] = {
    "5": {str(point): (str(point),) for point in range(1, 6)},
    "Y": {"Y": ("はい", "Yes"), "N": ("いいえ", "No")},
    "G": {"M": ("男性", "Male"), "F": ("女性", "Female")},
}
_KINDS: dict[str, Kind] = {"N": "number", "D": "date", "S": "cells", "T": "cells", "U": "cells"}
_TAG = re.compile(r"<[^>]*>")


def read_lss(content: bytes) -> Material:
    """Read a structure file, of old (texts in the rows) and new (texts beside them) LimeSurvey.

    Raises UnreadableTableError on what is no such XML, or declares entities.
    """
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError):
        raise UnreadableTableError("unreadable_file", "LSS") from None
    questions = _merged(_section(root, "questions"), "qid")
    parts = _merged(_section(root, "subquestions"), "qid")
    answers = _merged(_section(root, "answers"), "aid") if _has(root, "answer_l10ns") else _old_answers(root)
    worded = _texts(_section(root, "question_l10ns"), "qid", "question")
    labelled = _texts(_section(root, "answer_l10ns"), "aid", "answer")
    options: dict[str, Labels] = {}
    for key, answer in answers.items():
        options.setdefault(str(answer["qid"]), {})[str(answer["code"])] = labelled.get(key) or answer["texts"]
    return _material(
        [
            {**row, "texts": worded.get(str(row["qid"])) or row["texts"]}
            for row in [*questions.values(), *parts.values()]
        ],
        options,
    )


def _has(root: Element, name: str) -> bool:
    return bool(root.findall(f"{name}/rows/row"))


def _section(root: Element, name: str) -> list[dict[str, str]]:
    return [{cell.tag: (cell.text or "").strip() for cell in row} for row in root.findall(f"{name}/rows/row")]


def _merged(rows: list[dict[str, str]], key: str) -> dict[str, dict[str, Any]]:
    """One row a key, in their order: old files have one a language."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        first = found.setdefault(row.get(key, ""), {**row, "texts": ()})
        first["texts"] = (*first["texts"], *filter(None, [row.get("question") or row.get("answer")]))
    return found


def _old_answers(root: Element) -> dict[str, dict[str, Any]]:
    return _merged([{**row, "key": f"{row.get('qid')} {row.get('code')}"} for row in _section(root, "answers")], "key")


def _texts(rows: list[dict[str, str]], key: str, text: str) -> Labels:
    found: Labels = {}
    for row in rows:
        if row.get(text):
            found[row.get(key, "")] = (*found.get(row.get(key, ""), ()), row[text])
    return found


def read_remote_questions(described: Iterable[Row]) -> Material:
    """Read what `list_questions` or `get_question_properties` answered: one object a question.

    `list_questions` knows no answer options; with the properties of a question beside it, both are used.
    """
    rows: dict[str, dict[str, Any]] = {}
    options: dict[str, Labels] = {}
    for row in described:
        key = str(row["qid"])
        rows.setdefault(key, {**row, "texts": tuple(filter(None, [row.get("question")]))})
        if isinstance(row.get("answeroptions"), dict):
            options[key] = {str(code): (str(each["answer"]),) for code, each in row["answeroptions"].items()}
        for number, part in row["subquestions"].items() if isinstance(row.get("subquestions"), dict) else []:
            own = {"qid": number, "parent_qid": row["qid"], "type": row["type"], "texts": (part["question"],)}
            rows.setdefault(str(number), {**part, **own})
    return _material(list(rows.values()), options)


# --- questions ----------------------------------------------------------------------------------------------------


def _material(rows: list[dict[str, Any]], options: dict[str, Labels]) -> Material:
    parts: dict[str, list[Row]] = {}
    for row in rows:
        if str(row.get("parent_qid") or "0") != "0":
            parts.setdefault(str(row["parent_qid"]), []).append(row)
    asked = [row for row in rows if str(row.get("parent_qid") or "0") == "0"]
    fields = [
        field
        for row in asked
        for field in _fields(row, parts.get(str(row["qid"]), []), options.get(str(row["qid"]), {}))
    ]
    remark = "列名は、コードで書き出したとき(RemoteControlでは heading_type=code)のものです"
    return Material(fields, FileLayout(), [remark], system_times=SYSTEM_TIMES)


def _plain(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts without their markup."""
    return tuple(dict.fromkeys(html.unescape(_TAG.sub("", text)).strip() for text in texts))


def _fields(row: Row, parts: list[Row], options: Labels) -> list[Field]:
    kind, title, texts = str(row["type"]), str(row["title"]), _plain(row["texts"])
    if kind in _MANY:
        labels = {str(part["title"]): _plain(part["texts"]) for part in parts}
        columns = {code: f"{title}[{code}]" for code in labels}
        if not labels:
            return []
        return [
            Field(
                columns=tuple(columns.values()),
                titles=(title, *texts),
                kind="ticks",
                cells=Counter(dict.fromkeys(labels, 0)),
                labels=labels,
                options=columns,
                ticked=("Y",),
                is_form=True,
            )
        ]
    if parts:
        return [_single(f"{title}[{part['title']}]", (*texts, *_plain(part["texts"])), kind, options) for part in parts]
    known = kind in _ONE or kind in _FIXED or kind in _KINDS
    return [_single(title, (title, *texts), kind, options)] if known else []


def _single(column: str, titles: tuple[str, ...], kind: str, options: Labels) -> Field:
    labels = _FIXED.get(kind) or {code: _plain(texts) for code, texts in options.items()}
    return Field(
        columns=(column,),
        titles=titles,
        kind=_KINDS.get(kind, "unseen"),
        cells=Counter(dict.fromkeys(labels, 0)),
        labels=labels,
        is_form=True,
    )
