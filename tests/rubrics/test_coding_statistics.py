"""Agreement of coders and accuracy of rules against other implementations."""

from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score, precision_score, recall_score
from statsmodels.stats.proportion import proportion_confint

from rubrics.coding_agreement import CONSENSUS, coder_agreement, consensus, consensus_table
from rubrics.rule_accuracy import PAIR_COLUMNS, rule_accuracy

VALUES = {"present": 1.0, "absent": 0.0, "cannot_tell": np.nan}


def codes_of(rng: np.random.Generator, texts_n: int, coders: int) -> pd.DataFrame:
    """Codes of a theme that is neither rare nor common, some of which cannot be told, some missing."""
    rows = [
        (f"T-{text}", "housing", f"c{coder}", str(rng.choice(["present", "absent", "cannot_tell"], p=[0.4, 0.5, 0.1])))
        for text in range(texts_n)
        for coder in range(coders)
        if rng.random() > 0.1
    ]
    return pd.DataFrame(rows, columns=["item_id", "theme_id", "coder", "code"])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("coders", [2, 3])
def test_agreement_is_that_of_other_implementations(seed: int, coders: int) -> None:
    codes = codes_of(np.random.default_rng(seed), 60, coders)
    found = coder_agreement(codes, ["housing"], 1).set_index(["coder_a", "coder_b", "statistic"])["value"]
    table = codes.assign(value=codes["code"].map(VALUES)).pivot(index="item_id", columns="coder", values="value")
    reference = krippendorff.alpha(table.to_numpy().T, level_of_measurement="nominal")
    assert found["*", "*", "alpha"] == pytest.approx(reference)
    both = table[["c0", "c1"]].dropna()
    assert found["c0", "c1", "kappa"] == pytest.approx(cohen_kappa_score(both["c0"], both["c1"]))
    agreed, share = (both["c0"] == both["c1"]).mean(), both.to_numpy().mean()
    by_chance = 2 * share * (1 - share)
    assert found["c0", "c1", "ac1"] == pytest.approx((agreed - by_chance) / (1 - by_chance)), "Gwet 2008"
    assert found["c0", "c1", "prevalence"] == pytest.approx(share)
    assert pd.isna(found["*", "*", "kappa"]) == (coders > 2)


def test_an_interval_lies_around_its_value() -> None:
    found = coder_agreement(codes_of(np.random.default_rng(9), 80, 2), ["housing"], 1)
    told = found.dropna(subset=["ci_low"])
    assert len(told) == len(found)
    assert ((told["ci_low"] <= told["value"]) & (told["value"] <= told["ci_high"])).all()


def test_what_coders_come_to() -> None:
    said = {
        ("present", "present"): "present",
        ("absent", "absent", "absent"): "absent",
        ("present", "absent"): "differ",
        ("present", "absent", "cannot_tell"): "differ",
        ("present", "cannot_tell"): "cannot_tell",
        ("cannot_tell", "cannot_tell"): "cannot_tell",
        ("present",): "one_coder",
    }
    assert {codes: consensus(codes) for codes in said} == said
    assert set(said.values()) == set(CONSENSUS)


def test_nobody_has_coded_a_theme() -> None:
    codes = codes_of(np.random.default_rng(1), 5, 2)
    found = coder_agreement(codes, ["health"], 1)
    assert found["value"].isna().all()
    assert set(found["texts_n"]) == {0}
    assert set(consensus_table(codes)["theme_id"]) == {"housing"}


def pairs_of(rng: np.random.Generator, texts_n: int) -> pd.DataFrame:
    """Texts with three themes each, of either half, with weights."""
    rows = []
    for text in range(texts_n):
        half, script = ("theme", "nothing")[text % 2], ("kanji", "kana")[text % 3 == 0]
        weight = float(rng.uniform(1, 20))
        for theme in ("health", "housing", "family"):
            by_hand = rng.random() < 0.4
            by_rule = by_hand if rng.random() < 0.8 else not by_hand
            rows.append((f"T-{text}", theme, by_hand, by_rule, weight, half, script))
    return pd.DataFrame(rows, columns=PAIR_COLUMNS)


@pytest.mark.parametrize("seed", range(4))
def test_accuracy_is_that_of_scikit_learn_with_and_without_weights(seed: int) -> None:
    pairs = pairs_of(np.random.default_rng(seed), 50)
    found = rule_accuracy(pairs, 1).set_index(["group", "name", "measure"])
    score = {"precision": precision_score, "recall": recall_score, "f1": f1_score}
    groups = {("all", "*"): pairs}
    groups |= {("theme", str(name)): rows for name, rows in pairs.groupby("theme_id")}
    groups |= {("script", str(name)): rows for name, rows in pairs.groupby("script")}
    assert {key[:2] for key in found.index} == set(groups)
    for key, rows in groups.items():
        for measure, of in score.items():
            row = found.loc[(*key, measure)]
            assert row["value"] == pytest.approx(of(rows["by_hand"], rows["by_rule"]))
            assert row["weighted"] == pytest.approx(of(rows["by_hand"], rows["by_rule"], sample_weight=rows["weight"]))
            assert row["weighted_low"] <= row["weighted"] <= row["weighted_high"]
            assert row["numerator"] / row["denominator"] == pytest.approx(row["value"])
            if key[0] == "theme" and measure != "f1":
                wilson = proportion_confint(row["numerator"], row["denominator"], method="wilson")
                assert (row["ci_low"], row["ci_high"]) == pytest.approx(wilson)
            else:
                assert pd.isna(row["ci_low"])


@given(st.permutations(range(30)), st.floats(0.5, 40))
def test_neither_the_order_nor_the_scale_of_weights_matters(order: list[int], factor: float) -> None:
    pairs = pairs_of(np.random.default_rng(3), 10)
    found = rule_accuracy(pairs, 1).set_index(["group", "name", "measure"])["weighted"]
    other = pairs.iloc[order].assign(weight=lambda rows: rows["weight"] * factor)
    again = rule_accuracy(other, 1).set_index(["group", "name", "measure"])["weighted"]
    assert again.reindex(found.index).to_numpy() == pytest.approx(found.to_numpy())


def test_what_has_no_denominator_has_no_value() -> None:
    pairs = pairs_of(np.random.default_rng(1), 6).assign(by_hand=False, by_rule=False)
    found = rule_accuracy(pairs, 1)
    assert found[["value", "weighted", "ci_low", "weighted_low"]].isna().to_numpy().all()
    assert set(found["denominator"]) == {0}
