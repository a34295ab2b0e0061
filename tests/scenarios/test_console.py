"""Somebody presses STOP at the machine: nothing of ours may set the belt in motion again."""

from typing import Final

import pytest

from tests.rig import Rig, programme, step
from tests.scenarios.worlds import MACHINES, MOVING, S, world
from treadctl.core.machine import SessionState
from treadctl.core.programme import StepKind
from treadctl.errors import Refused
from treadctl.model import GatePhase

TEN_MINUTES_MS: Final = 600_000
NOTICED_MS: Final = 700
"""The drive state is asked for twice a second."""
TWO_WALKS: Final = programme(step(StepKind.WARMUP, 22, 120), step(StepKind.REVERSE, 18, 80))


def test_sr36_ten_minutes_of_programme_time_after_a_console_stop_move_nothing() -> None:
    with world("woodway-us", S.REVERSE_WALK, stays=True).what_if() as rig:
        pressed_ms = rig.now_ms
        rig.act("console-stop")
        rig.run_for(TEN_MINUTES_MS)
        assert rig.speed_frames(since_ms=pressed_ms + NOTICED_MS) == []
        assert rig.starts(since_ms=pressed_ms) == []
        assert rig.state() is S.FAULT
        assert rig.belt_stands()


@pytest.mark.parametrize("machine", MACHINES)
def test_sr36_a_console_stop_at_any_tick_of_a_walk_ends_it(machine: str) -> None:
    rig = Rig(machine, TWO_WALKS)
    ticks = 0
    while rig.finished() is None:
        rig.tick()
        ticks += 1
        if ticks % 151 or rig.phase() not in (GatePhase.STARTING, GatePhase.MOVING):
            continue
        with rig.what_if() as twin:
            pressed_ms = twin.now_ms
            twin.act("console-stop")
            twin.run_for(2_000)
            assert twin.speed_frames(since_ms=pressed_ms + 1_000 + NOTICED_MS) == []
            assert twin.last().latched_cause == "console_stop"


@pytest.mark.parametrize("state", MOVING, ids=lambda state: state.value)
def test_sr36_after_a_console_stop_neither_resume_nor_start_is_accepted(
    state: SessionState,
) -> None:
    with world("woodway-us", state, stays=True).what_if() as rig:
        rig.act("console-stop")
        rig.run_until(lambda: rig.last().standstill)
        for verb in (rig.session.resume, rig.session.press_start, rig.session.arm):
            with pytest.raises(Refused):
                verb()
        assert rig.stops() == [("fast_stop", "console_stop")]


def test_sr36_a_console_start_after_a_console_stop_is_stopped_again() -> None:
    with world("woodway-us", S.REVERSE_WALK, stays=True).what_if() as rig:
        rig.act("console-stop")
        rig.run_until(lambda: rig.last().standstill)
        rig.act("console-start", speed_ckmh=150)
        rig.run_for(5_000)
        assert rig.belt_stands()
        assert rig.last().latched.word == "e_stop"


def test_sr39_the_console_wins_downward_a_slower_belt_is_not_driven_up_again() -> None:
    with world("woodway-us", S.WARM_UP).what_if() as rig:
        turned_down_ms = rig.now_ms
        rig.act("console-start", speed_ckmh=50)
        rig.run_for(5_000)
        raised = [ckmh for _, ckmh in rig.speed_frames(since_ms=turned_down_ms) if ckmh > 150]
        assert raised == []


def test_sr39_faster_is_refused_after_the_console_took_over_and_not_saved_for_later() -> None:
    with world("ftms", S.WARM_UP, stays=True).what_if() as rig:
        planned_ckmh = rig.last().setpoint_ckmh
        rig.act("console-start", speed_ckmh=80)
        rig.run_for(1_500)
        for _ in range(3):
            with pytest.raises(Refused) as refused:
                rig.session.faster()
            assert refused.value.cause == "console_took_over"
            rig.run_for(700)
        assert rig.last().setpoint_ckmh == planned_ckmh


def test_sr39_slower_after_the_console_took_over_is_slower_than_the_belt_is() -> None:
    with world("ftms", S.WARM_UP, stays=True).what_if() as rig:
        rig.act("console-start", speed_ckmh=80)
        rig.run_for(1_500)
        rig.session.slower()
        rig.run_for(1_500)
        assert rig.belt_ckmh() == pytest.approx(70)


def test_sr39_slower_takes_a_belt_that_was_raised_at_the_console_below_the_plan() -> None:
    with world("ftms", S.WARM_UP, stays=True).what_if() as rig:
        planned_ckmh = rig.last().setpoint_ckmh
        rig.act("console-start", speed_ckmh=planned_ckmh + 40)
        rig.run_for(2_500)
        rig.session.slower()
        rig.run_for(4_000)
        assert rig.belt_ckmh() == pytest.approx(planned_ckmh - 10)
