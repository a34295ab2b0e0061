"""A client of its own process that sets the belt in motion and stays until it is killed.

    python -m tests.air.walking_client RADIO ADDRESS

It prints ``walking`` when the machine has said so.
"""

import asyncio
import sys

from bleak import BleakClient

from simulator.air.radio import radio
from tests.air.treadmill import CONTROL, start_walking


async def main(where: str, address: str) -> None:
    offered = radio(where)
    async with BleakClient(address, backend=offered.client, **offered.arguments) as client:
        await start_walking(client)
        sys.stdout.write("walking\n")
        sys.stdout.flush()
        assert client.services.get_characteristic(CONTROL) is not None
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
