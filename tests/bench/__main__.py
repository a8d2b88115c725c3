"""`make bench`: where a wave's time goes, what the analyser's fast components are worth, and what a large pull costs.

Uses the sample's texts; with MONOSASHI_SHARED (or the folder beside the project) the real ones.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import analyser

RESPONDENTS = 1_000
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Run the benchmarks and print their figures, ratios of one run."""
    with tempfile.TemporaryDirectory() as folder:
        _wave(Path(folder))
        analyser.measure_apart(Path(folder) / "inbox")
    subprocess.run([sys.executable, "-m", "tests.bench.pull"], check=True)  # its own peak of memory


def _wave(folder: Path) -> None:
    from flows.prefect_server import prefect_server
    from flows.sample import write_sample

    write_sample(folder / "inbox", RESPONDENTS, seed=1)
    with prefect_server(folder / "prefect", with_services=False):
        from flows.run_wave import run_wave

        seconds: dict[str, dict[str, float]] = {}
        for name, data, workers in [("1 worker", "one", 1), ("2 workers", "two", 2), ("cache", "two", 2)]:
            outcome = run_wave(
                wave="interim",
                programme_folder=str(ROOT),
                inbox=str(folder / "inbox"),
                warehouse_url=f"sqlite:///{folder / data / 'warehouse.sqlite'}",
                data=str(folder / data),
                workers=workers,
            )
            seconds[name] = outcome.seconds
    print(f"\nwave `interim`, {RESPONDENTS} respondents, {outcome.analysed_n} texts analysed; seconds a stage")
    print(f"{'':12}" + "".join(f"{name:>12}" for name in seconds))
    for stage in outcome.seconds:
        print(f"{stage:12}" + "".join(f"{each[stage]:12.1f}" for each in seconds.values()))
    totals = {name: sum(each.values()) for name, each in seconds.items()}
    print(f"{'total':12}" + "".join(f"{total:12.1f}" for total in totals.values()))
    print(f"{'ratio':12}" + "".join(f"{totals['1 worker'] / total:12.2f}" for total in totals.values()))


if __name__ == "__main__":
    main()
