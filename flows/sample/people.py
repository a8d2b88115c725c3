"""People: who joins when, what they answer at the start, and who is followed up, late, or lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from flows.sample import phrases
from flows.sample.records import EXECUTING, WAVES, Record, Sender, Wave, random_day, stream
from flows.sample.texts import LANGUAGES, VERY_LONG_BYTES, Writer

SHARES: dict[str, dict[str, int]] = {
    "nationality": dict(
        zip(
            ("CHN", "VNM", "KOR", "PHL", "BRA", "NPL", "IDN", "MMR", "PER", "AFG", "JPN", "OTH"),
            (14, 20, 5, 13, 12, 11, 6, 6, 4, 4, 3, 2),
            strict=True,
        )
    ),
    "residence_status": dict(
        zip(
            (
                "permanent",
                "long_term",
                "spouse",
                "dependent",
                "student",
                "work",
                "trainee",
                "skilled",
                "designated",
                "other",
            ),
            (14, 16, 10, 14, 9, 10, 8, 8, 7, 4),
            strict=True,
        )
    ),
    "age_group": {"u20": 6, "20s": 28, "30s": 30, "40s": 20, "50s": 11, "o60": 5},
    "gender": {"female": 56, "male": 42, "other": 2},
    "japanese_level": {"none": 20, "basic": 38, "daily": 30, "work": 12},
    "consent_quote": {"yes": 70, "no": 30},
}
HOME_REGION = dict(
    zip((s.code for s in EXECUTING), ("kanto", "chubu", "kinki", "kanto", "kyushu", "west"), strict=True)
)
REGIONS = ("north", "kanto", "chubu", "kinki", "west", "kyushu")
LANGUAGE_WEIGHTS = (54, 14, 8, 11, 8, 5)
LANGUAGES_IN_CP932 = ("ja", "easy", "kana", "en")

CONNECTED_BY = ("1", "2", "4", "5", "6")
CHOSEN_FOR = ("1", "2", "3", "4", "5", "6")
CHANCE_CONNECTED = (0.55, 0.63, 0.78)  # by the wave of joining
CHANCE_CHOSEN = (0.40, 0.42, 0.62)
CHANCE_IMPROVED = (0.50, 0.60, 0.735)  # by the wave of the follow-up
CHANCE_HELPED = (0.55, 0.58, 0.76)
CHANCE_FOLLOWED_UP = (0.10, 0.80, 0.62)

LEVELS = (1, 2, 3, 4, 5)
EXPRESSIBLE: dict[tuple[str, str], tuple[int, ...]] = {
    ("org-e", "q5_level"): (2, 3, 4),
    ("org-f", "q3_level"): (1, 2, 4, 5),
    ("org-f", "q4_level"): (2, 3, 4),
}
"""Levels that an organisation's own form can express, where it has fewer."""


@dataclass
class Person:
    """One person; `joined` is when they first answered, by organisation."""

    respondent: str
    language: str
    areas: tuple[str, ...]
    attributes: dict[str, str]
    joined: dict[str, datetime] = field(default_factory=dict)


@dataclass
class People:
    """Everybody's questionnaire records, and who is in two organisations or was never followed up."""

    records: list[Record]
    two_organisations: list[str]
    lost: list[str]


def draw_people(respondents: int, seed: int, writer: Writer, very_long_text: bool) -> People:
    """Draw `respondents` people with all their questionnaire records, in the order of answering."""
    random = stream(seed, "people")
    people = [_draw_person(random, number) for number in range(respondents)]
    records: list[Record] = []
    lost: list[str] = []
    for person in people:
        taken: set[datetime] = set()
        drawn = [
            record
            for sender in EXECUTING
            if sender.code in person.joined
            for record in _answer(random, writer, person, sender, taken)
        ]
        records.extend(drawn)
        if len(drawn) == len(person.joined):
            lost.append(person.respondent)
    records.sort(key=lambda record: (record.answered_at, record.respondent or "", record.organisation))
    _number(records)
    _lengthen(records, writer, very_long_text)
    return People(records, [p.respondent for p in people if len(p.joined) > 1], lost)


def _draw_person(random: Random, number: int) -> Person:
    home, second = random.choices(EXECUTING, [sender.people_share for sender in EXECUTING], k=2)
    attributes = {name: random.choices(list(shares), list(shares.values()))[0] for name, shares in SHARES.items()}
    region = HOME_REGION[home.code] if random.random() < 0.8 else random.choice(REGIONS)
    languages = LANGUAGES_IN_CP932 if "org-b" in (home.code, second.code) else LANGUAGES
    person = Person(
        respondent=f"P{number + 1:06d}",
        language=random.choices(languages, LANGUAGE_WEIGHTS[: len(languages)])[0],
        areas=tuple(sorted(random.sample(list(phrases.NOUNS), random.randint(1, 3)), key=int)),
        attributes={**attributes, "region": region},
    )
    person.joined[home.code] = _joining_day(random, home)
    if random.random() < 0.03 and second is not home:
        person.joined[second.code] = _joining_day(random, second)
    return person


def _joining_day(random: Random, sender: Sender) -> datetime:
    wave = random.choices(WAVES, sender.joining)[0]
    start, end = sender.window(wave)
    if random.random() < 0.02:
        return end - timedelta(days=1)
    return random_day(random, start, end)


def _answer(random: Random, writer: Writer, person: Person, sender: Sender, taken: set[datetime]) -> list[Record]:
    """All records of one person at one organisation: the first answer, then the follow-ups."""
    joined = _free_day(person.joined[sender.code], taken)
    number = next((n for n, wave in enumerate(WAVES) if joined < wave.cut_off), len(WAVES) - 1)
    sent_with = number
    if number + 1 < len(WAVES) and (WAVES[number].cut_off - joined).days <= 7 and random.random() < 0.3:
        sent_with = number + 1
    options = EXPRESSIBLE.get((sender.code, "q3_level"), LEVELS)
    start_at = min(random.choices(range(5), (32, 35, 21, 8, 4))[0], len(options) - 1)
    first = _record(random, person, sender, WAVES[sent_with], joined)
    _answer_first(random, writer, person, sender, first, number, options[start_at])
    records = [first]
    missed = False
    for wave_number in range(number, len(WAVES)):
        wave = WAVES[wave_number]
        start, end = sender.window(wave)
        start = max(start, joined + timedelta(days=30))
        chance = CHANCE_FOLLOWED_UP[wave_number] * (0.65 if wave_number == number else 1) * (0.45 if missed else 1)
        if start >= end:
            continue
        missed = random.random() >= chance
        if missed:
            continue
        days = [random_day(random, start, end)]
        if random.random() < 0.06 and end == wave.cut_off:
            days = [wave.cut_off + timedelta(days=random.randrange(10))]
        elif random.random() < 0.15:
            days.append(random_day(random, start, end))
        for day in sorted(set(days)):
            record = _record(random, person, sender, wave, _free_day(day, taken))
            _answer_follow_up(random, writer, person, sender, record, wave_number, options, start_at)
            records.append(record)
    records.sort(key=lambda record: record.answered_at)
    for session, record in enumerate(records, start=1):
        record.session = session
    return records


def _free_day(day: datetime, taken: set[datetime]) -> datetime:
    """A person answers at most once a day; a clash moves one day on."""
    while day in taken:
        day += timedelta(days=1)
    taken.add(day)
    return day


def _record(random: Random, person: Person, sender: Sender, wave: Wave, day: datetime) -> Record:
    if sender.code == "org-a":
        day += timedelta(hours=random.randint(9, 23), minutes=random.randrange(60))
    elif sender.code == "org-d":
        day += timedelta(hours=random.randint(0, 23), minutes=random.randrange(60), seconds=random.randrange(60))
    record = Record("questionnaire", sender.code, wave.id, "", day, person.respondent)
    for name, code in person.attributes.items():
        if name == "residence_status" and random.random() < 0.02:
            code = "long_term"
        if name == "japanese_level" and sender.code == "org-d" and code == "work":
            code = "daily"
        _put(random, sender, record, name, code, chance_missing=0.025)
    areas = person.areas
    if random.random() < 0.2:
        areas = tuple(sorted({*areas, random.choice(list(phrases.NOUNS))}, key=int))
    _put(random, sender, record, "q3_area", areas, chance_missing=0.03)
    return record


def _answer_first(
    random: Random, writer: Writer, person: Person, sender: Sender, record: Record, wave_number: int, level: int
) -> None:
    known_by = ("1", "2", "4") if sender.code == "org-f" else CONNECTED_BY
    elsewise = ("3", "7") if sender.code == "org-f" else ("3", "7", "8")
    _put(random, sender, record, "q1", _ticks(random, CHANCE_CONNECTED[wave_number], known_by, elsewise), 0.04)
    _put(random, sender, record, "q2", _ticks(random, CHANCE_CHOSEN[wave_number], CHOSEN_FOR, ("7", "8")), 0.05)
    _put(random, sender, record, "q3_level", str(level), 0.04)
    record.missing["q4_level"] = record.missing["q5_level"] = "not_asked"
    _write(random, sender, record, "q3_text", lambda: writer.difficulty(person.language, person.areas))
    _write(random, sender, record, "q6_text", lambda: writer.wish(person.language))


def _answer_follow_up(
    random: Random,
    writer: Writer,
    person: Person,
    sender: Sender,
    record: Record,
    wave_number: int,
    options: tuple[int, ...],
    start_at: int,
) -> None:
    record.missing["q1"] = record.missing["q2"] = "not_asked"
    place = start_at
    if random.random() < CHANCE_IMPROVED[wave_number]:
        place = min(start_at + random.choices((1, 2, 3), (6, 3, 1))[0], len(options) - 1)
    elif random.random() < 0.3:
        place = max(start_at - 1, 0)
    _put(random, sender, record, "q3_level", str(options[place]), 0.04)
    change = 4 + (place - start_at > 1) if place > start_at else 3 if place == start_at else 2
    change = min(max(change + random.choices((-1, 0, 1), (1, 8, 1))[0], 1), 5)
    change = _nearest(change, EXPRESSIBLE.get((sender.code, "q4_level"), LEVELS))
    _put(random, sender, record, "q4_level", str(change), 0.03)
    helped = random.choice((4, 5)) if random.random() < CHANCE_HELPED[wave_number] else random.choice((1, 2, 3, 3))
    helped = _nearest(helped, EXPRESSIBLE.get((sender.code, "q5_level"), LEVELS))
    _put(random, sender, record, "q5_level", str(helped), 0.08)
    _write(random, sender, record, "q3_text", lambda: writer.difficulty(person.language, person.areas))
    _write(random, sender, record, "q4_text", lambda: writer.change(person.language, person.areas, change))
    _write(random, sender, record, "q5_text", lambda: writer.help(person.language, helped))
    _write(random, sender, record, "q6_text", lambda: writer.wish(person.language))


def _ticks(random: Random, chance: float, counted: tuple[str, ...], elsewise: tuple[str, ...]) -> tuple[str, ...]:
    """Ticked codes: with `chance` some of `counted` (perhaps with "3" or "7" beside them), else one of `elsewise`."""
    if random.random() >= chance:
        return (random.choice(elsewise),)
    ticked = set(random.sample(counted, random.choices((1, 2, 3), (6, 3, 1))[0]))
    if random.random() < 0.08:
        ticked.add(elsewise[0])
    return tuple(sorted(ticked))


def _put(
    random: Random, sender: Sender, record: Record, question: str, value: str | tuple[str, ...], chance_missing: float
) -> None:
    """Answer a question, or leave one kind of missing; class D questions do not stand on the form."""
    if sender.class_of(question) == "D":
        return
    if random.random() >= chance_missing:
        record.answers[question] = value
    elif (kind := random.choice(("blank", "no_answer", "unknown"))) != "blank":
        record.missing[question] = kind


def _write(random: Random, sender: Sender, record: Record, question: str, write: Callable[[], str]) -> None:
    """Write a text answer, unless the form has no such question or the person leaves it blank."""
    if sender.class_of(question) == "D" or random.random() < 0.12:
        return
    text = write()
    if sender.code != "org-b" and random.random() < 0.04:
        text += random.choice(phrases.EMOJI)
    record.answers[question] = text


def _nearest(level: int, options: tuple[int, ...]) -> int:
    return min(options, key=lambda option: (abs(option - level), option))


def _number(records: list[Record]) -> None:
    """Give each organisation's records their running numbers, in the order of answering."""
    counters = dict.fromkeys((sender.code for sender in EXECUTING), 0)
    for record in records:
        counters[record.organisation] += 1
        letter = record.organisation[-1].upper()
        record.record_id = f"{letter}Q-{counters[record.organisation]:05d}"


def _lengthen(records: list[Record], writer: Writer, very_long_text: bool) -> None:
    """Give the first records of the first and third organisation a long text; one of them a very long one."""
    for organisation in ("org-a", "org-c"):
        for record in [r for r in records if r.organisation == organisation][:1]:
            record.answers["q3_text"] = _text(record) + writer.long(("1", "4"))
    if very_long_text:
        for record in [r for r in records if r.organisation == "org-a"][1:2]:
            record.answers["q3_text"] = _text(record) + writer.long(("2", "6"), characters=VERY_LONG_BYTES // 3)


def _text(record: Record) -> str:
    return str(record.answers.get("q3_text", ""))
