"""`treadmill-sim serve`: the simulated machine behind a port, in real time."""

import gc
import json
import os
import sys
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import click

from simulator.cli_options import describe, run_options, simulation_for
from simulator.servers.endpoint import Endpoint
from simulator.servers.loop import Loop, Stopwatch, new_selector
from simulator.servers.port import Port, Received, discard
from simulator.servers.rfc2217 import Rfc2217Port
from simulator.servers.serial_pty import PtyPort
from simulator.servers.signals import ending_signals
from simulator.servers.tcp import TcpPort
from simulator.servers.truth import TruthFile

NICE = -10


class EndpointParam(click.ParamType):  # type: ignore[type-arg]
    name = "HOST:PORT"

    def convert(
        self, value: str | Endpoint, param: click.Parameter | None, ctx: click.Context | None
    ) -> Endpoint:
        if isinstance(value, Endpoint):
            return value
        try:
            return Endpoint.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(
    epilog="""\b
One JSON line on stdout says where to connect; it is printed when you can:
  {"ready": true, "address": "/dev/pts/7", "strap": null, "class": "A", "ramp_ckmh_s": 60, ...}
Simulated time is 0 at that line and runs with the clock. Ctrl-C ends it."""
)
@click.option("--pty", is_flag=True, help="A pseudo terminal; it has no modem lines.")
@click.option("--tcp", type=EndpointParam(), help="Bare bytes over TCP. Port 0: any free one.")
@click.option("--rfc2217", type=EndpointParam(), help="Serial over TCP, with the strap on DSR.")
@click.option(
    "--strap",
    type=EndpointParam(),
    help="The strap switch on the DSR of a second RFC 2217 adapter, with nothing else on it.",
)
@click.option(
    "--control",
    is_flag=True,
    help='Read {"act": NAME, ...} lines on stdin: what the person does, and faults. '
    "The end of stdin ends the server.",
)
@run_options
def serve(
    *,
    pty: bool,
    tcp: Endpoint | None,
    rfc2217: Endpoint | None,
    strap: Endpoint | None,
    control: bool,
    machine: str,
    scenario: Path | None,
    seed: int | None,
    truth: Path | None,
    **machine_options: Any,
) -> None:
    """Put a simulated treadmill on a port, in real time."""
    if sum((pty, tcp is not None, rfc2217 is not None)) != 1:
        raise click.UsageError("Give exactly one of --pty, --tcp HOST:PORT, --rfc2217 HOST:PORT")
    with ExitStack() as open_things:
        truth_file = None
        if truth is not None:
            truth_file = open_things.enter_context(closing(TruthFile(truth)))
        simulation = simulation_for(machine, scenario, seed, truth_file, machine_options)
        if simulation.air is not None:
            raise click.UsageError(f"{machine} has no serial port; it is on the air")
        selector = open_things.enter_context(closing(new_selector()))

        def treadmill_port(received: Received) -> Port:
            if tcp is not None:
                return TcpPort(selector, tcp, received)
            if rfc2217 is not None:
                return Rfc2217Port(selector, rfc2217, received)
            return PtyPort(selector, received)

        treadmill = open_things.enter_context(closing(treadmill_port(simulation.receive)))
        adapters: list[Port] = []
        if strap is not None:
            adapter = Rfc2217Port(selector, strap, discard)
            adapters.append(open_things.enter_context(closing(adapter)))
        where = [*adapters, *([treadmill] if rfc2217 is not None else [])]

        sys.stderr.write(
            f"treadmill-sim: SIMULATED {machine}. No real belt moves. Ctrl-C ends it.\n"
        )
        ready = {
            "ready": True,
            "address": treadmill.address,
            "strap": where[0].address if where else None,
            **describe(simulation),
        }
        ending = open_things.enter_context(ending_signals())
        # A machine does not slow down because the computer beside it is busy: a host takes
        # a strap that is 150 ms silent for released.
        with suppress(OSError):
            os.nice(NICE)
        # What exists now stays until the end. Left among the young, it would be walked
        # through by every full collection, at the cost of some strap edge.
        gc.collect()
        gc.freeze()
        loop = Loop(
            simulation,
            selector,
            treadmill,
            straps=adapters,
            truth=truth_file,
            now_ms=Stopwatch(),
        )
        loop.end_when_readable(ending)
        if control:
            loop.listen_for_control(sys.stdin.fileno())
        click.echo(json.dumps(ready))
        loop.run()
