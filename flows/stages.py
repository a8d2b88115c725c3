"""A stage of the wave flow as a Prefect task: shown on the terminal, timed, retried where that makes sense.

An unexpected error may quote data in its message, and Prefect keeps messages: only its type and place go on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from flows.failures import StageFailure, where
from flows.progress import StageProgress
from warehouse.definitions import Text, UserMistake
from warehouse.load import LoadError

P = ParamSpec("P")
R = TypeVar("R")


class HasProgress(Protocol):
    """The first argument of every stage."""

    progress: StageProgress


def stage(name: str, ja: str, en: str, *, retries: int = 0) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a function a stage. Only what can go well at a second try (files, the database) has `retries`."""

    def decorate(function: Callable[P, R]) -> Task[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            wave: Any = args[0]
            with wave.progress.stage(name, Text(ja=ja, en=en)):
                try:
                    return function(*args, **kwargs)
                except UserMistake:
                    raise
                except LoadError as error:
                    raise StageFailure(f"{name}: {error}") from None
                except Exception as error:
                    raise StageFailure(f"{name}: {where(error)}") from None

        as_task = task(
            name=name,
            cache_policy=NO_CACHE,
            persist_result=False,
            retries=retries,
            retry_delay_seconds=2,
            retry_condition_fn=_is_worth_a_retry,
            log_prints=False,
        )
        return as_task(run)

    return decorate


def _is_worth_a_retry(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    return not isinstance(state.result(raise_on_failure=False), UserMistake)
