"""`make bench`: where a wave's time goes, what annotation costs beside a plain `nlp.pipe`, and what a large pull costs.

Uses the sample's texts; with MONOSASHI_SHARED (or the folder beside the project) the real ones.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RESPONDENTS = 1_000
TEXTS = 1_000
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Run the benchmarks and print their figures, ratios of one run."""
    with tempfile.TemporaryDirectory() as folder:
        _wave(Path(folder))
        _annotation(_texts(Path(folder) / "inbox"))
    subprocess.run([sys.executable, "-m", "tests.bench.pull"], check=True)  # its own peak of memory


def _wave(folder: Path) -> None:
    from flows.prefect_server import prefect_server
    from flows.sample import write_sample

    write_sample(folder / "inbox", RESPONDENTS, seed=1)
    with prefect_server(folder / "prefect", with_services=False):
        from flows.run_wave import run_wave

        seconds: dict[str, dict[str, float]] = {}
        for name, data, workers in [("1 worker", "one", 1), ("2 workers", "two", 2), ("cache", "two", 2)]:
            outcome = run_wave(
                wave="interim",
                programme_folder=str(ROOT),
                inbox=str(folder / "inbox"),
                warehouse_url=f"sqlite:///{folder / data / 'warehouse.sqlite'}",
                data=str(folder / data),
                workers=workers,
            )
            seconds[name] = outcome.seconds
    print(f"\nwave `interim`, {RESPONDENTS} respondents, {outcome.analysed_n} texts analysed; seconds a stage")
    print(f"{'':12}" + "".join(f"{name:>12}" for name in seconds))
    for stage in outcome.seconds:
        print(f"{stage:12}" + "".join(f"{each[stage]:12.1f}" for each in seconds.values()))
    totals = {name: sum(each.values()) for name, each in seconds.items()}
    print(f"{'total':12}" + "".join(f"{total:12.1f}" for total in totals.values()))
    print(f"{'ratio':12}" + "".join(f"{totals['1 worker'] / total:12.2f}" for total in totals.values()))


def _texts(inbox: Path) -> list[str]:
    """Different Japanese answers: real ones where they are at hand."""
    shared = Path(os.environ.get("MONOSASHI_SHARED", ROOT.parent / "shared")) / "data" / "fukui_kanko"
    files = sorted(shared.glob("*.csv")) or sorted(inbox.rglob("questionnaire*.csv"))
    found: dict[str, None] = {}
    for file in files:
        text = file.read_bytes().decode("utf-8-sig", "replace")
        for row in csv.reader(text.splitlines()):
            found |= dict.fromkeys(cell for cell in row if len(cell) > 15 and any("ぁ" <= c <= "ん" for c in cell))
    return list(found)[:TEXTS]


def _annotation(texts: list[str]) -> None:
    from nlp.annotate import annotate
    from nlp.pipeline import load_model

    model = load_model()
    rates: dict[str, float] = {}
    started = time.process_time()
    for _ in model.pipe(texts, batch_size=128):
        pass
    rates["plain nlp.pipe"] = len(texts) / (time.process_time() - started)
    started = time.process_time()
    annotate(texts, workers=1)
    rates["annotate"] = len(texts) / (time.process_time() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{len(texts)} texts, one process, texts per CPU second (peak {peak:.0f} MiB)")
    for name, rate in rates.items():
        print(f"{name:16}{rate:8.1f}   ratio {rate / rates['plain nlp.pipe']:.2f}")


if __name__ == "__main__":
    main()
