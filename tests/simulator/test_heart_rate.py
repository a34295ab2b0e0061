"""The heart rate strap: what it says of a heart, and how it misleads. Bytes: ftms.md 6."""

from itertools import pairwise
from typing import Any

import pytest

from simulator.errors import FaultError, OptionError
from simulator.faults import FAULTS
from simulator.gatt import AttError, Said
from simulator.heart import WANDER_BPM, Heart
from simulator.noise import Noise
from simulator.options import MachineOptions
from simulator.scenario import parse
from simulator.simulation import Simulation

MEASUREMENT, LOCATION = 0x2A37, 0x2A38
ME = 0


class Strap:
    def __init__(self, bpm: int = 70, scenario: str = "", seed: int = 1) -> None:
        self.lines: list[dict[str, Any]] = []
        plan = parse(b"schema = 1\n" + scenario.encode(), "strap.toml") if scenario else None
        self.sim = Simulation(
            "heart-rate",
            options=MachineOptions(bpm=bpm),
            scenario=plan,
            seed=seed,
            truth=self.lines.append,
            on_air=True,
        )
        assert self.sim.air is not None
        self.air = self.sim.air
        self.join()

    def join(self) -> None:
        assert self.air.connect(ME)
        self.air.subscribe(ME, MEASUREMENT, True)

    def hear(self, seconds: int) -> list[bytes]:
        self.sim.advance(self.sim.now_ms + 1_000 * seconds)
        return [each.value for each in self.air.collect() if isinstance(each, Said)]


def rates(measurements: list[bytes]) -> list[int]:
    return [each[1] for each in measurements]


def test_it_says_once_a_second_a_rate_with_contact_and_one_interval() -> None:
    heard = Strap(bpm=60).hear(30)
    assert len(heard) == 30
    assert {each[0] for each in heard} == {0x16}
    assert all(abs(rate - 60) <= WANDER_BPM for rate in rates(heard))
    assert next(each for each in heard if each[1] == 60) == bytes.fromhex("163c0004")
    assert len(set(rates(heard))) > 1, "a good sensor never repeats itself for long"


def test_the_same_seed_is_the_same_heart() -> None:
    assert Strap(seed=3).hear(60) == Strap(seed=3).hear(60)
    assert Strap(seed=3).hear(60) != Strap(seed=4).hear(60)


def test_it_is_worn_on_the_chest_and_takes_no_orders() -> None:
    strap = Strap()
    assert strap.air.read(LOCATION) == b"\x01"
    with pytest.raises(AttError):
        strap.air.read(MEASUREMENT)
    strap.air.write(ME, 7, MEASUREMENT, b"\x00")
    strap.sim.advance(100)
    (answer,) = strap.air.collect()
    assert getattr(answer, "att_error", None) == 0x03  # write not permitted


def test_sr45_a_rate_rises_evenly_to_where_it_was_sent() -> None:
    strap = Strap(bpm=80)
    strap.hear(5)
    strap.sim.act("heart-rate", bpm=160, over_s=40)
    rising = rates(strap.hear(40))
    assert rising[0] < 90
    assert all(later > earlier - 3 for earlier, later in pairwise(rising))
    assert abs(rising[19] - 120) <= WANDER_BPM + 2
    assert all(abs(rate - 160) <= WANDER_BPM for rate in rates(strap.hear(20)))


def test_a_rate_jumps_when_it_is_given_no_time() -> None:
    strap = Strap(bpm=80)
    strap.sim.act("heart-rate", bpm=180)
    assert abs(rates(strap.hear(1))[0] - 180) <= WANDER_BPM


def test_a_rate_sent_elsewhere_on_its_way_goes_on_from_where_it_is() -> None:
    heart = Heart(60, Noise(1, stream=1))
    heart.go_to(0, 100, 40_000)
    heart.go_to(20_000, 60, 20_000)
    assert heart.at(20_000) == 80
    assert heart.at(30_000) == 70
    assert heart.at(99_000) == 60


@pytest.mark.parametrize(
    ("fault", "flags", "value"),
    [("no-contact", 0x04, None), ("heart-garbage", 0x06, 250)],
)
def test_sr46_a_strap_that_measures_nothing_says_so_or_lies(
    fault: str, flags: int, value: int | None
) -> None:
    strap = Strap()
    strap.sim.act(fault, for_s=5.5)
    bad = strap.hear(5)
    assert {each[0] for each in bad} == {flags}
    if value is not None:
        assert set(rates(bad)) == {value}
    assert {len(each) for each in bad} == {2}
    assert {each[0] for each in strap.hear(3)} == {0x16}


def test_sr46_a_frozen_strap_repeats_itself_to_the_bit() -> None:
    strap = Strap()
    (last,) = strap.hear(1)
    strap.sim.act("frozen-telemetry", for_s=20.5)
    assert set(strap.hear(20)) == {last}
    assert len(set(strap.hear(20))) > 1


@pytest.mark.parametrize("fault", ["mute", "link-drop", "power-cut"])
def test_sr46_a_dropout_is_silence(fault: str) -> None:
    strap = Strap()
    strap.hear(2)
    strap.sim.act(fault, for_s=5.5)
    assert strap.hear(5) == []
    strap.sim.advance(strap.sim.now_ms + 1_000)
    strap.air.collect()
    if not strap.air.clients:
        strap.join()
    assert len(strap.hear(5)) == 5


def test_a_scenario_plays_on_a_strap_and_the_truth_names_what_is_wrong() -> None:
    strap = Strap(scenario='[[at]]\nt_s = 3\nfault = "no-contact"\nfor_s = 2\n')
    heard = strap.hear(8)
    assert [each[0] for each in heard].count(0x04) in {2, 3}
    assert any(line["faults"] == ["no-contact"] for line in strap.lines)


def test_what_needs_a_belt_is_refused() -> None:
    strap = Strap()
    for fault in ("runaway", "console-start", "self-start", "person-step-on", "strap-pull"):
        with pytest.raises(FaultError, match="treadmills"):
            strap.sim.act(fault)
    assert all(line["belt_ckmh"] == 0 for line in strap.lines)


@pytest.mark.parametrize("fault", [each.name for each in FAULTS.values() if each.only])
def test_a_fault_of_one_machine_is_refused_on_the_others(fault: str) -> None:
    others = {"ftms", "heart-rate"} - {FAULTS[fault].only}
    for machine in others:
        with pytest.raises(FaultError, match="a fault of"):
            Simulation(machine, on_air=True).act(fault)


def test_in_lockstep_its_carrier_reads_and_subscribes() -> None:
    simulation = Simulation("heart-rate", options=MachineOptions(bpm=60))
    said = simulation.advance(20_000)
    assert bytes.fromhex("81 0a00 292a") + b"treadctl" in said
    assert bytes.fromhex("81 0600 372a 16") in said
    assert bytes.fromhex("83 0000") in said


def test_it_has_no_quirks() -> None:
    with pytest.raises(OptionError, match="no quirks"):
        Simulation("heart-rate", options=MachineOptions(quirks=("mute",)))
