"""A rating round and the published run: what is drawn from it, and whether its texts are still those drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.engine import Engine

from flows.programme import Programme
from nlp.language import triage
from rubrics.criteria import Criterion
from rubrics.rating_frame import Describe, Readable, items_of, readable_answers, units_to_rate
from rubrics.ratings import Round
from rubrics.sampling import draw
from warehouse.definitions import UserMistake, fault
from warehouse.read import published_run, read_table


def draw_round(
    engine: Engine,
    programme: Programme,
    *,
    round_id: str,
    wave: str,
    criteria: Sequence[str],
    raters: Sequence[str],
    size: int | None,
    seed: int,
) -> Round:
    """Draw a round from what a wave publishes. `criteria`: all of the programme's where none is named.

    Raises UserMistake where a criterion is unknown or nobody wrote what it reads, or where it asks for more raters.
    """
    chosen = _chosen(programme, criteria)
    run_id = published_run(engine, wave)
    responses, answers = (read_table(engine, name, run_id) for name in ("core_response", "core_answer"))
    windows = programme.windows
    readable = readable_answers(chosen, responses, answers, windows, wave, describing(programme))
    units = units_to_rate(readable, responses, programme.person_forms, windows, wave)
    drawn, strata = draw(units, size, seed)
    items = items_of(drawn, readable, seed)
    _refuse_unrated(criteria, _versions(readable), wave)
    mine = {item.response_id for item in items}
    versions = _versions([each for each in readable if each.response_id in mine])
    _refuse_few_raters(programme, versions, raters)
    return Round(
        round_id=round_id,
        programme_id=programme.settings.id,
        wave=wave,
        run_id=run_id,
        seed=seed,
        drawn_at=datetime.now(UTC).replace(microsecond=0),
        criteria=versions,
        raters=list(raters),
        items=items,
        strata=strata,
    )


def describing(programme: Programme) -> Describe:
    """Says a masked text's language and its scripts, by what stands beside the placeholders."""
    rules = programme.text_rules

    def describe(text: str) -> dict[str, str]:
        found = triage(rules.masking.placeholder.sub(" ", text), rules.nothing, rules.languages)
        return {"language": found.language, "script": found.script}

    return describe


def _chosen(programme: Programme, names: Sequence[str]) -> list[Criterion]:
    unknown = [name for name in names if name not in programme.criteria]
    if unknown:
        known = ", ".join(programme.criteria)
        wrong = ("評価規準がありません", "is no criterion")
        expected = (f"使えるもの: {known}", f"expected of {known}")
        raise UserMistake([fault("--criteria", name, wrong, expected) for name in unknown])
    return [programme.criteria[name] for name in names or programme.criteria]


def _versions(readable: Sequence[Readable]) -> dict[str, list[int]]:
    found: dict[str, set[int]] = {}
    for each in readable:
        for name, version in each.versions.items():
            found.setdefault(name, set()).add(version)
    return {name: sorted(found[name]) for name in sorted(found)}


def _refuse_unrated(asked: Sequence[str], versions: dict[str, list[int]], wave: str) -> None:
    """Whoever names a criterion expects items for it."""
    without = [name for name in asked if name not in versions] or ([] if versions else ["*"])
    if without:
        wrong = ("評価者が読む文章がありません", "has no text for raters to read")
        expected = (
            f"規準に rating があり、{wave} までにその設問の文章がある必要があります",
            f"the criterion needs `rating`, and texts answering its questions up to {wave}",
        )
        raise UserMistake([fault("--criteria", name, wrong, expected) for name in without])


def _refuse_few_raters(programme: Programme, versions: dict[str, list[int]], raters: Sequence[str]) -> None:
    faults = [
        fault(
            "--raters",
            ",".join(raters),
            (f"規準 {name} の評価者が足りません", f"are too few raters for {name}"),
            (f"{version.rating.raters}人以上が必要です", f"{version.rating.raters} or more were expected"),
        )
        for name, numbers in versions.items()
        for version in programme.criteria[name].versions
        if version.version in numbers and version.rating is not None and version.rating.raters > len(raters)
    ]
    if faults:
        raise UserMistake(faults)
