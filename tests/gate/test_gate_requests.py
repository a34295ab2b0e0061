"""What the gate makes of requests: the newest counts, stale ones do not, and none is trusted."""

import random
from dataclasses import replace
from typing import Final

import pytest

from tests.gate.gate_bench import (
    ALL_ITEMS,
    TRACKMASTER,
    WOODWAY,
    Bench,
    commands,
    sets_in_motion,
)
from treadctl.gate.setup import GateSetup
from treadctl.model import Direction, Facing, GatePhase, Gesture, Mode, Reaction, Request
from treadctl.safety.limits import FUTURE_MS

AA = b"\xaa"
BOTH = pytest.mark.parametrize("setup", [WOODWAY, TRACKMASTER], ids=["woodway-us", "trackmaster"])
FUZZED: Final = 10_000
"""Requests per state, half of them on each machine."""


def test_sr14_a_setpoint_that_is_not_renewed_ramps_the_belt_down() -> None:
    bench = Bench().moving(200)
    bench.core_talks = False
    silent_ms = bench.now_ms
    bench.run(280)
    assert bench.report().reaction is Reaction.NONE
    bench.run(60)
    assert (bench.report().reaction, bench.report().cause) == (Reaction.FAST_STOP, "core_silent")
    assert commands(bench.said_since(silent_ms + 280))[0].startswith(b"\xa3")
    bench.run(1_000)
    assert bench.report().reaction is Reaction.E_STOP
    assert bench.report().latched_cause == "core_silent"


def test_sr14_a_request_delayed_on_its_way_is_an_expired_lease() -> None:
    bench = Bench().moving()
    counter = 100_000
    while bench.report().reaction is Reaction.NONE:
        counter += 1
        delayed = Request(
            at_ms=bench.now_ms - 490, counter=counter, setpoint_ckmh=100, checklist=ALL_ITEMS
        )
        bench.tick(request=delayed)
    assert bench.report().cause == "lease_expired"


@pytest.mark.parametrize("back", [0, 1, 1_000], ids=["the same", "the one before", "long ago"])
def test_sr30_a_replayed_request_is_neither_heard_nor_a_heartbeat(back: int) -> None:
    bench = Bench().moving()
    replayed = Request(
        at_ms=bench.now_ms + 20,
        counter=max(0, bench.now_ms // 20 - back),
        setpoint_ckmh=100,
        stop=Reaction.E_STOP,
    )
    for _ in range(10):
        bench.tick(request=replayed)
    assert bench.report().reaction is Reaction.NONE
    bench.run_with(replayed, 200)
    assert bench.report().cause == "core_silent"


@pytest.mark.parametrize(
    ("ahead_ms", "heard"), [(FUTURE_MS, True), (FUTURE_MS + 1, False)], ids=["100 ms", "101 ms"]
)
def test_sr19_a_request_from_further_ahead_than_100_ms_is_not_believed(
    ahead_ms: int, heard: bool
) -> None:
    bench = Bench().moving()
    bench.tick(
        request=Request(
            at_ms=bench.now_ms + 20 + ahead_ms,
            counter=1_000_000,
            stop=Reaction.SOFT_STOP,
            checklist=ALL_ITEMS,
        )
    )
    assert (bench.phase() is GatePhase.STOPPING) is heard


def test_sr18_a_signal_stops_without_any_request() -> None:
    bench = Bench().moving()
    bench.signal = Reaction.FAST_STOP
    bench.core_talks = False
    bench.tick()
    assert bench.report().cause == "signal_stop"
    assert bench.sent[-1] == (bench.now_ms, b"\xa30005")


@pytest.mark.parametrize(
    ("level", "first"),
    [
        (Reaction.SOFT_STOP, b"\xa30011"),
        (Reaction.FAST_STOP, b"\xa30011"),
        (Reaction.E_STOP, AA),
    ],
    ids=["soft", "fast", "e-stop"],
)
def test_sr18_the_first_frame_of_a_stop_leaves_in_the_tick_that_hears_of_it(
    level: Reaction, first: bytes
) -> None:
    bench = Bench().moving(200)
    bench.ask(stop=level)
    bench.tick()
    assert bench.sent[-1] == (bench.now_ms, first)


@pytest.mark.parametrize("level", [Reaction.SOFT_STOP, Reaction.FAST_STOP])
def test_sr18_a_stop_while_the_start_is_still_being_said_sends_no_speed_first(
    level: Reaction,
) -> None:
    """The ramp would begin at a speed that never left; a frame up is no way down."""
    bench = Bench().counting_down()
    bench.machine.instead[0xA3] = b""  # the first frame of the start finds no answer
    bench.run_to(GatePhase.STARTING)
    bench.run(100)
    bench.ask(stop=level)
    begun_ms = bench.now_ms
    bench.run(1_000)
    assert bench.said_since(begun_ms)[0] == AA
    assert not any(map(sets_in_motion, bench.said_since(begun_ms)))
    assert bench.report().latched_cause in (None, "operator_fast_stop")


@pytest.mark.parametrize("phase", ["quarantine", "idle", "latched", "turning"])
@BOTH
def test_sr01_no_request_whatever_sets_a_standing_belt_in_motion(
    setup: GateSetup, phase: str
) -> None:
    bench = Bench(setup)
    if phase == "idle":
        bench.ready()
    elif phase == "latched":
        bench.latched()
    elif phase == "turning":
        bench.ready()
        bench.ask(turn=Facing.BACKWARD)
        bench.run_to(GatePhase.TURNING)
    begun_ms = bench.now_ms
    dice = random.Random(phase)
    for count in range(FUZZED // 2):
        bench.tick(request=_anything(dice, bench, count))
    assert not any(map(sets_in_motion, bench.said_since(begun_ms)))


def _anything(dice: random.Random, bench: Bench, count: int) -> Request:
    """Any request, with at most one tick between any two gestures: nothing is ever held."""
    now_ms = bench.now_ms + 20
    return Request(
        at_ms=now_ms + dice.randint(-600, 200),
        counter=1_000_000 + count + dice.randint(-2, 2),
        setpoint_ckmh=dice.choice((-1, 0, 1, 16, 17, 33, 100, 500, 651, 10**9)),
        direction=dice.choice(tuple(Direction)),
        mode=dice.choice(tuple(Mode)),
        stop=dice.choice(tuple(Reaction)),
        arm=dice.random() < 0.9,
        start=dice.choice((Gesture.PRESSED, Gesture.CONFIRMED)) if count % 2 else Gesture.NONE,
        on_belt=dice.random() < 0.5,
        turn=dice.choice((None, *Facing)),
        turn_confirm=dice.choice(tuple(Gesture)),
        reset=dice.choice(tuple(Gesture)),
        checklist=dice.choice((0, ALL_ITEMS, dice.randint(0, ALL_ITEMS))),
        hold_to_run=dice.random() < 0.5,
        attended=dice.randint(0, 9),
    )


def test_sr02_a_start_that_was_held_since_before_the_arming_does_not_count() -> None:
    bench = Bench().ready()
    bench.ask(start=Gesture.PRESSED, setpoint_ckmh=100)
    bench.run(1_500)
    bench.ask(start=Gesture.CONFIRMED, arm=True)
    assert not any(map(sets_in_motion, bench.run(9_000)))


@pytest.mark.parametrize("setpoint_ckmh", [501, 16, -5], ids=["above cap", "below min", "negative"])
def test_sr15_a_setpoint_out_of_range_is_refused_and_the_belt_keeps_its_speed(
    setpoint_ckmh: int,
) -> None:
    bench = Bench().moving()
    begun_ms = bench.now_ms
    bench.ask(setpoint_ckmh=setpoint_ckmh)
    bench.run(2_000)
    refused = [refusal for report in bench.reports for refusal in report.refused]
    cause = "above_cap" if setpoint_ckmh == 501 else "setpoint_range"
    assert [refusal.cause for refusal in refused] == [cause]
    assert not any(map(sets_in_motion, bench.said_since(begun_ms)))
    assert bench.report().commanded_ckmh == 97


def test_sr30_a_core_whose_pipe_closed_is_a_fast_stop_in_the_same_tick() -> None:
    bench = Bench().moving(200)
    bench.core_alive = False
    bench.tick(request=replace(Request(at_ms=0, counter=0)))
    assert (bench.report().reaction, bench.report().cause) == (Reaction.FAST_STOP, "core_gone")
    assert bench.sent[-1] == (bench.now_ms, b"\xa30011")
