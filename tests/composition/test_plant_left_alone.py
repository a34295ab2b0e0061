"""A child that is left alone while nothing would come of it, against one that never is."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from simulator.scenario import load_scenario
from simulator.simulation import Simulation
from treadctl.composition.plant import LockstepPlant, SimulationOptions

SCENARIO = Path(__file__).parents[1] / "scenarios" / "loose-cable.toml"
STEPS_MS = (0, 1, 10, 20, 20, 20, 50)
WORDS = {
    "woodway-us": (b"\xc0", b"\xc1", b"\xa3\x30\x30\x32\x30", b"\xa0", b"\xaa", b"\xa3\x30"),
    "trackmaster": (b"\xc0", b"\xc1", b"\xa3\x30\x30\x32\x30", b"\xa0", b"\xa2", b"\xa3\x30"),
}
ACTS = ("strap-pull", "strap-clip", "person-turn", "person-step-on", "person-rails")


class EveryStep:
    """The same machine in this process, asked at every step."""

    def __init__(self, machine: str, seed: int) -> None:
        self.truth: list[dict[str, Any]] = []
        scenario = load_scenario(SCENARIO)
        self._sim = Simulation(machine, scenario=scenario, seed=seed, truth=self.truth.append)

    def advance(self, to_ms: int, from_host: bytes) -> tuple[bytes, bool, bool]:
        if from_host:
            self._sim.receive(from_host)
        said = self._sim.advance(to_ms)
        return said, self._sim.strap_closed, self._sim.link_up

    def act(self, name: str) -> None:
        self._sim.act(name)


@pytest.mark.parametrize("machine", sorted(WORDS))
@pytest.mark.parametrize("seed", [1, 2])
def test_leaving_the_child_alone_changes_no_byte_no_edge_and_no_truth(
    machine: str, seed: int, tmp_path: Path
) -> None:
    random, truth = Random(seed), tmp_path / "truth.jsonl"
    asked = EveryStep(machine, seed)
    plant = LockstepPlant(SimulationOptions(machine, SCENARIO, seed, truth))
    now_ms = 0
    try:
        for _ in range(4_000):
            if random.random() < 0.02:
                act = random.choice(ACTS)
                plant.act(act)
                asked.act(act)
            now_ms += random.choice(STEPS_MS)
            word = random.choice(WORDS[machine]) if random.random() < 0.2 else b""
            said = plant.advance(now_ms, word)
            assert (said, plant.strap_closed, plant.link_up) == asked.advance(now_ms, word)
    finally:
        plant.close()
    assert [json.loads(line) for line in truth.read_text().splitlines()] == asked.truth


def test_a_quiet_child_is_not_asked_and_hears_of_the_time_before_it_is_told_anything(
    tmp_path: Path,
) -> None:
    truth = tmp_path / "truth.jsonl"
    plant = LockstepPlant(SimulationOptions("woodway-us", truth=truth))
    plant.advance(20, b"")
    for now_ms in range(40, 1_020, 20):
        assert plant.advance(now_ms, b"") == b""
    assert len(truth.read_text().splitlines()) == 1, "it has not lived since"
    plant.act("strap-pull")
    assert not plant.strap_closed
    plant.advance(1_050, b"")
    plant.close()
    lines = [json.loads(line) for line in truth.read_text().splitlines()]
    assert [line["strap"] for line in lines] == ["attached"] * 21 + ["released"]


def test_time_in_which_a_child_was_left_alone_is_in_its_truth_when_the_plant_is_closed(
    tmp_path: Path,
) -> None:
    truth = tmp_path / "truth.jsonl"
    plant = LockstepPlant(SimulationOptions("woodway-us", truth=truth))
    plant.advance(20, b"")
    plant.advance(500, b"")
    plant.close()
    assert json.loads(truth.read_text().splitlines()[-1])["t_ms"] == 500
