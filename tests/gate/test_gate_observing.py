"""What the gate makes of a machine's words, and when it counts as done."""

from dataclasses import replace

import pytest

from firmware_protocols.registry import PROTOCOLS
from tests.gate.gate_bench import TRACKMASTER, WOODWAY, Bench, commands, sets_in_motion
from treadctl.model import BeltState, Direction, GatePhase, Gesture, Reaction, StrapState
from treadctl.safety.limits import LINK_LOSS_RETRY_MS, TICK_MOVING_MS, TICK_REST_MS

AA = b"\xaa"


def test_sr19_a_reading_that_no_treadmill_can_have_is_noise() -> None:
    bench = Bench().moving()
    bench.machine.instead[0xC1] = b"\xd10320"  # 51.5 km/h
    bench.run(400)
    assert bench.report().measured_ckmh == 97
    bench.run(1_000)
    assert bench.report().latched_cause == "telemetry_stale"


def test_sr21_a_reading_that_a_runaway_could_have_is_believed() -> None:
    bench = Bench().moving()
    bench.machine.instead[0xC1] = b"\xd10099"
    bench.run(300)
    assert bench.report().measured_ckmh == 1_594
    assert bench.report().reaction is Reaction.E_STOP


def test_sr25_the_sign_of_a_reading_is_a_direction() -> None:
    bench = Bench().moving()
    assert bench.report().measured_direction is Direction.FORWARD
    bench.machine.instead[0xC1] = b"\xd13006"
    bench.run(200)
    assert bench.report().measured_direction is Direction.REVERSE
    bench.run(1_500)
    assert bench.report().latched_cause == "direction_mismatch"


def test_a_machine_that_cannot_tell_its_direction_is_not_credited_with_one() -> None:
    assert Bench(TRACKMASTER).moving().report().measured_direction is None


def test_sr24_the_drive_state_is_reported_as_the_machine_gives_it() -> None:
    bench = Bench().idle()
    assert bench.report().belt is BeltState.STOPPED
    bench.machine.instead[0xC0] = b"\xd03"  # started, and not supervised
    bench.run(1_000)
    assert bench.report().belt is BeltState.ENGAGED
    assert bench.report().standstill is False


def test_the_machines_own_emergency_stop_is_the_strongest_stop() -> None:
    bench = Bench(TRACKMASTER).moving()
    bench.machine.instead[0xC1] = b"\xd19999"
    bench.run(200)
    assert (bench.report().reaction, bench.report().cause) == (Reaction.E_STOP, "machine_fault")


def test_a_machine_fault_lasts_until_a_valid_reading() -> None:
    bench = Bench(TRACKMASTER).latched()
    bench.machine.instead[0xC1] = b"\xd19999"
    bench.run(7_000)
    bench.ask(reset=Gesture.PRESSED)
    bench.run(1_200)
    bench.ask(reset=Gesture.CONFIRMED)
    bench.run(200)
    assert bench.phase() is GatePhase.LATCHED
    bench.machine.instead.clear()
    bench.ask(reset=Gesture.NONE)
    bench.run(4_000)
    bench.ask(reset=Gesture.PRESSED)
    bench.run(1_200)
    bench.ask(reset=Gesture.CONFIRMED)
    bench.run(200)
    assert bench.phase() is GatePhase.IDLE


def test_a_master_timeout_is_a_stop_that_sends_no_speed() -> None:
    bench = Bench().moving(200)
    begun_ms = bench.now_ms
    bench.hear(b"\xbd")
    assert (bench.report().reaction, bench.report().cause) == (
        Reaction.FAST_STOP,
        "machine_timeout",
    )
    bench.run(1_000)
    assert not any(map(sets_in_motion, bench.said_since(begun_ms)))
    assert AA in bench.said_since(begun_ms)


def test_sr36_a_drive_that_says_stopped_while_it_is_driven_was_stopped_by_somebody() -> None:
    bench = Bench().moving(200)
    begun_ms = bench.now_ms
    bench.machine.engaged = False
    bench.run(1_000)
    assert bench.report().latched_cause == "console_stop"
    assert not any(map(sets_in_motion, bench.said_since(begun_ms)))


@pytest.mark.parametrize("level", [Reaction.NONE, Reaction.SOFT_STOP, Reaction.FAST_STOP])
def test_sr36_a_stop_at_the_console_ends_the_ramp_of_our_own_stop(level: Reaction) -> None:
    bench = Bench().moving(400)
    bench.ask(stop=level, setpoint_ckmh=0)
    bench.run(300)
    bench.machine.engaged = False
    while bench.report().belt is not BeltState.STOPPED:
        bench.run(20)
    begun_ms = bench.now_ms
    assert bench.report().latched_cause == (
        "operator_fast_stop" if level is Reaction.FAST_STOP else "console_stop"
    )
    bench.run(5_000)
    assert AA in bench.said_since(begun_ms)
    assert not any(map(sets_in_motion, bench.said_since(begun_ms)))


def test_sr36_the_machines_own_time_out_ends_the_ramp_of_our_own_stop() -> None:
    bench = Bench().moving(400)
    bench.ask(stop=Reaction.FAST_STOP)
    bench.run(300)
    bench.hear(b"\xbd")
    begun_ms = bench.now_ms
    assert bench.report().latched_cause == "operator_fast_stop"
    bench.run(5_000)
    assert not any(map(sets_in_motion, bench.said_since(begun_ms)))


def test_sr36_a_start_that_is_still_being_said_is_nobody_at_the_console() -> None:
    """A machine whose acknowledgements are lost says "stopped" until the start has got through."""
    bench = Bench().counting_down()
    bench.machine.instead[0xA3] = b""
    bench.run_to(GatePhase.STARTING)
    bench.run(1_500)
    assert bench.report().reaction is Reaction.NONE
    bench.machine.instead.clear()
    bench.run(1_500)
    assert bench.engaged()
    assert bench.report().latched is Reaction.NONE


def test_a_bare_acknowledgement_and_noise_change_nothing() -> None:
    bench = Bench().moving()
    before = bench.report()
    bench.hear(b"\xb3\xff\xd0\x54\xbe")
    after = replace(bench.gate.take_report(bench.now_ms + 1_000) or before)
    assert (after.reaction, after.measured_ckmh) == (Reaction.NONE, before.measured_ckmh)


# Reports and wakes.


def test_a_report_comes_every_100_ms() -> None:
    bench = Bench().moving()
    bench.reports.clear()
    bench.run(2_000)
    assert len(bench.reports) == 20
    assert [b.seq - a.seq for a, b in zip(bench.reports, bench.reports[1:], strict=False)] == [
        1
    ] * 19


def test_a_report_comes_at_once_when_the_strap_opens() -> None:
    bench = Bench().moving()
    while bench.report().now_ms == bench.now_ms:
        bench.tick()
    bench.strap = StrapState.RELEASED
    bench.tick()
    assert bench.report().now_ms == bench.now_ms
    assert bench.report().strap is StrapState.RELEASED


def test_a_refusal_is_reported_at_once_and_once() -> None:
    bench = Bench().moving()
    while bench.report().now_ms == bench.now_ms:
        bench.tick()
    bench.ask(setpoint_ckmh=9_999)
    bench.tick()
    assert [refusal.code for refusal in bench.report().refused] == ["F-009"]
    bench.run(200)
    assert bench.report().refused == ()


def test_a_lost_link_is_reported_at_once() -> None:
    bench = Bench().moving()
    bench.link_up = False
    bench.tick()
    assert (bench.report().now_ms, bench.report().link_up) == (bench.now_ms, False)


def test_sr32_the_next_wake_is_sooner_while_moving() -> None:
    rest, moving = Bench().idle(), Bench().moving()
    for bench, longest_ms in ((rest, TICK_REST_MS), (moving, TICK_MOVING_MS)):
        for _ in range(50):
            bench.tick()
            assert 1 <= bench.gate.next_wake_ms(bench.now_ms) - bench.now_ms <= longest_ms


def test_the_next_wake_is_when_the_line_has_something_to_say() -> None:
    bench = Bench().idle()
    waits = set()
    for _ in range(50):
        bench.tick()
        waits.add(bench.gate.next_wake_ms(bench.now_ms) - bench.now_ms)
    assert min(waits) < TICK_REST_MS


def test_without_a_link_the_gate_wakes_by_its_tick() -> None:
    bench = Bench().idle()
    bench.link_up = False
    bench.tick()
    assert bench.gate.next_wake_ms(bench.now_ms) == bench.now_ms + TICK_REST_MS


# Ending.


def test_the_gate_is_not_done_while_its_core_needs_it() -> None:
    bench = Bench().idle()
    bench.run(1_000)
    assert not bench.finished()


def test_a_core_that_asked_for_the_end_at_rest_has_it() -> None:
    bench = Bench().idle()
    bench.ask(end=True)
    bench.tick()
    assert bench.finished()


def test_sr35_the_end_waits_for_a_standstill_that_is_measured() -> None:
    bench = Bench().moving()
    bench.ask(end=True, setpoint_ckmh=0)
    bench.run(3_500)
    assert not bench.engaged()
    assert not bench.finished()
    bench.run(6_000)
    assert bench.finished()
    assert bench.report().standstill is True


def test_sr30_a_dead_core_ends_the_gate_once_the_belt_stands() -> None:
    bench = Bench().moving()
    bench.core_alive = False
    bench.core_talks = False
    bench.run(1_000)
    assert not bench.finished()
    bench.run(6_000)
    assert bench.finished()
    assert not bench.engaged()


def test_sr20_a_belt_that_cannot_be_reached_is_not_given_up_for_thirty_seconds() -> None:
    bench = Bench().moving()
    bench.core_alive = False
    bench.link_up = False
    bench.run(LINK_LOSS_RETRY_MS)
    assert not bench.finished()
    bench.run(100)
    assert bench.finished()


def test_sr35_a_belt_that_goes_on_moving_is_never_left() -> None:
    bench = Bench().moving()
    bench.machine.runs_by_itself = 6
    bench.core_alive = False
    bench.run(40_000, tick_ms=50)
    assert not bench.finished()
    assert commands(bench.said_since(bench.now_ms - 500)) != []


def test_nobody_waits_for_a_machine_that_never_answered() -> None:
    bench = Bench()
    bench.machine.mute = True
    bench.run(1_000)
    bench.ask(end=True)
    bench.tick()
    assert bench.finished()


def test_at_rest_nobody_waits_for_a_link_that_is_down() -> None:
    bench = Bench().idle()
    bench.link_up = False
    bench.ask(end=True)
    bench.tick()
    assert bench.finished()


# The last words of a gate that has nothing else left.


@pytest.mark.parametrize(
    ("protocol", "frames"),
    [("woodway-us", (b"\xaa", b"\xa30000")), ("trackmaster", (b"\xaa", b"\xa2"))],
)
def test_sr31_the_strongest_stop_of_each_protocol_in_order(
    protocol: str, frames: tuple[bytes, ...]
) -> None:
    assert PROTOCOLS[protocol].stop_frames == frames


def test_ruling_5_the_word_that_lets_a_woodway_coast_is_never_said() -> None:
    bench = Bench(WOODWAY).latched()
    bench.link_up = False
    bench.run(200)
    bench.link_up = True
    bench.run(2_000)
    assert b"\xa2" not in [frame for _, frame in bench.sent]
    assert bench.phase() is GatePhase.LATCHED
