"""What is said to a machine that has just been connected, and to one that went away."""

from dataclasses import replace

import pytest

from tests.gate.gate_bench import (
    ALL_ITEMS,
    TRACKMASTER,
    WOODWAY,
    Bench,
    commands,
    sets_in_motion,
)
from treadctl.gate.gate import GONE_MS, Gate, kernel_config, open_session
from treadctl.gate.setup import GateSetup, StrapKind, StrapSource
from treadctl.model import BeltState, GatePhase, Mode, Reaction, StrapState
from treadctl.safety.state import KernelConfig

C0 = b"\xc0"
C1 = b"\xc1"
AA = b"\xaa"
WOODWAY_STOP = [AA, b"\xa30000"]
TRACKMASTER_STOP = [AA, b"\xa2"]
BOTH = pytest.mark.parametrize("setup", [WOODWAY, TRACKMASTER], ids=["woodway-us", "trackmaster"])


@BOTH
def test_sr01_an_unproved_machine_is_asked_for_its_drive_state_and_nothing_else(
    setup: GateSetup,
) -> None:
    bench = Bench(setup)
    bench.machine.mute = True
    assert set(bench.run(3_000)) == {C0}


@BOTH
def test_sr20_a_gate_whose_link_was_never_there_says_nothing_and_reports_that(
    setup: GateSetup,
) -> None:
    bench = Bench(setup)
    bench.link_up = False
    bench.run(1_000)
    assert bench.sent == []
    assert not bench.report().link_up
    assert not bench.report().standstill
    bench.link_up = True
    bench.run(7_000)
    assert bench.report().link_up


@BOTH
def test_sr06_three_valid_answers_come_first_then_stop_then_the_speed(setup: GateSetup) -> None:
    bench = Bench(setup)
    frames = bench.run(1_000)
    assert frames[:5] == [C0, C0, C0, AA, C1]


def test_sr06_an_answer_that_is_none_starts_the_count_of_proofs_anew() -> None:
    bench = Bench()
    bench.machine.instead[0xC0] = b"\xff"
    assert commands(bench.run(1_000)) == []
    bench.machine.instead.clear()
    assert AA in bench.run(600)


def test_sr06_a_machine_that_stands_is_watched_for_five_seconds() -> None:
    bench = Bench()
    bench.run_to(GatePhase.IDLE)
    first_reading_ms = next(at for at, frame in bench.sent if frame == C1)
    assert 5_000 <= bench.now_ms - first_reading_ms <= 5_200


@BOTH
def test_sr06_a_moving_belt_is_stopped_at_the_first_reading_and_latched_at_the_second(
    setup: GateSetup,
) -> None:
    bench = Bench(setup)
    bench.machine.runs_by_itself = 5
    while bench.gate.state.sample_seq == 0:
        bench.tick()
    assert bench.sent[-1][1] == AA
    assert bench.report().latched is Reaction.NONE
    while bench.gate.state.sample_seq == 1:
        bench.tick()
    assert bench.report().latched_cause == "unexpected_motion"
    bench.run(2_000)
    assert bench.phase() is GatePhase.STOPPING
    stop = TRACKMASTER_STOP if setup is TRACKMASTER else WOODWAY_STOP
    assert set(commands(bench.said_since(0))) == set(stop)


def test_sr08_the_stop_of_the_first_reading_leaves_room_for_the_second() -> None:
    """Both of its frames repeated in every wake would keep the line busy for ever."""
    bench = Bench().idle()
    bench.machine.runs_by_itself = 2
    bench.run(1_000, tick_ms=50)
    assert bench.report().latched_cause == "unexpected_motion"


def test_sr08_the_stop_is_said_again_while_the_second_reading_does_not_come() -> None:
    bench = Bench().idle()
    bench.machine.instead[0xC1] = b"\xd10002"
    bench.run_to_first_stop()
    bench.machine.mute = True
    begun_ms = bench.now_ms
    bench.run(800)
    assert bench.said_since(begun_ms).count(AA) >= 3
    assert bench.report().latched is Reaction.NONE


@BOTH
def test_sr37_a_reconnect_says_the_strongest_stop_before_anything_else(setup: GateSetup) -> None:
    bench = Bench(setup).moving()
    bench.link_up = False
    assert bench.run(500) == []
    bench.link_up = True
    frames = bench.run(300)
    stop = TRACKMASTER_STOP if setup is TRACKMASTER else WOODWAY_STOP
    assert frames[0] == AA
    assert commands(frames)[:2] == stop


@BOTH
def test_sr37_so_does_one_of_a_belt_that_stood(setup: GateSetup) -> None:
    bench = Bench(setup).idle()
    bench.link_up = False
    bench.run(500)
    bench.link_up = True
    stop = TRACKMASTER_STOP if setup is TRACKMASTER else WOODWAY_STOP
    assert commands(bench.run(300))[:2] == stop


def test_sr37_a_belt_found_moving_after_a_reconnect_is_called_so() -> None:
    bench = Bench().idle()
    bench.link_up = False
    bench.run(500)
    bench.machine.runs_by_itself = 5
    bench.link_up = True
    bench.run(2_000)
    assert bench.report().latched_cause == "reconnect_moving"


def test_sr01_a_reconnect_voids_the_checklist_and_the_quarantine() -> None:
    bench = Bench().ready()
    assert bench.report().checklist == ALL_ITEMS
    bench.link_up = False
    bench.tick()
    assert bench.report().checklist == 0
    assert bench.report().link_up is False
    bench.link_up = True
    bench.run(4_000)
    assert bench.phase() is GatePhase.QUARANTINE


@BOTH
def test_sr50_a_standing_machine_that_falls_silent_has_lost_its_power(setup: GateSetup) -> None:
    bench = Bench(setup).ready()
    bench.machine.mute = True
    silent_ms = bench.now_ms
    bench.run(900)
    assert bench.phase() is GatePhase.IDLE
    bench.run(300)
    assert bench.phase() is GatePhase.QUARANTINE
    assert (bench.report().link_up, bench.report().checklist) == (False, 0)
    # What hears it first when it comes back is a stop.
    stop = TRACKMASTER_STOP if setup is TRACKMASTER else WOODWAY_STOP
    assert set(commands(bench.said_since(silent_ms))) == set(stop)


def test_sr50_a_machine_that_comes_back_has_to_prove_itself_and_is_watched_anew() -> None:
    bench = Bench().ready()
    bench.machine.mute = True
    bench.run(2_000)
    bench.machine.mute = False
    back_ms = bench.now_ms
    bench.run_to(GatePhase.IDLE)
    assert bench.now_ms - back_ms >= 5_000
    assert bench.report().link_up is True
    assert bench.report().checklist == 0


def test_sr50_a_machine_that_comes_back_moving_is_called_so() -> None:
    bench = Bench().idle()
    bench.machine.mute = True
    bench.run(1_500)
    assert bench.report().belt is BeltState.UNKNOWN
    bench.machine.mute, bench.machine.runs_by_itself = False, 5
    bench.run(2_000)
    assert bench.report().latched_cause == "reconnect_moving"


def test_sr20_while_the_link_is_down_what_was_heard_last_stands_and_grows_old() -> None:
    bench = Bench().moving()
    bench.link_up = False
    bench.run(2_000)
    report = bench.report()
    assert (report.belt, report.measured_ckmh) == (BeltState.ENGAGED, 97)
    assert report.measured_age_ms >= 1_900


def test_sr50_noise_is_no_answer() -> None:
    bench = Bench().ready()
    bench.machine.instead = {0xC0: b"\xff", 0xC1: b"\xff"}
    bench.run(1_300)
    assert bench.phase() is GatePhase.QUARANTINE


def test_sr19_a_moving_machine_that_falls_silent_is_ramped_down_before_it_is_given_up() -> None:
    bench = Bench().moving()
    bench.machine.mute = True
    bench.run(1_300)
    assert (bench.report().reaction, bench.report().cause) == (
        Reaction.FAST_STOP,
        "telemetry_stale",
    )
    assert bench.report().link_up is True
    bench.run(GONE_MS - 1_000)
    assert (bench.report().reaction, bench.report().cause) == (Reaction.E_STOP, "link_lost")
    assert bench.report().latched_cause == "telemetry_stale"


def test_sr50_a_latched_machine_without_power_is_not_reset_into_readiness() -> None:
    bench = Bench().latched()
    bench.machine.mute = True
    bench.run(1_500)
    assert bench.phase() is GatePhase.LATCHED
    assert bench.report().standstill is False
    assert bench.report().link_up is False


def config_of(setup: GateSetup) -> KernelConfig:
    return kernel_config(setup, open_session(setup))


@pytest.mark.parametrize(
    ("strap", "has_strap"),
    [
        (None, False),
        (StrapSource(StrapKind.MACHINE), False),
        (StrapSource(StrapKind.MODEM_LINE, "somewhere"), True),
        (StrapSource(StrapKind.LOCKSTEP), True),
    ],
    ids=["none", "a machine that does not report its key", "modem line", "lockstep"],
)
def test_sr16_only_a_strap_that_can_be_read_counts_as_one(
    strap: StrapSource | None, has_strap: bool
) -> None:
    assert config_of(replace(WOODWAY, strap=strap)).has_strap is has_strap


def test_sr16_without_a_strap_a_treadmill_is_monitored_and_never_armed() -> None:
    bench = Bench(replace(WOODWAY, strap=None))
    bench.strap = StrapState.UNKNOWN
    bench.idle()
    bench.ask(checklist=ALL_ITEMS, arm=True)
    frames = bench.run(5_000)
    assert bench.report().cause == "no_strap_source"
    assert not any(map(sets_in_motion, frames))


def test_the_kernel_is_told_the_steps_that_the_machine_really_has() -> None:
    config = config_of(replace(WOODWAY, mode=Mode.BELT_REVERSE))
    assert config.machine_steps[:4] == (0, 17, 33, 49)
    assert config.machine_steps[-1] <= 4_811
    assert (config.can_reverse, config.reads_direction) == (True, True)
    assert config_of(TRACKMASTER).can_reverse is False


def test_a_gate_reports_nothing_before_its_first_step() -> None:
    assert Gate(WOODWAY, now_ms=0).take_report(0) is None
