"""Virtual time beside a clock on the wall, for people who want to see a session sooner."""

from typing import Final

BEHIND_MAX_MS: Final = 200
"""Beyond that the past is not caught up with: nobody wants a belt that leaps."""


class Pace:
    """How long to wait, so that virtual time runs *speedup* times as fast as the wall's.

    While a person is asked for something it runs as fast as the wall's, or ten seconds to start
    would be over before anybody has read so.
    """

    def __init__(self, speedup: int) -> None:
        self._speedup = speedup
        self._wall_ms: float | None = None
        self._virtual_ms = 0

    def wait_ms(self, wall_ms: int, virtual_ms: int, *, hurried: bool) -> int:
        """Told both clocks after each tick; returns how long the wall's has to go on alone."""
        passed_ms = virtual_ms - self._virtual_ms
        self._virtual_ms = virtual_ms
        if self._wall_ms is None:
            self._wall_ms = wall_ms
        self._wall_ms += passed_ms / (self._speedup if hurried else 1)
        self._wall_ms = max(self._wall_ms, wall_ms - BEHIND_MAX_MS)
        return max(0, round(self._wall_ms - wall_ms))
