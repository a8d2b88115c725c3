"""What the organisations did: activity logs and interview records, planned so that readings of an indicator differ.

The numbers of events are a fixed plan (three numbers are baseline, interim, final); days, people and grounds are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from flows.sample.records import EXECUTING, SENDER, WAVES, Answer, Record, Wave, random_day, stream
from flows.sample.texts import Writer

PARTIES = tuple(
    f"{place}{kind}"
    for place in ("みなと市", "さくら市", "ひがし町", "中央区", "県", "北部")
    for kind in ("国際課", "教育委員会", "社会福祉協議会", "商工会", "国際交流協会", "病院")
)
METHODS = (
    "多言語SNS配信",
    "出張相談",
    "戸別訪問",
    "コミュニティリーダーとの連携",
    "学校での説明会",
    "職場訪問",
    "ラジオ番組",
)
STAKEHOLDERS = (
    "市国際課",
    "製造業組合",
    "教育委員会",
    "総合病院",
    "農業協同組合",
    "日本語学校",
    "商店街",
    "ハローワーク",
)
GROUNDS = ("議事録あり", "面談で確認", "報告書に記載", "チラシを受領", "協定書の写しあり", "先方のホームページで確認")

COOPERATION = {
    "org-a": (2, 3, 3),
    "org-b": (1, 1, 2),
    "org-c": (1, 2, 3),
    "org-d": (1, 1, 2),
    "org-e": (2, 3, 2),
    "org-f": (1, 2, 1),
}
"""Begun in each wave. Beside these: a joint case of org-a and org-b, and a case that org-d files twice."""
ENDING = {("org-e", 0): date(2024, 7, 31), ("org-a", 1): date(2025, 3, 31), ("org-c", 2): date(2026, 1, 31)}
"""The first cooperation begun in that wave has a known end; one ends on the eve of the last cut-off."""
OWN_INITIATIVE = {
    "org-a": (1, 2, 2),
    "org-b": (0, 1, 2),
    "org-c": (1, 2, 2),
    "org-d": (0, 2, 3),
    "org-e": (1, 3, 2),
    "org-f": (0, 2, 1),
}
WITHOUT_GROUNDS = {("org-b", "interim"): 1, ("org-d", "final"): 1}
CASES = {
    "org-a": (2, 2, 4),
    "org-b": (1, 2, 4),
    "org-c": (1, 1, 4),
    "org-d": (1, 1, 3),
    "org-e": (0, 1, 3),
    "org-f": (1, 1, 2),
}
"""Cases in progress, by the wave in which work began. Beside these: a joint case of org-a and org-d (interim)."""
MEETINGS = {
    "org-a": (5, 5, 12),
    "org-b": (4, 3, 10),
    "org-c": (4, 2, 9),
    "org-d": (2, 2, 6),
    "org-e": (4, 4, 9),
    "org-f": (3, 4, 5),
}
METHOD_STEPS = {
    "org-a": ("i", "uui", "uu"),
    "org-b": ("i", "u", "iiu"),
    "org-c": ("i", "ui", "uu"),
    "org-d": ("i", "iu", "uu"),
    "org-e": ("", "ii", "iuu"),
    "org-f": ("i", "u", ""),
}
"""Methods introduced (i) and used (u) in each wave, in the order of METHODS; each letter is the next method."""
ENGAGEMENT = {
    "org-a": (1, 2, 3),
    "org-b": (1, 3, 3),
    "org-c": (0, 2, 3),
    "org-d": (1, 2, 3),
    "org-e": (1, 2, 2),
    "org-f": (0, 2, 2),
}
ALLIANCE_MEETINGS = (2, 3, 8)
STUDY_MEETINGS = (1, 1, 3)
TALKS = (1, 3, 6)


@dataclass
class LogBook:
    """Collects the lines of all logs and interview records."""

    random: Random
    writer: Writer
    records: list[Record] = field(default_factory=list)

    def log(
        self,
        organisation: str,
        wave: Wave,
        event_type: str,
        case: str | None,
        day: datetime | None = None,
        **answers: Answer,
    ) -> Record:
        """File one line of an activity log; a line without `day` takes place on some day of the wave."""
        answers["event_type"] = event_type
        if case is not None:
            answers["case_id"] = case
        return self._file("activity_log", organisation, wave, day, answers)

    def interview(self, organisation: str, wave: Wave, **answers: Answer) -> Record:
        """File one interview record."""
        text = f"{answers['stakeholder']}の担当者から「{self.random.choice(GROUNDS)}」との話があった。"
        if organisation in ("org-b", "office") and self.random.random() < 0.3:
            text = self.writer.with_identifier(text, "ja")
        return self._file("interview", organisation, wave, None, {**answers, "evidence": text})

    def some_day(self, organisation: str, wave: Wave) -> datetime:
        """A day of the wave on which the organisation works."""
        return random_day(self.random, *SENDER[organisation].window(wave))

    def _file(
        self, form: str, organisation: str, wave: Wave, day: datetime | None, answers: dict[str, Answer]
    ) -> Record:
        record = Record(form, organisation, wave.id, "", day or self.some_day(organisation, wave), answers=answers)
        self.records.append(record)
        return record

    def grounds(self) -> str:
        """A short word on what a line rests on."""
        return self.random.choice(GROUNDS)

    def parties(self, number: int) -> tuple[str, ...]:
        """Some of the stakeholders."""
        return tuple(self.random.sample(PARTIES, number))


def draw_events(respondents: int, seed: int, writer: Writer) -> list[Record]:
    """Draw all activity-log lines and interview records, numbered in the order of their day."""
    book = LogBook(stream(seed, "events"), writer)
    for sender in EXECUTING:
        for number, wave in enumerate(WAVES):
            _support(book, sender.code, wave, max(respondents * sender.people_share, 1))
            _cooperation(book, sender.code, number, wave)
            _cases(book, sender.code, number, wave)
            _stakeholder_meetings(book, sender.code, number, wave)
            _methods(book, sender.code, number, wave)
            _interviews(book, sender.code, number, wave)
    for number, wave in enumerate(WAVES):
        _joint(book, number, wave)
        _office(book, number, wave)
    book.records.sort(key=lambda record: (record.answered_at, record.organisation))
    counters: dict[tuple[str, str], int] = {}
    for record in book.records:
        key = (record.organisation, record.form)
        counters[key] = counters.get(key, 0) + 1
        letters = ("Z" if record.organisation == "office" else record.organisation[-1].upper()) + record.form[0].upper()
        record.record_id = f"{letters}-{counters[key]:04d}"
    return book.records


def _support(book: LogBook, organisation: str, wave: Wave, people: float) -> None:
    """One line a month, on its last day: the number of support cases."""
    start, end = SENDER[organisation].window(wave)
    month = start
    while month < end:
        following = (month + timedelta(days=32)).replace(day=1)
        pace = 0.16 if organisation == "org-e" else 0.25
        cases = max(round(people * pace * book.random.uniform(0.8, 1.2)), 1)
        book.log(
            organisation,
            wave,
            "support",
            None,
            day=following - timedelta(days=1),
            cases_n=cases,
            evidence=book.grounds(),
        )
        month = following


def _cooperation(book: LogBook, organisation: str, number: int, wave: Wave) -> None:
    for n in range(COOPERATION[organisation][number]):
        case = f"{organisation[-1].upper()}-R{number}{n}"
        line: dict[str, Answer] = {"parties": book.parties(2), "evidence": book.grounds()}
        if n == 0 and (ends := ENDING.get((organisation, number))):
            line["ended_on"] = ends
        day = book.some_day(organisation, wave)
        book.log(organisation, wave, "cooperation", case, day=day, **line)
        if organisation == "org-d" and number == 1:
            book.log(organisation, wave, "cooperation", case, day=book.some_day(organisation, wave), **line)
    for n in range(OWN_INITIATIVE[organisation][number]):
        case = f"{organisation[-1].upper()}-O{number}{n}"
        book.log(organisation, wave, "own_initiative", case, parties=book.parties(1), evidence=book.grounds())
    for n in range(WITHOUT_GROUNDS.get((organisation, wave.id), 0)):
        case = f"{organisation[-1].upper()}-X{number}{n}"
        book.log(organisation, wave, "own_initiative", case, parties=book.parties(1))


def _cases(book: LogBook, organisation: str, number: int, wave: Wave) -> None:
    letter = organisation[-1].upper()
    for n in range(CASES[organisation][number]):
        nameless = organisation == "org-c" and number == 2 and n == 0
        book.log(
            organisation,
            wave,
            "case",
            None if nameless else f"{letter}-C{number}{n}",
            status="in_progress",
            parties=book.parties(2),
            evidence=book.grounds(),
        )
    if number < 2 and CASES[organisation][number + 1]:
        book.log(organisation, wave, "case", f"{letter}-C{number + 1}0", status="planned", parties=book.parties(2))
    if number == 2 and CASES[organisation][1]:
        book.log(organisation, wave, "case", f"{letter}-C10", status="carried_out", parties=book.parties(2))
    if number == 1 and organisation == "org-a":
        book.log(organisation, wave, "case", "A-C00", status="carried_out", parties=book.parties(2))


def _stakeholder_meetings(book: LogBook, organisation: str, number: int, wave: Wave) -> None:
    for n in range(MEETINGS[organisation][number]):
        book.log(
            organisation,
            wave,
            "stakeholder_meeting",
            f"{organisation[-1].upper()}-M{number}{n:02d}",
            attendees_n=book.random.randint(7, 14),
            parties=book.parties(3),
            hosts=(f"実行団体{organisation[-1].upper()}",),
            evidence=book.grounds(),
        )


def _methods(book: LogBook, organisation: str, number: int, wave: Wave) -> None:
    before = METHOD_STEPS[organisation][:number]
    for letter in ("i", "u"):
        begun = sum(steps.count(letter) for steps in before)
        for n in range(METHOD_STEPS[organisation][number].count(letter)):
            status = "introduced" if letter == "i" else "used"
            book.log(organisation, wave, "outreach_method", None, method=METHODS[begun + n], method_status=status)


def _interviews(book: LogBook, organisation: str, number: int, wave: Wave) -> None:
    highest = ENGAGEMENT[organisation][number]
    told = book.random.sample(STAKEHOLDERS, 3)
    for n, stakeholder in enumerate(told):
        level = highest if n == 0 else book.random.randint(0, highest)
        change = min(book.random.randint(0, number), 1 if number < 2 else 2)
        book.interview(
            organisation, wave, stakeholder=stakeholder, engagement_stage=str(level), change_stage=str(change)
        )


def _joint(book: LogBook, number: int, wave: Wave) -> None:
    """Joint cases and meetings, filed by two organisations under the same case number."""
    if number == 1:
        for organisation in ("org-a", "org-b"):
            book.log(organisation, wave, "cooperation", "J-R1", parties=("県国際課",), evidence=book.grounds())
        for organisation in ("org-a", "org-d"):
            book.log(
                organisation, wave, "case", "J-C1", status="in_progress", parties=("県国際課",), evidence=book.grounds()
            )
        for organisation in ("org-b", "org-c"):
            book.log(
                organisation,
                wave,
                "stakeholder_meeting",
                "J-M1",
                attendees_n=12 if organisation == "org-b" else 14,
                parties=("県国際課", "北部商工会"),
                hosts=("実行団体B", "実行団体C"),
            )


def _office(book: LogBook, number: int, wave: Wave) -> None:
    hosts = ("資金分配団体", "実行団体A")
    for n in range(ALLIANCE_MEETINGS[number]):
        case, day = f"Z-L{number}{n}", book.some_day("org-a", wave)
        guests = book.parties(7)
        book.log(
            "office", wave, "alliance_meeting", case, day=day, parties=guests, hosts=hosts, attendees_n=len(guests) + 9
        )
        if n % 2 == 0:
            book.log("org-a", wave, "alliance_meeting", case, day=day, parties=guests[:4], hosts=hosts[1:])
    for n in range(STUDY_MEETINGS[number]):
        before = sum(STUDY_MEETINGS[:number]) + n
        guests = PARTIES[before : before + 3]
        book.log(
            "office", wave, "study_meeting", f"Z-S{number}{n}", parties=guests, attendees_n=book.random.randint(18, 40)
        )
    for n in range(TALKS[number]):
        teller = ("office", "org-a", "org-c")[n % 3]
        book.log(
            teller, wave, "talk", f"Z-T{number}{n}", parties=book.parties(2), attendees_n=book.random.randint(20, 60)
        )
    for n in range((0, 2, 2)[number]):
        guests = PARTIES[:2] if (number, n) == (1, 0) else PARTIES[1:2] if number == 1 else book.parties(3)
        book.log("office", wave, "visit", f"Z-V{number}{n}", parties=guests, attendees_n=book.random.randint(5, 15))
    for edition in range((0, 2, 2)[number]):
        report = "Z-P1" if number == 1 or edition == 0 else "Z-P2"
        book.log("office", wave, "report", report, evidence=f"第{number + edition}版を公表")
    if number == 1:
        seen = (("office", 178, 236, 410), ("org-a", 171, 236, 0))
        for teller, attended, registered, viewed in seen:
            book.log(
                teller, wave, "survey_event", "Z-E1", attendees_n=attended, registered_n=registered, viewed_n=viewed
            )
    if number == 2:
        for n, attended in enumerate((205, 131)):
            book.log("office", wave, "survey_event", f"Z-E2{n}", attendees_n=attended, registered_n=attended + 40)
    for stakeholder in book.random.sample(STAKEHOLDERS, 2):
        change = ("0", "1", "2")[number]
        book.interview("office", wave, stakeholder=stakeholder, change_stage=change)
