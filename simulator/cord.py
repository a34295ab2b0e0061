"""The strap: a cord from the person to a normally-closed switch that only the host reads."""

from math import inf


class Cord:
    def __init__(self) -> None:
        self.closed = True
        self.tangle_ms = 0.0
        """How late the switch opens when the cord is pulled; zero when it is not tangled."""
        self.next_ms = inf

    def pull(self, t_ms: float) -> None:
        if self.tangle_ms == 0.0:
            self.closed = False
        else:
            self.next_ms = min(self.next_ms, t_ms + self.tangle_ms)

    def clip(self) -> None:
        self.closed = True
        self.next_ms = inf

    def fire(self) -> None:
        self.closed = False
        self.next_ms = inf
