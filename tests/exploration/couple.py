"""A session and the kernel that it asks, with everybody around them: what is explored together.

The session is the one that ships, led by somebody who may ask for anything at any time; the kernel
is stepped with what the session asks for, and the session follows what the kernel reports. Time
passes in halves of a second: what happens at the very bound of an age is for the exploration of the
kernel by itself.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.exploration import rules, world
from tests.exploration.couple_rules import SessionRules
from tests.exploration.explore import step_judged
from tests.exploration.rules import NeverEvent, Rules
from tests.exploration.session_space import pack_session
from tests.exploration.space import Space
from tests.exploration.world import MIDDLE, SLOW, TICK_MS, TURN_AROUND, Event, World
from treadctl.core.exit_codes import Signal
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.core.session import Session
from treadctl.core.setup import SessionSetup
from treadctl.errors import Refused
from treadctl.gate.reporting import report_of
from treadctl.model import Report, Request
from treadctl.safety.state import Drive, Inputs, KernelConfig, KernelState

TICKS_OF_A_WAIT: Final = 5
_STEP_MS: Final = 12_000
"""Two seconds longer than the slow start that each of them begins with."""
CONFIG: Final = replace(TURN_AROUND, limits=replace(TURN_AROUND.limits, arm_timeout_ms=3_000))
"""A gesture takes 1.1 s."""
PLAN: Final = Programme(
    name="explored",
    title="As short as can be",
    profile=None,
    steps=(
        Step(StepKind.WARMUP, _STEP_MS, MIDDLE, MIDDLE),
        Step(StepKind.REVERSE, _STEP_MS, SLOW, SLOW),
        Step(StepKind.REST, _STEP_MS // 2, 0, 0),
        Step(StepKind.REVERSE, _STEP_MS, MIDDLE, SLOW),
        Step(StepKind.COOLDOWN, _STEP_MS, SLOW, SLOW),
    ),
)
SETUP: Final = SessionSetup(
    plan=PLAN.name, limits=CONFIG.limits, min_ckmh=CONFIG.min_ckmh, stay_latched=True, origin_ms=0
)


def _confirm_all(session: Session) -> None:
    """Every item that can be; the strap has to be pulled before."""
    for item in session.open_items:
        try:
            session.confirm(item)
        except Refused:
            if item != "strap-pull":
                raise


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that somebody asks the session for."""

    name: str
    ask: Callable[[Session], None]
    stops: bool = False


def _verbs(*names: str, stops: bool = False) -> tuple[Verb, ...]:
    def call(name: str) -> Callable[[Session], None]:
        return lambda session: getattr(session, name)()

    return tuple(Verb(name.replace("_", " "), call(name), stops) for name in names)


VERBS: Final = (
    Verb("confirm everything", _confirm_all),
    *_verbs("arm", "press_start", "confirm_start", "release_start", "on_belt"),
    *_verbs("press_turn", "confirm_turn", "press_reset", "confirm_reset"),
    *_verbs("faster", "slower", "skip", "extend", "pause", "resume", "cool_down"),
    *_verbs("stop", "fast_stop", "e_stop", "end", stops=True),
    Verb("a signal", lambda session: session.interrupt(Signal.TERMINATE), stops=True),
)
WAIT: Final = Event("half a second passes", {}, {})
AROUND: Final = (
    WAIT,
    *world.STRAP,
    *world.LINK[:2],
    *(event for event in world.MACHINE if "console" in event.name or "fault" in event.name),
    *world.BELT,
)
Happening = Verb | Event
HAPPENINGS: Final[tuple[Happening, ...]] = (*VERBS, *AROUND)


class Couple:
    """One moment of a session with its kernel."""

    def __init__(self) -> None:
        self.session = Session(PLAN, SETUP)
        self.machine: Final = self.session._core.machine
        """The same in every copy: which state it is in is set before it is asked anything."""
        self.s = KernelState(0)
        self.w = World()
        self.judge = Rules()
        self.session_judge = SessionRules()
        self.report: Report | None = None
        self._seq = 0
        self.config: Final[KernelConfig] = CONFIG

    def copy(self) -> "Couple":
        """Another that goes on from here; this one stays as it is."""
        other = object.__new__(Couple)
        other.__dict__.update(self.__dict__)
        core = self.session._core
        shared = (self.machine, core.programme, core.programme.steps, core.setup, core.report)
        other.session = deepcopy(self.session, {id(each): each for each in shared})
        other.s = self.s.copy()
        other.w = World(*world.levels_of(self.w))
        other.judge = Rules(*rules.levels_of(self.judge))
        other.session_judge = replace(self.session_judge)
        return other

    def key(self, space: Space) -> tuple[Any, ...]:
        """What comes is the same for all that have the same."""
        return (
            pack_session(self.session),
            space.pack(self.s),
            world.levels_of(self.w),
            rules.levels_of(self.judge),
            self.session_judge,
        )

    def happen(self, what: Happening) -> Iterator[Drive]:
        """Let it happen, tick by tick; no tick where it was asked for in vain.

        Raises:
            NeverEvent: what must never happen has.
        """
        self.machine.current_state_value = self.session.state
        if isinstance(what, Verb):
            if self._changes(what):
                yield self._tick({}, 0)
        elif what is WAIT:
            for _ in range(TICKS_OF_A_WAIT):
                yield self._tick({}, TICK_MS)
        else:
            for name, value in what.levels.items():
                setattr(self.w, name, value)
            yield self._tick(what.pulse, 0)

    def is_no_news(self, what: Happening) -> bool:
        """It is so already."""
        return isinstance(what, Event) and bool(what.levels) and self.w.has(what.levels)

    def _changes(self, verb: Verb) -> bool:
        """Whether asking changed anything: a gesture that is confirmed too early is let go."""
        before = pack_session(self.session)
        try:
            verb.ask(self.session)
        except Refused:
            if verb.stops:
                raise NeverEvent("SR-18", f"{verb.name} is refused") from None
            return pack_session(self.session) != before
        except Exception as error:
            raise NeverEvent("SR-36", f"{verb.name} fails: {error!r}") from error
        if verb.stops:
            self.session_judge.has_been_stopped()
        return True

    def _tick(self, pulse: Mapping[str, Any], dt_ms: int) -> Drive:
        """What the kernel reported last reaches the session, and what that asks for the kernel."""
        s, w, session = self.s, self.w, self.session
        now_ms = s.now_ms + dt_ms
        request = self._exchange(now_ms)
        self.session_judge.judge(session, self.report, request)
        i = world.inputs(w, pulse, now_ms, self._seq, request)
        self._seq = i.sample_seq
        drive = step_judged(s, w, self.judge, i, self.config, dt_ms)
        self.report = self._told(i)
        return drive

    def _exchange(self, now_ms: int) -> Request:
        session = self.session
        try:
            request = session.exchange(self.report, now_ms)
        except Exception as error:
            raise NeverEvent("SR-36", f"the session fails: {error!r}") from error
        session.drain_events()
        session.drain_verbs()
        return request

    def _told(self, i: Inputs) -> Report:
        report = report_of(self.s, i, self.config, 0, has_measured=i.sample_seq > 0)
        self.s.refused = []
        return report
