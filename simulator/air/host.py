"""A client's end of the air: one Bluetooth host of its own per connection or scan.

A fresh host costs some milliseconds and buys that nothing is shared: no lock between two
connections, no attempt that somebody else has to take back, and when the socket closes, every
trace of it leaves the air.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakError,
)
from bumble import core, hci
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.transport.common import StreamPacketSink, StreamPacketSource

from simulator.air.where import Where, spell

OPENS_WITHIN_S: Final = 5.0
CLOSES_WITHIN_S: Final = 2.0
_NAME: Final = "air client"


class Host:
    """A powered bumble device behind a socket. Make it with `open`, end it with `close`."""

    def __init__(
        self, device: Device, transport: asyncio.WriteTransport, lost: Callable[[], None]
    ) -> None:
        self.device = device
        self._transport = transport
        self._lost: Callable[[], None] | None = lost

    @classmethod
    async def open(cls, where: Where, *, lost: Callable[[], None]) -> "Host":
        """Connect to the air at *where*; *lost* is called when the air is gone.

        Raises:
            BleakBluetoothNotAvailableError: there is no air at *where*, or it does not answer.
        """
        try:
            async with asyncio.timeout(OPENS_WITHIN_S):
                source, transport = await _connect(where)
        except OSError as error:
            raise _not_available(where, str(error) or "it does not answer") from error
        device = Device.from_config_with_hci(
            DeviceConfiguration(name=_NAME, address=hci.Address.generate_static_address()),
            source,
            StreamPacketSink(transport),
        )
        host = cls(device, transport, lost)
        source.terminated.add_done_callback(lambda _: host._on_end())
        try:
            async with asyncio.timeout(OPENS_WITHIN_S):
                await device.power_on()
        except (OSError, core.BaseBumbleError) as error:
            host.close()
            raise _not_available(where, "what listens there is no virtual air") from error
        except BaseException:
            host.close()
            raise
        return host

    async def scan(self, *, active: bool) -> None:
        async with asyncio.timeout(OPENS_WITHIN_S):
            await self.device.start_scanning(active=active)

    async def connect(self, address: str) -> Connection:
        """Wait for *address* to advertise, for as long as it takes, and connect.

        Raises:
            BleakError: it is no address, or the attempt failed.
        """
        try:
            return await self.device.connect_le(hci.Address(address), timeout=None)
        except (core.BaseBumbleError, ValueError) as error:
            raise BleakError(f"cannot connect to {address}: {error}") from error

    async def hang_up(self, connection: Connection) -> None:
        """End *connection* the polite way, or be done with it after a while."""
        # In a task: bumble cancels the wait itself when the air goes away in the middle of it.
        ending = asyncio.ensure_future(connection.disconnect())
        await asyncio.wait([ending], timeout=CLOSES_WITHIN_S)
        if not ending.done():
            ending.cancel()
        elif not ending.cancelled():
            ending.exception()  # whatever it was, closing ends the connection as well

    def close(self) -> None:
        """Leave the air. Idempotent."""
        self._lost = None  # what ends from now on was meant to
        self._transport.close()

    def _on_end(self) -> None:
        if self._lost is not None:
            self._lost()


class _Source(StreamPacketSource):
    def connection_lost(self, exc: Exception | None) -> None:
        # bumble fails its pending command with this, and trips over one just answered.
        with suppress(asyncio.InvalidStateError):
            self.on_transport_lost()


async def _connect(where: Where) -> tuple[_Source, asyncio.WriteTransport]:
    loop = asyncio.get_running_loop()
    if isinstance(where, Path):
        transport, source = await loop.create_unix_connection(_Source, str(where))
    else:
        transport, source = await loop.create_connection(_Source, where.host, where.port)
    return source, transport


def _not_available(where: Where, reason: str) -> BleakBluetoothNotAvailableError:
    return BleakBluetoothNotAvailableError(
        f"no virtual air at {spell(where)}: {reason}. "
        f"Start one with: treadmill-sim serve --machine ftms --ble {spell(where)}",
        BleakBluetoothNotAvailableReason.NO_BLUETOOTH,
    )
