"""What is confirmed with two presses of different keys, a second apart (safety.md 4.8.10)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from treadctl.core.machine import SessionState
    from treadctl.tui.view import View

PRESS_MAX_MS: Final = 8_000
"""A first press this old is nobody's any more."""
HELD: Final = {"start": "start", "turn_confirm": "turn", "reset": "reset"}
"""What is asked for with two presses, and what its verbs are called."""
HELD_MS: Final = 1_200
"""A second as the gate counts it, and a little for the way there."""


class _Press(NamedTuple):
    wants: str
    state: "SessionState"
    at_ms: int


class Presses:
    """The first of two presses, while it counts."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._first: _Press | None = None

    @property
    def since_ms(self) -> int | None:
        """How long ago the first one was."""
        return None if self._first is None else self._now_ms() - self._first.at_ms

    def begin(self, wants: str, state: "SessionState") -> str:
        """Press for the first time; returns the verb."""
        self._first = _Press(wants, state, self._now_ms())
        return f"press_{HELD[wants]}"

    def end(self) -> tuple[str, bool] | None:
        """Press for the second time; returns the verb, and whether it was too soon for it."""
        first, since_ms = self._first, self.since_ms
        if first is None or since_ms is None:
            return None
        self._first = None
        return f"confirm_{HELD[first.wants]}", since_ms < HELD_MS

    def follow(self, view: "View") -> None:
        """Forget the first press when something else is asked, or nothing for too long."""
        if self._first is None:
            return
        # While a reset is under way nothing is asked, and the press still counts.
        wants = view.prompt.wants if view.prompt is not None else self._first.wants
        late = (self.since_ms or 0) > PRESS_MAX_MS
        if late or (wants, view.state) != (self._first.wants, self._first.state):
            self._first = None
