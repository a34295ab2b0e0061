"""`treadmill-sim lockstep`: the simulated machine as a child that is told the time."""

import gc
import json
import os
import signal
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

import click

from simulator.cli_options import describe, run_options, simulation_for
from simulator.servers.lockstep import Lockstep, run
from simulator.servers.truth import TruthFile

WIRE_VERSION: Final = 1


@click.command()
@run_options
@click.option("--heart", is_flag=True, help="The person wears a heart-rate strap (op 4).")
def lockstep(
    *,
    machine: str,
    scenario: Path | None,
    seed: int | None,
    truth: Path | None,
    **machine_options: Any,
) -> None:
    """Simulate on stdin and stdout, in the parent's time.

    For programs: one JSON line, then binary frames; docs/simulator.md has the wire. Ends when
    the parent says so or closes the pipe.
    """
    with ExitStack() as open_things:
        truth_file = None
        if truth is not None:
            truth_file = open_things.enter_context(closing(TruthFile(truth)))
        simulation = simulation_for(machine, scenario, seed, truth_file, machine_options)
        if os.isatty(0):
            raise click.UsageError("lockstep is driven by a program; a person wants serve")
        # Ctrl-C reaches the whole foreground group. The parent's stop needs a belt to stop, so
        # only the parent, or SIGTERM, ends this process.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda signum, frame: sys.exit(0))
        click.echo(json.dumps({"ready": True, "lockstep": WIRE_VERSION, **describe(simulation)}))
        gc.collect()
        gc.freeze()
        run(Lockstep(simulation, truth_file))
