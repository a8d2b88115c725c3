"""What measuring gives: a figure, the responses behind it, and whom it covers."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from warehouse.evidence import Scope


@dataclass(frozen=True)
class Coverage:
    """Units included and excluded: eligible = measured + missing + class D, measured = class A or B + class C."""

    eligible_n: int
    class_ab_n: int
    class_c_n: int = 0
    class_d_n: int = 0

    @property
    def measured_n(self) -> int:
        """Units that stand behind the figure."""
        return self.class_ab_n + self.class_c_n

    @property
    def missing_n(self) -> int:
        """Units that should have been measured and were not."""
        return self.eligible_n - self.measured_n - self.class_d_n


def _no_members() -> pd.DataFrame:
    return pd.DataFrame({"response_id": pd.Series(dtype="str"), "in_numerator": pd.Series(dtype="bool")})


@dataclass(frozen=True)
class Measured:
    """A measured figure. `numerator` is None where nothing was measured (which is not zero).

    `denominator` is None for counts. `members`: response_id, in_numerator. `is_share`: numerator counts units of the
    denominator, so that an interval can be given. `complete`: False if a report that should be counted is missing.
    """

    numerator: int | None
    denominator: int | None
    coverage: Coverage
    members: pd.DataFrame = field(default_factory=_no_members)
    is_share: bool = False
    complete: bool = True


def members_of(rows: pd.DataFrame, in_numerator: pd.Series | bool) -> pd.DataFrame:
    """The responses of `rows` as members of a figure."""
    return pd.DataFrame({"response_id": rows["response_id"], "in_numerator": in_numerator}).drop_duplicates()


def class_of(rows: pd.DataFrame, question: str, scope: Scope) -> pd.Series:
    """Crosswalk class of each row's answer to a question, D where it has none, on the index of `rows`."""
    classes = scope.evidence.answer_classes.get(question)
    if classes is None:
        return pd.Series("D", index=rows.index)
    return rows["response_id"].map(classes).fillna("D")


def covered(
    rows: pd.DataFrame, unit: str, measured_units: pd.Series, worst: pd.Series, questions: list[str], scope: Scope
) -> Coverage:
    """Count units by class. Class D: an unmeasured unit none of whose responses could hold any of the answers."""
    unmeasured = rows[~rows[unit].isin(measured_units)]
    could_hold = pd.Series(not questions, index=unmeasured.index)
    for question in questions:
        could_hold |= class_of(unmeasured, question, scope) != "D"
    class_d = unmeasured[unit].nunique() - unmeasured.loc[could_hold, unit].nunique()
    return Coverage(
        eligible_n=rows[unit].nunique(),
        class_ab_n=int(worst.isin(["A", "B"]).sum()),
        class_c_n=int((worst == "C").sum()),
        class_d_n=class_d,
    )
