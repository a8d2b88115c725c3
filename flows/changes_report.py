"""What changed between two runs, for the terminal: counts first, then files, definitions, responses and cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text as Line

from flows.changes_words import CHANGED, DUE_TO, SHEETS, heading
from warehouse.cell_changes import COVERAGE
from warehouse.changes import Changes
from warehouse.definitions import Language, Text
from warehouse.fields import FIELDS
from warehouse.indicators import ALL
from warehouse.report import SayFinding
from warehouse.report_wording import NOT_MEASURED, VERDICTS
from warehouse.response_changes import TEXT_ANSWER

SHOWN_N = 40
"""Rows of a table that are shown; the workbook has them all."""

_IDS_N = 6
_SIGNS = {"added": "+", "removed": "-", "flipped": "±", "edited": "~"}


@dataclass(frozen=True)
class ChangesReport:
    """Renders changes. `names`: indicator -> its name. `all_readings`: also alternatives whose verdict stayed."""

    changes: Changes
    language: Language
    say_finding: SayFinding
    names: Mapping[str, Text]
    all_readings: bool = False

    def parts(self) -> Iterator[RenderableType]:
        """The report's parts in order."""
        yield from self._heading()
        if all(table.empty for table in self.changes.tables.values()):
            yield Line(self._say("2つの実行のあいだに変更はありません。", "Nothing changed between the two runs."))
            return
        yield from self._counts()
        if len(self.changes.inputs):
            yield self._inputs()
        if len(self.changes.definitions):
            yield self._definitions()
        if (self.changes.responses["change"] == "new").any():
            yield self._new_responses()
        if (self.changes.responses["change"] != "new").any():
            yield self._responses()
        if len(self._shown_cells()):
            yield self._cells()
            yield Line(
                self._say(
                    "+ 加わった回答、- 外れた回答、± 分子に入った・分子から出た回答、~ 修正されたが残った回答",
                    "+ response added, - removed, ± into or out of the numerator, ~ edited and still there",
                ),
                style="dim",
            )

    def _say(self, ja: str, en: str) -> str:
        return Text(ja=ja, en=en).in_(self.language)

    # --- counts ---------------------------------------------------------------------------------------------------

    def _heading(self) -> Iterator[Line]:
        runs = (("前", "before", self.changes.since), ("後", "after", self.changes.until))
        for ja, en, run in runs:
            commit = "" if pd.isna(run["commit_id"]) else f"  {run['commit_id'][:12]}{'+' if run['is_dirty'] else ''}"
            loaded = f"{run['first_loaded_at']:%Y-%m-%dT%H:%M:%SZ}"
            yield Line(f"{self._say(ja, en)}  {run['wave']}  {run['run_id']}  {loaded}{commit}")

    def _counts(self) -> Iterator[Line]:
        found = self.changes
        cells = found.cells
        verdicts_n = int(_verdict_moved(cells).sum())
        yield self._counted("inputs", found.inputs, "added", "removed", "changed")
        yield self._counted("definitions", found.definitions, "added", "removed", "changed")
        yield self._counted("responses", found.responses, "new", "returned", "gone", "edited")
        edited = found.responses[found.responses["change"] == "edited"]
        if same_n := int(edited["same_bytes"].sum()):
            yield Line(
                self._say(
                    f"  修正のうち{same_n}件は、ファイルが同じです(定義かプログラムの変更によるもの)",
                    f"  {same_n} of the edited stand in files that are the same (due to definitions or code)",
                )
            )
        yield Line(
            self._say(
                f"{SHEETS['cells'].ja}: {len(cells)}件(採用した読み方 {int(_declared(cells).sum())}件、"
                f"判定が変わったもの {verdicts_n}件)",
                f"{SHEETS['cells'].en}: {len(cells)} cells ({int(_declared(cells).sum())} in the declared reading, "
                f"{verdicts_n} with another verdict)",
            )
        )
        if len(cells):
            of_each = cells["due_to"].value_counts()
            told = [f"{DUE_TO[each].in_(self.language)} {of_each[each]}" for each in DUE_TO if each in of_each]
            yield Line("  " + self._say("、", ", ").join(told))

    def _counted(self, name: str, frame: pd.DataFrame, *kinds: str) -> Line:
        counts = frame["change"].value_counts()
        told = [f"{CHANGED[kind].in_(self.language)} {counts.get(kind, 0)}" for kind in kinds]
        return Line(f"{SHEETS[name].in_(self.language)}: {self._say('、', ', ').join(told)}")

    # --- what the runs were made from -----------------------------------------------------------------------------

    def _inputs(self) -> RenderableType:
        table = self._table("inputs", "change", "file_name", "organisation", "rows_n", "sha256")
        for row in self._first(self.changes.inputs, table):
            table.add_row(
                CHANGED[row["change"]].in_(self.language),
                Line(row["file_name"]),
                Line(_owner(row)),
                _moved(row, "rows_n"),
                _moved(row, "sha256", 12),
            )
        return table

    def _definitions(self) -> RenderableType:
        table = self._table("definitions", "change", "file_name", "content", "parts")
        for row in self._first(self.changes.definitions, table):
            name, parts = row["name"], row["parts"].splitlines()
            if row["change"] == "changed" and name not in FIELDS and not parts:
                parts = [self._say("コメントか順序だけ", "comments or order alone")]
            table.add_row(
                CHANGED[row["change"]].in_(self.language),
                Line(FIELDS[name].description.in_(self.language) if name in FIELDS else name),
                Line(" → ".join("-" if pd.isna(each) else str(each)[:12] for each in (row["before"], row["after"]))),
                Line(_shortened(parts, SHOWN_N, "\n")),
            )
        return table

    # --- responses ------------------------------------------------------------------------------------------------

    def _new_responses(self) -> RenderableType:
        rows = self.changes.responses
        rows = rows[rows["change"] == "new"]
        counted = rows.groupby(["organisation_after", "form_id", "file_name"], as_index=False).size()
        title = f"{CHANGED['new'].in_(self.language)}: {len(rows)}"
        table = self._table(title, "organisation", "form_id", "file_name", "responses_n")
        for row in self._first(counted, table):
            table.add_row(
                Line(row["organisation_after"]), Line(row["form_id"]), Line(row["file_name"]), str(row["size"])
            )
        return table

    def _responses(self) -> RenderableType:
        rows = self.changes.responses
        rows = rows[rows["change"] != "new"].sort_values(["change", "response_id"])
        table = self._table("responses", "change", "response_id", "organisation", "file_name", "content")
        for row in self._first(rows, table):
            sheet = "" if pd.isna(row["sheet"]) else f" [{row['sheet']}]"
            same = self._say(" (ファイルは同じ)", " (the file is the same)") if row["same_bytes"] else ""
            table.add_row(
                CHANGED[row["change"]].in_(self.language),
                Line(row["response_id"]),
                Line(_owner(row)),
                Line(f"{row['file_name']}{sheet} {row['row_n']}{same}"),
                Line("\n".join(self._told(row))),
            )
        return table

    def _told(self, response: Mapping[Any, Any]) -> Iterator[str]:
        """What happened to a response, a line each."""
        if response["change"] == "returned":
            yield self._say("前の実行では不採用: ", "rejected before: ") + response["reason_codes"]
        elif response["change"] == "gone":
            findings = self.changes.findings
            of_it = findings[findings["response_id"] == response["response_id"]].to_dict("records")
            for finding in of_it:
                yield self.say_finding({str(name): value for name, value in finding.items()}, self.language)
            if not of_it:
                yield self._say("元のデータにもうありません", "no longer in the source")
        else:
            yield from self._edited(response)

    def _edited(self, response: Mapping[Any, Any]) -> Iterator[str]:
        if response["organisation_before"] != response["organisation_after"]:
            yield f"{heading('organisation', self.language)}: {_moved(response, 'organisation')}"
        if response["respondent_changed"]:
            yield self._say("回答者が変わりました", "the respondent changed")
        if response["answered_at_before"] != response["answered_at_after"]:
            days = response["answered_on_before"], response["answered_on_after"]
            times = (f"{response[f'answered_at_{when}']:%Y-%m-%dT%H:%M:%SZ}" for when in ("before", "after"))
            yield self._say("回答日時: ", "answered: ") + " → ".join(times if days[0] == days[1] else days)
        answers = self.changes.answers
        of_it = answers[answers["response_id"] == response["response_id"]].to_dict("records")
        for answer in of_it[:SHOWN_N]:
            yield f"{answer['question_id']}: {self._answer(answer)}"
        if len(of_it) > SHOWN_N:
            yield self._more(len(of_it) - SHOWN_N)

    def _answer(self, answer: Mapping[Any, Any]) -> str:
        before, after = ("-" if pd.isna(answer[when]) else str(answer[when]) for when in ("before", "after"))
        if before == after == TEXT_ANSWER and answer["text_changed"]:
            return self._say("自由記述が変わりました", "the free text changed")
        if before == after:
            return f"{before} ({heading('crosswalk_class', self.language)}: {_moved(answer, 'crosswalk_class')})"
        return f"{before} → {after}"

    # --- cells ----------------------------------------------------------------------------------------------------

    def _shown_cells(self) -> pd.DataFrame:
        """Declared readings, and others whose verdict changed; cells with another verdict first, then whole figures."""
        cells = self.changes.cells.assign(
            stayed=~_verdict_moved(self.changes.cells), alternative=~_declared(self.changes.cells)
        )
        shown = cells if self.all_readings else cells[~cells["alternative"] | ~cells["stayed"]]
        shown = shown.assign(is_detail=shown["dimension"] != ALL)
        return shown.sort_values(["stayed", "alternative", "is_detail"], kind="stable")

    def _cells(self) -> RenderableType:
        table = self._table("cells")
        table.expand = True
        for column, ratio in (
            ("indicator_id", 6),
            ("organisation", None),
            ("reading", 5),
            ("value", 6),
            ("verdict", 4),
        ):
            table.add_column(heading(column, self.language), ratio=ratio, overflow="fold", no_wrap=ratio is None)
        table.add_column(SHEETS["cell_members"].in_(self.language), ratio=8, overflow="fold")
        for cell in self._first(self._shown_cells(), table):
            name = self.names.get(cell["indicator_id"])
            item = "" if cell["dimension"] == ALL else f"\n{cell['dimension']}: {cell['category']}"
            due_to = Line(DUE_TO[cell["due_to"]].in_(self.language))
            table.add_row(
                Line(cell["indicator_id"]).append(f"\n{name.in_(self.language)}" if name else "", "dim"),
                Line(cell["organisation"]),
                Line(f"{cell['reading']}{item}"),
                Line("\n".join(self._figures(cell))),
                Line(self._verdicts(cell), style="" if cell["stayed"] else "bold"),
                due_to.append("".join(f"\n{line}" for line in self._members(cell)), "dim"),
            )
        return table

    def _figures(self, cell: Mapping[Any, Any]) -> Iterator[str]:
        """Numerator and denominator of both runs, then what else differs."""
        before, after = (self._figure(cell, when) for when in ("before", "after"))
        yield before if before == after else f"{before} → {after}"
        moved = {name: _moved(cell, name) for name in (*COVERAGE, "target")}
        told = [f"{heading(name, self.language)} {text}" for name, text in moved.items() if "→" in text]
        if told:
            yield self._say("、", ", ").join(told)

    def _figure(self, cell: Mapping[Any, Any], when: str) -> str:
        if pd.isna(cell[f"verdict_{when}"]):
            return "-"  # no such cell
        numerator, denominator = cell[f"numerator_{when}"], cell[f"denominator_{when}"]
        if pd.isna(numerator):
            return NOT_MEASURED.in_(self.language)
        return str(numerator) if pd.isna(denominator) else f"{numerator}/{denominator}"

    def _verdicts(self, cell: Mapping[Any, Any]) -> str:
        words = [
            "-" if pd.isna(code) else VERDICTS[code].in_(self.language)
            for code in (cell["verdict_before"], cell["verdict_after"])
        ]
        return " → ".join(dict.fromkeys(words))

    def _members(self, cell: Mapping[Any, Any]) -> Iterator[str]:
        """Counts and, for a whole figure, the first responses of each kind."""
        counts = [f"{sign}{cell[f'{kind}_n']}" for kind, sign in _SIGNS.items() if cell[f"{kind}_n"]]
        if counts:
            n = cell["linked_n"]
            linked = self._say(f"(うち変更のあった人の回答{n})", f" ({n} of people with changed responses)")
            yield " ".join(counts) + (linked if n else "")
        if cell["dimension"] != ALL:
            return
        members = self.changes.cell_members
        for name in ("indicator_id", "period", "organisation", "reading"):
            members = members[members[name] == cell[name]]
        members = members.assign(place=members["change"].map(list(_SIGNS).index)).sort_values("place", kind="stable")
        ids = [f"{_SIGNS[change]}{one}" for change, one in zip(members["change"], members["response_id"], strict=True)]
        if ids:
            yield _shortened(ids, _IDS_N, " ")

    # --- tables ---------------------------------------------------------------------------------------------------

    def _table(self, title: str, *columns: str) -> Table:
        shown = SHEETS[title].in_(self.language) if title in SHEETS else title
        table = Table(title=shown, box=SIMPLE_HEAD, title_justify="left", pad_edge=False, show_edge=False)
        for column in columns:
            table.add_column(heading(column, self.language), overflow="fold", no_wrap=column == "response_id")
        return table

    def _first(self, rows: pd.DataFrame, table: Table) -> list[dict[Any, Any]]:
        """The rows to be shown; the caption says how many more there are."""
        if len(rows) > SHOWN_N:
            table.caption = self._more(len(rows) - SHOWN_N)
        return rows.head(SHOWN_N).to_dict("records")

    def _more(self, rest_n: int) -> str:
        return self._say(f"ほか{rest_n}件(--to ファイル名.xlsx で全件)", f"{rest_n} more (all of them: --to FILE.xlsx)")


def _declared(cells: pd.DataFrame) -> pd.Series:
    return cells["is_declared_before"].fillna(False).astype("bool") | cells["is_declared_after"].fillna(False).astype(
        "bool"
    )


def _verdict_moved(cells: pd.DataFrame) -> pd.Series:
    """Whether a cell that both runs have has another verdict."""
    return (cells["change"] == "changed") & (cells["verdict_before"] != cells["verdict_after"])


def _moved(row: Mapping[Any, Any], name: str, length: int | None = None) -> str:
    """`before → after`, or the value alone where it is the same."""
    values = [row[f"{name}_{when}"] for when in ("before", "after")]
    told = ["-" if pd.isna(value) else str(value)[:length] for value in values]
    return " → ".join(dict.fromkeys(told))


def _owner(row: Mapping[Any, Any]) -> str:
    """The organisation, or both if it is another one; nothing for a file of several."""
    codes = (row["organisation_before"], row["organisation_after"])
    return " → ".join(dict.fromkeys(code for code in codes if not pd.isna(code)))


def _shortened(words: list[str], most: int, separator: str) -> str:
    rest_n = len(words) - most
    return separator.join([*words[:most], *([f"… +{rest_n}"] if rest_n > 0 else [])])
