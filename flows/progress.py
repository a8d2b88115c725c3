"""Progress of a run on the terminal: which stage, how far, how long each took. Counts only, never an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from warehouse.definitions import Language, Text

Advance = Callable[[int], None]


class StageProgress:
    """Shows a bar a stage on a terminal, a line a stage elsewhere, and remembers how long each stage took."""

    def __init__(self, console: Console, language: Language) -> None:
        self.seconds: dict[str, float] = {}
        self._console = console
        self._language = language
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> StageProgress:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @contextmanager
    def stage(self, name: str, label: Text, total: int | None = None) -> Iterator[Advance]:
        """Show one stage while it runs; the function given counts further units done."""
        started = time.monotonic()
        bar = self._bars.add_task(label.in_(self._language), total=total)
        yield lambda units: self._bars.advance(bar, units)
        done = self._bars.tasks[bar].completed or 1
        self._bars.update(bar, total=total or done, completed=total or done)
        self.seconds[name] = time.monotonic() - started
        if not self._console.is_terminal:
            self._console.print(f"{label.in_(self._language)} … {self.seconds[name]:.1f} s", highlight=False)
