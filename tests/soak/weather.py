"""What is never exact: a machine, its line, the gate's computer, the core, and the person.

All of it within what is declared healthy. Times come from a seeded die of each session.
"""

import random
from collections import deque
from typing import Final

from simulator.options import MachineOptions
from tests.rig import Rig
from tests.soak.courses import QUIRKS
from treadctl.core.machine import SessionState

LATE_READINGS_MS: Final = {"woodway-us": (20, 150), "trackmaster": (20, 150), "ftms": (20, 300)}
INBOUND_MS: Final = {"woodway-us": (40, 100), "trackmaster": (40, 100), "ftms": (80, 300)}
"""Usual and rare delay of the machine's bytes: an adapter's latency timer; a radio's repeats."""
RARE: Final = 0.002
LATE_TICK_SHARE: Final = 0.05
LATE_TICK_MS: Final = 15
RARE_TICK_MS: Final = 80
"""Below the 150 ms from which on a late tick is counted (SR-32)."""
BUSY_CORE_SHARE: Final = 0.005
BUSY_CORE_MS: Final = 90
APART_MS: Final = 1_000
"""So long the core misses what comes, at most one report: with a late tick still below the 300 ms
of SR-30. Not again within a second."""
HESITATES_IN: Final = (SessionState.ARMED, SessionState.STARTING, SessionState.REST)
HESITATES_MS: Final = 4_000
DATA_PERIOD_MS: Final = (900, 1_100)
RAMP_CKMH_S: Final = (40, 150)
STOP_CKMH_S: Final = (150, 300)
LAG_MS: Final = (20, 120)


def machine_options(machine: str, dice: random.Random) -> MachineOptions:
    """A machine of this make; no two are alike."""
    return MachineOptions(
        ramp_ckmh_s=dice.randint(*RAMP_CKMH_S),
        stop_ckmh_s=dice.randint(*STOP_CKMH_S),
        lag_ms=dice.randint(*LAG_MS),
        telemetry_delay_ms=dice.randint(*LATE_READINGS_MS[machine]),
        data_period_ms=dice.randint(*DATA_PERIOD_MS),
        quirks=QUIRKS.get(machine, ()),
    )


class Weather:
    """Blows on one rig, tick by tick."""

    def __init__(self, rig: Rig, dice: random.Random) -> None:
        self._rig = rig
        self._dice = dice
        self._line = _Line(rig, dice)
        rig.treadmill.alter = self._line.carry
        self._state = SessionState.IDLE
        self._back_ms = 0
        self._core_back_ms = 0

    def tick(self) -> None:
        """Before each tick of the rig."""
        rig, dice, outside = self._rig, self._dice, self._rig.virtual.outside
        roll = dice.random()
        if roll < RARE:
            outside.late_ms = dice.randint(LATE_TICK_MS, RARE_TICK_MS)
        elif roll < LATE_TICK_SHARE:
            outside.late_ms = dice.randint(1, LATE_TICK_MS)
        if not outside.core_answers:
            outside.core_answers = rig.now_ms >= self._core_back_ms
        elif rig.now_ms >= self._core_back_ms + APART_MS and dice.random() < BUSY_CORE_SHARE:
            outside.core_answers = False
            self._core_back_ms = rig.now_ms + dice.randint(1, BUSY_CORE_MS)
        self._hesitate()

    def _hesitate(self) -> None:
        rig = self._rig
        if rig.session.state is not self._state:
            self._state = rig.session.state
            rig.person.away = self._state in HESITATES_IN
            self._back_ms = rig.now_ms + self._dice.randint(0, HESITATES_MS)
        elif rig.person.away and rig.now_ms >= self._back_ms:
            rig.person.away = False


class _Line:
    """Bytes from the machine, later than they were sent, and in their order."""

    def __init__(self, rig: Rig, dice: random.Random) -> None:
        self._rig = rig
        self._dice = dice
        self._usual_ms, self._rare_ms = INBOUND_MS[rig.machine]
        self._held: deque[tuple[int, bytes]] = deque()

    def carry(self, said: bytes) -> bytes:
        now_ms, held = self._rig.now_ms, self._held
        if said:
            most_ms = self._rare_ms if self._dice.random() < RARE else self._usual_ms
            held.append((now_ms + self._dice.randint(0, most_ms), said))
        arrived = b""
        while held and held[0][0] <= now_ms:
            arrived += held.popleft()[1]
        return arrived
