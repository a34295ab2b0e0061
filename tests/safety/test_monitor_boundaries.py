"""Both sides of every number behind a counter, one unit apart."""

from dataclasses import replace

import pytest

from tests.safety.builders import CONFIG, NOW, at_rest, cruise, cruising, stopping
from treadctl.causes import Cause
from treadctl.model import Direction, Reaction
from treadctl.safety import monitors, permissives
from treadctl.safety.state import HeartTrack


@pytest.mark.parametrize(
    ("expected_mckmh", "measured_ckmh", "counts"),
    [
        (100_000, 160, 0),
        (100_000, 161, 1),
        (99_950, 160, 1),
        (940_000, 1_000, 0),
        (940_000, 1_001, 1),
    ],
)
def test_sr22_a_surge_is_more_than_0_6_above_what_was_expected(
    expected_mckmh: int, measured_ckmh: int, counts: int
) -> None:
    s = cruising(expected_mckmh=expected_mckmh)
    monitors.on_sample(s, cruise(measured_ckmh), CONFIG)
    assert s.surge_samples == counts


def test_sr22_the_strongest_stop_is_no_surge() -> None:
    s = stopping(0, Reaction.E_STOP, expected_mckmh=0, surge_samples=1)
    monitors.on_sample(s, cruise(200), CONFIG)
    assert s.surge_samples == 0


@pytest.mark.parametrize(
    ("reading_step_ckmh", "before_ckmh", "measured_ckmh", "is_progress"),
    [
        pytest.param(17, 242, 208, True, id="two coarse steps"),
        pytest.param(17, 242, 209, False, id="not quite"),
        pytest.param(10, 242, 212, True, id="0.3 km/h on a fine machine"),
        pytest.param(10, 242, 213, False, id="not quite 0.3"),
        pytest.param(17, 20, 0, True, id="zero is always progress"),
    ],
)
def test_sr35_what_counts_as_slowing_down(
    reading_step_ckmh: int, before_ckmh: int, measured_ckmh: int, is_progress: bool
) -> None:
    steps = (0, *range(reading_step_ckmh, 660, reading_step_ckmh))
    config = replace(CONFIG, machine_steps=steps, min_ckmh=reading_step_ckmh)
    s = stopping(progress_ckmh=before_ckmh, progress_at_ms=NOW - 700)
    monitors.on_sample(s, cruise(measured_ckmh), config)
    kept = (before_ckmh, NOW - 700)
    assert (s.progress_ckmh, s.progress_at_ms) == ((measured_ckmh, NOW) if is_progress else kept)


@pytest.mark.parametrize(
    ("running", "probe", "is_probed"),
    [(True, "pending", True), (True, "passed", False), (False, "pending", False)],
)
def test_sr29_the_unit_is_probed_while_it_runs_and_until_it_is_proved(
    running: bool, probe: str, is_probed: bool
) -> None:
    s = cruising(242, probe=probe) if running else stopping(242, probe=probe)
    monitors.on_sample(s, cruise(240), CONFIG)
    assert (s.probe_measured, s.probe_commanded) == ((240, 242) if is_probed else (0, 0))


@pytest.mark.parametrize(
    ("expected_mckmh", "measured_ckmh", "deviates"),
    [
        pytest.param(100_000, 130, False, id="0.3 km/h"),
        pytest.param(100_000, 131, True, id="more than 0.3 km/h"),
        pytest.param(100_000, 69, True, id="slower by more than 0.3 km/h"),
        pytest.param(660_000, 759, False, id="15 per cent"),
        pytest.param(660_000, 760, True, id="more than 15 per cent"),
        pytest.param(659_999, 758, True, id="of what is expected, rounded down"),
    ],
)
def test_sr22_a_deviation_is_more_than_0_3_and_more_than_15_per_cent(
    expected_mckmh: int, measured_ckmh: int, deviates: bool
) -> None:
    s = cruising(expected_mckmh=expected_mckmh)
    monitors.over_time(s, cruise(measured_ckmh), CONFIG, 20)
    assert s.deviation_ms == (20 if deviates else 0)


def test_sr22_a_belt_that_slows_down_faster_than_a_stop_asks_does_not_deviate() -> None:
    s = stopping(242)
    monitors.over_time(s, cruise(17), CONFIG, 20)
    assert s.deviation_ms == 0


@pytest.mark.parametrize(
    ("commanded_ckmh", "measured_ckmh", "stalls"),
    [(80, 19, True), (79, 19, False), (80, 20, False)],
)
def test_sr23_a_stall_is_under_0_2_where_0_8_was_asked_for(
    commanded_ckmh: int, measured_ckmh: int, stalls: bool
) -> None:
    s = cruising(commanded_ckmh)
    monitors.over_time(s, cruise(measured_ckmh), CONFIG, 20)
    assert s.stall_ms == (20 if stalls else 0)


@pytest.mark.parametrize(("measured_ckmh", "counts"), [(33, False), (34, True)])
def test_sr25_a_sign_means_something_above_0_2_mph(measured_ckmh: int, counts: bool) -> None:
    s = cruising(49)
    tick = cruise(measured_ckmh, measured_direction=Direction.REVERSE)
    monitors.over_time(s, tick, CONFIG, 20)
    assert s.wrong_way_ms == (20 if counts else 0)
    monitors.over_time(s, tick, replace(CONFIG, reads_direction=False), 20)
    assert s.wrong_way_ms == (15 if counts else 0)


def test_sr04_a_machine_that_is_not_driven_says_why() -> None:
    odd = replace(CONFIG, unfit=Cause.PROFILE_AMBIGUOUS)
    missing = permissives.machine_missing(at_rest(), odd, Direction.FORWARD)
    assert missing is Cause.PROFILE_AMBIGUOUS


def test_sr53_every_condition_drains_at_a_quarter() -> None:
    s = cruising(deviation_ms=100, stall_ms=100, wrong_way_ms=100)
    monitors.over_time(s, cruise(), CONFIG, 20)
    assert (s.deviation_ms, s.stall_ms, s.wrong_way_ms) == (95, 95, 95)


@pytest.mark.parametrize(
    ("stops", "commanded_ckmh", "measured_ckmh", "told"),
    [
        pytest.param(True, 0, 0, True, id="zero is asked for and read"),
        pytest.param(True, 0, 1, False, id="it still moves"),
        pytest.param(True, 1, 0, False, id="it is still asked to move"),
        pytest.param(False, 0, 0, False, id="nobody stops it"),
    ],
)
def test_sr35_since_when_zero_is_told_is_counted_from_its_first_reading(
    stops: bool, commanded_ckmh: int, measured_ckmh: int, told: bool
) -> None:
    make = stopping if stops else cruising
    s = make(commanded_ckmh, told_zero_ms=None)
    monitors.over_time(s, cruise(measured_ckmh), CONFIG, 20)
    assert s.told_zero_ms == (NOW if told else None)
    s.told_zero_ms = NOW - 400
    monitors.over_time(s, cruise(measured_ckmh), CONFIG, 20)
    assert s.told_zero_ms == (NOW - 400 if told else None)


@pytest.mark.parametrize(
    ("running", "probe", "commanded_ckmh", "ms"),
    [
        pytest.param(True, "pending", 81, 120, id="steady"),
        pytest.param(True, "pending", 65, 0, id="too slow for a ratio"),
        pytest.param(True, "passed", 81, 100, id="proved"),
        pytest.param(False, "pending", 81, 100, id="being stopped"),
    ],
)
def test_sr29_the_time_of_the_probe_runs_while_the_belt_is_steady(
    running: bool, probe: str, commanded_ckmh: int, ms: int
) -> None:
    make = cruising if running else stopping
    s = make(commanded_ckmh, probe=probe, probe_ms=100)
    monitors.over_time(s, cruise(commanded_ckmh), CONFIG, 20)
    assert s.probe_ms == ms


FORGOTTEN = (
    *("overspeed_samples", "surge_samples", "unexpected_samples", "zero_samples"),
    *("deviation_ms", "stall_ms", "wrong_way_ms", "probe_ms"),
    *("probe_measured", "probe_commanded", "expected_mckmh", "expected_peak_mckmh"),
    *("expected_read_mckmh", "expected_before_mckmh"),
)


@pytest.mark.parametrize("name", FORGOTTEN)
def test_sr53_a_start_forgets_what_was_counted_in_the_motion_before(name: str) -> None:
    s = cruising(**{name: 7})
    monitors.begin_motion(s, NOW)
    assert getattr(s, name) == 0


def test_sr35_a_start_has_not_moved_and_its_progress_is_judged_from_now_on() -> None:
    s = cruising(moved=True, foreign_ckmh=200, progress_at_ms=NOW - 5_000)
    monitors.begin_motion(s, NOW)
    assert s.moved is False
    assert [s.foreign_ckmh, s.progress_at_ms] == [None, NOW]


# A reading that comes once a second is held against all that was expected since the one before.


@pytest.mark.parametrize(
    ("before_mckmh", "measured_ckmh", "deviates"),
    [
        pytest.param(240_000, 270, False, id="0.3 above the higher"),
        pytest.param(240_000, 271, True, id="more than that"),
        pytest.param(239_999, 269, False, id="0.3 above the higher, rounded down"),
        pytest.param(239_999, 270, True, id="more than that, rounded down"),
        pytest.param(240_000, 120, False, id="0.3 below the lower"),
        pytest.param(240_000, 119, True, id="less than that"),
        pytest.param(90_000, 60, False, id="0.3 below what was expected before"),
        pytest.param(90_000, 59, True, id="less than that before"),
    ],
)
def test_sr22_an_old_reading_may_be_of_any_time_since_the_one_before_it(
    before_mckmh: int, measured_ckmh: int, deviates: bool
) -> None:
    s = cruising(150, expected_before_mckmh=before_mckmh)
    pushed = replace(CONFIG, pushes_readings=True)
    monitors.over_time(s, cruise(measured_ckmh), pushed, 20)
    assert s.deviation_ms == (20 if deviates else 0)


def test_sr22_a_stop_excuses_a_belt_that_is_too_slow_and_not_one_that_is_too_fast() -> None:
    for measured_ckmh, counts in ((205, 0), (279, 20)):
        s = stopping(242)
        monitors.over_time(s, cruise(measured_ckmh), CONFIG, 20)
        assert s.deviation_ms == counts


def test_sr22_the_strongest_stop_excuses_both() -> None:
    for measured_ckmh in (205, 279):
        s = stopping(242, Reaction.E_STOP)
        monitors.over_time(s, cruise(measured_ckmh), CONFIG, 20)
        assert s.deviation_ms == 0


# SR-29: the ratio of all readings of five steady seconds.


@pytest.mark.parametrize(("probe_ms", "decided"), [(4_999, False), (5_000, True)])
def test_sr29_a_unit_is_judged_after_five_steady_seconds(probe_ms: int, decided: bool) -> None:
    s = cruising(200, probe="pending", probe_ms=probe_ms, probe_measured=600, probe_commanded=600)
    monitors.on_sample(s, cruise(200), CONFIG)
    assert s.probe == ("passed" if decided else "pending")
    left = (0, 0, 0) if decided else (probe_ms, 800, 800)
    assert (s.probe_ms, s.probe_measured, s.probe_commanded) == left


@pytest.mark.parametrize(
    ("commanded_ckmh", "measured", "commanded", "probe"),
    [
        pytest.param(200, 11_500, 10_000, "passed", id="15 per cent above"),
        pytest.param(200, 11_501, 10_000, "unclear", id="more than that"),
        pytest.param(200, 8_500, 10_000, "passed", id="15 per cent below"),
        pytest.param(200, 8_499, 10_000, "unclear", id="less than that"),
        pytest.param(81, 9_800, 8_100, "passed", id="one reporting step of a slow belt"),
        pytest.param(81, 9_801, 8_100, "unclear", id="more than one"),
        pytest.param(200, 14_499, 10_000, "unclear", id="not yet another unit"),
        pytest.param(200, 14_500, 10_000, "failed", id="another unit"),
        pytest.param(200, 17_599, 10_000, "failed", id="another unit still"),
        pytest.param(200, 17_600, 10_000, "unclear", id="no unit any more"),
        pytest.param(200, 7_099, 10_000, "failed", id="another unit, the other way"),
        pytest.param(200, 7_100, 10_000, "unclear", id="no unit"),
    ],
)
def test_sr29_what_all_readings_together_say_of_the_unit(
    commanded_ckmh: int, measured: int, commanded: int, probe: str
) -> None:
    s = cruising(commanded_ckmh, probe="pending", probe_ms=5_000, probe_unclear=probe != "unclear")
    s.probe_commanded, s.probe_measured = commanded - commanded_ckmh, measured - commanded_ckmh
    monitors.on_sample(s, cruise(commanded_ckmh), CONFIG)
    assert s.probe == ("pending" if probe == "unclear" else probe)
    assert s.probe_unclear is (probe == "unclear")


# Whether there is anything to judge at all.

COUNTERS = (
    *("overspeed_samples", "surge_samples", "deviation_ms", "stall_ms", "wrong_way_ms"),
    *("probe_unclear", "overrun", "suspended"),
)


@pytest.mark.parametrize("name", COUNTERS)
def test_sr53_one_counter_off_its_zero_is_enough_to_judge_them_all(name: str) -> None:
    assert monitors.anything_counts(cruising()) is False
    assert monitors.anything_counts(cruising(**{name: 1})) is True


@pytest.mark.parametrize("track", [HeartTrack(over_ms=1), HeartTrack(lost_ms=1)])
def test_sr53_a_heart_that_works_too_hard_or_is_lost_is_enough_to_judge(track: HeartTrack) -> None:
    assert monitors.anything_counts(cruising(heart=track)) is True


def test_sr53_another_unit_is_enough_to_judge_and_an_unproved_one_is_not() -> None:
    assert monitors.anything_counts(cruising(probe="failed")) is True
    assert monitors.anything_counts(cruising(probe="pending")) is False
