"""The runner is believed because of mutants whose fate is known beforehand."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.mutation.campaign import Journal, Result, figures
from tests.mutation.mutants import mutants_of
from tests.mutation.targets import ROOT
from tests.mutation.toy import PROGRAM, lay_out
from tests.mutation.trials import Outcome, Verdict

pytestmark = pytest.mark.timeout(280)


@pytest.fixture(scope="module")
def fates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    root = tmp_path_factory.mktemp("toy")
    lay_out(root)
    told = subprocess.run(
        [sys.executable, "-m", "tests.mutation.toy", str(root)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert told.returncode == 0, told.stderr
    results = [json.loads(line) for line in told.stdout.splitlines()]
    return {r["id"]: Result(**{**r, "verdict": Verdict(r["verdict"])}) for r in results}


def fate(fates: dict[str, Result], *parts: str) -> Result:
    (found,) = [r for r in fates.values() if r.id == "|".join(["toy_belt.speed", *parts])]
    return found


def test_a_boundary_that_is_tested_is_killed_by_that_test(fates: dict[str, Result]) -> None:
    result = fate(fates, "allowed", "comparison", "0 <= speed < CAP", "0 <= speed <= CAP", "0")
    assert result.verdict is Verdict.KILLED
    assert result.by == "toy_tests/test_speed.py::test_the_cap_itself_is_refused"


def test_a_boundary_that_is_not_tested_survives(fates: dict[str, Result]) -> None:
    result = fate(fates, "allowed", "comparison", "0 <= speed < CAP", "0 < speed < CAP", "0")
    assert result.verdict is Verdict.SURVIVED
    assert result.ran == result.of == 1
    assert result.where.endswith("toy_belt/speed.py:13")


@pytest.mark.parametrize("after", ["11", "9"])
def test_a_constant_is_killed_one_unit_each_way(fates: dict[str, Result], after: str) -> None:
    assert fate(fates, "CAP", "constant", "10", after, "0").verdict is Verdict.KILLED


@pytest.mark.parametrize("after", ["4", "2"])
def test_a_constant_that_a_test_is_named_after_is_killed_by_it(
    fates: dict[str, Result], after: str
) -> None:
    result = fate(fates, "SLOWEST", "constant", "3", after, "0")
    assert result.verdict is Verdict.KILLED
    assert result.by == f"toy_tests/test_speed.py::test_nobody_is_moved_slower[{after}]"


def test_what_no_test_executes_survives(fates: dict[str, Result]) -> None:
    result = fate(fates, "nobody_calls", "arithmetic", "number + 1", "number - 1", "0")
    assert (result.verdict, result.ran) == (Verdict.SURVIVED, 0)
    assert result.why == "no test executes it"


def test_a_mutant_that_never_ends_is_timed_out(fates: dict[str, Result]) -> None:
    result = fate(fates, "counted_down", "removed", "number -= 1", "pass", "0")
    assert result.verdict is Verdict.TIMED_OUT
    assert result.by == "toy_tests/test_speed.py::test_it_counts_down"


def test_a_process_that_dies_is_a_crash_and_no_kill(fates: dict[str, Result]) -> None:
    result = fate(fates, "dies_above_three", "condition", "level > 3", "True", "0")
    assert result.verdict is Verdict.CRASHED
    assert result.why == "died of SIGKILL"


def test_a_program_that_cannot_be_imported_is_a_crash_and_no_kill(
    fates: dict[str, Result],
) -> None:
    result = fate(fates, "SHARE", "constant", "1", "0", "0")
    assert result.verdict is Verdict.CRASHED
    assert "ZeroDivisionError" in result.why


def test_every_mutant_has_a_fate_whoever_crashed_before(fates: dict[str, Result]) -> None:
    made = [mutant.id for mutant in mutants_of("toy_belt.speed", PROGRAM, {})]
    assert list(fates) == made
    verdicts = Counter(result.verdict for result in fates.values())
    assert verdicts[Verdict.NOT_RUN] == 0
    assert verdicts[Verdict.KILLED] > 10


def test_the_figures_count_every_outcome_apart(fates: dict[str, Result]) -> None:
    survivors = [r.id for r in fates.values() if r.verdict is Verdict.SURVIVED]
    counted = figures(fates.values(), {survivors[0]: "a proof"})
    assert counted["mutants"] == len(fates)
    assert counted["equivalent"] == 1
    assert counted["survived"] == len(survivors) - 1
    assert sum(counted.values()) == 2 * counted["mutants"]


def test_results_that_rest_on_the_same_stand_and_others_are_hints(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    mutant = mutants_of("toy_belt.speed", PROGRAM, {})[0]
    journal = Journal(path, lambda verdict, by: f"{verdict} by {by}, then")
    journal.note(mutant, Outcome(Verdict.KILLED, "a test", 1), 1, "here")

    again = Journal(path, lambda verdict, by: f"{verdict} by {by}, then").settled(mutant)
    assert again is not None
    assert again.verdict is Verdict.KILLED
    changed = Journal(path, lambda verdict, by: "now")
    assert changed.settled(mutant) is None
    assert changed.hints == {mutant.id: "a test"}
