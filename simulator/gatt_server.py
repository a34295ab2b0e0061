"""The machine as a Bluetooth front sees it: connect, read, write, subscribe, and take what it says.

A link of this kind loses nothing on its way; what can be lost is lost behind it. So a write is
always answered while the link is up, also by a machine that is deaf or mute: its radio is neither.
"""

from collections import deque
from math import inf
from typing import Final

from simulator.gatt import (
    INVALID_HANDLE,
    READ_NOT_PERMITTED,
    WRITE_NOT_PERMITTED,
    AttError,
    Characteristic,
    GattFirmware,
    Outgoing,
    Property,
    Service,
)
from simulator.noise import Noise
from simulator.radio import Listener, Radio

RIVAL: Final = -1
"""A client inside the simulator, for the fault that lets somebody else take control."""

_Write = tuple[int, int | None, int, bytes]
"""Client, number if it wants a response, characteristic, value."""


class GattServer:
    def __init__(self, firmware: GattFirmware, radio: Radio, noise: Noise) -> None:
        self.reached: list[str] = []
        self.radio: Final = radio
        self.link_up = True
        """False while the fault link-drop lasts."""
        self.powered = True
        self._firmware = firmware
        self._noise = noise
        self._attributes: dict[int, Characteristic] = {
            each.uuid: each for service in firmware.services for each in service.characteristics
        }
        self._incoming: deque[tuple[float, _Write]] = deque()

    # What a front needs to know.

    @property
    def services(self) -> tuple[Service, ...]:
        return self._firmware.services

    @property
    def name(self) -> str:
        return self._firmware.name

    @property
    def service_data(self) -> bytes:
        return self._firmware.service_data

    @property
    def reachable(self) -> bool:
        """Whether it can be connected to."""
        return self.link_up and self.powered

    @property
    def clients(self) -> tuple[int, ...]:
        return tuple(client for client in self.radio.clients if client != RIVAL)

    @property
    def next_ms(self) -> float:
        arrives_ms = self._incoming[0][0] if self._incoming else inf
        own_ms = self._firmware.next_ms if self.powered else inf
        return min(arrives_ms, own_ms, self.radio.next_ms)

    # What a client does.

    def connect(self, t_ms: float, client: int) -> bool:
        """False if there is nobody to connect to."""
        if not self.reachable:
            return False
        self.radio.clients[client] = Listener()
        self._firmware.connected(t_ms, client)
        return True

    def disconnect(self, t_ms: float, client: int) -> None:
        if client in self.radio.clients:
            self.radio.forget(client)
            self._incoming = deque(each for each in self._incoming if each[1][0] != client)
            self._firmware.disconnected(t_ms, client)

    def encrypt(self, client: int) -> None:
        """It has paired, or was paired before."""
        if client in self.radio.clients:
            self.radio.clients[client].encrypted = True

    def read(self, t_ms: float, uuid: int) -> bytes:
        """Raises AttError: there is no such attribute, or it cannot be read."""
        attribute = self._attributes.get(uuid)
        if attribute is None:
            raise AttError(INVALID_HANDLE)
        if Property.READ not in attribute.properties:
            raise AttError(READ_NOT_PERMITTED)
        return self._firmware.read(t_ms, uuid)

    def subscribe(self, client: int, uuid: int, on: bool) -> None:
        """Set or clear what a client wants to hear; either bit of its configuration counts."""
        if client not in self.radio.clients:
            return
        subscriptions = self.radio.clients[client].subscriptions
        if on:
            subscriptions.add(uuid)
        else:
            subscriptions.discard(uuid)

    def write(self, t_ms: float, client: int, number: int | None, uuid: int, value: bytes) -> None:
        """*number* comes back in the `Answered`; None is a write without response."""
        if client not in self.radio.clients:
            return
        last_ms = self._incoming[-1][0] if self._incoming else t_ms
        arrives_ms = max(last_ms, t_ms + self.radio.crossing_ms())
        write = (client, number, uuid, value)
        if arrives_ms <= t_ms:
            self._take(t_ms, write)
        else:
            self._incoming.append((arrives_ms, write))

    def collect(self) -> list[Outgoing]:
        """Take what has reached its client by now, in order; the rival's words reach nobody."""
        return [each for each in self.radio.collect() if each.client != RIVAL]

    # What happens to the machine.

    def fire(self, t_ms: float) -> None:
        while self._incoming and self._incoming[0][0] <= t_ms:
            self._take(t_ms, self._incoming.popleft()[1])
        if self.powered and self._firmware.next_ms <= t_ms:
            self._firmware.fire(t_ms)
        if self.radio.next_ms <= t_ms:
            self.radio.fire(t_ms)

    def set_link(self, t_ms: float, *, up: bool) -> None:
        self.link_up = up
        if not up:
            self._drop_all(t_ms)

    def cut_power(self, t_ms: float) -> None:
        self._drop_all(t_ms)
        self.powered = False

    def boot(self, t_ms: float) -> None:
        self.powered = True
        self._firmware.power_up(t_ms)

    def tripped(self, t_ms: float) -> None:
        self._firmware.tripped(t_ms)

    def revoke(self, t_ms: float) -> None:
        self._firmware.revoke(t_ms)

    def let_rival_in(self, t_ms: float) -> None:
        """Somebody else connects and has control from now on."""
        if self.connect(t_ms, RIVAL):
            self._firmware.seize(t_ms, RIVAL)

    def _drop_all(self, t_ms: float) -> None:
        for client in tuple(self.radio.clients):
            self.disconnect(t_ms, client)
            self.radio.drop(t_ms, client)

    def _take(self, t_ms: float, write: _Write) -> None:
        client, number, uuid, value = write
        att_error = self._obey(t_ms, client, number is not None, uuid, value)
        if number is not None and client in self.radio.clients:
            after_ms = self._firmware.write_response_ms
            self.radio.respond(t_ms, client, number, att_error, after_ms=after_ms)

    def _obey(self, t_ms: float, client: int, with_response: bool, uuid: int, value: bytes) -> int:
        if uuid == self._firmware.commands and client != RIVAL:
            self.reached.append(value.hex(" ").upper())
        attribute = self._attributes.get(uuid)
        if attribute is None:
            return INVALID_HANDLE
        needed = Property.WRITE if with_response else Property.WRITE_COMMAND
        if needed not in attribute.properties:
            return WRITE_NOT_PERMITTED
        if self.radio.deaf_share and self._noise.share() < self.radio.deaf_share:
            return 0
        return self._firmware.write(t_ms, client, uuid, value)
