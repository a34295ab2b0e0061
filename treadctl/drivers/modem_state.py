"""How old is a modem state? (serial.md 13.2; ruling 11 of safety.md 4.8)

A server that freezes keeps the last state "closed" for ever, so a closed contact counts only as
long as the server answers questions: a reading is as old as the question it answers. A
notification without a question (an edge) is believed, but proves nothing about later.
"""

from collections import deque
from typing import Final

DELTAS: Final = 0x0F
"""Bits that say "changed since the last notification"."""
MASKS: Final = {"cd": 0x80, "ri": 0x40, "dsr": 0x20, "cts": 0x10}
MAX_UNANSWERED: Final = 64
"""Questions in flight; a server so far behind is not asked more."""


class ModemState:
    """The last state of four lines, with the time it is good for."""

    def __init__(self) -> None:
        self._state: int | None = None
        self._proved_at_ms: int | None = None
        self._asked_ms: deque[int] = deque()
        self._dropped = 0

    @property
    def may_ask(self) -> bool:
        """False while too many questions are unanswered."""
        return len(self._asked_ms) < MAX_UNANSWERED

    def asked(self, now_ms: int) -> None:
        """Note that a notification was requested now."""
        self._asked_ms.append(now_ms)

    def notified(self, state: int) -> None:
        """Take one NOTIFY-MODEMSTATE."""
        # What went low between two answers stays on record until somebody has looked.
        self._dropped |= ~state & 0xF0
        if state & DELTAS:
            # An edge, or an answer that met one: it cannot be told which. Nobody owes an
            # answer any more, and only the next question proves freshness again.
            self._asked_ms.clear()
        elif self._asked_ms:
            self._proved_at_ms = self._asked_ms.popleft()
        self._state = state

    def read(self, line: str) -> tuple[bool, int] | None:
        """Return whether *line* is active and when that was proved; None before any was."""
        if self._state is None or self._proved_at_ms is None:
            return None
        mask = MASKS[line]
        active = bool(self._state & mask) and not self._dropped & mask
        self._dropped &= ~mask
        return active, self._proved_at_ms
