"""What an FTMS machine counts: seconds and metres of one workout."""

from simulator.belt import Belt


class Workout:
    def __init__(self, belt: Belt) -> None:
        self._belt = belt
        self._elapsed_ms = 0.0
        self._from_m = 0.0
        self._over = True
        """The next start begins another one."""

    @property
    def elapsed_s(self) -> int:
        return int(self._elapsed_ms / 1_000.0)

    def distance_m(self, t_ms: float) -> int:
        return int(self._belt.odometer_m(t_ms) - self._from_m)

    def begin(self, t_ms: float) -> None:
        if self._over:
            self.reset(t_ms)
        self._over = False

    def end(self, *, paused: bool) -> None:
        self._over = self._over or not paused

    def reset(self, t_ms: float) -> None:
        self._elapsed_ms = 0.0
        self._from_m = self._belt.odometer_m(t_ms)
        self._over = True

    def live(self, t_ms: float, period_ms: float, *, running: bool) -> None:
        """Another period of the machine's own clock has passed."""
        if running or not self._belt.rests(t_ms):
            self._elapsed_ms += period_ms
