"""Somebody else's program on our simulator: pyftms, unmodified, drives a treadmill without a radio.

    treadmill-sim serve --machine ftms --ble unix:/tmp/air
    python examples/pyftms_drive.py unix:/tmp/air

pyftms needs Python 3.12 or newer. This directory's parent has to be importable, and bleak and
bumble installed; see docs/virtual-bluetooth.md.
"""

import asyncio
import sys

import pyftms

from simulator.air.radio import install

# pyftms 0.4.15 cuts instead of rounding: 2.3 would be sent as 2.29, and 2.2 driven.
TARGET_KMH = 2.0
WITHIN_S = 20.0


async def main(where: str) -> None:
    install(where)
    found = await anext(pyftms.discover_ftms_devices(WITHIN_S), None)
    if found is None:
        sys.exit(f"no fitness machine was heard within {WITHIN_S:g} s")
    device, kind = found
    print(f"found {device.name} at {device.address}: {kind.name}")

    events: asyncio.Queue[object] = asyncio.Queue()
    async with pyftms.get_client(device, kind, on_ftms_event=events.put_nowait) as treadmill:
        info = treadmill.device_info
        print(f"connected: {info['manufacturer']} {info['model']}")
        try:
            # pyftms requests control by itself before the first command.
            must(await treadmill.start_resume(), "start")
            must(await treadmill.set_target_speed(TARGET_KMH), "set speed")
            async with asyncio.timeout(WITHIN_S):
                await until_fast_enough(events)
        except TimeoutError:
            sys.exit(f"the belt did not reach {TARGET_KMH} km/h within {WITHIN_S:g} s")
        finally:
            print(f"stop: {(await treadmill.stop()).name}")


async def until_fast_enough(events: "asyncio.Queue[object]") -> None:
    speed_kmh = 0.0
    while speed_kmh < TARGET_KMH:
        event = await events.get()
        if isinstance(event, pyftms.UpdateEvent):
            speed_kmh = event.event_data.get("speed_instant", speed_kmh)
            print(f"belt {speed_kmh:.2f} km/h")


def must(result: pyftms.ResultCode, what: str) -> None:
    if result is not pyftms.ResultCode.SUCCESS:
        sys.exit(f"{what} was refused: {result.name}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: pyftms_drive.py unix:PATH | tcp:HOST:PORT")
    asyncio.run(main(sys.argv[1]))
