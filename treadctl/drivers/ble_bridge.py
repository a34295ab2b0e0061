"""The bridge process: one Bluetooth connection, between its event loop and the gate's socket.

    python -P -m treadctl.drivers.ble_bridge FD ADDRESS [RADIO [heart-rate]]

FD is one end of a SOCK_SEQPACKET pair, each packet some whole records of the envelope: a gate that
is killed while it writes leaves nothing half-said for the rescue process's stop to fall into. The
other end is held by the gate and by its rescue process. Whatever becomes of either, this goes on
until both are gone, says stop once more if anything was ever commanded, and hangs up. When the
treadmill is gone, it ends at once, and its end is the end of the link.

With ``heart-rate`` it is a sensor that is at the other end: it is listened to, and whatever is
written to it goes nowhere.

The first line on stdout says whether it is ready, or why not and what to do. No signal that a
terminal or a supervisor sends can end it; a loop that hangs is ended by the kernel's timer.
"""

import asyncio
import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, Protocol

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.envelope import CarrierDecoder, Ready, Record, Write, encode
from treadctl.drivers import radios
from treadctl.errors import LinkError

OPEN_S: Final = 9.0
"""Less than the patience of whoever started this (`bridge_link.py`), which then hears why."""
GIVE_UP_S: Final = 3.0
"""For an attempt that was broken off to hang up."""
STALL_S: Final = 3.0
"""A loop that did not come round for so long is ended, and the gate makes a new bridge."""
TURN_S: Final = 0.25
PACKET_MAX: Final = 4_096
PACKETS_PER_TURN: Final = 64
UNREAD_BYTES: Final = 16_384
"""About 4 s of data at 10 Hz that nobody has read: more would be old news."""
MEMORY_BYTES: Final = 1 << 29
NICE: Final = -10
EXIT_USAGE: Final = 2
EXIT_UNAVAILABLE: Final = 13
KINDS: Final[tuple[list[str], ...]] = ([], ["heart-rate"])
DEAF_TO: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
NO_BLEAK: Final = (
    "Bluetooth needs a package that is not installed. Install it: pip install 'treadctl[ble]'"
)


class Carries(Protocol):
    """What a bridge needs of `ble_carrier.Carrier`."""

    def write(self, write: Write) -> None: ...
    async def last_words(self) -> None: ...
    async def close(self) -> None: ...


class OpensCarrier(Protocol):
    def __call__(
        self, *, hear: Callable[[Record], None], lost: Callable[[], None]
    ) -> Awaitable[Carries]: ...


class Bridge:
    """Between one socket and one treadmill. *on_ready* is called when both are there."""

    def __init__(
        self, connection: socket.socket, open_carrier: OpensCarrier, on_ready: Callable[[], None]
    ) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
        self._socket = connection
        self._open_carrier = open_carrier
        self._on_ready = on_ready
        self._carrier: Carries | None = None
        self._ended = asyncio.Event()
        """Nobody holds the other end any more."""
        self._lost = asyncio.Event()
        """The treadmill has gone."""

    async def run(self) -> None:
        """Live as long as there is somebody on both sides.

        Raises:
            LinkError: the treadmill could not be connected to; with what to do.
        """
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._read)
        try:
            self._carrier = carrier = await self._open()
            if carrier is None:
                return
            self._tell(Ready())  # not before this can take what is answered to it
            self._on_ready()
            await _first(self._ended.wait(), self._lost.wait())
            if self._ended.is_set():
                await carrier.last_words()
            self._leave()  # first: it may take a while to hang up
            await carrier.close()
        finally:
            self._leave()

    async def _open(self) -> Carries | None:
        """Return the carrier, or None: nobody waits for it any more."""
        opening = asyncio.ensure_future(self._open_carrier(hear=self._tell, lost=self._lost.set))
        await _first(opening, self._ended.wait(), within_s=OPEN_S)
        in_time = opening.done()
        if not in_time:
            opening.cancel()
            await asyncio.wait({opening}, timeout=GIVE_UP_S)
        if not self._ended.is_set():
            if in_time:
                return opening.result()
            raise LinkError(
                f"connecting took more than {OPEN_S:g} s. End every app that is connected to the "
                "treadmill, and switch it off and on again"
            )
        if opening.done() and not opening.cancelled() and opening.exception() is None:
            await opening.result().close()
        return None

    def _read(self) -> None:
        """Take what the gate, or its rescue process, has written."""
        for _ in range(PACKETS_PER_TURN):
            try:
                packet = self._socket.recv(PACKET_MAX)
            except ConnectionResetError:
                continue  # they went without having read everything; what they said comes now
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                packet = b""
            if packet:
                self._take(packet)
            elif _hung_up(self._socket):
                asyncio.get_running_loop().remove_reader(self._socket.fileno())
                self._ended.set()
                return

    def _take(self, packet: bytes) -> None:
        # Each packet stands alone: nothing that was wrong in one can shift the next.
        decoder = CarrierDecoder()
        decoder.receive_data(packet)
        for record in decoder.records():
            if isinstance(record, Write) and self._carrier is not None:
                self._carrier.write(record)

    def _tell(self, record: Record) -> None:
        """Say it to the gate. One that does not read, or is not there, misses it."""
        with contextlib.suppress(OSError, LocalProtocolError):
            self._socket.send(encode(record))

    def _leave(self) -> None:
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()


async def _first(*waited: Awaitable[Any], within_s: float | None = None) -> None:
    """Wait until one of them is over. What was no task before is cancelled."""
    tasks = {each: asyncio.ensure_future(each) for each in waited}
    await asyncio.wait(tasks.values(), timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    for each, task in tasks.items():
        if task is not each:
            task.cancel()


def _hung_up(connection: socket.socket) -> bool:
    """An empty packet looks like the end, and is not."""
    poller = select.poll()
    poller.register(connection, 0)
    return bool(poller.poll(0))


def main(argv: list[str]) -> int:
    """Run one bridge."""
    if len(argv) not in (3, 4, 5) or not argv[1].isdecimal() or argv[4:] not in KINDS:
        with contextlib.suppress(OSError):
            sys.stderr.write("This is started by treadctl's gate.\n")
        return EXIT_USAGE
    for number in DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    _be_steady()
    try:
        connection = socket.socket(fileno=int(argv[1]))
    except OSError:
        return EXIT_USAGE
    try:
        asyncio.run(_live(connection, argv[2], "".join(argv[3:4]), listens=bool(argv[4:])))
    except LinkError as error:
        _say({"error": str(error)})
        return EXIT_UNAVAILABLE
    return 0


async def _live(connection: socket.socket, address: str, radio: str, *, listens: bool) -> None:
    try:
        from treadctl.drivers.ble_carrier import Carrier
        from treadctl.drivers.ble_heart import HeartCarrier
    except ImportError as error:
        raise LinkError(NO_BLEAK) from error
    opens: OpensCarrier = partial(
        HeartCarrier.open if listens else Carrier.open, address, radios.radio_for(radio)
    )
    alive = asyncio.ensure_future(_prove_life())
    await Bridge(connection, opens, _ready).run()
    alive.cancel()


async def _prove_life() -> None:
    """Turn the kernel's timer back. Nothing in this process has to work for it to go off."""
    while True:
        signal.setitimer(signal.ITIMER_REAL, STALL_S)
        await asyncio.sleep(TURN_S)


def _ready() -> None:
    gc.collect()
    gc.freeze()  # what the libraries have loaded need not be looked at again
    _say({"ready": True})


def _say(line: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def _be_steady() -> None:
    """Ahead of ordinary programs, behind the gate, and bounded in memory (SR-32)."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
