"""Who answers prompts when no person does it at a screen: a simulated one, or lines on stdin.

Both are given the time and act through the verbs of `Session` only, so that they can do
nothing a person could not do.
"""

from collections.abc import Callable
from typing import Final

from treadctl.core.control import PRESS_MS, ControlOperator
from treadctl.core.machine import SessionState
from treadctl.core.prompts import Prompt
from treadctl.core.session import Session
from treadctl.errors import Refused
from treadctl.model import Direction, GatePhase, StrapState
from treadctl.safety.limits import GESTURE_HOLD_MS

PULL_MS: Final = 300
"""Long enough for every strap input to see the cord out, and in again."""
STEP_ON_MS: Final = 2_000
"""A person looks at the belt before stepping onto it."""
RETRY_MS: Final = 1_000
PULL_AGAIN_MS: Final = 5_000
"""Still asked for by then, it was not seen: the gate had not begun to look when it came."""
ATTEND_MS: Final = 30_000
_STANDING: Final = frozenset({SessionState.REST, SessionState.PAUSED, SessionState.FINISHED})
"""Nobody holds the hold-to-run key of a belt that stands."""

__all__ = ["AutoOperator", "ControlOperator"]


class AutoOperator:
    """Confirms what is awaited, as soon as it may. Only for a simulator that this run started.

    It never resumes and never resets: after a stop nothing goes on by itself. *person* takes
    the acts of the simulated person: strap-pull, strap-clip, person-turn, person-step-on,
    person-rails.
    """

    def __init__(self, session: Session, person: Callable[[str], None]) -> None:
        self._session = session
        self._person = person
        self._now_ms = 0
        self._acts: list[tuple[int, str]] = []
        self._state = SessionState.IDLE
        self._on_belt = False
        self._pulled_at_ms: int | None = None
        self._turned_at_ms = 0
        self._still_at_ms = 0
        """When the belt was last seen to stand while somebody waits to step on."""
        self._armed_at_ms: int | None = None
        self._pressed_at_ms: int | None = None
        self._attended_at_ms = 0

    def step(self, now_ms: int) -> None:
        """Act, once per exchange and after it."""
        self._now_ms = now_ms
        session = self._session
        if session.state is not self._state:
            self._state = session.state
            self._entered()
        self._follow_belt()
        while self._acts and self._acts[0][0] <= now_ms:
            self._person(self._acts.pop(0)[1])
        if now_ms - self._attended_at_ms >= ATTEND_MS:
            self._attended_at_ms = now_ms
            session.attend()
        try:
            self._answer_all()
        except Refused:
            self._pressed_at_ms = None  # told as an event already; it is asked again

    def _entered(self) -> None:
        self._armed_at_ms = self._pressed_at_ms = None
        self._pulled_at_ms = None
        self._still_at_ms = self._now_ms
        if self._state in _STANDING:
            self._session.hold(False)
        if self._state is SessionState.TURNING:
            self._then("strap-pull", "person-turn", "strap-clip")
            self._turned_at_ms = self._acts[-1][0]

    def _then(self, *acts: str) -> None:
        self._acts += [(self._now_ms + index * PULL_MS, act) for index, act in enumerate(acts)]

    def _follow_belt(self) -> None:
        """Onto the belt while it runs slowly, off it when it stands."""
        report = self._session.report
        if report is None or not self._on_belt or not report.standstill:
            return
        self._on_belt = False
        self._person("person-rails")

    def _answer_all(self) -> None:
        """One answer may bring the next question, and no time passes for either."""
        asked: Prompt | None = None
        while (prompt := self._session.awaiting) is not None and prompt != asked:
            asked = prompt
            self._answer(prompt)

    def _answer(self, prompt: Prompt) -> None:
        session = self._session
        match prompt.wants:
            case "checklist":
                self._confirm_items()
            case "direction":
                session.choose(Direction(prompt.item))
            case "hold":
                session.hold(True)
            case "arm":
                if self._armed_at_ms is None or self._now_ms - self._armed_at_ms >= RETRY_MS:
                    self._armed_at_ms = self._now_ms
                    session.arm()
            case "start":
                self._hold(session.press_start, session.confirm_start)
            case "turn_confirm":
                if self._now_ms - self._turned_at_ms >= PULL_MS:
                    self._hold(session.press_turn, session.confirm_turn)
            case "on_belt":
                self._step_on()
            case _:
                pass

    def _confirm_items(self) -> None:
        session, report = self._session, self._session.report
        for item in session.open_items:
            if item != "strap-pull":
                session.confirm(item)
        ready = (
            report is not None
            and report.phase is GatePhase.IDLE
            and report.strap is StrapState.ATTACHED
        )
        pulled_at_ms = self._pulled_at_ms
        again = pulled_at_ms is not None and self._now_ms - pulled_at_ms >= PULL_AGAIN_MS
        if ready and (pulled_at_ms is None or again):
            self._pulled_at_ms = self._now_ms
            self._then("strap-pull", "strap-clip")

    def _step_on(self) -> None:
        report = self._session.report
        if report is None or not report.measured_ckmh:
            self._still_at_ms = self._now_ms
        elif self._now_ms - self._still_at_ms >= STEP_ON_MS:
            self._on_belt = True
            self._person("person-step-on")
            self._session.on_belt()

    def _hold(self, press: Callable[[], None], confirm: Callable[[], None]) -> None:
        if self._pressed_at_ms is None:
            self._pressed_at_ms = self._now_ms
            press()
        elif self._now_ms - self._pressed_at_ms > GESTURE_HOLD_MS + RETRY_MS:
            self._pressed_at_ms = None  # it did not take; begin anew
        elif self._now_ms - self._pressed_at_ms > PRESS_MS:
            confirm()
