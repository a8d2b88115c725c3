"""The page of cases: everything of a case and a rubric stands in it, in both languages, and nothing in it acts."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from flows.cases import Spec, case_definitions, read_spec
from flows.programme import Programme
from flows.programme_reader import read_programme
from rubrics.case_outcomes import Outcome, run_cases
from rubrics.case_page import case_page
from rubrics.cases import CaseDefinitions, CaseFile
from rubrics.criteria import Criterion
from warehouse.definitions import DefinitionFile, Language, Text

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "<script>alert(1)</script>&\"'"
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """The page as a browser reads it: its tags, attributes and texts; fails where a tag is not closed."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(markup)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


@pytest.fixture(scope="module")
def programme() -> Programme:
    return read_programme(ROOT)


@pytest.fixture(scope="module")
def spec(programme: Programme) -> Spec:
    return read_spec(programme)


@pytest.fixture(scope="module")
def definitions(programme: Programme) -> CaseDefinitions:
    return case_definitions(programme)


@pytest.fixture(scope="module")
def outcomes(spec: Spec, definitions: CaseDefinitions) -> list[Outcome]:
    return run_cases(spec.topics, definitions)


def shown(
    programme: Programme,
    topics: dict[str, CaseFile],
    outcomes: list[Outcome],
    definitions: CaseDefinitions,
    language: Language = "ja",
    files: list[DefinitionFile] | None = None,
) -> str:
    return case_page(
        programme.settings.label,
        {name: read.topic for name, read in topics.items()},
        outcomes,
        definitions,
        {period.id: period.label for period in programme.settings.periods},
        files or [],
        language,
    )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_everything_of_the_cases_and_rubrics_is_shown(
    programme: Programme, spec: Spec, outcomes: list[Outcome], definitions: CaseDefinitions, language: Language
) -> None:
    files = [DefinitionFile("tests/spec/a.yml", "cases"), DefinitionFile("rubrics/criteria/b.yml", "levels")]
    page = Page(shown(programme, spec.topics, outcomes, definitions, language, files))
    assert page.tags.count("article") == len(outcomes) == sum(len(read.cases) for read in spec.topics.values())
    for outcome in outcomes:
        assert outcome.case.name.in_(language) in page.text
        assert outcome.case.reason.in_(language) in page.text
        for answer in outcome.case.answered:
            for given in answer.ratings:
                assert given.evidence is None or given.evidence in page.text
    for read in spec.topics.values():
        assert read.topic.in_(language) in page.text
    for criterion in definitions.criteria.values():
        assert criterion.description.in_(language) in page.text
        for version in criterion.versions:
            assert version.reference in page.text
            assert version.effective_from.isoformat() in page.text
            for level in version.levels:
                words = [level.anchor, *level.signs, level.example, level.counter_example]
                assert all(each.in_(language) in page.text for each in words if each is not None)
    for file in files:
        assert file.name in page.text
        assert file.sha256 in page.text
    assert ("lang", language) in page.attributes
    holds = {"ja": f"{len(outcomes)}件の事例は、すべて期待どおりです", "en": f"All {len(outcomes)} cases come out"}
    assert holds[language] in page.text
    assert ("class", "verdict not_achieved") not in page.attributes


def test_nothing_on_the_page_acts_or_is_loaded(
    programme: Programme, spec: Spec, outcomes: list[Outcome], definitions: CaseDefinitions
) -> None:
    page = Page(shown(programme, spec.topics, outcomes, definitions))
    assert {"script", "link", "iframe", "img"}.isdisjoint(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]
    assert any(name == "content" and "default-src 'none'" in (value or "") for name, value in page.attributes)


def test_every_text_is_escaped(programme: Programme, definitions: CaseDefinitions) -> None:
    hostile = Text(ja=HOSTILE, en=HOSTILE)
    criterion = definitions.criteria["livelihood"]
    version = criterion.versions[0]
    levels = [
        each.model_copy(update={"anchor": hostile, "signs": [hostile], "example": hostile, "counter_example": hostile})
        for each in version.levels
    ]
    changed = criterion.model_copy(
        update={
            "label": hostile,
            "description": hostile,
            "versions": [version.model_copy(update={"levels": levels, "reference": HOSTILE})],
        }
    )
    assert isinstance(changed, Criterion)
    read = CaseFile.model_validate(
        {
            "topic": hostile.model_dump(),
            "cases": [
                {
                    "name": hostile.model_dump(),
                    "criterion": "livelihood",
                    "answered": [
                        {
                            "day": "2024-05-01",
                            "answers": {"q3_text": HOSTILE},
                            "ratings": [
                                {"rater": HOSTILE, "level": 1, "evidence": "alert(1)", "round": HOSTILE},
                                {"rater": "B", "level": 1, "evidence": "x", "read": {"q3_text": f"x{HOSTILE}"}},
                            ],
                        }
                    ],
                    "expected": {"level": 1, "origin": "rater", "version": 1, "set_aside": HOSTILE},
                    "reason": hostile.model_dump(),
                }
            ],
        }
    )
    hostile_definitions = replace(definitions, criteria={"livelihood": changed})
    topics = {"tests/spec/<b>.yml": read}
    outcomes = run_cases(topics, hostile_definitions)
    files = [DefinitionFile("<b>", "")]
    markup = shown(programme, topics, outcomes, hostile_definitions, files=files)
    page = Page(markup)
    assert "script" not in page.tags
    assert "b" not in page.tags
    assert page.text.count(HOSTILE) > 20
    assert "<b>" in page.text


def test_a_case_that_comes_out_otherwise_is_shown_so(
    programme: Programme, spec: Spec, outcomes: list[Outcome], definitions: CaseDefinitions
) -> None:
    wrong = replace(outcomes[0], differences=["level"])
    page = Page(shown(programme, spec.topics, [wrong, *outcomes[1:]], definitions))
    assert "相違" in page.texts
    assert f"{len(outcomes)}件の事例のうち、1件の結果が期待とちがいます。" in page.text
    assert page.attributes.count(("class", "verdict not_achieved")) == 2  # the summary and the case
    assert page.texts.count("期待どおり") == len(outcomes) - 1


def test_the_page_is_the_same_each_time(
    programme: Programme, spec: Spec, outcomes: list[Outcome], definitions: CaseDefinitions
) -> None:
    again = run_cases(spec.topics, definitions)
    assert shown(programme, spec.topics, outcomes, definitions) == shown(programme, spec.topics, again, definitions)
