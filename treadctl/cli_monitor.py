"""`treadctl monitor`: look at a treadmill without driving it."""

import json
from pathlib import Path

import click

from treadctl.cli_errors import reporting_errors
from treadctl.cli_options import config_option
from treadctl.composition.monitor import monitor
from treadctl.config import load_config
from treadctl.core.exit_codes import ExitCode
from treadctl.model import Report
from treadctl.units import format_speed

EVERY_MS = 1_000


@click.command("monitor")
@click.argument("treadmill")
@click.option("--jsonl", is_flag=True, help="Print one line of JSON a second.")
@config_option
@reporting_errors
def monitor_command(treadmill: str, jsonl: bool, config: Path | None) -> None:
    """Show what TREADMILL reports, once a second, until Ctrl-C. It is never started.

    Connecting stops the belt, as always: nobody may be on it. Works without a strap, which a
    treadmill needs to be driven.
    """
    shown = _Shown(jsonl)
    if not monitor(load_config(config).treadmill(treadmill), shown.tell):
        raise SystemExit(int(ExitCode.STOP_NOT_CONFIRMED))


class _Shown:
    """Prints a report a second, and every change of phase or cause."""

    def __init__(self, jsonl: bool) -> None:
        self._jsonl = jsonl
        self._due_ms = 0
        self._key: tuple[object, ...] = ()

    def tell(self, report: Report) -> None:
        key = (report.phase, report.cause, report.strap, report.link_up)
        if key == self._key and report.now_ms < self._due_ms:
            return
        self._key, self._due_ms = key, report.now_ms + EVERY_MS
        if self._jsonl:
            click.echo(
                json.dumps(
                    {
                        "event": "monitor",
                        "phase": report.phase.value,
                        "measured_ckmh": report.measured_ckmh,
                        "measured_age_ms": report.measured_age_ms,
                        "standstill": report.standstill,
                        "belt": report.belt.value,
                        "strap": report.strap.value,
                        "link_up": report.link_up,
                        "cause": report.cause,
                    }
                )
            )
            return
        measured = "speed unknown"
        if report.measured_ckmh is not None:
            measured = format_speed(report.measured_ckmh)
        click.echo(
            f"{report.phase.value:<11} {measured:>13}  belt {report.belt.value:<8} "
            f"strap {report.strap.value:<9} link {'up' if report.link_up else 'DOWN'}"
            f"{'  standing' if report.standstill else ''}"
            f"{'  (' + report.cause + ')' if report.cause else ''}"
        )
