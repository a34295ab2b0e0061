"""The belt: follows its drive at finite rates, coasts without it, jams, runs away.

The speed is a magnitude in 0.01 km/h; direction is apart from it. Every change of plan is made at
its own exact time; between changes the speed is a straight line (`Ramp`).
"""

from collections import deque
from enum import Enum
from math import inf, sqrt
from typing import Final, NamedTuple

from firmware_protocols.messages import Direction
from simulator.ramp import Ramp

COAST_CKMH_S: Final = 40.0
"""Friction of an empty belt without power."""
COAST_LOADED_CKMH_S: Final = 110.0
"""A person's weight on the deck brakes more than the bearings do."""
LOADED_UP_SHARE: Final = 0.95
"""A loaded belt speeds up a little more slowly than its declared ramp."""
JAM_CKMH_S: Final = 2_000.0
STALL_CKMH_S: Final = 400.0
CREEP_CKMH_S: Final = 20.0
_M_PER_CKMH_MS: Final = 1.0 / 360_000.0


class DriveMode(Enum):
    HELD = "held"
    """Braked to a stand by the drive."""
    DRIVEN = "driven"
    FREE = "free"
    """No drive power: the belt coasts."""


class Order(NamedTuple):
    """What the drive electronics ask of the motor."""

    mode: DriveMode
    target_ckmh: float = 0.0
    rate_ckmh_s: float = 0.0
    direction: Direction = Direction.FORWARD


class Blockage(Enum):
    NONE = "none"
    STALLED = "stalled"
    JAMMED = "jammed"


class Belt:
    def __init__(self, ramp_ckmh_s: float, lag_ms: float) -> None:
        self.direction = Direction.FORWARD
        self.next_ms = inf
        """When `fire` has something to do."""
        self.changes = 0
        """Counts changes of plan, so that whoever depends on the plan knows to look again."""
        self.blockage = Blockage.NONE
        self._ramp_ckmh_s = ramp_ckmh_s
        self._lag_ms = lag_ms
        self._order = Order(DriveMode.HELD)
        self._queue: deque[tuple[float, Order]] = deque()
        self._speed = Ramp(0.0)
        self._turns: deque[tuple[float, Direction]] = deque([(-inf, self.direction)], maxlen=16)
        self._turn_ms = inf
        self._loaded = False
        self._surge_ckmh_s: float | None = None
        self._runaway: tuple[float, float] | None = None
        self._creep_ckmh = 0.0
        self._has_run = False
        self._travel_m = 0.0

    # What the belt is doing.

    def speed_at(self, t_ms: float) -> float:
        return self._speed.at(t_ms)

    def direction_at(self, t_ms: float) -> Direction:
        for since_ms, direction in reversed(self._turns):
            if t_ms >= since_ms:
                return direction
        return self._turns[0][1]

    def stands(self, t_ms: float) -> bool:
        """At rest and staying there, orders on their way included."""
        return self.rests(t_ms) and not any(
            order.mode is DriveMode.DRIVEN and order.target_ckmh > 0 for _, order in self._queue
        )

    def rests(self, t_ms: float) -> bool:
        return self._speed.target == 0.0 and t_ms >= self._speed.settle_ms

    @property
    def stand_ms(self) -> float:
        """When it will stand if nothing changes; inf if it will not."""
        return self._speed.settle_ms if self._speed.target == 0.0 else inf

    def travel_ms(self, t_ms: float, distance_m: float) -> float:
        """When the belt will have moved *distance_m* further than now; inf if it will not."""
        if distance_m <= 0:
            return t_ms
        ramp, need = self._speed, distance_m / _M_PER_CKMH_MS
        v, left_ms = ramp.at(t_ms), max(0.0, ramp.settle_ms - t_ms)
        if need <= (v + ramp.target) / 2 * left_ms:
            return t_ms + 2 * need / (v + sqrt(max(0.0, v * v + 2 * ramp.slope_ms * need)))
        if ramp.target == 0.0:
            return inf
        return t_ms + left_ms + (need - (v + ramp.target) / 2 * left_ms) / ramp.target

    def odometer_m(self, t_ms: float) -> float:
        """Length of belt that has passed, either way."""
        return self._travel_m + self._since_plan_m(t_ms)

    # What the drive asks for; it takes effect after the lag.

    def drive(self, t_ms: float, target_ckmh: float, direction: Direction) -> None:
        self._ask(t_ms, Order(DriveMode.DRIVEN, target_ckmh, self._ramp_ckmh_s, direction))

    def brake(self, t_ms: float, rate_ckmh_s: float) -> None:
        self._ask(t_ms, Order(DriveMode.HELD, 0.0, rate_ckmh_s))

    def cut(self, t_ms: float) -> None:
        """Take the power away, now: what was asked for before is forgotten."""
        self._queue.clear()
        self._take(t_ms, Order(DriveMode.FREE))

    # What happens to it.

    def load(self, t_ms: float, on: bool) -> None:
        if on is not self._loaded:
            self._loaded = on
            self._plan(t_ms)

    def block(self, t_ms: float, blockage: Blockage) -> None:
        self.blockage = blockage
        self._plan(t_ms)

    def free(self, t_ms: float, surge_ckmh_s: float | None = None) -> None:
        """End a blockage; with *surge_ckmh_s* the wound-up drive jumps to its target (SR-23)."""
        if self.blockage is not Blockage.NONE:
            self.blockage = Blockage.NONE
            self._surge_ckmh_s = surge_ckmh_s
            self._plan(t_ms)

    def run_away(self, t_ms: float, to_ckmh: float, rate_ckmh_s: float) -> None:
        self._runaway = (to_ckmh, rate_ckmh_s)
        self._plan(t_ms)

    def obey(self, t_ms: float) -> None:
        self._runaway = None
        self._plan(t_ms)

    def creep(self, t_ms: float, speed_ckmh: float) -> None:
        """Never quite stop again; zero ends it."""
        self._creep_ckmh = speed_ckmh
        self._plan(t_ms)

    def fire(self, t_ms: float) -> None:
        if self._queue and self._queue[0][0] <= t_ms:
            self._take(t_ms, self._queue.popleft()[1])
        elif self._turn_ms <= t_ms:
            self._plan(t_ms)
        self._schedule()

    def _ask(self, t_ms: float, order: Order) -> None:
        self._queue.append((t_ms + self._lag_ms, order))
        self._schedule()

    def _schedule(self) -> None:
        self.next_ms = min(self._queue[0][0] if self._queue else inf, self._turn_ms)

    def _take(self, t_ms: float, order: Order) -> None:
        if order.mode is DriveMode.HELD and self._order.mode is DriveMode.HELD:
            # A milder stop never weakens the one that is under way.
            order = order._replace(rate_ckmh_s=max(order.rate_ckmh_s, self._order.rate_ckmh_s))
        if order.mode is DriveMode.DRIVEN and order.target_ckmh > 0:
            self._has_run = True
        elif order.mode is DriveMode.DRIVEN:
            order = order._replace(direction=self.direction)  # zero has no direction
        self._order = order
        self._plan(t_ms)

    def _plan(self, t_ms: float) -> None:
        """Turn order, blockage and faults into one straight line from now on."""
        v = self._speed.at(t_ms)
        order = self._order
        if order.mode is DriveMode.DRIVEN and order.direction is not self.direction and v == 0.0:
            self.direction = order.direction
            self._turns.append((t_ms, order.direction))
            self.changes += 1
        reached = self._speed.target > 0.0 and v == self._speed.target
        if reached or order.mode is not DriveMode.DRIVEN:
            self._surge_ckmh_s = None
        target, rate = self._line(v, order)
        turning = order.mode is DriveMode.DRIVEN and order.direction is not self.direction
        travelled = self._since_plan_m(t_ms)
        if self._speed.plan(t_ms, target, rate):
            self._travel_m += travelled
            self.changes += 1
        self._turn_ms = self._speed.settle_ms if turning and target == 0.0 else inf
        self._schedule()

    def _line(self, v: float, order: Order) -> tuple[float, float]:
        if self.blockage is Blockage.JAMMED:
            return 0.0, JAM_CKMH_S
        if self.blockage is Blockage.STALLED:
            return 0.0, STALL_CKMH_S
        if order.mode is DriveMode.FREE:
            return 0.0, COAST_LOADED_CKMH_S if self._loaded else COAST_CKMH_S
        if order.mode is DriveMode.HELD:
            creep = self._creep_ckmh if self._has_run else 0.0
            return creep, CREEP_CKMH_S if v < creep else max(order.rate_ckmh_s, CREEP_CKMH_S)
        if self._runaway is not None:
            return self._runaway
        if order.direction is not self.direction:
            return 0.0, order.rate_ckmh_s  # to zero first, then the other way
        if v > order.target_ckmh:
            return order.target_ckmh, order.rate_ckmh_s
        if self._surge_ckmh_s is not None:
            return order.target_ckmh, self._surge_ckmh_s
        return order.target_ckmh, order.rate_ckmh_s * (LOADED_UP_SHARE if self._loaded else 1.0)

    def _since_plan_m(self, t_ms: float) -> float:
        ramp = self._speed
        if ramp.start_ms == -inf:
            return 0.0
        ramping_ms = min(t_ms, ramp.settle_ms) - ramp.start_ms
        flat_ms = max(0.0, t_ms - ramp.settle_ms)
        mean = ramp.start + ramp.slope_ms * ramping_ms / 2
        return (mean * ramping_ms + ramp.target * flat_ms) * _M_PER_CKMH_MS
