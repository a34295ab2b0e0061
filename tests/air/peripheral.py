"""A small machine on an air of its own, in this process: what a backend can be tried against."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bumble import att, hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service

from simulator.air.link import Air, AirController
from simulator.air.server import AirServer
from simulator.air.where import Where

ADDRESS = "C0:00:00:00:1A:01"
NAME = "Peripheral"
SERVICE = "00001826-0000-1000-8000-00805f9b34fb"
FEATURE = "00002acc-0000-1000-8000-00805f9b34fb"
DATA = "00002acd-0000-1000-8000-00805f9b34fb"
CONTROL = "00002ad9-0000-1000-8000-00805f9b34fb"
SECRET = "00002a3d-0000-1000-8000-00805f9b34fb"
FEATURES = bytes.fromhex("4556000005000000")  # urevo-feature: ftms.md 7
SUPERVISION_TIMEOUT = 0x08  # core, vol. 1 part F, 1.3
PATIENCE_S = 60.0


class Peripheral:
    """Answers a write to CONTROL with ``80 op 01``, as an indication or as the other kind."""

    def __init__(self, air: Air) -> None:
        self.air = air
        self.controller = AirController("peripheral", link=air)
        self.device = Device.from_config_with_hci(
            DeviceConfiguration(name=NAME, address=hci.Address(ADDRESS)),
            self.controller,
            self.controller,
        )
        self.connections: list[Connection] = []
        self.reasons: list[int] = []
        self.written: list[bytes] = []
        self.att_error = 0
        self.answers_by_notification = False
        self.changed = asyncio.Event()
        properties, permissions = Characteristic.Properties, Characteristic.Permissions
        feature: Characteristic[bytes] = Characteristic(
            UUID(FEATURE), properties.READ, permissions.READABLE, FEATURES
        )
        self.data: Characteristic[bytes] = Characteristic(
            UUID(DATA), properties.NOTIFY, permissions.READABLE, b""
        )
        self.control: Characteristic[Any] = Characteristic(
            UUID(CONTROL),
            properties.WRITE | properties.WRITE_WITHOUT_RESPONSE | properties.INDICATE,
            permissions.WRITEABLE,
            CharacteristicValue(write=self._on_write),
        )
        secret: Characteristic[bytes] = Characteristic(
            UUID(SECRET),
            properties.WRITE,
            permissions.WRITEABLE | permissions.WRITE_REQUIRES_ENCRYPTION,
            b"",
        )
        self.device.add_services(
            [Service(UUID(SERVICE), [feature, self.data, self.control, secret])]
        )
        self.device.advertising_data = bytes(
            AdvertisingData(
                [
                    (AdvertisingData.Type.FLAGS, b"\x06"),
                    (
                        AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
                        b"\x26\x18",
                    ),
                    (AdvertisingData.Type.SERVICE_DATA_16_BIT_UUID, b"\x26\x18\x01\x01\x00"),
                    (AdvertisingData.Type.COMPLETE_LOCAL_NAME, NAME.encode()),
                ]
            )
        )
        self.device.on(Device.EVENT_CONNECTION, self._on_connection)

    async def start(self) -> None:
        await self.device.power_on()
        await self.advertise()

    async def advertise(self) -> None:
        await self.device.start_advertising(
            auto_restart=True, advertising_interval_min=20, advertising_interval_max=20
        )

    async def until_gone(self) -> int:
        """Return why the last connection ended."""
        async with asyncio.timeout(PATIENCE_S):
            while self.connections or not self.reasons:
                self.changed.clear()
                await self.changed.wait()
        return self.reasons[-1]

    async def say(self, value: bytes) -> None:
        await self.device.notify_subscribers(self.data, value)

    def _on_connection(self, connection: Connection) -> None:
        self.connections.append(connection)

        def gone(reason: int) -> None:
            self.connections.remove(connection)
            self.reasons.append(reason)
            self.changed.set()

        connection.on(connection.EVENT_DISCONNECTION, gone)

    async def _on_write(self, connection: Connection, value: bytes) -> None:
        self.written.append(value)
        self.changed.set()
        if self.att_error:
            raise att.ATT_Error(error_code=att.ErrorCode(self.att_error))
        answer = bytes((0x80, value[0], 1))
        if self.answers_by_notification:
            await self.device.notify_subscriber(connection, self.control, answer, force=True)
        else:
            self._indication = asyncio.ensure_future(
                self.device.indicate_subscriber(connection, self.control, answer)
            )


@asynccontextmanager
async def peripheral_on(where: Where) -> AsyncIterator[tuple[Peripheral, AirServer]]:
    air = Air()
    server = AirServer(air, where)
    await server.serve()
    peripheral = Peripheral(air)
    await peripheral.start()
    try:
        yield peripheral, server
    finally:
        server.close()
        peripheral.controller.le_legacy_advertiser.stop()
        air.close()


def socket_in(folder: Path) -> Path:
    return folder / "air"
