"""The way to a standing belt: one word after the other, judged by what the belt does.

Stop; a target of zero; stop again; then a person has to pull the key (ftms.md 11). An answer is
never enough: the next word follows when the data does not show, within the machine's window,
that the belt slows. A refusal is enough to go on at once.
"""

from enum import Enum
from typing import Final

FALL_CKMH: Final = 30
"""What counts as slowing within one window (SR-35)."""


class Word(Enum):
    PAUSE = "pause"
    STOP = "stop"
    SLOW = "slow"
    """A target of zero, or of the least the machine accepts."""
    CLAIM = "claim"
    """Request control, for the sake of the stop behind it."""


PAUSE_WORDS: Final = (Word.PAUSE, Word.STOP, Word.SLOW, Word.STOP)
STOP_WORDS: Final = (Word.STOP, Word.SLOW, Word.STOP)
LAST_WORDS: Final = (Word.STOP,)
"""On a link where a procedure found no answer, there is one more to try."""


class Stopping:
    """One stop, from its first word until it took effect or words ran out."""

    __slots__ = (
        "_accepted",
        "_answered",
        "_due_ms",
        "_heard_at_ms",
        "_is_pause",
        "_left",
        "_may_fall_silent",
        "_reference_ckmh",
        "_window_ms",
        "said",
    )

    def __init__(
        self,
        now_ms: int,
        words: tuple[Word, ...],
        *,
        reference_ckmh: int | None,
        window_ms: int,
        may_fall_silent: bool,
    ) -> None:
        self._left = words
        self._is_pause = words[0] is Word.PAUSE
        self._due_ms = now_ms
        self._reference_ckmh = reference_ckmh
        """The speed that has to fall; None while it is not known, or about to rise."""
        self._window_ms = window_ms
        self._may_fall_silent = may_fall_silent
        self._accepted = False
        self._answered = False
        self._heard_at_ms = now_ms
        self.said: Word | None = None
        """The last word that left."""

    @property
    def due_ms(self) -> int:
        """When the next word leaves, or the last one has failed."""
        return self._due_ms

    @property
    def is_pause(self) -> bool:
        """It began as one, and may be made a stop."""
        return self._is_pause

    @property
    def claims(self) -> bool:
        """Control is what it asks for next. A stop in its place has to ask for it as well."""
        return self._left[:1] == (Word.CLAIM,)

    def has_failed(self, now_ms: int) -> bool:
        """The last word was said, and its window is over."""
        if self.said is None or now_ms < self._due_ms:
            return False
        return not self._left or self.ends_in_silence(now_ms)

    @property
    def found_no_answer(self) -> bool:
        """No word was answered in any way."""
        return not self._answered

    def ends_in_silence(self, now_ms: int) -> bool:
        """The machine took the stop, and has been silent since, as it is known to be."""
        silent = now_ms - self._heard_at_ms >= self._window_ms
        return self._may_fall_silent and self._accepted and silent

    def word(self, now_ms: int) -> Word | None:
        """Return what leaves now, if anything."""
        return self._left[0] if self._left and now_ms >= self._due_ms else None

    def leave(self, now_ms: int) -> None:
        """The word that was due has left."""
        self.said, *rest = self._left
        self._left = tuple(rest)
        self._due_ms = now_ms + self._window_ms

    def claim(self, now_ms: int) -> None:
        """Control has to be requested before the stop can be said."""
        self._left = (Word.CLAIM, Word.STOP, *self._left)
        self._due_ms = now_ms

    def again(self, at_ms: int, word: Word) -> None:
        """The machine is not ready to hear *word*: say it again."""
        self._left = (word, *self._left)
        self._due_ms = at_ms

    def refused(self, now_ms: int) -> None:
        """The last word had no effect."""
        self._answered = True
        self._due_ms = now_ms

    def accepted(self, now_ms: int) -> None:
        """The last word was answered with success: its effect has to show."""
        self._answered = True
        if self.said is Word.CLAIM:
            self._due_ms = now_ms
        else:
            self._accepted = True
            self._due_ms = now_ms + self._window_ms

    def measured(self, now_ms: int, speed_ckmh: int) -> bool:
        """Return whether the stop took effect."""
        self._heard_at_ms = now_ms
        if self.said is None:
            return False
        reference = self._reference_ckmh
        if speed_ckmh == 0:
            # A zero proves nothing of a belt that was started and has not moved yet.
            return self._accepted or bool(reference)
        if reference is None:
            self._reference_ckmh = speed_ckmh
        elif speed_ckmh <= reference - FALL_CKMH:
            self._reference_ckmh = speed_ckmh
            self._due_ms = max(self._due_ms, now_ms + self._window_ms)
        return False
