"""Where a session is in its programme: which step, how far into it, and how fast it plans to go.

Step time passes only when somebody says so (`pass_time`): during walking from the start frame
to the start of the ramp-down, during a rest while the belt stands (safety.md 4.8.4).
"""

from typing import Final, NamedTuple

from treadctl.causes import Cause
from treadctl.core.plan_reader import STEP_MAX_MS
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.core.setup import SessionSetup
from treadctl.model import Direction, Facing, Gait, Mode, Report
from treadctl.safety.limits import BELTREV_BOUT_MAX_MS

STEP_CKMH: Final = 10
"""SR-41: one press of plus or minus."""


class TakenOver(NamedTuple):
    """Somebody at the console has set a speed, which is kept until the next start (SR-39)."""

    kept_ckmh: int
    setpoint_ckmh: int
    """What was asked for then. Only what is less than that slows the belt down."""

    def belt_ckmh(self, wanted_ckmh: int) -> int:
        """What becomes of a wish; nothing makes the belt faster."""
        if wanted_ckmh < self.setpoint_ckmh:
            return min(wanted_ckmh, self.kept_ckmh)
        return self.kept_ckmh


class Progress:
    def __init__(self, programme: Programme, *, min_ckmh: int) -> None:
        self._steps = programme.steps
        self.min_ckmh = min_ckmh
        self._index = 0
        self._elapsed_ms = 0
        self._end_ms = self._steps[0].duration_ms
        self._left_after_ms = programme.left_after_ms(0)
        self._adjust_ckmh = 0
        self._lid_ckmh: int | None = None
        self._held_ckmh: int | None = None
        self._ceiling_ckmh: int | None = None
        self._taken: TakenOver | None = None
        self._gait = gait_of_step(self.step)

    @property
    def step(self) -> Step:
        return self._steps[self._index]

    @property
    def number(self) -> int:
        """The present step as people count, from 1."""
        return self._index + 1

    @property
    def count(self) -> int:
        return len(self._steps)

    @property
    def name(self) -> str:
        """What the present step is called."""
        return self.step.name or self.step.kind.title

    @property
    def next_step(self) -> Step | None:
        return self._steps[self._index + 1] if self.number < self.count else None

    @property
    def elapsed_ms(self) -> int:
        return self._elapsed_ms

    @property
    def left_ms(self) -> int:
        """Step time left in this step; 0 when it is over."""
        return max(0, self._end_ms - self._elapsed_ms)

    @property
    def session_left_ms(self) -> int:
        return self.left_ms + self._left_after_ms

    def pass_time(self, ms: int) -> None:
        self._elapsed_ms += ms

    def planned_ckmh(self) -> int:
        """What the plan says now, before anybody's adjustment."""
        return self.step.planned_ckmh(self._elapsed_ms)

    def wanted_ckmh(self, cap_ckmh: int, ahead_ms: int = 0) -> int:
        """The speed to ask for *ahead_ms* from now in this step; 0 where none is permitted.

        Never between zero and the machine's slowest, never above the cap (SR-15).
        """
        offset_ms = min(self._elapsed_ms + ahead_ms, self._end_ms)
        planned = self.step.planned_ckmh(offset_ms)
        caps = (cap_ckmh, self._lid_ckmh, self._held_ckmh, self._ceiling_ckmh)
        top = min(cap for cap in caps if cap is not None)
        wanted = min(max(planned + self._adjust_ckmh, self.min_ckmh), top)
        return wanted if planned > 0 and wanted >= self.min_ckmh else 0

    def belt_ckmh(self, cap_ckmh: int, ahead_ms: int = 0) -> int:
        """The speed that the belt will have then: the wanted one, unless somebody took over."""
        wanted = self.wanted_ckmh(cap_ckmh, ahead_ms)
        if self._taken is None:
            return wanted
        now = self._taken.belt_ckmh(self.wanted_ckmh(cap_ckmh))
        return min(now, self._taken.belt_ckmh(wanted))

    def coming_ckmh(self, step: Step, cap_ckmh: int, offset_ms: int) -> int:
        """The speed *offset_ms* into the following *step*, as far as can be said now."""
        wanted = step.planned_ckmh(offset_ms) + self._kept_adjustment(step)
        top = cap_ckmh if self._ceiling_ckmh is None else min(cap_ckmh, self._ceiling_ckmh)
        coming = min(max(wanted, self.min_ckmh), top)
        return coming if self._taken is None else self._taken.belt_ckmh(coming)

    def taken_over(self, kept_ckmh: int, setpoint_ckmh: int) -> None:
        """SR-39: *kept_ckmh* was set at the machine while *setpoint_ckmh* was asked for.

        Nothing else is asked for: the gate knows what it keeps. What is said has to be true.
        """
        before = self._taken
        asked_ckmh = setpoint_ckmh if before is None else before.setpoint_ckmh
        self._taken = TakenOver(kept_ckmh, asked_ckmh)

    def below_taken_over(self, slower_ckmh: int) -> int:
        """What to ask for so that a belt goes down to *slower_ckmh* whose speed somebody else set:
        the gate listens to nothing that is not less than was asked for then."""
        if self._taken is None:
            return slower_ckmh
        return min(slower_ckmh, self._taken.setpoint_ckmh - STEP_CKMH)

    def given_back(self) -> None:
        """The belt stands, or a stop is in force."""
        self._taken = None

    def adjust(self, wanted_ckmh: int) -> None:
        """A person's own speed from here on, relative to the plan."""
        self._adjust_ckmh = wanted_ckmh - self.planned_ckmh()
        self._lid_ckmh = None

    def put_lid(self, speed_ckmh: int) -> None:
        """After a refusal: no more than this until the next step, or until a person asks."""
        self._lid_ckmh = speed_ckmh

    def hold(self, speed_ckmh: int) -> None:
        """No more than this until `let_go`, whatever step it is and whoever asks (SR-45)."""
        self._held_ckmh = max(speed_ckmh, self.min_ckmh)

    def let_go(self) -> None:
        self._held_ckmh = None

    def rise_no_more(self, speed_ckmh: int) -> None:
        """No more than this for the rest of the session (SR-49)."""
        self._ceiling_ckmh = max(speed_ckmh, self.min_ckmh)

    def why_not_longer(self, ms: int, report: Report, setup: SessionSetup) -> Cause | None:
        """SR-43, SR-44: the limit that *ms* more of this step would break, if any."""
        limits, step = setup.limits, self.step
        if report.session_ms + self.session_left_ms + ms > limits.session_max_ms:
            return Cause.SESSION_LIMIT
        if step.kind is not StepKind.REVERSE:
            return Cause.SESSION_LIMIT if self._end_ms + ms > STEP_MAX_MS else None
        bout_max_ms = limits.bout_max_ms
        if setup.mode is Mode.BELT_REVERSE:
            bout_max_ms = min(bout_max_ms, BELTREV_BOUT_MAX_MS)
        if self._end_ms + ms > bout_max_ms:
            return Cause.BOUT_LIMIT
        later = self._steps[self._index + 1 :]
        later_ms = sum(s.duration_ms for s in later if s.kind is StepKind.REVERSE)
        if report.reverse_ms + self.left_ms + later_ms + ms > limits.reverse_total_max_ms:
            return Cause.REVERSE_LIMIT
        return None

    def lengthen(self, ms: int) -> None:
        """Put the end of this step off."""
        self._end_ms += ms

    def shorten(self, left_ms: int) -> None:
        """End this step no later than *left_ms* from now."""
        self._end_ms = min(self._end_ms, self._elapsed_ms + left_ms)

    def go_on(self) -> bool:
        """Enter the next step; false, and nothing changes, where there is none.

        What a step ran over is taken from the next one, so that nothing drifts. A person who
        slowed down stays slower while walking the same way; one who sped up does not take
        that along.
        """
        if self.next_step is None:
            return False
        over_ms = max(0, self._elapsed_ms - self._end_ms)
        self._adjust_ckmh = self._kept_adjustment(self.next_step)
        self._enter(self._index + 1)
        self._elapsed_ms = over_ms
        return True

    def go_to_cooldown(self) -> bool:
        """Leave out everything up to the cooldown; false where none lies ahead."""
        for index in range(self._index, self.count):
            if self._steps[index].kind is StepKind.COOLDOWN:
                self._enter(index)
                self._adjust_ckmh = 0
                return True
        return False

    def _kept_adjustment(self, step: Step) -> int:
        same_way = step.kind is StepKind.REST or gait_of_step(step) is self._gait
        return min(0, self._adjust_ckmh) if same_way else 0

    def _enter(self, index: int) -> None:
        self._index = index
        self._elapsed_ms = 0
        self._end_ms = self.step.duration_ms
        self._left_after_ms = sum(step.duration_ms for step in self._steps[index + 1 :])
        self._lid_ckmh = None
        if self.step.kind is not StepKind.REST:
            self._gait = gait_of_step(self.step)


def gait_of_step(step: Step) -> Gait:
    """How the person walks in *step*."""
    return Gait.BACKWARD if step.kind is StepKind.REVERSE else Gait.FORWARD


def facing_for(step: Step, mode: Mode) -> Facing:
    """Which way the person has to look for *step*. In belt-reverse nobody ever turns."""
    turned = mode is Mode.TURN_AROUND and step.kind is StepKind.REVERSE
    return Facing.BACKWARD if turned else Facing.FORWARD


def direction_for(step: Step, mode: Mode) -> Direction:
    """Which way the belt has to run for *step*."""
    reverse = mode is Mode.BELT_REVERSE and step.kind is StepKind.REVERSE
    return Direction.REVERSE if reverse else Direction.FORWARD
