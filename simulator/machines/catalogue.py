"""The machines by name. A protocol is chosen, never guessed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulator.errors import OptionError
from simulator.machines.assembly import Built, Chassis
from simulator.machines.ftms_assembly import build as build_ftms
from simulator.machines.heart_rate import build as build_heart_rate
from simulator.machines.serial import SerialModel
from simulator.machines.trackmaster import Trackmaster
from simulator.machines.woodway_us import WoodwayUs
from simulator.options import MachineOptions


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    reverse: bool
    build: Callable[[MachineOptions, Chassis], Built]
    has_belt: bool = True


_WOODWAY: Final = SerialModel("woodway-us", 17, 4_811, ("mph",), False, WoodwayUs)
_TRACKMASTER: Final = SerialModel("trackmaster", 33, 2_414, ("mph", "kmh"), True, Trackmaster)

MODELS: Final[dict[str, Model]] = {
    model.name: model
    for model in (
        Model("woodway-us", True, _WOODWAY.build),
        Model("trackmaster", False, _TRACKMASTER.build),
        Model("ftms", False, build_ftms),
        Model("heart-rate", False, build_heart_rate, has_belt=False),
    )
}


def find(name: str) -> Model:
    if name not in MODELS:
        raise OptionError(f"no machine called {name!r}; there are {', '.join(sorted(MODELS))}")
    return MODELS[name]
