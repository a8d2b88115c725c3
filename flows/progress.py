"""Progress of a run on the terminal: which stage, how far, how long each took. Counts only, never an answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from warehouse.definitions import Language, Text


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
        self._bar = TaskID(0)
        self._lock = Lock()

    def __enter__(self) -> StageProgress:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @contextmanager
    def stage(self, name: str, label: Text) -> Iterator[None]:
        """Show one stage while it runs."""
        started = time.monotonic()
        self._bar = self._bars.add_task(label.in_(self._language), total=None)
        yield
        done = self._bars.tasks[self._bar].completed or 1
        self._bars.update(self._bar, total=done, completed=done)
        self.seconds[name] = time.monotonic() - started
        if not self._console.is_terminal:
            self._console.print(f"{label.in_(self._language)} … {self.seconds[name]:.1f} s", highlight=False)

    def expect(self, units: int) -> None:
        """Say how many units the stage that runs has to do."""
        self._bars.update(self._bar, total=units)

    def expect_more(self, units: int) -> None:
        """Say of further units that the stage that runs has to do them; may be said from several threads."""
        with self._lock:
            self._bars.update(self._bar, total=(self._bars.tasks[self._bar].total or 0) + units)

    def advance(self, units: int = 1) -> None:
        """Count further units of the stage that runs as done."""
        self._bars.advance(self._bar, units)
