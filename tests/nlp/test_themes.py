from pathlib import Path
from typing import Any

import pytest

from nlp.annotate import annotate
from nlp.coding import example_faults, examples
from nlp.text_rules import OWN_FOLDER
from nlp.themes import ThemesFile
from warehouse.definitions import DefinitionReader, Fault

PROGRAMMES = [OWN_FOLDER, Path(__file__).resolve().parents[1] / "programmes" / "fukui_kanko"]


@pytest.mark.model
@pytest.mark.parametrize("folder", PROGRAMMES, ids=lambda folder: folder.name)
def test_every_rule_finds_its_examples_and_passes_over_the_others(folder: Path) -> None:
    reader = DefinitionReader(folder)
    themes = reader.yaml("nlp/themes.yml", ThemesFile)
    assert themes is not None, reader.faults
    assert example_faults("nlp/themes.yml", themes, annotate(examples(themes))) == []


def _faults(tmp_path: Path, rule: str) -> list[Fault]:
    (tmp_path / "nlp").mkdir()
    theme = f"themes: [{{id: work, label: {{ja: 仕事, en: Work}}, rules: [{rule}]}}]"
    (tmp_path / "nlp" / "themes.yml").write_text(theme, encoding="utf-8")
    reader = DefinitionReader(tmp_path)
    assert (reader.yaml("nlp/themes.yml", ThemesFile) is None) == bool(reader.faults)
    return reader.faults


_HEAD = "id: r, version: 1, author: a, reason: b, examples: {found: [あ], passed_over: [い]}"


@pytest.mark.parametrize(
    ("rule", "path", "message"),
    [
        (f"{{{_HEAD}, any: [{{pattern: '(仕事'}}]}}", "themes.0.rules.0.any.0", "no regular expression ((仕事)"),
        (f"{{{_HEAD}, any: [{{pattern: '仕事*|'}}]}}", "themes.0.rules.0.any.0", "matches an empty text"),
        (f"{{{_HEAD}, any: [{{lemma: 仕事, norm: 仕事}}]}}", "themes.0.rules.0.any.0", "one of lemma, norm"),
        (f"{{{_HEAD}, any: [{{word: 仕事}}]}}", "themes.0.rules.0.any.0.word", "unknown key"),
        (f"{{{_HEAD}}}", "themes.0.rules.0", "any or all is needed"),
        (f"{{{_HEAD}, none: [{{norm: 仕事}}]}}", "themes.0.rules.0", "any or all is needed"),
        (f"{{{_HEAD}, any: [{{norm: 仕事}}], scope: page}}", "themes.0.rules.0.scope", "not an allowed value"),
        (f"{{{_HEAD}, any: [{{norm: 仕事}}]}}, {{{_HEAD}, any: [{{norm: 家}}]}}", "", "an id stands twice"),
        ("{id: r, version: 1, author: a, reason: b, any: [{norm: 仕事}]}", "themes.0.rules.0.examples", "is missing"),
    ],
)
def test_faults_are_said_with_their_place(tmp_path: Path, rule: str, path: str, message: str) -> None:
    faults = _faults(tmp_path, rule)
    assert path in [fault.path for fault in faults]
    assert any(message in fault.say("en") for fault in faults)


def test_one_word_or_several_may_be_given(tmp_path: Path) -> None:
    assert _faults(tmp_path, f"{{{_HEAD}, any: [{{norm: 仕事}}, {{phrase: [しごと, おしごと]}}]}}") == []


def test_a_rule_that_misses_its_example_is_a_fault() -> None:
    rule: dict[str, Any] = {
        "id": "r",
        "version": 1,
        "author": "a",
        "reason": "b",
        "any": [{"phrase": "仕事"}],
        "examples": {"found": ["仕事がない", "家がない"], "passed_over": ["学校", "仕事"]},
    }
    themes = ThemesFile.model_validate(
        {"themes": [{"id": "work", "label": {"ja": "仕事", "en": "Work"}, "rules": [rule]}]}
    )
    assert [fault.say("en") for fault in example_faults("themes.yml", themes, _no_words(examples(themes)))] == [
        "themes.yml: themes.0.rules.0.examples.found.1: misses an example it must find; mend the rule or the example",
        "themes.yml: themes.0.rules.0.examples.passed_over.1: "
        "finds an example it must pass over; mend the rule or the example",
    ]


def _no_words(texts: list[str]) -> Any:
    from nlp.annotation import Annotation

    return {text: Annotation("analysed") for text in texts}
