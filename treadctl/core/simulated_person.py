"""A simulated person in a session that somebody else leads: does what is asked, at human speed.

Only for a simulator that this run started. It answers no prompt: confirming is for the person
at the screen. It pulls the strap when the checklist asks for it, turns when told to, steps onto
the belt when that runs slowly, and back onto the rails when it stands.
"""

from collections.abc import Callable
from typing import Final

from treadctl.core.machine import SessionState
from treadctl.core.session import Session
from treadctl.model import Report, StrapState

REACTION_MS: Final = 1_200
"""Between two things that a person does."""
STEP_ON_MS: Final = 2_000


class SimulatedPerson:
    """Acts by what the session shows. *act* takes strap-pull, strap-clip, person-turn,
    person-step-on and person-rails."""

    def __init__(self, session: Session, act: Callable[[str], None]) -> None:
        self._session = session
        self._act = act
        self._acts: list[tuple[int, str]] = []
        self._asked: tuple[str, str] | None = None
        self._state = SessionState.IDLE
        self._on_belt = False
        self._still_at_ms = 0

    def step(self, now_ms: int) -> None:
        """Act, once per exchange and after it."""
        session, report = self._session, self._session.report
        if report is None:
            return
        if session.state is not self._state:
            self._state = session.state
            if self._state is SessionState.TURNING:
                # Once, however often the question changes while the strap is out.
                self._then(now_ms, "strap-pull", "person-turn", "strap-clip")
        prompt = session.awaiting
        asked = (prompt.wants, prompt.item) if prompt is not None else None
        if asked != self._asked:
            self._asked = asked
            self._answer(asked, report, now_ms)
        self._follow_belt(report, now_ms)
        while self._acts and self._acts[0][0] <= now_ms:
            self._act(self._acts.pop(0)[1])

    def _answer(self, asked: tuple[str, str] | None, report: Report, now_ms: int) -> None:
        match asked:
            case ("checklist", "strap-pull") if report.strap is StrapState.ATTACHED:
                self._then(now_ms, "strap-pull", "strap-clip")
            case _:
                pass

    def _then(self, now_ms: int, *acts: str) -> None:
        self._acts += [
            (now_ms + REACTION_MS * count, act) for count, act in enumerate(acts, start=1)
        ]

    def _follow_belt(self, report: Report, now_ms: int) -> None:
        if self._on_belt:
            if report.standstill:
                self._on_belt = False
                self._act("person-rails")
        elif self._session.state is not SessionState.STARTING or not report.measured_ckmh:
            self._still_at_ms = now_ms
        elif now_ms - self._still_at_ms >= STEP_ON_MS:
            self._on_belt = True
            self._act("person-step-on")
