"""Where Bluetooth's event loop may live: in a thread of the gate, or in a process of its own?

    python benchmarks/bench_ble_isolation.py [--quick] [--seconds N]

A loop like the gate's (20 ms, woken by bytes and by a trip, collector off) decodes treadmill data
and says stop at random moments, over the same bridge in a thread and in a child. Measured are how
late a tick is, how long it takes from a trip until the stop has been handed over, and until it has
reached the treadmill, which is this process (`tests/drivers/fake_radio.py`). The loads: 10 and 200
notifications a second, and 10 with a library that holds the interpreter for 40 ms once a second.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from figures import ROOT, heading, load, row, spread

sys.path.insert(0, str(ROOT))

from firmware_protocols.ftms.envelope import (
    HostDecoder,
    Ready,
    Value,
    Write,
    encode,
)
from firmware_protocols.ftms.session import FtmsSession
from firmware_protocols.ftms.uuids import CONTROL_POINT, TREADMILL_DATA
from tests.drivers.fake_radio import DATA, FakeTreadmill, fake_treadmill
from treadctl import ble_url
from treadctl.drivers import radios
from treadctl.drivers.bridge_link import BridgeLink

TICK_NS: Final = 20_000_000
START: Final = b"\x07"
STOP: Final = b"\x08\x01"
TRIP_S: Final = (0.1, 0.3)
PLACES: Final = ("thread", "process")
HOLD_STEPS: Final = 1_000_000
"""30 to 50 ms on the machine of docs/measurements.md."""
LOADS: Final = {"10 Hz": (10, 0), "200 Hz": (200, 0), "10 Hz, 40 ms held": (10, HOLD_STEPS)}
_STAMP: Final = struct.Struct("<Q")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 s of each")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each load in each place")
    parser.add_argument("--gate", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.gate:
        gate(*options.gate)
        return 0
    heading("Bluetooth in a thread of the gate, and in a process of its own")
    for name, (rate_hz, steps) in LOADS.items():
        for place in PLACES:
            told = measure(place, rate_hz, steps, 3.0 if options.quick else options.seconds)
            for what, values in told.items():
                row(f"{name}: {place}: {what}", spread(values))
    row("load", load())
    return 0


def measure(place: str, rate_hz: int, steps: int, seconds: float) -> dict[str, list[float]]:
    """One gate under one load; the treadmill, its data and the trips come from here."""
    with fake_treadmill() as treadmill:
        child = subprocess.Popen(
            [sys.executable, str(Path(__file__)), "--gate", place, treadmill.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        treadmill.wait_for(START, within_ms=15_000)
        arrived_ms = []
        with talking(treadmill, rate_hz, steps):
            end_s = time.monotonic() + seconds
            while time.monotonic() < end_s:
                time.sleep(random.uniform(*TRIP_S))
                tripped_ns = time.monotonic_ns()
                child.stdin.write(_STAMP.pack(tripped_ns))
                arrived_ms.append((treadmill.wait_for(STOP).at_ns - tripped_ns) / 1e6)
        child.stdin.close()
        told: dict[str, list[float]] = json.loads(child.stdout.read())
        child.stdout.close()
        child.wait()
    return {**told, "trip to treadmill": arrived_ms}


@contextmanager
def talking(treadmill: FakeTreadmill, rate_hz: int, steps: int) -> Iterator[None]:
    """Have the treadmill send data meanwhile, and once a second hold up whoever hears it."""
    ended = threading.Event()

    def talk() -> None:
        count = 0
        while not ended.wait(1 / rate_hz):
            count += 1
            treadmill.notify(TREADMILL_DATA, DATA)
            if steps and count % rate_hz == 0:
                treadmill.hold(steps)

    thread = threading.Thread(target=talk)
    thread.start()
    yield
    ended.set()
    thread.join()


def gate(place: str, url: str) -> None:
    """The loop. Trips come on stdin, the figures go to stdout."""
    link: Any = BridgeLink(url) if place == "process" else ThreadLink(url)
    decoder, session = HostDecoder(), FtmsSession()
    late_ms: list[float] = []
    written_ms: list[float] = []
    await_ready(link, decoder)
    link.write(encode(Write(1, CONTROL_POINT, START)))
    gc.collect()
    gc.freeze()
    gc.disable()
    poller = select.poll()
    poller.register(link.fileno(), select.POLLIN)
    poller.register(0, select.POLLIN)
    due_ns = time.monotonic_ns() + TICK_NS
    while True:
        poller.poll(max(0, (due_ns - time.monotonic_ns()) / 1e6))
        now_ns = time.monotonic_ns()
        if now_ns >= due_ns:
            late_ms.append((now_ns - due_ns) / 1e6)
            due_ns += TICK_NS
        decoder.receive_data(link.read_available())
        for record in decoder.records():
            if isinstance(record, Value):
                session.receive(now_ns // 1_000_000, record.uuid, record.value)
        session.take_events()
        if select.select([0], [], [], 0)[0]:
            stamp = os.read(0, _STAMP.size)
            if not stamp:
                break
            link.write(encode(Write(2, CONTROL_POINT, STOP)))
            written_ms.append((time.monotonic_ns() - _STAMP.unpack(stamp)[0]) / 1e6)
    sys.stdout.write(json.dumps({"tick lateness": late_ms, "trip to write": written_ms}))
    sys.stdout.flush()
    link.close()


def await_ready(link: Any, decoder: HostDecoder) -> None:
    while True:
        select.select([link.fileno()], [], [])
        decoder.receive_data(link.read_available())
        if Ready() in list(decoder.records()):
            return


class ThreadLink(BridgeLink):
    """What was not chosen: the same bridge, with its event loop in a thread of this process."""

    def __init__(self, url: str) -> None:
        self._lost = False
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        threading.Thread(target=asyncio.run, args=(self._live(theirs, url),), daemon=True).start()

    async def _live(self, theirs: socket.socket, url: str) -> None:
        from treadctl.drivers.ble_bridge import Bridge
        from treadctl.drivers.ble_carrier import Carrier

        where = ble_url.parse(url)
        opens = partial(Carrier.open, where.address, radios.radio_for(where.radio))
        await Bridge(theirs, opens, lambda: None).run()

    def close(self) -> None:
        self._socket.close()


if __name__ == "__main__":
    sys.exit(main())
