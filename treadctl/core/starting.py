"""What leads from standing to walking: who has to do what, and when the speed may rise."""

from typing import Final

from treadctl.core import prompts
from treadctl.core.announcer import LEAD_MS
from treadctl.core.machine import ALL_ITEMS
from treadctl.core.progress import Progress, direction_for, facing_for
from treadctl.core.prompts import Prompt
from treadctl.core.setup import SessionSetup
from treadctl.core.wishes import Wishes
from treadctl.model import CHECKLIST, Direction, GatePhase, Gesture, Report, StrapState
from treadctl.safety.limits import START_HOLD_MS

_STRAP_WAITS: Final = ("strap", "strap_steady")


class Starting:
    def __init__(self, setup: SessionSetup, progress: Progress, wishes: Wishes) -> None:
        self._setup = setup
        self._progress = progress
        self._wishes = wishes
        self._confirmed = False
        self._rise_at_ms = 0
        self.direction = Direction.FORWARD
        """Which way the belt was last started."""
        self.round = 0
        """Counts checklists, so that each is asked in an order of its own."""

    @property
    def open_items(self) -> tuple[str, ...]:
        order = prompts.checklist_order(self._setup.seed, self.round)
        confirmed = self._wishes.checklist
        return tuple(item for item in order if not confirmed >> CHECKLIST.index(item) & 1)

    @property
    def is_confirmed(self) -> bool:
        """This core has passed on a start gesture for the present arming."""
        return self._confirmed

    def needs_direction(self) -> Direction | None:
        """SR-25: the direction that a person has to choose before the next start."""
        wanted = direction_for(self._progress.step, self._setup.mode)
        return None if wanted in (self.direction, self._wishes.direction) else wanted

    def needs_hold(self) -> bool:
        """SR-55."""
        wanted = direction_for(self._progress.step, self._setup.mode)
        return wanted is Direction.REVERSE and not self._wishes.hold

    def must_turn(self, report: Report) -> bool:
        return report.facing is not facing_for(self._progress.step, self._setup.mode)

    def awaited(self, report: Report) -> Prompt | None:
        """What a person has to do before the machine can be armed."""
        wishes = self._wishes
        if report.phase is not GatePhase.IDLE:
            return None
        if wishes.checklist != ALL_ITEMS:
            return prompts.checklist_item(self.open_items[0])
        if report.checklist != ALL_ITEMS or self.must_turn(report):
            return None
        if (direction := self.needs_direction()) is not None:
            return prompts.direction(direction)
        if self.needs_hold():
            return prompts.HOLD
        if report.strap is not StrapState.ATTACHED:
            return prompts.STRAP
        if wishes.arm or not report.standstill or report.wait in _STRAP_WAITS:
            return None
        return prompts.ARM

    def armed(self) -> None:
        self._confirmed = False

    def passes_on(self, start: Gesture) -> bool:
        """True once per start: the request that carries the completed gesture."""
        if start is not Gesture.CONFIRMED or self._confirmed:
            return False
        self._confirmed = True
        return True

    def counts_down(self) -> None:
        self.direction = self._wishes.direction or self.direction

    def belt_starts(self, started_at_ms: int) -> None:
        """The gate has used the gesture up."""
        wishes = self._wishes
        wishes.arm = wishes.on_belt = self._confirmed = False
        wishes.direction = None
        self._rise_at_ms = started_at_ms + START_HOLD_MS

    def on_belt(self, now_ms: int) -> bool:
        """SR-05, SR-52. True where stepping on late has put the increase off."""
        self._wishes.on_belt = True
        if now_ms + LEAD_MS <= self._rise_at_ms:
            return False
        self._rise_at_ms = now_ms + LEAD_MS
        return True

    def rises_in_ms(self, now_ms: int) -> int:
        return max(0, self._rise_at_ms - now_ms)

    def expire_choice(self, now_ms: int) -> None:
        """SR-25: an old choice of direction is nobody's."""
        wishes = self._wishes
        if wishes.direction is None:
            return
        if now_ms - wishes.direction_at_ms > self._setup.limits.confirm_window_ms:
            wishes.forget_motion()
