"""Behind the control point: the belt, the person, the records, the classes B and C."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import OptionError
from simulator.gatt import Kind
from simulator.options import MachineClass, MachineOptions
from simulator.scenario import parse
from simulator.simulation import Simulation
from tests.simulator.air_bench import DATA, ME, OTHER, STATUS, AirBench


def words(record: bytes) -> tuple[int, int, int, int]:
    """Speed, metres, incline and seconds of a short record, cut by hand (ftms.md 2.2)."""
    assert record[:2] == b"\x0c\x04"
    assert record[9:11] == b"\xff\x7f", "there is no ramp angle"
    assert len(record) == 13
    ints = (record[2:4], record[4:7], record[7:9], record[11:13])
    speed, metres, incline, seconds = (int.from_bytes(each, "little") for each in ints)
    return speed, metres, incline, seconds


def moving(machine_class: MachineClass | None = None) -> AirBench:
    bench = AirBench(options=MachineOptions(machine_class=machine_class))
    bench.walk(300)
    assert bench.belt_ckmh == 300
    return bench


def test_the_machine_declares_itself() -> None:
    sim = Simulation("ftms")
    assert (sim.machine_class, sim.reverse, sim.unit) == ("C", False, "kmh")
    assert (sim.min_ckmh, sim.max_ckmh, sim.ramp_ckmh_s) == (50, 1_600, 60)


def test_sr04_a_start_goes_to_the_slowest_speed_whatever_was_asked_before() -> None:
    bench = AirBench()
    bench.walk(300)
    bench.ask("08 01")
    bench.wait(5_000)
    assert bench.ask("02 2c 01") == "80 02 04"
    assert bench.ask("07") == "80 07 01"
    bench.wait(5_000)
    assert bench.belt_ckmh == 50


def test_sr03_a_target_speed_never_starts_a_standing_belt() -> None:
    bench = AirBench()
    bench.ask("00")
    bench.ask("02 2c 01")
    bench.wait(5_000)
    assert bench.belt_ckmh == 0


def test_the_belt_follows_a_speed_at_a_finite_rate_up_and_down() -> None:
    bench = AirBench()
    bench.walk(300)
    bench.ask("02 64 00")
    bench.wait(5_000)
    bench.ask("08 01")
    bench.wait(3_000)
    speeds = [line["belt_ckmh"] for line in bench.lines]
    rises = [b - a for a, b in pairwise(speeds)]
    assert max(rises) <= 60 * 0.05 + 0.011
    assert min(rises) == pytest.approx(-250 * 0.05, abs=0.011), "a stop is steeper than a command"
    assert min(rise for rise in rises[: int(bench.sim.now_ms - 4_000) // 50]) >= -60 * 0.05 - 0.011


@pytest.mark.parametrize(("digits", "belt_ckmh"), [(100, 100), (109, 100), (155, 150), (50, 50)])
def test_a_target_between_two_steps_is_run_at_the_slower_one(digits: int, belt_ckmh: int) -> None:
    bench = AirBench()
    bench.walk(digits)
    assert bench.belt_ckmh == belt_ckmh


def test_a_stop_of_a_coasting_down_belt_is_taken_again() -> None:
    bench = moving()
    assert bench.ask("08 01") == "80 08 01"
    assert bench.ask("08 01") == "80 08 01"
    bench.wait(3_000)
    assert bench.belt_ckmh == 0


def test_the_person_steps_on_a_slow_belt_and_off_a_standing_one() -> None:
    bench = AirBench()
    bench.walk(100)
    assert bench.lines[-1]["person"] == "walking"
    bench.ask("08 01")
    bench.wait(3_000)
    assert bench.lines[-1]["person"] == "rails"


def test_the_incline_moves_slowly() -> None:
    bench = AirBench()
    bench.ask("00")
    assert bench.ask("03 1e 00") == "80 03 01"
    bench.wait(1_000)
    assert 3 <= bench.lines[-1]["incline_permille"] <= 7
    bench.wait(10_000)
    assert bench.lines[-1]["incline_permille"] == 30
    assert words(bench.records()[-1][1])[2] == 30


@pytest.mark.parametrize("period_ms", [300, 500, 1_000, 1_700])
def test_a_record_comes_every_period_as_a_notification(period_ms: int) -> None:
    bench = AirBench(options=MachineOptions(data_period_ms=period_ms))
    bench.wait(10_000)
    times = [t_ms for t_ms, _ in bench.records()]
    assert times == [n * period_ms for n in range(1, 10_000 // period_ms + 1)]
    assert bench.kinds(DATA) == {Kind.NOTIFICATION}


def test_nobody_hears_records_that_has_not_subscribed_to_them() -> None:
    bench = AirBench(clients=(ME, OTHER))
    bench.air.subscribe(OTHER, DATA, False)
    bench.wait(3_000)
    assert len(bench.records()) == 3
    assert bench.records(client=OTHER) == []


def test_sr19_the_counters_of_a_moving_machine_count() -> None:
    bench = AirBench()
    bench.walk(360)
    since_ms = bench.sim.now_ms
    bench.wait(20_000)
    counted = [words(record) for _, record in bench.records(since_ms=since_ms)]
    assert {speed for speed, *_ in counted} == {360}
    assert [b[3] - a[3] for a, b in pairwise(counted)] == [1] * (len(counted) - 1)
    assert [b[1] - a[1] for a, b in pairwise(counted)] == [1] * (len(counted) - 1), "1 m/s"


@pytest.mark.parametrize(("how", "goes_on"), [("01", False), ("02", True)])
def test_elapsed_time_goes_on_after_a_pause_and_anew_after_a_stop(how: str, goes_on: bool) -> None:
    bench = AirBench()
    bench.walk()
    bench.ask(f"08 {how}")
    bench.wait(5_000)
    stopped_s = words(bench.records()[-1][1])[3]
    bench.wait(5_000)
    assert words(bench.records()[-1][1])[3] == stopped_s, "it waits"
    bench.ask("07")
    bench.wait(2_000)
    assert (words(bench.records()[-1][1])[3] > stopped_s) is goes_on


def test_what_it_reports_below_its_own_slowest_speed_is_true() -> None:
    bench = AirBench(options=MachineOptions(data_period_ms=200))
    bench.ask("00")
    bench.ask("07")
    bench.wait(3_000)
    assert any(0 < words(record)[0] < 50 for _, record in bench.records()), "ftms.md Q7"


# SR-54.


@pytest.mark.parametrize("loss", ["client", "link-drop"])
def test_sr54_class_c_goes_on_when_its_client_is_gone(loss: str) -> None:
    bench = moving()
    if loss == "client":
        bench.air.disconnect(ME)
    else:
        bench.sim.act(loss)
    bench.wait(60_000)
    assert bench.belt_ckmh == 300


@pytest.mark.parametrize("loss", ["client", "link-drop"])
def test_sr54_class_b_stands_within_5_s_of_losing_its_client(loss: str) -> None:
    bench = moving(MachineClass.B)
    if loss == "client":
        bench.air.disconnect(ME)
    else:
        bench.sim.act(loss)
    bench.wait(1_900)
    assert bench.belt_ckmh == 300
    bench.wait(3_100)
    assert bench.belt_ckmh == 0


def test_sr54_class_b_forgives_a_client_that_returns_in_time() -> None:
    bench = moving(MachineClass.B)
    bench.air.disconnect(ME)
    bench.wait(1_500)
    bench.join()
    bench.wait(10_000)
    assert bench.belt_ckmh == 300


def test_sr54_class_b_cares_for_the_client_in_control_alone() -> None:
    bench = moving(MachineClass.B)
    bench.join(OTHER)
    bench.air.disconnect(OTHER)
    bench.wait(10_000)
    assert bench.belt_ckmh == 300


def test_sr54_class_b_walks_whoever_starts_it_at_its_console_without_a_client() -> None:
    bench = AirBench(options=MachineOptions(machine_class=MachineClass.B))
    bench.ask("00")
    bench.air.disconnect(ME)
    bench.wait(10_000)
    bench.sim.act("console-start")
    bench.wait(10_000)
    assert bench.belt_ckmh == 80


def test_sr54_class_b_can_be_walked_again_after_it_has_stopped_itself() -> None:
    bench = moving(MachineClass.B)
    bench.air.disconnect(ME)
    bench.wait(10_000)
    bench.join()
    bench.ask("00")
    bench.ask("07")
    bench.wait(10_000)
    assert bench.belt_ckmh == 50
    assert bench.said(STATUS) == ""


def test_silence_means_nothing_to_it() -> None:
    bench = moving(MachineClass.B)
    bench.wait(120_000)
    assert bench.belt_ckmh == 300


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"machine_class": MachineClass.A}, "ftms is class B or C"),
        ({"unit": "mph"}, "ftms speaks kmh, not mph"),
        ({"min_ckmh": 300, "max_ckmh": 200}, "min_ckmh 300 must be below"),
        ({"data_period_ms": 99}, "data_period_ms is 99"),
    ],
)
def test_an_ftms_machine_that_cannot_be_is_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Simulation("ftms", options=MachineOptions(**options))  # type: ignore[arg-type]


def test_a_machine_with_a_cable_is_not_on_the_air() -> None:
    assert Simulation("woodway-us").air is None
    with pytest.raises(OptionError, match="trackmaster has no Bluetooth; ftms and"):
        Simulation("trackmaster", on_air=True)


# The clock.

EVERYTHING = b"""\
schema = 1
[[at]]
t_s = 3.01
fault = "garbled-bytes"
for_s = 1.1
[[at]]
t_s = 5.33
fault = "jam"
for_s = 0.7
[[at]]
t_s = 8.2
fault = "console-stop"
[[at]]
t_s = 9.4
fault = "key-pull"
for_s = 0.3
[[at]]
t_s = 10.7
fault = "deaf"
share = 0.5
for_s = 0.5
[[at]]
t_s = 11.9
fault = "power-cut"
for_s = 0.3
"""
SCRIPT = {
    50.0: "00",
    105.5: "07",
    1_000.0: "02 64 00",
    1_015.0: "02 c8 00",
    5_000.0: "02 2c 01",
    8_900.0: "07",
    10_800.0: "03 0a 00",
    10_900.0: "08 01",
}


def conversation() -> Iterator[tuple[float, bytes]]:
    for t_ms, text in SCRIPT.items():
        yield t_ms, bytes.fromhex(text)


def played(quirks: tuple[str, ...], cuts: list[float]) -> tuple[list[str], list[str]]:
    """Write the same at the same times, with more or fewer looks in between."""
    lines: list[str] = []
    sim = Simulation(
        "ftms",
        options=MachineOptions(quirks=quirks),
        scenario=parse(EVERYTHING, "everything.toml"),
        seed=3,
        truth=lambda line: lines.append(json.dumps(line)),
        on_air=True,
    )
    assert sim.air is not None
    heard: list[str] = []
    sim.air.connect(ME)
    for uuid in (0x2ACD, 0x2AD3, 0x2ADA, 0x2AD9):
        sim.air.subscribe(ME, uuid, True)
    looks = sorted(cuts)
    for t_ms, data in [*conversation(), (14_000.0, b"")]:
        while looks and looks[0] <= t_ms:
            sim.advance(looks.pop(0))
            heard += map(str, sim.air.collect())
        sim.advance(t_ms)
        sim.air.write(ME, int(t_ms), 0x2AD9, data)
        heard += map(str, sim.air.collect())
    sim.advance(16_500.0)
    return lines, heard + [str(each) for each in sim.air.collect()]


SLICED = [(), ("slow-link", "split-records"), ("ramp-status-stream", "double-stop-answer")]
REFERENCE = {quirks: played(quirks, []) for quirks in SLICED}


@pytest.mark.parametrize("quirks", SLICED)
@given(cuts=st.lists(st.floats(0, 14_000), max_size=60))
@settings(max_examples=15, deadline=None)
def test_truth_and_words_do_not_depend_on_how_time_is_sliced(
    quirks: tuple[str, ...], cuts: list[float]
) -> None:
    assert played(quirks, cuts) == REFERENCE[quirks]


def test_a_sliced_run_has_seen_enough_to_mean_something() -> None:
    lines, heard = REFERENCE[()]
    assert any(json.loads(line)["belt_ckmh"] > 150 for line in lines)
    assert sum("Said" in each for each in heard) > 20
    assert "Dropped(client=1)" in heard
