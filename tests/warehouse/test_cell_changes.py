"""What moved a cell: changed responses, who is to be measured, or the rules; and never a guess between them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from warehouse.cell_changes import cell_changes
from warehouse.frames import frame_of
from warehouse.tables import TABLES

INPUT = ["organisation_before", "organisation_after"]
MEMBERS = {"r1": True, "r2": False}
"""Responses of p1 and p2 in organisation A; r3 is another one of p1 in B."""
PEOPLE = {"r1": ("A", "p1"), "r2": ("A", "p2"), "r3": ("B", "p1"), "r4": ("A", "p4"), "r5": ("A", "p2")}


def tables(members: dict[str, bool], organisation: str = "A", **given: Any) -> dict[str, pd.DataFrame]:
    """One cell with its members, and all responses."""
    cell = {
        "run_id": "r", "indicator_id": "X-1", "indicator_version": 1, "period": "interim", "dimension": "*",
        "category": "*", "reading": "pairs", "is_declared": True, "numerator": sum(members.values()),
        "denominator": len(members), "value": None, "unit": "people", "ci_low": None, "ci_high": None, "eligible_n": 9,
        "measured_n": 9, "missing_n": 0, "class_ab_n": 9, "class_c_n": 0, "class_d_n": 0, "target": 0.5,
        "target_op": ">=", "verdict": "achieved", "shortfall": None, "organisation": organisation, **given,
    }  # fmt: skip
    people = [
        ("r", one, code, "form", "i", "w", who, "2024-04-01T00:00:00.000000Z", "2024-04-01", "o", "f", "a", None, 2)
        for one, (code, who) in PEOPLE.items()
    ]
    behind = [("r", "X-1", "interim", organisation, "pairs", one, is_in) for one, is_in in members.items()]
    return {
        "out_indicator": frame_of(
            TABLES["out_indicator"], [tuple(cell[name] for name in TABLES["out_indicator"].columns)]
        ),
        "out_indicator_member": frame_of(TABLES["out_indicator_member"], behind),
        "core_response": frame_of(TABLES["core_response"], people),
    }


def changed(**kinds: str) -> pd.DataFrame:
    rows = [(one, kind, PEOPLE[one][0], PEOPLE[one][0]) for one, kind in kinds.items()]
    return pd.DataFrame(rows, columns=["response_id", "change", *INPUT], dtype="str")


def compared(
    old: dict[str, Any], new: dict[str, Any], responses: pd.DataFrame, files: list[Any], *, rules: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    inputs = pd.DataFrame([(None, code) for code in files], columns=INPUT, dtype="str")
    return cell_changes(old, new, responses, inputs, rules_changed=rules)


OLD = tables(MEMBERS)
FLIPPED = {"r1": False, "r2": False}


@pytest.mark.parametrize(
    ("new", "responses", "files", "rules", "due_to"),
    [
        pytest.param(tables(FLIPPED), changed(r1="edited"), ["A"], False, "responses", id="a member edited"),
        pytest.param(tables(FLIPPED), changed(r1="edited"), ["A"], True, "responses", id="it explains all"),
        pytest.param(tables(FLIPPED), changed(), [], True, "rules", id="nothing but rules changed"),
        pytest.param(tables(FLIPPED), changed(r3="edited"), ["B"], True, "rules", id="others' responses changed"),
        pytest.param(tables(FLIPPED), changed(r4="new"), ["A"], True, "rules", id="none behind it changed"),
        pytest.param(tables({"r1": False}), changed(r1="edited"), ["A"], True, "unclear", id="it explains a part"),
        pytest.param(
            tables({"r1": True, "r5": True}),
            changed(r5="new"),
            ["A"],
            True,
            "responses",
            id="another answer of a person",
        ),
        pytest.param(tables(MEMBERS, numerator=7), changed(r1="edited"), ["A"], False, "responses", id="an amount"),
        pytest.param(tables(MEMBERS, numerator=7), changed(r1="edited"), ["A"], True, "unclear", id="amount or rule"),
        pytest.param(tables(MEMBERS, target=0.6), changed(r1="edited"), ["A"], True, "rules", id="a target"),
        pytest.param(tables(MEMBERS, eligible_n=10), changed(r4="new"), ["A"], False, "coverage", id="one more asked"),
        pytest.param(tables(MEMBERS, eligible_n=10), changed(r4="new"), ["A"], True, "unclear", id="asked, or a rule"),
        pytest.param(tables(MEMBERS, eligible_n=10), changed(), ["A"], False, "coverage", id="a file that came"),
        pytest.param(tables(MEMBERS, eligible_n=10), changed(), [None], True, "unclear", id="a file of several"),
        pytest.param(tables(MEMBERS, eligible_n=10), changed(), ["B"], True, "rules", id="a file of others"),
        pytest.param(
            tables(MEMBERS, reading="other"), changed(r1="edited"), ["A"], True, "rules", id="another reading"
        ),
    ],
)
def test_what_moved_a_cell(
    new: dict[str, Any], responses: pd.DataFrame, files: list[Any], rules: bool, due_to: str
) -> None:
    cells, _ = compared(OLD, new, responses, files, rules=rules)
    assert set(cells["due_to"]) == {due_to}


def test_a_figure_of_the_programme_is_reached_by_every_organisation() -> None:
    """The answer in B changes whom p1 is in the programme, but not in A."""
    after = {"r2": False, "r3": False}
    programme, members = compared(tables(MEMBERS, "*"), tables(after, "*"), changed(r3="new"), ["B"], rules=True)
    assert programme["due_to"].tolist() == ["responses"]
    assert members[["response_id", "change", "link"]].to_numpy().tolist() == [
        ["r1", "removed", "respondent"],
        ["r3", "added", "response"],
    ]
    own, members = compared(OLD, tables({"r2": False}), changed(r3="new"), ["B"], rules=True)
    assert own["due_to"].tolist() == ["rules"]
    assert members["link"].isna().all()


def test_a_part_that_appears_has_the_members_of_its_whole() -> None:
    whole, part = tables(FLIPPED), tables(FLIPPED, dimension="gender", category="f", numerator=1, denominator=1)
    new = {**whole, "out_indicator": pd.concat([whole["out_indicator"], part["out_indicator"]])}
    cells, members = compared(OLD, new, changed(r1="edited"), ["A"], rules=False)
    assert cells[["category", "change", "flipped_n", "linked_n", "due_to"]].to_numpy().tolist() == [
        ["*", "changed", 1, 1, "responses"],
        ["f", "added", 1, 1, "responses"],
    ]
    [member] = members.to_dict("records")
    assert (member["in_numerator_before"], member["in_numerator_after"]) == (True, False)


def test_a_figure_that_stayed_is_not_reported_whoever_stands_behind_it() -> None:
    for after in (MEMBERS, {"r1": False, "r2": True}):
        cells, members = compared(OLD, tables(after), changed(r1="edited", r2="edited"), ["A"], rules=True)
        assert (len(cells), len(members)) == (0, 0)
