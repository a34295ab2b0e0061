"""A pause is a standstill, and the way out of it is the way in: from zero, by a person (SR-36)."""

import pytest

from tests.rig import Rig, programme, step
from tests.scenarios.worlds import MACHINES, S, world
from treadctl.core.machine import SessionState
from treadctl.core.programme import StepKind
from treadctl.errors import Refused
from treadctl.model import GatePhase, Mode
from treadctl.safety.limits import Limits


@pytest.mark.parametrize("state", [S.REVERSE_WALK, S.COOLDOWN], ids=lambda state: state.value)
@pytest.mark.parametrize("machine", MACHINES)
def test_sr36_a_paused_walk_goes_on_from_standstill_with_a_slow_start(
    machine: str, state: SessionState
) -> None:
    with world(machine, state, stays=True).what_if() as rig:
        rig.session.pause()
        rig.run_until(S.PAUSED)
        assert rig.belt_stands()
        assert rig.stops() == [("soft_stop", "operator_soft_stop")]
        left_ms = rig.told("sample")[-1]["step_left_ms"]
        paused_ms = rig.now_ms
        rig.run_for(20_000)
        assert rig.state() is S.PAUSED
        rig.session.resume()
        rig.run_until(S.STARTING)
        rig.run_for(500)
        assert abs(rig.told("sample")[-1]["step_left_ms"] - left_ms) <= 600
        rig.run_until(state)
        first, *_ = rig.speed_frames(since_ms=paused_ms)
        assert first[1] <= 50
        assert rig.run()["exit_code"] == 0


@pytest.mark.parametrize("machine", MACHINES)
def test_sr36_a_paused_belt_does_not_move_by_itself_and_the_pause_ends_the_session(
    machine: str,
) -> None:
    with world(machine, S.WARM_UP, stays=True).what_if() as rig:
        rig.session.pause()
        rig.run_until(S.PAUSED)
        paused_ms = rig.now_ms
        finished = rig.run()
        assert rig.now_ms - paused_ms >= 60_000
        assert (finished["reason"], finished["exit_code"]) == ("pause_timeout", 10)
        assert rig.speed_frames(since_ms=paused_ms) == []


def test_sr36_a_reversed_belt_is_paused_and_resumed_in_the_same_way() -> None:
    with world("woodway-us", S.REVERSE_WALK, Mode.BELT_REVERSE, stays=True).what_if() as rig:
        rig.session.pause()
        rig.run_until(S.PAUSED)
        rig.session.hold(False)
        rig.session.resume()
        rig.run_until(S.REVERSE_WALK)
        assert rig.run()["exit_code"] == 0


@pytest.mark.parametrize(
    "state", [S.STARTING, S.COUNTDOWN, S.STOPPING], ids=lambda state: state.value
)
def test_a_pause_asked_for_in_any_moving_state_ends_in_one(state: SessionState) -> None:
    with world("woodway-us", state, stays=True).what_if() as rig:
        rig.session.pause()
        rig.run_until(lambda: rig.belt_stands() and rig.phase() is GatePhase.IDLE)
        rig.run_for(3_000)
        standing_ms = rig.now_ms
        rig.run_for(10_000)
        assert rig.speed_frames(since_ms=standing_ms) == []


def test_sr44_a_bout_beyond_its_limit_is_ended_and_the_cooldown_follows() -> None:
    plan = programme(
        step(StepKind.WARMUP, 30, 100),
        step(StepKind.REVERSE, 60, 80),
        step(StepKind.REST, 6),
        step(StepKind.REVERSE, 20, 80),
        step(StepKind.COOLDOWN, 25, 80),
    )
    rig = Rig("woodway-us", plan, limits=Limits(bout_max_ms=30_000))
    finished = rig.run()
    assert rig.stops() == [("soft_stop", "bout_limit")]
    assert (finished["reason"], finished["exit_code"]) == ("limit", 0)
    assert finished["reverse_s"] == pytest.approx(32.0, abs=0.5)
    assert rig.states().count("reverse_walk") == 1
    assert "cooldown" in rig.states()


def test_sr44_no_session_is_longer_than_its_limit() -> None:
    plan = programme(step(StepKind.WARMUP, 120, 100), step(StepKind.COOLDOWN, 30, 80))
    rig = Rig("trackmaster", plan, limits=Limits(session_max_ms=60_000))
    finished = rig.run()
    assert rig.stops() == [("soft_stop", "session_limit")]
    assert (finished["reason"], finished["exit_code"]) == ("limit", 0)
    assert rig.belt_stands()


@pytest.mark.parametrize("verb", ["stop", "fast_stop", "e_stop", "end"])
def test_sr03_stop_is_accepted_in_every_state_and_the_belt_stands_after_it(verb: str) -> None:
    for state in (S.CHECKLIST, S.COUNTDOWN, S.STARTING, S.WARM_UP, S.TURNING, S.REST, S.STOPPING):
        with world("woodway-us", state).what_if() as rig:
            getattr(rig.session, verb)()
            getattr(rig.session, verb)()
            finished = rig.run()
            assert finished["exit_code"] in (10, 12)
            assert rig.belt_stands()


@pytest.mark.parametrize("verb", ["arm", "press_start", "on_belt", "press_reset", "resume"])
@pytest.mark.parametrize("state", [S.WARM_UP, S.STOPPING], ids=lambda state: state.value)
def test_sr03_what_makes_no_sense_while_moving_is_refused_and_changes_nothing(
    state: SessionState, verb: str
) -> None:
    with world("woodway-us", state).what_if() as rig:
        with pytest.raises(Refused):
            getattr(rig.session, verb)()
        assert rig.run_until_finished_or_for(3_000) is None
        assert rig.stops() == []
