"""What a programme says of quotations must fit its forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flows.programme_reader import read_programme
from warehouse.definitions import UserMistake


def young(quotations: dict[str, Any]) -> None:
    quotations["groups"]["age_group"][0]["codes"].remove("u20")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda rules: rules["consent"].update(form="diary"), "quotations.consent.form"),
        (lambda rules: rules["consent"].update(question="q6_text"), "quotations.consent.question"),
        (lambda rules: rules["consent"].update(codes=["perhaps"]), "quotations.consent.codes"),
        (lambda rules: rules["shown"].append("q3_text"), "quotations.shown"),
        (lambda rules: rules["shown"].append("age_group"), "quotations.shown"),
        (young, "quotations.groups.age_group"),
        (lambda rules: rules.update(k=1), "quotations.k"),
        (lambda rules: rules["steps"].insert(0, {"coarsen": "nationality"}), "quotations"),
    ],
)
def test_faults_are_found_with_their_place(
    programme_copy: Path, change: Callable[[dict[str, Any]], None], place: str
) -> None:
    file, yaml = programme_copy / "flows" / "programme.yml", YAML()
    settings = yaml.load(file.read_text(encoding="utf-8"))
    change(settings["quotations"])
    with file.open("w", encoding="utf-8") as written:
        yaml.dump(settings, written)
    with pytest.raises(UserMistake) as mistake:
        read_programme(programme_copy)
    assert any(each.path.startswith(place) for each in mistake.value.faults)


def test_a_programme_need_not_say_anything(programme_copy: Path) -> None:
    file, yaml = programme_copy / "flows" / "programme.yml", YAML()
    settings = yaml.load(file.read_text(encoding="utf-8"))
    del settings["quotations"]
    with file.open("w", encoding="utf-8") as written:
        yaml.dump(settings, written)
    assert read_programme(programme_copy).settings.quotations is None
