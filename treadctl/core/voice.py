"""What a session has said: the events, in order, each stamped with session time."""

from typing import Final

from treadctl.causes import Cause, CauseText
from treadctl.core.announcer import Said
from treadctl.core.criteria import StopCriterion
from treadctl.core.events import (
    Announced,
    CriterionNoted,
    Event,
    Finished,
    MachineKnown,
    Marked,
    Prompted,
    RequestRefused,
    Sample,
    SessionStarted,
    StateChanged,
    Stopped,
)
from treadctl.core.machine import SessionState
from treadctl.core.programme import Programme
from treadctl.core.progress import Progress
from treadctl.core.prompts import Prompt
from treadctl.core.setup import SessionSetup
from treadctl.core.totals import Totals
from treadctl.model import Reaction, Report

SAMPLE_MS = 100
UNKNOWN: Final = "unknown"
UNKNOWN_MACHINE: Final = Said(
    "Nobody has measured a treadmill of this kind: it is driven by the most careful profile.",
    0,
    "transition",
)
QUARANTINE = Said(
    "Nobody on the belt: it is being watched, for five seconds at least, before it may be armed.",
    0,
    "transition",
)
"""SR-06."""


class Voice:
    def __init__(self, setup: SessionSetup, progress: Progress, totals: Totals) -> None:
        self._setup = setup
        self._progress = progress
        self._totals = totals
        self._events: list[Event] = []
        self._origin_ms = setup.origin_ms
        self._now_ms = 0
        self._sample_due_ms = 0
        self._told: set[str] = set()
        self._closed = False
        """Nothing is said after the last line."""

    @property
    def t_ms(self) -> int:
        """Session time."""
        return self._now_ms - (self._origin_ms or 0)

    def at(self, now_ms: int) -> None:
        """Everything said from here on is said now."""
        if self._origin_ms is None:
            self._origin_ms = now_ms
        self._now_ms = now_ms

    def drain(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def emit(self, event: Event) -> None:
        if self._closed:
            return
        self._events.append(event)
        self._closed = isinstance(event, Finished)

    def session(self, programme: Programme) -> None:
        setup = self._setup
        self._sample_due_ms = self._now_ms
        self.emit(
            SessionStarted(
                t_ms=self.t_ms,
                plan=setup.plan,
                title=programme.title,
                mode=setup.mode.value,
                machine=setup.machine,
                protocol=setup.protocol,
                machine_class=setup.machine_class,
                simulated=setup.simulated,
                seed=setup.seed,
                steps=self._progress.count,
                planned_s=programme.planned_ms // 1_000,
                version=setup.version,
                limits_hash=setup.limits_hash,
                person=setup.person,
                profile=setup.profile,
            )
        )

    def machine(self, profile: str) -> None:
        """Which kind of treadmill it is; a kind that nobody has measured is called that."""
        self.emit(MachineKnown(self.t_ms, profile))
        self.say(UNKNOWN_MACHINE if profile == UNKNOWN else known_machine(profile))

    def state(self, state: SessionState, previous: SessionState, cause: str | None = None) -> None:
        progress = self._progress
        self.emit(
            StateChanged(
                t_ms=self.t_ms,
                state=state.value,
                previous=previous.value,
                step=progress.number,
                steps=progress.count,
                step_name=progress.name,
                cause=cause,
            )
        )
        if state is SessionState.CONNECTING:
            self.say(QUARANTINE)

    def say(self, *said: Said) -> None:
        for text, in_ms, kind in said:
            self.emit(Announced(self.t_ms, text, in_ms, kind))

    def prompt(self, prompt: Prompt) -> None:
        self.emit(Prompted(self.t_ms, prompt.wants, prompt.item, prompt.message))
        self.say(Said(prompt.message, 0, "prompt"))

    def criterion(self, criterion: StopCriterion) -> None:
        self.emit(CriterionNoted(self.t_ms, criterion.id, criterion.text, criterion.reaction.word))

    def mark(self, note: str) -> None:
        self.emit(Marked(self.t_ms, note))

    def refused(self, code: str, cause: str, message: str) -> None:
        self.emit(RequestRefused(self.t_ms, code, cause, message))

    def stop(self, reaction: Reaction, cause: str | None) -> None:
        """The cause of a stop, at once and once (safety.md 4.8.15)."""
        if cause is None or cause in self._told:
            return
        self._told.add(cause)
        text = text_of(cause)
        self.emit(Stopped(self.t_ms, reaction.word, text.code, cause, text.sentence, text.action))
        self.say(Said(f"{text.sentence} {text.action}", 0, "stop"))

    def pass_over(self, cause: Cause) -> None:
        """Another name for a stop whose cause has been told."""
        self._told.add(cause.value)

    def forget_stops(self) -> None:
        """New motion, or a reset: the same cause is news again."""
        self._told.clear()

    def sample(self, state: SessionState, report: Report, asked_ckmh: int) -> None:
        """One sample, where one is due."""
        if self._now_ms < self._sample_due_ms:
            return
        self._sample_due_ms = max(self._sample_due_ms + SAMPLE_MS, self._now_ms - SAMPLE_MS)
        progress, totals = self._progress, self._totals
        self._events.append(
            # By position: 36,000 of these an hour, and names cost a third of it.
            Sample(
                self.t_ms,
                state.value,
                report.phase.value,
                progress.number,
                progress.count,
                progress.name,
                progress.left_ms,
                progress.session_left_ms,
                progress.planned_ckmh(),
                asked_ckmh,
                report.commanded_ckmh,
                report.measured_ckmh,
                report.measured_age_ms + max(0, self._now_ms - report.now_ms),
                report.direction.value,
                report.facing.value,
                report.gait.value,
                report.strap.value,
                report.standstill,
                report.link_up,
                report.incline_permille,
                report.heart_bpm,
                totals.reverse_s,
                totals.distance_m,
            )
        )


def known_machine(profile: str) -> Said:
    return Said(f"This treadmill is driven by the profile {profile}.", 0, "transition")


def cause_of(cause: str | None) -> Cause | None:
    """The cause by that name; None for none, and for one that this version does not know."""
    try:
        return Cause(cause)
    except ValueError:
        return None


def text_of(cause: str) -> CauseText:
    known = cause_of(cause)
    if known is not None:
        return known.text
    return CauseText(
        "F-000", Reaction.E_STOP, f"Stopped: {cause}.", "Hold the rails and step to the sides."
    )
