"""Stops, pauses, latches, and what a session is worth after them."""

from dataclasses import replace

import pytest

from tests.core.rig import Rig, programme, walk
from treadctl.causes import Cause
from treadctl.core.events import RequestRefused, StateChanged, Stopped
from treadctl.core.exit_codes import Signal
from treadctl.core.machine import SessionState as S
from treadctl.core.programme import StepKind
from treadctl.errors import Refused
from treadctl.model import GatePhase, Reaction, StrapState
from treadctl.safety.limits import Limits

PLACES = [
    S.CONNECTING, S.CHECKLIST, S.ARMED, S.COUNTDOWN, S.STARTING, S.WARM_UP,
    S.STOPPING_TO_TURN, S.TURNING, S.REST, S.REVERSE_WALK, S.STOPPING, S.COOLDOWN,
]  # fmt: skip
VERBS = ["stop", "fast_stop", "e_stop", "end"]


def at(state: S, **setup: object) -> Rig:
    rig = Rig(**setup)  # type: ignore[arg-type]
    rig.run_to(state)
    return rig


def finish(rig: Rig, limit_ms: int = 60_000) -> int:
    rig.run_until(lambda: rig.session.finished is not None, limit_ms)
    return rig.exit_code()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", PLACES, ids=lambda state: state.value)
def test_sr18_every_stop_is_legal_everywhere_and_as_often_as_wanted(state: S, verb: str) -> None:
    rig = at(state)
    stop = getattr(rig.session, verb)
    for _ in range(3):
        stop()
        rig.tick()
        assert rig.setpoint() == 0
        stop()
    assert finish(rig) in (10, 12)
    assert rig.refused() == []
    stop()
    rig.tick()
    assert rig.requests[-1].end


@pytest.mark.parametrize("state", PLACES, ids=lambda state: state.value)
def test_sr36_after_a_stop_nothing_is_asked_for_by_itself(state: S) -> None:
    rig = at(state, stay_latched=True)
    rig.session.stop()
    rig.auto = None
    mark = len(rig.requests)
    rig.run_for(300_000)
    assert all(request.setpoint_ckmh == 0 for request in rig.requests[mark:])
    assert not any(request.arm for request in rig.requests[mark:])


def test_sr18_a_worse_stop_replaces_a_milder_one_and_never_the_reverse() -> None:
    rig = at(S.REVERSE_WALK, stay_latched=True)
    rig.session.stop()
    rig.tick()
    rig.session.e_stop()
    rig.session.stop()
    rig.tick()
    assert rig.stop_asked() is Reaction.E_STOP
    rig.run_to(S.E_STOP)


def test_a_stop_ends_a_run_that_nobody_could_resume_and_its_code_is_10() -> None:
    rig = at(S.WARM_UP)
    rig.session.stop()
    assert finish(rig) == 10
    assert rig.states()[-2:] == ["stopping", "finished"]
    assert [stop.cause for stop in rig.of(Stopped)] == ["operator_soft_stop"]


def test_a_pause_keeps_the_time_that_is_left_of_the_step() -> None:
    rig = at(S.REVERSE_WALK, stay_latched=True)
    rig.run_for(10_000)
    rig.session.pause()
    rig.run_to(S.PAUSED)
    rig.run_for(20_000)
    rig.session.resume()
    rig.run_to(S.STARTING)
    again = rig.now_ms
    rig.run_to(S.STOPPING)
    assert rig.now_ms - again == pytest.approx(20_000, abs=300)


def test_sr36_a_pause_ends_with_a_start_from_standstill_at_the_slow_speed() -> None:
    rig = at(S.WARM_UP, stay_latched=True)
    rig.run_for(30_000)
    rig.session.pause()
    rig.run_to(S.PAUSED)
    rig.session.resume()
    rig.run_to(S.WARM_UP)
    starts = [e.state for e in rig.of(StateChanged)][-5:]
    assert starts == ["rest", "armed", "countdown", "starting", "warm_up"]
    assert rig.gate.starts == 2


def test_a_pause_that_nobody_ends_ends_the_session() -> None:
    rig = at(S.WARM_UP, stay_latched=True, limits=replace(Limits(), pause_max_ms=20_000))
    rig.session.pause()
    rig.run_to(S.PAUSED)
    begin = rig.now_ms
    assert finish(rig) == 10
    assert rig.now_ms - begin == pytest.approx(20_000, abs=200)
    assert rig.session.finished is not None
    assert rig.session.finished.reason == "pause_timeout"


def test_a_rest_can_be_paused_and_goes_on_where_it_was() -> None:
    rig = at(S.STOPPING, stay_latched=True)
    rig.run_to(S.REST)
    rig.run_for(5_000)
    rig.session.pause()
    rig.run_to(S.PAUSED)
    rig.run_for(10_000)
    rig.session.resume()
    begin = rig.now_ms
    rig.run_to(S.ARMED)
    assert rig.now_ms - begin == pytest.approx(15_000, abs=600)


def test_a_pause_on_the_way_to_a_turn_is_followed_by_the_turn() -> None:
    rig = at(S.STOPPING_TO_TURN, stay_latched=True)
    rig.session.pause()
    rig.run_to(S.PAUSED)
    rig.session.resume()
    rig.run_to(S.TURNING)
    assert rig.gate.starts == 1


def test_a_pause_at_the_very_end_is_the_end() -> None:
    rig = at(S.COOLDOWN, stay_latched=True)
    rig.run_to(S.STOPPING)
    rig.session.pause()
    assert finish(rig) == 0


def test_a_stop_while_turning_is_followed_by_another_turn() -> None:
    rig = at(S.TURNING, stay_latched=True)
    rig.run_for(500)
    rig.session.stop()
    rig.run_to(S.PAUSED)
    assert rig.gate.facing.value == "unknown"
    rig.session.resume()
    rig.run_to(S.TURNING)
    rig.run_to(S.REVERSE_WALK)


def test_sr16_the_strap_ends_the_programme_and_the_code_is_11() -> None:
    rig = at(S.REVERSE_WALK)
    rig.gate.pull(StrapState.RELEASED)
    rig.tick()
    assert rig.state() is S.E_STOP
    assert rig.setpoint() == 0
    assert finish(rig) == 11
    (stop,) = rig.of(Stopped)
    assert (stop.code, stop.cause, stop.reaction) == ("F-016", "strap_open", "e_stop")
    (text,) = rig.texts("stop")
    assert text.startswith("The safety strap was released.")


def test_sr34_with_somebody_there_a_latch_stays_until_it_is_reset() -> None:
    rig = at(S.REVERSE_WALK, stay_latched=True)
    rig.gate.pull(StrapState.RELEASED)
    rig.run_for(300_000)
    assert rig.state() is S.E_STOP
    for verb in ("arm", "press_start", "resume"):
        with pytest.raises(Refused) as refused:
            getattr(rig.session, verb)()
        assert refused.value.cause == "latched"
    rig.tick()
    assert [e.code for e in rig.of(RequestRefused)] == ["F-034"] * 3


def reset(rig: Rig) -> None:
    rig.session.press_reset()
    rig.run_for(1_100)
    rig.session.confirm_reset()
    rig.run_for(500)


def test_sr34_a_reset_leads_to_a_new_checklist_and_to_the_cooldown_only() -> None:
    rig = at(S.REVERSE_WALK, stay_latched=True)
    rig.gate.pull(StrapState.RELEASED)
    rig.run_for(8_000)
    reset(rig)
    assert rig.state() is S.E_STOP
    assert rig.refused()[-1] == "strap_not_ready"
    rig.gate.pull(StrapState.ATTACHED)
    rig.run_for(300)
    reset(rig)
    assert rig.state() is S.CHECKLIST
    mark = len(rig.requests)
    assert finish(rig, 300_000) == 11
    assert rig.states()[-9:] == [
        "checklist", "turning", "rest", "armed", "countdown", "starting",
        "cooldown", "stopping", "finished",
    ]  # fmt: skip
    assert rig.requests[mark - 8].checklist == 0
    assert rig.session.finished is not None
    assert (rig.session.finished.reason, rig.session.finished.resets) == ("strap_open", 1)


def test_sr34_a_reset_too_early_or_too_short_is_refused_with_a_sentence() -> None:
    rig = at(S.REVERSE_WALK, stay_latched=True)
    rig.session.e_stop()
    rig.run_to(S.E_STOP)
    with pytest.raises(Refused) as moving:
        rig.session.press_reset()
    assert moving.value.cause == "not_standing"
    rig.run_for(4_000)
    with pytest.raises(Refused) as early:
        rig.session.press_reset()
    assert early.value.cause == "lockout"
    rig.run_for(8_000)
    rig.session.press_reset()
    rig.run_for(500)
    with pytest.raises(Refused) as short:
        rig.session.confirm_reset()
    assert short.value.cause == "start_too_short"
    rig.run_for(2_000)
    assert rig.state() is S.E_STOP


def test_sr34_the_fourth_latch_locks_the_session() -> None:
    rig = at(S.WARM_UP, stay_latched=True)
    rig.gate.resets_left = 0
    rig.session.fast_stop()
    rig.run_to(S.FAULT)
    rig.run_for(8_000)
    reset(rig)
    assert rig.state() is S.LOCKED
    rig.session.end()
    rig.tick()
    assert rig.exit_code() == 12


def test_a_latched_session_ends_when_its_control_closes() -> None:
    rig = at(S.WARM_UP, stay_latched=True)
    rig.gate.trip(Cause.CONSOLE_STOP)
    rig.run_for(20_000)
    assert rig.state() is S.FAULT
    rig.session.control_closed()
    assert finish(rig) == 12


@pytest.mark.parametrize("state", [S.PAUSED, S.LOCKED], ids=lambda state: state.value)
def test_a_waiting_session_ends_when_its_control_closes(state: S) -> None:
    rig = at(S.WARM_UP, stay_latched=True, limits=replace(Limits(), pause_max_ms=300_000))
    rig.auto = None
    rig.session.pause()
    rig.run_to(S.PAUSED)
    if state is S.LOCKED:
        rig.session.resume()
        rig.run_to(S.LOCKED)
    rig.session.control_closed()
    rig.tick()
    assert rig.exit_code() == 10


@pytest.mark.parametrize("state", PLACES, ids=lambda state: state.value)
def test_sr36_a_console_stop_is_never_followed_by_a_setpoint(state: S) -> None:
    rig = at(state)
    rig.gate.trip(Cause.CONSOLE_STOP)
    mark = len(rig.requests)
    finish(rig)
    rig.run_for(10_000)
    assert all(request.setpoint_ckmh == 0 for request in rig.requests[mark:])


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (Cause.STRAP_OPEN, 11),
        (Cause.STRAP_UNKNOWN, 11),
        (Cause.LINK_LOST, 13),
        (Cause.TELEMETRY_STALE, 13),
        (Cause.DEVIATION, 14),
        (Cause.SURGE, 14),
        (Cause.UNIT_MISMATCH, 14),
        (Cause.DIRECTION_MISMATCH, 14),
        (Cause.STALL, 12),
        (Cause.CONSOLE_STOP, 12),
        (Cause.MACHINE_FAULT, 12),
    ],
)
def test_ruling12_each_latched_cause_has_its_exit_code(cause: Cause, code: int) -> None:
    rig = at(S.WARM_UP)
    rig.gate.trip(cause)
    assert finish(rig) == code
    assert rig.session.finished is not None
    assert rig.session.finished.reason == cause.value


def test_ruling12_a_standstill_that_is_never_proved_wins_after_thirty_seconds() -> None:
    rig = at(S.REVERSE_WALK)
    rig.gate.stands = False
    rig.gate.pull(StrapState.RELEASED)
    begin = rig.now_ms
    assert finish(rig) == 16
    assert rig.now_ms - begin == pytest.approx(30_000, abs=400)


def test_ruling12_somebody_who_waits_is_told_16_as_well() -> None:
    rig = at(S.REVERSE_WALK, stay_latched=True)
    rig.gate.stands = False
    rig.gate.pull(StrapState.RELEASED)
    rig.run_for(60_000)
    assert rig.session.finished is None
    rig.session.end()
    assert finish(rig) == 16


@pytest.mark.parametrize(
    ("signal", "code"), [(Signal.INTERRUPT, 130), (Signal.TERMINATE, 10), (Signal.HANG_UP, 10)]
)
@pytest.mark.parametrize("state", PLACES, ids=lambda state: state.value)
def test_ruling12_a_signal_stops_and_has_its_own_code(state: S, signal: Signal, code: int) -> None:
    rig = at(state, stay_latched=True)
    rig.session.interrupt(signal)
    rig.tick()
    assert rig.setpoint() == 0
    assert finish(rig) == code


def test_a_second_interrupt_asks_for_the_strongest_stop() -> None:
    rig = at(S.WARM_UP)
    rig.session.interrupt(Signal.INTERRUPT)
    rig.tick()
    assert rig.stop_asked() is Reaction.FAST_STOP
    rig.session.interrupt(Signal.INTERRUPT)
    rig.tick()
    assert rig.stop_asked() is Reaction.E_STOP
    assert finish(rig) == 130


def test_ruling12_a_strap_release_is_not_hidden_by_a_signal() -> None:
    rig = at(S.WARM_UP, stay_latched=True)
    rig.gate.pull(StrapState.RELEASED)
    rig.tick()
    rig.session.interrupt(Signal.INTERRUPT)
    assert finish(rig) == 11


@pytest.mark.parametrize("cause", [Cause.REVERSE_LIMIT, Cause.BOUT_LIMIT, Cause.SESSION_LIMIT])
def test_sr44_a_limit_leads_to_the_cooldown(cause: Cause) -> None:
    rig = at(S.REVERSE_WALK)
    rig.gate.trip(cause)
    assert finish(rig, 300_000) == 0
    assert rig.session.finished is not None
    assert rig.session.finished.reason == "limit"
    assert rig.states().count("reverse_walk") == 1
    assert rig.states()[-3:] == ["cooldown", "stopping", "finished"]
    assert [stop.cause for stop in rig.of(Stopped)] == [cause.value]


def test_sr44_a_limit_during_the_cooldown_ends_the_session() -> None:
    rig = at(S.COOLDOWN)
    rig.gate.trip(Cause.SESSION_LIMIT)
    assert finish(rig) == 0
    assert rig.states()[-2:] == ["stopping", "finished"]


@pytest.mark.parametrize("cause", [Cause.HEART_RATE_CEILING, Cause.HEART_RATE_GONE])
def test_sr45_sr46_a_heart_rate_leads_to_the_cooldown_and_to_its_own_exit_code(
    cause: Cause,
) -> None:
    rig = at(S.REVERSE_WALK)
    rig.gate.trip(cause)
    assert finish(rig, 300_000) == 15
    assert rig.session.finished is not None
    assert rig.session.finished.reason == "heart_rate"
    assert rig.states().count("reverse_walk") == 1
    assert rig.states()[-3:] == ["cooldown", "stopping", "finished"]
    assert [stop.cause for stop in rig.of(Stopped)] == [cause.value]


def test_sr45_a_heart_rate_that_ends_the_cooldown_ends_the_session() -> None:
    rig = at(S.COOLDOWN)
    rig.gate.trip(Cause.HEART_RATE_CEILING)
    assert finish(rig) == 15
    assert rig.states()[-2:] == ["stopping", "finished"]


def test_sr44_a_start_refused_for_the_session_limit_ends_the_session() -> None:
    rig = at(S.TURNING)
    rig.run_to(S.REST)
    rig.gate.refuse(Cause.SESSION_LIMIT)
    assert finish(rig) == 0


def test_sr44_a_start_refused_for_the_reverse_limit_goes_on_with_the_cooldown() -> None:
    rig = at(S.TURNING)
    rig.run_to(S.REST)
    rig.gate.refuse(Cause.REVERSE_LIMIT)
    rig.tick()
    assert rig.state() is S.TURNING
    assert finish(rig, 300_000) == 0
    assert "reverse_walk" not in rig.states()


def test_sr05_a_soft_stop_by_the_gate_ends_a_run_with_nobody_there() -> None:
    rig = at(S.STARTING)
    rig.gate.trip(Cause.ON_BELT_MISSING)
    assert finish(rig) == 5
    assert rig.states()[-2:] == ["stopping", "finished"]


def test_sr05_with_somebody_there_it_is_a_pause() -> None:
    rig = at(S.STARTING, stay_latched=True)
    rig.gate.trip(Cause.ON_BELT_MISSING)
    rig.run_to(S.PAUSED)
    rig.session.resume()
    rig.run_to(S.WARM_UP)


def test_sr51_an_idle_session_locks_and_says_to_take_the_key() -> None:
    rig = Rig(auto=False, stay_latched=True)
    rig.run_to(S.CHECKLIST)
    begin = rig.now_ms
    rig.run_to(S.LOCKED)
    assert rig.now_ms - begin == pytest.approx(120_000, abs=300)
    assert "safety key" in rig.texts("stop")[-1]


def test_sr51_confirming_an_item_counts_as_being_there() -> None:
    rig = Rig(auto=False, stay_latched=True)
    rig.run_to(S.CHECKLIST)
    for item in ("shoes", "handrails"):
        rig.run_for(100_000)
        rig.session.confirm(item)
    rig.run_for(100_000)
    assert rig.state() is S.CHECKLIST


def test_sr51_an_idle_run_with_nobody_there_ends_with_5() -> None:
    rig = Rig()
    rig.gate.strap = StrapState.RELEASED
    assert finish(rig, 300_000) == 5
    assert rig.gate.starts == 0


def test_a_treadmill_that_never_proves_itself_ends_the_run_with_13() -> None:
    rig = Rig()
    rig.gate.link_up = False
    rig.gate.stands = False
    assert finish(rig) == 13


@pytest.mark.parametrize(
    "cause", [Cause.NO_STRAP_SOURCE, Cause.MACHINE_MINIMUM, Cause.REVERSE_UNAVAILABLE]
)
def test_a_start_that_can_never_be_permitted_ends_the_run_with_5(cause: Cause) -> None:
    rig = at(S.CHECKLIST)
    rig.gate.refuse(cause)
    assert finish(rig) == 5


@pytest.mark.parametrize("state", [S.REST, S.CHECKLIST, S.TURNING], ids=lambda state: state.value)
def test_sr50_a_new_connection_has_confirmed_nothing(state: S) -> None:
    rig = at(state)
    rig.run_for(300)
    rig.gate.checklist = rig.gate.pull_stage = 0
    rig.gate._enter(GatePhase.QUARANTINE)
    rig.tick()
    assert rig.state() is S.CONNECTING
    assert rig.requests[-1].checklist == 0
    rig.run_to(S.CHECKLIST)
    assert finish(rig, 600_000) == 0


def test_sr31_a_dead_gate_is_an_unproved_standstill() -> None:
    rig = at(S.REVERSE_WALK)
    rig.session.gate_gone()
    rig.tick()
    assert rig.exit_code() == 16
    assert rig.of(Stopped)[-1].code == "F-031"
    assert "PULL THE KEY" in rig.texts("stop")[-1]
    rig.session.gate_gone()


def test_sr31_a_gate_that_dies_at_standstill_is_not_a_moving_belt() -> None:
    rig = at(S.CHECKLIST)
    rig.session.gate_gone()
    assert rig.exit_code() == 12


def test_a_gate_that_falls_silent_while_walking_is_told_to_stop() -> None:
    rig = at(S.WARM_UP)
    for _ in range(12):
        rig.now_ms += 100
        rig.requests.append(rig.session.exchange(None, rig.now_ms))
    assert rig.stop_asked() is Reaction.FAST_STOP
    assert rig.setpoint() == 0


def test_a_plan_without_a_cooldown_offers_nothing_after_a_reset() -> None:
    rig = Rig(programme(walk(StepKind.WARMUP, 60, 150)), stay_latched=True)
    rig.run_to(S.WARM_UP)
    rig.session.e_stop()
    rig.run_to(S.E_STOP)
    rig.run_for(8_000)
    reset(rig)
    assert rig.exit_code() == 12


def test_the_second_cause_of_a_stop_is_told_too_and_each_only_once() -> None:
    rig = at(S.WARM_UP, stay_latched=True)
    rig.session.stop()
    rig.run_for(300)
    rig.gate.trip(Cause.NOT_STOPPING)
    rig.run_for(20_000)
    assert [stop.cause for stop in rig.of(Stopped)] == ["operator_soft_stop", "not_stopping"]
    assert rig.state() is S.E_STOP
