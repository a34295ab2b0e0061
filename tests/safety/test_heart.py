"""SR-45, SR-46: a heart rate holds, lowers and ends. Every limit on both sides, one unit apart."""

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.safety.builders import (
    CONFIG,
    NOW,
    armed,
    at_rest,
    cruise,
    cruising,
    inputs,
    phase,
    refusals,
    step,
    stopping,
)
from treadctl.causes import Cause
from treadctl.model import BeltState, GatePhase, Reaction, StrapState
from treadctl.safety import heart, kernel
from treadctl.safety.state import DriveKind, Finding, HeartTrack, KernelConfig, KernelState

LIMIT: Final = 130
WATCHED: Final = replace(CONFIG, hr_limit_bpm=LIMIT)
GUARDED: Final = replace(WATCHED, hr_guard=True)
TICK: Final = 20
HIGH: Final = Finding(Reaction.HOLD, Cause.HEART_RATE_HIGH)
CEILING: Final = Finding(Reaction.SOFT_STOP, Cause.HEART_RATE_CEILING)
LOST: Final = Finding(Reaction.HOLD, Cause.HEART_RATE_LOST)
GONE: Final = Finding(Reaction.SOFT_STOP, Cause.HEART_RATE_GONE)


def beat(bpm: int | None = 100, **changes: Any) -> dict[str, Any]:
    """A reading that has just come."""
    return {"hr_bpm": bpm, "hr_at_ms": NOW, "hr_changed_at_ms": NOW} | changes


def walk(
    s: KernelState,
    ms: int,
    bpm: int | None,
    c: KernelConfig = WATCHED,
    *,
    asked_ckmh: int | None = None,
) -> list[int]:
    """Walk on with that heart rate and an obedient belt; returns the speeds that were said."""
    said: list[int] = []
    asked = s.setpoint_ckmh if asked_ckmh is None else asked_ckmh
    for _ in range(0, ms, TICK):
        now_ms = s.now_ms + TICK
        belt = s.expected_mckmh // 1_000
        # A sensor that is silent has told its last something long ago.
        told = {} if bpm is None else {"hr_at_ms": now_ms, "hr_changed_at_ms": now_ms}
        tick = cruise(
            belt,
            now_ms=now_ms,
            sample_seq=s.sample_seq + 1,
            request_setpoint_ckmh=asked,
            hr_bpm=bpm,
            **told,
        )
        drive = step(s, tick, c)
        if drive.kind is DriveKind.SPEED:
            said.append(drive.speed_ckmh)
    return said


# SR-45: too high.


@pytest.mark.parametrize(
    ("track", "bpm", "found"),
    [
        pytest.param({}, LIMIT, None, id="just now"),
        pytest.param({"over_ms": 9_979}, LIMIT, None, id="not yet ten seconds"),
        pytest.param({"over_ms": 9_980}, LIMIT, HIGH, id="ten seconds at the limit"),
        pytest.param({"over_ms": 9_980}, LIMIT - 1, None, id="one beat below it"),
        pytest.param({"over_ms": 29_979, "held": True}, LIMIT, HIGH, id="not yet thirty"),
        pytest.param({"over_ms": 29_980, "held": True}, LIMIT, CEILING, id="thirty seconds"),
        pytest.param({"over_ms": 29_980, "held": True}, LIMIT - 1, HIGH, id="it fell in time"),
        pytest.param({"over_ms": 9_979, "far_ms": 9_979}, LIMIT + 10, None, id="far, not yet ten"),
        pytest.param({"over_ms": 9_980, "far_ms": 9_980}, LIMIT + 10, CEILING, id="far for ten"),
        pytest.param({"over_ms": 9_980, "far_ms": 9_980}, LIMIT + 9, HIGH, id="one beat less far"),
        pytest.param({"over_ms": 6, "held": True}, LIMIT - 1, HIGH, id="held until it is drained"),
        pytest.param({"over_ms": 5, "held": True}, LIMIT - 1, None, id="and not any longer"),
        pytest.param({"over_ms": 9_999}, LIMIT - 1, None, id="what has not held does not begin to"),
    ],
)
def test_sr45_a_heart_rate_at_its_limit_holds_and_then_ends(
    track: dict[str, Any], bpm: int, found: Finding | None
) -> None:
    s = cruising(heart=HeartTrack(**track))
    step(s, cruise(**beat(bpm)), WATCHED)
    assert s.worst == found
    assert phase(s) is (GatePhase.STOPPING if found == CEILING else GatePhase.MOVING)


def test_sr45_the_end_is_a_soft_stop_that_latches_nothing() -> None:
    s = cruising(heart=HeartTrack(over_ms=29_980, held=True))
    step(s, cruise(**beat(LIMIT)), WATCHED)
    assert (s.stop_level, s.stop_cause) == (Reaction.SOFT_STOP, Cause.HEART_RATE_CEILING)
    assert s.latch is None


def test_sr45_without_a_limit_nothing_is_watched() -> None:
    s = cruising()
    walk(s, 120_000, 240, CONFIG)
    assert (s.worst, s.heart) == (None, HeartTrack())


def test_sr45_held_nothing_rises_and_after_ten_seconds_more_it_is_slower() -> None:
    s = cruising(210, setpoint_ckmh=242, raised_at_ms=NOW - 60_000)
    s.heart.over_ms, s.heart.held = 10_000, True
    assert walk(s, 9_980, LIMIT, asked_ckmh=242) == []
    # At least 0.3 km/h less, in the machine's own steps, one after the other.
    assert walk(s, 2_000, LIMIT, asked_ckmh=242) == [194, 178]
    assert s.heart.lid_ckmh == 178


@pytest.mark.parametrize(("lower_ms", "lid"), [(9_979, None), (9_980, 210)])
def test_sr45_a_reduction_takes_ten_seconds_at_the_limit(lower_ms: int, lid: int | None) -> None:
    s = cruising(242, heart=HeartTrack(over_ms=20_000, held=True, lower_ms=lower_ms))
    step(s, cruise(**beat(LIMIT)), WATCHED)
    assert s.heart.lid_ckmh == lid
    assert s.heart.lower_ms == (9_999 if lid is None else 0)


def test_sr45_the_tick_that_begins_the_hold_does_not_count_towards_a_reduction() -> None:
    s = cruising(heart=HeartTrack(over_ms=9_980))
    step(s, cruise(**beat(LIMIT)), WATCHED)
    assert (s.heart.held, s.heart.lower_ms) == (True, 0)


def test_sr45_a_reduction_goes_through_the_ramp() -> None:
    s = cruising(242, heart=HeartTrack(over_ms=12_000, held=True, lower_ms=9_980))
    said = [step(s, cruise(**beat(LIMIT)), WATCHED)]
    for tick in range(1, 200):
        now_ms = NOW + TICK * tick
        i = cruise(242, now_ms=now_ms, **beat(LIMIT - 1, hr_at_ms=now_ms))
        said.append(step(s, i._replace(measured_ckmh=s.expected_mckmh // 1_000), WATCHED))
    times = [tick for tick, drive in enumerate(said) if drive.kind is DriveKind.SPEED]
    steps = [said[tick].speed_ckmh for tick in times]
    assert steps == [226, 210]
    # 0.16 km/h at 0.3 km/h per second.
    assert (times[1] - times[0]) * TICK >= 533


@pytest.mark.parametrize(
    ("speed_ckmh", "min_ckmh", "lid"),
    [
        pytest.param(17, 17, 17, id="already the slowest"),
        pytest.param(33, 17, 17, id="never below the slowest"),
        pytest.param(49, 17, 17, id="one step above what is left"),
        pytest.param(65, 17, 33, id="at least 0.3 km/h"),
        pytest.param(65, 40, 49, id="a minimum between two steps"),
        pytest.param(49, 49, 49, id="a minimum that is a step"),
        pytest.param(33, 49, 33, id="never above what is commanded"),
    ],
)
def test_sr45_a_reduction_stays_above_the_machines_minimum(
    speed_ckmh: int, min_ckmh: int, lid: int
) -> None:
    config = replace(WATCHED, min_ckmh=min_ckmh)
    s = cruising(speed_ckmh, heart=HeartTrack(over_ms=12_000, held=True, lower_ms=9_980))
    step(s, cruise(speed_ckmh, **beat(LIMIT)), config)
    assert s.heart.lid_ckmh == lid
    assert phase(s) is GatePhase.MOVING


def test_sr45_the_next_reduction_is_from_the_last_one_even_if_a_person_has_sped_up() -> None:
    s = cruising(242, heart=HeartTrack(over_ms=12_000, held=True, lower_ms=9_980, lid_ckmh=194))
    step(s, cruise(**beat(LIMIT)), WATCHED)
    assert s.heart.lid_ckmh == 161


def test_sr45_what_was_lowered_does_not_rise_again_in_that_motion() -> None:
    s = cruising(210, heart=HeartTrack(over_ms=12_000, held=True, lower_ms=9_980))
    walk(s, 2_000, LIMIT, asked_ckmh=242)
    assert s.commanded_ckmh == 178
    assert walk(s, 300_000, 90, asked_ckmh=242) == []
    assert s.worst is None
    assert (s.setpoint_ckmh, s.commanded_ckmh) == (242, 178)


def test_sr45_a_programme_may_still_ask_for_less_than_was_left() -> None:
    s = cruising(178, setpoint_ckmh=242, heart=HeartTrack(lid_ckmh=178))
    assert walk(s, 2_000, 90, asked_ckmh=145) == [161, 145]


def test_sr45_after_a_hold_without_a_reduction_the_ramp_may_go_on() -> None:
    s = cruising(210, setpoint_ckmh=226, raised_at_ms=NOW - 60_000)
    s.heart.over_ms, s.heart.held = 10_000, True
    assert walk(s, 39_980, 90, asked_ckmh=226) == []
    assert walk(s, 200, 90, asked_ckmh=226) == [226]


def test_sr45_the_next_start_begins_anew() -> None:
    s = armed(phase=GatePhase.COUNTDOWN, phase_at_ms=NOW - 6_000, setpoint_ckmh=100)
    s.heart = HeartTrack(29_000, 9_000, 9_000, True, 17, 59_000, True)
    drive = step(s, inputs(request_setpoint_ckmh=100, request_arm=True, **beat()), WATCHED)
    assert drive.kind is DriveKind.START
    assert s.heart == HeartTrack()


def test_sr45_nothing_is_counted_while_the_belt_is_being_stopped() -> None:
    before = HeartTrack(over_ms=29_999, far_ms=9_999, held=True, lost_ms=59_999)
    s = stopping(242, heart=replace(before))
    step(s, cruise(request_setpoint_ckmh=0, **beat(200)), GUARDED)
    assert (s.worst, s.heart) == (None, before)


def test_sr53_a_heart_rate_that_comes_and_goes_postpones_nothing() -> None:
    s = cruising()
    found: list[Finding | None] = []
    for _ in range(6):
        walk(s, 4_000, LIMIT)
        found.append(s.worst)
        walk(s, 4_000, LIMIT - 1)
    # Each round leaves three seconds: 4, 7, 10, and from there on it is held.
    assert found == [None, None, HIGH, HIGH, HIGH, HIGH]


def test_sr53_a_sensor_that_comes_and_goes_postpones_nothing() -> None:
    s = cruising()
    walk(s, 1_000, 100)
    lost: list[Finding | None] = []
    for _ in range(3):
        at_ms = s.now_ms
        for tick in range(1, 251):
            now_ms = at_ms + TICK * tick
            i = cruise(242, now_ms=now_ms, **beat(100, hr_at_ms=at_ms, hr_changed_at_ms=at_ms))
            step(s, i._replace(belt_at_ms=now_ms), WATCHED)
        lost.append(s.worst)
        walk(s, 1_000, 100)
    # Five seconds without, one with: 5, 9.75, 14.5.
    assert lost == [None, None, LOST]


def test_sr53_a_worse_stop_is_not_softened_by_a_heart_rate() -> None:
    s = cruising(heart=HeartTrack(over_ms=29_980, held=True))
    step(s, cruise(strap=StrapState.RELEASED, **beat(LIMIT)), WATCHED)
    assert s.worst == Finding(Reaction.E_STOP, Cause.STRAP_OPEN)


# SR-46: not to be read.


@pytest.mark.parametrize(
    ("track", "reading", "config", "found"),
    [
        pytest.param({}, {"hr_at_ms": NOW - 3_000}, WATCHED, None, id="three seconds old"),
        pytest.param({"lost_ms": 6_998}, {"hr_at_ms": NOW - 3_001}, WATCHED, None, id="9.999 s"),
        pytest.param({"lost_ms": 6_999}, {"hr_at_ms": NOW - 3_001}, WATCHED, LOST, id="ten"),
        pytest.param({"lost_ms": 6_999}, {"hr_at_ms": NOW - 3_000}, WATCHED, None, id="it is here"),
        pytest.param(
            {"lost_ms": 59_979, "is_lost": True},
            {"hr_at_ms": NOW - 3_001},
            GUARDED,
            LOST,
            id="not yet a minute",
        ),
        pytest.param(
            {"lost_ms": 59_980, "is_lost": True},
            {"hr_at_ms": NOW - 3_001},
            GUARDED,
            GONE,
            id="a minute, guarded",
        ),
        pytest.param(
            {"lost_ms": 3_600_000, "is_lost": True},
            {"hr_at_ms": NOW - 3_001},
            WATCHED,
            LOST,
            id="an hour, not guarded",
        ),
        pytest.param({}, {"hr_bpm": None}, WATCHED, LOST, id="never a reading"),
        pytest.param(
            {},
            {"hr_changed_at_ms": NOW - 30_000},
            WATCHED,
            None,
            id="the same for thirty seconds",
        ),
        pytest.param(
            {},
            {"hr_changed_at_ms": NOW - 30_001},
            WATCHED,
            LOST,
            id="frozen: lost since it was last another",
        ),
        pytest.param(
            {"lost_ms": 30_001, "is_lost": True},
            {"hr_changed_at_ms": NOW - 60_001},
            GUARDED,
            LOST,
            id="frozen, counted on from there",
        ),
    ],
)
def test_sr46_a_sensor_that_tells_nothing_new_holds_and_then_ends(
    track: dict[str, Any], reading: dict[str, Any], config: KernelConfig, found: Finding | None
) -> None:
    s = cruising(heart=HeartTrack(**track))
    step(s, cruise(**beat(**reading)), config)
    assert s.worst == found


def test_sr46_what_is_told_twice_in_time_is_as_old_as_the_telling() -> None:
    told = inputs(hr_bpm=90, hr_at_ms=NOW - 1, hr_changed_at_ms=NOW - 30_000)
    assert heart.news_at_ms(told) == NOW - 1
    assert heart.news_at_ms(told._replace(hr_changed_at_ms=NOW - 30_001)) == NOW - 30_001


@pytest.mark.parametrize(
    ("started_ms", "config", "lost_ms"),
    [
        (3_000, WATCHED, 0),
        (3_001, WATCHED, 3_001),
        (10_001, WATCHED, 10_000),
        (10_001, GUARDED, 10_001),
        (60_001, GUARDED, 60_000),
    ],
)
def test_sr46_a_silence_is_counted_from_the_start_and_no_further_than_it_matters(
    started_ms: int, config: KernelConfig, lost_ms: int
) -> None:
    s = cruising(started_at_ms=NOW - started_ms)
    step(s, cruise(**beat(90, hr_at_ms=NOW - 300_000, hr_changed_at_ms=NOW - 300_000)), config)
    assert s.heart.lost_ms == lost_ms


def test_sr46_after_a_long_silence_the_ramp_goes_on_as_soon_as_there_is_a_reading() -> None:
    s = cruising(210, setpoint_ckmh=242, raised_at_ms=NOW - 60_000)
    assert walk(s, 120_000, None, asked_ckmh=242) == []
    assert walk(s, 40, 100, asked_ckmh=242) == [226]


def test_sr46_a_guarded_minute_ends_in_a_soft_stop_that_latches_nothing() -> None:
    s = cruising()
    walk(s, 5_000, 100)
    since_ms = s.now_ms
    last = beat(100, hr_at_ms=since_ms, hr_changed_at_ms=since_ms)
    while phase(s) is GatePhase.MOVING:
        now_ms = s.now_ms + TICK
        step(s, cruise(now_ms=now_ms, sample_seq=s.sample_seq + 1, **last), GUARDED)
    assert s.now_ms - since_ms == 60_000
    assert (s.stop_level, s.stop_cause, s.latch) == (
        Reaction.SOFT_STOP,
        Cause.HEART_RATE_GONE,
        None,
    )


def test_sr46_an_unguarded_session_walks_on_and_goes_no_faster() -> None:
    s = cruising(210, setpoint_ckmh=242, raised_at_ms=NOW - 60_000, started_at_ms=NOW - 20_000)
    assert walk(s, 300_000, None, asked_ckmh=242) == []
    assert (phase(s), s.worst) == (GatePhase.MOVING, LOST)


def test_sr46_a_high_heart_rate_that_is_lost_is_neither_forgotten_nor_added_to() -> None:
    s = cruising(heart=HeartTrack(over_ms=20_000, far_ms=5_000, lower_ms=5_000, held=True))
    walk(s, 30_000, None)
    track = s.heart
    assert (track.over_ms, track.far_ms, track.lower_ms, track.held) == (20_000, 5_000, 5_000, True)


def test_sr46_a_sensor_that_is_back_lets_the_ramp_go_on() -> None:
    s = cruising(210, heart=HeartTrack(lost_ms=10_000, is_lost=True), raised_at_ms=NOW - 60_000)
    assert walk(s, 60, 100, asked_ckmh=226) == [226]
    assert (s.worst, s.heart.is_lost) == (None, False)


# At rest they withhold.


@pytest.mark.parametrize(
    ("reading", "config", "missing"),
    [
        pytest.param(beat(LIMIT - 1), GUARDED, None, id="calm"),
        pytest.param(beat(LIMIT), WATCHED, "heart_rate_restless", id="at the limit"),
        pytest.param(beat(LIMIT), CONFIG, None, id="not watched"),
        pytest.param(beat(None), WATCHED, None, id="no reading, not relied on"),
        pytest.param(beat(None), GUARDED, "heart_rate_missing", id="no reading"),
        pytest.param(beat(90, hr_at_ms=NOW - 3_000), GUARDED, None, id="as old as allowed"),
        pytest.param(beat(90, hr_at_ms=NOW - 3_001), GUARDED, "heart_rate_missing", id="older"),
        pytest.param(
            beat(90, hr_changed_at_ms=NOW - 30_001), GUARDED, "heart_rate_missing", id="frozen"
        ),
        pytest.param(
            beat(LIMIT, hr_at_ms=NOW - 3_001), WATCHED, None, id="an old one is no reading"
        ),
    ],
)
def test_sr45_sr46_what_would_hold_or_end_the_walking_is_asked_before_it(
    reading: dict[str, Any], config: KernelConfig, missing: str | None
) -> None:
    s = at_rest()
    step(s, inputs(request_arm=True, **reading), config)
    assert refusals(s) == ([] if missing is None else [missing])
    assert phase(s) is (GatePhase.ARMED if missing is None else GatePhase.IDLE)


# Whatever a sensor tells.


@settings(max_examples=60, deadline=None)
@given(
    stream=st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(30, 249)),
            st.integers(1, 12),
            st.booleans(),
        ),
        max_size=12,
    ),
    asked=st.sampled_from([97, 178, 242]),
    guard=st.booleans(),
)
def test_sr45_no_heart_rate_makes_the_belt_faster_than_without_one(
    stream: list[tuple[int | None, int, bool]], asked: int, guard: bool
) -> None:
    with_heart = cruising(129, setpoint_ckmh=asked, raised_at_ms=NOW - 60_000)
    without = with_heart.copy()
    config = replace(WATCHED, hr_guard=guard)
    told: dict[str, Any] = {"hr_bpm": None, "hr_at_ms": NOW, "hr_changed_at_ms": NOW}
    for bpm, seconds, changes in stream:
        for second in range(seconds):
            told["hr_bpm"], told["hr_at_ms"] = bpm, with_heart.now_ms
            if changes or second == 0:
                told["hr_changed_at_ms"] = with_heart.now_ms
            for _ in range(10):
                _tick(with_heart, config, asked, told)
                _tick(without, CONFIG, asked, told)
                assert with_heart.commanded_ckmh <= without.commanded_ckmh


def _tick(s: KernelState, c: KernelConfig, asked: int, told: dict[str, Any]) -> None:
    now_ms = s.now_ms + 100
    i = cruise(
        s.expected_mckmh // 1_000,
        now_ms=now_ms,
        sample_seq=s.sample_seq + 1,
        request_setpoint_ckmh=asked,
        **told,
    )
    kernel.step(s, i._replace(belt=BeltState.ENGAGED), c)
