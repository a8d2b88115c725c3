"""Quotations that carry a theme, and those that speak against it, from the masked texts of a published wave."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd
from sqlalchemy.engine import Engine

from flows.coded_texts import coder_of
from flows.folders import Folders
from flows.programme import Programme
from flows.theme_texts import narrowed, theme_named, themes_of_run, wave_texts
from nlp.near_misses import near_misses, only
from rubrics.sampling import shuffled
from warehouse.definitions import Text
from warehouse.evidence import STANDPOINT_OF
from warehouse.read import read_table
from warehouse.text_tables import ANALYSED, responses_in

Claim = Literal["mentioned", "disappeared", "appeared"]
"""What is claimed of a theme: that people write of it; that they do not any more, or now do, of the same people."""

AGAINST: dict[Claim, tuple[str, ...]] = {"disappeared": ("persisted", "appeared"), "appeared": ("disappeared",)}
"""What became of the theme in people who speak against the claim."""

GROUPS = {
    "mentioned": Text(ja="テーマを述べている文章", en="Texts that speak of the theme"),
    "near_miss": Text(
        ja="規則がテーマの語を見つけ、除外の条件で見送った文章", en="Texts with its words that an exclusion passed over"
    ),
    "disappeared": Text(
        ja="最初は述べ、今回は述べていない人(最初の文章)", en="Wrote of it at first and not now (their first text)"
    ),
    "persisted": Text(
        ja="最初も今回も述べている人(今回の文章)", en="Wrote of it at first and still do (their text now)"
    ),
    "appeared": Text(
        ja="最初は述べず、今回述べている人(今回の文章)", en="Did not write of it at first and do now (their text now)"
    ),
    "worse": Text(
        ja="述べなくなったが、評価規準の水準は下がった人(最初の文章)",
        en="Do not write of it any more, but their level fell (their first text)",
    ),
    "better": Text(
        ja="述べるようになったが、評価規準の水準は上がった人(今回の文章)",
        en="Write of it now, but their level rose (their text now)",
    ),
    "near_miss_later": Text(
        ja="「述べなくなった」とされたが、今回の文章に、除外の条件で見送られたテーマの語がある人",
        en="Counted as not writing of it any more, but its words stand in their text now, passed over by an exclusion",
    ),
}
"""Groups of quotations, in words."""


@dataclass(frozen=True)
class Quotation:
    """A masked text, the words in it that matter, and why: rule and clause, or what else is to be known."""

    response_id: str
    organisation: str
    question_id: str
    text: str
    spans: tuple[tuple[int, int], ...]
    why: str

    @property
    def name(self) -> str:
        """What it is drawn by."""
        return f"{self.response_id}\0{self.question_id}"

    @property
    def place(self) -> tuple[str, str]:
        """(response, question)."""
        return self.response_id, self.question_id

    @property
    def words(self) -> str:
        """The words that matter."""
        return " / ".join(self.text[start:end] for start, end in self.spans)

    @property
    def marked(self) -> str:
        """The text with those words in brackets."""
        parts, done = [], 0
        for start, end in self.spans:
            if start >= done:
                parts += [self.text[done:start], "【", self.text[start:end], "】"]
                done = end
        return "".join([*parts, self.text[done:]])


@dataclass(frozen=True)
class Group:
    """Quotations of one kind, some of all there are. `of_n`: texts; `people_n`: responses or people they are from."""

    kind: str
    of_n: int
    people_n: int
    shown: list[Quotation]


class Evidence:
    """What a wave's published run holds for and against a claim about a theme."""

    def __init__(
        self,
        engine: Engine,
        programme: Programme,
        folders: Folders,
        wave: str,
        theme_id: str,
        *,
        question: str | None = None,
        organisation: str | None = None,
    ) -> None:
        """Raises UserMistake for a wave that publishes nothing, a theme, question or organisation without a text."""
        self._engine = engine
        self._programme = programme
        self._folders = folders
        self._found = wave_texts(engine, wave, programme)
        self.run_id = self._found.run_id
        self._themes = themes_of_run(engine, self.run_id)
        self.theme = theme_named(self._themes, theme_id)
        texts = self._found.texts[self._found.texts["value_text"].notna()]
        texts = texts.merge(self._responses[["response_id", "organisation"]], on="response_id")
        self._texts = narrowed(texts, question, organisation)
        self._wave = wave

    def table(self, name: str) -> pd.DataFrame:
        """A table of the run."""
        return read_table(self._engine, name, self.run_id)

    @cached_property
    def _responses(self) -> pd.DataFrame:
        return self.table("core_response")

    @cached_property
    def _of_period(self) -> list[str]:
        inside, _ = responses_in(self._responses, self._programme.windows[self._wave])
        return list(inside["response_id"])

    @cached_property
    def _matches(self) -> dict[tuple[str, str], pd.DataFrame]:
        found = self.table("core_theme")
        mine = found[found["theme_id"] == self.theme.id].sort_values(["start", "end"])
        return {(str(r), str(q)): rows for (r, q), rows in mine.groupby(["response_id", "question_id"])}

    @cached_property
    def _ledger(self) -> pd.DataFrame:
        ledger = self.table("out_theme_ledger")
        return ledger[(ledger["period"] == self._wave) & (ledger["theme_id"] == self.theme.id)]

    def supporting(self, claim: Claim) -> dict[str, list[Quotation]]:
        """What speaks for a claim: a key of GROUPS -> quotations."""
        if claim == "mentioned":
            return {claim: self._carrying(self._of_period)}
        return {claim: self._of_people(claim)}

    def against(self, claim: Claim) -> dict[str, list[Quotation]]:
        """What speaks against it: a key of GROUPS -> quotations."""
        if claim == "mentioned":
            return {"near_miss": self._near(self._of_period)}
        groups = {became: self._of_people(became) for became in AGAINST[claim]}
        if claim == "disappeared":
            gone = self._ledger[self._ledger["became"] == claim]
            return groups | {"worse": self._moved(claim, -1), "near_miss_later": self._near(gone["response_id_later"])}
        return groups | {"better": self._moved(claim, 1)}

    def silent_n(self) -> dict[str, int]:
        """People of whom nothing can be said either way, by what became of them."""
        words = (*AGAINST, *AGAINST["disappeared"])
        others = self._ledger[~self._ledger["became"].isin(words)]
        return {str(became): int(count) for became, count in others.groupby("became").size().items()}

    def _carrying(self, responses: Iterable[str], why: Callable[[str], str] | None = None) -> list[Quotation]:
        """Texts of these responses that hold the theme."""
        chosen = self._texts[self._texts["response_id"].isin(list(responses))]
        return [
            Quotation(
                row["response_id"],
                row["organisation"],
                row["question_id"],
                row["value_text"],
                tuple(dict.fromkeys(zip(mine["start"].astype(int), mine["end"].astype(int), strict=True))),
                "、".join(dict.fromkeys(f"{m.rule_id} {m.clause}" for m in mine.itertuples()))
                if why is None
                else why(row["response_id"]),
            )
            for row in ({str(k): v for k, v in each.items()} for each in chosen.to_dict("records"))
            if (mine := self._matches.get((row["response_id"], row["question_id"]))) is not None
        ]

    def _of_people(self, became: str) -> list[Quotation]:
        """The texts in which people of whom this became wrote of the theme: at first if they do not any more."""
        rows = self._ledger[self._ledger["became"] == became]
        return self._carrying(rows["response_id" if became == "disappeared" else "response_id_later"])

    def _moved(self, became: str, direction: int) -> list[Quotation]:
        """The same, of those whose level moved this way under any criterion, from a standpoint both levels share."""
        scores = self.table("core_score")
        scores = scores.assign(standpoint=scores["origin"].map(STANDPOINT_OF))
        keys = ["criterion_id", "criterion_version", "standpoint"]
        levels = scores[["response_id", *keys, "level"]].drop_duplicates(["response_id", *keys])
        people = self._ledger.loc[self._ledger["became"] == became, ["response_id", "response_id_later"]]
        later = levels.rename(columns={"response_id": "response_id_later"})
        pairs = people.merge(levels, on="response_id").merge(
            later, on=["response_id_later", *keys], suffixes=("", "_later")
        )
        moved = pairs[(pairs["level_later"] - pairs["level"]) * direction > 0]
        name = "response_id" if became == "disappeared" else "response_id_later"
        said = {
            str(response): "、".join(
                f"{r.criterion_id} ({r.standpoint}) {r.level}→{r.level_later}" for r in rows.itertuples()
            )
            for response, rows in moved.groupby(name)
        }
        return self._carrying(said, said.__getitem__)

    def _near(self, responses: Iterable[str]) -> list[Quotation]:
        """Analysed texts of these responses in which only an exclusion kept a rule of the theme from firing."""
        states = self.table("core_text")
        read = states.loc[states["state"].isin(ANALYSED), ["response_id", "question_id"]]
        texts = self._texts[self._texts["response_id"].isin(list(responses))].merge(read)
        held = [key in self._matches for key in zip(texts["response_id"], texts["question_id"], strict=True)]
        texts = texts[~pd.Series(held, index=texts.index, dtype="bool")]
        coder = coder_of(self._found, only(self._themes, self.theme.id), self._programme, self._folders, texts)
        found = []
        for row in texts.to_dict("records"):
            misses = near_misses(self.theme, coder(row["response_id"], row["value_text"]))
            if misses:
                spans = sorted({span for miss in misses for span in (*miss.touched, *miss.excluded_by)})
                why = "、".join(f"{miss.rule_id} ← {miss.clause}" for miss in misses)
                place = (row["response_id"], row["organisation"], row["question_id"], row["value_text"])
                found.append(Quotation(*place, tuple(spans), why))
        return found


def draw(groups: dict[str, list[Quotation]], n: int, seed: int) -> list[Group]:
    """Up to `n` of each group, at random: the same ones for the same seed, whatever the order of the rows."""
    return [
        Group(
            kind,
            len(quotations),
            len({each.response_id for each in quotations}),
            shuffled({each.name: each for each in quotations}, seed, "quotations", kind)[:n],
        )
        for kind, quotations in groups.items()
    ]
