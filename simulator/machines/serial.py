"""Machines with a serial port: what they have in common, as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from simulator.belt import Belt
from simulator.controller import Controller
from simulator.errors import OptionError
from simulator.machines.assembly import Built, Chassis, one_of, speed_range
from simulator.machines.machine import Machine, Parts, Units
from simulator.options import MachineClass, MachineOptions
from simulator.port import Firmware, Port


class SerialFirmware(Machine, Firmware, Protocol):
    pass


@dataclass(frozen=True, slots=True)
class SerialModel:
    name: str
    min_ckmh: int
    max_ckmh: int
    units: tuple[str, ...]
    """The machine's own first."""
    stop_sets_minimum: bool
    """A stop leaves the slowest speed as setpoint, so that a start walks there (serial.md 2.2)."""
    firmware: Callable[[Parts, Belt], SerialFirmware]

    def build(self, options: MachineOptions, chassis: Chassis) -> Built:
        if options.quirks:
            raise OptionError(f"{self.name} has no quirks; --quirk is for ftms")
        unit = one_of(self.name, options, self.units)
        least, most = speed_range(options, self.min_ckmh, self.max_ckmh)
        units = Units(unit)
        rest_ckmh: float | None = None
        if self.stop_sets_minimum:
            rest_ckmh = units.nominal_ckmh(units.least_digits(least))
        elif not options.keeps_setpoint:
            rest_ckmh = 0.0
        machine_class = options.machine_class or MachineClass.A
        controller = Controller(chassis.belt, chassis.incline, options, machine_class, rest_ckmh)
        parts = Parts(controller, chassis.telemetry, chassis.incline, units, options, least, most)
        firmware = self.firmware(parts, chassis.belt)
        port = Port(firmware, chassis.noise)
        return Built(firmware, controller, units, unit, machine_class, least, most, port, wire=port)
