"""One write to the control point, and what is known of its fate.

A procedure is over when it was answered and the write itself was confirmed, in whichever order
the two come (ftms.md Q2). What the answer means is not decided here.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from firmware_protocols.ftms.control_point import Request, WriteError, op_of
from firmware_protocols.ftms.uuids import CONTROL_POINT

PROCEDURE_MS: Final = 2_500
"""How long an answer may take. The 30 s of the specification are of no use to anybody walking."""
BUSY_RETRY_MS: Final = 100
"""How long "procedure in progress" is waited out, unless the answer in progress comes first."""

_CURABLE: Final = frozenset(
    {
        WriteError.NOT_SUBSCRIBED,
        WriteError.INSUFFICIENT_AUTHENTICATION,
        WriteError.INSUFFICIENT_ENCRYPTION,
        WriteError.INSUFFICIENT_KEY_SIZE,
    }
)
"""The link subscribes, or pairs, before it reports these; then the write is worth one more."""


@dataclass(frozen=True, slots=True)
class CharacteristicWrite:
    """What a link has to write. It reports what became of it by *number*."""

    number: int
    value: bytes
    with_response: bool
    uuid: int = CONTROL_POINT


class Purpose(Enum):
    CONTROL = "control"
    START = "start"
    PRELUDE = "prelude"
    """What some machines need to hear before every speed (ftms.md Q11)."""
    SPEED = "speed"
    URGENT = "urgent"
    """A speed on the way down of a stop."""
    INCLINE = "incline"
    KEEP = "keep"
    """A start said again, for machines that stop without it (ftms.md Q13)."""
    STOP = "stop"
    RETRY = "retry"
    """A write that was refused, once more. Whatever it was for, it still is."""


@dataclass(slots=True)
class Flight:
    """A procedure under way."""

    request: Request
    purpose: Purpose
    number: int
    due_ms: int
    """When it is given up."""
    is_written: bool
    """The link said so, or never will."""
    is_answered: bool = False
    retry_at_ms: int | None = None
    """When it is written again, if its write was refused."""
    is_last_try: bool = False

    @property
    def is_over(self) -> bool:
        return self.is_answered and self.is_written

    def is_answered_by(self, op: int) -> bool:
        return not self.is_answered and self.retry_at_ms is None and op == op_of(self.request)

    def refuse_write(self, now_ms: int, att_error: int) -> bool:
        """Return whether the write is worth repeating, and remember when."""
        if att_error == WriteError.PROCEDURE_IN_PROGRESS:
            # A stop is worth any number of them, until its window is over.
            worth = self.purpose is Purpose.STOP or not self.is_last_try
            self.retry_at_ms = now_ms + BUSY_RETRY_MS
        else:
            worth = att_error in _CURABLE and not self.is_last_try
            self.retry_at_ms = now_ms
        self.is_last_try = True
        return worth

    def machine_is_free(self, now_ms: int) -> None:
        """What the machine was busy with was answered: no need to wait any longer."""
        if self.retry_at_ms is not None:
            self.retry_at_ms = now_ms

    def repeat(self, number: int, *, is_written: bool) -> None:
        """Write it again, under the deadline it has."""
        self.number = number
        self.is_written = is_written
        self.retry_at_ms = None
