"""A machine that does with a write what a test says, behind the real attribute front."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from bleak import BleakClient
from bleak.backends.service import BleakGATTServiceCollection

from simulator.air.radio import radio
from simulator.gatt import Characteristic, Kind, Property, Service
from simulator.gatt_server import GattServer
from simulator.noise import Noise
from simulator.on_air import OnAir
from simulator.radio import Radio
from simulator.servers.ble_port import BlePort
from simulator.servers.guest import SharedSelector
from simulator.servers.loop import Loop, Stopwatch
from tests.air.peripheral import PATIENCE_S, socket_in
from tests.simulator.servers.fake_plant import FakePlant

DATA, CONTROL, STATUS, RANGE = 0x2ACD, 0x2AD9, 0x2ADA, 0x2AD4
RANGE_VALUE = bytes.fromhex("3200d0070a00")  # fr30z-speed-range: ftms.md 7


class Firmware:
    """Implements `GattFirmware`; what it answers is data."""

    def __init__(self, machine: Radio) -> None:
        self.radio = machine
        self.name = "Scripted"
        self.service_data = bytes.fromhex("2618010100")
        self.commands = CONTROL
        self.write_response_ms = 0.0
        self.next_ms = inf
        self.services: tuple[Service, ...] = (
            Service(
                0x1826,
                (
                    Characteristic(RANGE, Property.READ),
                    Characteristic(DATA, Property.NOTIFY),
                    Characteristic(CONTROL, Property.WRITE | Property.INDICATE),
                    Characteristic(STATUS, Property.NOTIFY),
                ),
            ),
        )
        self.written: list[tuple[int, bytes]] = []
        self.left: list[int] = []
        self.att_error = 0
        self.answers: list[tuple[float, Kind]] = [(0.0, Kind.INDICATION)]
        self.changed = asyncio.Event()

    def connected(self, t_ms: float, client: int) -> None: ...

    def disconnected(self, t_ms: float, client: int) -> None:
        self.left.append(client)
        self.changed.set()

    def read(self, t_ms: float, uuid: int) -> bytes:
        return RANGE_VALUE

    def write(self, t_ms: float, client: int, uuid: int, value: bytes) -> int:
        self.written.append((client, value))
        self.changed.set()
        if self.att_error:
            return self.att_error
        for number, (after_ms, kind) in enumerate(self.answers):
            answer = bytes((0x80, value[0], 1 + number))
            self.radio.say(t_ms, client, uuid, answer, kind=kind, after_ms=after_ms)
        return 0

    def fire(self, t_ms: float) -> None: ...

    def power_up(self, t_ms: float) -> None: ...

    def tripped(self, t_ms: float) -> None: ...

    def seize(self, t_ms: float, client: int) -> None: ...

    def revoke(self, t_ms: float) -> None: ...


@dataclass(slots=True)
class Plant(FakePlant):
    server: GattServer | None = None

    def touched(self) -> None: ...

    def advance(self, to_ms: float) -> bytes:
        FakePlant.advance(self, to_ms)
        if self.server is not None and self.server.next_ms <= to_ms:
            self.server.fire(to_ms)
        return b""

    def next_event_ms(self) -> float | None:
        due_ms = inf if self.server is None else self.server.next_ms
        return due_ms if due_ms < inf else None


@dataclass(slots=True)
class Bench:
    folder: Path
    plant: Plant
    server: GattServer
    firmware: Firmware
    port: BlePort
    loop: Loop
    selector: SharedSelector
    clients: list[BleakClient] = field(default_factory=list)

    def do(self, act: Callable[[], object]) -> None:
        """Have something happen to the machine now."""
        assert self.selector.arrived is not None
        self.selector.arrived(act)

    def client(self, **options: Any) -> BleakClient:
        address = self.port.address.partition("://")[2].partition("?")[0]
        offered = radio(f"unix:{socket_in(self.folder)}")
        return BleakClient(address, backend=offered.client, **offered.arguments, **options)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.firmware.changed.clear()
                await self.firmware.changed.wait()


@asynccontextmanager
async def bench_in(folder: Path) -> AsyncIterator[Bench]:
    """The port in the event loop of the test, whose selector wakes it in vain."""
    noise = Noise(1, stream=1)
    machine = Radio(noise)
    firmware = Firmware(machine)
    plant = Plant()
    plant.server = server = GattServer(firmware, machine, noise)
    port = BlePort(socket_in(folder), OnAir(plant, server))
    selector = SharedSelector()
    started = asyncio.Event()
    loop = Loop(plant, selector, port, now_ms=Stopwatch(), speak=port.speak)

    def loop_for() -> Loop:
        started.set()
        return loop

    running = asyncio.ensure_future(port.run(selector, loop_for))
    await started.wait()
    bench = Bench(folder, plant, server, firmware, port, loop, selector)
    try:
        yield bench
    finally:
        bench.do(loop.end)
        async with asyncio.timeout(PATIENCE_S):
            await running
        selector.close()


def shape(services: BleakGATTServiceCollection) -> dict[str, list[str]]:
    """What a client discovers of the machine."""
    return {
        each.uuid[4:8]: list(each.properties)
        for service in services
        for each in service.characteristics
        if service.uuid.startswith("00001826")
    }
