"""The cable comes out and goes back in; the power goes and returns."""

from itertools import pairwise
from typing import Final

import pytest

from simulator.options import MachineClass, MachineOptions
from tests.rig import Rig
from tests.scenarios.worlds import AT_REST, MACHINES, S, world
from treadctl.core.machine import SessionState
from treadctl.model import CHECKLIST, GatePhase, Mode

STOPS: Final = {
    "woodway-us": ["AA", "A3 30 30 30 30"],
    "trackmaster": ["AA", "A2"],
    "ftms": ["08 01"],
}
KEEPS_RUNNING: Final = MachineOptions(machine_class=MachineClass.C)
ALL_ITEMS: Final = (1 << len(CHECKLIST)) - 1


def walking_on_a_class_c_machine(machine: str) -> Rig:
    rig = Rig(machine, options=KEEPS_RUNNING)
    rig.run_until(S.WARM_UP)
    rig.run_for(10_000)
    return rig


@pytest.mark.parametrize("away_s", [0.2, 2, 20])
@pytest.mark.parametrize("machine", MACHINES)
def test_sr37_a_belt_that_kept_running_without_its_host_is_stopped_on_return(
    machine: str, away_s: float
) -> None:
    rig = walking_on_a_class_c_machine(machine)
    rig.act("link-drop", for_s=away_s)
    rig.run_until(lambda: not rig.last().link_up)
    if away_s > 1:
        rig.run_for(1_000)
        assert not rig.belt_stands()
    rig.run_until(lambda: rig.last().link_up, limit_ms=25_000)
    back_ms = rig.now_ms
    finished = rig.run()
    said = [frame.text for _, frame in rig.said(since_ms=back_ms - 100)]
    assert said[: len(STOPS[machine])] == STOPS[machine]
    assert set(said) == set(STOPS[machine])
    assert rig.belt_stands()
    assert (finished["exit_code"], finished["reason"]) == (13, "link_lost")


def test_sr20_a_belt_that_cannot_be_reached_is_never_called_stopped() -> None:
    rig = walking_on_a_class_c_machine("woodway-us")
    rig.act("link-drop")
    finished = rig.run()
    assert not rig.belt_stands()
    assert finished["exit_code"] == 16
    assert finished["t_ms"] >= rig.told("stop")[0]["t_ms"] + 30_000
    alarm = rig.told("stop")[0]["action"]
    assert "PULL THE KEY" in alarm
    samples = rig.told("sample", since_ms=rig.told("stop")[0]["t_ms"])
    assert not any(sample["standstill"] for sample in samples)


def test_sr20_on_a_line_that_carries_one_way_only_stop_is_said_for_thirty_seconds() -> None:
    rig = walking_on_a_class_c_machine("woodway-us")
    rig.act("mute")
    muted_ms = rig.now_ms
    assert rig.run()["exit_code"] == 16
    stops = [t_ms for t_ms, text in rig.frames(since_ms=muted_ms) if text == "AA"]
    assert stops[-1] - stops[0] >= 27_000
    assert max(b - a for a, b in pairwise(stops)) <= 500
    assert rig.belt_stands()


@pytest.mark.parametrize("fault", ["link-drop", "power-cut"])
@pytest.mark.parametrize("state", AT_REST, ids=lambda state: state.value)
@pytest.mark.parametrize("machine", MACHINES)
def test_sr50_what_comes_back_is_watched_and_checked_anew(
    machine: str, state: SessionState, fault: str
) -> None:
    with world(machine, state).what_if() as rig:
        lost_ms = rig.now_ms
        rig.act(fault, for_s=3)
        rig.run_until(lambda: not rig.last().link_up, limit_ms=2_000)
        assert rig.last().checklist == 0
        rig.run_until(lambda: rig.phase() is GatePhase.IDLE)
        assert rig.now_ms - lost_ms >= 8_000
        assert rig.last().checklist != ALL_ITEMS
        checks = len([e for e in rig.told("state") if e["state"] == "checklist"])
        rig.run_until(S.ARMED)
        assert checks >= 1 if state is S.CHECKLIST else checks >= 2
        assert rig.stops() == []


@pytest.mark.parametrize("machine", MACHINES)
def test_sr50_a_session_that_lost_its_power_at_rest_is_finished_in_order(machine: str) -> None:
    with world(machine, S.REST).what_if() as rig:
        rig.act("power-cut", for_s=5)
        assert rig.run()["exit_code"] == 0


def test_sr50_a_belt_that_coasts_after_a_power_cut_is_not_adopted_when_the_power_returns() -> None:
    with world("woodway-us", S.WARM_UP).what_if() as rig:
        cut_ms = rig.now_ms
        rig.act("power-cut", for_s=1.5)
        assert rig.run()["exit_code"] == 13
        assert rig.starts(since_ms=cut_ms) == []
        assert rig.belt_stands()


def test_sr54_a_machine_without_a_record_does_not_run_its_belt_in_reverse() -> None:
    rig = Rig("woodway-us", mode=Mode.BELT_REVERSE, options=KEEPS_RUNNING)
    finished = rig.run()
    assert finished["exit_code"] == 5
    assert "class_c" in rig.refused()
    assert {line["belt_direction"] for line in rig.truth} == {"forward"}


def test_sr54_a_machine_without_a_record_walks_backward_at_1_5_kmh_at_most() -> None:
    rig = Rig("woodway-us", "novice-4", options=KEEPS_RUNNING)
    rig.run_until(S.REVERSE_WALK)
    rig.run_for(30_000)
    assert rig.last().cap_ckmh == 150
    assert rig.last().commanded_ckmh <= 150
