"""Options that `serve` and `lockstep` share, and what becomes of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from simulator.machines.catalogue import MODELS
from simulator.options import MachineClass, MachineOptions, OppositeSign, TimeoutNotice
from simulator.scenario import load_scenario
from simulator.servers.truth import TruthFile
from simulator.simulation import Simulation

Command = TypeVar("Command", bound=Callable[..., Any])

_DEFAULTS: Final = MachineOptions()


def _number(name: str, unit: str, text: str) -> Callable[[Command], Command]:
    default = getattr(_DEFAULTS, name.strip("-").replace("-", "_"))
    shown = "the machine's own" if default is None else f"{default} {unit}"
    return click.option(
        name, type=int, default=default, metavar="INT", help=f"{text} [default: {shown}]"
    )


def _one_of(
    name: str, kind: type[MachineClass] | type[OppositeSign] | type[TimeoutNotice], text: str
) -> Callable[[Command], Command]:
    field = "machine_class" if kind is MachineClass else name.strip("-").replace("-", "_")
    default = getattr(_DEFAULTS, field)
    return click.option(
        name,
        field,
        type=click.Choice([member.value for member in kind]),
        default=default.value if default is not None else None,
        callback=lambda ctx, param, value: None if value is None else kind(value),
        show_default=default is not None,
        help=text,
    )


_MACHINE_OPTIONS: Final = (
    _one_of(
        "--class",
        MachineClass,
        "What it does when its host falls silent: A stops within 1 s, B stops within 5 s when "
        "the link is lost, C keeps running. [default: A, and C on ftms]",
    ),
    click.option(
        "--unit",
        type=click.Choice(["mph", "kmh"]),
        default=_DEFAULTS.unit,
        help="Of the digits on the wire; kmh exists on trackmaster and ftms. "
        "[default: the machine's own]",
    ),
    _number("--ramp-ckmh-s", "(0.01 km/h per s)", "How fast the belt follows a command."),
    _number("--stop-ckmh-s", "(0.01 km/h per s)", "How fast it stops."),
    _number("--min-ckmh", "", "Slowest speed it runs at, in 0.01 km/h."),
    _number("--max-ckmh", "", "Fastest, in 0.01 km/h."),
    _number("--watchdog-ms", "ms", "How long it waits for its host."),
    _number("--lag-ms", "ms", "From a command to the first change of the belt."),
    _number("--telemetry-delay-ms", "ms", "Age of the speed it reports."),
    _one_of(
        "--timeout-notice",
        TimeoutNotice,
        "woodway-us: the tripped watchdog answers the next command, or speaks by itself.",
    ),
    _one_of(
        "--opposite-sign",
        OppositeSign,
        "woodway-us: what the other direction does while the belt moves.",
    ),
    click.option(
        "--keeps-setpoint/--forgets-setpoint",
        default=_DEFAULTS.keeps_setpoint,
        help="woodway-us: whether the last speed survives a stop. [default: keeps]",
    ),
    _number("--data-period-ms", "ms", "ftms: how often it tells its treadmill data."),
    _number("--bpm", "beats per minute", "heart-rate: the rate to begin with."),
    click.option(
        "--quirk",
        "quirks",
        multiple=True,
        metavar="NAME",
        help="ftms: how it differs from the text; see `treadmill-sim quirks`. Repeatable.",
    ),
    click.option(
        "--reads-999-9",
        is_flag=True,
        help="trackmaster: a pulled key leaves the controller powered, and it reads 999.9.",
    ),
)

_RUN_OPTIONS: Final = (
    click.option(
        "--machine", metavar="NAME", required=True, help=f"One of {', '.join(sorted(MODELS))}."
    ),
    click.option(
        "--scenario",
        type=click.Path(path_type=Path),
        help="TOML timeline of what happens when; see `treadmill-sim faults`.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        metavar="INT",
        help="Of all that is random; beats the scenario's. Same seed, same run.",
    ),
    click.option(
        "--truth",
        type=click.Path(path_type=Path),
        help="Append a JSON line of physical truth per 50 ms of simulated time.",
    ),
)


def run_options(command: Command) -> Command:
    """Add the options that say what is simulated."""
    for option in reversed((*_RUN_OPTIONS, *_MACHINE_OPTIONS)):
        command = option(command)
    return command


def simulation_for(
    machine: str,
    scenario: Path | None,
    seed: int | None,
    truth: TruthFile | None,
    machine_options: dict[str, Any],
    on_air: bool = False,
) -> Simulation:
    """Build the machine; its time stands at 0 until somebody advances it."""
    return Simulation(
        machine,
        options=MachineOptions(**machine_options),
        scenario=None if scenario is None else load_scenario(scenario),
        seed=seed,
        truth=None if truth is None else truth.record,
        on_air=on_air,
    )


def describe(simulation: Simulation) -> dict[str, object]:
    """What a host needs to know about the machine, for the ready line."""
    if not simulation.has_belt:
        return {}
    return {
        "class": simulation.machine_class,
        "ramp_ckmh_s": simulation.ramp_ckmh_s,
        "unit": simulation.unit,
        "min_ckmh": simulation.min_ckmh,
        "max_ckmh": simulation.max_ckmh,
        "reverse": simulation.reverse,
    }
