"""The person: careful when alone, carried when told to stop, and what the cord does about it."""

from typing import Any

import pytest

from simulator.options import MachineOptions
from tests.simulator.bench import Bench

FAST = "A3 30 30 31 38"
"""1.8 mph, 2.9 km/h."""
FAST_REVERSE = "A3 33 30 31 38"
SLOW = "A3 30 30 30 36"
"""0.6 mph, 0.97 km/h."""


def first(bench: Bench, key: str, value: Any) -> dict[str, Any]:
    return next(line for line in bench.lines if line[key] == value)


def test_sr05_the_person_waits_on_the_rails_until_the_belt_has_moved_slowly_for_2_s() -> None:
    bench = Bench()
    bench.walk(SLOW)
    moved = next(line for line in bench.lines if line["belt_ckmh"] > 0)
    stepped = first(bench, "person", "walking")
    assert bench.seen("person") == ["rails", "walking"]
    assert 2_000 <= stepped["t_ms"] - (moved["t_ms"] - 50) <= 3_100


def test_nobody_steps_on_a_fast_belt_until_it_is_slow() -> None:
    bench = Bench(options=MachineOptions(ramp_ckmh_s=200))
    bench.walk("A3 30 30 33 30", 15_000)
    assert bench.seen("person") == ["rails"]
    bench.say(SLOW)
    bench.chat(8_000)
    assert bench.seen("person") == ["rails", "walking"]


def test_the_person_steps_off_when_the_belt_stands() -> None:
    bench = Bench()
    bench.walk()
    bench.say("AA")
    bench.chat(4_000)
    assert bench.seen("person") == ["rails", "walking", "rails"]
    late = [line for line in bench.lines if line["t_ms"] > 5_000]
    stood = next(line for line in late if line["belt_ckmh"] == 0)
    left = next(line for line in late if line["person"] == "rails")
    assert 400 <= left["t_ms"] - stood["t_ms"] <= 600


def test_a_directed_person_does_only_what_is_asked() -> None:
    bench = Bench()
    bench.sim.act("person-rails")
    bench.walk()
    assert bench.seen("person") == ["rails"]
    bench.sim.act("person-step-on")
    bench.say("AA")
    bench.chat(4_000)
    assert bench.lines[-1]["person"] == "walking"
    bench.sim.act("person-step-off")
    bench.chat(200)
    assert bench.lines[-1]["person"] == "off"


def test_turning_is_not_directing() -> None:
    bench = Bench()
    bench.sim.act("person-turn")
    bench.walk()
    assert bench.lines[-1]["facing"] == "backward"
    assert bench.lines[-1]["person"] == "walking"
    bench.sim.act("person-turn")
    bench.chat(100)
    assert bench.lines[-1]["facing"] == "forward"


@pytest.mark.parametrize("turned", [False, True])
def test_who_stops_on_a_forward_belt_pulls_the_cord_before_the_rear_edge(turned: bool) -> None:
    bench = Bench()
    if turned:
        bench.sim.act("person-turn")
    bench.walk(FAST)
    stopped_ms = bench.sim.now_ms
    bench.sim.act("person-stop-walking")
    bench.chat(3_000)
    speed_m_s = bench.belt_ckmh / 360
    released = first(bench, "strap", "released")
    fallen = first(bench, "person", "fallen")
    # The walker is in the middle of 1.4 m; the cord ends at 70 % of it.
    assert released["t_ms"] - stopped_ms == pytest.approx(0.28 / speed_m_s * 1000, abs=50)
    assert fallen["t_ms"] - stopped_ms == pytest.approx(0.70 / speed_m_s * 1000, abs=50)
    assert bench.seen("person")[-2:] == ["drifting", "fallen"]


def test_safety_finding_6_drift_of_0_70_m_at_3_km_h_takes_0_84_s() -> None:
    bench = Bench("trackmaster")
    bench.walk("A3 30 30 31 39", 10_000)
    assert bench.belt_ckmh == pytest.approx(305.8, abs=0.1)
    stopped_ms = bench.sim.now_ms
    bench.sim.act("person-stop-walking")
    bench.chat(3_000)
    assert first(bench, "person", "fallen")["t_ms"] - stopped_ms == pytest.approx(824, abs=50)


def test_safety_finding_4_in_belt_reverse_the_cord_stays_slack() -> None:
    bench = Bench()
    bench.walk(FAST_REVERSE)
    bench.sim.act("person-stop-walking")
    bench.chat(3_000)
    assert bench.lines[-1]["person"] == "fallen"
    assert bench.seen("strap") == ["attached"]


def test_a_belt_that_stops_in_time_saves_the_person() -> None:
    bench = Bench()
    bench.walk()
    bench.sim.act("person-stop-walking")
    while bench.strap_closed():
        bench.wait(10)
    bench.say("AA")
    bench.chat(4_000)
    assert bench.seen("person") == ["rails", "walking", "drifting", "rails"]


def test_the_distance_counts_from_where_the_person_is_not_from_when_the_speed_changed() -> None:
    bench = Bench()
    bench.walk(FAST)
    bench.sim.act("person-stop-walking")
    bench.say(SLOW)
    bench.chat(2_500)
    drift_m = sum(
        line["belt_ckmh"] / 360 * 0.05 for line in bench.lines if line["person"] == "drifting"
    )
    assert bench.lines[-1]["person"] == "fallen"
    assert drift_m == pytest.approx(0.70, abs=0.05)


def test_a_tangled_cord_opens_late() -> None:
    bench = Bench()
    bench.sim.act("cord-tangle", delay_s=1.5)
    bench.walk()
    pulled_ms = bench.sim.now_ms
    bench.sim.act("strap-pull")
    assert bench.strap_closed()
    bench.chat(3_000)
    assert first(bench, "strap", "released")["t_ms"] - pulled_ms == pytest.approx(1_500, abs=50)


def test_clipping_in_time_beats_a_tangled_cord() -> None:
    bench = Bench()
    bench.sim.act("cord-tangle")
    bench.sim.act("strap-pull")
    bench.sim.act("strap-clip")
    bench.wait(3_000)
    assert bench.seen("strap") == ["attached"]


def test_a_cord_pulled_by_the_person_can_be_clipped_again() -> None:
    bench = Bench()
    bench.walk(FAST)
    bench.sim.act("person-stop-walking")
    bench.chat(3_000)
    assert not bench.strap_closed()
    bench.sim.act("strap-clip")
    assert bench.strap_closed()


def test_only_a_walking_person_can_stop_walking() -> None:
    bench = Bench()
    bench.sim.act("person-stop-walking")
    bench.walk()
    assert bench.seen("person") == ["rails", "walking"]


def test_a_fallen_person_stays_down_until_helped() -> None:
    bench = Bench()
    bench.walk(FAST)
    bench.sim.act("person-stop-walking")
    bench.chat(3_000)
    bench.say("AA")
    bench.chat(5_000)
    assert bench.lines[-1]["person"] == "fallen"
    bench.sim.act("person-rails")
    bench.wait(100)
    assert bench.lines[-1]["person"] == "rails"
