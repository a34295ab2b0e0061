"""What a test says to an FTMS treadmill, and hears from it. Bytes are those of ftms.md 3 and 4."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

from bleak import BleakClient

from simulator.air.radio import radio
from tests.air.peripheral import PATIENCE_S

DATA = "00002acd-0000-1000-8000-00805f9b34fb"
CONTROL = "00002ad9-0000-1000-8000-00805f9b34fb"
STATUS = "00002ada-0000-1000-8000-00805f9b34fb"
REQUEST_CONTROL, START, STOP = b"\x00", b"\x07", b"\x08\x01"
SPEED_2_KMH = b"\x02\xc8\x00"

Heard = asyncio.Queue[bytes]


def found_at(url: str) -> tuple[str, str]:
    """Return radio and address of a ready line's ``ble://ADDRESS?radio=air:WHERE``."""
    address, _, query = url.removeprefix("ble://").partition("?radio=air:")
    return unquote(query), address


def client_for(url: str, **options: Any) -> BleakClient:
    where, address = found_at(url)
    offered = radio(where)
    return BleakClient(address, backend=offered.client, **offered.arguments, **options)


class Treadmill:
    """One client's view."""

    def __init__(self, client: BleakClient) -> None:
        self.client = client
        self.answers: Heard = asyncio.Queue()
        self.status: Heard = asyncio.Queue()
        self.data: Heard = asyncio.Queue()

    async def listen(self) -> None:
        for uuid, queue in ((STATUS, self.status), (DATA, self.data), (CONTROL, self.answers)):
            await self.client.start_notify(uuid, _into(queue))

    async def ask(self, request: bytes) -> str:
        """Return the answer of the control point, as hex."""
        await self.client.write_gatt_char(CONTROL, request, response=True)
        return (await soon(self.answers)).hex()

    async def speed_ckmh(self) -> int:
        """Return the speed of the next record; it always stands at offset 2 (ftms.md 2.2)."""
        return int.from_bytes((await soon(self.data))[2:4], "little")

    async def until_it_moves(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await self.speed_ckmh() == 0:
                pass


def _into(queue: Heard) -> Callable[[object, bytearray], None]:
    return lambda _, value: queue.put_nowait(bytes(value))


async def soon(queue: Heard) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return await queue.get()


@asynccontextmanager
async def at(url: str, **options: Any) -> AsyncIterator[Treadmill]:
    """Connect and listen to everything."""
    async with client_for(url, **options) as client:
        treadmill = Treadmill(client)
        await treadmill.listen()
        yield treadmill


async def start_walking(client: BleakClient) -> None:
    treadmill = Treadmill(client)
    await treadmill.listen()
    for request in (REQUEST_CONTROL, START):
        answer = await treadmill.ask(request)
        assert answer == f"80{request.hex()}01", answer
    await treadmill.until_it_moves()
