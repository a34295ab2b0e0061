"""Notes what can be seen from outside after something has happened: for `timeline.py`."""

from dataclasses import dataclass
from typing import Final

from firmware_protocols.messages import AutoStop, CutDrive, SetIncline, SetSpeed, StartBelt
from treadctl.causes import Cause
from treadctl.composition.disturbed import DisturbedPlant, Told
from treadctl.composition.virtual import VirtualRun
from treadctl.core.events import Event, RequestRefused, StateChanged, Stopped
from treadctl.model import GatePhase, Reaction, Report
from treadctl.safety.explain import to_go_on
from treadctl.units import format_speed

_KMH_MS_PER_MM: Final = 360
"""0.01 km/h times milliseconds in one millimetre."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that can be seen from outside."""

    t_ms: int
    """Since it happened."""
    kind: str
    """fault, told (to the machine), gate, session, refused, belt."""
    text: str
    phase: GatePhase
    reaction: Reaction
    cause: str | None
    latched: Reaction
    commanded_ckmh: int
    expected_ckmh: int
    """Where a belt with the declared ramp would be (SR-22)."""
    belt_ckmh: int
    """Where it is."""


class Record:
    """Notes every change."""

    def __init__(
        self, run: VirtualRun, plant: DisturbedPlant, began_ms: int, sentence: str
    ) -> None:
        self._run, self._plant = run, plant
        self.began_ms = began_ms
        self.moments: list[Moment] = []
        self.first_stop_ms: int | None = None
        self.standstill_ms: int | None = None
        self.proved_ms: int | None = None
        self._travelled = 0
        """In 0.01 km/h times milliseconds."""
        self._report = run.report
        self._in_force: tuple[Reaction, str | None] = (Reaction.NONE, None)
        self._belt_ckmh = plant.belt.speed_ckmh
        self._travelled += self._belt_ckmh * (run.now_ms - began_ms)
        self._said: set[str] = set()
        self._worst: tuple[Reaction, Cause] | None = None
        self._note(began_ms, "fault", sentence)

    def look(
        self, at_ms: int, report: Report | None, told: list[Told], events: list[Event]
    ) -> None:
        """One tick has passed that began at *at_ms*."""
        if report is not None:
            before, self._report = self._report, report
            self._found(at_ms, report)
            if before is not None:
                self._follow(at_ms, before, report)
        for each in told:
            self._told(at_ms, each)
        for event in events:
            self._heard(at_ms, event)
        self._move(at_ms)

    def _move(self, at_ms: int) -> None:
        before_ckmh, self._belt_ckmh = self._belt_ckmh, self._plant.belt.speed_ckmh
        now_ms = self._run.now_ms
        if self.standstill_ms is None:
            self._travelled += self._belt_ckmh * (now_ms - at_ms)
        if before_ckmh and not self._belt_ckmh:
            self.standstill_ms = now_ms - self.began_ms
            self._note(now_ms, "belt", "The belt stands.")
        elif self._belt_ckmh and not before_ckmh:
            self.standstill_ms = None
            self._note(now_ms, "belt", "The belt moves.")

    @property
    def travelled_mm(self) -> int:
        """What ran past under the person until the belt stood."""
        return self._travelled // _KMH_MS_PER_MM

    def to_go_on(self) -> tuple[str, ...]:
        return () if self._worst is None else to_go_on(*self._worst)

    def _found(self, at_ms: int, report: Report) -> None:
        """What the gate found."""
        now = report.reaction, report.cause
        if now == self._in_force or report.reaction < Reaction.HOLD or report.cause is None:
            self._in_force = now
            return
        self._in_force = now
        cause = Cause(report.cause)
        if self._worst is None or report.reaction > self._worst[0]:
            self._worst = report.reaction, cause
        latched = ", latched" if report.latched is not Reaction.NONE else ""
        self._note(
            at_ms,
            "gate",
            f"{cause.text.code} {cause.value}: {report.reaction.word}{latched}",
        )

    def _told(self, at_ms: int, told: Told) -> None:
        """What was said to the machine. A stop that is repeated is said once."""
        stopping = self._run.gate.state.phase is GatePhase.STOPPING
        if stopping and self._worst is not None and self.first_stop_ms is None:
            self.first_stop_ms = at_ms - self.began_ms
        word = _word(told)
        if stopping and word in self._said:
            return
        self._said.add(word)
        self._note(at_ms, "told", f"The machine is told: {word}")

    def _follow(self, at_ms: int, before: Report, report: Report) -> None:
        if report.link_up is not before.link_up:
            self._note(at_ms, "gate", "The link is " + ("up." if report.link_up else "down."))
        if report.strap is not before.strap:
            self._note(at_ms, "gate", f"The strap reads {report.strap.value}.")
        if report.phase is before.phase:
            return
        if report.phase is GatePhase.STOPPING:
            self._said.clear()
        if before.phase is GatePhase.STOPPING:
            self.proved_ms = at_ms - self.began_ms
            self._note(at_ms, "gate", "Standstill is proved.")
        self._note(at_ms, "gate", f"The gate: {report.phase.value}.")

    def _heard(self, at_ms: int, event: Event) -> None:
        match event:
            case StateChanged(state=state, previous=previous) if state != previous:
                self._note(at_ms, "session", f"The session: {state.replace('_', ' ')}.")
            case Stopped(message=message, action=action):
                self._note(at_ms, "session", f"People are told: {message} {action}")
            case RequestRefused(code=code, cause=cause, message=message):
                if code not in self._said:
                    self._said.add(code)
                    self._note(at_ms, "refused", f"{code} {cause}: {message}")
            case _:
                pass

    def _note(self, at_ms: int, kind: str, text: str) -> None:
        state, report = self._run.gate.state, self._report
        self.moments.append(
            Moment(
                at_ms - self.began_ms,
                kind,
                text,
                state.phase,
                report.reaction if report else Reaction.NONE,
                report.cause if report else None,
                state.latch.reaction if state.latch else Reaction.NONE,
                state.commanded_ckmh,
                state.expected_mckmh // 1_000,
                self._belt_ckmh,
            )
        )


def _word(told: Told) -> str:
    match told:
        case StartBelt():
            return "start"
        case AutoStop():
            return "stop"
        case CutDrive():
            return "stop, drive off"
        case SetSpeed(0):
            return "speed 0"
        case SetSpeed(speed_ckmh):
            return f"speed {format_speed(speed_ckmh)}"
        case SetIncline():
            return "level"
