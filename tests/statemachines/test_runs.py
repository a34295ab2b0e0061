"""Whatever happens to a run, in whatever order, no never-event follows (safety.md 4.5).

``make statemachines`` tries more of it. And the finding itself is tried: a bug that is put into
the kernel is found, written as a scenario, and there again in ``treadctl run``.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis.stateful import run_state_machine_as_test

from simulator.scenario import load_scenario
from tests.statemachines.machine import SEEN, Run
from tests.statemachines.profile import EXAMPLES, sized
from tests.statemachines.reproduction import Reproduction, judged
from treadctl.cli import main
from treadctl.safety import interlocks

FEW = 40


def test_sr60_whatever_happens_to_a_run_no_never_event_follows() -> None:
    before = SEEN.total()
    run_state_machine_as_test(Run, settings=sized(EXAMPLES))
    assert SEEN.total() > before


@pytest.fixture
def overlooked_strap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel to which the strap is nothing."""
    others = tuple(each for each in interlocks.IN_MOTION if each is not interlocks.strap)
    monkeypatch.setattr(interlocks, "IN_MOTION", others)


@pytest.fixture
def run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[[str], list[str]]:
    """Types what the files in the folder say; returns the never-events of that run."""

    def again(machine: str) -> list[str]:
        monkeypatch.chdir(tmp_path)
        words = Reproduction(machine).words()
        capfd.readouterr()
        with Path("control.jsonl").open() as lines, monkeypatch.context() as patch:
            patch.setattr("sys.stdin", lines)
            with pytest.raises(SystemExit):
                main(words, prog_name="treadctl")
        Path("events.jsonl").write_text(capfd.readouterr().out)
        return [each.name for each in judged(machine, tmp_path)]

    return again


def test_sr16_a_kernel_that_overlooks_the_strap_is_found_and_is_a_scenario_that_shows_it(
    overlooked_strap: None, tmp_path: Path, run_again: Callable[[str], list[str]]
) -> None:
    class Found(Run):
        folder = tmp_path

    with pytest.raises(AssertionError, match="N5") as failed:
        run_state_machine_as_test(Found, settings=sized(FEW))
    assert "treadctl run plan.yaml --simulate" in str(failed.value)
    command = (tmp_path / "README").read_text()
    machine = command.split("--simulate ")[1].split()[0]
    faults = [event.fault for event in load_scenario(tmp_path / "scenario.toml").events]
    assert faults == ["strap-pull"]  # shrunk: nothing else is needed
    assert "N5" in run_again(machine)


def test_a_failure_that_has_been_mended_is_gone_when_it_is_run_again(
    tmp_path: Path, run_again: Callable[[str], list[str]]
) -> None:
    found = Reproduction("woodway-us", [(60_007, "strap-pull", {"for_s": 0.4})], [], 70_000)
    found.write(tmp_path)
    assert run_again("woodway-us") == []
