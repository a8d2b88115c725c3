"""What the fast components are worth, and whether they change anything: `python -m tests.bench.analyser [FOLDER]`.

One run over the same texts, chunk by chunk in turn: the whole pinned pipeline as its makers ship it, and with the fast
components. Then two worker processes annotate the texts into a cache, and they are read from it again. The texts are
the real ones where they are at hand (MONOSASHI_SHARED, or the folder beside the project), else those of the CSV files
under FOLDER. Wall-clock seconds mean something on a quiet machine only; processor seconds are every process's own.
"""

from __future__ import annotations

import csv
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[2]
CHUNK_TEXTS = 1_024
STOCK_BATCH = 128
FAST_BATCH = 512
WORKERS = 2
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
T = TypeVar("T")


class Spent:
    """Seconds of processor (children that have ended included) and by the clock."""

    def __init__(self) -> None:
        self.processor = self.clock = 0.0

    def on(self, work: Callable[[], T]) -> T:
        """Do the work and add what it takes."""
        processor, clock = _processor_seconds(), time.monotonic()
        result = work()
        self.processor += _processor_seconds() - processor
        self.clock += time.monotonic() - clock
        return result


def measure_apart(folder: Path) -> None:
    """Measure in a process of its own, with one thread as a worker has."""
    command = [sys.executable, "-m", "tests.bench.analyser", str(folder)]
    subprocess.run(command, check=True, env=os.environ | ONE_THREAD)


def measure(texts: list[str]) -> None:
    """Measure and print."""
    _workers(texts, stock=_pipelines(texts))


def _pipelines(texts: list[str]) -> Spent:
    import spacy

    from nlp.fast.comparison import differences
    from nlp.fast.loading import fallbacks, load_fast
    from nlp.pipeline import MODEL_NAME

    stock, fast = spacy.load(MODEL_NAME), load_fast(MODEL_NAME)
    by_stock, by_fast = Spent(), Spent()
    differing: Counter[str] = Counter()
    differing_n = words_n = 0
    for model in (stock, fast):
        list(model.pipe(texts[:64]))
    for start in range(0, len(texts), CHUNK_TEXTS):
        chunk = texts[start : start + CHUNK_TEXTS]
        theirs = by_stock.on(partial(_analysed, stock, chunk, STOCK_BATCH))
        ours = by_fast.on(partial(_analysed, fast, chunk, FAST_BATCH))
        for one, other in zip(theirs, ours, strict=True):
            layers = differences(one, other)
            differing.update(layers)
            differing_n += bool(layers)
            words_n += len(one)
    print(f"\nnlp.pipe, one process: {len(texts)} texts, {words_n} words, all components of {MODEL_NAME}")
    print(f"{'':8}{'batch':>8}{'texts/processor s':>20}{'us/word':>10}{'ratio':>8}")
    for name, batch, spent in (("stock", STOCK_BATCH, by_stock), ("fast", FAST_BATCH, by_fast)):
        rate, cost, ratio = (
            len(texts) / spent.processor,
            spent.processor / words_n,
            by_stock.processor / spent.processor,
        )
        print(f"{name:8}{batch:8}{rate:20.1f}{cost * 1e6:10.1f}{ratio:8.2f}")
    print(f"texts with any difference: {differing_n} {dict(differing) or ''}")
    print(f"texts left to the stock components: {fallbacks(fast)}")
    return by_stock


def _analysed(model: Any, texts: list[str], batch_size: int) -> list[Any]:
    return list(model.pipe(texts, batch_size=batch_size))


def _workers(texts: list[str], stock: Spent) -> None:
    from nlp.annotate import annotate, annotated_batches
    from nlp.annotation_cache import AnnotationCache
    from nlp.pipeline import annotations_id
    from nlp.worker import WorkerPool

    starting, working, again = Spent(), Spent(), Spent()

    def first(cache: AnnotationCache, pool: WorkerPool) -> None:
        for batch in annotated_batches(texts, pool=pool, cache=cache):
            cache.store(batch.annotations)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "annotations.sqlite"
        begun = _processor_seconds()
        with AnnotationCache(path, annotations_id()) as cache, WorkerPool(WORKERS) as pool:
            starting.on(lambda: list(pool.map([["仕事"]] * WORKERS)))
            working.on(partial(first, cache, pool))
            peaks = [_peak_mebibytes(worker._process.pid) for worker in pool._workers]
        processor = _processor_seconds() - begun
        with AnnotationCache(path, annotations_id()) as cache:
            found = again.on(lambda: annotate(texts, cache=cache))
        size = path.stat().st_size
    assert len(found) == len(set(texts))
    print(f"\nthe same texts annotated by {WORKERS} worker processes and stored; texts/s by the clock")
    for name, seconds in (
        ("with the workers ready", working.clock),
        ("from start to end", starting.clock + working.clock),
    ):
        print(f"{name:24}{len(texts) / seconds:8.1f}   {stock.clock / seconds:.2f} x stock nlp.pipe in one process")
    print(f"{'peak memory of a worker':24}{max(peaks):8.0f} MiB")
    print(f"{'size of the cache':24}{size / len(texts):8.0f} bytes a text")
    cost = again.processor / processor
    print(f"{'again, from the cache':24}{len(texts) / again.clock:8.1f}   {cost:.2%} of the processor time")


def texts_for(folder: Path, at_most: int | None = None) -> list[str]:
    """Different answers with hiragana, the real ones where they are at hand, in the order of their files."""
    shared = Path(os.environ.get("MONOSASHI_SHARED", ROOT.parent / "shared")) / "data" / "fukui_kanko"
    found: dict[str, None] = {}
    for file in sorted(shared.glob("*.csv")) or sorted(folder.rglob("*.csv")):
        text = file.read_bytes().decode("utf-8-sig", "replace")
        for row in csv.reader(io.StringIO(text, newline="")):
            found |= dict.fromkeys(cell for cell in row if any("ぁ" <= character <= "ん" for character in cell))
    return list(found)[:at_most]


def _peak_mebibytes(pid: int) -> float:
    """The most memory a running process has had, as Linux counts (a child's own count begins with its parent's)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _processor_seconds() -> float:
    ours, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return ours.ru_utime + ours.ru_stime + theirs.ru_utime + theirs.ru_stime


if __name__ == "__main__":
    measure(texts_for(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
