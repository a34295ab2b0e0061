"""A quantity that goes to its target at a constant rate and stays there, in closed form.

Nothing is integrated step by step: the value at any time follows from the last change of plan,
so the physics is the same however finely or coarsely somebody asks for it.
"""

from collections import deque
from math import inf


class Ramp:
    """Units are the caller's; rates are per second, times in ms. Remembers its recent past."""

    __slots__ = ("_past", "rate_s", "settle_ms", "slope_ms", "start", "start_ms", "target")

    def __init__(self, value: float) -> None:
        self.start_ms = -inf
        self.start = value
        self.target = value
        self.rate_s = 1.0
        self.slope_ms = 0.0
        self.settle_ms = -inf
        # A telemetry delay looks back; 256 changes of plan are more than any machine makes in it.
        self._past: deque[tuple[float, float, float, float, float]] = deque(maxlen=256)

    def plan(self, t_ms: float, target: float, rate_s: float) -> bool:
        """Head for *target* from now on. False if that is the plan already."""
        if target == self.target and (rate_s == self.rate_s or t_ms >= self.settle_ms):
            return False
        value = self.at(t_ms)
        self._past.append((self.start_ms, self.start, self.slope_ms, self.settle_ms, self.target))
        self.start_ms = t_ms
        self.start = value
        self.target = target
        self.rate_s = rate_s
        gap = target - value
        self.slope_ms = (rate_s if gap > 0 else -rate_s) / 1000.0 if gap else 0.0
        self.settle_ms = t_ms + abs(gap) / rate_s * 1000.0
        return True

    def at(self, t_ms: float) -> float:
        if t_ms >= self.settle_ms and t_ms >= self.start_ms:
            return self.target
        if t_ms >= self.start_ms:
            return self.start + self.slope_ms * (t_ms - self.start_ms)
        for start_ms, start, slope_ms, settle_ms, target in reversed(self._past):
            if t_ms >= start_ms:
                return target if t_ms >= settle_ms else start + slope_ms * (t_ms - start_ms)
        return self._past[0][1]
