"""Looks on at processes, and at the truth of their belt, while something happens to them."""

import time
from abc import ABC, abstractmethod
from typing import Final

from tests.chaos import verdict
from tests.chaos.simulated import Truth

POLL_S: Final = 0.02
STAYS_S: Final = 1.5
"""What stands has to stay so."""


class Onlooker(ABC):
    late_ms = 0.0
    """How late it ever looked: later than a bound, and there is nothing to judge."""

    @property
    @abstractmethod
    def truth(self) -> Truth:
        """Of the machine that there is now."""

    @abstractmethod
    def look(self) -> None:
        """Take in what there is, for `POLL_S` at most; note how late that came."""

    @property
    def moves(self) -> bool:
        return self.truth.belt_ckmh > verdict.STANDS_CKMH

    def watch(self, seconds: float) -> None:
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            self.look()

    def until_standing(self, within_s: float) -> None:
        """Watch until the belt stands, and a while longer."""
        end_s = time.monotonic() + within_s
        while self.moves and time.monotonic() < end_s:
            self.look()
        self.watch(STAYS_S)
