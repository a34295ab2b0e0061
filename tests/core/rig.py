"""Session, operator and fake gate on virtual time."""

from collections.abc import Callable
from typing import TypeVar

from tests.core.fake_gate import FakeGate
from treadctl.core.events import Announced, Event, Finished, RequestRefused, StateChanged
from treadctl.core.machine import SessionState
from treadctl.core.operators import AutoOperator
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.core.session import Session
from treadctl.core.setup import SessionSetup
from treadctl.model import Facing, Mode, Reaction, Request, StrapState

TICK_MS = 100
E = TypeVar("E", bound=Event)


def walk(
    kind: StepKind, seconds: int, speed: int, start: int = 0, *, name: str = "", cue: str = ""
) -> Step:
    return Step(kind, seconds * 1_000, speed, start or speed, name=name, cue=cue)


def rest(seconds: int) -> Step:
    return Step(StepKind.REST, seconds * 1_000, 0, 0)


def programme(*steps: Step) -> Programme:
    return Programme(name="test", title="Test plan", profile=None, steps=steps)


SHORT = programme(
    walk(StepKind.WARMUP, 60, 200, 100, name="Warm up"),
    walk(StepKind.REVERSE, 40, 100, name="First bout", cue="Look straight ahead."),
    rest(20),
    walk(StepKind.REVERSE, 40, 120, name="Second bout"),
    walk(StepKind.COOLDOWN, 60, 80, 200),
)


class Rig:
    """Ticks of 100 ms; `person` receives what the simulated person does."""

    def __init__(
        self,
        plan: Programme = SHORT,
        *,
        mode: Mode = Mode.TURN_AROUND,
        auto: bool = True,
        **setup: object,
    ) -> None:
        self.setup = SessionSetup(plan="test", mode=mode, simulated=True, **setup)  # type: ignore[arg-type]
        self.gate = FakeGate(limits=self.setup.limits, mode=mode)
        self.session = Session(plan, self.setup)
        self.auto = AutoOperator(self.session, self.person) if auto else None
        self.acts: list[str] = []
        self.events: list[Event] = []
        self.requests: list[Request] = []
        self.now_ms = 0

    def person(self, act: str) -> None:
        self.acts.append(act)
        if act == "strap-pull":
            self.gate.pull(StrapState.RELEASED)
        elif act == "strap-clip":
            self.gate.pull(StrapState.ATTACHED)

    def tick(self) -> None:
        last = self.requests[-1] if self.requests else Request(0, 0)
        report = self.gate.step(last, self.now_ms)
        self.requests.append(self.session.exchange(report, self.now_ms))
        if self.auto is not None:
            self.auto.step(self.now_ms)
        self.events += self.session.drain_events()
        self.now_ms += TICK_MS

    def run_for(self, ms: int) -> None:
        for _ in range(ms // TICK_MS):
            self.tick()

    def run_until(self, condition: Callable[[], bool], limit_ms: int = 900_000) -> None:
        end_ms = self.now_ms + limit_ms
        while not condition():
            assert self.now_ms < end_ms, f"still {self.state()} after {limit_ms} ms"
            self.tick()

    def run_to(self, state: SessionState, limit_ms: int = 900_000) -> None:
        self.run_until(lambda: self.session.state is state, limit_ms)

    def state(self) -> SessionState:
        return self.session.state

    def setpoint(self) -> int:
        return self.requests[-1].setpoint_ckmh

    def stop_asked(self) -> Reaction:
        return self.requests[-1].stop

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def states(self) -> list[str]:
        """The states passed through, each change once."""
        return [e.state for e in self.of(StateChanged) if e.state != e.previous]

    def texts(self, kind: str) -> list[str]:
        return [event.text for event in self.of(Announced) if event.kind == kind]

    def refused(self) -> list[str]:
        return [event.cause for event in self.of(RequestRefused)]

    def exit_code(self) -> int:
        assert isinstance(self.events[-1], Finished) or self.session.finished is not None
        assert self.session.finished is not None
        return self.session.finished.exit_code


__all__ = ["SHORT", "TICK_MS", "Facing", "Rig", "programme", "rest", "walk"]
