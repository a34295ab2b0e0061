"""A heart rate strap (ftms.md 6): no treadmill, but on the same air, and as able to mislead.

2A37 once a second, as its heart is measured.
"""

from typing import Final

from simulator.controller import Controller
from simulator.errors import OptionError
from simulator.gatt import Characteristic, Property, Service
from simulator.gatt_port import GattPort
from simulator.gatt_server import GattServer
from simulator.heart import Heart
from simulator.machines.assembly import Built, Chassis
from simulator.machines.machine import Units
from simulator.options import MachineClass, MachineOptions
from simulator.radio import Radio
from simulator.telemetry import Telemetry

MEASUREMENT: Final = 0x2A37
LOCATION: Final = 0x2A38
PERIOD_MS: Final = 1_000.0
BOOT_MS: Final = 500.0
CHEST: Final = b"\x01"
_READABLE: Final = {LOCATION: CHEST, 0x2A29: b"treadctl", 0x2A24: b"SIM heart rate"}


class HeartRateStrap:
    def __init__(self, heart: Heart, radio: Radio, telemetry: Telemetry) -> None:
        self.boot_ms = BOOT_MS
        self.name = "SIM heart rate"
        self.service_data = b""
        self.commands = 0
        self.write_response_ms = 0.0
        self.services: tuple[Service, ...] = (
            Service(
                0x180D,
                (
                    Characteristic(MEASUREMENT, Property.NOTIFY),
                    Characteristic(LOCATION, Property.READ),
                ),
            ),
            Service(
                0x180A,
                (Characteristic(0x2A29, Property.READ), Characteristic(0x2A24, Property.READ)),
            ),
        )
        self.next_ms = PERIOD_MS
        self._heart = heart
        self._radio = radio
        self._telemetry = telemetry

    def fire(self, t_ms: float) -> None:
        self.next_ms += PERIOD_MS
        said = self._heart.measurement(t_ms, frozen=self._telemetry.frozen)
        if said:
            self._radio.tell(t_ms, MEASUREMENT, said)

    def read(self, t_ms: float, uuid: int) -> bytes:
        return _READABLE[uuid]

    def power_up(self, t_ms: float) -> None:
        self.next_ms = t_ms + PERIOD_MS

    # Nobody commands it, and it commands nothing.

    def write(self, t_ms: float, client: int, uuid: int, value: bytes) -> int:
        raise AssertionError("nothing here is writable")

    def connected(self, t_ms: float, client: int) -> None: ...

    def disconnected(self, t_ms: float, client: int) -> None: ...

    def tripped(self, t_ms: float) -> None: ...

    def seize(self, t_ms: float, client: int) -> None: ...

    def revoke(self, t_ms: float) -> None: ...

    def pull_key(self, t_ms: float) -> bool:
        return False

    def insert_key(self, t_ms: float) -> None: ...

    def stopped_at_console(self, t_ms: float) -> None: ...

    def started_at_console(self, t_ms: float, speed_ckmh: float, *, ran: bool) -> None: ...


def build(options: MachineOptions, chassis: Chassis) -> Built:
    if options.quirks:
        raise OptionError("heart-rate has no quirks; --quirk is for ftms")
    machine_class = MachineClass.C
    controller = Controller(chassis.belt, chassis.incline, options, machine_class, 0.0)
    heart = Heart(options.bpm, chassis.noise)
    radio = Radio(chassis.noise)
    strap = HeartRateStrap(heart, radio, chassis.telemetry)
    server = GattServer(strap, radio, chassis.noise)
    port = GattPort(server, on_air=chassis.on_air)
    return Built(
        strap,
        controller,
        Units("kmh"),
        "kmh",
        machine_class,
        0,
        0,
        port,
        wire=radio,
        server=server,
        heart=heart,
    )
