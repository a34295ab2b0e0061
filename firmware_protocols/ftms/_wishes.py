"""What is wanted of a machine and has not left yet: one of each, the newest only."""

from typing import Final

from firmware_protocols.ftms._flight import Flight, Purpose
from firmware_protocols.ftms.control_point import (
    Request,
    RequestControl,
    SetTargetInclination,
    SetTargetSpeed,
    StartOrResume,
)
from firmware_protocols.ftms.quirks import Quirks

NOT_YET_MS: Final = 500
"""How long to wait with what a machine that is starting up does not want to hear yet."""
URGENT_MS: Final = 200
"""How long an urgent speed waits for the answer to another urgent one."""

Choice = tuple[Request, Purpose]


class Wishes:
    """Mailboxes, and the order in which they are emptied. All of it presumes control."""

    __slots__ = (
        "_incline",
        "_keep_due_ms",
        "_may_drive",
        "_not_before_ms",
        "_prelude",
        "_quirks",
        "_speed",
        "_urgent",
        "_urgent_at_ms",
        "start",
    )

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self._not_before_ms = 0
        self._urgent_at_ms = 0
        self._prelude: tuple[Request, ...] = ()
        self.forget()

    def forget(self) -> None:
        """Nothing is wanted any more, and no speed may leave before the next start."""
        self.start = False
        self._speed: SetTargetSpeed | None = None
        self._urgent: SetTargetSpeed | None = None
        """A speed that is part of a stop."""
        self._incline: SetTargetInclination | None = None
        self._may_drive = False
        """A start was accepted, and nothing has ended it since."""
        self._keep_due_ms: int | None = None

    def want_speed(self, request: SetTargetSpeed, *, urgent: bool) -> None:
        self._speed, self._urgent = (None, request) if urgent else (request, None)
        if urgent:
            # A belt on its way to a stop is not started again, not even to keep it running.
            self.start = False
            self._incline = None
            self._keep_due_ms = None

    def want_incline(self, request: SetTargetInclination) -> None:
        self._incline = request

    def next_urgent(self, now_ms: int, flight: Flight | None) -> Choice | None:
        """Return what leaves although something else is under way.

        Not behind another one that the link still carries: it takes one write after the other,
        and a ramp that waits there arrives seconds late on a slow air.
        """
        if self._urgent is None or not self._may_drive:
            return None
        if flight is not None and flight.purpose is Purpose.URGENT:
            carried = not (flight.is_written or flight.is_answered)
            if carried or now_ms < self._urgent_at_ms + URGENT_MS:
                return None
        return self._urgent, Purpose.URGENT

    def next(self, now_ms: int, *, is_moving: bool) -> Choice | None:
        """Return what leaves when nothing is under way."""
        if self.start:
            return StartOrResume(), Purpose.START
        ready = now_ms >= self._not_before_ms
        if self._speed is not None and ready and self._speed_may_leave(is_moving):
            if self._prelude:
                return self._prelude[0], Purpose.PRELUDE
            return self._speed, Purpose.SPEED
        if self._incline is not None and ready:
            return self._incline, Purpose.INCLINE
        if self._keep_due_ms is not None and now_ms >= self._keep_due_ms:
            return StartOrResume(), Purpose.KEEP
        return None

    def left(self, now_ms: int, purpose: Purpose) -> None:
        """What was next has left."""
        match purpose:
            case Purpose.START:
                self.start = False
            case Purpose.SPEED:
                self._speed = None
                self._renew_prelude()
            case Purpose.URGENT:
                self._urgent = None
                self._urgent_at_ms = now_ms
            case Purpose.INCLINE:
                self._incline = None
            case Purpose.KEEP:
                self._keep_due_ms = now_ms + (self._quirks.start_every_ms or 0)
            case _:
                pass  # control and a prelude are asked for until they were answered

    def started(self, now_ms: int) -> None:
        """The machine accepted a start."""
        self._may_drive = True
        self._renew_prelude()
        if self._quirks.start_every_ms is not None:
            self._keep_due_ms = now_ms + self._quirks.start_every_ms

    def prelude_accepted(self) -> None:
        self._prelude = self._prelude[1:]

    def refused(self, purpose: Purpose) -> None:
        """A start, or what goes before a speed, was refused: so is the speed."""
        if purpose in (Purpose.START, Purpose.PRELUDE):
            self._speed = None
            self._renew_prelude()

    def not_yet(self, now_ms: int, request: Request) -> None:
        """The machine is starting up: say it again soon, unless there is something newer."""
        self._not_before_ms = now_ms + NOT_YET_MS
        match request:
            case SetTargetSpeed() if self._urgent is None:
                self._speed = self._speed or request
            case SetTargetInclination():
                self._incline = self._incline or request
            case _:
                pass  # a prelude has not gone, and the next start of that kind will come

    def deadlines(self) -> tuple[int, ...]:
        """Return the times at which something may become ready that was not."""
        found = []
        if self._urgent is not None:
            found.append(self._urgent_at_ms + URGENT_MS)
        if self._speed is not None or self._incline is not None:
            found.append(self._not_before_ms)
        if self._keep_due_ms is not None:
            found.append(self._keep_due_ms)
        return tuple(found)

    def _speed_may_leave(self, is_moving: bool) -> bool:
        return self._may_drive and (is_moving or not self._quirks.speed_needs_motion)

    def _renew_prelude(self) -> None:
        control: tuple[Request, ...] = (RequestControl(),)
        start: tuple[Request, ...] = (StartOrResume(),)
        quirks = self._quirks
        self._prelude = control * quirks.control_before_speed + start * quirks.start_before_speed
