"""What a Bluetooth front does with a simulated machine, at the simulation's current time.

    simulation = Simulation("ftms", on_air=True)
    simulation.air.connect(1)
    simulation.air.subscribe(1, 0x2ACD, True)
    simulation.advance(1_000)
    simulation.air.collect()  # [Said(client=1, uuid=0x2ACD, ...)]

Clients are numbered from 0 by the front. A write is answered by an `Answered` with its number,
later; a connection that the machine ends is a `Dropped`.
"""

from typing import Final, Protocol

from simulator.gatt import Outgoing, Service
from simulator.gatt_server import GattServer


class Clock(Protocol):
    @property
    def now_ms(self) -> float: ...

    def touched(self) -> None:
        """Something was done to the machine from outside, now."""


class OnAir:
    def __init__(self, clock: Clock, server: GattServer) -> None:
        self._clock: Final = clock
        self._server: Final = server

    @property
    def services(self) -> tuple[Service, ...]:
        return self._server.services

    @property
    def name(self) -> str:
        """As it advertises itself."""
        return self._server.name

    @property
    def service_data(self) -> bytes:
        """As it advertises what it is: a service's number and the data after it."""
        return self._server.service_data

    @property
    def reachable(self) -> bool:
        """Whether it advertises and can be connected to. When not, nobody is connected."""
        return self._server.reachable

    @property
    def clients(self) -> tuple[int, ...]:
        return self._server.clients

    def connect(self, client: int) -> bool:
        """False if there is nobody to connect to."""
        connected = self._server.connect(self._clock.now_ms, client)
        self._clock.touched()
        return connected

    def disconnect(self, client: int) -> None:
        """It left, died, or was lost. A client that is not connected is none of them."""
        self._server.disconnect(self._clock.now_ms, client)
        self._clock.touched()

    def encrypt(self, client: int) -> None:
        """Its link is encrypted from now on."""
        self._server.encrypt(client)

    def read(self, uuid: int) -> bytes:
        """Raises AttError."""
        return self._server.read(self._clock.now_ms, uuid)

    def subscribe(self, client: int, uuid: int, on: bool) -> None:
        self._server.subscribe(client, uuid, on)

    def write(self, client: int, number: int | None, uuid: int, value: bytes) -> None:
        """With a *number* it is a write with response, and an `Answered` will carry it."""
        self._server.write(self._clock.now_ms, client, number, uuid, value)
        self._clock.touched()

    def collect(self) -> list[Outgoing]:
        """Take what has reached its client by now, in order; that client may be gone since."""
        return self._server.collect()
