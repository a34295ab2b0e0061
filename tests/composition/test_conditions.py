"""What is refused before anything is touched, and with which exit code."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.files import SHORT_PLAN, TOO_FAST_PLAN, config_file, plan_file
from treadctl.composition.conditions import PlanRefused, RunRefused, conditions_of
from treadctl.composition.options import RunOptions
from treadctl.composition.prepare import exit_code_of, prepare
from treadctl.config import UnknownTreadmill
from treadctl.core.exit_codes import ExitCode
from treadctl.errors import Refused, TreadctlError, UserFileError
from treadctl.gate.setup import MachineClass
from treadctl.model import Mode

STRAP = "/dev/ttyUSB1"


@pytest.fixture
def typed(tmp_path: Path) -> RunOptions:
    """A run on a declared treadmill whose port does not matter."""
    return RunOptions(
        str(plan_file(tmp_path)),
        treadmill="left",
        config=config_file(tmp_path, "/dev/ttyUSB0", STRAP),
        control=True,
    )


def refusal_of(options: RunOptions) -> TreadctlError:
    with pytest.raises(TreadctlError) as caught:
        prepare(options)
    return caught.value


def test_a_treadmill_that_nobody_declared_is_not_found(typed: RunOptions) -> None:
    error = refusal_of(replace(typed, treadmill="right"))
    assert isinstance(error, UnknownTreadmill)
    assert exit_code_of(error) is ExitCode.DEVICE_NOT_FOUND
    assert "left" in str(error)


def test_sr16_a_treadmill_without_a_strap_source_is_never_driven(
    typed: RunOptions, tmp_path: Path
) -> None:
    error = refusal_of(replace(typed, config=config_file(tmp_path, "/dev/ttyUSB0")))
    assert isinstance(error, Refused)
    assert exit_code_of(error) is ExitCode.REFUSED_BY_SAFETY
    assert "[treadmill.strap]" in str(error)


def test_sr56_nobody_who_can_be_asked_is_no_run_on_hardware(typed: RunOptions) -> None:
    error = refusal_of(replace(typed, control=False))
    assert exit_code_of(error) is ExitCode.REFUSED_BY_SAFETY
    assert "--control stdin" in str(error)


@pytest.mark.parametrize("screen", [False, True])
def test_sr56_on_a_real_belt_somebody_has_to_be_there_screen_or_no_screen(
    typed: RunOptions, *, screen: bool
) -> None:
    prepared = prepare(replace(typed, screen=screen, terminal=not screen))
    assert prepared.gate.attendance_required
    assert prepared.session.attendance_required
    assert prepared.gate.screen_required is screen


def test_sr54_a_machine_without_a_record_is_class_c_and_keeps_to_its_cap(
    typed: RunOptions,
) -> None:
    conditions = conditions_of(typed)
    assert conditions.machine_class is MachineClass.C
    assert conditions.limits.v_rev_max_ckmh == 150


def test_sr54_a_plan_above_the_class_c_cap_is_refused_with_its_line(
    typed: RunOptions, tmp_path: Path
) -> None:
    fast = SHORT_PLAN.replace("seconds: 20\n    speed_kmh: 1.0", "seconds: 20\n    speed_kmh: 1.6")
    error = refusal_of(replace(typed, plan=str(plan_file(tmp_path, fast))))
    assert isinstance(error, PlanRefused)
    assert {problem.line for problem in error.problems} == {10}


def test_sr54_sr55_belt_reverse_on_hardware_needs_a_record(typed: RunOptions) -> None:
    error = refusal_of(replace(typed, mode=Mode.BELT_REVERSE))
    assert exit_code_of(error) is ExitCode.REFUSED_BY_SAFETY
    assert "turn-around" in str(error)


def test_belt_reverse_on_a_machine_without_reverse_is_refused(tmp_path: Path) -> None:
    options = RunOptions(str(plan_file(tmp_path)), simulate="trackmaster", mode=Mode.BELT_REVERSE)
    assert exit_code_of(refusal_of(options)) is ExitCode.REFUSED_BY_SAFETY


def test_sr26_a_declared_bluetooth_treadmill_is_refused_reverse_for_what_it_is(
    typed: RunOptions, tmp_path: Path
) -> None:
    config = tmp_path / "ble.toml"
    config.write_text(
        'schema = 1\n[[treadmill]]\nname = "left"\nprotocol = "ftms"\n'
        'address = "C0:FF:EE:00:00:01"\n'
        f'[treadmill.strap]\nsource = "modem-line"\nurl = "{STRAP}"\n'
    )
    error = refusal_of(replace(typed, config=config, mode=Mode.BELT_REVERSE))
    assert exit_code_of(error) is ExitCode.REFUSED_BY_SAFETY
    assert str(error) == "ftms cannot run its belt in reverse. Use --mode turn-around."


def test_a_machine_that_nobody_can_simulate_is_wrong_use(tmp_path: Path) -> None:
    error = refusal_of(RunOptions(str(plan_file(tmp_path)), simulate="hamster-wheel"))
    assert exit_code_of(error) is ExitCode.USAGE
    assert "woodway-us" in str(error)


def test_sr43_a_plan_beyond_a_limit_is_refused_as_a_whole(tmp_path: Path) -> None:
    error = refusal_of(RunOptions(str(plan_file(tmp_path, TOO_FAST_PLAN)), simulate="woodway-us"))
    assert exit_code_of(error) is ExitCode.PLAN_INVALID
    assert "plan.yaml:10:" in str(error)


def test_a_plan_is_judged_before_a_truth_file_is_touched(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    plan = plan_file(tmp_path, TOO_FAST_PLAN)
    refusal_of(RunOptions(str(plan), simulate="woodway-us", truth=truth))
    assert not truth.exists()


@pytest.mark.parametrize("truth", [Path("/nowhere/truth.jsonl"), Path("/")])
def test_a_truth_file_that_cannot_be_written_is_wrong_use(tmp_path: Path, truth: Path) -> None:
    error = refusal_of(RunOptions(str(plan_file(tmp_path)), simulate="woodway-us", truth=truth))
    assert isinstance(error, RunRefused)
    assert error.code is ExitCode.USAGE
    assert "--truth" in str(error)


def test_sr42_a_config_with_an_unknown_key_is_wrong_use(typed: RunOptions, tmp_path: Path) -> None:
    config = config_file(tmp_path, "/dev/ttyUSB0", STRAP, "\n[limits]\nturbo = 1\n")
    error = refusal_of(replace(typed, config=config))
    assert isinstance(error, UserFileError)
    assert exit_code_of(error) is ExitCode.USAGE
    assert "turbo" in str(error)


def test_config_lowers_what_a_profile_may_do(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("schema = 1\n[limits]\nv_rev_max_kmh = 0.8\n", encoding="utf-8")
    error = refusal_of(RunOptions(str(plan_file(tmp_path)), simulate="woodway-us", config=config))
    assert exit_code_of(error) is ExitCode.PLAN_INVALID
