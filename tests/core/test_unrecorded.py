"""SR-49: what nobody will be able to read about goes no faster, and ends at the next rest."""

from typing import Final

import pytest

from tests.core.rig import TICK_MS, Rig, programme, walk
from treadctl.causes import Cause
from treadctl.core.core import UNRECORDED_MAX_MS
from treadctl.core.events import Announced, Stopped
from treadctl.core.exit_codes import ExitCode
from treadctl.core.machine import SessionState as S
from treadctl.core.programme import StepKind
from treadctl.errors import Refused
from treadctl.model import GatePhase, Reaction

FAILS: Final = Cause.RECORD_FAILS
LONG: Final = programme(
    walk(StepKind.WARMUP, 1_200, 300, 100, name="Warm up"),
    walk(StepKind.COOLDOWN, 60, 80, 200),
)


def ended_by_it(rig: Rig) -> bool:
    finished = rig.session.finished
    assert finished is not None
    return finished.reason == "unrecorded" and finished.exit_code == ExitCode.REFUSED_BY_SAFETY


def test_sr49_it_is_said_at_once_and_once_with_what_follows() -> None:
    rig = Rig()
    rig.run_to(S.WARM_UP)
    for _ in range(3):
        rig.session.record_fails()
    rig.run_for(1_000)
    texts = [event.text for event in rig.of(Announced) if FAILS.text.sentence in event.text]
    assert texts == [f"{FAILS.text.sentence} {FAILS.text.action}"]


def test_sr49_the_belt_goes_no_faster_and_no_rise_is_announced() -> None:
    rig = Rig(LONG)
    rig.run_to(S.WARM_UP)
    rig.run_for(60_000)
    rig.session.record_fails()
    rig.tick()
    held, mark = rig.setpoint(), len(rig.events)
    rig.run_for(300_000)
    assert rig.setpoint() == held
    assert not [e for e in rig.events[mark:] if isinstance(e, Announced) and "goes from" in e.text]


def test_sr49_nor_does_anybody_make_it_go_faster() -> None:
    rig = Rig(LONG)
    rig.run_to(S.WARM_UP)
    rig.run_for(10_000)
    rig.session.record_fails()
    with pytest.raises(Refused, match="record"):
        rig.session.faster()
    rig.session.slower()


def test_sr49_the_next_step_that_is_walked_on_into_is_named_and_walked_no_faster() -> None:
    rig = Rig(
        programme(
            walk(StepKind.WARMUP, 60, 100, name="Warm up"),
            walk(StepKind.WALK, 60, 300, name="Quicker"),
            walk(StepKind.COOLDOWN, 60, 80),
        )
    )
    rig.run_to(S.WARM_UP)
    rig.run_for(10_000)
    rig.session.record_fails()
    rig.run_to(S.WALK)
    rig.run_for(20_000)
    assert rig.setpoint() == 100
    assert [t for t in rig.texts("transition") if "Quicker, 1.0 km/h" in t]


def test_sr49_a_session_under_way_ends_at_the_next_standstill() -> None:
    rig = Rig()
    rig.run_to(S.WARM_UP)
    rig.session.record_fails()
    rig.run_to(S.FINISHED)
    assert S.REVERSE_WALK.value not in rig.states()
    last = (S.STOPPING_TO_TURN, S.STOPPING, S.FINISHED)
    assert rig.states()[-3:] == [state.value for state in last]
    assert ended_by_it(rig)


@pytest.mark.parametrize(
    "state", [S.CONNECTING, S.CHECKLIST, S.ARMED, S.COUNTDOWN, S.TURNING, S.REST, S.STOPPING]
)
def test_sr49_nobody_is_asked_to_start_anything_any_more(state: S) -> None:
    rig = Rig()
    rig.run_to(state)
    rig.session.record_fails()
    mark = len(rig.requests)
    rig.run_to(S.FINISHED, limit_ms=60_000)
    assert all(request.setpoint_ckmh == 0 for request in rig.requests[mark:])
    assert ended_by_it(rig)


def test_sr49_a_belt_that_was_just_being_started_goes_no_faster_than_it_starts() -> None:
    rig = Rig()
    rig.run_to(S.COUNTDOWN)
    last = rig.requests[-1]
    while rig.gate.phase is GatePhase.COUNTDOWN:
        report = rig.gate.step(last, rig.now_ms)
        rig.now_ms += TICK_MS
        last = (
            last
            if report.phase is not GatePhase.COUNTDOWN
            else rig.session.exchange(report, rig.now_ms)
        )
    rig.session.record_fails()
    rig.session.exchange(report, rig.now_ms)
    assert rig.state() is S.STARTING
    rig.run_to(S.FINISHED)
    assert max(request.setpoint_ckmh for request in rig.requests) == rig.setup.v_start_ckmh
    assert ended_by_it(rig)


def test_sr49_a_walk_without_an_end_in_sight_is_stopped_softly_after_ten_minutes() -> None:
    rig = Rig(LONG)
    rig.run_to(S.WARM_UP)
    rig.session.record_fails()
    rig.run_for(UNRECORDED_MAX_MS)
    assert rig.state() is S.WARM_UP
    rig.run_to(S.STOPPING, limit_ms=1_000)
    assert rig.stop_asked() is Reaction.SOFT_STOP
    rig.run_to(S.FINISHED)
    assert ended_by_it(rig)
    (stop,) = rig.of(Stopped)  # by one cause: nobody else has asked for it
    assert (stop.cause, stop.reaction) == (FAILS.value, Reaction.SOFT_STOP.word)


@pytest.mark.parametrize("level", [Reaction.FAST_STOP, Reaction.E_STOP])
def test_sr49_what_is_latched_waits_for_its_reset_and_ends_then(level: Reaction) -> None:
    rig = Rig(auto=True, stay_latched=True)
    rig.run_to(S.WARM_UP)
    rig.session.fast_stop() if level is Reaction.FAST_STOP else rig.session.e_stop()
    rig.run_until(lambda: rig.session.awaiting is not None)
    rig.session.record_fails()
    rig.run_for(10_000)
    assert rig.session.finished is None
    rig.session.press_reset()
    rig.run_for(1_500)
    rig.session.confirm_reset()
    rig.run_to(S.FINISHED, limit_ms=5_000)


def test_sr49_after_the_end_it_changes_nothing() -> None:
    rig = Rig()
    rig.run_to(S.FINISHED)
    mark = len(rig.events)
    rig.session.record_fails()
    rig.run_for(1_000)
    assert rig.events[mark:] == []
    assert rig.exit_code() == ExitCode.COMPLETED
