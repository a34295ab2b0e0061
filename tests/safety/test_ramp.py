"""How speeds change: slowly up in single steps, bounded down, never past a cap."""

import itertools
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.safety.builders import CONFIG, NOW, cruise, cruising, inputs, run, step, with_limits
from treadctl.causes import Cause
from treadctl.model import Direction, Facing, Gait, Gesture, Mode, Reaction
from treadctl.safety.state import DriveKind, KernelState


@pytest.mark.parametrize(
    ("facing", "direction", "cap"),
    [
        (Facing.FORWARD, Direction.FORWARD, 500),
        (Facing.BACKWARD, Direction.FORWARD, 250),
        (Facing.FORWARD, Direction.REVERSE, 200),
        (Facing.BACKWARD, Direction.REVERSE, 500),
        (Facing.UNKNOWN, Direction.FORWARD, 250),
        (Facing.UNKNOWN, Direction.REVERSE, 200),
    ],
)
def test_sr09_the_cap_follows_the_gait(facing: Facing, direction: Direction, cap: int) -> None:
    s = cruising(facing=facing, direction=direction)
    assert CONFIG.cap_ckmh(s.gait, direction) == cap


@pytest.mark.parametrize(
    ("config", "gait", "cap"),
    [
        (replace(CONFIG, class_c=True), Gait.BACKWARD, 150),
        (replace(CONFIG, class_c=True), Gait.FORWARD, 500),
        (replace(CONFIG, max_ckmh=120), Gait.BACKWARD, 120),
        (replace(CONFIG, max_ckmh=120), Gait.FORWARD, 120),
        (with_limits(v_fwd_max_ckmh=200), Gait.BACKWARD, 200),
    ],
)
def test_sr09_the_smallest_of_all_caps_wins(config: Any, gait: Gait, cap: int) -> None:
    assert config.cap_ckmh(gait, Direction.FORWARD) == cap


@pytest.mark.parametrize(("setpoint", "refused"), [(250, False), (251, True)])
def test_sr09_one_above_the_cap_is_refused_and_the_belt_unchanged(
    setpoint: int, refused: bool
) -> None:
    s = cruising(242)
    drive = step(s, cruise(242, request_setpoint_ckmh=setpoint))
    assert drive.kind is DriveKind.NOTHING
    assert [r.cause for r in s.refused] == (["above_cap"] if refused else [])
    assert s.setpoint_ckmh == (242 if refused else setpoint)


def test_sr58_a_refusal_carries_its_code_and_a_sentence_and_comes_once() -> None:
    s = cruising(242)
    for tick in range(50):
        step(s, cruise(242, request_setpoint_ckmh=400, now_ms=NOW + 20 * tick))
    (refusal,) = s.refused
    assert refusal.code == "F-009"
    assert refusal.message.startswith(Cause.ABOVE_CAP.text.sentence)
    step(s, cruise(242, request_setpoint_ckmh=242, now_ms=NOW + 1_020))
    step(s, cruise(242, request_setpoint_ckmh=400, now_ms=NOW + 1_040))
    step(s, cruise(242, request_setpoint_ckmh=226, now_ms=NOW + 1_060))
    step(s, cruise(242, request_setpoint_ckmh=400, now_ms=NOW + 1_080))
    assert len(s.refused) == 2, "a request for something else ends the refused one"


@pytest.mark.parametrize("setpoint", [True, -1, 1, 16, 2.5, "200", None, float("nan")])
def test_sr15_a_setpoint_that_is_no_speed_is_refused(setpoint: Any) -> None:
    s = cruising(242)
    step(s, cruise(242, request_setpoint_ckmh=setpoint))
    assert [r.cause for r in s.refused] == ["setpoint_range"]
    assert s.setpoint_ckmh == 242


def test_sr15_the_machine_minimum_itself_is_accepted() -> None:
    s = cruising(242)
    step(s, cruise(242, request_setpoint_ckmh=17))
    assert (s.refused, s.setpoint_ckmh) == ([], 17)


@pytest.mark.parametrize(
    ("class_c", "gait", "direction", "cap_ckmh"),
    [
        pytest.param(False, Gait.BACKWARD, Direction.FORWARD, 250, id="turned around"),
        pytest.param(False, Gait.BACKWARD, Direction.REVERSE, 200, id="SR-55 reversed belt"),
        pytest.param(True, Gait.BACKWARD, Direction.FORWARD, 150, id="SR-54 class C"),
        pytest.param(True, Gait.BACKWARD, Direction.REVERSE, 150, id="SR-54 class C, reversed"),
        pytest.param(True, Gait.UNKNOWN, Direction.FORWARD, 150, id="nobody knows"),
        pytest.param(True, Gait.FORWARD, Direction.FORWARD, 500, id="forward"),
    ],
)
def test_sr55_sr54_sr09_the_smallest_cap_of_this_way_of_walking_holds(
    class_c: bool, gait: Gait, direction: Direction, cap_ckmh: int
) -> None:
    assert replace(CONFIG, class_c=class_c).cap_ckmh(gait, direction) == cap_ckmh


def test_sr11_backward_steps_are_single_and_at_least_a_second_apart() -> None:
    s = cruising(81)
    said = run(s, 30_000, request_setpoint_ckmh=242)
    speeds = [81] + [d.speed_ckmh for _, d in said]
    assert all(b - a <= 17 for a, b in itertools.pairwise(speeds))
    assert min(b[0] - a[0] for a, b in itertools.pairwise(said)) >= 1_000
    assert speeds[-1] == 242


@pytest.mark.parametrize("facing", [Facing.FORWARD, Facing.BACKWARD, Facing.UNKNOWN])
def test_sr11_no_ten_seconds_hold_more_than_ten_seconds_of_ramp(facing: Facing) -> None:
    s = cruising(49, facing=facing)
    allowed = 200 if facing is Facing.FORWARD else 100
    said = run(s, 60_000, request_setpoint_ckmh=242)
    steps = [
        (t, d.speed_ckmh - before)
        for (t, d), before in zip(said, [49] + [d.speed_ckmh for _, d in said], strict=False)
    ]
    for start, _ in steps:
        assert sum(by for t, by in steps if start <= t < start + 10_000) <= allowed


def test_sr11_a_finer_machine_climbs_in_its_own_steps() -> None:
    fine = replace(CONFIG, machine_steps=tuple(range(0, 700, 10)), min_ckmh=10)
    s = cruising(80)
    said = run(s, 4_500, fine, request_setpoint_ckmh=240)
    assert [d.speed_ckmh for _, d in said] == [90, 100, 110, 120]


def test_sr11_a_step_that_does_not_divide_ten_seconds_evenly_waits_for_them_to_pass() -> None:
    coarse = replace(CONFIG, machine_steps=tuple(range(0, 700, 15)), min_ckmh=15)
    said = run(cruising(60), 30_000, coarse, request_setpoint_ckmh=240)
    assert [d.speed_ckmh for _, d in said[:7]] == [75, 90, 105, 120, 135, 150, 165]
    for start, _ in said:
        assert sum(15 for t, _ in said if start <= t < start + 10_000) <= 100


def test_sr11_the_ramp_keeps_clear_of_what_the_wire_check_measures() -> None:
    s = cruising(81)
    said = run(s, 20_000, with_limits(a_up_rev_ckmh_s=30), request_setpoint_ckmh=242)
    gaps = {b[0] - a[0] for a, b in pairwise(said)}
    assert min(gaps) == 1_300


def test_sr11_a_climb_ends_at_the_setpoint_in_the_machines_own_step() -> None:
    s = cruising(81)
    said = run(s, 60_000, request_setpoint_ckmh=200)
    assert said[-1][1].speed_ckmh == 194


@given(st.lists(st.tuples(st.integers(0, 260), st.integers(1, 20)), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_sr11_whatever_is_asked_the_ramp_holds(asked: list[tuple[int, int]]) -> None:
    s = cruising(81)
    said: list[tuple[int, int]] = []
    for setpoint, ticks in asked:
        before = s.commanded_ckmh
        for t, d in run(s, ticks * 200, request_setpoint_ckmh=max(17, setpoint)):
            said.append((t, d.speed_ckmh - before))
            before = d.speed_ckmh
        assert s.commanded_ckmh <= 250
    rises = [(t, by) for t, by in said if by > 0]
    for start, _ in rises:
        assert sum(by for t, by in rises if start <= t < start + 10_000) <= 100


def test_sr12_a_lower_setpoint_is_reached_at_the_planned_slope() -> None:
    s = cruising(242)
    said = run(s, 10_000, request_setpoint_ckmh=97)
    assert said[-1][1].speed_ckmh == 97
    duration_ms = said[-1][0] - said[0][0]
    assert (242 - 113) * 1_000 / duration_ms <= 30
    assert {d.kind for _, d in said} == {DriveKind.SPEED}


def test_sr13_after_a_refusal_the_climb_starts_from_where_the_belt_is() -> None:
    s = cruising(242, expected_mckmh=242_000)
    step(s, cruise(200, request_setpoint_ckmh=300))
    assert s.base_ckmh == 200
    assert s.commanded_ckmh == 242, "a refusal changes nothing on the wire"
    said = run(s, 5_000, request_setpoint_ckmh=250)
    assert said == []


def test_sr13_a_base_below_zero_climb_never_lowers_what_was_sent() -> None:
    s = cruising(161, base_ckmh=100)
    said = run(s, 20_000, request_setpoint_ckmh=242)
    speeds = [d.speed_ckmh for _, d in said]
    assert speeds == sorted(speeds)
    assert speeds[0] == 178
    assert said[0][0] - NOW > 4_000


@pytest.mark.parametrize(
    ("change", "rises"),
    [
        ({}, True),
        ({"measured_at_ms": NOW - 600}, False),
    ],
)
def test_sr19_a_hold_keeps_the_speed_and_forbids_more(change: dict[str, Any], rises: bool) -> None:
    s = cruising(97)
    drive = step(s, cruise(97, request_setpoint_ckmh=200, **change))
    assert (drive.kind is DriveKind.SPEED) is rises


def test_sr19_a_hold_does_not_keep_anyone_from_slowing_down() -> None:
    s = cruising(242)
    drive = step(s, cruise(242, request_setpoint_ckmh=200, measured_at_ms=NOW - 600))
    assert (drive.kind, drive.speed_ckmh) == (DriveKind.SPEED, 226)


def test_sr29_until_the_unit_is_proved_the_belt_stays_below_one_kilometre_per_hour() -> None:
    s = cruising(49, probe="pending", facing=Facing.FORWARD)
    said = run(s, 10_000, request_setpoint_ckmh=300, measured_ckmh=0)
    assert max(d.speed_ckmh for _, d in said) <= 100


@pytest.mark.parametrize(
    ("percent", "outcome"),
    [
        (86, "passed"),
        (100, "passed"),
        (114, "passed"),
        (63, "failed"),
        (161, "failed"),
        (76, "unclear"),
        (135, "unclear"),
        (190, "unclear"),
    ],
)
def test_sr29_five_steady_seconds_decide_about_the_unit(percent: int, outcome: str) -> None:
    s = cruising(161, probe="pending", facing=Facing.FORWARD)
    for tick in range(300):
        s.deviation_ms = 0  # the deviation monitor would speak sooner; this is about the probe
        s.surge_samples = 0
        step(
            s,
            cruise(
                161 * percent // 100,
                now_ms=NOW + 20 * tick,
                sample_seq=101 + tick,
                request_setpoint_ckmh=161,
            ),
        )
        if s.probe != "pending" or s.probe_unclear:
            break
    assert tick * 20 == pytest.approx(5_000, abs=60)
    assert ("unclear" if s.probe_unclear else s.probe) == outcome


def test_sr29_an_unclear_probe_may_still_pass_later() -> None:
    s = cruising(161, probe="pending", probe_unclear=True)
    run(s, 6_000, request_setpoint_ckmh=161)
    assert (s.probe, s.probe_unclear) == ("passed", False)


def test_sr29_a_change_of_speed_starts_the_probe_anew() -> None:
    s = cruising(161, probe="pending", probe_ms=4_990, probe_measured=999, probe_commanded=999)
    s.expected_mckmh = 150_000
    step(s, cruise(161, sample_seq=101))
    assert (s.probe_ms, s.probe_measured, s.probe_commanded) == (0, 0, 0)


def climbing_state() -> KernelState:
    return cruising(97, facing=Facing.FORWARD)


def test_sr14_a_gesture_in_motion_starts_nothing() -> None:
    s = climbing_state()
    for level in (Gesture.PRESSED, Gesture.CONFIRMED, Gesture.NONE):
        drive = step(s, cruise(97, request_start=level))
        assert drive.kind is not DriveKind.START


def test_sr37_reverse_read_back_is_not_judged_where_there_is_none() -> None:
    blind = replace(CONFIG, reads_direction=False)
    s = cruising(242)
    for tick in range(100):
        step(s, cruise(242, measured_direction=Direction.REVERSE, now_ms=NOW + 20 * tick), blind)
    assert s.latch is None


@pytest.mark.parametrize(("measured", "counts"), [(33, False), (34, True)])
def test_sr25_below_a_fifth_of_a_mile_the_sign_means_nothing(measured: int, counts: bool) -> None:
    s = cruising(49, expected_mckmh=49_000)
    step(s, cruise(measured, measured_direction=Direction.REVERSE, request_setpoint_ckmh=49))
    assert (s.wrong_way_ms > 0) is counts


@pytest.mark.parametrize(("measured", "samples"), [(280, 0), (281, 1)])
def test_sr21_overspeed_is_counted_above_the_cap_and_its_margin(
    measured: int, samples: int
) -> None:
    s = cruising(242)
    step(s, cruise(242, measured_ckmh=measured, sample_seq=101))
    assert s.overspeed_samples == samples


@pytest.mark.parametrize(("measured", "samples"), [(221, 0), (222, 1)])
def test_sr22_a_surge_is_counted_above_six_tenths(measured: int, samples: int) -> None:
    s = cruising(161)
    step(s, cruise(161, measured_ckmh=measured, sample_seq=101))
    assert s.surge_samples == samples


def test_sr22_the_strongest_stop_is_not_judged_by_the_speed_model() -> None:
    s = cruising(242)
    step(s, cruise(242, request_stop=Reaction.E_STOP))
    s.expected_mckmh = 0
    for tick in range(1, 90):
        step(s, cruise(242 - tick, now_ms=NOW + 20 * tick, sample_seq=100 + tick))
    assert (s.surge_samples, s.deviation_ms) == (0, 0)


def test_sr22_a_belt_that_stops_faster_than_modelled_is_no_deviation() -> None:
    s = cruising(242)
    step(s, cruise(242, request_setpoint_ckmh=0))
    for tick in range(1, 200):
        step(s, cruise(0, now_ms=NOW + 20 * tick, sample_seq=100 + tick, request_setpoint_ckmh=0))
    assert s.deviation_ms == 0


def test_sr53_toggling_cannot_postpone_a_timed_condition() -> None:
    s = cruising(242)
    for tick in range(1, 600):
        bad = tick % 2 == 0
        step(
            s,
            cruise(
                242,
                measured_ckmh=200 if bad else 242,
                now_ms=NOW + 20 * tick,
                sample_seq=100 + tick,
            ),
        )
        if s.latch:
            break
    assert s.latch is not None
    assert s.latch.cause is Cause.DEVIATION
    assert tick * 20 < 6_000


def test_sr23_a_stall_drains_slower_than_it_fills() -> None:
    s = cruising(97)
    step(s, cruise(97, measured_ckmh=10))
    assert s.stall_ms == 20
    step(s, cruise(97, now_ms=NOW + 20))
    assert s.stall_ms == 15


def test_sr60_a_copied_state_is_independent() -> None:
    s = cruising(242)
    other = s.copy()
    step(s, cruise(242, request_stop=Reaction.E_STOP))
    assert (other.phase, other.latch) != (s.phase, s.latch)


def test_sr09_belt_reverse_has_its_own_cap_only_when_the_belt_reverses() -> None:
    config = replace(CONFIG, mode=Mode.BELT_REVERSE)
    s = cruising(194, facing=Facing.FORWARD, direction=Direction.FORWARD)
    step(s, inputs(now_ms=NOW, measured_ckmh=194, request_setpoint_ckmh=500), config)
    assert s.refused == []
