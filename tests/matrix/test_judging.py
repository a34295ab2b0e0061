"""The matrix must be able to fail: what it counts, what it compares, what it takes over."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.faults import FAULTS as SIMULATED
from simulator.faults import STRAP, Lasts
from tests.matrix.cells import Cell, cell_of, every_cell, possible_cells, sample
from tests.matrix.expected import complaints
from tests.matrix.faults import FAULTS
from tests.matrix.figures import of_cells
from tests.matrix.ledger import Edition, Ledger
from tests.matrix.outcome import Outcome, strike
from tests.matrix.page import page
from tests.matrix.walk import MACHINES, PHASES, STATES, WAYS
from tests.rig import Rig
from treadctl.core.machine import SessionState
from treadctl.model import Mode, Reaction, StrapState

WALKING = cell_of("woodway-us/turn-around/walk/4/strap-pull")
OF = Edition("0123456789ab", 1)
GOOD = Outcome(
    moved=True,
    reaction=Reaction.E_STOP,
    cause="strap_open",
    softened=False,
    told_ms=20,
    frame_ms=20,
    stood_ms=800,
    distance_m=0.2,
    told_ckmh=200.0,
    peak_ckmh=200.0,
    asked_ckmh=200,
    outran_ms=0,
    last_ckmh=0.0,
    left_ms=20,
    left_for="e_stop",
    ran_ms=7_000,
    exit_code=11,
    violations=(),
)


@pytest.fixture(scope="module")
def walking() -> Rig:
    rig = Rig("woodway-us")
    Rig.made.remove(rig)
    rig.run_until(SessionState.WARM_UP)
    rig.run_for(8_000)
    return rig


def test_a_twin_to_which_nothing_happens_lives_as_the_world_it_was_taken_from(
    walking: Rig,
) -> None:
    twins = [walking.twin(), walking.twin()]
    for twin in twins:
        twin.run()
    fresh = Rig("woodway-us")
    Rig.made.remove(fresh)
    fresh.run()
    for twin in twins:
        assert twin.truth == fresh.truth
        assert twin.events == fresh.events


def test_what_is_judged_ahead_is_judged_as_the_whole_is(walking: Rig) -> None:
    for fault in ("console-faster", "runaway", "link-drop", "soft-stop", "core-gone"):
        ahead, whole = walking.twin(), walking.twin()
        for twin in (ahead, whole):
            twin.virtual.outside.strap = StrapState.ATTACHED
        ahead.judge_ahead()
        ahead.run_for(3_000)
        whole.run_for(3_000)
        ahead.judge_ahead()
        outcomes = [strike(twin, FAULTS[fault]) for twin in (ahead, whole)]
        for twin in (ahead, whole):
            twin.act("strap-pull")
            twin.run_until_finished_or_for(2_000)
        assert outcomes[0] == outcomes[1]
        assert ahead.violations() == whole.violations()


def test_sr16_a_gate_that_cannot_see_the_strap_is_found_out(walking: Rig) -> None:
    blind = walking.twin()
    blind.virtual.outside.strap = StrapState.ATTACHED
    outcome = strike(blind, FAULTS["strap-pull"])
    found = list(complaints(WALKING, outcome))
    assert any(each.startswith("N5 ") for each in found)
    assert "no stop; e_stop was due within 100 ms" in found


def test_the_good_outcome_passes() -> None:
    assert list(complaints(WALKING, GOOD)) == []


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"told_ms": 101}, "stopped after 101 ms, due within 100 ms (strap_open)"),
        ({"reaction": Reaction.FAST_STOP}, "fast_stop (strap_open) where e_stop was due"),
        ({"stood_ms": None, "last_ckmh": 90.0}, "the belt runs on at 0.90 km/h"),
        ({"stood_ms": 2_521}, "the belt stood after 2521 ms, due within 2520 ms"),
        ({"outran_ms": 850}, "the belt was too fast for 850 ms before it was stopped"),
        ({"violations": ("N3 at 1 ms: x",)}, "N3 at 1 ms: x"),
    ],
    ids=["late", "too mild", "runs on", "stands late", "too fast", "never-event"],
)
def test_an_outcome_one_unit_beyond_its_bound_fails(
    changed: dict[str, object], complaint: str
) -> None:
    outcome = replace(GOOD, **changed)  # type: ignore[arg-type]
    assert list(complaints(WALKING, outcome)) == [complaint]


def test_a_stop_where_nothing_is_wrong_is_a_false_one() -> None:
    cell = replace(WALKING, fault=FAULTS["lost-ack"])
    assert list(complaints(cell, GOOD)) == ["a false e_stop (strap_open) after 20 ms"]


def test_no_fault_and_no_act_of_the_simulator_is_forgotten() -> None:
    struck = {name for fault in FAULTS.values() for name, _ in fault.acts}
    ends = {name for name, fault in SIMULATED.items() if fault.ends is not None}
    walks = {"person-rails", "person-step-on", "person-turn"}  # what every session has in it
    of_treadmills = {name for name, fault in SIMULATED.items() if fault.only != STRAP}
    assert of_treadmills - struck == ends | walks


def test_lasting_faults_last_or_say_how_long() -> None:
    for fault in FAULTS.values():
        for name, parameters in fault.acts:
            if "for_s" in parameters:
                assert SIMULATED[name].lasts is Lasts.WHILE, fault.name


def test_a_cell_is_possible_or_says_why_it_is_not() -> None:
    cells = list(every_cell())
    assert len(cells) == len(FAULTS) * len(STATES) * len(WAYS) * PHASES
    assert len({cell.key for cell in cells}) == len(cells)
    assert all(cell.impossible for cell in cells if cell.way.impossible)
    assert {cell.way.machine for cell in possible_cells()} == set(MACHINES)
    reverse = {c.way.machine for c in possible_cells() if c.way.mode is Mode.BELT_REVERSE}
    assert reverse == {"woodway-us"}
    assert all(cell_of(cell.key) == cell for cell in cells[::97])


def test_the_part_that_the_suite_runs_has_every_fault_and_every_state_in_it() -> None:
    cells = sample(1, 150)
    assert len(cells) == 150
    assert [cell.key for cell in cells] == [cell.key for cell in sample(1, 150)]
    assert {cell.fault.name for cell in cells} == set(FAULTS)
    states = Counter((cell.way, cell.state) for cell in possible_cells())
    assert {(cell.way, cell.state) for cell in cells} == set(states)


def test_a_finished_cell_is_not_taken_over_from_other_code_or_another_seed(tmp_path: Path) -> None:
    path = tmp_path / "matrix.jsonl"
    Ledger(path, OF).write("a", {"result": "passed"})
    Ledger(path, replace(OF, commit="other")).write("b", {"result": "passed"})
    Ledger(path, replace(OF, seed=2)).write("c", {"result": "passed"})
    with path.open("a") as lines:
        lines.write('{"commit":"0123456789ab","seed":1,"key":"d","res')
    assert list(Ledger(path, OF).read()) == ["a"]


def results_of(*cells: Cell) -> dict[str, dict[str, object]]:
    body = {name: getattr(GOOD, name) for name in GOOD.__slots__} | {"reaction": "e_stop"}
    return {cell.key: {"result": "passed", "why": [], "at_ms": 0, **body} for cell in cells}


def test_what_was_not_run_is_counted_as_not_run() -> None:
    figures = of_cells(results_of(WALKING))
    assert (figures["run"], figures["passed"], figures["failed"]) == (1, 1, 0)
    assert figures["not_run"] == figures["possible"] - 1
    assert figures["possible"] + figures["impossible"] == figures["cells"]
    assert sum(figures["impossible_because"].values()) == figures["impossible"]
    assert figures["worst"]["woodway-us"]["strap-pull"]["stood_ms"] == 800


def test_the_heat_map_needs_no_other_file() -> None:
    results = results_of(WALKING)
    text = page(of_cells(results), results, 1)
    assert "0.20" in text
    assert not any(word in text for word in ("http", "src=", "<script", "@import", "url("))
