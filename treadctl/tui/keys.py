"""What a key means before anything on the screen may have it (SR-18, SR-41).

Called by the thread that reads the terminal, so that neither focus nor a dialog nor a stalled
screen can swallow a stop. A terminal reports no key being held: a held key is many presses, and
two of those never count as one person pressing twice.
"""

from collections.abc import Callable
from typing import Final, Protocol

STOP_KEYS: Final = frozenset({"space", "s", "q", "enter", "escape"})
QUIT_KEYS: Final = frozenset({"ctrl+c", "ctrl+q"})
MOVING_KEYS: Final = frozenset(
    {"plus", "up", "minus", "down", "p", "n", "l", "w", "x", "c", "m", "b", "e"}
    | {"question_mark", "f1", "a", "left_square_bracket", "right_square_bracket"}
)
"""What means something while the belt moves, beside the stops."""
SLOWER: Final = frozenset({"minus", "down"})
"""Going slower may repeat as long as it likes."""
_SAME: Final = {
    "+": "plus",
    "equals_sign": "plus",
    "=": "plus",
    "-": "minus",
    "?": "question_mark",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    " ": "space",
    "ctrl+m": "enter",
    "ctrl+j": "enter",
}
UNKNOWN_MS: Final = 2_000
UNKNOWN_MAX: Final = 3
"""SR-41: so many keys without a meaning within that time are a cat, or a fall."""
REPEAT_GAP_MS: Final = 150
"""Keyboards repeat ten times a second or more, and nobody presses that fast on purpose."""
AGAIN_MS: Final = 700
"""Longer than it takes a keyboard to begin repeating. A second press is one after that."""


def name_of(key: str) -> str:
    """Return the one name of *key*: with caps lock on, a stop is still a stop."""
    key = _SAME.get(key, key)
    return key.lower().removeprefix("upper_").removeprefix("shift+")


class StopDesk(Protocol):
    """What a key can do without the screen's loop."""

    @property
    def may_move(self) -> bool: ...
    def stop(self) -> None: ...


class KeyGuard:
    """Takes every key first. One per application; its desk changes with every run."""

    def __init__(
        self,
        now_ms: Callable[[], int],
        *,
        stops: frozenset[str] = STOP_KEYS,
        quits: frozenset[str] = QUIT_KEYS,
        meaning: frozenset[str] = MOVING_KEYS,
    ) -> None:
        """*stops*, *quits* and *meaning*: what keys do while the belt may move."""
        self._now_ms = now_ms
        self._stops = stops
        self._quits = quits
        self._meaning = meaning
        self.desk: StopDesk | None = None
        """None: there is no run, and every key is for whatever is on the screen."""
        self.front: frozenset[str] | None = None
        """What still means something with a dialog in front; None: there is none. What a dialog
        swallows without a word is as unknown as any other key."""
        self.quit_asked = False
        """Somebody wants to leave; asked about once the belt stands."""
        self._unknown_at_ms: list[int] = []
        self._seen_ms: dict[str, int] = {}
        self._accepted_ms: dict[str, int] = {}

    def take(self, key: str) -> bool:
        """True where *key* has been dealt with, and nothing else may have it."""
        desk, key = self.desk, name_of(key)
        if desk is None:
            return False
        now_ms = self._now_ms()
        if desk.may_move:
            if key in self._stops or key in self._quits:
                self.quit_asked = self.quit_asked or key in self._quits
                desk.stop()
                return True
            if key not in (self._meaning if self.front is None else self.front):
                self._unknown(desk, now_ms)
                return True
        return key not in SLOWER and self._is_repeat(key, now_ms)

    def _is_repeat(self, key: str, now_ms: int) -> bool:
        seen_ms = self._seen_ms.get(key, -AGAIN_MS)
        self._seen_ms[key] = now_ms
        accepted_ms = self._accepted_ms.get(key, -AGAIN_MS)
        if now_ms - seen_ms < REPEAT_GAP_MS or now_ms - accepted_ms < AGAIN_MS:
            return True
        self._accepted_ms[key] = now_ms
        return False

    def _unknown(self, desk: StopDesk, now_ms: int) -> None:
        since_ms = now_ms - UNKNOWN_MS
        self._unknown_at_ms = [t for t in self._unknown_at_ms if t > since_ms] + [now_ms]
        if len(self._unknown_at_ms) >= UNKNOWN_MAX:
            self._unknown_at_ms.clear()
            desk.stop()
