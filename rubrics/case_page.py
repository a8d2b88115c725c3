"""The page of worked cases with the rubric book: what was given, what must come of it and why, and whether it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import groupby

from rubrics.case_outcomes import Found, Outcome
from rubrics.cases import FIRST_ROUND, Asked, Case, CaseDefinitions, Expected, GivenAnswer, GivenRating
from rubrics.criteria import Criterion
from rubrics.rubric_book import LEVEL, ORIGINS, VERSION, precedence, rubric_book, version_in_words
from warehouse.definitions import DefinitionFile, Language, Text
from warehouse.indicator_definitions import Improvement
from warehouse.page import page
from warehouse.report_change import STANDPOINTS, STATES
from warehouse.report_markup import joined, markup_table, paragraph

_COUNTED = {
    "improved": Text(ja="改善として数える", en="counted as improved"),
    "not_improved": Text(ja="改善なしとして分母に入る", en="in the denominator as not improved"),
    "left_out": Text(ja="分母に入らない", en="not in the denominator"),
}
_MISSING = {
    "blank": Text(ja="(空欄)", en="(blank)"),
    "no_answer": Text(ja="(無回答)", en="(no answer)"),
    "unknown": Text(ja="(わからない)", en="(do not know)"),
    "not_applicable": Text(ja="(該当なし)", en="(not applicable)"),
    "not_asked": Text(ja="(尋ねていない)", en="(not asked)"),
    "unmapped": Text(ja="(団体の様式に対応する設問がない)", en="(the organisation's form has no such question)"),
}
_SET_ASIDE = {
    "rated_by_other_version": Text(
        ja="数えなかった評定がある(その日の版とちがう版による)",
        en="ratings set aside (by another version than the day's)",
    ),
    "rated_text_changed": Text(
        ja="数えなかった評定がある(評定の後に文が変わった)", en="ratings set aside (the words have changed since)"
    ),
}
_ACROSS = {
    "any_improved": Text(ja="どれか1つでも上がれば改善", en="improved if any of them rose"),
    "improved_and_none_worse": Text(
        ja="1つ以上で上がり、どれも下がらなければ改善", en="improved if at least one rose and none fell"
    ),
    "most_improved": Text(ja="過半数で上がれば改善", en="improved if more than half rose"),
    "worst_criterion": Text(ja="最初にいちばん低かった規準で見る", en="decided by the one they began lowest on"),
}
_TITLE = Text(ja="事例と評価規準", en="Worked cases and rubrics")
_ABOUT = Text(
    ja="1件ずつの事例が、何が、いつ答えられ、評価者が何を付けたときに、どの水準・変化になるかを言います。"
    "「結果」は、事業の集計と同じ計算で出したものです。事例の回答は、説明のために作ったもので、実在の人のものではありません。",
    en="Each case says which level or change comes of what was answered when, and of what raters gave. “Found” was "
    "computed by the same functions as the programme's figures. The answers are made up to explain; they are nobody's.",
)
_HOLD = Text(ja="{n}件の事例は、すべて期待どおりです。", en="All {n} cases come out as expected.")
_DIFFER = Text(
    ja="{n}件の事例のうち、{wrong}件の結果が期待とちがいます。", en="Of {n} cases, {wrong} come out otherwise."
)
_AS_EXPECTED = Text(ja="期待どおり", en="as expected")
_DIFFERENT = Text(ja="相違", en="differs")
_CRITERIA = Text(ja="評価規準", en="Criterion")
_LOOKED_AT = Text(ja="見る時点", en="Looked at in")
_READING = Text(ja="読み方", en="Reading")
_GIVEN = Text(ja="答えたこと", en="Given")
_RATED = Text(ja="評価者", en="Raters")
_APPLIES = Text(ja="当てはまる版とアンカー", en="Version and anchors that apply")
_EXPECTED = Text(ja="期待", en="Expected")
_FOUND = Text(ja="結果", en="Found")
_REASON = Text(ja="理由", en="Reason")
_NONE = Text(ja="水準なし", en="no level")
_UNJUDGED = Text(ja="判断できない", en="cannot be judged")
_NO_EVIDENCE = Text(ja="根拠なし", en="no evidence")
_DECISION = Text(ja="話し合いの決定", en="decision")
_AT_FIRST = Text(ja="最初 {}", en="at first {}")
_LATER = Text(ja="後 {}", en="later {}")
_ROUND = Text(ja="(評定の回: {})", en="(round {})")
_WORDS_READ = Text(ja="評定したときの文「{}」", en="the words when rated “{}”")
_RULE = Text(ja="規則による: {} = {}", en="by the rule: {} = {}")
_DAYS = Text(ja="{}日以上の観察", en="observed for {} days or more")
_BOOK = Text(ja="評価規準集", en="The rubric book")
_BOOK_ABOUT = Text(
    ja="評価者が使う評価規準の、すべての版です。回答は、答えられた日に有効な版で評定します。",
    en="All versions of the criteria. An answer is judged by the version in force on the day it was given.",
)
_SIGNING = Text(ja="確認", en="Signed")
_SIGNING_ABOUT = Text(
    ja="下の定義ファイルにもとづく事例と評価規準を確認しました。ファイルが変わると、SHA-256も変わります。",
    en="The cases and rubrics made from these definition files have been examined. A changed file has another SHA-256.",
)
_SIGNATURE = [Text(ja="氏名", en="Name"), Text(ja="日付", en="Date"), Text(ja="署名", en="Signature")]
_FILE = Text(ja="定義ファイル", en="Definition file")

_STYLE = """
h3 { font-size: 1rem; margin: 1.8rem 0 .4rem; } h4 { font-size: .9rem; margin: 1.2rem 0 .3rem; }
.case { border: 1px solid var(--line); border-radius: .4rem; padding: .2rem 1rem 1rem; margin: 1rem 0; }
.case h3 { margin-top: .8rem; } .case h3 .verdict { margin-left: .6em; font-size: .8rem; }
.case ul { margin: 0; padding-left: 1.2em; } td.sign { height: 3rem; min-width: 14rem; }
.criterion th { white-space: nowrap; } .criterion td:nth-child(3) { min-width: 17em; }
.hash { font-family: monospace; font-size: .75rem; overflow-wrap: anywhere; }
@media print { .case, .criterion tr { break-inside: avoid; } #book { break-before: page; } }
"""


def case_page(
    programme: Text,
    topics: Mapping[str, Text],
    outcomes: list[Outcome],
    definitions: CaseDefinitions,
    periods: Mapping[str, Text],
    files: Iterable[DefinitionFile],
    language: Language = "ja",
) -> str:
    """The page, from `<!DOCTYPE html>` on; every text of a definition is escaped.

    `topics`: case file -> its topic; `outcomes`: of all files, in their order; `periods`: period -> its label; `files`:
    the definition files that are signed.
    """
    shown = _CasePage(definitions, periods, language)
    title = f"{_TITLE.in_(language)}: {programme.in_(language)}"
    wrong = sum(bool(each.differences) for each in outcomes)
    summary = (_DIFFER if wrong else _HOLD).in_(language).format(n=len(outcomes), wrong=wrong)
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p><span class="verdict {"not_achieved" if wrong else "achieved"}">{escape(summary)}</span></p>',
        paragraph(_ABOUT.in_(language)),
        *(
            joined(
                [
                    f"<section>\n<h2>{number}. {escape(topics[file].in_(language))}</h2>",
                    *(shown.case(f"{number}-{each.place + 1}", each) for each in group),
                    "</section>",
                ]
            )
            for number, (file, group) in enumerate(groupby(outcomes, key=lambda each: each.file), start=1)
        ),
        f'<section id="book">\n<h2>{escape(_BOOK.in_(language))}</h2>',
        paragraph(_BOOK_ABOUT.in_(language)),
        *rubric_book(definitions.criteria.values(), definitions.questions, language),
        "</section>",
        _signing(files, language),
    ]
    return page(title, body, language, _STYLE)


def _signing(files: Iterable[DefinitionFile], language: Language) -> str:
    rows = [f'<tr><td>{escape(file.name)}</td><td class="hash">{file.sha256}</td></tr>' for file in files]
    signatures = "".join('<td class="sign"></td>' for _ in _SIGNATURE)
    return joined(
        [
            f'<section id="signed">\n<h2>{escape(_SIGNING.in_(language))}</h2>',
            paragraph(_SIGNING_ABOUT.in_(language)),
            markup_table([_FILE.in_(language), "SHA-256"], rows),
            markup_table([each.in_(language) for each in _SIGNATURE], [f"<tr>{signatures}</tr>"]),
            "</section>",
        ]
    )


class _CasePage:
    """Cases in words, in one language."""

    def __init__(self, definitions: CaseDefinitions, periods: Mapping[str, Text], language: Language) -> None:
        self.definitions = definitions
        self.periods = periods
        self.language = language

    def say(self, text: Text) -> str:
        return text.in_(self.language)

    def quoted(self, words: str) -> str:
        return f"「{words}」" if self.language == "ja" else f"“{words}”"

    def case(self, number: str, outcome: Outcome) -> str:
        case = outcome.case
        holds = not outcome.differences
        kind, word = ("achieved", _AS_EXPECTED) if holds else ("not_achieved", _DIFFERENT)
        badge = f'<span class="verdict {kind}">{escape(self.say(word))}</span>'
        facts = [
            (_CRITERIA, escape(self._criteria(case))),
            (_LOOKED_AT, escape(self.say(self.periods[self.definitions.period_of(case) or ""]))),
            (_READING, escape(self._reading(case))),
            (_GIVEN, _listed(self._answers(case))),
            (_RATED, _listed(self._ratings(case))),
            (_APPLIES, _listed(self._rubric(outcome))),
            (_EXPECTED, escape(self._result(case.expected))),
            (_FOUND, escape(self._result(outcome.found))),
            (_REASON, escape(self.say(case.reason))),
        ]
        listed = "".join(f"<dt>{escape(self.say(name))}</dt><dd>{said}</dd>" for name, said in facts if said)
        heading = f"<h3>{number} {escape(self.say(case.name))}{badge}</h3>"
        return f'<article class="case" id="case-{number}">\n{heading}\n<dl>{listed}</dl>\n</article>'

    def _criteria(self, case: Case) -> str:
        labels = [self.say(self.definitions.criteria[name].label) for name in self.definitions.criteria_of(case)]
        return ("、" if self.language == "ja" else ", ").join(labels)

    def _reading(self, case: Case) -> str:
        measure = self.definitions.measure_of(case)
        if measure is None:
            return ""
        parts = [*([case.reading] if case.reading else []), *self._rules(measure)]
        return (" / " if self.language == "en" else "・").join(parts)

    def _rules(self, measure: Improvement) -> Iterator[str]:
        if measure.across is not None:
            yield self.say(_ACROSS[measure.across])
        if measure.min_days:
            yield self.say(_DAYS).format(measure.min_days)

    def _questions(self, case: Case) -> Mapping[str, Asked]:
        return self.definitions.questions[
            self.definitions.criteria[self.definitions.criteria_of(case)[0]].versions[0].form
        ]

    def _answers(self, case: Case) -> Iterator[str]:
        questions = self._questions(case)
        for answer in case.answered:
            for name, written in answer.answers.items():
                yield f"{answer.day} {self.say(questions[name].wording)} {self._written(questions[name], written)}"

    def _written(self, asked: Asked, written: str) -> str:
        if (kind := asked.missing.get(written)) is not None:
            return self.say(_MISSING[kind])
        label = asked.choices.get(asked.code_of(written) or "")
        return self.quoted(written if label is None else self.say(label))

    def _ratings(self, case: Case) -> Iterator[str]:
        several = len(self.definitions.criteria_of(case)) > 1
        for answer in case.answered:
            for given in answer.ratings:
                yield self._rating(case, answer, given, several=several)

    def _rating(self, case: Case, answer: GivenAnswer, given: GivenRating, *, several: bool) -> str:
        criterion = self.definitions.criteria[given.criterion or self.definitions.criteria_of(case)[0]]
        about = [self.say(criterion.label)] if several else []
        decision = [self.say(_DECISION)] if given.origin == "adjudicated" else []
        level = self.say(_UNJUDGED) if given.level == "cannot_be_judged" else self._level(given.level)
        words = self.say(_NO_EVIDENCE) if given.evidence is None else self.quoted(given.evidence)
        rounds = [self.say(_ROUND).format(given.round)] if given.round != FIRST_ROUND else []
        read = [self.say(_WORDS_READ).format(text) for text in given.read.values()]
        who = " ".join([str(answer.day), given.rater, *rounds, *decision, *about])
        comma = "、" if self.language == "ja" else ", "
        return f"{who}: {comma.join([level, words, *read])}"

    def _rubric(self, outcome: Outcome) -> Iterator[str]:
        """The versions in force on the answers' days, whose level counts first, the anchors expected and found."""
        case = outcome.case
        if len(self.definitions.criteria_of(case)) > 1:
            return
        criterion = self.definitions.criteria[self.definitions.criteria_of(case)[0]]
        versions = {version.version: version for version in (criterion.at(answer.day) for answer in case.answered)}
        for version in versions.values():
            yield f"{version_in_words(version, self.language)}: {precedence(version, self.language)}"
        yield from self._rules_met(case, criterion)
        numbers = {
            value
            for given in (case.expected, outcome.found)
            for value in (given.level, given.from_level, given.to_level)
        }
        for level in criterion.at(case.answered[-1].day).levels:
            if level.level in numbers:
                yield f"{self._level(level.level)}: {self.say(level.anchor)}"

    def _rules_met(self, case: Case, criterion: Criterion) -> Iterator[str]:
        """What a rule makes of each answer that it knows."""
        for answer in case.answered:
            rule = criterion.at(answer.day).rule
            asked = self._questions(case).get(rule.question) if rule else None
            code = asked.code_of(answer.answers.get(rule.question, "")) if rule and asked else None
            if rule and asked and code in rule.levels:
                said = self.quoted(self.say(asked.choices[code]))
                yield f"{answer.day} {self.say(_RULE).format(said, self._level(rule.levels[code]))}"

    def _level(self, level: object) -> str:
        return self.say(_NONE) if level in (None, "none") else self.say(LEVEL).format(level)

    def _result(self, given: Expected | Found) -> str:
        parts = []
        if given.counted is not None:
            parts.append(self.say(_COUNTED[given.counted]))
        elif given.change is not None:
            parts.append(self.say(STATES[given.change]))
            for word, level in ((_AT_FIRST, given.from_level), (_LATER, given.to_level)):
                if level is not None:
                    parts.append(self.say(word).format(self._level(level)))
            if given.standpoint is not None:
                parts.append(self.say(STANDPOINTS[given.standpoint]))
        else:
            parts.append(self._level(given.level))
            if given.origin is not None:
                parts += [self.say(ORIGINS[given.origin]), self.say(VERSION).format(given.version)]
        aside = given.set_aside if isinstance(given.set_aside, tuple) else (given.set_aside,)
        parts += [self.say(_SET_ASIDE.get(each, Text(ja=each, en=each))) for each in aside if each]
        return (" / " if self.language == "en" else "・").join(parts)


def _listed(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""
