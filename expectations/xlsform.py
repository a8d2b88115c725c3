"""A form of the codebook as an XLSForm, so that what a survey server sends back is in the codebook's own codes.

Fields are named as the codebook's questions, choices as its codes; nothing of the device or the place is collected.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl import Workbook

from expectations.electronic import END, INTRODUCTION, START
from expectations.questionnaire import Choice, Electronic, Form, Question, Routing, Wording
from warehouse.excel import excel_bytes

LANGUAGES = {"easy": "やさしい日本語 (jpx)", "ja": "日本語 (ja)", "en": "English (en)"}
"""Our key of a language -> its name in an XLSForm.

Tools know a language by the tag in brackets, so no two may share one. They accept whole entries of IANA's registry of
subtags alone: `ja-x-easy` and the like are none. `jpx`, the Japonic languages, is one, and true of plain Japanese.
"""

LONGEST_TEXT = 12_000
"""Characters of a free text: at most four bytes each, so that a text is analysed in one piece."""

REQUIRED = Wording(ja="必ず答えてください。", en="Please answer this.", easy="ここは かならず 答えて ください。")
TOO_LONG = Wording(
    ja=f"{LONGEST_TEXT}字より短くしてください。",
    en=f"Please write fewer than {LONGEST_TEXT} characters.",
    easy=f"{LONGEST_TEXT}字より みじかく 書いて ください。",
)
SEVERAL = Wording(
    ja="いくつかあるときは、; で区切ってください。",
    en="Where there are several, please put ; between them.",
    easy="いくつか ある ときは、; を あいだに 書いて ください。",
)

_TYPES = {"number": "decimal", "date": "date", "text": "text", "identifier": "text", "identifiers": "text"}
_SHEETS = ("survey", "choices", "settings")


@dataclass(frozen=True)
class XlsForm:
    """The sheets of an XLSForm: rows as column -> text, without empty cells; `columns` in order.

    `languages`: keys of LANGUAGES, the default one first.
    """

    languages: list[str]
    columns: dict[str, list[str]]
    rows: dict[str, list[dict[str, str]]]

    @property
    def version(self) -> str:
        """The version it goes out with: the codebook's, and a hash of all that it says (servers refuse one twice)."""
        return self.rows["settings"][0]["version"]

    def content(self) -> bytes:
        """The file (XLSX). The same form gives the same bytes."""
        book = Workbook()
        book.remove(book.worksheets[0])
        for name in _SHEETS:
            sheet = book.create_sheet(name)
            for row_n, row in enumerate([{each: each for each in self.columns[name]}, *self.rows[name]], start=1):
                for column_n, column in enumerate(self.columns[name], start=1):
                    if column in row:
                        cell = sheet.cell(row_n, column_n, row[column])
                        cell.data_type = "s"  # never a number or a formula, whatever it looks like
            sheet.freeze_panes = "A2"
        return excel_bytes(book)


def sheets_of(form: Form, electronic: Electronic) -> XlsForm:
    """The form as the sheets of an XLSForm. It must be without `electronic_faults`."""
    languages = [key for key in LANGUAGES if key != "easy" or form.subject == "person"]
    said = [f"::{LANGUAGES[key]}" for key in languages]
    columns = {
        "survey": ["type", "name"]
        + [f"{column}{each}" for column in ("label", "hint") for each in said]
        + ["required", *(f"required_message{each}" for each in said), "relevant", "constraint"]
        + [*(f"constraint_message{each}" for each in said), "appearance"],
        "choices": ["list_name", "name", *(f"label{each}" for each in said)],
    }
    rows = {
        "survey": list(_survey(form, electronic, languages)),
        "choices": list(_choices(form, electronic.routing, languages)),
    }
    settings = {
        "form_title": f"{form.label.ja} / {form.label.en}",
        "form_id": form.id,
        "default_language": LANGUAGES[languages[0]],
    }
    said_in_all = json.dumps([settings, rows], ensure_ascii=False, sort_keys=True).encode()
    settings["version"] = f"{form.version}-{hashlib.sha256(said_in_all).hexdigest()[:12]}"
    return XlsForm(languages, columns | {"settings": list(settings)}, rows | {"settings": [settings]})


# --- survey ----------------------------------------------------------------------------------------------------------


def _survey(form: Form, electronic: Electronic, languages: list[str]) -> Iterator[dict[str, str]]:
    """What the form asks, in order: the time it took, a word before, who answers, the routing, the questions."""
    yield {"type": "start", "name": START}
    yield {"type": "end", "name": END}
    yield {"type": "note", "name": INTRODUCTION, **_in_each("label", electronic.introduction, languages)}
    required = {"required": "true", **_in_each("required_message", REQUIRED, languages)}
    if (respondent := electronic.respondent) is not None:
        yield {
            "type": "text",
            "name": respondent.id,
            **_in_each("label", respondent.wording, languages),
            **_in_each("hint", respondent.hint, languages),
            **required,
            "constraint": f"regex(., '^({respondent.pattern})$')",
            **_in_each("constraint_message", respondent.wrong, languages),
        }
    if (routing := electronic.routing) is not None:
        yield {
            "type": f"select_one {routing.id}",
            "name": routing.id,
            **_in_each("label", routing.wording, languages),
            **_in_each("hint", routing.hint, languages),
            **required,
        }
    for question in form.questions:
        row = {
            "type": _type(question),
            "name": question.id,
            **_in_each("label", question.wording, languages),
            **_in_each("hint", question.hint or (SEVERAL if question.type == "identifiers" else None), languages),
            **(required if question.required else {}),
            **_limit(question, languages),
        }
        if routing is not None and question.asked_if is not None:
            row["relevant"] = f"${{{routing.id}}} = '{question.asked_if}'"
        if question.type == "text":
            row["appearance"] = "multiline"
        yield row


def _type(question: Question) -> str:
    if question.choices:
        return f"select_{'multiple' if question.type == 'multi' else 'one'} {question.id}"
    return _TYPES[question.type]


def _limit(question: Question, languages: list[str]) -> dict[str, str]:
    """What an answer may be, and what is said where it is not."""
    alone = [choice for choice in question.choices if choice.exclusive]
    bounds = [f". {sign} {bound}" for sign, bound in _bounds(question)]
    if alone:
        constraint = " and ".join(f"(not(selected(., '{each.code}')) or count-selected(.) = 1)" for each in alone)
        message = _alone(alone)
    elif question.type == "text":
        constraint, message = f"string-length(.) < {LONGEST_TEXT}", TOO_LONG
    elif bounds:
        constraint, message = " and ".join(bounds), _between(question)
    else:
        return {}
    return {"constraint": constraint, **_in_each("constraint_message", message, languages)}


def _bounds(question: Question) -> list[tuple[str, int]]:
    return [(sign, each) for sign, each in ((">=", question.minimum), ("<=", question.maximum)) if each is not None]


def _between(question: Question) -> Wording:
    bounds = " ".join(f"{'≧' if sign == '>=' else '≦'} {each}" for sign, each in _bounds(question))
    return Wording(
        ja=f"書ける数: {bounds}", en=f"The number must be {bounds}.", easy=f"書く ことが できる 数(かず): {bounds}"
    )


def _alone(choices: list[Choice]) -> Wording:
    """Why some choices cannot be ticked beside others."""
    ja = "".join(f"「{choice.label.ja}」" for choice in choices)
    easy = "".join(f"「{choice.label.easy or choice.label.ja}」" for choice in choices)
    en = ", ".join(f'"{choice.label.en}"' for choice in choices)
    return Wording(
        ja=f"{ja}は、ほかの答えといっしょには選べません。",
        en=f"{en} cannot be chosen together with another answer.",
        easy=f"{easy}を えらぶ ときは、ほかの 答えを えらばないで ください。",
    )


# --- choices ---------------------------------------------------------------------------------------------------------


def _choices(form: Form, routing: Routing | None, languages: list[str]) -> Iterator[dict[str, str]]:
    """A list of choices for each question, under the question's name."""
    lists = [(routing.id, routing.choices)] if routing is not None else []
    for name, choices in [*lists, *((question.id, question.choices) for question in form.questions)]:
        for choice in choices:
            yield {"list_name": name, "name": choice.code, **_in_each("label", choice.label, languages)}


def _in_each(column: str, wording: Wording | None, languages: list[str]) -> dict[str, str]:
    """The cells of one wording, a column a language."""
    if wording is None:
        return {}
    said = {"ja": wording.ja, "en": wording.en, "easy": wording.easy or wording.ja}
    return {f"{column}::{LANGUAGES[key]}": said[key] for key in languages}
