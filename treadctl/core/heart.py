"""Says what a heart rate does to the belt, before it does it (SR-45, SR-46, SR-52).

The gate holds and lowers by itself and asks nobody. What is left for the core is to speak, and to
ask for no more than what is held: when a hold ends, what rises then has been said first.
"""

from typing import Final

from treadctl.causes import Cause
from treadctl.core.announcer import CHANGE_CKMH, LEAD_MS, MARGIN_MS, Announcer, Said
from treadctl.core.progress import Progress
from treadctl.core.voice import Voice, text_of
from treadctl.model import Report
from treadctl.safety.limits import HR_LOWER_CKMH, HR_LOWER_MS
from treadctl.units import format_speed

_LOWERED: Final = (
    Said(f"The belt slows down by {format_speed(HR_LOWER_CKMH)}.", 0, "change"),
    Said(
        "If the heart rate stays at its limit for ten seconds, it slows down by as much again.",
        HR_LOWER_MS,
        "change",
    ),
)


class HeartFollower:
    def __init__(self, progress: Progress, announcer: Announcer, voice: Voice) -> None:
        self._progress = progress
        self._announcer = announcer
        self._voice = voice
        self._cause: str | None = None
        self._cap_ckmh = 0
        self._lift_at_ms: int | None = None

    def follow(self, report: Report, now_ms: int, *, walking: bool) -> None:
        """Take one report; *walking*: the belt runs because somebody walks on it."""
        before, self._cause = self._cause, report.heart_cause if walking else None
        if not walking:
            self._lift_at_ms = None
            self._progress.let_go()
        elif self._cause is not None:
            self._hold(report, before)
        elif before is not None:
            self._announce_lift(report, now_ms)
        elif self._lift_at_ms is not None and now_ms >= self._lift_at_ms:
            self._lift_at_ms = None
            self._progress.let_go()
        self._cap_ckmh = report.cap_ckmh

    def _hold(self, report: Report, before: str | None) -> None:
        assert self._cause is not None
        self._lift_at_ms = None
        self._progress.hold(report.commanded_ckmh)
        # Nobody is told of a rise that will not come.
        self._announcer.adjusted(self._progress.belt_ckmh(report.cap_ckmh))
        high = self._cause == Cause.HEART_RATE_HIGH.value
        if self._cause != before:
            text = text_of(self._cause)
            in_ms = HR_LOWER_MS if high else 0
            self._voice.say(Said(f"{text.sentence} {text.action}", in_ms, "change"))
        elif high and report.cap_ckmh < self._cap_ckmh:
            self._voice.say(*_LOWERED)

    def _announce_lift(self, report: Report, now_ms: int) -> None:
        progress, held_ckmh = self._progress, report.commanded_ckmh
        progress.let_go()
        goal_ckmh = progress.belt_ckmh(report.cap_ckmh)
        self._announcer.adjusted(held_ckmh, goal_ckmh)
        if goal_ckmh - held_ckmh < CHANGE_CKMH:
            return
        progress.hold(held_ckmh)
        self._lift_at_ms = now_ms + LEAD_MS + MARGIN_MS
        change = f"from {format_speed(held_ckmh)} to {format_speed(goal_ckmh)}"
        self._voice.say(
            Said(
                f"Nothing holds the belt any more: in 5 seconds it goes {change}.",
                LEAD_MS,
                "change",
            )
        )
