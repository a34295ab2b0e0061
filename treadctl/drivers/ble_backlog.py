"""What waits to be written over the air while one write is under way. Pure, bounded, stops first.

One connection takes one write after the other. A stop goes before whatever waits, and takes its
place: a speed that left after the stop could set a belt off again. The same stop said twice is
said once, however often a rescue process says it while nobody could listen.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from firmware_protocols.ftms.envelope import NOBODY, Write
from firmware_protocols.ftms.uuids import CONTROL_POINT

WAITING_MAX: Final = 16
"""A session has one procedure in flight. More than a handful that wait are not a session's."""
_STOP_OR_PAUSE: Final = b"\x08"
_SPEED_ZERO: Final = b"\x02\x00\x00"
_REQUEST_CONTROL: Final = b"\x00"


@dataclass(slots=True)
class Waiting:
    """One write, and everybody who wants to know what became of it."""

    write: Write
    numbers: list[int] = field(default_factory=list)


def is_stop(write: Write) -> bool:
    """Whether *write* can only slow a belt down."""
    value = write.value
    return write.uuid == CONTROL_POINT and (value[:1] == _STOP_OR_PAUSE or value == _SPEED_ZERO)


def commands(write: Write) -> bool:
    """Whether *write* may have set something in motion: everything but asking for control."""
    return write.uuid == CONTROL_POINT and write.value[:1] != _REQUEST_CONTROL


class Backlog:
    """First come, first served, but for stops."""

    def __init__(self) -> None:
        self._stops: deque[Waiting] = deque()
        self._others: deque[Waiting] = deque()

    def __bool__(self) -> bool:
        return bool(self._stops or self._others)

    def put(self, write: Write) -> list[int]:
        """Let *write* wait. Return the numbers of those that will never be written now."""
        if is_stop(write):
            given_up = self.keep_stops()
            return given_up + self._put_stop(write)
        if len(self._others) >= WAITING_MAX:
            return _numbers(write)
        self._others.append(Waiting(write, _numbers(write)))
        return []

    def take(self) -> Waiting | None:
        """Return what is to be written next, once."""
        queue = self._stops or self._others
        return queue.popleft() if queue else None

    def keep_stops(self) -> list[int]:
        """Forget everything but stops. Return the numbers of what was forgotten."""
        given_up = [number for waiting in self._others for number in waiting.numbers]
        self._others.clear()
        return given_up

    def _put_stop(self, write: Write) -> list[int]:
        for waiting in self._stops:
            same = waiting.write
            if (same.uuid, same.value, same.with_response) == (
                write.uuid,
                write.value,
                write.with_response,
            ):
                waiting.numbers += _numbers(write)
                # Whoever asks for more than this is not a session, and is told so.
                spare, waiting.numbers = (
                    waiting.numbers[WAITING_MAX:],
                    waiting.numbers[:WAITING_MAX],
                )
                return spare
        if len(self._stops) >= WAITING_MAX:
            return _numbers(write)
        self._stops.append(Waiting(write, _numbers(write)))
        return []


def _numbers(write: Write) -> list[int]:
    return [] if write.number == NOBODY else [write.number]
