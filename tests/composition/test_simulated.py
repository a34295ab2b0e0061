"""What was typed about a simulation is judged before anything starts, and left as it was."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.files import TOO_FAST_PLAN, plan_file, scenario_file
from treadctl.composition import simulated
from treadctl.composition.conditions import RunRefused
from treadctl.composition.options import RunOptions
from treadctl.composition.plan_view import view_run
from treadctl.composition.prepare import exit_code_of, prepare
from treadctl.composition.simulated import check_truth
from treadctl.core.exit_codes import ExitCode
from treadctl.errors import TreadctlError


def test_a_truth_that_is_not_there_yet_can_be_written_and_is_not_created(tmp_path: Path) -> None:
    check_truth(tmp_path / "truth.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_a_truth_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    truth.write_text("earlier\n")
    check_truth(truth)
    assert truth.read_text() == "earlier\n"


def test_who_wants_no_truth_may_say_so() -> None:
    check_truth(None)
    check_truth(Path(os.devnull))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "a directory"),
        ("pipe", "a pipe"),
        ("missing/truth.jsonl", "No such file or directory"),
        ("x" * 300, "File name too long"),
        ("nul\0", "null byte"),
        ("/dev/tty", "a device"),
    ],
)
def test_what_cannot_be_a_truth_file_is_wrong_use(tmp_path: Path, name: str, why: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RunRefused, match=f"--truth .*{why}.*Name a file") as refused:
        check_truth(tmp_path / name)
    assert refused.value.code is ExitCode.USAGE


@pytest.mark.parametrize("name", ["truth.jsonl", "new.jsonl"])
def test_where_nobody_may_write_no_truth_is_promised(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "truth.jsonl").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # the tests may run as root
    with pytest.raises(RunRefused, match="Permission denied"):
        check_truth(tmp_path / name)


def typed(folder: Path, **more: Any) -> RunOptions:
    return RunOptions(str(plan_file(folder)), simulate="ftms", virtual_time=True, **more)


WRONG: Final = {
    "scenario": {"scenario": Path("broken.toml")},
    "no scenario": {"scenario": Path("missing.toml")},
    "quirk": {"quirks": ("no-status", "of-its-own")},
    "quirk elsewhere": {"simulate": "woodway-us", "quirks": ("no-status",)},
    "truth": {"truth": Path("missing/truth.jsonl")},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_dry_run_refuses_what_the_run_refuses_in_the_same_words(
    tmp_path: Path, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario_file(tmp_path, 't_s = 1\nfault = "earthquake"').rename("broken.toml")
    options = replace(typed(tmp_path), **wrong)
    with pytest.raises(TreadctlError) as dry:
        view_run(options)
    with pytest.raises(TreadctlError) as real:
        prepare(options)
    assert str(dry.value) == str(real.value)
    assert exit_code_of(dry.value) is exit_code_of(real.value) is ExitCode.USAGE


def test_a_dry_run_of_what_may_be_leaves_nothing_behind(tmp_path: Path) -> None:
    scenario = scenario_file(tmp_path, 't_s = 1\nfault = "mute"')
    truth = tmp_path / "truth.jsonl"
    options = typed(tmp_path, scenario=scenario, quirks=("no-status",), truth=truth)
    assert view_run(options).preview is not None
    assert not truth.exists()


def test_a_plan_that_may_not_be_walked_comes_first(tmp_path: Path) -> None:
    options = typed(tmp_path, scenario=tmp_path / "missing.toml")
    plan_file(tmp_path, TOO_FAST_PLAN)
    assert view_run(options).problems


def test_without_a_scenario_or_a_quirk_a_dry_run_starts_no_simulator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated, "LockstepPlant", None)
    view_run(typed(tmp_path), run=False)
