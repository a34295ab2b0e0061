"""The person: on the rails, walking, carried along, fallen; pulls the cord when carried back.

Left alone the person is careful: on the rails until the belt has moved slowly for 2 s, back on
the rails when it stands. The first directed act ends that; turning does not, because a session
asks for it.
"""

from enum import Enum
from math import inf
from typing import Final

from firmware_protocols.messages import Direction
from simulator.belt import Belt
from simulator.cord import Cord
from simulator.noise import Noise

DECK_M: Final = 1.4
WALKS_AT_M: Final = DECK_M / 2
"""From the console end: a person who stops is off the rear after 0.70 m (safety.md finding 6)."""
CORD_M: Final = 0.7 * DECK_M
"""The cord is long enough to walk and opens here (safety.md finding 4)."""
SLOW_CKMH: Final = 150.0
"""Nobody steps on a belt that runs faster."""
STEP_ON_MS: Final = 2_000
STEP_ON_SPREAD_MS: Final = 1_000
STEP_OFF_MS: Final = 500
LOOK_AGAIN_MS: Final = 500


class PersonState(Enum):
    OFF = "off"
    RAILS = "rails"
    WALKING = "walking"
    DRIFTING = "drifting"
    FALLEN = "fallen"


class Facing(Enum):
    FORWARD = "forward"
    """Toward the console."""
    BACKWARD = "backward"


class _Due(Enum):
    STEP_ON = "step on"
    STEP_OFF = "step off"
    CORD = "cord"
    EDGE = "edge"


class Runner:
    def __init__(self, belt: Belt, cord: Cord, noise: Noise) -> None:
        self.state = PersonState.RAILS
        self.facing = Facing.FORWARD
        self.autonomous = True
        self.next_ms = inf
        self._due = _Due.STEP_ON
        self._belt = belt
        self._cord = cord
        self._noise = noise
        self._moving = False
        self._steps_on_ms = inf
        self._position_m = WALKS_AT_M
        self._anchor_odometer_m = 0.0
        self._toward_rear = True
        self._cord_taut = False
        self._seen_changes = -1

    def turn(self) -> None:
        self.facing = Facing.BACKWARD if self.facing is Facing.FORWARD else Facing.FORWARD

    def direct(self, t_ms: float, state: PersonState) -> None:
        """Do as told, and from now on only as told."""
        self.autonomous = False
        self._become(t_ms, state)

    def stop_walking(self, t_ms: float) -> None:
        if self.state is PersonState.WALKING:
            self.direct(t_ms, PersonState.DRIFTING)

    def watch_belt(self, t_ms: float) -> None:
        """Look at the belt again if its plan has changed."""
        if self._belt.changes != self._seen_changes:
            self._look(t_ms)

    def fire(self, t_ms: float) -> None:
        if self._due is _Due.STEP_ON:
            if self._belt.speed_at(t_ms) <= SLOW_CKMH:
                self._become(t_ms, PersonState.WALKING)
            else:
                self.next_ms = t_ms + LOOK_AGAIN_MS
        elif self._due is _Due.STEP_OFF:
            self._become(t_ms, PersonState.RAILS)
        elif self._due is _Due.CORD:
            self._cord_taut = True
            self._cord.pull(t_ms)
            self._look(t_ms)
        else:
            self._become(t_ms, PersonState.FALLEN)

    def _become(self, t_ms: float, state: PersonState) -> None:
        self.state = state
        if state is not PersonState.DRIFTING:
            self._position_m = WALKS_AT_M
            self._cord_taut = False
        self._anchor_odometer_m = self._belt.odometer_m(t_ms)
        self._belt.load(t_ms, state in (PersonState.WALKING, PersonState.DRIFTING))
        self._look(t_ms)

    def _look(self, t_ms: float) -> None:
        """Decide what happens next to this person if the belt keeps its present plan."""
        belt = self._belt
        self._seen_changes = belt.changes
        self._drift(t_ms)
        moving = not belt.rests(t_ms)
        if moving and not self._moving:
            spread_ms = self._noise.below(STEP_ON_SPREAD_MS + 1)
            self._steps_on_ms = t_ms + STEP_ON_MS + spread_ms
        self._moving = moving
        self.next_ms = inf
        if self.state is PersonState.RAILS and self.autonomous and moving:
            self._due, self.next_ms = _Due.STEP_ON, max(self._steps_on_ms, t_ms)
        elif self.state is PersonState.WALKING and self.autonomous:
            self._due, self.next_ms = _Due.STEP_OFF, max(belt.stand_ms, t_ms) + STEP_OFF_MS
        elif self.state is PersonState.DRIFTING:
            self._due, self.next_ms = self._carried_to(t_ms)

    def _carried_to(self, t_ms: float) -> tuple[_Due, float]:
        belt, at_m = self._belt, self._position_m
        stand = (_Due.STEP_OFF, max(belt.stand_ms, t_ms) + STEP_OFF_MS)
        # Backward on the belt the cord goes taut; toward the console it hangs slack.
        if not self._toward_rear:
            edge = (_Due.EDGE, belt.travel_ms(t_ms, at_m))
        elif self._cord_taut:
            edge = (_Due.EDGE, belt.travel_ms(t_ms, DECK_M - at_m))
        else:
            edge = (_Due.CORD, belt.travel_ms(t_ms, CORD_M - at_m))
        return min(stand, edge, key=lambda due: due[1])

    def _drift(self, t_ms: float) -> None:
        """Bring the position up to date, then note which way the belt carries from here."""
        odometer_m = self._belt.odometer_m(t_ms)
        if self.state is PersonState.DRIFTING:
            moved_m = odometer_m - self._anchor_odometer_m
            self._position_m += moved_m if self._toward_rear else -moved_m
        self._anchor_odometer_m = odometer_m
        self._toward_rear = self._belt.direction is Direction.FORWARD
