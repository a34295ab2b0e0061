"""Listens to one Bluetooth heart-rate sensor, for a bridge (`ble_bridge.py`).

It subscribes to one characteristic and does nothing else: what somebody writes to it by mistake
reaches no device.
"""

from collections.abc import Callable

from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.envelope import Record, Value, Write
from treadctl.drivers.ble_link import Connection, GattFailed, unreachable
from treadctl.drivers.radios import Radio
from treadctl.errors import LinkError


class HeartCarrier:
    """One connection. *hear* must not raise; *lost* may be called more than once."""

    def __init__(self, connection: Connection, hear: Callable[[Record], None]) -> None:
        self._connection = connection
        self._hear = hear

    @classmethod
    async def open(
        cls,
        address: str,
        radio: Radio | None,
        *,
        hear: Callable[[Record], None],
        lost: Callable[[], None],
    ) -> "HeartCarrier":
        """Connect and subscribe.

        Raises:
            LinkError: with what to do about it.
        """
        connection = await Connection.open(address, radio, lost)
        carrier = cls(connection, hear)
        try:
            await carrier._listen(address)
        except BaseException:
            await carrier.close()
            raise
        return carrier

    def write(self, write: Write) -> None:
        """A sensor is told nothing."""

    async def last_words(self) -> None:
        """Nor when nobody listens any more."""

    async def close(self) -> None:
        """Hang up. Bounded, and never raises."""
        await self._connection.hang_up()

    async def _listen(self, address: str) -> None:
        name = self._connection.name
        if not self._connection.has(uuids.HEART_RATE_MEASUREMENT):
            raise LinkError(
                f"{name} ({address}) is no heart-rate sensor: it has no Heart Rate Measurement "
                "(2A37). Choose another with `treadctl devices scan`"
            )
        try:
            await self._connection.pairing_if_need_be(self._subscribe)
        except GattFailed as error:
            raise unreachable(name, address, error) from error

    async def _subscribe(self) -> None:
        number = uuids.HEART_RATE_MEASUREMENT
        await self._connection.subscribe(number, lambda data: self._hear(Value(number, data)))
