"""An FTMS machine, put together: character, drive, radio, server, and a carrier for bytes."""

from simulator.controller import Controller
from simulator.errors import OptionError
from simulator.gatt_port import GattPort
from simulator.gatt_server import GattServer
from simulator.machines.assembly import Built, Chassis, one_of, speed_range
from simulator.machines.ftms import Ftms
from simulator.machines.ftms_character import Character
from simulator.machines.ftms_quirks import combined
from simulator.machines.machine import HUNDREDTHS, Parts, Units
from simulator.options import MachineClass, MachineOptions
from simulator.radio import Radio


def build(options: MachineOptions, chassis: Chassis) -> Built:
    profile = combined(options.quirks)
    character = profile.character
    unit = one_of("ftms", options, ("kmh",))
    machine_class = _class(options, character)
    least, most = speed_range(options, character.min_digits, character.max_digits)
    units = Units(character.command_unit, ckmh_per_digit=HUNDREDTHS)
    controller = Controller(
        chassis.belt, chassis.incline, options, machine_class, _slowest(least, character)
    )
    parts = Parts(controller, chassis.telemetry, chassis.incline, units, options, least, most)
    radio = Radio(chassis.noise, character.air_ms)
    firmware = Ftms(parts, chassis.belt, radio, character)
    server = GattServer(firmware, radio, chassis.noise)
    port = GattPort(server, on_air=chassis.on_air)
    return Built(
        firmware,
        controller,
        units,
        unit,
        machine_class,
        least,
        most,
        port,
        wire=radio,
        server=server,
        script=profile.script,
    )


def _class(options: MachineOptions, character: Character) -> MachineClass:
    if options.machine_class is MachineClass.A:
        raise OptionError("ftms is class B or C: it has no way to notice that its host is silent")
    stops = any(name == "stops-on-link-loss" for name in options.quirks)
    keeps = any(name == "keeps-running-on-link-loss" for name in options.quirks)
    asked = options.machine_class
    if asked is not None and (stops or keeps) and asked is not character.machine_class:
        raise OptionError(f"--class {asked.value} contradicts the quirk; choose one")
    return asked or character.machine_class


def _slowest(digits: int, character: Character) -> float:
    """Return the true speed that a start goes to, for the least digits of the stated range."""
    speed_ckmh = digits * HUNDREDTHS[character.range_unit]
    step_ckmh = character.belt_step_ckmh
    return speed_ckmh if step_ckmh is None else int(speed_ckmh / step_ckmh + 0.5) * step_ckmh
