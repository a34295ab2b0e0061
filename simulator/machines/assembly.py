"""What a machine is put together from, and what comes out."""

from dataclasses import dataclass

from simulator.belt import Belt
from simulator.controller import Controller
from simulator.errors import OptionError
from simulator.front import Front, Wire
from simulator.gatt_server import GattServer
from simulator.heart import Heart
from simulator.incline import Incline
from simulator.machines.machine import Machine, Units
from simulator.noise import Noise
from simulator.options import MachineClass, MachineOptions, check_range
from simulator.quirk_script import Scripted
from simulator.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Chassis:
    """The hardware that a firmware is put on."""

    belt: Belt
    incline: Incline
    telemetry: Telemetry
    noise: Noise
    """For what happens on the wire."""
    on_air: bool
    """Clients come and go over a radio; else one carrier is there from the start."""


@dataclass(frozen=True, slots=True)
class Built:
    machine: Machine
    controller: Controller
    units: Units
    unit: str
    """What a host is told that the digits mean."""
    machine_class: MachineClass
    min_ckmh: int
    max_ckmh: int
    port: Front
    wire: Wire
    server: GattServer | None = None
    """Machines on the air have one."""
    heart: Heart | None = None
    """Only a strap that measures one has it."""
    script: tuple[Scripted, ...] = ()
    """What this machine does by itself, sooner or later."""


def one_of(name: str, options: MachineOptions, units: tuple[str, ...]) -> str:
    """Return the unit on the wire; the first of *units* is the machine's own."""
    unit = options.unit or units[0]
    if unit not in units:
        raise OptionError(f"{name} speaks {' or '.join(units)}, not {unit}")
    return unit


def speed_range(options: MachineOptions, min_ckmh: int, max_ckmh: int) -> tuple[int, int]:
    """Return what was asked for, or else the machine's own."""
    least = min_ckmh if options.min_ckmh is None else options.min_ckmh
    most = max_ckmh if options.max_ckmh is None else options.max_ckmh
    check_range(least, most)
    return least, most
