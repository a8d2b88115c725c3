"""Annotation of many texts: from the cache, in this process or in worker processes, always with the same result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nlp.annotation import Annotation
from nlp.annotation_cache import AnnotationCache
from nlp.vocabulary import Vocabulary
from nlp.worker import WorkerPool

BATCH_TEXTS: Final = 128
_FIND_TEXTS: Final = 2_048


@dataclass(frozen=True)
class AnnotatedBatch:
    """Annotations of some texts; `is_new` if they were made now and not found in the cache."""

    annotations: dict[str, Annotation]
    is_new: bool


def annotate(
    texts: Sequence[str],
    *,
    workers: int = 1,
    cache: AnnotationCache | None = None,
    progress: Callable[[int], None] | None = None,
    vocabulary: Vocabulary | None = None,
) -> dict[str, Annotation]:
    """Annotate every different text; new annotations go to the cache, words included, batch by batch.

    For texts without identifiers only: the cache may lie on disk. Values that are no text (missing answers) are
    passed over. `progress` is told how many more texts are done. `vocabulary`: a programme's, or the tool's own. The
    result does not depend on `workers`.
    """
    found: dict[str, Annotation] = {}
    with WorkerPool(workers, vocabulary) as pool:
        for batch in annotated_batches(texts, pool=pool, cache=cache):
            if batch.is_new and cache is not None:
                cache.store(batch.annotations)
            found.update(batch.annotations)
            if progress is not None:
                progress(len(batch.annotations))
    return found


def annotated_batches(
    texts: Iterable[str], *, pool: WorkerPool, cache: AnnotationCache | None, words: bool = True
) -> Iterator[AnnotatedBatch]:
    """Annotate every different text, batch by batch; what of it is stored is up to the caller.

    The texts not in the cache are sorted and cut into batches of 64, each of which one worker does alone. With
    `words=False`, annotations stored without lemma and norm will do.
    """
    missing: list[str] = []
    for some in _cut(sorted({text for text in texts if isinstance(text, str)}), _FIND_TEXTS):
        found = cache.find(some, words=words) if cache is not None else {}
        missing.extend(text for text in some if text not in found)
        if found:
            yield AnnotatedBatch(found, is_new=False)
    batches = list(_cut(missing, BATCH_TEXTS))
    for batch, done in zip(batches, pool.map(batches), strict=True):
        yield AnnotatedBatch(dict(zip(batch, done, strict=True)), is_new=True)


def _cut(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (texts[start : start + size] for start in range(0, len(texts), size))
