"""Whatever people and machines do: what a session never asks for, and what it always says first."""

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.core.fake_gate import resting_report
from tests.core.rig import TICK_MS, Rig, programme, rest, walk
from treadctl.causes import Cause
from treadctl.core.events import Announced, Sample, StateChanged
from treadctl.core.exit_codes import Signal
from treadctl.core.machine import SessionState as S
from treadctl.core.programme import StepKind
from treadctl.core.session import Session
from treadctl.errors import Refused
from treadctl.model import (
    Direction,
    Facing,
    GatePhase,
    Gesture,
    Mode,
    Reaction,
    Refusal,
    Report,
    Request,
    StrapState,
)

PLAN: Final = programme(
    walk(StepKind.WARMUP, 40, 200, 100),
    walk(StepKind.WALK, 30, 260),
    walk(StepKind.REVERSE, 40, 120, 60),
    walk(StepKind.REVERSE, 30, 180),
    rest(20),
    walk(StepKind.REVERSE, 30, 100),
    walk(StepKind.COOLDOWN, 40, 80, 240),
)
WALKING: Final = frozenset({S.WARM_UP, S.WALK, S.REVERSE_WALK, S.COOLDOWN})
V_START: Final = 50
Verb = Callable[[Session], None]

VERBS: Final[dict[str, Verb]] = {
    "faster": lambda s: s.faster(),
    "slower": lambda s: s.slower(),
    "skip": lambda s: s.skip(),
    "pause": lambda s: s.pause(),
    "resume": lambda s: s.resume(),
    "stop": lambda s: s.stop(),
    "fast_stop": lambda s: s.fast_stop(),
    "e_stop": lambda s: s.e_stop(),
    "end": lambda s: s.end(),
    "interrupt": lambda s: s.interrupt(Signal.TERMINATE),
    "arm": lambda s: s.arm(),
    "press_start": lambda s: s.press_start(),
    "confirm_start": lambda s: s.confirm_start(),
    "release_start": lambda s: s.release_start(),
    "on_belt": lambda s: s.on_belt(),
    "press_turn": lambda s: s.press_turn(),
    "confirm_turn": lambda s: s.confirm_turn(),
    "press_reset": lambda s: s.press_reset(),
    "confirm_reset": lambda s: s.confirm_reset(),
    "confirm": lambda s: s.confirm("shoes"),
    "forward": lambda s: s.choose(Direction.FORWARD),
    "reverse": lambda s: s.choose(Direction.REVERSE),
    "let_go": lambda s: s.hold(False),
    "hold": lambda s: s.hold(True),
    "attend": lambda s: s.attend(),
    "close": lambda s: s.control_closed(),
    "gate_gone": lambda s: s.gate_gone(),
}
STOPS: Final = frozenset({"stop", "fast_stop", "e_stop", "end", "interrupt"})
PACE: Final = frozenset({"faster", "slower"})
STOP_LIKE: Final = STOPS | {"pause", "gate_gone", "close"}


class Watch:
    """Sees every request, and fails at the first that should never have been made."""

    def __init__(self) -> None:
        self.last = Request(0, 0)
        self.barred = True
        """Nothing may be asked for before a start gesture begins anew."""
        self.latched = False
        self._pressed_ms = 0

    def see(self, session: Session, request: Request) -> None:
        last, self.last = self.last, request
        report = session.report
        assert request.counter > last.counter
        if request.start is Gesture.PRESSED and last.start is Gesture.NONE:
            self._pressed_ms, self.barred = request.at_ms, False
        if request.start is Gesture.CONFIRMED and last.start is not Gesture.CONFIRMED:
            assert last.start is Gesture.PRESSED
            assert request.at_ms - self._pressed_ms >= 1_000
        self.latched = report is not None and report.latched >= Reaction.FAST_STOP
        if self.latched or request.stop is not Reaction.NONE or session.state is S.PAUSED:
            self.barred = True
        if request.setpoint_ckmh == 0:
            return
        assert not self.barred
        assert not request.end
        if session.state in WALKING:
            assert report is not None
            assert request.setpoint_ckmh <= report.cap_ckmh
        else:
            assert session.state in (S.ARMED, S.COUNTDOWN, S.STARTING)
            assert request.setpoint_ckmh == V_START
            assert session.state is not S.ARMED or request.start is not Gesture.NONE


class Watched(Rig):
    """A rig that is watched, and remembers when somebody interfered."""

    def __init__(self, mode: Mode, *, stay_latched: bool) -> None:
        super().__init__(PLAN, mode=mode, stay_latched=stay_latched)
        self.watch = Watch()
        self.paced: list[int] = []
        self.stopped: list[int] = []

    def tick(self) -> None:
        super().tick()
        self.watch.see(self.session, self.requests[-1])

    def again(self) -> Request:
        """A second exchange in the same moment."""
        request = self.session.exchange(None, self.now_ms - TICK_MS)
        self.watch.see(self.session, request)
        self.requests.append(request)
        self.events += self.session.drain_events()
        return request

    def do(self, name: str) -> None:
        before = self.again()
        with contextlib.suppress(Refused):
            VERBS[name](self.session)
            if name in PACE:
                self.paced.append(before.at_ms)
        after = self.again()
        if name in STOP_LIKE:
            self.stopped.append(after.at_ms)
        if name == "slower":
            assert after.setpoint_ckmh <= before.setpoint_ckmh
        else:
            allowed = V_START if before.setpoint_ckmh == 0 else before.setpoint_ckmh + 10
            assert after.setpoint_ckmh <= allowed
        if name in STOPS:
            assert after.setpoint_ckmh == 0
            self._stop_again(name, after)

    def _stop_again(self, name: str, once: Request) -> None:
        state, mark = self.session.state, len(self.events)
        if name != "interrupt":  # the second one asks for more
            VERBS[name](self.session)
            assert self.session.state is state
            assert replace(self.again(), counter=once.counter) == once
            assert not self.events[mark:]

    def meet(self, what: str) -> None:
        """Something happens to the machine or to the strap."""
        gate = self.gate
        match what:
            case "pull":
                gate.pull(StrapState.RELEASED)
            case "clip":
                gate.pull(StrapState.ATTACHED)
            case "console":
                gate.trip(Cause.CONSOLE_STOP)
            case "limit":
                gate.trip(Cause.BOUT_LIMIT)
            case "refuse":
                self.paced += [self.now_ms - 1] if self.state() in WALKING else []
                gate.refuse(Cause.ABOVE_CAP)
            case "quarantine":
                gate._enter(GatePhase.QUARANTINE)
                gate.commanded = 0.0
            case "silence":
                for _ in range(12):
                    self.now_ms += TICK_MS
                    self.again()
            case _:
                self._reset()
        self.stopped.append(self.now_ms)

    def _reset(self) -> None:
        self.gate.pull(StrapState.ATTACHED)
        self.run_for(6_000)
        for act in (self.session.press_reset, self.session.confirm_reset):
            with contextlib.suppress(Refused):
                act()
            self.run_for(1_200)


HAPPENINGS: Final = (
    "pull", "clip", "console", "limit", "refuse", "quarantine", "silence", "reset",
)  # fmt: skip
BEGINNINGS: Final = (
    S.CONNECTING, S.CHECKLIST, S.ARMED, S.COUNTDOWN, S.STARTING, S.WARM_UP, S.REST,
    S.REVERSE_WALK, S.STOPPING, S.COOLDOWN,
)  # fmt: skip
_SETTINGS: Final = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@_SETTINGS
@given(
    mode=st.sampled_from(Mode),
    stays=st.booleans(),
    begin=st.sampled_from(BEGINNINGS),
    steps=st.lists(
        st.tuples(st.sampled_from((*VERBS, *HAPPENINGS)), st.sampled_from((0, 1, 4, 11, 60, 150))),
        max_size=8,
    ),
)
def test_sr36_nothing_moves_that_was_not_started_and_no_stop_is_lost(
    mode: Mode, stays: bool, begin: S, steps: list[tuple[str, int]]
) -> None:
    rig = Watched(mode, stay_latched=stays)
    rig.run_to(begin)
    for name, ticks in steps:
        (rig.do if name in VERBS else rig.meet)(name)
        rig.run_for(ticks * TICK_MS)
    confirmed = [r.start is Gesture.CONFIRMED for r in rig.requests]
    edges = sum(now and not was for was, now in zip([False, *confirmed], confirmed, strict=False))
    assert rig.gate.starts <= edges


# SR-52.

_SPEED: Final = re.compile(r"(\d+\.\d) km/h")
_ROUNDED_CKMH: Final = 5
_EXCHANGES_MS: Final = 200
"""What is said to happen comes with the exchange after it, or the one after that."""


class Listener:
    """Knows at every moment which speeds have been said five seconds ago."""

    def __init__(self, rig: Watched) -> None:
        self._said = [
            (e.t_ms + 5_000, e, [round(float(n) * 100) for n in _SPEED.findall(e.text)])
            for e in rig.of(Announced)
            if e.kind in ("change", "transition") and _SPEED.search(e.text)
        ]
        self._paced = list(rig.paced)
        self._begin: list[int] = []
        self._begins_ms = 0
        self._low = self._high = self._heard_ms = 0

    def hear(self, t_ms: int, speed_ckmh: int) -> None:
        """Fails if this speed comes as a surprise."""
        starts = t_ms - self._heard_ms > 1_000
        self._heard_ms = t_ms
        while self._paced and self._paced[0] < t_ms:
            self._paced.pop(0)
            starts = True
        if starts:
            # What has been said of a step that is still to come is not unsaid by a key.
            known = [speed_ckmh]
            if t_ms <= self._begins_ms + _EXCHANGES_MS:
                known += self._begin
            self._low, self._high = min(known), max(known)
        while self._said and self._said[0][0] <= t_ms:
            _, event, speeds = self._said.pop(0)
            if event.kind == "transition":
                self._begin, self._begins_ms = speeds, event.t_ms + event.in_ms
            speeds = [speed_ckmh, *self._begin, *speeds]
            self._low, self._high = min(speeds), max(speeds)
        least, most = self._low - _ROUNDED_CKMH, self._high + _ROUNDED_CKMH
        assert least - 30 < speed_ckmh < most + 30, f"at {t_ms} ms: {speed_ckmh}"


def assert_transitions_were_said(rig: Watched) -> None:
    said = [e for e in rig.of(Announced) if e.kind == "transition"]
    step = 0
    for event in rig.of(StateChanged):
        went_on, step = event.step != step, event.step
        interfered = any(0 <= event.t_ms - at_ms <= 200 for at_ms in rig.stopped)
        if interfered or event.cause is not None or event.previous == "idle":
            continue
        walks = S(event.previous) in WALKING | {S.STARTING}
        stops = walks and event.state.startswith("stopping")
        on = went_on and event.previous == event.state
        if event.state == "starting" or stops or on or (went_on and walks):
            lead_ms = 15_000 if stops and turns_after(event.step) else 5_000
            assert any(
                e.in_ms >= lead_ms and abs(e.t_ms + e.in_ms - event.t_ms) <= 300 for e in said
            ), event


def turns_after(number: int) -> bool:
    """The person has to turn round, or the belt to change its direction."""
    kinds = [step.kind for step in PLAN.steps[number - 1 : number + 1]]
    return StepKind.REST not in kinds and kinds.count(StepKind.REVERSE) == 1


@_SETTINGS
@example(mode=Mode.TURN_AROUND, steps=[])
@example(mode=Mode.TURN_AROUND, steps=[(98, "faster"), (300, "faster")])
@example(mode=Mode.BELT_REVERSE, steps=[])
@given(
    mode=st.sampled_from(Mode),
    steps=st.lists(
        st.tuples(
            st.integers(0, 300),
            st.sampled_from(("faster", "slower", "skip", "pause", "refuse", "skip", "slower")),
        ),
        max_size=4,
    ),
)
def test_sr52_every_change_and_every_transition_was_said_five_seconds_before(
    mode: Mode, steps: list[tuple[int, str]]
) -> None:
    rig = Watched(mode, stay_latched=True)
    rig.run_to(S.STARTING)
    for ticks, name in steps:
        rig.run_for(ticks * TICK_MS)
        (rig.do if name in VERBS else rig.meet)(name)
        if rig.state() is S.STOPPING and name == "pause":
            rig.run_to(S.PAUSED)
        if rig.state() is S.PAUSED:
            rig.session.resume()
    rig.run_for(60_000)
    listener = Listener(rig)
    for sample in rig.of(Sample):
        if S(sample.state) in WALKING | {S.STARTING}:
            listener.hear(sample.t_ms, sample.setpoint_ckmh)
    assert_transitions_were_said(rig)


# A gate that talks nonsense.

_CKMH: Final = st.sampled_from((0, 20, 50, 100, 250))
_TIMES: Final = st.sampled_from((0, 100, 900, 6_000, 40_000))
_CAUSES: Final = st.sampled_from((None, "nonsense", *(cause.value for cause in Cause)))
_REPORTS: Final[st.SearchStrategy[Report]] = st.builds(
    lambda phase, latched, reaction, more: replace(
        resting_report(), phase=phase, latched=latched, reaction=reaction, **more
    ),
    st.sampled_from(GatePhase),
    st.sampled_from([Reaction.NONE, Reaction.NONE, Reaction.NONE, *Reaction]),
    st.sampled_from(Reaction),
    st.fixed_dictionaries(
        {},
        optional={
            "cause": _CAUSES,
            "latched_cause": _CAUSES,
            "facing": st.sampled_from(Facing),
            "strap": st.sampled_from(StrapState),
            "standstill": st.booleans(),
            "measured_ckmh": st.one_of(st.none(), _CKMH),
            "commanded_ckmh": _CKMH,
            "cap_ckmh": _CKMH,
            "checklist": st.sampled_from((0, 1, 4_094)),
            "wait": st.sampled_from((None, "lockout", "turn_confirm", "strap", "nonsense")),
            "refused": st.lists(
                st.builds(Refusal, st.just("F-000"), _CAUSES.map(str), st.just("No.")), max_size=2
            ).map(tuple),
        },
    ),
)


@settings(max_examples=30, deadline=None)
@given(
    stays=st.booleans(),
    mode=st.sampled_from(Mode),
    begin=st.sampled_from((S.IDLE, *BEGINNINGS)),
    heard=st.lists(
        st.tuples(st.one_of(st.none(), _REPORTS), _TIMES, st.sampled_from((None, *VERBS))),
        max_size=12,
    ),
)
def test_sr34_no_report_makes_an_exchange_raise_or_a_latched_belt_be_asked_to_move(
    stays: bool, mode: Mode, begin: S, heard: list[tuple[Report | None, int, str | None]]
) -> None:
    rig = Watched(mode, stay_latched=stays)
    rig.run_until(lambda: rig.state() is begin)
    now_ms = rig.now_ms
    for report, ms, verb in heard:
        now_ms += ms
        request = rig.session.exchange(report, now_ms)
        rig.watch.see(rig.session, request)
        assert not (rig.watch.latched and request.setpoint_ckmh)
        if verb is not None:
            with contextlib.suppress(Refused):
                VERBS[verb](rig.session)


def test_a_start_with_the_wrong_facing_ends_in_a_stop_and_not_in_an_error() -> None:
    rig = Rig(
        programme(walk(StepKind.WARMUP, 30, 150), walk(StepKind.REVERSE, 30, 100)),
        stay_latched=True,
    )
    rig.run_to(S.COUNTDOWN)
    rig.gate.facing = Facing.BACKWARD
    rig.run_to(S.STOPPING_TO_TURN, 60_000)
    rig.run_to(S.REVERSE_WALK)
    assert rig.gate.starts == 2
