"""Drawing what is to be rated: a seeded stratified sample that does not depend on the order of rows.

Each unit has a number of its own, a hash of the seed and its name, and a stratum gives its units with the smallest
numbers (permanent random numbers: E. Ohlsson 1995). No generator is involved whose numbers a new version could change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from rubrics.ratings import Stratum

Key = tuple[tuple[str, str], ...]
"""What the units of a stratum have in common, as (name, value) pairs."""

NamedT = TypeVar("NamedT")


@dataclass(frozen=True)
class Unit:
    """What is drawn as a whole: a person with the answers that make a pair, or one record."""

    unit_id: str
    stratum: Key
    response_ids: tuple[str, ...]


def draw(units: Iterable[Unit], size: int | None, seed: int) -> tuple[list[Unit], list[Stratum]]:
    """Draw `size` units (all of them without a size), stratum by stratum; and how many of each there were.

    The same units, size and seed give the same sample in the same order.
    """
    by_stratum: dict[Key, list[Unit]] = {}
    for unit in units:
        by_stratum.setdefault(unit.stratum, []).append(unit)
    population = {key: len(by_stratum[key]) for key in sorted(by_stratum)}
    drawn_n = allocation(population, sum(population.values()) if size is None else size)
    drawn = [
        unit
        for key in population
        for unit in shuffled({each.unit_id: each for each in by_stratum[key]}, seed, "draw")[: drawn_n[key]]
    ]
    return drawn, [Stratum(of=dict(key), population=population[key], drawn=drawn_n[key]) for key in population]


def allocation(population: Mapping[Key, int], size: int) -> dict[Key, int]:
    """How many to draw of each stratum: proportional (largest remainder), at least one of each where `size` allows.

    Strata whose share is below one get one, and the others share the rest among them. Where there are more strata
    than units to draw, the largest get one each. Equal ones go by their key.
    """
    size = min(size, sum(population.values()))
    by_size = sorted(population, key=lambda key: (-population[key], key))
    if size <= len(population):
        return {key: int(key in by_size[:size]) for key in population}
    drawn: dict[Key, int] = {}
    left, shared = size, dict(population)
    while below_one := [key for key in shared if left * shared[key] < sum(shared.values())]:
        drawn |= dict.fromkeys(below_one, 1)
        left -= len(below_one)
        shared = {key: count for key, count in shared.items() if key not in drawn}
    total = sum(shared.values())
    drawn |= {key: left * count // total for key, count in shared.items()}
    by_remainder = sorted(shared, key=lambda key: (-(left * shared[key] % total), key))
    for key in by_remainder[: size - sum(drawn.values())]:
        drawn[key] += 1
    return {key: drawn[key] for key in population}


def shuffled(named: Mapping[str, NamedT], seed: int, *purpose: str) -> list[NamedT]:
    """What the names stand for, in an order that depends on the names, the seed and the purpose alone."""
    return [named[name] for name in sorted(named, key=lambda name: _number(seed, *purpose, name))]


def _number(seed: int, *names: str) -> str:
    return hashlib.sha256("\0".join([str(seed), *names]).encode("utf-8", "surrogatepass")).hexdigest()
