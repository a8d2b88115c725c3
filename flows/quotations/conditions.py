"""The conditions under which a quotation may leave the house, asked of a published wave as it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd
from sqlalchemy.engine import Engine

from expectations.questionnaire import Form
from flows.folders import Folders
from flows.landing import LandingStore
from flows.mask_ledger import MaskLedger
from flows.mask_review import masked_again
from flows.programme import Programme
from nlp.annotation_cache import AnnotationCache
from nlp.pipeline import annotations_id
from warehouse.definitions import Language, Text, UserMistake, fault
from warehouse.evidence import ORGANISATION
from warehouse.quotations import QuotationRules, Shown, says, shown_with, statements, together
from warehouse.read import published_run, published_waves, read_table
from warehouse.text_tables import responses_in

CONDITIONS: Final = {
    "not_asked_or_blank": Text(
        ja="引用の同意がない(尋ねていない、または空欄)", en="no consent (not asked, or left blank)"
    ),
    "refuses": Text(ja="引用に同意していない", en="consent was refused"),
    "withdrawn": Text(ja="あとの回答で同意を取り下げている", en="consent was withdrawn in a later answer"),
    "gone": Text(ja="公開中の実行にこの回答・文章がない", en="no such response or text in what is published"),
    "masking_pending": Text(
        ja="秘匿化に、まだ人が決めていない箇所がある(monosashi mask review)",
        en="the masking has places that nobody has decided (monosashi mask review)",
    ),
    "masking_outdated": Text(
        ja="秘匿化の決定のあとで実行していない(monosashi run)",
        en="the wave has not been run since masking was decided (monosashi run)",
    ),
    "too_few": Text(
        ja="示す属性を減らしても、同じ属性の人が足りない", en="too few people share even the least that is shown"
    ),
}
"""Why a quotation may not be released, in words."""

Place = tuple[str, str]
"""(response, question)."""


@dataclass(frozen=True)
class Conditions:
    """What decides about the quotations of a wave."""

    rules: QuotationRules
    engine: Engine
    programme: Programme
    folders: Folders
    wave: str

    @classmethod
    def of(cls, engine: Engine, programme: Programme, folders: Folders, wave: str) -> Conditions:
        """Raises UserMistake where the programme declares nothing about quotations, or the wave publishes nothing."""
        rules = quotation_rules(programme)
        published_run(engine, wave)
        return cls(rules, engine, programme, folders, wave)

    def failing(self, place: Place) -> list[str]:
        """The conditions that a quotation fails: keys of CONDITIONS; none if it may be released."""
        response, _ = place
        said = says(self._statements, response)
        wrong: list[str] = [] if said == "agrees" else [said]
        if place not in self.texts:
            return wrong if "gone" in wrong else [*wrong, "gone"]
        if place in self._pending:
            wrong.append("masking_pending")
        elif self._masked_now.get(place) != self.texts[place]:
            wrong.append("masking_outdated")
        return wrong if self.shown(response) else [*wrong, "too_few"]

    def shown(self, response_id: str) -> Shown | None:
        """What may stand beside a quotation of the response; None if too few people share even the least of it."""
        return shown_with(self.rules, self._people, response_id)

    def in_words(self, shown: Shown, language: Language) -> dict[str, str]:
        """What stands beside a quotation: heading -> value."""
        form = self.programme.forms[self.rules.consent.form]
        return {_heading(form, name, language): self._value(form, name, shown, language) for name in shown.values}

    def _value(self, form: Form, name: str, shown: Shown, language: Language) -> str:
        value = shown.values[name]
        if value is None:
            return "–"
        if name in shown.coarse:
            return self.rules.groups[name][int(value)].label.in_(language)
        if name == ORGANISATION:
            labels = {each.code: each.label for each in self.programme.settings.organisations}
            return labels[value].in_(language) if value in labels else value
        choices = {choice.code: choice.label for choice in form.by_id[name].choices}
        return choices[value].in_(language) if value in choices else value

    @cached_property
    def run_id(self) -> str:
        """The run that the wave publishes."""
        return published_run(self.engine, self.wave)

    @cached_property
    def texts(self) -> dict[Place, str]:
        """The masked texts of the period, as they are published."""
        answers = read_table(self.engine, "core_answer", self.run_id)
        mine = answers[answers["value_text"].notna() & answers["response_id"].isin(self._inside["response_id"])]
        return dict(zip(zip(mine["response_id"], mine["question_id"], strict=True), mine["value_text"], strict=True))

    @cached_property
    def _responses(self) -> pd.DataFrame:
        return read_table(self.engine, "core_response", self.run_id)

    @cached_property
    def _inside(self) -> pd.DataFrame:
        inside, _ = responses_in(self._responses, self.programme.windows[self.wave])
        return inside

    @cached_property
    def _people(self) -> pd.DataFrame:
        """The period's responses of the consent's form: response_id, person, and each attribute that may be shown."""
        form = self._responses[self._responses["form_id"] == self.rules.consent.form]
        mine = form[form["response_id"].isin(self._inside["response_id"])]
        answers = read_table(self.engine, "core_answer", self.run_id)
        valid = answers[answers["missing_kind"].isna()].set_index("response_id")
        people = pd.DataFrame(
            {"response_id": mine["response_id"], "person": mine["respondent_id"].fillna(mine["response_id"])}
        )
        for name in self.rules.shown:
            if name == ORGANISATION:
                people[name] = mine[ORGANISATION]
            else:
                codes = valid.loc[valid["question_id"] == name, "value_code"]
                people[name] = mine["response_id"].map(codes[~codes.index.duplicated()])
        return people.reset_index(drop=True)

    @cached_property
    def _statements(self) -> pd.DataFrame:
        return known_statements(self.engine, self.programme)

    @cached_property
    def _masked(self) -> dict[Place, tuple[str, bool]]:
        """Every text masked again by what is decided now, and whether anything of it is still undecided."""
        rules = self.programme.text_rules
        ledger = MaskLedger(self.folders.mask)
        store = LandingStore(self.folders.landing)
        with AnnotationCache(self.folders.annotations, annotations_id(rules.vocabulary)) as cache:
            _, masked = masked_again(self.engine, self.wave, self.programme, store, ledger, cache)
        return {
            place: (text.shown(rules.masking), any(each.verdict is None for each in text.doubtful))
            for place, text in masked
        }

    @cached_property
    def _pending(self) -> set[Place]:
        return {place for place, (_, is_open) in self._masked.items() if is_open}

    @cached_property
    def _masked_now(self) -> dict[Place, str]:
        return {place: text for place, (text, _) in self._masked.items()}


def quotation_rules(programme: Programme) -> QuotationRules:
    """What a programme declares about quotations. Raises UserMistake if it is nothing."""
    if programme.settings.quotations is None:
        wrong = ("引用の公開の決まりがありません", "does not say when quotations may be released")
        expected = (
            "quotations に同意の設問と k を書いてください",
            "declare the consent question and k under quotations",
        )
        raise UserMistake([fault("flows/programme.yml", "quotations", wrong, expected)])
    return programme.settings.quotations


def known_statements(engine: Engine, programme: Programme) -> pd.DataFrame:
    """What every response says about being quoted, in all that is published."""
    rules, published = quotation_rules(programme), published_waves(engine)
    waves = [wave for wave in programme.windows if wave in published]
    tables = [
        (read_table(engine, "core_response", published[wave]), read_table(engine, "core_answer", published[wave]))
        for wave in waves
    ]
    return together([statements(rules, responses, answers) for responses, answers in tables])


def _heading(form: Form, name: str, language: Language) -> str:
    if name == ORGANISATION:
        return Text(ja="団体", en="Organisation").in_(language)
    return form.by_id[name].wording.in_(language)
