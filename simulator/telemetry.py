"""What the machine's own sensors say about the belt: a little late, later, or never again."""

from firmware_protocols.messages import Direction
from simulator.belt import Belt
from simulator.incline import Incline


class Telemetry:
    def __init__(self, belt: Belt, incline: Incline, delay_ms: float) -> None:
        self.extra_delay_ms = 0.0
        self._belt = belt
        self._incline = incline
        self._delay_ms = delay_ms
        self._frozen: tuple[tuple[float, Direction], float] | None = None

    def freeze(self, t_ms: float) -> None:
        self._frozen = (self.speed(t_ms), self.incline_permille(t_ms))

    def thaw(self) -> None:
        self._frozen = None

    @property
    def frozen(self) -> bool:
        return self._frozen is not None

    def speed(self, t_ms: float) -> tuple[float, Direction]:
        """Return speed in 0.01 km/h, not yet rounded to the wire's digits, and direction."""
        if self._frozen is not None:
            return self._frozen[0]
        moment_ms = t_ms - self._delay_ms - self.extra_delay_ms
        return self._belt.speed_at(moment_ms), self._belt.direction_at(moment_ms)

    def incline_permille(self, t_ms: float) -> float:
        if self._frozen is not None:
            return self._frozen[1]
        return self._incline.at(t_ms - self._delay_ms - self.extra_delay_ms)
