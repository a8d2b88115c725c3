"""A draft on the terminal: each question with its class or its candidates, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text as Line

from expectations.questionnaire import Form, Question
from flows.drafting.crosswalk import Draft
from flows.drafting.fields import Field
from flows.instruments import Candidate
from flows.open_questions import IDENTITY
from warehouse.definitions import Language, Text

_OPEN = Text(ja="未決", en="open")
_NONE = Text(ja="候補なし", en="no candidate")


def draft_table(draft: Draft, form: Form, title: str, language: Language) -> Table:
    """One row a question: class or open, column(s), how many of the choices occur and how much is something else."""
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", pad_edge=False, show_edge=False)
    for heading in (
        Text(ja="設問", en="question"),
        Text(ja="区分", en="class"),
        Text(ja="列(未決なら候補)", en="column (candidates)"),
        Text(ja="選択肢の一致", en="choices matched"),
        Text(ja="それ以外", en="other cells"),
    ):
        table.add_column(heading.in_(language), overflow="fold")
    for key, what in IDENTITY.items():
        columns = _identity(draft, key)
        name = Line(f"{key}\n").append(what[0] if language == "ja" else what[1], style="dim")
        table.add_row(name, *_cells(columns, draft.open.get(key), None, language))
    for question in form.questions:
        name = Line(f"{question.id}\n").append(question.wording.in_(language), style="dim")
        found = draft.fits.get(question.id)
        if found is None:
            table.add_row(name, *_cells([], draft.open[question.id], question, language))
            continue
        matched = f"{found.labels_n}/{len(question.codes)}" if question.choices else "-"
        other = str(found.unmatched.total() or "")
        crosswalk = Line(draft.answers[question.id].crosswalk, style="bold green")
        table.add_row(name, crosswalk, Line(_named(found.asked)), Line(matched), Line(other))
    return table


def _identity(draft: Draft, key: str) -> list[str]:
    value = getattr(draft.identity, key)
    return value if isinstance(value, list) else [value] if value else []


def _cells(
    columns: list[str], candidates: list[Candidate] | None, question: Question | None, language: Language
) -> Iterator[Line]:
    if candidates is None:
        yield from (Line("○", style="bold green"), Line(_together(columns)), Line("-"), Line(""))
        return
    yield Line(_OPEN.in_(language), style="yellow")
    yield Line("\n".join(_together(each.columns) for each in candidates) or _NONE.in_(language))
    if question is None:
        yield from (Line("-"), Line(""))
        return
    of_n = len(question.codes)
    yield Line("\n".join(f"{each.labels_n}/{of_n}" if of_n else "-" for each in candidates))
    yield Line("\n".join(_others(each, language) for each in candidates))


def _named(asked: Field) -> str:
    return _together(list(asked.columns))


def _together(columns: list[str]) -> str:
    return " + ".join(columns) if len(columns) < 3 else f"{columns[0]} + {len(columns) - 1}"


def _others(candidate: Candidate, language: Language) -> str:
    kinds_n = len(candidate.unmatched) + candidate.others_n
    return Text(ja=f"{kinds_n}種", en=f"{kinds_n} kinds").in_(language) if kinds_n else ""


def next_steps(draft: Draft, instrument_id: str, path: Path, form: Form) -> list[Text]:
    """What there is to do, in order."""
    questions_n = sum(question.id in draft.open for question in form.questions)
    identity_n = len(draft.open) - questions_n
    by_class = {name: sum(each.crosswalk == name for each in draft.answers.values()) for name in ("A", "B")}
    return [
        Text(
            ja=f"下書きを書きました: {path}(A {by_class['A']}問、B {by_class['B']}問、未決 {questions_n}問"
            f"・識別と日時 {identity_n}件)",
            en=f"Draft written: {path} (A {by_class['A']}, B {by_class['B']}, open {questions_n} questions "
            f"and {identity_n} of identity and time)",
        ),
        Text(
            ja="1. ファイルを開き、未決の設問を1つずつ決めます(区分と列。列がなければDと理由)。Bは意味も確かめます。",
            en="1. Open the file and decide what is open, one by one (class and column; without a column D and why). "
            "See that each B means the same too.",
        ),
        Text(
            ja=f"2. flows/programme.yml の instruments に {instrument_id} を加え、sources の instrument に書きます。",
            en=f"2. Add {instrument_id} to instruments in flows/programme.yml, and name it in the source.",
        ),
        Text(
            ja="3. monosashi check が、まだ足りないものをすべて示します。",
            en="3. monosashi check says everything that is still missing.",
        ),
        Text(
            ja="4. 承認する人が valid_from・approved_by・approved_at を書きます。",
            en="4. Who approves it fills in valid_from, approved_by and approved_at.",
        ),
    ]
