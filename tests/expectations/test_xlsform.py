"""What goes out as an XLSForm: pyxform takes it without a word, and the form asks what the codebook says."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import openpyxl
import pytest
from pyxform.validators.odk_validate import check_xform
from pyxform.xls2xform import convert

from expectations.electronic import electronic_faults
from expectations.questionnaire import Form
from expectations.xlsform import LANGUAGES, sheets_of
from warehouse.definitions import DefinitionReader

ROOT = Path(__file__).resolve().parents[2]
XFORMS = "{http://www.w3.org/2002/xforms}"
JAVAROSA = "{http://openrosa.org/javarosa}"
BODY = "{http://www.w3.org/1999/xhtml}body"
TEXT = {"ja": "文", "en": "text"}


def words(name: str) -> dict[str, str]:
    """A wording in every language."""
    return {"ja": f"{name}の文", "en": f"text of {name}", "easy": f"{name} の ことば"}


def choices(*codes: str, **more: Any) -> list[dict[str, Any]]:
    return [{"code": code, "label": words(code), **more} for code in codes]


def question(name: str, kind: str, codes: str = "", **more: Any) -> dict[str, Any]:
    asked = {"id": name, "type": kind, "wording": words(name), "asked_of": TEXT, "since": "2024-01-01"}
    return asked | {"choices": choices(*codes.split())} | more


EVERY_TYPE = {
    "id": "survey",
    "version": "3",
    "label": TEXT,
    "subject": "person",
    "electronic": {
        "introduction": words("introduction"),
        "respondent": {"id": "who", "wording": words("who"), "pattern": "[A-C]{2}|D-[0-9]", "wrong": words("wrong")},
        "routing": {"id": "turn", "wording": words("turn"), "choices": choices("new", "old")},
    },
    "questions": [
        question("gender", "single", "f m", required=True),
        question("reasons", "multi", choices=[*choices("1", "2", "10"), *choices("8", "9", exclusive=True)]),
        question("grade", "level", "1 2 3", asked_if="old", hint=words("=hint")),
        question("cases", "number", minimum=0, maximum=10),
        question("since_when", "date"),
        question("comment", "text", asked_if="new"),
        question("case", "identifier"),
        question("parties", "identifiers"),
    ],
}


@dataclass(frozen=True)
class XForm:
    """An XForm as pyxform makes it, and what pyxform had to say."""

    form: Form
    text: str
    warnings: list[str]

    @property
    def root(self) -> Element:
        return fromstring(self.text)  # noqa: S314 - made by this very test

    @property
    def binds(self) -> dict[str, dict[str, str]]:
        """Field -> what is bound to it."""
        found = {each.attrib["nodeset"]: dict(each.attrib) for each in self.root.iter(f"{XFORMS}bind")}
        return {path.removeprefix("/data/"): bind for path, bind in found.items()}

    @property
    def itexts(self) -> dict[str, dict[str, str]]:
        """Language -> id of a text -> the text."""
        return {
            each.attrib["lang"]: {
                text.attrib["id"]: text.findtext(f"{XFORMS}value", "") for text in each.iter(f"{XFORMS}text")
            }
            for each in self.root.iter(f"{XFORMS}translation")
        }

    @property
    def lists(self) -> dict[str, list[tuple[str, str]]]:
        """List of choices -> (code, id of its label)."""
        return {
            each.attrib["id"]: [
                (item.findtext(f"{XFORMS}name", ""), item.findtext(f"{XFORMS}itextId", ""))
                for item in each.iter(f"{XFORMS}item")
            ]
            for each in self.root.iter(f"{XFORMS}instance")
            if "id" in each.attrib
        }

    @property
    def controls(self) -> dict[str, str]:
        """Field -> how it is asked, in order."""
        body = self.root.find(BODY)
        assert body is not None
        return {each.attrib["ref"].removeprefix("/data/"): each.tag.removeprefix(XFORMS) for each in body}


def xform_of(form: Form) -> XForm:
    assert form.electronic is not None
    warnings: list[str] = []
    result = convert(sheets_of(form, form.electronic).content(), warnings=warnings, file_type=".xlsx")
    return XForm(form, result.xform, warnings)


@pytest.fixture(scope="module")
def questionnaire() -> XForm:
    reader = DefinitionReader(ROOT)
    form = reader.yaml("expectations/questionnaire.yml", Form)
    assert form is not None, reader.faults
    return xform_of(form)


@pytest.fixture(scope="module")
def every_type() -> XForm:
    return xform_of(Form.model_validate(EVERY_TYPE))


@pytest.fixture(params=["questionnaire", "every_type"])
def xform(request: pytest.FixtureRequest) -> XForm:
    return request.getfixturevalue(request.param)


# --- what pyxform makes of it ---------------------------------------------------------------------------------------


def test_pyxform_has_nothing_to_say(xform: XForm) -> None:
    assert electronic_faults([xform.form]) == []
    assert xform.warnings == []


@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
def test_odk_validate_has_nothing_to_say(xform: XForm, tmp_path: Path) -> None:
    path = tmp_path / "form.xml"
    path.write_text(xform.text, encoding="utf-8")
    assert check_xform(str(path)) == []


def test_every_question_is_asked_in_order_under_its_own_name(xform: XForm) -> None:
    electronic = xform.form.electronic
    assert electronic is not None
    assert electronic.respondent is not None
    assert electronic.routing is not None
    before = ["introduction", electronic.respondent.id, electronic.routing.id]
    assert list(xform.controls) == [*before, *xform.form.by_id]
    for name, each in xform.form.by_id.items():
        kind = "input" if not each.choices else "select" if each.type == "multi" else "select1"
        assert xform.controls[name] == kind
        kinds = {"number": "decimal", "date": "date"}
        assert xform.binds[name]["type"] == kinds.get(each.type, "string")


def test_every_choice_goes_out_with_its_code_and_its_words(xform: XForm) -> None:
    routing = xform.form.electronic and xform.form.electronic.routing
    assert routing is not None
    asked = {routing.id: routing.choices} | {each.id: each.choices for each in xform.form.questions if each.choices}
    assert set(xform.lists) == set(asked)
    for name, expected in asked.items():
        assert [code for code, _ in xform.lists[name]] == [choice.code for choice in expected]
        for (_, label), choice in zip(xform.lists[name], expected, strict=True):
            said = {key: xform.itexts[language][label] for key, language in LANGUAGES.items()}
            assert said == {"ja": choice.label.ja, "en": choice.label.en, "easy": choice.label.easy}


def test_every_wording_is_there_in_every_language(xform: XForm) -> None:
    assert list(xform.itexts) == ["やさしい日本語 (jpx)", "日本語 (ja)", "English (en)"]
    tags = [re.findall(r"\((.*)\)$", language) for language in LANGUAGES.values()]
    assert len({tag for [tag] in tags}) == 3, "a language is known by its tag alone"
    for key, language in LANGUAGES.items():
        for each in xform.form.questions:
            assert xform.itexts[language][f"/data/{each.id}:label"] == getattr(each.wording, key)
            if each.hint is not None:
                assert xform.itexts[language][f"/data/{each.id}:hint"] == getattr(each.hint, key)
        assert "-" not in xform.itexts[language].values(), "pyxform's own word for what is missing"


def test_required_is_what_the_codebook_requires(xform: XForm) -> None:
    electronic = xform.form.electronic
    assert electronic is not None
    assert electronic.respondent is not None
    assert electronic.routing is not None
    required = {name for name, bind in xform.binds.items() if bind.get("required") == "true()"}
    asked = {electronic.respondent.id, electronic.routing.id}
    assert required == asked | {each.id for each in xform.form.questions if each.required}
    assert all(f"{JAVAROSA}requiredMsg" in xform.binds[name] for name in required)
    assert all(f"{JAVAROSA}constraintMsg" in bind for bind in xform.binds.values() if "constraint" in bind)


def test_nothing_is_collected_unasked(xform: XForm) -> None:
    """When it was opened and finished, and an id that says nothing: no device, place, user or name of the record."""
    asked = {*xform.controls}
    assert set(xform.binds) - asked == {"start", "end", "meta/instanceID"}
    preloaded = {bind[f"{JAVAROSA}preload"] for bind in xform.binds.values() if f"{JAVAROSA}preload" in bind}
    assert preloaded == {"timestamp", "uid"}
    assert not re.search(r"deviceid|phonenumber|username|email|geopoint|audit|instanceName", xform.text)


def test_the_questionnaire_asks_for_no_names_in_free_text(questionnaire: XForm) -> None:
    said = {key: questionnaire.itexts[language] for key, language in LANGUAGES.items()}
    fields = ["introduction:label", "respondent:hint"]
    fields += [f"{each.id}:hint" for each in questionnaire.form.questions if each.type == "text"]
    for field in fields:
        for key, word in (("ja", "名前"), ("en", "name"), ("easy", "名前")):
            assert word in said[key][f"/data/{field}"]


def wordings(value: Any) -> Iterator[str]:
    """Every plain Japanese wording of a form."""
    if isinstance(value, dict):
        yield from [value["easy"]] if value.get("easy") else []
        value = list(value.values())
    for each in value if isinstance(value, list) else []:
        yield from wordings(each)


def test_plain_japanese_is_short_polite_and_spaced(questionnaire: XForm) -> None:
    """As the guideline for plain Japanese asks: short sentences in です・ます, spaces between words, few kanji."""
    said = list(wordings(questionnaire.form.model_dump()))
    assert len(said) > 90
    for text in said:
        for sentence in filter(None, text.split("。")):
            assert len(sentence.replace(" ", "")) <= 60, sentence
            assert not re.search(r"である|れられ|ないわけ|なければ", sentence), sentence
        kanji = re.findall(r"[一-龥]", re.sub(r"[一-龥・]+\([ぁ-ん・]+\)", "", text))
        assert len(kanji) <= max(8, len(text) * 0.3), text
    labels = [questionnaire.form.by_id[name].wording.easy or "" for name in questionnaire.form.by_id]
    assert all(re.search(r"(ですか|ますか|ましたか|ません|ください)。$", label) for label in labels)


# --- the file ---------------------------------------------------------------------------------------------------------


def content_of(form: Form) -> bytes:
    assert form.electronic is not None
    return sheets_of(form, form.electronic).content()


def test_the_same_form_gives_the_same_bytes(questionnaire: XForm) -> None:
    content = content_of(questionnaire.form)
    assert content == content_of(questionnaire.form.model_copy(deep=True))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        said = archive.read("docProps/core.xml").decode()
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", said)) == {"1980-01-01T"}, "no moment of writing"


def test_the_version_changes_with_what_is_asked() -> None:
    def version(**changed: Any) -> str:
        form = Form.model_validate(EVERY_TYPE | changed)
        assert form.electronic is not None
        return sheets_of(form, form.electronic).version

    reworded = [question("gender", "single", "f m", hint=words("new")), *EVERY_TYPE["questions"][1:]]
    found = [version(), version(), version(version="4"), version(questions=reworded)]
    assert found[0] == found[1]
    assert len(set(found)) == 3
    assert [each.partition("-")[0] for each in found] == ["3", "3", "4", "3"]


def test_cells_are_text_whatever_they_look_like(every_type: XForm) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content_of(every_type.form)))
    assert book.sheetnames == ["survey", "choices", "settings"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}


def test_a_form_of_an_organisation_needs_no_plain_japanese() -> None:
    questions = [question("case", "identifier", wording={"ja": "番号", "en": "number"})]
    introduction = {"introduction": {"ja": "記録", "en": "record"}}
    changed = {"subject": "organisation", "questions": questions, "electronic": introduction}
    found = xform_of(Form.model_validate(EVERY_TYPE | changed))
    assert (electronic_faults([found.form]), found.warnings) == ([], [])
    assert list(found.itexts) == ["日本語 (ja)", "English (en)"]
