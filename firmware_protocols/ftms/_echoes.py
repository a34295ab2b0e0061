"""Whether a change the machine reports is our own doing (SR-36, SR-39).

By the text a change made by a client is told to the others. Many machines tell everybody, and
some say "stopped by the user" for what the client asked (ftms.md 4, Q17, Q18).
"""

from typing import Final

from firmware_protocols.ftms.quirks import Quirks

ECHO_MS: Final = 3_000
"""How late an echo may come: "typically within a second", and a start takes its time."""
_NEVER_MS: Final = -ECHO_MS - 1


class Echoes:
    """Remembers what was asked last. Speeds in the digits of the wire."""

    __slots__ = (
        "_before",
        "_incline",
        "_is_theirs",
        "_quirks",
        "_speed",
        "_speed_at_ms",
        "_start_at_ms",
        "_stop_at_ms",
        "_tells_us",
    )

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self._speed: int | None = None
        """None between a start and the first speed: what the belt does then, the machine chose."""
        self._before: int | None = None
        """The speed before it; where a machine tells its whole ramp, how far that has got."""
        self._is_theirs = False
        """Somebody else has set the speed since ours left."""
        self._speed_at_ms = _NEVER_MS
        self._incline: int | None = None
        self._start_at_ms = _NEVER_MS
        self._stop_at_ms = _NEVER_MS
        self._tells_us = False
        """It was heard to tell a speed of ours: by the text it tells only the others."""

    def start(self, now_ms: int, *, is_first: bool) -> None:
        """A start left. *is_first*: not one said again to a belt that runs."""
        self._start_at_ms = now_ms
        if is_first:
            self._speed = self._before = None
            self._is_theirs = False
            self._speed_at_ms = _NEVER_MS

    def stop(self, now_ms: int) -> None:
        """A stop or a pause left."""
        self._stop_at_ms = now_ms
        self.speed(now_ms, 0)

    def speed(self, now_ms: int, hundredths: int) -> None:
        """A target speed left."""
        if self._before is None or not self._quirks.status_follows_ramp:
            self._before = self._speed
        self._speed = hundredths
        self._is_theirs = False
        self._speed_at_ms = now_ms

    def come_to(self, now_ms: int, hundredths: int) -> None:
        """The machine told a speed of ours. Where it tells its whole ramp, that is how far it has
        got: the rest of the way is ours as long as it goes on telling."""
        if self._quirks.status_follows_ramp:
            self._before = hundredths
            self._speed_at_ms = now_ms
        elif hundredths != self._before:
            # It tells us what we do, and in order: the speed before this one comes no more.
            self._tells_us = True
            self._before = None

    def set_by_others(self, hundredths: int) -> None:
        """The machine runs at what somebody else has set. If it tells our own speed after that,
        then they have set that, too. A stop is not theirs: all that follows it is on its way."""
        self._is_theirs = bool(self._speed)
        self._before = hundredths

    def incline(self, incline_permille: int) -> None:
        """A target incline left."""
        self._incline = incline_permille

    def is_our_start(self, now_ms: int) -> bool:
        return now_ms - self._start_at_ms <= ECHO_MS

    def is_our_stop(self, now_ms: int) -> bool:
        if now_ms - self._stop_at_ms <= ECHO_MS:
            return True
        return self._quirks.false_stop_status and self.is_our_start(now_ms)

    def is_our_speed(self, now_ms: int, hundredths: int, step: int) -> bool:
        """Half a *step* is allowed for machines whose own step is finer than the one they state."""
        slack = step // 2
        if self._is_theirs:
            return False
        if self._speed is None:
            return self.is_our_start(now_ms)
        if abs(hundredths - self._speed) <= slack:
            return True
        if now_ms - self._speed_at_ms > ECHO_MS:
            return False
        if self._quirks.status_follows_ramp:
            low, high = sorted((self._before or 0, self._speed))  # from standstill on
            return low - slack <= hundredths <= high + slack
        if self._before is None or not self._tells_us:
            return False  # a machine that never told us of ours is not late with it either
        return abs(hundredths - self._before) <= slack

    def is_our_incline(self, incline_permille: int) -> bool:
        return incline_permille == self._incline
