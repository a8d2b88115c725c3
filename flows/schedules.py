"""Waves by schedule: each wave of the programme is a Prefect deployment, run when it is due in the programme's zone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from prefect import flow
from prefect import serve as serve_deployments
from prefect.schedules import Cron, RRule, Schedule
from prefect.types.entrypoint import EntrypointType
from rich.console import Console

from flows.failures import said
from flows.prefect_server import end_with_parent
from flows.programme import Programme
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
            entrypoint_type=EntrypointType.MODULE_PATH,  # a path of a file would hang on the folder we are started in
        )
        for period in scheduled(programme)
    ]
    # The server ends with us, so nothing has to be paused; `to_deployment` is only asynchronous where its caller is.
    serve_deployments(*deployments, limit=1, pause_on_shutdown=False, print_starting_message=False)  # type: ignore[arg-type]


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


@flow(name="wave", log_prints=False, persist_result=False, validate_parameters=False)
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
    terminal = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
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
