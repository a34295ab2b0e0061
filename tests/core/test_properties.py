"""Whatever people do and the gate reports, in any order: what never becomes of a request."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.fake_gate import ALL_ITEMS, FakeGate
from tests.core.rig import TICK_MS, Rig, programme, rest, walk
from treadctl.causes import Cause
from treadctl.core.events import Finished
from treadctl.core.exit_codes import ExitCode, Signal
from treadctl.core.machine import SessionState as S
from treadctl.core.programme import StepKind
from treadctl.core.session import Session
from treadctl.errors import Refused
from treadctl.model import (
    CHECKLIST,
    Direction,
    Facing,
    Gait,
    GatePhase,
    Gesture,
    Mode,
    Reaction,
    Refusal,
    Report,
    Request,
    StrapState,
)

MAY_ASK: Final = frozenset(
    {S.ARMED, S.COUNTDOWN, S.STARTING, S.WARM_UP, S.WALK, S.REVERSE_WALK, S.COOLDOWN}
)
MIN_CKMH: Final = 20
QUICK: Final = programme(
    walk(StepKind.WARMUP, 14, 150, 100),
    walk(StepKind.REVERSE, 14, 100),
    rest(5),
    walk(StepKind.COOLDOWN, 14, 80, 120),
)
MAY_ASK_FROM: Final = (S.COUNTDOWN, S.STARTING, S.WARM_UP, S.REVERSE_WALK, S.STOPPING, S.REST)
CAUSES: Final = (*(cause.value for cause in Cause), "unheard_of")
Verb = Callable[[Session], None]

STOPS: Final[tuple[Verb, ...]] = (Session.stop, Session.fast_stop, Session.e_stop)
HARMLESS: Final[tuple[Verb, ...]] = (
    Session.release_start,
    Session.release_turn,
    Session.release_reset,
    Session.attend,
    Session.press_start,
    Session.confirm_start,
    Session.press_turn,
    Session.confirm_turn,
    Session.press_reset,
    Session.confirm_reset,
    Session.arm,
    Session.on_belt,
    Session.faster,
    Session.slower,
    Session.skip,
    Session.pause,
    Session.resume,
    lambda session: session.hold(True),
    lambda session: session.hold(False),
    lambda session: session.choose(Direction.REVERSE),
    lambda session: session.choose(Direction.FORWARD),
    *(lambda session, item=item: session.confirm(item) for item in (*CHECKLIST, "nonsense")),
)
ENDS: Final[tuple[Verb, ...]] = (
    Session.end,
    Session.control_closed,
    Session.gate_gone,
    lambda session: session.interrupt(Signal.INTERRUPT),
    lambda session: session.interrupt(Signal.HANG_UP),
)

Act = Report | Verb | None

causes = st.one_of(st.none(), st.sampled_from(CAUSES))
speeds = st.integers(0, 700)
refusals = st.builds(Refusal, st.just("F-000"), st.sampled_from(CAUSES), st.just("No."))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report at all, consistent with itself or not; often one that leads on."""
    likely = FakeGate(phase=GatePhase.IDLE, checklist=ALL_ITEMS, pull_stage=2)
    report = likely.step(Request(0, 1, checklist=ALL_ITEMS), draw(st.integers(0, 10_000_000)))
    latched = draw(st.sampled_from([Reaction.NONE] * 8 + list(Reaction)))
    changes: dict[str, object] = {
        "phase": draw(st.sampled_from(GatePhase)),
        "latched": latched,
        "latched_cause": draw(causes) if latched else None,
        "standstill": draw(st.booleans()),
        "commanded_ckmh": draw(speeds),
        "measured_ckmh": draw(st.one_of(st.none(), speeds)),
        "cap_ckmh": draw(speeds),
        "refused": tuple(draw(st.lists(refusals, max_size=2))),
    }
    if draw(st.booleans()):
        changes |= {
            "reaction": draw(st.sampled_from(Reaction)),
            "cause": draw(causes),
            "facing": draw(st.sampled_from(Facing)),
            "gait": draw(st.sampled_from(Gait)),
            "direction": draw(st.sampled_from(Direction)),
            "strap": draw(st.sampled_from(StrapState)),
            "link_up": draw(st.booleans()),
            "wait": draw(st.one_of(st.none(), st.sampled_from(["lockout", "turn_confirm"]))),
            "strap_pull_seen": draw(st.booleans()),
            "checklist": draw(st.integers(0, ALL_ITEMS)),
            "reverse_ms": draw(st.integers(0, 10_000_000)),
        }
    return replace(report, **changes)  # type: ignore[arg-type]


acts = st.one_of(
    reports(),
    st.none(),
    st.sampled_from(HARMLESS),
    st.sampled_from(HARMLESS),
    st.sampled_from(STOPS + ENDS),
)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([None, *MAY_ASK_FROM]),
    st.lists(st.tuples(acts, st.integers(0, 3_000)), max_size=60),
    st.sampled_from(Mode),
    st.booleans(),
)
def test_sr03_no_report_and_no_verb_makes_speed_out_of_nothing(
    begin: S | None, course: list[tuple[Act, int]], mode: Mode, stays: bool
) -> None:
    rig = Rig(QUICK, mode=mode, min_ckmh=MIN_CKMH, stay_latched=stays)
    if begin is not None:
        rig.run_to(begin)
    counter = len(rig.requests)
    for act, after_ms in course:
        rig.now_ms += after_ms
        report = act if isinstance(act, Report) else None
        if callable(act):
            on(rig, act)
        request = rig.session.exchange(report, rig.now_ms)
        counter += 1
        assert request.counter == counter
        judge(rig.session, request)


def judge(session: Session, request: Request) -> None:
    setpoint_ckmh = request.setpoint_ckmh
    if setpoint_ckmh:
        assert session.state in MAY_ASK
        assert setpoint_ckmh >= MIN_CKMH
        assert request.stop < Reaction.SOFT_STOP
        assert not request.end
    if session.state is S.ARMED and setpoint_ckmh:
        assert request.start is not Gesture.NONE
        assert setpoint_ckmh == session.setup.v_start_ckmh
    if setpoint_ckmh > session.setup.v_start_ckmh:
        assert session.report is not None
        assert setpoint_ckmh <= session.report.cap_ckmh
    if session.finished is not None:
        assert request.end
        assert session.finished.exit_code in set(ExitCode)
        assert sum(isinstance(event, Finished) for event in session.drain_events()) <= 1


def on(rig: Rig, verb: Verb) -> bool:
    """Do it; true if it was not refused."""
    try:
        verb(rig.session)
    except Refused:
        return False
    return True


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(HARMLESS + STOPS), st.integers(1, 80)), min_size=1, max_size=25
    ),
    st.sampled_from(Mode),
)
def test_sr36_every_start_of_the_belt_has_a_gesture_of_its_own(
    course: list[tuple[Verb, int]], mode: Mode
) -> None:
    """One person answers everything, another presses anything."""
    rig = Rig(QUICK, mode=mode, stay_latched=True)
    rig.run_to(S.ARMED)
    for verb, ticks in course:
        on(rig, verb)
        rig.run_for(ticks * TICK_MS)
    edges = sum(
        1
        for before, after in pairwise(rig.requests)
        if after.start is Gesture.CONFIRMED and before.start is not Gesture.CONFIRMED
    )
    assert rig.gate.starts <= edges


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([S.STARTING, S.WARM_UP, S.REVERSE_WALK, S.COOLDOWN]),
    st.lists(st.sampled_from([Session.faster, Session.slower, Session.skip]), max_size=30),
    st.integers(1, 7),
)
def test_sr41_minus_never_raises_and_plus_raises_by_one_step(
    state: S, verbs: list[Verb], ticks: int
) -> None:
    rig = Rig(QUICK)
    rig.run_to(state)
    for verb in verbs:
        rig.run_for(ticks * TICK_MS)
        if rig.session.finished is not None:
            return
        # The same moment twice: what changes between the two is the verb's doing alone.
        before = rig.session.exchange(None, rig.now_ms).setpoint_ckmh
        done = on(rig, verb)
        after = rig.session.exchange(None, rig.now_ms).setpoint_ckmh
        if verb is Session.faster and done:
            assert after == before + 10
        elif verb is Session.slower and done:
            assert after <= before - 10  # less, where the belt is still on its way up
        else:
            assert after == before


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([S.CHECKLIST, S.ARMED, S.COUNTDOWN, S.STARTING, S.WARM_UP, S.TURNING, S.REST]),
    st.lists(st.tuples(st.sampled_from(STOPS), st.integers(0, 20)), min_size=1, max_size=12),
)
def test_sr18_stopping_again_never_undoes_a_stop(state: S, course: list[tuple[Verb, int]]) -> None:
    rig = Rig(QUICK, stay_latched=True)
    rig.run_to(state)
    rig.auto = None
    for verb, ticks in course:
        verb(rig.session)
        rig.tick()
        assert rig.setpoint() == 0
        rig.run_for(ticks * TICK_MS)
        assert rig.setpoint() == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(20, 250), min_size=1, max_size=8), st.integers(1, 20))
def test_sr13_after_a_refused_speed_no_tick_asks_for_more(commanded: list[int], ticks: int) -> None:
    """Until a person asks, or the next step."""
    rig = Rig(QUICK)
    rig.run_to(S.WARM_UP)
    assert rig.session.report is not None
    for commanded_ckmh in commanded:
        refusal = Refusal("F-009", Cause.ABOVE_CAP.value, "No.")
        report = replace(
            rig.session.report,
            phase=GatePhase.MOVING,
            commanded_ckmh=commanded_ckmh,
            refused=(refusal,),
        )
        asked = rig.session.exchange(report, rig.now_ms).setpoint_ckmh
        assert asked <= commanded_ckmh
        for _ in range(ticks):
            rig.now_ms += TICK_MS
            again = rig.session.exchange(replace(report, refused=()), rig.now_ms)
            assert again.setpoint_ckmh <= commanded_ckmh
