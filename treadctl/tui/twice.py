"""Verbs that say what they will do and want to hear it again, before the belt does it."""

from collections.abc import Callable
from typing import Final

TWICE_MS: Final = 6_000

WILL_DO: Final = {
    "skip": "Next: this step ends in 5 seconds, 15 before a turn, announced. Press n again.",
    "extend": "Longer: this step gets 30 seconds more. Press l again.",
    "cool_down": "Cool down: the belt stops, other bouts are left out, the cooldown is offered. "
    "Press w again.",
    "end": "End: the belt stops softly, and this session is over. Press x again.",
}


class Twice:
    """The verb that has been pressed once. A repeated key never gets here (`keys`)."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._verb: str | None = None
        self._until_ms = 0

    @property
    def text(self) -> str | None:
        """What would happen, while somebody may still confirm it."""
        if self._verb is None or self._now_ms() > self._until_ms:
            return None
        return WILL_DO[self._verb]

    def press(self, verb: str) -> bool:
        """True with the second press in time."""
        if self._verb == verb and self._now_ms() <= self._until_ms:
            self._verb = None
            return True
        self._verb, self._until_ms = verb, self._now_ms() + TWICE_MS
        return False

    def forget(self) -> None:
        self._verb = None
