"""What is taken for granted where nobody has said anything: never the more dangerous thing."""

from treadctl.gate.heart import NO_HEART, HeartSample
from treadctl.gate.setup import GateSetup, HeartKind, HeartSource, MachineClass, MachineFacts
from treadctl.model import Mode


def test_sr54_a_machine_that_nobody_has_measured_is_the_worst_there_is() -> None:
    facts = MachineFacts("woodway-us")
    assert facts.machine_class is MachineClass.C
    assert facts.ramp_ckmh_s == 20  # the slowest permitted (safety.md 4.8.9)
    assert (facts.min_ckmh, facts.max_ckmh) == (17, 2_000)  # 0.1 mph and 20 km/h


def test_sr56_a_person_is_required_and_nothing_is_simulated_unless_it_is_said() -> None:
    setup = GateSetup("lab", MachineFacts("ftms"), "ble://C0:FF:EE:00:00:01", None)
    assert (setup.simulated, setup.attendance_required) == (False, True)
    assert (setup.screen_required, setup.hold_to_run_available) == (False, False)
    assert setup.mode is Mode.TURN_AROUND


def test_sr46_a_heart_rate_is_watched_and_not_relied_on_unless_it_is_said() -> None:
    assert not HeartSource(HeartKind.SENSOR, 130).guard


def test_no_heart_rate_has_no_age() -> None:
    assert HeartSample(None, 0, 0) == NO_HEART
