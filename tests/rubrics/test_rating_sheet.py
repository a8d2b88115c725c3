"""What a sheet asks for, in which order, and whether its manifest is noticed when it was altered."""

from __future__ import annotations

import pytest

from rubrics.criteria import Criterion
from rubrics.rating_sheet import Task, parts_of, tasks_of, version_sha256
from rubrics.ratings import Round
from rubrics.sheet_manifest import Manifest, Place, is_whole, manifest_of


def test_each_item_is_rated_by_the_versions_of_its_day(tasks: dict[tuple[str, str], Task]) -> None:
    """R-0001 is of May (version 2 reads both), R-0002 of May with a wish alone, R-0003 of February."""
    assert {key: (task.version.version, list(task.texts)) for key, task in tasks.items()} == {
        ("R-0001", "money"): (2, ["trouble"]),
        ("R-0002", "money"): (2, ["wish"]),
        ("R-0002", "talk"): (1, ["wish"]),
        ("R-0003", "money"): (1, ["trouble"]),
        ("R-0003", "talk"): (1, ["wish"]),
    }


def test_items_without_their_texts_and_versions_not_drawn_for_are_passed_over(
    drawn: Round, criteria: dict[str, Criterion], texts: dict[tuple[str, str], str]
) -> None:
    del texts["r3", "wish"]
    older = drawn.model_copy(update={"criteria": {"money": [1], "gone": [1]}})
    assert [task.key for task in tasks_of(older, criteria, texts)] == [("R-0003", "money")]


def test_a_part_is_one_criterion_in_one_version_and_every_rater_has_an_order_of_their_own(
    tasks: dict[tuple[str, str], Task],
) -> None:
    by_rater = {f"r{n}": parts_of(tasks.values(), 3, f"r{n}", "ja") for n in range(12)}
    for parts in by_rater.values():
        assert [part.title for part in parts] == ["評価1", "評価2", "評価3"]
        assert sorted((part.criterion.id, part.version.version, len(part.tasks)) for part in parts) == [
            ("money", 1, 1),
            ("money", 2, 2),
            ("talk", 1, 2),
        ]
    orders = {tuple((part.criterion.id, part.version.version) for part in parts) for parts in by_rater.values()}
    assert len(orders) > 3
    talks = [
        [t.item.item_id for t in p.tasks] for parts in by_rater.values() for p in parts if p.criterion.id == "talk"
    ]
    assert {tuple(each) for each in talks} == {("R-0002", "R-0003"), ("R-0003", "R-0002")}
    assert parts_of(reversed(list(tasks.values())), 3, "r1", "ja") == by_rater["r1"]
    assert parts_of(tasks.values(), 3, "r1", "en")[0].title == "Rating1"


def test_a_part_shows_the_questions_that_anyone_answered_as_the_rubric_names_them(
    tasks: dict[tuple[str, str], Task],
) -> None:
    parts = {(p.criterion.id, p.version.version): p for p in parts_of(tasks.values(), 3, "a", "ja")}
    assert parts["money", 2].questions == ["trouble", "wish"]
    assert parts["money", 1].questions == ["trouble"]


def test_who_changes_an_anchor_changes_the_hash(criteria: dict[str, Criterion]) -> None:
    money = criteria["money"]
    first, second = money.versions
    level = first.levels[0].model_copy(update={"signs": [*first.levels[0].signs, first.levels[0].anchor]})
    changed = first.model_copy(update={"levels": [level, *first.levels[1:]]})
    renamed = money.model_copy(update={"description": first.levels[0].anchor})
    hashes = [version_sha256(money, each) for each in (first, second, changed)]
    assert len({*hashes, version_sha256(renamed, first), version_sha256(criteria["talk"], first)}) == 5
    assert version_sha256(money, first) == hashes[0]


def manifest() -> Manifest:
    return Manifest(
        kind="adjudication",
        round_id="spring",
        rater="",
        parts=[Place("評価1", "money", "f" * 64, 1, 3)],
        texts={("R-0001", "trouble"): "0" * 64},
        rated={("R-0001", "money"): "1" * 64},
    )


def as_read(lines: list[list[str]]) -> list[list[str]]:
    """As a spreadsheet gives them back: without blank cells at the end of a line, blank lines after the last."""
    return [*([*line[:-1]] if line[-1] == "" else line for line in lines), []]


def test_a_manifest_survives_a_spreadsheet() -> None:
    lines = as_read(manifest().lines(3))
    assert manifest_of(lines) == manifest()
    assert is_whole(lines, 3)
    assert not is_whole(lines, 4)


@pytest.mark.parametrize("number", range(6))
def test_whatever_is_changed_in_a_manifest_is_noticed(number: int) -> None:
    lines = as_read(manifest().lines(3))
    changed = [[*line[:-1], f"{line[-1]}x"] if n == number else line for n, line in enumerate(lines)]
    missing = [line for n, line in enumerate(lines) if n != number]
    assert not is_whole(changed, 3)
    assert not is_whole(missing, 3)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [[]],
        [["氏名", "住所"], ["山田", "東京"]],
        [["monosashi", "rating", "2"], ["round", "x"], ["rater", "a"]],
        [["monosashi", "other", "1"], ["round", "x"], ["rater", "a"]],
        [["monosashi", "rating", "1"], ["round", "x"]],
        [["monosashi", "rating", "1"], ["round", "x"], ["rater", "a"], ["part", "t", "c", "v", "1", "b"]],
        [["monosashi", "rating", "1"], ["round", "x"], ["rater", "a"], ["text", "R-0001"]],
    ],
)
def test_what_is_no_manifest(lines: list[list[str]]) -> None:
    assert manifest_of(lines) is None
    assert not is_whole(lines, 1)
