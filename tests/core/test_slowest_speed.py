"""SR-04, SR-15: a machine that says its slowest speed only when it is connected."""

import pytest

from tests.core.rig import SHORT, Rig, programme, walk
from treadctl.core.events import Announced, RequestRefused
from treadctl.core.machine import SessionState
from treadctl.core.programme import StepKind
from treadctl.errors import Refused


@pytest.mark.parametrize(("min_ckmh", "walks"), [(80, True), (81, False)])
def test_sr15_a_plan_slower_than_the_machine_is_refused_when_that_is_known(
    min_ckmh: int, walks: bool
) -> None:
    rig = Rig()
    rig.gate.min_ckmh = min_ckmh
    rig.run_until(lambda: rig.session.finished is not None)
    if walks:
        assert rig.exit_code() == 0
        return
    assert rig.exit_code() == 5
    (refused,) = rig.of(RequestRefused)
    assert refused.code == "F-015"
    assert "0.80 km/h is below the slowest speed of this machine, 0.81 km/h" in refused.message
    assert not any(request.arm or request.setpoint_ckmh for request in rig.requests)


@pytest.mark.parametrize(("step_ckmh", "walks"), [(20, True), (21, False)])
def test_sr04_a_machine_too_coarse_to_walk_backward_on_is_refused_before_the_warm_up(
    step_ckmh: int, walks: bool
) -> None:
    rig = Rig()
    rig.gate.step_ckmh = step_ckmh
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.exit_code() == (0 if walks else 5)
    assert [refused.cause for refused in rig.of(RequestRefused)] == (
        [] if walks else ["machine_minimum"]
    )
    assert walks or not any(request.arm for request in rig.requests)


def test_sr04_a_coarse_machine_is_fine_for_a_plan_that_only_walks_forward() -> None:
    rig = Rig(programme(walk(StepKind.WARMUP, 30, 150), walk(StepKind.COOLDOWN, 30, 100)))
    rig.gate.step_ckmh = 32
    rig.run_until(lambda: rig.session.finished is not None)
    assert rig.exit_code() == 0


def test_sr04_the_first_speed_asked_for_is_the_machines_slowest_and_is_said_so() -> None:
    rig = Rig()
    rig.gate.min_ckmh = 80
    rig.run_to(SessionState.COUNTDOWN)
    assert rig.setpoint() == 80
    assert any("at 0.8 km/h" in said.text for said in rig.of(Announced))


def test_a_slowest_speed_that_the_setup_knows_is_not_forgotten_for_a_lower_one() -> None:
    rig = Rig(min_ckmh=60)
    rig.gate.min_ckmh = 17
    rig.run_to(SessionState.COUNTDOWN)
    assert rig.setpoint() == 60


def test_sr41_slower_stops_at_the_machines_slowest() -> None:
    rig = Rig(SHORT)
    rig.gate.min_ckmh = 80
    rig.run_to(SessionState.REVERSE_WALK)
    rig.run_for(15_000)
    rig.session.slower()
    rig.session.slower()
    with pytest.raises(Refused, match="slow"):
        rig.session.slower()
