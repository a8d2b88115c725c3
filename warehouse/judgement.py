"""Verdicts: whether a figure reaches its target. Integers and exact fractions are compared, never rounded numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from warehouse.indicator_definitions import Verdict
from warehouse.intervals import wilson
from warehouse.measured import Coverage, Measured


@dataclass(frozen=True)
class Figure:
    """A measured figure with its judgement, ready to be a row of `out_indicator`."""

    numerator: int | None
    denominator: int | None
    target: Fraction | None
    verdict: Verdict
    shortfall: int | None
    coverage: Coverage
    is_share: bool = False
    defined: bool = True

    @property
    def value(self) -> float | None:
        """numerator / denominator, or the count itself; None where undefined."""
        if not self.defined or self.numerator is None or self.denominator == 0:
            return None
        return float(self.numerator) if self.denominator is None else self.numerator / self.denominator

    def interval(self) -> tuple[float, float] | None:
        """Wilson 95 % score interval of a share (Wilson 1927); None for anything else."""
        if not self.is_share or not self.denominator or self.numerator is None:
            return None
        return wilson(self.numerator, self.denominator)


def passes(numerator: int, denominator: int | None, target: Fraction) -> bool:
    """Whether numerator / denominator (or the count itself) is at least the target, compared in whole numbers."""
    return numerator * target.denominator >= target.numerator * (1 if denominator is None else denominator)


def shortfall(numerator: int, denominator: int | None, target: Fraction) -> int:
    """How much the numerator still lacks: the smallest k >= 0 with which numerator + k passes."""
    needed = target * (1 if denominator is None else denominator)
    return max(0, -(-needed.numerator // needed.denominator) - numerator)


def below_floor(coverage: Coverage, floor: Fraction) -> bool:
    """Whether too few of the people with a known crosswalk class rest on classes A and B."""
    known = coverage.measured_n + coverage.class_d_n
    return coverage.class_ab_n * floor.denominator < floor.numerator * known


def judged(found: Measured, target: Fraction | None, floor: Fraction) -> Figure:
    """Judge one figure against a number. No number: not applicable. Undefined: undetermined.

    A count that misses a report is a lower bound: it can be achieved, but not missed.
    """
    numerator, denominator = found.numerator, found.denominator
    if target is None:
        return Figure(numerator, denominator, None, "not_applicable", None, found.coverage, found.is_share)
    if numerator is None or denominator == 0:
        return Figure(numerator, denominator, target, "undetermined", None, found.coverage, found.is_share)
    missing = shortfall(numerator, denominator, target)
    verdict: Verdict = "achieved" if passes(numerator, denominator, target) else "not_achieved"
    if verdict == "not_achieved" and not found.complete:
        verdict = "undetermined"
    if verdict != "undetermined" and below_floor(found.coverage, floor):
        verdict = "reference"
    return Figure(numerator, denominator, target, verdict, missing, found.coverage, found.is_share)


def unless_disputed(figure: Figure, is_agreed: bool) -> Figure:
    """The figure as it stands where raters agree; else for reference only: it neither achieves nor misses a target."""
    if is_agreed or figure.verdict not in ("achieved", "not_achieved"):
        return figure
    return replace(figure, verdict="reference")


def undefined(numerator: int | None, target: Fraction, coverage: Coverage) -> Figure:
    """A figure that lacks what it would be compared with (an organisation's own target)."""
    return Figure(numerator, None, target, "undetermined", None, coverage, defined=False)


def all_pass(verdicts: list[Verdict]) -> Verdict:
    """The verdict where every one must pass: one failure decides, one open question leaves it open."""
    if not verdicts:
        return "undetermined"
    for decisive in ("not_achieved", "undetermined", "not_applicable", "reference"):
        if decisive in verdicts:
            return decisive
    return "achieved"


def share_passes(verdicts: list[Verdict], target: Fraction) -> Verdict:
    """The verdict where a share of them must pass, whatever the open ones would turn out to be."""
    passed, total = verdicts.count("achieved"), len(verdicts)
    still_open = total - passed - verdicts.count("not_achieved")
    if not total:
        return "undetermined"
    if passes(passed, total, target):
        return "achieved"
    return "undetermined" if passes(passed + still_open, total, target) else "not_achieved"


def of_several(verdicts: list[Verdict], target: Fraction | None, verdict: Verdict, coverage: Coverage) -> Figure:
    """The figure `how many of them pass`, with a verdict found from theirs."""
    passed, total = verdicts.count("achieved"), len(verdicts)
    missing = None
    if verdict not in ("undetermined", "not_applicable") and target is not None:
        missing = shortfall(passed, total, target)
    return Figure(passed, total, target, verdict, missing, coverage)


def together(coverages: list[Coverage]) -> Coverage:
    """Coverage of several organisations side by side."""
    return Coverage(
        eligible_n=sum(each.eligible_n for each in coverages),
        class_ab_n=sum(each.class_ab_n for each in coverages),
        class_c_n=sum(each.class_c_n for each in coverages),
        class_d_n=sum(each.class_d_n for each in coverages),
    )
