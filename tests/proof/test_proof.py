"""What is claimed in docs/safety/figures.md was run, and a run that fell short is not praised."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.proof import coverage, figures, results
from tests.proof.bars import BARS, Bar
from tests.proof.releases import NEVER_MS, pulled, quantile
from tests.rig import SHORT, Rig
from treadctl.model import Mode

SCENARIOS = ("nothing-happens", "brown-out")
COUNTED = """
import sys
from pathlib import Path

import pytest

from tests.proof import results

results.FOLDER = Path(sys.argv[1])
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "tests.proof.counting", *sys.argv[2:]]))
"""

BAR = Bar("runs", "runs", "none", "ten", lambda f: str(f["n"]), lambda f: f["n"] >= 10, "make runs")


def result(n: int) -> dict[str, Any]:
    return {
        "name": "runs",
        "command": "make runs N=9",
        "seed": 7,
        "commit": "abc1234",
        "date": "2026-11-25",
        "machine": "2 cores",
        "figures": {"n": n},
    }


def test_the_page_says_what_is_kept_and_nothing_else() -> None:
    assert figures.PAGE.read_text(encoding="utf-8") == figures.page(figures.kept())


def test_every_result_that_is_kept_is_of_some_bar_and_can_be_made_again() -> None:
    makefile = (results.ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(figures.kept()) <= {bar.result for bar in BARS}
    for bar in BARS:
        assert f"\n{bar.target.split()[1]}: " in makefile


def test_make_proof_makes_every_result() -> None:
    makefile = (results.ROOT / "Makefile").read_text(encoding="utf-8")
    (line,) = (line for line in makefile.splitlines() if line.startswith("PROOF := "))
    assert {bar.target.split()[1] for bar in BARS} <= set(line.split())


@pytest.mark.parametrize(("n", "verdict"), [(10, "met"), (9, "**not met**")])
def test_a_figure_below_its_bar_is_not_met(
    n: int, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "BARS", (BAR,))
    page = figures.page({"runs": result(n)})
    assert f"| runs | none | ten | {n} | {verdict} | `make runs` |" in page
    assert "| `make runs N=9` | abc1234 | 2026-11-25 | 7 | 2 cores |" in page


def test_a_bar_that_nobody_ran_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "BARS", (BAR,))
    assert "| not run | **open** |" in figures.page({})


def test_a_newer_result_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "runs.json").write_text(json.dumps(result(12)), encoding="utf-8")
    gathered = figures.gather({"runs": result(3), "others": result(1)}, tmp_path)
    assert gathered["runs"]["figures"] == {"n": 12}
    assert gathered["others"]["figures"] == {"n": 1}


def test_coverage_counts_what_protects_people_and_nothing_else() -> None:
    whole = {
        "num_statements": 10,
        "covered_lines": 10,
        "missing_lines": 0,
        "num_branches": 4,
        "covered_branches": 4,
        "missing_branches": 0,
    }
    holed = {**whole, "covered_branches": 3, "missing_branches": 1}
    found = coverage.figures(
        {
            "files": {
                "treadctl/safety/ramp.py": {"summary": whole},
                "treadctl/gate/gate.py": {"summary": holed},
                "simulator/belt.py": {"summary": holed},
            }
        }
    )
    assert found["lines"] == 20
    assert found["branches_percent"] == 87.5
    assert found["not_whole"] == ["treadctl/gate/gate.py"]


@pytest.mark.parametrize(
    ("machine", "mode"),
    [
        ("woodway-us", Mode.BELT_REVERSE),
        ("trackmaster", Mode.TURN_AROUND),
        ("ftms", Mode.TURN_AROUND),
    ],
    ids=["woodway-us", "trackmaster", "ftms"],
)
def test_sr16_a_strap_released_in_a_copy_of_the_process_stops_the_belt(
    machine: str, mode: Mode
) -> None:
    took_ms = sorted(pulled(machine, mode, plan=SHORT, every=50).took_ms)
    assert len(took_ms) > 50
    assert 0 < quantile(took_ms, 1.0) <= 100 < NEVER_MS


def test_a_walk_without_a_fault_is_no_trouble_and_a_pulled_strap_is() -> None:
    rig = Rig()
    rig.run_for(40_000)  # it walks
    Rig.troubled.clear()
    with rig.what_if() as twin:
        twin.run_for(200)
    with rig.what_if() as twin:
        twin.act("strap-pull")
        twin.run_for(200)
    with rig.what_if() as twin:
        twin.act("console-start", speed_ckmh=50)
        twin.run_for(200)
    assert Rig.troubled == [False, True, True]
    assert not rig.is_troubled()


def test_the_scenarios_are_counted_and_those_in_which_something_goes_wrong(tmp_path: Path) -> None:
    file = "tests/scenarios/test_scenario_files.py::test_a_scenario_ends_as_it_must"
    chosen = [f"{file}[{name}-trackmaster]" for name in SCENARIOS]
    command = [sys.executable, "-c", COUNTED, str(tmp_path), *chosen]
    ran = subprocess.run(command, cwd=results.ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counted = json.loads((tmp_path / "scenarios.json").read_text(encoding="utf-8"))["figures"]
    assert counted == {"scenarios": 2, "troubled": 1, "failed": 0}
    assert not (tmp_path / "claims.json").exists()


def test_no_scenario_counted_is_not_enough_of_them() -> None:
    (bar,) = (bar for bar in BARS if bar.result == "scenarios")
    assert bar.met({"scenarios": 10, "troubled": 6, "failed": 0})
    assert not bar.met({"scenarios": 10, "troubled": 5, "failed": 0})
    assert not bar.met({"scenarios": 10, "troubled": 10, "failed": 1})
    assert not bar.met({"scenarios": 0, "troubled": 0, "failed": 0})


def test_events_that_could_not_be_judged_do_not_count() -> None:
    (bar,) = (bar for bar in BARS if bar.result == "chaos")
    assert bar.met({"events": 1_100, "judged": 1_000, "verdicts": {"kept": 1_000, "not done": 100}})
    assert not bar.met({"events": 1_000, "judged": 999, "verdicts": {"kept": 999, "not done": 1}})
    assert not bar.met({"events": 1_000, "judged": 1_000, "verdicts": {"kept": 999, "broken": 1}})
