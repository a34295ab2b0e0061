"""The faults of every machine on one with a radio, and those that only such a machine has."""

import pytest

from simulator.errors import FaultError
from simulator.faults import FAULTS
from simulator.gatt import Dropped
from simulator.scenario import parse
from simulator.simulation import Simulation
from tests.simulator.air_bench import CONTROL_POINT, ME, OTHER, STATUS, AirBench
from tests.simulator.bench import Bench


@pytest.fixture
def walking() -> AirBench:
    bench = AirBench(clients=(ME, OTHER))
    bench.walk(150)
    assert bench.belt_ckmh == 150
    return bench


@pytest.mark.parametrize(
    "name", [name for name, fault in FAULTS.items() if fault.only in (None, "ftms")]
)
def test_every_fault_takes_its_defaults_on_this_machine_too(walking: AirBench, name: str) -> None:
    walking.sim.act(name)
    walking.wait(3_000)
    assert name in {fault for line in walking.lines for fault in line["faults"]} or (
        FAULTS[name].is_person
    )


@pytest.mark.parametrize("name", ["control-revoke", "control-steal"])
def test_a_fault_of_another_machine_is_refused_before_anything_happens(name: str) -> None:
    bench = Bench()
    with pytest.raises(FaultError, match=f"{name} is a fault of ftms; a woodway-us has no such"):
        bench.sim.act(name)
    plan = parse(f'schema = 1\n[[at]]\nt_s = 99\nfault = "{name}"\n'.encode(), "steal.toml")
    with pytest.raises(FaultError, match=f"{name} is a fault of ftms"):
        Simulation("trackmaster", scenario=plan)


def test_sr38_a_machine_that_takes_control_away_says_so_to_the_loser(walking: AirBench) -> None:
    walking.sim.act("control-revoke")
    walking.wait(100)
    assert walking.said(STATUS) == "ff"
    assert "ff" not in walking.said(STATUS, OTHER)
    assert walking.ask("08 01") == "80 08 05"
    walking.wait(5_000)
    assert walking.belt_ckmh == 150, "and runs on"
    assert walking.ask("00") == "80 00 01"
    assert walking.ask("08 01") == "80 08 01"


def test_sr38_a_second_client_that_takes_control_is_seen_by_the_loser(walking: AirBench) -> None:
    walking.sim.act("control-steal", for_s=2)
    walking.wait(100)
    assert walking.said(STATUS) == "ff"
    assert walking.ask("08 01") == "80 08 05"
    assert "00" not in walking.received()[1:], "what the thief says is not what the host said"
    assert walking.air.clients == (ME, OTHER)


def test_control_that_nobody_has_cannot_be_revoked() -> None:
    bench = AirBench()
    bench.sim.act("control-revoke")
    bench.wait(100)
    assert bench.said(STATUS) == ""


def test_the_safety_key_stops_the_belt_and_says_so_to_everybody(walking: AirBench) -> None:
    walking.sim.act("key-pull")
    walking.wait(3_000)
    assert walking.belt_ckmh == 0
    assert walking.said(STATUS).endswith("03")
    assert walking.said(STATUS, OTHER).endswith("03")
    assert walking.ask("07") == "80 07 04", "no start without it"
    walking.sim.act("key-insert")
    walking.wait(3_000)
    assert walking.belt_ckmh == 0, "putting it back starts nothing"
    assert walking.ask("07") == "80 07 01"


def test_sr20_a_link_that_drops_ends_every_connection(walking: AirBench) -> None:
    walking.sim.act("link-drop", for_s=2)
    walking.wait(100)
    assert {client for _, client in walking.dropped()} == {ME, OTHER}
    assert not walking.air.reachable
    assert not walking.air.connect(ME)
    walking.wait(2_000)
    assert walking.air.connect(ME)
    assert walking.belt_ckmh == 150


def test_a_power_cut_ends_every_connection_until_it_has_booted(walking: AirBench) -> None:
    walking.sim.act("power-cut", for_s=1)
    walking.wait(2_500)
    assert len(walking.dropped()) == 2
    assert not walking.air.connect(ME)
    walking.wait(1_000)
    assert walking.belt_ckmh == 0
    walking.join()
    assert walking.ask("07") == "80 07 05"
    walking.wait(1_100)
    assert walking.reported() == 0
    assert walking.records()[-1][1][4:7] == b"\0\0\0", "it has forgotten its workout"


def test_a_mute_machine_confirms_writes_and_obeys_but_says_nothing(walking: AirBench) -> None:
    walking.sim.act("mute")
    since_ms = walking.sim.now_ms
    number = walking.write("08 01")
    walking.wait(5_000)
    assert walking.att_error(number) == 0
    assert walking.said(CONTROL_POINT, since_ms=since_ms + 1) == ""
    assert walking.records(since_ms=since_ms + 1) == []
    assert walking.belt_ckmh == 0


def test_a_deaf_machine_confirms_writes_and_does_not_obey(walking: AirBench) -> None:
    walking.sim.act("deaf", for_s=1)
    number = walking.write("08 01")
    walking.wait(500)
    assert walking.att_error(number) == 0
    assert walking.belt_ckmh == 150
    assert walking.received()[-1] == "08 01", "it reached the machine's front"
    walking.wait(1_000)
    assert walking.ask("08 01") == "80 08 01"


def test_a_lost_answer_belongs_to_a_command_that_was_obeyed(walking: AirBench) -> None:
    walking.sim.act("lost-ack", count=2)
    assert walking.ask("02 64 00") == ""
    assert walking.ask("02 50 00") == ""
    assert walking.ask("02 46 00") == "80 02 01"
    walking.wait(5_000)
    assert walking.belt_ckmh == 70
    assert "lost-ack" not in walking.lines[-1]["faults"]


def test_garbled_values_arrive_with_other_bytes_of_the_same_number(walking: AirBench) -> None:
    walking.sim.act("garbled-bytes", share=1)
    since_ms = walking.sim.now_ms
    walking.wait(5_000)
    for _, record in walking.records(since_ms=since_ms + 1):
        assert len(record) == 13
        assert record[:2] != b"\x0c\x04"
    assert walking.belt_ckmh == 150


def test_sr19_a_frozen_record_is_frozen_as_a_whole(walking: AirBench) -> None:
    walking.sim.act("frozen-telemetry", for_s=5)
    since_ms = walking.sim.now_ms
    walking.ask("08 01")
    walking.wait(4_500)
    assert walking.belt_ckmh == 0
    assert len({record for _, record in walking.records(since_ms=since_ms + 1)}) == 1
    assert walking.reported() == 150
    walking.wait(2_000)
    assert walking.reported() == 0


def test_a_reading_can_be_late(walking: AirBench) -> None:
    walking.sim.act("delayed-telemetry", delay_s=2)
    walking.ask("08 01")
    walking.wait(1_500)
    assert walking.reported() == 150
    walking.wait(3_000)
    assert walking.reported() == 0


def test_sr29_a_wrong_unit_is_obeyed_and_read_back_truly(walking: AirBench) -> None:
    walking.sim.act("wrong-unit")
    assert walking.ask("02 64 00") == "80 02 01"
    walking.wait(8_000)
    assert walking.belt_ckmh == pytest.approx(160.93, abs=0.01)
    assert walking.reported() == 161


@pytest.mark.parametrize("how", ["01", "02"])
def test_ignored_stops_are_answered_with_success(walking: AirBench, how: str) -> None:
    walking.sim.act("ignores-stop", count=2)
    for _ in range(2):
        assert walking.ask(f"08 {how}") == "80 08 01"
        walking.wait(2_000)
        assert walking.belt_ckmh == 150
    assert walking.ask(f"08 {how}") == "80 08 01"
    walking.wait(2_000)
    assert walking.belt_ckmh == 0


def test_sr08_a_machine_that_starts_by_itself_says_so_only_in_its_data() -> None:
    bench = AirBench()
    bench.sim.act("self-start", after_s=1, speed_ckmh=100)
    bench.wait(5_000)
    assert bench.belt_ckmh == 0, "not before the host's next word"
    bench.ask("00")
    bench.wait(5_000)
    assert bench.belt_ckmh == 100
    assert bench.reported() == 100
    assert bench.said(STATUS) == ""


def test_a_runaway_is_reported_truly_and_stops_when_told(walking: AirBench) -> None:
    walking.sim.act("runaway", to_ckmh=600, ramp_ckmh_s=400)
    walking.wait(3_000)
    assert walking.reported() == 600
    walking.ask("08 01")
    walking.wait(4_000)
    assert walking.belt_ckmh == 0


def test_a_dropped_client_hears_nothing_that_was_on_its_way(walking: AirBench) -> None:
    walking.write("08 01")
    walking.sim.act("link-drop")
    begun = len(walking.heard)
    walking.wait(1_000)
    assert {type(each) for _, each in walking.heard[begun:]} == {Dropped}
