"""The strap that the simulated person wears beside a treadmill. Bytes: envelope.py, ftms.md 6."""

from itertools import pairwise
from struct import unpack_from

import pytest

from simulator.errors import FaultError, OptionError
from simulator.faults import FAULTS
from simulator.options import MachineOptions
from simulator.simulation import Simulation
from tests.simulator.bench import Bench

WORN = MachineOptions(heart=True)


def measurements(records: bytes) -> list[bytes]:
    """Cut the records; every one of them is a value of 2A37."""
    found: list[bytes] = []
    while records:
        kind, length, uuid = unpack_from("<BHH", records)
        assert (kind, uuid) == (0x81, 0x2A37)
        found.append(records[5 : 3 + length])
        records = records[3 + length :]
    return found


def hear(bench: Bench, seconds: int) -> list[bytes]:
    bench.chat(seconds * 1_000)
    return measurements(bench.sim.take_heart())


def test_it_says_once_a_second_and_what_was_taken_is_gone() -> None:
    bench = Bench(options=WORN)
    heard = hear(bench, 30)
    assert len(heard) == 30
    assert {each[0] for each in heard} == {0x16}
    assert all(abs(each[1] - 70) <= 3 for each in heard)
    assert bench.sim.take_heart() == b""


def test_the_heart_follows_the_work_and_comes_to_rest_again() -> None:
    bench = Bench(options=WORN)
    bench.walk()
    walked = hear(bench, 120)[-10:]
    # 1.5 mph is 2.4 km/h, at 14 beats for each.
    assert all(abs(each[1] - 104) <= 4 for each in walked)
    bench.say("AA")
    rested = hear(bench, 180)[-10:]
    assert all(abs(each[1] - 70) <= 4 for each in rested)


def test_it_climbs_by_a_few_beats_a_second() -> None:
    bench = Bench(options=WORN)
    bench.walk()
    rates = [each[1] for each in hear(bench, 120)]
    assert all(abs(later - earlier) <= 4 for earlier, later in pairwise(rates))


def test_a_heart_that_was_sent_somewhere_stays_there() -> None:
    bench = Bench(options=WORN)
    bench.sim.act("heart-rate", bpm=160, over_s=30)
    assert abs(hear(bench, 90)[-1][1] - 160) <= 3


@pytest.mark.parametrize(
    ("fault", "misled"),
    [
        ("no-contact", {4}),
        ("heart-garbage", {6}),
        ("heart-frozen", {0x16}),
    ],
)
def test_sr46_it_misleads_for_as_long_as_a_fault_lasts(fault: str, misled: set[int]) -> None:
    bench = Bench(options=WORN)
    before = hear(bench, 5)
    bench.sim.act(fault, for_s=10)
    during = hear(bench, 9)
    assert {each[0] for each in during} == misled
    if fault == "heart-frozen":
        assert set(during) == {before[-1]}
    after = hear(bench, 30)[2:]
    assert {each[0] for each in after} == {0x16}
    assert len(set(after)) > 1


def test_sr46_a_silent_strap_says_nothing_and_the_machine_does_not_notice() -> None:
    bench = Bench(options=WORN)
    bench.sim.act("heart-silent", for_s=10)
    assert hear(bench, 9) == []
    assert bench.link_up()
    assert bench.say("C1") != ""
    assert hear(bench, 5) != []


def test_a_cut_cable_of_the_machine_is_nothing_to_the_strap() -> None:
    bench = Bench(options=WORN)
    bench.sim.act("link-drop")
    assert len(hear(bench, 10)) == 10


def test_the_strap_changes_nothing_of_the_treadmill() -> None:
    runs: list[object] = []
    for options in (MachineOptions(), WORN):
        bench = Bench(options=options, seed=5)
        bench.walk()
        bench.chat(30_000)
        bench.say("AA")
        bench.chat(10_000)
        runs.append(bench.lines)
    assert runs[0] == runs[1]


def test_nobody_wears_one_unless_asked_to() -> None:
    bench = Bench()
    bench.chat(10_000)
    assert bench.sim.take_heart() == b""
    for fault in FAULTS.values():
        if fault.only == "heart-rate":
            with pytest.raises(FaultError, match="has no such thing"):
                bench.sim.act(fault.name)


def test_a_strap_wears_none() -> None:
    with pytest.raises(OptionError, match="--heart is for treadmills"):
        Simulation("heart-rate", options=WORN)


def test_it_is_the_same_however_time_is_sliced() -> None:
    heard: list[bytes] = []
    for slice_ms in (20, 970, 60_000):
        sim = Simulation("woodway-us", options=WORN, seed=4)
        said = b""
        for to_ms in range(slice_ms, 60_001, slice_ms):
            sim.advance(to_ms)
            said += sim.take_heart()
        sim.advance(60_000)
        heard.append(said + sim.take_heart())
    assert heard[0] == heard[1] == heard[2]
