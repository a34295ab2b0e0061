"""The scenarios beside this file, each a timeline to be read aloud, and what they lead to.

Every run is judged against the never-events N1..N12.
"""

from typing import Final

import pytest

from tests.rig import SCENARIOS, Rig
from tests.scenarios.worlds import MACHINES

ENDS: Final = {
    "nothing-happens": (0, []),
    "strap-in-second-bout": (11, ["strap_open"]),
    "brown-out": (13, ["telemetry_stale"]),
    "loose-cable": (13, ["link_lost"]),
    "stops-walking": (11, ["strap_open"]),
}
ENDS_OF: Final = {
    # Its radio has no power either, and no command is lost on it without being missed.
    "ftms": {"brown-out": (13, ["link_lost"]), "loose-cable": (5, ["no_answer"])},
}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ENDS)
def test_a_scenario_ends_as_it_must(name: str, machine: str) -> None:
    exit_code, causes = ENDS_OF.get(machine, {}).get(name, ENDS[name])
    rig = Rig(machine, scenario=name)
    assert rig.run()["exit_code"] == exit_code
    assert [cause for _, cause in rig.stops()][: len(causes)] == causes
    assert rig.belt_stands()


def test_every_scenario_file_has_an_ending() -> None:
    assert {path.stem for path in SCENARIOS.glob("*.toml")} == ENDS.keys()


def test_the_same_seed_is_the_same_run_and_a_copy_of_it_as_well() -> None:
    one, two = Rig(scenario="loose-cable"), Rig(scenario="loose-cable")
    one.run()
    two.run_for(30_000)
    with two.what_if() as copied:
        copied.run()
        assert copied.truth == one.truth
        assert copied.events == one.events
