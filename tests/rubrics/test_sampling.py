"""The draw: seeded, proportional, fair to small strata, and blind to the order of rows."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rubrics.sampling import Key, Unit, allocation, draw, shuffled


def key(name: str) -> Key:
    return (("organisation", name),)


populations = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3).map(key), st.integers(1, 300), min_size=1, max_size=12
)


@given(populations, st.integers(1, 900))
def test_an_allocation_spends_the_size_and_asks_no_stratum_for_more_than_it_has(
    population: dict[Key, int], size: int
) -> None:
    drawn = allocation(population, size)
    assert list(drawn) == list(population)
    assert sum(drawn.values()) == min(size, sum(population.values()))
    assert all(0 <= drawn[each] <= population[each] for each in population)
    if size >= len(population):
        assert min(drawn.values()) >= 1


@given(populations, st.integers(1, 900))
def test_an_allocation_is_proportional_among_the_strata_that_have_a_share_of_one(
    population: dict[Key, int], size: int
) -> None:
    """Within one of the exact quota, once every stratum whose quota is below one has got its one."""
    total = sum(population.values())
    size = min(size, total)
    drawn = allocation(population, size)
    if all(Fraction(size * count, total) >= 1 for count in population.values()):
        assert all(abs(drawn[each] - Fraction(size * population[each], total)) < 1 for each in population)


def test_a_worked_allocation() -> None:
    """50 of 90 + 70 + 39 + 1: the last gets its one; 49 by 90/199, 70/199, 39/199 = 22.16, 17.24, 9.60."""
    population = {key("a"): 90, key("b"): 70, key("c"): 39, key("d"): 1}
    assert allocation(population, 50) == {key("a"): 22, key("b"): 17, key("c"): 10, key("d"): 1}


def test_more_strata_than_units_the_largest_are_drawn_from() -> None:
    population = {key("a"): 1, key("b"): 7, key("c"): 3, key("d"): 3}
    assert allocation(population, 2) == {key("a"): 0, key("b"): 1, key("c"): 1, key("d"): 0}


def units() -> list[Unit]:
    return [Unit(f"p{number:03}", key("abc"[number % 3]), (f"r{number}",)) for number in range(60)]


def test_the_order_of_rows_changes_nothing() -> None:
    mixed = sorted(units(), key=lambda unit: unit.unit_id[::-1])
    assert mixed != units()
    assert draw(mixed, 20, 7) == draw(units(), 20, 7)


def test_another_seed_is_another_sample_of_the_same_strata() -> None:
    first, strata = draw(units(), 20, 7)
    second, same_strata = draw(units(), 20, 8)
    assert {each.unit_id for each in first} != {each.unit_id for each in second}
    assert strata == same_strata
    assert [(each.of, each.population, each.drawn) for each in strata] == [
        ({"organisation": "a"}, 20, 7),
        ({"organisation": "b"}, 20, 7),
        ({"organisation": "c"}, 20, 6),
    ]


def test_every_unit_has_the_same_chance() -> None:
    """Over 600 seeds each of 60 units is drawn a third of the time: within 5 standard deviations (11.5) of 200."""
    drawn_n = dict.fromkeys((each.unit_id for each in units()), 0)
    for seed in range(600):
        for unit in draw(units(), 20, seed)[0]:
            drawn_n[unit.unit_id] += 1
    assert all(140 < count < 260 for count in drawn_n.values())


def test_without_a_size_everything_is_drawn() -> None:
    drawn, strata = draw(units(), None, 1)
    assert {each.unit_id for each in drawn} == {each.unit_id for each in units()}
    assert all(each.drawn == each.population for each in strata)


def test_a_shuffle_depends_on_seed_and_purpose_alone() -> None:
    named = {f"n{number}": number for number in range(40)}
    backwards = dict(reversed(named.items()))
    assert shuffled(named, 1, "a") == shuffled(backwards, 1, "a")
    assert len({tuple(shuffled(named, *how)) for how in ((1, "a"), (1, "b"), (2, "a"))}) == 3  # type: ignore[arg-type]
    assert sorted(shuffled(named, 1, "a")) == list(range(40))
