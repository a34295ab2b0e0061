"""What the kernel is told of a machine and its people: the smallest of what everybody has said."""

from dataclasses import replace

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import profiles
from tests.gate.gate_bench import ALL_ITEMS, TRACKMASTER, WOODWAY
from tests.gate.test_gate_connecting import config_of
from tests.gate.test_gate_ftms import FTMS, START, FtmsBench, value
from treadctl.causes import Cause
from treadctl.gate.setup import HeartKind, HeartSource, MachineClass, StrapKind, StrapSource


def test_a_cable_machines_stated_maximum_counts_between_its_steps_as_well() -> None:
    config = config_of(WOODWAY)
    assert (config.max_ckmh, config.machine_steps[-1]) == (4_811, 4_796)


def test_a_machines_own_maximum_is_its_last_step_where_it_is_one() -> None:
    facts = replace(TRACKMASTER.machine, unit="kmh", max_ckmh=2_000)
    config = config_of(replace(TRACKMASTER, machine=facts))
    assert (config.machine_steps[-1], config.max_ckmh) == (2_000, 2_000)


@pytest.mark.parametrize(
    ("machine_class", "class_c"),
    [(MachineClass.A, False), (MachineClass.B, False), (MachineClass.C, True)],
)
def test_sr54_a_machine_that_keeps_running_is_known_as_one(
    machine_class: MachineClass, class_c: bool
) -> None:
    machine = replace(WOODWAY.machine, machine_class=machine_class)
    assert config_of(replace(WOODWAY, machine=machine)).class_c is class_c


def test_a_machine_that_takes_no_speed_is_watched_by_the_usual_steps() -> None:
    bench = FtmsBench()
    bench.ftms.peer._outgoing[1] = (0, value(0x2AD4, "b80ba00f0a00"))  # 30 to 40 km/h
    config = bench.idle().gate.config
    assert (config.machine_steps, config.min_ckmh, config.max_ckmh) == ((0, 10), 17, 10)
    assert config.unfit is Cause.MACHINE_MINIMUM


def test_sr54_a_machine_that_fits_two_profiles_is_named_as_such_and_never_armed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def two(maker: str, model: str) -> profiles.Profile:
        raise LocalProtocolError("a machine that fits more than one profile")

    monkeypatch.setattr(profiles, "match", two)
    bench = FtmsBench()
    bench.idle()
    bench.ask(checklist=ALL_ITEMS, arm=True)
    bench.run(2_000)
    assert bench.report().cause == "profile_ambiguous"
    assert START not in bench.words()


@pytest.mark.parametrize(("profile", "has_strap"), [("sim-safety-key-status", True), ("", False)])
def test_sr16_a_safety_key_counts_as_a_strap_where_the_machine_reports_it(
    profile: str, has_strap: bool
) -> None:
    machine = replace(FTMS.machine, profile=profile)
    setup = replace(FTMS, strap=StrapSource(StrapKind.MACHINE), machine=machine)
    assert config_of(setup).has_strap is has_strap


@pytest.mark.parametrize(
    ("heart", "limit_bpm", "guard"),
    [
        (None, None, False),
        (HeartSource(HeartKind.SENSOR, 130), 130, False),
        (HeartSource(HeartKind.SENSOR, 130, guard=True), 130, True),
    ],
    ids=["not watched", "watched", "relied on"],
)
def test_sr46_only_who_relies_on_a_heart_rate_has_a_guard(
    heart: HeartSource | None, limit_bpm: int | None, guard: bool
) -> None:
    config = config_of(replace(WOODWAY, heart=heart))
    assert (config.hr_limit_bpm, config.hr_guard) == (limit_bpm, guard)


def test_sr29_the_last_check_reads_speeds_as_the_machine_was_found_to_mean_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(profiles, "match", lambda maker, model: profiles.named("miles"))
    bench = FtmsBench().moving(160)
    # 0.90 mph: ten of its steps of 0.1 mph would be 1.61 km/h.
    assert bench.gate._wire_check.sent_ckmh == bench.report().commanded_ckmh == 145


def test_a_machine_is_learned_when_it_has_said_all_and_not_before() -> None:
    bench = FtmsBench()
    features, speeds, (_, ready) = bench.ftms.peer._outgoing
    bench.ftms.peer._outgoing = [features, speeds, (400, ready)]
    config = bench.idle().gate.config
    assert (config.min_ckmh, config.max_ckmh, config.step_ckmh) == (50, 1_600, 10)


def test_what_a_machine_has_said_it_is_is_learned_once_on_a_link() -> None:
    bench = FtmsBench()
    config = bench.idle().gate.config
    bench.run(1_000)
    assert bench.gate.config is config
