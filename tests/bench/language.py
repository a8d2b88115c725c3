"""How well languages are told: `python -m tests.bench.language`. Confusion, precision, load time and memory."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

from nlp.detector import detected
from nlp.language_rules import own_languages

_ANSWERS = {"Arab": "أحتاج إلى عمل", "Cyrl": "Мне нужна работа", "Latn": "Preciso de trabalho"}


def main() -> None:
    """Print the figures for both parts of the labelled set."""
    _cost()
    measure = _measure()
    for part in ("tuned_on", "held_out"):
        for prior in (None, "ja"):
            told = measure.tell(measure.labelled(part), prior=prior)
            print(f"\n{part}, questionnaire's language {prior or 'unknown'}: {told.pairs.total()} answers")
            print(
                f"  right {told.share_right:.3f}  wrong {told.share_wrong:.3f}  "
                f"open {1 - told.share_right - told.share_wrong:.3f}  precision of ja {told.japanese_precision:.3f}"
            )
            for (true, found), count in sorted(told.pairs.items()):
                if true != found:
                    print(f"  {true:8} told as {found:10} {count}")


def _cost() -> None:
    before = _resident()
    for script, among in own_languages().detected.items():
        started = time.perf_counter()
        detected(_ANSWERS[script], among)
        print(f"{script}: models loaded in {time.perf_counter() - started:.2f} s, {_resident() - before:.0f} MB so far")


def _resident() -> float:
    """Resident memory of this process in megabytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4_096 / 1e6


def _measure() -> ModuleType:
    place = Path(__file__).resolve().parents[1] / "nlp" / "language_set.py"
    spec = importlib.util.spec_from_file_location("language_set", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["language_set"] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
