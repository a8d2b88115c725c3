"""Worker processes for annotation: `python -m nlp.worker`, a line of JSON in, a line of JSON out.

The first line is the vocabulary. A worker opens its dictionary with it and sees that it is in force, as every process
does; it does not trust what the parent has in memory, which is lost on the way to another process.

Plain child processes rather than a multiprocessing pool: they do not import the caller's main module again (a script
without a main guard, a notebook and pytest are all fine), numeric libraries get their settings before they start, and
they end when their input does, which the kernel sees to even if the parent is killed.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, cast

from nlp.annotation import Annotation, from_plain, to_plain
from nlp.dictionary import open_dictionary
from nlp.pipeline import annotate_batch, check_versions
from nlp.vocabulary import Vocabulary, own_vocabulary

_ROOT = Path(__file__).resolve().parents[1]


class WorkerPool:
    """Annotates batches: one worker is this process itself, more are child processes with the model loaded once each.

    The processes start with the first batches that are worth it, so nothing starts where all is in the cache.
    """

    def __init__(self, workers: int, vocabulary: Vocabulary | None = None) -> None:
        self._workers_n = workers
        self._vocabulary = vocabulary or own_vocabulary()
        self._workers: list[_Worker] = []
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="annotation")

    def map(self, batches: Sequence[Sequence[str]]) -> Iterator[list[Annotation]]:
        """Annotate batches, in their order.

        Raises UserMistake without the pinned model and dictionary, RuntimeError if a worker process ends before its
        work does.
        """
        if self._workers_n == 1 or (not self._workers and len(batches) < 2):
            return (annotate_batch(batch, self._vocabulary) for batch in batches)
        if not self._workers:
            check_versions()
            open_dictionary(self._vocabulary)  # so that a word not in force is said here, and not by a dying worker
            self._workers = [_Worker(self._vocabulary) for _ in range(self._workers_n)]
            for worker in self._workers:
                self._free.put(worker)
        return self._threads.map(self._annotate, batches)

    def _annotate(self, batch: Sequence[str]) -> list[Annotation]:
        worker = self._free.get()
        try:
            return worker.annotate(batch)
        finally:
            self._free.put(worker)

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.close()


class _Worker:
    """The parent's end of one worker process."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        # One thread a worker: several would only take each other's processor.
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": path}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "nlp.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=_ROOT,
        )
        self._texts = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._unsaid = vocabulary.to_json().encode() + b"\n"  # said with the first texts, while the others start

    def annotate(self, texts: Sequence[str]) -> list[Annotation]:
        try:
            self._texts.write(self._unsaid + json.dumps(list(texts)).encode() + b"\n")
            self._texts.flush()
            self._unsaid = b""
            answer = self._answers.readline()
        except (BrokenPipeError, ValueError):
            answer = b""
        if not answer:
            raise RuntimeError(f"an annotation worker ended with status {self._process.poll()}")
        return [from_plain(text, plain) for text, plain in zip(texts, json.loads(answer), strict=True)]

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.wait()
        for pipe in (self._texts, self._answers):
            with suppress(BrokenPipeError):
                pipe.close()


def _serve() -> None:
    """Answer batches until the input ends; then, or when the parent is gone, end at once, even amid a batch."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to handle
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not come between the answers
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    vocabulary = Vocabulary.from_json(lines.get())
    while True:
        annotations = annotate_batch(json.loads(lines.get()), vocabulary)
        answers.write(json.dumps([to_plain(annotation) for annotation in annotations]).encode() + b"\n")
        answers.flush()


def _read(lines: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        lines.put(line)
    os._exit(0)


if __name__ == "__main__":
    _serve()
