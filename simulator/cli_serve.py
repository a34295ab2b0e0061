"""`treadmill-sim serve`: the simulated machine behind a port, in real time."""

import gc
import json
import logging
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from selectors import BaseSelector
from typing import Any

import click

from simulator.air.where import Where, parse
from simulator.cli_options import describe, run_options, simulation_for
from simulator.on_air import OnAir
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


class WhereParam(click.ParamType):  # type: ignore[type-arg]
    name = "WHERE"

    def convert(
        self, value: str | Where, param: click.Parameter | None, ctx: click.Context | None
    ) -> Where:
        if not isinstance(value, str):
            return value
        try:
            return parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@dataclass(frozen=True, slots=True)
class Front:
    """A way to the machine, and what runs the loop behind it."""

    port: Port
    selector: BaseSelector
    run: Callable[[Callable[[], Loop]], None]
    """Given what makes the loop, which starts its clock and says that it is ready."""
    speak: Callable[[], None] = lambda: None


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
    "--ble",
    type=WhereParam(),
    help="Bluetooth without a radio, on an air at unix:PATH or tcp:HOST:PORT; see "
    "docs/virtual-bluetooth.md.",
)
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
    ble: Where | None,
    strap: Endpoint | None,
    control: bool,
    machine: str,
    scenario: Path | None,
    seed: int | None,
    truth: Path | None,
    **machine_options: Any,
) -> None:
    """Put a simulated treadmill on a port, in real time."""
    if sum((pty, tcp is not None, rfc2217 is not None, ble is not None)) != 1:
        raise click.UsageError(
            "Give exactly one of --pty, --tcp HOST:PORT, --rfc2217 HOST:PORT, --ble WHERE"
        )
    with ExitStack() as open_things:
        # First, and so closed last: an event loop looks at it until its own end.
        ending = open_things.enter_context(ending_signals())
        truth_file = None
        if truth is not None:
            truth_file = open_things.enter_context(closing(TruthFile(truth)))
        on_air = ble is not None
        simulation = simulation_for(machine, scenario, seed, truth_file, machine_options, on_air)

        def serial_port(selector: BaseSelector, received: Received) -> Port:
            if tcp is not None:
                return TcpPort(selector, tcp, received)
            if rfc2217 is not None:
                return Rfc2217Port(selector, rfc2217, received)
            return PtyPort(selector, received)

        if ble is not None and simulation.air is not None:
            front = _on_air(open_things, ble, simulation.air)
        elif simulation.air is not None:
            raise click.UsageError(
                f"{machine} has no serial port. Give --ble unix:PATH or --ble tcp:HOST:PORT"
            )
        else:
            selector = open_things.enter_context(closing(new_selector()))
            port = open_things.enter_context(closing(serial_port(selector, simulation.receive)))
            front = Front(port, selector, lambda loop_for: loop_for().run())
        adapters: list[Port] = []
        if strap is not None:
            adapter = Rfc2217Port(front.selector, strap, discard)
            adapters.append(open_things.enter_context(closing(adapter)))
        where = [*adapters, *([front.port] if rfc2217 is not None else [])]

        sys.stderr.write(
            f"treadmill-sim: SIMULATED {machine}. No real belt moves. Ctrl-C ends it.\n"
        )

        def loop_for() -> Loop:
            ready = {
                "ready": True,
                "address": front.port.address,
                "strap": where[0].address if where else None,
                **describe(simulation),
            }
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
                front.selector,
                front.port,
                straps=adapters,
                truth=truth_file,
                now_ms=Stopwatch(),
                speak=front.speak,
            )
            loop.end_when_readable(ending)
            if control:
                loop.listen_for_control(sys.stdin.fileno())
            click.echo(json.dumps(ready))
            return loop

        front.run(loop_for)


def _on_air(open_things: ExitStack, where: Where, machine: OnAir) -> Front:
    # Imported here: only who wants a Bluetooth treadmill needs bumble.
    try:
        from simulator.servers.ble_port import BlePort
        from simulator.servers.guest import SharedSelector, event_loop_on
    except ImportError as error:
        raise click.UsageError(
            f"--ble needs a package that is not installed: {error}. "
            "Install it: pip install 'treadctl[air]'"
        ) from error
    # The library's log is not for whoever reads our stderr.
    logging.getLogger().addHandler(logging.NullHandler())
    selector = SharedSelector()
    runner = open_things.enter_context(event_loop_on(selector))
    port = open_things.enter_context(closing(BlePort(where, machine)))
    return Front(
        port, selector, lambda loop_for: runner.run(port.run(selector, loop_for)), port.speak
    )
