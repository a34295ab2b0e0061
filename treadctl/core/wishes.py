"""What people want, as the levels that every request carries.

Levels, not events: the gate finds the edges (model.Request). What was wanted for one start,
turn or reset is dropped as soon as that is over, so that nothing is ever asked for twice.
"""

from typing import Final

from treadctl.core.gestures import Press
from treadctl.model import CHECKLIST, Direction, Reaction, Report

ARM_ANSWER_MS: Final = 1_000
"""An arm that the gate has neither accepted nor refused by then was lost."""
STOP_MIN_MS: Final = 300
"""Every stop is up for at least three requests."""
CHECK_ANSWER_MS: Final = 1_000


class Wishes:
    def __init__(self) -> None:
        self.stop = Reaction.NONE
        self.arm = False
        self.start = Press()
        self.turn_confirm = Press()
        self.reset = Press()
        self.on_belt = False
        self.hold = False
        self.attended = 0
        self.screen = 0
        self.checklist = 0
        self.direction: Direction | None = None
        """The direction a person chose for the next start (SR-25); None: not chosen."""
        self.direction_at_ms = 0
        self._arm_at_ms = 0
        self._stop_at_ms = 0
        self._checked_at_ms = [0] * len(CHECKLIST)

    def ask_stop(self, level: Reaction, now_ms: int) -> None:
        """Raise the stop level; it is never lowered by asking (SR-53)."""
        if level > self.stop:
            self.stop, self._stop_at_ms = level, now_ms
        self.forget_motion()
        self.reset.release()

    def ask_arm(self, now_ms: int) -> None:
        if not self.arm:
            self.arm, self._arm_at_ms = True, now_ms

    def arm_is_lost(self, now_ms: int) -> bool:
        return self.arm and now_ms - self._arm_at_ms > ARM_ANSWER_MS

    def choose(self, direction: Direction, now_ms: int) -> None:
        self.direction, self.direction_at_ms = direction, now_ms

    def check(self, bit: int, now_ms: int) -> None:
        if not self.checklist >> bit & 1:
            self.checklist |= 1 << bit
            self._checked_at_ms[bit] = now_ms

    def uncheck_last(self, kept: int) -> bool:
        """Take back the newest confirmation, except bit *kept*; false where there is none."""
        given = [b for b in range(len(CHECKLIST)) if self.checklist >> b & 1 and b != kept]
        if not given:
            return False
        self.checklist &= ~(1 << max(given, key=lambda bit: self._checked_at_ms[bit]))
        return True

    def forget_motion(self) -> None:
        """Drop everything that could lead to motion."""
        self.arm = self.on_belt = False
        self.direction = None
        self.start.release()
        self.turn_confirm.release()

    def forget_all(self) -> None:
        """After a latch the checklist is void as well (SR-34)."""
        self.forget_motion()
        self.reset.release()
        self.checklist = 0

    def follow(self, previous: Report | None, report: Report, now_ms: int) -> None:
        """Drop what the gate has answered."""
        standing_long = report.standstill and now_ms - self._stop_at_ms >= STOP_MIN_MS
        if self.stop is not Reaction.NONE and (report.latched >= self.stop or standing_long):
            self.stop = Reaction.NONE
        self._follow_checklist(previous, report, now_ms)

    def _follow_checklist(self, previous: Report | None, report: Report, now_ms: int) -> None:
        """An item that the gate no longer accepts needs confirming anew, with a new edge."""
        unanswered = self.checklist & ~report.checklist
        if not unanswered:
            return
        voided = unanswered & (previous.checklist if previous is not None else 0)
        for bit, at_ms in enumerate(self._checked_at_ms):
            if unanswered >> bit & 1 and (voided >> bit & 1 or now_ms - at_ms > CHECK_ANSWER_MS):
                self.checklist &= ~(1 << bit)
