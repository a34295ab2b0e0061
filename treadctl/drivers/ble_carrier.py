"""Carries a session's writes to one Bluetooth treadmill, and what it says back.

The carrier of `firmware_protocols/ftms/envelope.py`: records in by `write`, records out by *hear*.
It decides nothing but the order of what waits (`ble_backlog.py`), and it goes on whatever fails.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeVar

from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.control_point import WriteError
from firmware_protocols.ftms.envelope import (
    CARRIER_FAILED,
    NOBODY,
    Record,
    Value,
    Write,
    Written,
)
from treadctl.drivers.ble_backlog import Backlog, commands, is_stop
from treadctl.drivers.ble_link import (
    PAIRING_CURES,
    Connection,
    GattFailed,
    GattSilent,
    NotPaired,
    abandon,
    bounded,
    unreachable,
)
from treadctl.drivers.radios import Radio
from treadctl.errors import LinkError

T = TypeVar("T")

LAST_WORDS_S: Final = 2.5
SILENT_WRITES: Final = 2
"""So many writes in a row without any answer, and this connection is a dead one."""

READS: Final = (
    uuids.FITNESS_MACHINE_FEATURE,
    uuids.SPEED_RANGE,
    uuids.INCLINATION_RANGE,
    uuids.MANUFACTURER_NAME,
    uuids.MODEL_NUMBER,
    uuids.FIRMWARE_REVISION,
)
SUBSCRIPTIONS: Final = (
    uuids.MACHINE_STATUS,
    uuids.TREADMILL_DATA,
    uuids.TRAINING_STATUS,
    uuids.CONTROL_POINT,
)
"""In this order: by the time a machine may answer, everything else is being listened to."""
NEEDED: Final = {
    uuids.TREADMILL_DATA: "Treadmill Data (2ACD)",
    uuids.CONTROL_POINT: "Fitness Machine Control Point (2AD9)",
}

_STOP: Final = b"\x08\x01"
_OTHER_KIND: Final = frozenset({WriteError.WRITE_NOT_PERMITTED, WriteError.REQUEST_NOT_SUPPORTED})


class Carrier:
    """One connection. *hear* must not raise; *lost* may be called more than once."""

    def __init__(
        self,
        connection: Connection,
        *,
        hear: Callable[[Record], None],
        lost: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._hear = hear
        self._lost = lost
        self._backlog = Backlog()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._silent = 0
        self._commanded = False
        self._with_response = True
        self._pump: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        address: str,
        radio: Radio | None,
        *,
        hear: Callable[[Record], None],
        lost: Callable[[], None],
    ) -> "Carrier":
        """Connect, read what can be read, and subscribe.

        Raises:
            LinkError: with what to do about it.
        """
        connection = await Connection.open(address, radio, lost)
        carrier = cls(connection, hear=hear, lost=lost)
        try:
            await carrier._introduce(address)
        except BaseException:
            await carrier.close()
            raise
        return carrier

    def write(self, write: Write) -> None:
        """Write it when the connection is free; stops first."""
        self._commanded |= commands(write)
        if write.number == NOBODY:
            # Who says it does not know the machine. A session does, and has been heard.
            write = replace(write, with_response=self._with_response)
        self._with_response = write.with_response
        self._report(self._backlog.put(write), CARRIER_FAILED)
        self._idle.clear()
        self._wake.set()

    async def last_words(self) -> None:
        """Nobody will say anything any more: say the stops that still wait, and one more."""
        self._report(self._backlog.keep_stops(), CARRIER_FAILED)
        if not self._commanded:
            return
        self.write(Write(NOBODY, uuids.CONTROL_POINT, _STOP, self._with_response))
        with contextlib.suppress(GattFailed):
            await bounded(self._idle.wait(), LAST_WORDS_S, "the last stop")

    async def close(self) -> None:
        """Hang up. Bounded, and never raises."""
        if self._pump is not None:
            abandon(self._pump)
        await self._connection.hang_up()

    async def _introduce(self, address: str) -> None:
        name = self._connection.name
        for number, spelled in NEEDED.items():
            if not self._connection.has(number):
                raise LinkError(
                    f"{name} ({address}) is no treadmill that can be driven: it has no {spelled}. "
                    "Choose another with `treadctl devices scan`"
                )
        try:
            for number in filter(self._connection.has, READS):
                await self._read(number)
            for number in filter(self._connection.has, SUBSCRIPTIONS):
                await self._subscribe_first(number)
        except GattFailed as error:
            raise unreachable(name, address, error) from error
        self._pump = asyncio.ensure_future(self._write_what_waits())
        # It ends by a fault of ours only. What cannot be written to is a lost link.
        self._pump.add_done_callback(lambda _: self._lost())

    async def _read(self, number: int) -> None:
        """A refusal leaves it out: a machine without a range is dealt with by the session."""
        try:
            data = await self._connection.pairing_if_need_be(lambda: self._connection.read(number))
        except (GattSilent, NotPaired):
            raise
        except GattFailed:
            return
        self._tell(number, data)

    async def _subscribe_first(self, number: int) -> None:
        try:
            await self._connection.pairing_if_need_be(lambda: self._subscribe(number))
        except GattFailed as error:
            # Status is a bonus (ftms.md Q5). Without data or answers there is no treadmill.
            if number in NEEDED or isinstance(error, GattSilent | NotPaired):
                raise

    async def _subscribe(self, number: int) -> None:
        await self._connection.subscribe(number, lambda data: self._tell(number, data))

    def _tell(self, number: int, data: bytes) -> None:
        """Called back by backends, where an exception would cost the confirmation (ftms.md 9.3)."""
        self._hear(Value(number, data))

    async def _write_what_waits(self) -> None:
        while True:
            waiting = self._backlog.take()
            if waiting is None:
                self._idle.set()
                self._wake.clear()
                await self._wake.wait()
                continue
            self._report(waiting.numbers, await self._write_one(waiting.write))
            if self._silent >= SILENT_WRITES or not self._connection.is_up:
                self._lost()

    async def _write_one(self, write: Write) -> int:
        """Write it, cure what can be cured, and return the error, or 0."""
        if not self._connection.has(write.uuid):
            return CARRIER_FAILED
        att_error = await self._write(write)
        if att_error in _OTHER_KIND and is_stop(write):
            # A stop is worth both kinds of write (ftms.md 3.3); others are a matter of profiles.
            att_error = await self._write(replace(write, with_response=not write.with_response))
        await self._cure(att_error)
        return att_error

    async def _write(self, write: Write) -> int:
        try:
            await self._connection.write(write.uuid, write.value, with_response=write.with_response)
        except GattFailed as error:
            self._silent = self._silent + 1 if isinstance(error, GattSilent) else 0
            return error.att_error
        self._silent = 0
        return 0

    async def _cure(self, att_error: int) -> None:
        """Do it before it is reported: after that, a session writes once more."""
        with contextlib.suppress(GattFailed):
            if att_error == WriteError.NOT_SUBSCRIBED:
                with contextlib.suppress(GattFailed):  # most backends refuse to subscribe twice
                    await self._connection.unsubscribe(uuids.CONTROL_POINT)
                await self._subscribe(uuids.CONTROL_POINT)
            elif att_error in PAIRING_CURES:
                await self._connection.pair()

    def _report(self, numbers: Iterable[int], att_error: int) -> None:
        for number in numbers:
            self._hear(Written(number, att_error))
