"""Every free text of the four months of the real survey, through a wave: `python -m tests.bench.open_texts [WORKERS]`.

Needs the real data (MONOSASHI_SHARED, or the folder beside the project). It prints what became of the texts, how many
hold a theme, the seconds of each stage, the texts a second beside a plain `nlp.pipe` of the stock model in the same
run, the peak memory, and ten matches drawn at random with their words, of texts that were published as open data.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from tests.bench.analyser import ROOT, STOCK_BATCH

LAST_MONTH = "202608"
MATCHES = 10
SEED = 1
SHOWN_CHARACTERS = 60


def main(workers: int) -> None:
    """Run the last month's wave, which reads all four, and print its figures."""
    from flows.prefect_server import prefect_server
    from warehouse.engine import opened
    from warehouse.read import published_run, read_table

    shared = Path(os.environ.get("MONOSASHI_SHARED", ROOT.parent / "shared"))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/warehouse.sqlite"
        with prefect_server(Path(folder) / "prefect", with_services=False):
            from flows.run_wave import run_wave

            outcome = run_wave(
                wave=LAST_MONTH,
                programme_folder=str(ROOT / "tests" / "programmes" / "fukui_kanko"),
                inbox=str(shared / "data" / "fukui_kanko"),
                warehouse_url=url,
                data=f"{folder}/data",
                workers=workers,
            )
        own, children = (
            resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        with opened(url) as engine:
            run_id = published_run(engine, LAST_MONTH)
            texts, themes, answers = (
                read_table(engine, name, run_id) for name in ("core_text", "core_theme", "core_answer")
            )
    key = ["response_id", "question_id"]
    words = texts.merge(answers[[*key, "value_text"]], on=key)
    print(f"{outcome.accepted_n} responses, {outcome.rejected_n} rejected; {len(words)} answers in words")
    print(words["state"].value_counts().to_string())
    _print_coverage(words[words["state"].isin(["analysed", "too_long_cut"])], themes)
    for stage, seconds in outcome.seconds.items():
        print(f"{stage:12}{seconds:8.1f} s")
    print(f"peak memory: {own:.0f} MiB the flow, {children:.0f} MiB its largest child")
    different = list(dict.fromkeys(words["value_text"].dropna()))
    _print_rates(different, outcome.seconds["mask"] + outcome.seconds["analyse"])
    _print_matches(themes, words)


def _print_coverage(analysed: pd.DataFrame, themes: pd.DataFrame) -> None:
    coded = themes[["response_id", "question_id"]].drop_duplicates()
    print(f"with a theme: {len(coded)} of {len(analysed)} ({len(coded) / len(analysed):.1%}); {len(themes)} matches")
    by_question = coded["question_id"].value_counts()
    for question, of in analysed["question_id"].value_counts().items():
        print(f"  {question:28}{by_question.get(question, 0):6} of {of:6} ({by_question.get(question, 0) / of:.1%})")
    by_theme = themes[["response_id", "theme_id"]].drop_duplicates()["theme_id"].value_counts()
    print(by_theme.to_string())


def _print_rates(texts: list[str], seconds: float) -> None:
    import spacy

    from nlp.pipeline import MODEL_NAME

    stock = spacy.load(MODEL_NAME)
    start = time.monotonic()
    for _ in stock.pipe(texts, batch_size=STOCK_BATCH):
        pass
    plain = time.monotonic() - start
    ours = len(texts) / seconds
    print(f"masked, annotated and coded: {len(texts)} different texts in {seconds:.1f} s, {ours:.1f} a second")
    print(f"plain nlp.pipe of the stock model, one process: {plain:.1f} s, {len(texts) / plain:.1f} a second")
    print(f"ratio: {plain / seconds:.2f}")


def _print_matches(themes: pd.DataFrame, words: pd.DataFrame) -> None:
    drawn = themes.sample(MATCHES, random_state=SEED).merge(words, on=["response_id", "question_id"])
    print(f"\n{MATCHES} matches drawn at random (seed {SEED})")
    for row in drawn.to_dict("records"):
        text, start, end = row["value_text"], row["start"], row["end"]
        assert text[start:end] == row["quote"]
        before, after = text[max(0, start - SHOWN_CHARACTERS) : start], text[end : end + SHOWN_CHARACTERS]
        shown = f"{before}【{row['quote']}】{after}".replace("\n", " ")
        print(f"  {row['theme_id']:24}{row['rule_id']} v{row['rule_version']} {row['clause']}: {shown}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
