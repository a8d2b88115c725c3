"""Waves by schedule: each wave of the programme is a Prefect deployment, run when it is due in the programme's zone."""

from __future__ import annotations

from pathlib import Path

from prefect import serve as serve_deployments
from prefect.schedules import Cron, RRule, Schedule

from flows.programme import Programme
from flows.run_wave import run_wave
from warehouse.definitions import Language
from warehouse.periods import Period


def serve_waves(
    programme: Programme, inbox: Path, warehouse_url: str, data: Path, workers: int, language: Language
) -> None:
    """Register every wave that has a schedule and run them as they fall due, until interrupted."""
    parameters = {
        "programme_folder": str(programme.folder.resolve()),
        "inbox": str(inbox.resolve()),
        "warehouse_url": warehouse_url,
        "data": str(data.resolve()),
        "workers": workers,
        "language": language,
    }
    deployments = [
        run_wave.to_deployment(
            name=f"{programme.settings.id}-{period.id}",
            parameters={"wave": period.id, **parameters},
            schedules=[_schedule(period, programme.settings.time_zone)],
            description=period.label.in_(language),
        )
        for period in programme.settings.periods
        if period.schedule is not None
    ]
    serve_deployments(*deployments)  # type: ignore[arg-type]  # awaited by Prefect where it is asynchronous


def _schedule(period: Period, time_zone: str) -> Schedule:
    if period.schedule is None:
        raise ValueError(f"{period.id} has no schedule")
    if period.schedule.cron is not None:
        return Cron(period.schedule.cron, timezone=time_zone)
    if period.schedule.at is None:
        raise ValueError(f"{period.id} has an empty schedule")
    start = period.schedule.at.strftime("%Y%m%dT%H%M%S")
    return RRule(f"DTSTART:{start}\nRRULE:FREQ=DAILY;COUNT=1", timezone=time_zone)
