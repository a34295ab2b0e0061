"""The machines by name. A protocol is chosen, never guessed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulator.belt import Belt
from simulator.controller import Controller
from simulator.errors import OptionError
from simulator.incline import Incline
from simulator.machines.machine import Machine, Parts, Units
from simulator.machines.trackmaster import Trackmaster
from simulator.machines.woodway_us import WoodwayUs
from simulator.options import MachineOptions, check_range
from simulator.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    reverse: bool
    min_ckmh: int
    max_ckmh: int
    units: tuple[str, ...]
    stop_sets_minimum: bool
    """A stop leaves the slowest speed as setpoint, so that a start walks there (serial.md 2.2)."""
    build: Callable[[Parts, Belt], Machine]


MODELS: Final[dict[str, Model]] = {
    model.name: model
    for model in (
        Model("woodway-us", True, 17, 4_811, ("mph",), False, WoodwayUs),
        Model("trackmaster", False, 33, 2_414, ("mph", "kmh"), True, Trackmaster),
    )
}


@dataclass(frozen=True, slots=True)
class Built:
    model: Model
    machine: Machine
    controller: Controller
    units: Units
    min_ckmh: int
    max_ckmh: int


def find(name: str) -> Model:
    if name not in MODELS:
        raise OptionError(f"no machine called {name!r}; there are {', '.join(sorted(MODELS))}")
    return MODELS[name]


def build(
    name: str, options: MachineOptions, belt: Belt, incline: Incline, telemetry: Telemetry
) -> Built:
    model = find(name)
    if options.unit not in model.units:
        raise OptionError(f"{name} speaks {' or '.join(model.units)}, not {options.unit}")
    least = model.min_ckmh if options.min_ckmh is None else options.min_ckmh
    most = model.max_ckmh if options.max_ckmh is None else options.max_ckmh
    check_range(least, most)
    units = Units(options.unit)
    rest_ckmh: float | None = None
    if model.stop_sets_minimum:
        rest_ckmh = units.nominal_ckmh(units.least_digits(least))
    elif not options.keeps_setpoint:
        rest_ckmh = 0.0
    controller = Controller(belt, incline, options, rest_ckmh)
    parts = Parts(controller, telemetry, incline, units, options, least, most)
    return Built(model, model.build(parts, belt), controller, units, least, most)
