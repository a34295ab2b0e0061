"""Machines that start by themselves, were left running, or mean other units."""

from typing import Final

import pytest

from simulator.options import MachineOptions
from tests.rig import Rig
from tests.scenarios.worlds import MACHINES, S
from treadctl.core.machine import SessionState
from treadctl.errors import Refused
from treadctl.model import Mode

READ_EVERY_MS: Final = {"woodway-us": 0, "trackmaster": 0, "ftms": 1_000}
"""Nothing is known of a belt before it was read."""


@pytest.mark.parametrize("after_s", [0.5, 4.9, 30])
@pytest.mark.parametrize("machine", MACHINES)
def test_sr06_a_machine_that_starts_by_itself_is_stopped_and_latched(
    machine: str, after_s: float
) -> None:
    rig = Rig(machine)
    rig.person.away = True
    rig.act("self-start", after_s=after_s)
    rig.run_until(lambda: rig.belt_ckmh() > 20, limit_ms=40_000)
    moved_ms = rig.truth[-1]["t_ms"]
    finished = rig.run()
    stop_ms = rig.stop_frame_ms(since_ms=moved_ms - 200)
    assert stop_ms is not None
    assert stop_ms - moved_ms <= 200 + READ_EVERY_MS[machine]
    assert (finished["reason"], finished["exit_code"]) == ("unexpected_motion", 12)
    assert rig.starts() == []
    assert rig.speed_frames(since_ms=0) == []
    assert rig.belt_stands()


@pytest.mark.parametrize("machine", MACHINES)
def test_sr06_nothing_is_offered_before_five_seconds_of_measured_zero(machine: str) -> None:
    rig = Rig(machine)
    rig.run_until(S.CHECKLIST)
    assert rig.now_ms >= 5_000
    assert not any(e["wants"] == "arm" for e in rig.told("prompt"))


@pytest.mark.parametrize("machine", MACHINES)
def test_sr29_a_machine_that_takes_miles_for_kilometres_never_gets_beyond_one_kmh(
    machine: str,
) -> None:
    rig = Rig(machine)
    rig.act("wrong-unit")
    finished = rig.run()
    assert (finished["reason"], finished["exit_code"]) == ("unit_mismatch", 14)
    assert max(ckmh for _, ckmh in rig.speed_frames(since_ms=0)) <= 100
    assert rig.belt_stands()


def test_sr29_a_trackmaster_that_shows_kilometres_is_driven_in_kilometres() -> None:
    rig = Rig("trackmaster", options=MachineOptions(unit="kmh", min_ckmh=50))
    finished = rig.run()
    assert finished["exit_code"] == 0
    assert finished["peak_backward_ckmh"] == 100


@pytest.mark.parametrize("min_ckmh", [101, 200])
def test_sr04_a_machine_that_cannot_go_slowly_is_not_started(min_ckmh: int) -> None:
    with pytest.raises(Refused, match="slowest"):
        Rig("trackmaster", options=MachineOptions(min_ckmh=min_ckmh))


@pytest.mark.parametrize("machine", MACHINES)
def test_sr05_a_belt_that_nobody_steps_onto_is_stopped_after_thirty_seconds(machine: str) -> None:
    rig = Rig(machine)
    rig.run_until(S.STARTING)
    started_ms = rig.now_ms
    rig.person.away = True
    finished = rig.run()
    (stop,) = rig.told("stop")
    assert (stop["reaction"], stop["cause"]) == ("soft_stop", "on_belt_missing")
    assert 30_000 <= stop["t_ms"] - started_ms <= 30_200
    assert finished["exit_code"] == 5
    assert rig.last().commanded_ckmh == 0
    assert max(line["belt_ckmh"] for line in rig.truth) <= 60


@pytest.mark.parametrize(
    ("options", "seed"),
    [
        (MachineOptions(ramp_ckmh_s=25), 1),
        (MachineOptions(ramp_ckmh_s=250, stop_ckmh_s=400), 2),
        (MachineOptions(lag_ms=300, telemetry_delay_ms=150), 3),
    ],
    ids=["slow", "fast", "late"],
)
def test_sr22_a_healthy_machine_of_any_temper_raises_no_alarm(
    options: MachineOptions, seed: int
) -> None:
    rig = Rig("woodway-us", options=options, seed=seed)
    assert rig.run()["exit_code"] == 0
    assert rig.stops() == []


@pytest.mark.parametrize("state", [S.REVERSE_WALK, S.STARTING], ids=lambda state: state.value)
def test_sr55_letting_go_of_the_hold_to_run_key_is_a_latched_fast_stop(
    state: SessionState,
) -> None:
    rig = Rig("woodway-us", mode=Mode.BELT_REVERSE)
    rig.run_until(S.REVERSE_WALK)
    if state is S.STARTING:
        rig.run_until(state)
    rig.run_for(1_000)
    rig.person.away = True
    released_ms = rig.now_ms
    rig.session.hold(False)
    rig.run_for(200)
    (stop,) = rig.told("stop")
    assert (stop["reaction"], stop["cause"]) == ("fast_stop", "hold_released")
    assert stop["t_ms"] - released_ms <= 100
    assert rig.run()["exit_code"] == 12
