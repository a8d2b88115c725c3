"""The synthetic programme's calendar and organisations, and the record that everything else is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

Answer = str | int | date | tuple[str, ...]
"""A valid answer as the codebook has it: a code or a text, a number, a day, ticked codes or identifiers."""


@dataclass(frozen=True)
class Wave:
    """A period and the files sent for it; instants are Japan time, `cut_off` is not included."""

    id: str
    start: datetime
    cut_off: datetime


WAVES = (
    Wave("baseline", datetime(2023, 7, 1), datetime(2024, 4, 1)),
    Wave("interim", datetime(2024, 4, 1), datetime(2024, 10, 1)),
    Wave("final", datetime(2024, 10, 1), datetime(2026, 2, 1)),
)
WAVE_NUMBER = {wave.id: number for number, wave in enumerate(WAVES)}


@dataclass(frozen=True)
class Sender:
    """An organisation that sends files: its share of the people, when they join it, and its crosswalk classes.

    `classes` holds the questions whose class differs from `usual_class`.
    """

    code: str
    people_share: float = 0.0
    joining: tuple[float, float, float] = (0.42, 0.33, 0.25)
    usual_class: str = "A"
    classes: dict[str, str] = field(default_factory=dict)
    active_until: date | None = None

    def class_of(self, question: str) -> str:
        """Class (A to D) in which this organisation's questionnaire answers `question`."""
        return self.classes.get(question, self.usual_class)

    def is_active(self, day: date) -> bool:
        """Whether the organisation is a member on `day`."""
        return self.active_until is None or day <= self.active_until

    def window(self, wave: Wave) -> tuple[datetime, datetime]:
        """The part of the wave's window in which the organisation works, end not included."""
        if self.active_until is None:
            return wave.start, wave.cut_off
        left = datetime.combine(self.active_until, datetime.min.time()) + timedelta(days=1)
        return wave.start, min(wave.cut_off, left)


EXECUTING = (
    Sender("org-a", 0.24),
    Sender("org-b", 0.19),
    Sender("org-c", 0.17),
    Sender("org-d", 0.15, usual_class="B", classes={"japanese_level": "C"}),
    Sender(
        "org-e",
        0.15,
        usual_class="B",
        classes={
            **dict.fromkeys(("japanese_level", "q1", "q3_text", "q4_text", "q5_level"), "C"),
            **dict.fromkeys(("consent_quote", "q2", "q5_text", "q6_text"), "D"),
        },
    ),
    Sender(
        "org-f",
        0.10,
        joining=(0.50, 0.40, 0.10),
        usual_class="B",
        classes={
            **dict.fromkeys(("q3_area", "q3_level", "q3_text", "q4_level"), "C"),
            **dict.fromkeys(
                ("japanese_level", "consent_quote", "q2", "q4_text", "q5_level", "q5_text", "q6_text"), "D"
            ),
        },
        active_until=date(2025, 6, 30),
    ),
)
OFFICE = Sender("office")
SENDERS = (*EXECUTING, OFFICE)
SENDER = {sender.code: sender for sender in SENDERS}


@dataclass
class Record:
    """One filled form as the generator drew it: what a faultless reader must get out of the files.

    `wave` is the wave whose file carries it; `answers` holds valid answers only; `missing` says which kind of
    missing answer the form shows for a question (without it the cell is blank). `rejected`: a fault was planted on it.
    """

    form: str
    organisation: str
    wave: str
    record_id: str
    answered_at: datetime
    respondent: str | None = None
    session: int = 1
    answers: dict[str, Answer] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rejected: bool = False


def stream(seed: int, name: str) -> Random:
    """An independent, reproducible source of random numbers for one purpose."""
    return Random(f"{seed}/{name}")


def random_day(random: Random, start: datetime, end: datetime) -> datetime:
    """A random midnight in [start, end)."""
    return start + timedelta(days=random.randrange(max((end - start).days, 1)))
