"""Coverage: the worst class of what an indicator rests on, by organisation, beside what was measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from flows.coverage import COVERAGE_COLUMNS, REASON_COLUMNS, coverage, measured, reasons
from flows.programme import Programme
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from warehouse.engine import open_warehouse

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def programme() -> Programme:
    return read_programme(DEFAULT_PROGRAMME)


def classes(covered: pd.DataFrame) -> dict[tuple[str, str], Any]:
    keys = zip(covered["indicator_id"], covered["organisation"], strict=True)
    return {
        key: each if isinstance(each, str) else None for key, each in zip(keys, covered["crosswalk_class"], strict=True)
    }


def test_by_hand_for_the_default_programme(programme: Programme) -> None:
    covered = coverage(programme, "interim")
    assert list(covered.columns) == COVERAGE_COLUMNS
    found = classes(covered)
    assert {found["F-O2-1", code] for code in ("org-a", "org-b", "org-c")} == {"A"}
    assert [found["F-O2-1", code] for code in ("org-d", "org-e", "org-f", "office")] == ["B", "B", "C", None]
    assert [found["F-O2-2", code] for code in ("org-d", "org-e", "org-f")] == ["B", "C", "D"]
    assert [found["F-O1-1b", code] for code in ("org-a", "org-e", "org-f")] == ["A", "B", "B"]
    assert found["F-O1-1a", "org-f"] == "A", "counting people reads nothing across"
    assert found["F-O3-1", "office"] == "A"


def test_of_alternatives_those_count_that_can_be_answered(programme: Programme) -> None:
    """Q1 or Q2: organisation E asks Q1 as a proxy and Q2 not at all, so what it gives rests on the proxy."""
    covered = coverage(programme).set_index(["indicator_id", "organisation"])
    assert covered.loc[("F-O1-2", "org-e"), "crosswalk_class"] == "C"
    assert covered.loc[("F-O1-2", "org-e"), "question_ids"] == ["q1", "q2"]
    assert covered.loc[("F-O1-2", "org-f"), "crosswalk_class"] == "B"


def test_an_indicator_that_is_not_measured_in_the_wave_has_no_class(programme: Programme) -> None:
    assert {value for (name, _), value in classes(coverage(programme, "baseline")).items() if name == "F-O2-1"} == {
        None
    }


def test_an_alias_rests_on_what_its_original_rests_on(programme: Programme) -> None:
    found = classes(coverage(programme))
    aliases = {each.id: each.alias_of for each in programme.indicators if each.alias_of}
    assert aliases
    for (name, organisation), value in found.items():
        assert name not in aliases or value == found[str(aliases[name]), organisation]


def test_the_reasons_are_the_instruments_own(programme: Programme) -> None:
    found = reasons(programme, "interim")
    assert list(found.columns) == REASON_COLUMNS
    rows = {(row["organisation"], row["question_id"]): row for row in found.to_dict("records")}
    level = rows["org-f", "q3_level"]
    assert (level["crosswalk_class"], level["instrument_id"], level["indicator_ids"]) == (
        "C",
        "case_record",
        ["F-O2-1"],
    )
    assert level["reason"] == programme.instruments["case_record"].answers["q3_level"].reason
    assert ("org-f", "q6_text") not in rows, "no indicator rests on it"


@pytest.fixture
def changed(programme_copy: Path) -> Callable[..., Programme]:
    """The default programme with a definition changed."""

    def change(name: str, edit: Callable[[Any], None]) -> Programme:
        path = programme_copy / name
        yaml = YAML()
        yaml.width, yaml.preserve_quotes = 10_000, True
        content = yaml.load(path.read_text(encoding="utf-8"))
        edit(content)
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(content, file)
        return read_programme(programme_copy)

    return change


def test_without_a_wave_the_worst_of_all_counts(changed: Callable[..., Programme]) -> None:
    def another_form_at_the_end(settings: Any) -> None:
        own = next(each for each in settings["sources"] if each["id"] == "org-a-questionnaire")
        own["waves"] = ["baseline", "interim"]
        other = dict(own) | {"id": "late", "waves": ["final"], "instrument": "case_record", "files": "late.csv"}
        settings["sources"].append(other)

    programme = changed("flows/programme.yml", another_form_at_the_end)
    assert classes(coverage(programme, "interim"))["F-O2-1", "org-a"] == "A"
    assert classes(coverage(programme, "final"))["F-O2-1", "org-a"] == "C"
    assert classes(coverage(programme))["F-O2-1", "org-a"] == "C"
    found = reasons(programme).set_index(["organisation", "question_id"])
    assert found.loc[("org-a", "q3_level"), "instrument_id"] == "case_record"


def test_of_conditions_that_all_must_hold_the_worst_counts(changed: Callable[..., Programme]) -> None:
    def both(content: Any) -> None:
        indicator = next(each for each in content["indicators"] if each["id"] == "F-O1-2")
        for reading in indicator["readings"]:
            reading["declared"] = reading["id"] == "and"

    found = classes(coverage(changed("warehouse/indicators.yml", both), "interim"))
    assert [found["F-O1-2", code] for code in ("org-a", "org-d", "org-e", "org-f")] == ["A", "B", "D", "D"]


def test_what_was_measured_stands_beside_it(sample_warehouse: Any, programme: Programme) -> None:
    """Where nothing is mapped, nobody was measured; where something is a proxy, nobody rests on A or B alone."""
    counts = measured(open_warehouse(sample_warehouse.url), "interim").set_index(["indicator_id", "organisation"])
    assert (counts.loc[("F-O2-2", "org-f")][["class_ab_n", "class_c_n"]] == 0).all()
    assert counts.loc[("F-O2-2", "org-f"), "class_d_n"] > 0
    assert counts.loc[("F-O1-2", "org-e"), "class_ab_n"] == 0
    assert counts.loc[("F-O1-2", "org-e"), "class_c_n"] > 0
    assert ("F-O2-1", "*") in counts.index


def test_the_command_shows_classes_shares_and_reasons(monosashi: Run, sample_warehouse: Any) -> None:
    arguments = ("instrument", "coverage", "--wave", "interim", "--warehouse", sample_warehouse.url)
    japanese, english = monosashi(*arguments), monosashi(*arguments, "--lang", "en")
    assert (japanese.status, japanese.err, english.status, english.err) == (0, "", 0, "")
    assert "F-O2-2" in japanese.out
    assert "0·0·100·0" in japanese.out
    assert "参考値" in japanese.out
    assert "支援が役に立ったかを本人に聞いていない。" in japanese.out
    assert "reference" in english.out
    assert "50%" in english.out


def test_the_command_needs_nothing_published(monosashi: Run, tmp_path: Path) -> None:
    nothing = f"sqlite:///{tmp_path / 'none.sqlite'}"
    said = monosashi("instrument", "coverage", "--warehouse", nothing)
    assert (said.status, said.err) == (0, "")
    assert "·" not in said.out.split("A=")[0]
    unknown = monosashi("instrument", "coverage", "--wave", "later", "--lang", "en")
    assert (unknown.status, unknown.out) == (2, "")
    assert "expected one of baseline" in unknown.err
