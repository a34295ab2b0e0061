"""`make demo`: the main job on the simulator, in virtual time, and what happens when it goes wrong.

First a whole novice session. Then the same with the strap pulled in the second backward bout:
the stop, its cause, the latch, every way of starting again that is refused, and the one way
back. Then both records are verified. Nothing here is scripted output: the same code runs as in
`treadctl run`, with the simulator as a child process.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click

from treadctl.cli_chart import Point, chart
from treadctl.cli_display import sentence_of
from treadctl.composition.options import RunOptions
from treadctl.composition.prepare import exit_code_of
from treadctl.composition.run import execute
from treadctl.core.events import (
    Event,
    Finished,
    Prompted,
    RequestRefused,
    Sample,
    StateChanged,
    Stopped,
)
from treadctl.core.exit_codes import ExitCode
from treadctl.errors import TreadctlError
from treadctl.records.verify import verify
from treadctl.units import format_clock

MACHINE: Final = "woodway-us"
PLAN: Final = "novice-1"
PULL_S: Final = 445
"""In the second backward bout of novice-1 (`treadctl plan show novice-1`)."""
CLIP_S: Final = 475
SCENARIO: Final = f"""\
schema = 1
name = "The strap is pulled in the second backward bout, and clipped on half a minute later"

[[at]]
t_s = {PULL_S}
fault = "strap-pull"

[[at]]
t_s = {CLIP_S}
fault = "strap-clip"
"""
VERBS: Final = (
    '{"do": "wait", "state": "e_stop"}',
    '{"do": "wait", "s": 2}',
    '{"do": "resume"}',
    '{"do": "arm"}',
    '{"do": "wait", "s": 8}',
    '{"do": "reset", "gesture": "press"}',
    '{"do": "wait", "s": 1.2}',
    '{"do": "reset", "gesture": "confirm"}',
    f'{{"do": "wait", "s": {CLIP_S - PULL_S - 8}}}',
    '{"do": "reset", "gesture": "press"}',
    '{"do": "wait", "s": 1.2}',
    '{"do": "reset", "gesture": "confirm"}',
    '{"do": "wait", "state": "cooldown"}',
)
"""Somebody tries to go on at once, then to reset with the strap open, and then does it right."""


QUIET: Final = ("armed", "countdown", "starting")


class Watcher:
    """Keeps the trace of a run, and prints what a person beside it would want to hear."""

    def __init__(self, *, details_from: type[Event] | None = None) -> None:
        self._details_from = details_from
        self._detailed = False
        self._confirmed = 0
        self.points: list[Point] = []
        self.end_ms = 0

    def tell(self, event: Event) -> None:
        self.end_ms = event.t_ms
        if isinstance(event, Sample):
            point = Point(event.t_ms, event.measured_ckmh or 0, event.gait != "forward")
            if not self.points or point.speed_ckmh != self.points[-1].speed_ckmh:
                self.points.append(point)
            return
        if self._details_from is not None and isinstance(event, self._details_from):
            self._detailed = True
        quiet = isinstance(event, StateChanged) and event.state in QUIET
        shown = isinstance(event, (StateChanged, Stopped, RequestRefused, Finished)) and not quiet
        if self._detailed and isinstance(event, Prompted):
            shown = True
        if shown:
            click.echo(f"{format_clock(event.t_ms):>7}  {sentence_of(event)}")


def heading(text: str) -> None:
    click.echo(f"\n{click.style(text, bold=True)}\n{'-' * len(text)}")


def draw(watcher: Watcher) -> None:
    click.echo("\nMeasured belt speed:\n")
    for line in chart(watcher.points or [Point(0, 0, False)], max(1, watcher.end_ms)):
        click.echo(line)


def whole_session(records: Path) -> Path:
    heading(f"1. A whole session: treadctl run {PLAN} --simulate {MACHINE} --virtual-time")
    watcher = Watcher()
    options = RunOptions(PLAN, simulate=MACHINE, virtual_time=True, record=records)
    code, record = execute(options, tell=(watcher.tell,), say=complain)
    draw(watcher)
    expect(code, ExitCode.COMPLETED)
    return record


def pulled_strap(records: Path, folder: Path) -> Path:
    heading("2. The same, and the strap is pulled in the second backward bout")
    scenario = folder / "strap-pull.toml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    watcher = Watcher(details_from=Stopped)
    options = RunOptions(
        PLAN,
        simulate=MACHINE,
        virtual_time=True,
        record=records,
        scenario=scenario,
        control=True,
    )
    with ExitStack() as stack:
        read_fd = lines_on_a_pipe(VERBS)
        stack.callback(os.close, read_fd)
        code, record = execute(options, tell=(watcher.tell,), say=complain, stdin_fd=read_fd)
    draw(watcher)
    expect(code, ExitCode.STRAP_RELEASED)
    return record


def lines_on_a_pipe(lines: Iterable[str]) -> int:
    """The reading end of a pipe that holds *lines* and then ends. They fit its buffer."""
    read_fd, write_fd = os.pipe()
    with os.fdopen(write_fd, "w", encoding="utf-8") as pipe:
        pipe.writelines(f"{line}\n" for line in lines)
    return read_fd


def verified(records: Iterable[Path]) -> None:
    heading("3. Both records: treadctl sessions verify")
    for record in records:
        integrity = verify(record)
        click.echo(f"{record.name}: {integrity.message}")
        if not integrity.intact:
            raise SystemExit(1)


def expect(code: ExitCode, wanted: ExitCode) -> None:
    click.echo(f"\nExit code {int(code)}: {code.name.lower().replace('_', ' ')}.")
    if code is not wanted:
        raise SystemExit(f"demo: expected exit code {int(wanted)}")


def complain(text: str) -> None:
    click.echo(f"treadctl: {text}", err=True)


def main() -> None:
    began_s = time.monotonic()
    click.echo("treadctl demo. SIMULATED: no real belt moves.")
    with tempfile.TemporaryDirectory(prefix="treadctl-demo-") as name:
        folder = Path(name)
        try:
            first = whole_session(folder / "records")
            second = pulled_strap(folder / "records", folder)
        except TreadctlError as error:
            click.echo(f"treadctl: {error}", err=True)
            sys.exit(int(exit_code_of(error)))
        verified((first, second))
    click.echo(f"\nDone in {time.monotonic() - began_s:.0f} s.")


if __name__ == "__main__":
    main()
