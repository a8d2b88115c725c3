"""Waves by schedule: each wave of the programme is a Prefect deployment, run when it is due in the programme's zone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prefect import Flow, flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.runner import Runner
from prefect.schedules import Cron, RRule, Schedule
from prefect.types.entrypoint import EntrypointType
from rich.console import Console

from flows.failures import said
from flows.prefect_server import end_with_parent
from flows.programme import Programme
from flows.provenance import ROOT
from flows.run_wave import run_wave
from warehouse.definitions import Language, Text, UserMistake, fault
from warehouse.periods import Period


def serve_waves(
    programme: Programme, inbox: Path, warehouse_url: str, data: Path, workers: int, language: Language
) -> None:
    """Register every wave that has a schedule and run them, one at a time, as they fall due, until interrupted.

    Registering again replaces what was registered before, and with it every run that had not begun: an instant that
    passed while nothing was served, or a cron line's turns, are not made up for. Raises UserMistake if no wave has a
    schedule.
    """
    parameters = {
        "programme_folder": str(programme.folder.resolve()),
        "inbox": str(inbox.resolve()),
        "warehouse_url": warehouse_url,
        "data": str(data.resolve()),
        "workers": workers,
        "language": language,
    }
    deployments = [
        scheduled_wave.to_deployment(
            name=f"{programme.settings.id}-{period.id}",
            parameters={"wave": period.id, **parameters},
            schedules=[_schedule(period, programme.zone)],
            description=period.label.in_(language),
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for period in scheduled(programme)
    ]
    os.chdir(ROOT)  # Prefect imports from the current folder first, and a programme's has rooms named like our packages
    runner = Runner(limit=1, pause_on_shutdown=False)  # the server ends with us: nothing is left to be paused
    for deployment in deployments:
        runner.add_deployment(deployment)  # type: ignore[arg-type]  # only a coroutine where the caller is one
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_until_ended(runner))


async def _until_ended(runner: Runner) -> None:
    """Let a runner work until Ctrl-C or SIGTERM; its own handler of the latter would leave a stack trace behind."""
    loop, work = asyncio.get_running_loop(), asyncio.ensure_future(runner.start())
    runner.handle_sigterm = lambda *_: loop.call_soon_threadsafe(work.cancel)  # type: ignore[assignment, method-assign]
    await work


def scheduled(programme: Programme) -> list[Period]:
    """The periods that have a schedule. Raises UserMistake if none has."""
    found = [period for period in programme.settings.periods if period.schedule is not None]
    if not found:
        raise UserMistake(
            [
                fault(
                    "flows/programme.yml",
                    "periods",
                    ("予定(schedule)のある時点がありません", "no period has a schedule"),
                    ("schedule に at か cron を書いてください", "at or cron was expected under schedule"),
                )
            ]
        )
    return found


def announced(programme: Programme) -> Iterator[Text]:
    """When each wave that has a schedule will run."""
    for period in scheduled(programme):
        at, cron = (period.schedule.at, period.schedule.cron) if period.schedule else (None, None)
        when = f"cron {cron}" if at is None else at.astimezone(programme.zone).isoformat(sep=" ")
        if at is not None and at <= datetime.now(UTC):
            yield Text(
                ja=f"{period.id}: {when} は過ぎたため実行しません", en=f"{period.id}: {when} has passed, not run"
            )
        else:
            yield Text(ja=f"{period.id}: {when} に実行します", en=f"{period.id}: runs at {when}")


def _say_crash(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Told by Prefect in the process of `serve`, where a run's own process could say nothing."""
    language: Language = "en" if flow_run.parameters["language"] == "en" else "ja"
    said = Text(
        ja="実行の途中でプロセスが終了しました。メモリと空き容量を確かめ、monosashi run で実行し直してください。",
        en="its process ended before it was done. Check memory and disk, and run the wave again with monosashi run.",
    )
    _terminal().print(f"{flow_run.parameters['wave']}: {said.in_(language)}")


def _terminal() -> Console:
    return Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


@flow(name="wave", log_prints=False, persist_result=False, validate_parameters=False, on_crashed=[_say_crash])
def scheduled_wave(
    wave: str,
    programme_folder: str,
    inbox: str,
    warehouse_url: str,
    data: str,
    workers: int,
    language: Language,
) -> None:
    """Run a wave in the process that Prefect starts for it, and say what it came to where `serve` was started.

    Raises what `run_wave` raises, so that Prefect shows the run as failed.
    """
    end_with_parent(os.getppid())
    terminal = _terminal()
    try:
        outcome = run_wave.fn(wave, programme_folder, inbox, warehouse_url, data, workers, language)
    except Exception as error:
        for line in said(error, language):
            terminal.print(f"{wave}: {line}")
        raise
    for line in outcome.lines(language):
        terminal.print(f"{wave}: {line}")


def _schedule(period: Period, zone: ZoneInfo) -> Schedule:
    if period.schedule is None:
        raise ValueError(f"{period.id} has no schedule")
    if period.schedule.cron is not None:
        return Cron(period.schedule.cron, timezone=zone.key)
    if period.schedule.at is None:
        raise ValueError(f"{period.id} has an empty schedule")
    start = period.schedule.at.astimezone(zone).strftime("%Y%m%dT%H%M%S")
    return RRule(f"DTSTART:{start}\nRRULE:FREQ=DAILY;COUNT=1", timezone=zone.key)
