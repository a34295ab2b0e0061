"""The lift under the deck: slow, and it stays where it is when its power goes."""

from typing import Final

from simulator.ramp import Ramp

LIFT_PERMILLE_S: Final = 5.0
"""Half a percent of grade per second."""


class Incline:
    def __init__(self) -> None:
        self.target_permille = 0
        self._lift = Ramp(0.0)

    def at(self, t_ms: float) -> float:
        return self._lift.at(t_ms)

    @property
    def settle_ms(self) -> float:
        return self._lift.settle_ms

    def move(self, t_ms: float, target_permille: int) -> None:
        self.target_permille = target_permille
        self._lift.plan(t_ms, float(target_permille), LIFT_PERMILLE_S)

    def hold(self, t_ms: float) -> None:
        self._lift.plan(t_ms, self._lift.at(t_ms), LIFT_PERMILLE_S)
