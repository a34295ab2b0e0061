"""Bluetooth through bleak, with a bound on every wait. The one file that names bleak.

Whatever a radio's library does wrong is a failed operation here, never an exception that ends the
stopping. What no time-out inside an event loop can catch is caught by the kernel's timer of the
process this runs in (`ble_bridge.py`), and by the gate, which believes data only while it comes.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeVar

import bleak
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakBluetoothNotAvailableError, BleakGATTProtocolError

from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.control_point import WriteError
from firmware_protocols.ftms.envelope import CARRIER_FAILED
from treadctl.drivers.radios import Radio
from treadctl.errors import LinkError

T = TypeVar("T")

KNOWN_S: Final = 1.0
"""To ask the system which devices it is connected with: such a one does not advertise."""
FIND_S: Final = 5.0
CONNECT_S: Final = 6.0
READ_S: Final = 1.5
SUBSCRIBE_S: Final = 2.0
PAIR_S: Final = 5.0
WRITE_S: Final = 2.0
"""Less than the 2.5 s that a session gives a procedure, so that it hears why."""
HANG_UP_S: Final = 2.0
NAME_MAX: Final = 40
PAIRING_CURES: Final = frozenset(
    {
        WriteError.INSUFFICIENT_AUTHENTICATION,
        WriteError.INSUFFICIENT_ENCRYPTION,
        WriteError.INSUFFICIENT_KEY_SIZE,
    }
)


class GattFailed(Exception):
    """An operation that did not do what it was for."""

    def __init__(self, message: str, att_error: int = CARRIER_FAILED) -> None:
        super().__init__(message)
        self.att_error = att_error
        """What the machine said, or `CARRIER_FAILED`."""


class GattSilent(GattFailed):
    """There was no answer at all within the time."""


class NotPaired(GattFailed):
    """The machine wants to be paired with, and that failed."""


class NoRadio(GattFailed):
    """There is no adapter, or it is switched off."""


async def bounded(operation: Awaitable[T], within_s: float, what: str) -> T:
    """Return what *operation* returns, within that time.

    Not `asyncio.timeout`, which waits until the cancelled operation has ended: some never do
    (ftms.md Q27). It is left behind.

    Raises:
        GattFailed: anything else.
    """
    task = asyncio.ensure_future(operation)
    try:
        done, _ = await asyncio.wait({task}, timeout=within_s)
    except asyncio.CancelledError:
        abandon(task)
        raise
    if not done:
        abandon(task)
        raise GattSilent(f"{what} took more than {within_s:g} s")
    if task.cancelled():  # that is how some backends say that the link was lost
        raise GattFailed(f"{what} was broken off")
    try:
        return task.result()
    except BleakGATTProtocolError as error:
        raise GattFailed(f"{what}: {error.args[-1]}", int(error.code)) from error
    except BleakBluetoothNotAvailableError as error:
        raise NoRadio(str(error.args[0])) from error
    except FileNotFoundError as error:  # there is no D-Bus to ask
        raise NoRadio("this system has no Bluetooth service") from error
    except Exception as error:  # a backend's bug must not be what ends the stopping
        raise GattFailed(f"{what}: {error or type(error).__name__}") from error


def abandon(task: "asyncio.Future[Any]") -> None:
    """Cancel *task*, and take no interest in whether and how it ends."""
    task.cancel()
    task.add_done_callback(lambda left: left.cancelled() or left.exception())


def no_radio(address: str, error: NoRadio) -> LinkError:
    """Say that there is no adapter, and what to do."""
    return LinkError(
        f"{address} cannot be reached: {str(error).rstrip('.')}. Plug in a Bluetooth adapter, "
        "start the system's Bluetooth service, and switch it on (bluetoothctl power on)"
    )


class Connection:
    """One connection to one device. Every method is bounded and raises `GattFailed`."""

    def __init__(self, client: bleak.BleakClient, name: str) -> None:
        self._client = client
        self.name = name
        self._found = _characteristics(client)

    @classmethod
    async def open(
        cls, address: str, radio: Radio | None, lost: Callable[[], None]
    ) -> "Connection":
        """Find it and connect. *lost* is called when the connection is gone, if that is noticed.

        Raises:
            LinkError: with what to do about it.
        """
        backend, arguments = (radio.client, radio.arguments) if radio else (None, {})
        device = await _find(address, radio)
        name = plain(device.name) or address
        client = bleak.BleakClient(
            device, lambda _: lost(), timeout=CONNECT_S, backend=backend, **arguments
        )
        try:
            await bounded(client.connect(), CONNECT_S, "connecting")
            return cls(client, name)
        except (GattFailed, asyncio.CancelledError) as error:
            await _hang_up(client)
            if isinstance(error, GattFailed):
                raise unreachable(name, address, error) from error
            raise

    @property
    def is_up(self) -> bool:
        return self._client.is_connected

    def has(self, number: int) -> bool:
        return number in self._found

    async def read(self, number: int) -> bytes:
        return bytes(
            await bounded(self._client.read_gatt_char(self._found[number]), READ_S, "reading")
        )

    async def subscribe(self, number: int, hear: Callable[[bytes], None]) -> None:
        """Have *hear* called with every notification or indication. It must not raise."""
        await bounded(
            self._client.start_notify(self._found[number], lambda _, data: hear(bytes(data))),
            SUBSCRIBE_S,
            "subscribing",
        )

    async def unsubscribe(self, number: int) -> None:
        await bounded(self._client.stop_notify(self._found[number]), SUBSCRIBE_S, "unsubscribing")

    async def pair(self) -> None:
        try:
            await bounded(self._client.pair(), PAIR_S, "pairing")
        except GattFailed as error:
            raise NotPaired(str(error)) from error

    async def pairing_if_need_be(self, operation: Callable[[], Awaitable[T]]) -> T:
        """Do it; where the device wants to be paired with first, do that and do it again."""
        try:
            return await operation()
        except GattFailed as error:
            if error.att_error not in PAIRING_CURES:
                raise
        await self.pair()
        return await operation()

    async def write(self, number: int, value: bytes, *, with_response: bool) -> None:
        operation = self._client.write_gatt_char(self._found[number], value, response=with_response)
        await bounded(operation, WRITE_S, "writing")

    async def hang_up(self) -> None:
        """Bounded, and never raises."""
        await _hang_up(self._client)


def plain(name: str | None) -> str:
    """What a device calls itself, with nothing in it that a terminal would obey."""
    return "".join(each if each.isprintable() else "?" for each in name or "")[:NAME_MAX]


def unreachable(name: str, address: str, error: GattFailed) -> LinkError:
    """Say that it is there and does not let itself be used, and what to do."""
    remedy = "End every app that is connected to it, move closer, or switch it off and on again"
    if isinstance(error, NotPaired):
        # Some systems pair only with somebody at hand to agree to it.
        remedy = f"Pair with it once by hand: bluetoothctl pair {address}"
    return LinkError(
        f"{name} ({address}) was found and could not be connected to: {error}. {remedy}"
    )


async def _hang_up(client: bleak.BleakClient) -> None:
    with contextlib.suppress(GattFailed):
        await bounded(client.disconnect(), HANG_UP_S, "hanging up")


async def _find(address: str, radio: Radio | None) -> BLEDevice:
    options: dict[str, Any] = {"backend": radio.scanner, **radio.arguments} if radio else {}
    try:
        device = None if radio else await _connected_already(address)
        device = device or await bounded(
            bleak.BleakScanner.find_device_by_address(address, timeout=FIND_S, **options),
            FIND_S + KNOWN_S,
            "looking for it",
        )
    except NoRadio as error:
        raise no_radio(address, error) from error
    except GattFailed as error:
        raise LinkError(
            f"{address} could not be looked for: {error}. Restart the system's Bluetooth service"
        ) from error
    if device is None:
        raise LinkError(
            f"no Bluetooth device {address} was heard within {FIND_S:g} s. Switch the treadmill "
            "on, end every app that is connected to it, and compare the address with `treadctl "
            "devices scan`"
        )
    return device


async def _connected_already(address: str) -> BLEDevice | None:
    """Some systems keep a connection whose program has died, and such a device is silent."""
    try:
        adapter = await bounded(bleak.BleakAdapter.get(), KNOWN_S, "asking the adapter")
        known = await bounded(adapter.get_connected_devices(), KNOWN_S, "asking the adapter")
    except NoRadio:
        raise
    except GattFailed:
        return None  # not every system can tell; then it is looked for
    return next((device for device in known if device.address.upper() == address), None)


def _characteristics(client: bleak.BleakClient) -> dict[int, BleakGATTCharacteristic]:
    """The first of each number: bleak itself raises where a machine has one twice."""
    found: dict[int, BleakGATTCharacteristic] = {}
    for service in client.services:
        for characteristic in service.characteristics:
            number = uuids.short(characteristic.uuid)
            if number is not None:
                found.setdefault(number, characteristic)
    return found


@dataclass(frozen=True, slots=True)
class Heard:
    """One advertisement."""

    address: str
    name: str
    rssi_dbm: int
    services: tuple[int, ...] = ()
    """Those with a 16-bit number."""
    service_data: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({}))


async def listen(radio: Radio | None, seconds: float, hear: Callable[[Heard], None]) -> None:
    """Hear who advertises, for that long. Connects to nothing.

    Raises:
        LinkError: there is no adapter.
    """

    def detected(device: BLEDevice, data: AdvertisementData) -> None:
        told = {uuids.short(uuid): bytes(value) for uuid, value in data.service_data.items()}
        hear(
            Heard(
                device.address,
                plain(data.local_name or device.name),
                data.rssi,
                tuple(n for uuid in data.service_uuids if (n := uuids.short(uuid)) is not None),
                {number: value for number, value in told.items() if number is not None},
            )
        )

    backend, arguments = (radio.scanner, radio.arguments) if radio else (None, {})
    scanner = bleak.BleakScanner(detected, backend=backend, **arguments)
    try:
        await bounded(scanner.start(), CONNECT_S, "starting to listen")
        await asyncio.sleep(seconds)
        await bounded(scanner.stop(), HANG_UP_S, "ending to listen")
    except NoRadio as error:
        raise no_radio("Bluetooth devices", error) from error
    except GattFailed as error:
        raise LinkError(f"{error}. Restart the system's Bluetooth service") from error
