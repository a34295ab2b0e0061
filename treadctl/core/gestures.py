"""Deliberate acts as the levels a request carries (model.Gesture, SR-02, SR-34)."""

from typing import Final

from treadctl.model import Gesture
from treadctl.safety.limits import GESTURE_HOLD_MS

_MARGIN_MS: Final = 100
"""The gate times a press by its own ticks; this much later it has seen a full second."""
_CONFIRMED_MS: Final = 500
"""How long a confirmation stays up, so that no report or request can miss it."""


class Press:
    """A key held, or two confirmations a second apart; sent as a level, once per exchange."""

    def __init__(self) -> None:
        self._pressed = False
        self._confirmed = False
        self._let_go = False
        self._sent = Gesture.NONE
        self._since_ms = 0

    @property
    def sent(self) -> Gesture:
        """What the last request said."""
        return self._sent

    def is_underway(self, now_ms: int) -> bool:
        """Held, or confirmed and on its way: time does the rest, and no person."""
        if self._sent is Gesture.NONE or self._confirmed:
            return self._pressed
        return self._sent is Gesture.CONFIRMED or now_ms - self._since_ms < GESTURE_HOLD_MS

    def press(self) -> None:
        """Begin. Pressing what is pressed changes nothing: the first second counts."""
        self._pressed = True

    def confirm(self, now_ms: int) -> bool:
        """Complete it; false, and let go, if it was not held for a second."""
        held_ms = now_ms - self._since_ms
        if self._sent is Gesture.CONFIRMED:
            return True
        if not self._pressed or self._sent is not Gesture.PRESSED or held_ms < GESTURE_HOLD_MS:
            self.release()
            return False
        self._confirmed = True
        return True

    def release(self) -> None:
        """Let go. The gate hears of it even if the key is pressed again before the next tick."""
        self._pressed = self._confirmed = False
        self._let_go = True

    def level(self, now_ms: int) -> Gesture:
        """Return what the next request says. Called once per exchange."""
        let_go, self._let_go = self._let_go, False
        if let_go:
            self._sent = Gesture.NONE
        elif self._sent is Gesture.NONE:
            if self._pressed:
                self._sent, self._since_ms = Gesture.PRESSED, now_ms
        elif self._sent is Gesture.PRESSED:
            if self._confirmed and now_ms - self._since_ms >= GESTURE_HOLD_MS + _MARGIN_MS:
                self._sent, self._since_ms = Gesture.CONFIRMED, now_ms
        elif now_ms - self._since_ms >= _CONFIRMED_MS:
            # Single-use: a further start needs a press that begins anew.
            self._pressed = self._confirmed = False
            self._sent = Gesture.NONE
        return self._sent
