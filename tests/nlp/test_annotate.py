import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nlp import annotate as annotate_module
from nlp import worker
from nlp.annotate import BATCH_TEXTS, annotate
from nlp.annotation import Annotation
from nlp.annotation_cache import AnnotationCache
from nlp.pipeline import analyser_id
from nlp.vocabulary import Vocabulary, Word
from nlp.worker import WorkerPool

ROOT = Path(__file__).resolve().parents[2]

PLACES = ["市役所", "学校", "病院", "工場", "教室", "駅", "ハローワーク", "公園"]
DEEDS = ["で相談した。", "が遠い。", "に行けなかった。", "の人が親切でした。", "で日本語を習う。\nうれしい。"]
TEXTS = [f"{number}月に{place}{deed}" for number in range(1, 9) for place in PLACES for deed in DEEDS]


@pytest.mark.model
@pytest.mark.timeout(300)
def test_two_workers_give_what_one_gives() -> None:
    texts = [*TEXTS, "仕事\ud800がない", "仕事がない。" * 700]
    assert len(texts) > 2 * BATCH_TEXTS
    alone = annotate(texts, workers=1)
    told: list[int] = []
    assert annotate(list(reversed(texts)), workers=2, progress=told.append) == alone
    assert sum(told) == len(alone)


@pytest.mark.model
def test_company_in_the_batch_changes_nothing() -> None:
    together = annotate(TEXTS)
    for text in TEXTS[::17]:
        assert annotate([text])[text] == together[text]


@pytest.mark.model
def test_missing_answers_are_passed_over() -> None:
    assert annotate(["家", None, float("nan"), "家"]).keys() == {"家"}  # type: ignore[list-item]


class _Counting:
    """Annotates nothing, and counts what it was asked."""

    def __init__(self, fail_at: str | None = None) -> None:
        self.asked: list[str] = []
        self._fail_at = fail_at

    def __call__(self, texts: list[str], vocabulary: Vocabulary) -> list[Annotation]:
        if self._fail_at in texts:
            raise KeyboardInterrupt
        self.asked += texts
        return [Annotation("analysed") for _ in texts]


def test_what_is_in_the_cache_is_not_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = _Counting()
    monkeypatch.setattr(worker, "annotate_batch", counting)
    with AnnotationCache(None, {"a": "b"}) as cache:
        annotate(TEXTS[:100], cache=cache)
        annotate(TEXTS, cache=cache)
    assert sorted(counting.asked[:100]) == sorted(TEXTS[:100])
    assert sorted(counting.asked) == sorted(TEXTS)


def test_an_interrupted_run_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "annotations.sqlite"
    last = max(TEXTS)
    monkeypatch.setattr(worker, "annotate_batch", _Counting(fail_at=last))
    with AnnotationCache(path, {"a": "b"}) as cache, pytest.raises(KeyboardInterrupt):
        annotate(TEXTS, cache=cache)
    counting = _Counting()
    monkeypatch.setattr(worker, "annotate_batch", counting)
    with AnnotationCache(path, {"a": "b"}) as cache:
        assert len(annotate(TEXTS, cache=cache)) == len(TEXTS)
    assert 0 < len(counting.asked) <= BATCH_TEXTS
    assert last in counting.asked


def test_batches_do_not_depend_on_the_order_of_the_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = []
    for texts in (TEXTS, list(reversed(TEXTS)), TEXTS * 2):
        counting = _Counting()
        monkeypatch.setattr(worker, "annotate_batch", counting)
        annotate(texts)
        orders.append(counting.asked)
    assert orders[0] == orders[1] == orders[2]


@pytest.mark.model
def test_every_process_annotates_with_the_vocabulary_it_is_given() -> None:
    word = Word(surface="もにゃもにゃ", norm="模似屋", reading="モニャモニャ")
    texts = [f"もにゃもにゃ{number}回" for number in range(2 * BATCH_TEXTS)]
    for workers in (1, 2):
        found = annotate(texts, workers=workers, vocabulary=Vocabulary((word,)))
        assert {annotation.tokens[0].norm for annotation in found.values()} == {"模似屋"}


@pytest.mark.model
@pytest.mark.timeout(120)
def test_a_worker_that_dies_is_an_error_and_not_a_hang() -> None:
    with WorkerPool(2) as pool:
        done = pool.map([TEXTS[:2], TEXTS[2:4], TEXTS[4:6]])
        for each in pool._workers:
            each.kill()
        with pytest.raises(RuntimeError, match="worker ended"):
            list(done)


# No main guard, and read from the standard input: neither may keep the workers from starting.
_CALLER = """
import sys
from nlp.worker import WorkerPool
with WorkerPool(2) as pool:
    done = pool.map([["仕事がない。" * 600] * 60] * 4)
    print(*(each._process.pid for each in pool._workers), flush=True)
    list(done)
"""


@pytest.mark.model
@pytest.mark.timeout(120)
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_workers_end_when_their_parent_is_killed() -> None:
    caller = subprocess.Popen(
        [sys.executable, "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with caller:
        assert caller.stdin is not None
        assert caller.stdout is not None
        caller.stdin.write(_CALLER.encode())
        caller.stdin.close()
        pids = [int(pid) for pid in caller.stdout.readline().split()]
        assert len(pids) == 2
        time.sleep(6)  # they have loaded the model and are amid a batch
        assert all(_is_running(pid) for pid in pids)
        caller.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(_is_running(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in pids if _is_running(pid)]


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.model
def test_the_cache_gives_back_what_the_analyser_gave() -> None:
    with AnnotationCache(None, analyser_id()) as cache:
        first = annotate(TEXTS[:70], cache=cache)
        assert annotate(TEXTS[:70], cache=cache) == first
        assert annotate_module.annotate(TEXTS[:70]) == first
