"""What a session must never show or ask for, whoever leads it (SR-36, SR-25, SR-34).

Written from what people are told the states of a session mean: the product's own tables of states
are not looked at.
"""

from dataclasses import dataclass
from typing import Final

from tests.exploration.rules import NeverEvent
from treadctl.core.machine import SessionState
from treadctl.core.session import Session
from treadctl.model import Gait, GatePhase, Gesture, Reaction, Report, Request

S: Final = SessionState
FORWARD: Final = frozenset({S.WARM_UP, S.WALK, S.COOLDOWN})
ON_THE_WAY: Final = FORWARD | {S.STARTING, S.REVERSE_WALK}
STOPS: Final = frozenset({S.STOPPING, S.STOPPING_TO_TURN})
OVER: Final = frozenset({S.FAULT, S.E_STOP, S.LOCKED, S.FINISHED})
BEFORE: Final = frozenset({S.ARMED, S.COUNTDOWN, S.STARTING})
DRIVEN: Final = frozenset({GatePhase.STARTING, GatePhase.MOVING})


@dataclass(slots=True, unsafe_hash=True)
class SessionRules:
    """Remembers what it takes to judge the next exchange."""

    barred: bool = True
    """Nothing may be asked for before a start gesture begins anew."""
    pressed: bool = False
    cut_short: bool = False
    """A latch has ended the programme: only the cooldown is left of it."""

    def has_been_stopped(self) -> None:
        self.barred = True

    def judge(self, session: Session, report: Report | None, request: Request) -> None:
        """What the session shows and asks for, having been told *report*."""
        if report is not None:
            self._judge_shown(session.state, report)
            if report.latched >= Reaction.FAST_STOP:
                self.barred = self.cut_short = True
                self._judge_latched(session.state, request)
        if request.start is Gesture.PRESSED and not self.pressed:
            self.barred = False
        self.pressed = request.start is not Gesture.NONE
        if request.stop is not Reaction.NONE:
            self.barred = True
        if request.setpoint_ckmh:
            self._judge_speed(session.state, report, request)

    def _judge_shown(self, state: SessionState, report: Report) -> None:
        driven = report.phase in DRIVEN
        if driven and state not in ON_THE_WAY | STOPS | OVER:
            raise NeverEvent("shown", f"{state.value} while the belt is driven")
        if report.commanded_ckmh and state not in ON_THE_WAY | STOPS | OVER:
            raise NeverEvent("shown", f"{state.value} while it is told {report.commanded_ckmh}")
        if driven and state is S.REVERSE_WALK and report.gait is not Gait.BACKWARD:
            raise NeverEvent("shown", "walking backward, while the person walks forward")
        if driven and state in FORWARD and report.gait is not Gait.FORWARD:
            raise NeverEvent("shown", "walking forward, while the person walks backward")
        if self.cut_short and state in (S.WARM_UP, S.WALK, S.REVERSE_WALK):
            raise NeverEvent("SR-36", f"{state.value} after a latch, where a cooldown is offered")

    def _judge_latched(self, state: SessionState, request: Request) -> None:
        if state not in OVER:
            raise NeverEvent("shown", f"{state.value} while a stop is latched")
        if request.setpoint_ckmh or request.arm or request.start is not Gesture.NONE:
            raise NeverEvent("SR-34", "motion is asked for while a stop is latched")

    def _judge_speed(self, state: SessionState, report: Report | None, request: Request) -> None:
        speed_ckmh = request.setpoint_ckmh
        if self.barred:
            raise NeverEvent("SR-36", f"{speed_ckmh} is asked for, and nobody pressed start anew")
        if request.end:
            raise NeverEvent("SR-36", f"{speed_ckmh} is asked for after the end")
        if state not in ON_THE_WAY | BEFORE:
            raise NeverEvent("SR-36", f"{speed_ckmh} is asked for in {state.value}")
        if report is None or (state in ON_THE_WAY - BEFORE and speed_ckmh > report.cap_ckmh):
            raise NeverEvent("SR-13", f"{speed_ckmh} is asked for, above the cap")
