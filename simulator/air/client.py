"""A backend for `bleak.BleakClient`: one connection over the virtual air."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTServiceCollection
from bleak.exc import BleakCharacteristicNotFoundError, BleakDeviceNotFoundError, BleakError
from bumble import gatt
from bumble.device import Connection, Peer

from simulator.air.asking import Asking
from simulator.air.discovery import discover
from simulator.air.host import Host
from simulator.air.where import Where

MTU: Final = 247
"""What most hosts ask for: 244 bytes of a value in one packet."""
DEFAULT_MTU: Final = 23
PAIRS_WITHIN_S: Final = 10.0
_NOTIFY: Final = b"\x01\x00"
_INDICATE: Final = b"\x02\x00"
_NEITHER: Final = b"\x00\x00"


class AirClient(BaseBleakClient):
    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        services: set[str] | None = None,
        *,
        air: Where,
        disconnected_callback: Callable[[], None] | None = None,
        timeout: float = 30.0,
        **kwargs: Any,
    ) -> None:
        """*air* is where the air is; bleak hands it on from `BleakClient(..., air=...)`."""
        super().__init__(
            address_or_ble_device,
            disconnected_callback=disconnected_callback,
            timeout=timeout,
            **kwargs,
        )
        self._name = getattr(address_or_ble_device, "name", None)
        self._wanted = services
        self._air = air
        self._host: Host | None = None
        self._connection: Connection | None = None
        self._asking = Asking()

    @property
    def name(self) -> str:
        return self._name or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection is not None else DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        if self._host is not None:
            raise BleakError("already connected, or on the way to it")
        self._asking = Asking()
        self._host = await Host.open(self._air, lost=self._on_link_lost)
        try:
            async with asyncio.timeout(self._timeout):
                connection = await self._host.connect(self.address)
                connection.on(connection.EVENT_DISCONNECTION, lambda _: self._on_link_lost())
                self._connection = connection
                if pair:
                    await self.pair()
                peer = Peer(connection)
                await self._asking.ask(peer.request_mtu(MTU))
                found = await self._asking.ask(
                    discover(peer, self._wanted, lambda: self.mtu_size - 3)
                )
        except BaseException as error:
            was_found = self._connection is not None
            # A connection that nobody asks for any more must not keep the treadmill's place.
            self._connection = None
            self._close()
            if not isinstance(error, TimeoutError):
                raise
            within = f"within {self._timeout:g} s"
            if was_found:
                raise BleakError(f"{self.address} did not answer {within}") from error
            reason = f"nothing called {self.address} advertised {within}"
            raise BleakDeviceNotFoundError(self.address, reason) from error
        self.services = found

    async def disconnect(self) -> None:
        host, connection = self._host, self._connection
        if host is not None and connection is not None:
            await host.hang_up(connection)
        self._on_link_lost()

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        connection = self._connected()
        try:
            async with asyncio.timeout(PAIRS_WITHIN_S):
                await self._asking.ask(connection.pair())
        except TimeoutError as error:
            raise BleakError(f"not paired within {PAIRS_WITHIN_S:g} s") from error

    async def unpair(self) -> None:
        """Keys live no longer than a connection here, so ending it forgets them."""
        await self.disconnect()

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        return await self._read(characteristic.handle)

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        return await self._read(descriptor.handle)

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        await self._write(characteristic.handle, bytes(data), response)

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        await self._write(descriptor.handle, bytes(data), True)

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        client = self._connected().gatt_client
        switch = _switch_of(characteristic)
        handle = characteristic.handle
        if handle in client.notification_subscribers:
            raise BleakError("notifications have been started already")
        loop = asyncio.get_running_loop()

        def hear(value: bytes) -> None:
            # Later, because an exception in here would keep the confirmation from being sent,
            # and a machine that waits for one says nothing more.
            loop.call_soon(callback, bytearray(value))

        # Both kinds, whichever is asked for: some machines answer with the other one.
        client.notification_subscribers[handle] = {hear}
        client.indication_subscribers[handle] = {hear}
        asked_for = _NOTIFY if "notify" in characteristic.properties else _INDICATE
        try:
            await self._write(switch.handle, asked_for, True)
        except BaseException:
            self._forget(handle)
            raise

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        self._connected()
        self._forget(characteristic.handle)
        await self._write(_switch_of(characteristic).handle, _NEITHER, True)

    def _forget(self, handle: int) -> None:
        if self._connection is not None:
            self._connection.gatt_client.notification_subscribers.pop(handle, None)
            self._connection.gatt_client.indication_subscribers.pop(handle, None)

    async def _read(self, handle: int) -> bytearray:
        client = self._connected().gatt_client
        return bytearray(await self._asking.ask(client.read_value(handle)))

    async def _write(self, handle: int, data: bytes, with_response: bool) -> None:
        client = self._connected().gatt_client
        await self._asking.ask(client.write_value(handle, data, with_response))

    def _connected(self) -> Connection:
        if self._connection is None:
            raise BleakError("not connected")
        return self._connection

    def _on_link_lost(self) -> None:
        """However it ended: by us, by the machine, by distance, by the death of the air."""
        was_connected = self.services is not None and self._connection is not None
        self._connection = None
        self._close()
        if was_connected and self._disconnected_callback is not None:
            self._disconnected_callback()

    def _close(self) -> None:
        self._asking.end()
        self.services: BleakGATTServiceCollection | None = None
        if self._host is not None:
            self._host.close()
            self._host = None


def _switch_of(characteristic: BleakGATTCharacteristic) -> BleakGATTDescriptor:
    """Return the descriptor that turns notifications on."""
    number = gatt.GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR
    for descriptor in characteristic.descriptors:
        if descriptor.obj.type == number:
            return descriptor
    raise BleakCharacteristicNotFoundError(characteristic.uuid)
