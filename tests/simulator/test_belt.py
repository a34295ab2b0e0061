"""The belt against closed forms: stopping times and distances, coasting, jams, reversal."""

import pytest

from firmware_protocols.messages import Direction
from simulator.belt import (
    COAST_CKMH_S,
    COAST_LOADED_CKMH_S,
    LOADED_UP_SHARE,
    Belt,
    Blockage,
)
from simulator.ramp import Ramp

FORWARD, REVERSE = Direction.FORWARD, Direction.REVERSE
FOREVER_MS = 1_000_000.0


def live(belt: Belt, to_ms: float) -> None:
    while belt.next_ms <= to_ms:
        belt.fire(belt.next_ms)


def running(speed_ckmh: float, *, ramp: float = 60.0, lag_ms: float = 0.0) -> Belt:
    belt = Belt(ramp, lag_ms)
    belt.drive(0, speed_ckmh, FORWARD)
    live(belt, 100_000)
    return belt


def test_nothing_moves_before_the_lag_is_over() -> None:
    belt = Belt(60, 40)
    belt.drive(100, 200, FORWARD)
    live(belt, 200)
    assert belt.speed_at(140) == 0
    assert belt.speed_at(141) > 0


def test_the_belt_follows_at_its_ramp_and_stays() -> None:
    belt = Belt(60, 0)
    belt.drive(0, 240, FORWARD)
    live(belt, 0)
    assert belt.speed_at(1_000) == pytest.approx(60)
    assert belt.speed_at(3_999) < 240
    assert belt.speed_at(4_000) == 240
    assert belt.speed_at(FOREVER_MS) == 240


@pytest.mark.parametrize(
    ("speed_ckmh", "time_ms", "distance_m"),
    [
        pytest.param(300, 1_500, 0.63, id="3.0 km/h: 1.5 s, 0.63 m"),
        pytest.param(450, 2_250, 1.41, id="4.5 km/h: 2.25 s, 1.41 m"),
        pytest.param(650, 3_250, 2.93, id="6.5 km/h: 3.25 s, 2.9 m"),
    ],
)
def test_stopping_at_2_km_h_per_s_takes_what_safety_md_4_1_says(
    speed_ckmh: float, time_ms: float, distance_m: float
) -> None:
    belt = running(speed_ckmh)
    before_m = belt.odometer_m(100_000)
    belt.brake(100_000, 200)
    live(belt, 100_000)
    assert belt.stand_ms == pytest.approx(100_000 + time_ms)
    assert belt.odometer_m(200_000) - before_m == pytest.approx(distance_m, abs=0.006)


@pytest.mark.parametrize(
    ("speed_ckmh", "m_per_s"), [(150, 0.42), (250, 0.69), (300, 0.83), (450, 1.25)]
)
def test_a_second_of_belt_is_as_long_as_safety_md_4_1_says(
    speed_ckmh: float, m_per_s: float
) -> None:
    belt = running(speed_ckmh)
    passed = belt.odometer_m(101_000) - belt.odometer_m(100_000)
    assert passed == pytest.approx(m_per_s, abs=0.005)


@pytest.mark.parametrize("distance_m", [0.0, 0.05, 0.28, 0.60, 3.0])
def test_the_time_for_a_distance_is_the_inverse_of_the_odometer(distance_m: float) -> None:
    belt = running(100)
    belt.drive(100_000, 300, FORWARD)
    live(belt, 100_000)
    arrives_ms = belt.travel_ms(100_500, distance_m)
    passed = belt.odometer_m(arrives_ms) - belt.odometer_m(100_500)
    assert passed == pytest.approx(distance_m, abs=1e-9)


def test_a_stopping_belt_does_not_cover_any_distance() -> None:
    belt = running(300)
    belt.brake(100_000, 200)
    live(belt, 100_000)
    assert belt.travel_ms(100_000, 0.62) < 101_500
    assert belt.travel_ms(100_000, 0.64) == float("inf")


@pytest.mark.parametrize(("loaded", "rate"), [(False, COAST_CKMH_S), (True, COAST_LOADED_CKMH_S)])
def test_a_belt_without_power_coasts_by_its_load(loaded: bool, rate: float) -> None:
    belt = running(240)
    belt.load(100_000, loaded)
    belt.cut(100_000)
    assert belt.stand_ms == pytest.approx(100_000 + 240 / rate * 1000)


def test_a_person_slows_the_ramp_a_little() -> None:
    belt = Belt(60, 0)
    belt.load(0, True)
    belt.drive(0, 120, FORWARD)
    live(belt, 0)
    assert belt.speed_at(1_000) == pytest.approx(60 * LOADED_UP_SHARE)
    assert belt.speed_at(FOREVER_MS) == 120


def test_stepping_off_in_mid_ramp_bends_it_without_a_jump() -> None:
    belt = Belt(60, 0)
    belt.load(0, True)
    belt.drive(0, 240, FORWARD)
    live(belt, 0)
    before = belt.speed_at(1_000)
    belt.load(1_000, False)
    assert belt.speed_at(1_000) == before
    assert belt.speed_at(2_000) - before == pytest.approx(60)
    assert belt.speed_at(500) == pytest.approx(before / 2), "the past stays as it was"


def test_a_cut_forgets_orders_on_their_way() -> None:
    belt = running(200, lag_ms=40)
    belt.drive(200_000, 400, FORWARD)
    belt.cut(200_010)
    live(belt, 300_000)
    assert belt.speed_at(300_000) == 0


def test_a_milder_stop_does_not_weaken_a_stronger_one() -> None:
    belt = running(240)
    belt.brake(100_000, 240)
    belt.brake(100_500, 20)
    live(belt, 100_500)
    assert belt.stand_ms == pytest.approx(101_000)


def test_a_stronger_stop_takes_over_from_a_milder_one() -> None:
    belt = running(240)
    belt.brake(100_000, 120)
    belt.brake(101_000, 240)
    live(belt, 101_000)
    assert belt.stand_ms == pytest.approx(101_500)


def test_a_jammed_belt_is_still_within_a_fifth_of_a_second_and_jumps_when_freed() -> None:
    belt = running(240)
    belt.block(100_000, Blockage.JAMMED)
    assert belt.stand_ms <= 100_200
    belt.free(105_000, 600)
    assert belt.speed_at(105_400) == pytest.approx(240)


def test_a_stalled_belt_comes_back_by_its_ramp() -> None:
    belt = running(240)
    belt.block(100_000, Blockage.STALLED)
    belt.free(105_000)
    assert belt.speed_at(106_000) == pytest.approx(60)


def test_the_jump_happens_once() -> None:
    belt = running(120)
    belt.block(100_000, Blockage.JAMMED)
    belt.free(105_000, 600)
    belt.drive(110_000, 240, FORWARD)
    live(belt, 110_000)
    assert belt.speed_at(111_000) == pytest.approx(180)


def test_freeing_a_belt_that_is_free_changes_nothing() -> None:
    belt = running(240)
    changes = belt.changes
    belt.free(100_000, 600)
    assert belt.changes == changes


def test_a_runaway_heeds_a_stop_and_no_speed() -> None:
    belt = running(240)
    belt.run_away(100_000, 800, 200)
    belt.drive(101_000, 100, FORWARD)
    live(belt, 101_000)
    assert belt.speed_at(110_000) == 800
    belt.brake(110_000, 250)
    live(belt, 110_000)
    assert belt.speed_at(120_000) == 0


def test_a_runaway_ends_where_the_drive_wanted_it() -> None:
    belt = running(240)
    belt.run_away(100_000, 800, 200)
    belt.obey(110_000)
    assert belt.speed_at(200_000) == 240


def test_creep_moves_no_belt_that_has_never_run() -> None:
    belt = Belt(60, 0)
    belt.creep(0, 30)
    assert belt.speed_at(FOREVER_MS) == 0


def test_a_creeping_belt_never_stands_until_it_ends() -> None:
    belt = running(240)
    belt.creep(100_000, 30)
    assert belt.speed_at(100_000) == 240
    belt.brake(100_000, 250)
    live(belt, 100_000)
    assert belt.speed_at(110_000) == 30
    belt.creep(110_000, 0)
    assert belt.speed_at(115_000) == 0


def test_a_standing_belt_begins_to_creep() -> None:
    belt = running(240)
    belt.brake(100_000, 250)
    live(belt, 100_000)
    belt.creep(110_000, 30)
    assert belt.speed_at(115_000) == 30


def test_reversal_passes_through_zero() -> None:
    belt = running(120)
    belt.drive(100_000, 60, REVERSE)
    live(belt, 101_000)
    assert belt.speed_at(101_000) == pytest.approx(60)
    assert belt.direction is FORWARD
    live(belt, 110_000)
    assert belt.direction is REVERSE
    assert belt.speed_at(102_500) == pytest.approx(30)
    assert belt.direction_at(101_999) is FORWARD
    assert belt.direction_at(102_001) is REVERSE


def test_a_reversal_called_off_before_zero_keeps_the_direction() -> None:
    belt = running(120)
    belt.drive(100_000, 60, REVERSE)
    belt.drive(101_000, 120, FORWARD)
    live(belt, 110_000)
    assert belt.direction is FORWARD
    assert belt.speed_at(110_000) == 120


def test_zero_has_no_direction() -> None:
    belt = running(120)
    belt.drive(100_000, 0, REVERSE)
    live(belt, 110_000)
    assert belt.direction is FORWARD


def test_a_standing_belt_with_a_start_on_its_way_does_not_count_as_standing() -> None:
    belt = Belt(60, 40)
    assert belt.stands(0)
    belt.drive(0, 100, FORWARD)
    assert belt.rests(0)
    assert not belt.stands(0)


def test_a_ramp_forgets_only_what_is_long_past() -> None:
    ramp = Ramp(0.0)
    for i in range(300):
        ramp.plan(i * 1_000.0, float(i), 1.0)
    assert ramp.at(298_500) == pytest.approx(298.5, abs=1.0)
    assert ramp.at(-1.0) >= 0.0
