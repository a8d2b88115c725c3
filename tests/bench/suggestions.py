"""How well suggestions do on real answers: the five levels of a satisfaction question from the reasons people wrote.

`python -m tests.bench.suggestions`: trained on the survey's first month, tried on the three months it holds three years
later. Everything (features, penalty, how rare levels are weighed, the baselines' n-grams, weighting and C) is chosen by
cross-validation grouped by respondent within the first month; the later months are looked at once, at the end.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from flows.answer_features import answer_of
from nlp.annotate import annotate
from nlp.annotation_cache import AnnotationCache
from nlp.characters import clean
from nlp.pipeline import analyser_id
from nlp.text_rules import OWN_FOLDER, read_text_rules
from nlp.word_vectors import word_vectors
from rubrics.suggestion.calibration import calibration_error, reliability
from rubrics.suggestion.evaluate import Figures, confusion, figures, held_out
from rubrics.suggestion.features import Answer
from rubrics.suggestion.matrix import Vectors
from rubrics.suggestion.ordinal import OrdinalSuggester, folds, suggested
from warehouse.definitions import DefinitionReader

QUESTION, REASON, RESPONDENT = "満足度", "満足度の理由", "会員ID"
LEVELS = {"とても不満": 1, "不満": 2, "どちらでもない": 3, "満足": 4, "とても満足": 5}
SCALE = tuple(LEVELS.values())
TRAINING, TEST = "202305", ("202606", "202607", "202608")
SEEDS = (0, 1, 2)
RESAMPLES_N = 2_000

NGRAMS = ((1, 3), (1, 4), (2, 4))
PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


def answers_with_reasons(folder: Path, months: Sequence[str]) -> pd.DataFrame:
    """Columns respondent, level, text, month: every response with a level and a reason."""
    tables = []
    for month in months:
        table = pd.read_csv(folder / f"{month}.csv", dtype=str, encoding="utf-8-sig").dropna(subset=[QUESTION, REASON])
        texts = [clean(text).text for text in table[REASON]]
        columns = {"respondent": table[RESPONDENT], "level": table[QUESTION].map(LEVELS), "text": texts, "month": month}
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def read_answers(texts: Sequence[str], cache_file: Path | None = None) -> tuple[list[Answer], Vectors]:
    """The texts as the model reads them, and the vectors of their words."""
    rules = read_text_rules(DefinitionReader(OWN_FOLDER))
    assert rules is not None
    with AnnotationCache(cache_file, analyser_id()) as cache:
        annotations = annotate(texts, workers=2, cache=cache)
    answers = [answer_of({REASON: text}, annotations, rules) for text in texts]
    norms = {word.norm for answer in answers for word in answer.words}
    return answers, word_vectors(norms | {said.lemma for answer in answers for said in answer.predicates})


@dataclass(frozen=True)
class Baseline:
    """TF-IDF of character n-grams and a multinomial logistic regression."""

    ngrams: tuple[int, int]
    sublinear: bool
    weighting: str | None
    penalty: float

    def predict(self, texts: Sequence[str], levels: NDArray[np.int64], unseen: Sequence[str]) -> NDArray[np.int64]:
        """Train on the texts and say a level for those unseen."""
        found = dict(self.with_penalties(texts, levels, unseen, [self.penalty]))
        return found[self.penalty]

    def with_penalties(
        self, texts: Sequence[str], levels: NDArray[np.int64], unseen: Sequence[str], penalties: Sequence[float]
    ) -> Iterator[tuple[float, NDArray[np.int64]]]:
        """The same for several penalties (C), sharing the matrix."""
        vectorizer = TfidfVectorizer(analyzer="char", ngram_range=self.ngrams, sublinear_tf=self.sublinear)
        known, asked = vectorizer.fit_transform(texts), vectorizer.transform(unseen)
        for penalty in penalties:
            model = LogisticRegression(C=penalty, class_weight=self.weighting, max_iter=3_000)
            yield penalty, model.fit(known, levels).predict(asked)


def mean_figures(several: Sequence[Figures]) -> tuple[float, float, float]:
    """Means of kappa, macro-F1 and absolute error."""
    rows = [(each.qwk or 0.0, each.macro_f1, each.mae) for each in several]
    qwk, macro_f1, mae = np.mean(rows, axis=0).tolist()
    return qwk, macro_f1, mae


def tuned_baselines(train: pd.DataFrame, seeds: Sequence[int] = SEEDS) -> dict[str, Baseline]:
    """The best of the grid by each metric, without and with balanced classes; prints the best of each n-gram range."""
    texts, levels = train["text"].to_numpy(), train["level"].to_numpy()
    found: dict[Baseline, tuple[float, float, float]] = {}
    for ngrams, sublinear, weighting in product(NGRAMS, (False, True), (None, "balanced")):
        said = {(seed, penalty): np.zeros_like(levels) for seed in seeds for penalty in PENALTIES}
        for seed in seeds:
            for known, unseen in folds(levels, list(train["respondent"]), seed):
                one = Baseline(ngrams, sublinear, weighting, 1.0)
                for penalty, each in one.with_penalties(texts[known], levels[known], texts[unseen], PENALTIES):
                    said[seed, penalty][unseen] = each
        for penalty in PENALTIES:
            means = mean_figures([figures(levels, said[seed, penalty], SCALE) for seed in seeds])
            found[Baseline(ngrams, sublinear, weighting, penalty)] = means
            print(f"  {ngrams} sublinear={sublinear!s:5} {weighting!s:8} C={penalty:<6} {row(means)}")
    best = {}
    for weighting, (place, metric) in product((None, "balanced"), enumerate(("QWK", "macro-F1"))):
        mine = [each for each in found if each.weighting == weighting]
        best[f"{weighting or 'plain'}, C by {metric}"] = max(mine, key=lambda each: found[each][place])
    return best


def row(values: Sequence[float]) -> str:
    """QWK, macro-F1 and MAE in a line."""
    return "  ".join(f"{value:6.3f}" for value in values)


def cross_validated(
    answers: Sequence[Answer], train: pd.DataFrame, vectors: Vectors | None, prior_weights: Sequence[float]
) -> dict[float, tuple[float, float, float]]:
    """Grouped cross-validation of the whole model, nested: for each prior weight its mean figures."""
    levels, respondents = train["level"].to_numpy(), list(train["respondent"])
    found: dict[float, list[Figures]] = {each: [] for each in prior_weights}
    for seed in SEEDS:
        unseen = held_out(OrdinalSuggester(SCALE, vectors, seed), answers, levels.tolist(), respondents)
        for weight in prior_weights:
            said = np.zeros_like(levels)
            for fold, model in enumerate(unseen.models):
                here = unseen.fold_of == fold
                said[here] = suggested(unseen.probabilities[here], model.frequencies_, SCALE, weight)
            found[weight].append(figures(levels, said, SCALE))
    return {weight: mean_figures(several) for weight, several in found.items()}


def difference(
    table: pd.DataFrame, metric: Callable[[pd.DataFrame, str], float], one: str, other: str, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of the difference of a metric, one less other: bootstrap over respondents, paired."""
    random = np.random.default_rng(seed)
    places = [np.asarray(each) for each in table.groupby("respondent").indices.values()]
    values = []
    for _ in range(RESAMPLES_N):
        drawn = table.iloc[np.concatenate([places[each] for each in random.integers(len(places), size=len(places))])]
        values.append(metric(drawn, one) - metric(drawn, other))
    low, high = np.quantile(values, [0.025, 0.975]).tolist()
    return low, high


def qwk(table: pd.DataFrame, column: str) -> float:
    """Quadratic weighted kappa of a column of suggestions."""
    return figures(table["level"], table[column], SCALE).qwk or 0.0


def macro_f1(table: pd.DataFrame, column: str) -> float:
    """Macro-F1 of a column of suggestions."""
    return figures(table["level"], table[column], SCALE).macro_f1


def shown(name: str, table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Print the figures of every column for some of the answers."""
    print(f"\n{name}: n={len(table)}, levels {table['level'].value_counts().sort_index().to_dict()}")
    for column in columns:
        each = figures(table["level"], table[column], SCALE)
        print(f"  {column:28} {row([each.qwk or 0.0, each.macro_f1, each.mae])}")


def main() -> None:
    """Cross-validation within the training month, then the test months once."""
    folder = Path(os.environ.get("MONOSASHI_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    data = answers_with_reasons(folder / "data/fukui_kanko", [TRAINING, *TEST])
    cache_file = Path(tempfile.gettempdir()) / "monosashi_bench_annotations.sqlite"
    answers, vectors = read_answers(list(data["text"]), cache_file)
    is_training = (data["month"] == TRAINING).to_numpy()
    train, test = data[is_training], data[~is_training].copy()
    known = [answers[each] for each in np.flatnonzero(is_training)]

    print(f"Cross-validation in {TRAINING}: n={len(train)}, {train['respondent'].nunique()} respondents, seeds {SEEDS}")
    print("  QWK, macro-F1, MAE (means)")
    weights = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0)
    for weight, means in cross_validated(known, train, vectors, weights).items():
        print(f"  suggestion model, prior weight {weight}: {row(means)}")
    without_predicates = [replace(answer, predicates=()) for answer in known]
    without_vectors = cross_validated(known, train, None, [0.7])[0.7]
    print(f"  … without word vectors: {row(without_vectors)}")
    print(f"  … without predicates:   {row(cross_validated(without_predicates, train, vectors, [0.7])[0.7])}")
    baselines = tuned_baselines(train)

    model = OrdinalSuggester(SCALE, vectors, seed=0).fit(known, train["level"].tolist(), list(train["respondent"]))
    unseen = [answers[each] for each in np.flatnonzero(~is_training)]
    test["model"] = model.predict(unseen)
    test["majority"] = int(train["level"].mode()[0])
    for name, baseline in baselines.items():
        print(f"\nbaseline {name}: {baseline}")
        test[name] = baseline.predict(train["text"], train["level"].to_numpy(), test["text"])
    columns = ["model", "majority", *baselines]
    print(f"\nTest: QWK, macro-F1, MAE; the model's choice {model.choice_}")
    shown("three months", test, columns)
    for month in TEST:
        shown(month, test[test["month"] == month], columns)
    shown("without people of the training month", test[~test["respondent"].isin(train["respondent"])], columns)
    for label, metric in (("QWK", qwk), ("macro-F1", macro_f1)):
        bar = max(baselines, key=lambda name: metric(test, name))
        low, high = difference(test, metric, "model", bar)
        print(
            f"{label}: model less {bar}: {metric(test, 'model') - metric(test, bar):+.3f} ({low:+.3f} to {high:+.3f})"
        )
    print(f"\nlevels given (rows) and suggested, three months\n{confusion(test['level'], test['model'], SCALE)}")
    table = reliability(model.predict_proba(unseen), test["level"], SCALE)
    print(f"\nreliability, three months (mean error {calibration_error(table):.3f})")
    print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=FutureWarning)
    main()
