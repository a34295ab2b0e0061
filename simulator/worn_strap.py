"""The heart-rate strap of the simulated person, beside whatever machine they walk on.

It has a radio of its own, so that nothing of the machine's link can touch it. The heart follows
the work: towards rest on the rails, up with the speed of the belt, half of the way in 20 s.
"""

from struct import pack
from typing import Final

from simulator.belt import Belt
from simulator.heart import Heart
from simulator.runner import PersonState, Runner

REST_BPM: Final = 70.0
PER_KMH_BPM: Final = 14.0
"""Backward at 2.5 km/h is about 105, as with people who have practised (safety.md 2.1)."""
PERIOD_MS: Final = 1_000.0
_SHARE: Final = 1 - 0.5 ** (PERIOD_MS / 20_000)
_RECORD: Final = 0x81
_MEASUREMENT: Final = 0x2A37


class WornStrap:
    def __init__(self, heart: Heart, belt: Belt, runner: Runner) -> None:
        self.next_ms = PERIOD_MS
        self._heart = heart
        self._belt = belt
        self._runner = runner
        self._said = b""

    def fire(self, t_ms: float) -> None:
        """Once a second: beat as the work asks, and say so."""
        self.next_ms += PERIOD_MS
        heart = self._heart
        said = heart.measurement(t_ms)
        if said:
            self._said += pack("<BHH", _RECORD, 2 + len(said), _MEASUREMENT) + said
        if not heart.directed:
            now_bpm = heart.at(t_ms)
            heart.go_to(t_ms, now_bpm + (self._work_bpm(t_ms) - now_bpm) * _SHARE, PERIOD_MS)

    def take(self) -> bytes:
        """Return what was said since the last call, as a carrier's records."""
        said, self._said = self._said, b""
        return said

    def _work_bpm(self, t_ms: float) -> float:
        walks = self._runner.state is PersonState.WALKING
        return REST_BPM + (PER_KMH_BPM * self._belt.speed_at(t_ms) / 100 if walks else 0.0)
