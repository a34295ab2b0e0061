"""One exit code per reason (product.md 4, safety.md 4.8.12), each through the command itself."""

import signal
from pathlib import Path

import pytest

from tests.cli.files import TOO_FAST_PLAN, config_file, plan_file, scenario_file
from tests.cli.running import SIMULATED, Ended, Running, simulated, treadctl

WALKING_S = 30
"""The warm-up of the short plan has begun."""


def with_fault(folder: Path, fault: str, more: str = "", *arguments: str) -> Ended:
    scenario = scenario_file(folder, f't_s = {WALKING_S}\nfault = "{fault}"\n{more}')
    return simulated(folder, "--scenario", str(scenario), *arguments)


def finished(run: Ended) -> tuple[int, str]:
    """The exit code and the reason of the last line, having checked that they are one story."""
    last = run.events[-1]
    assert last["event"] == "finished"
    assert last["exit_code"] == run.code
    assert "Traceback" not in run.err
    return run.code, last["reason"]


def test_a_plan_walked_to_its_end_is_0(tmp_path: Path) -> None:
    run = simulated(tmp_path)
    assert finished(run) == (0, "completed")
    assert run.err == ""
    assert run.events[-1]["reverse_s"] == pytest.approx(20, abs=1)
    for state in ("warm_up", "stopping_to_turn", "turning", "reverse_walk", "cooldown"):
        assert state in run.states


def test_a_quirk_is_the_simulated_machines_and_the_record_says_so(tmp_path: Path) -> None:
    run = treadctl(
        tmp_path,
        *("run", "novice-1", "--simulate", "ftms", "--virtual-time", "--jsonl"),
        *("--quirk", "mph-as-kmh", "--quirk", "no-status"),
    )
    assert finished(run) == (14, "unit_mismatch")
    assert run.events[0]["machine"] == "simulated ftms mph-as-kmh no-status"


@pytest.mark.parametrize(
    ("machine", "said"),
    [("ftms", "no quirk called 'lame'; there are nominal, "), ("trackmaster", "has no quirks")],
)
def test_a_quirk_that_the_machine_cannot_have_is_2(tmp_path: Path, machine: str, said: str) -> None:
    words = ("run", "novice-1", "--simulate", machine, "--virtual-time", "--quirk", "lame")
    run = treadctl(tmp_path, *words)
    assert run.code == 2
    assert said in run.err
    assert run.out == ""


def test_wrong_use_is_2(tmp_path: Path) -> None:
    run = treadctl(tmp_path, "run", "novice-1")
    assert run.code == 2
    assert "--simulate" in run.err
    assert "--treadmill" in run.err


def test_a_plan_beyond_a_limit_is_3_with_file_line_and_remedy(tmp_path: Path) -> None:
    plan = plan_file(tmp_path, TOO_FAST_PLAN)
    run = treadctl(tmp_path, "run", str(plan), *SIMULATED)
    assert run.code == 3
    assert f"{plan}:10: reverse: 9.0 km/h is above the cap" in run.err
    assert "Ask for 2.5 km/h at most" in run.err
    assert run.out == ""


def test_a_treadmill_that_is_not_there_is_4(tmp_path: Path) -> None:
    config = config_file(tmp_path, str(tmp_path / "ttyUSB0"), str(tmp_path / "ttyUSB1"))
    run = treadctl(
        tmp_path,
        *("run", "novice-1", "--treadmill", "left", "--config", str(config), "--control", "stdin"),
    )
    assert run.code == 4
    assert "ttyUSB0" in run.err
    assert "Traceback" not in run.err


def test_what_safety_refuses_is_5(tmp_path: Path) -> None:
    run = simulated(tmp_path, "--simulate", "trackmaster", "--mode", "belt-reverse")
    assert run.code == 5
    assert "turn-around" in run.err


def test_an_operators_stop_is_10(tmp_path: Path) -> None:
    run = simulated(tmp_path, "--control", "stdin", stdin='{"do": "end", "at_s": 30}\n')
    assert finished(run) == (10, "operator_stop")


def test_sr16_a_released_strap_is_11(tmp_path: Path) -> None:
    run = with_fault(tmp_path, "strap-pull")
    assert finished(run) == (11, "strap_open")
    (stop,) = run.of("stop")
    assert (stop["reaction"], stop["code"]) == ("e_stop", "F-016")
    assert stop["message"]
    assert stop["action"]


def test_any_other_latched_stop_is_12(tmp_path: Path) -> None:
    assert finished(with_fault(tmp_path, "stall")) == (12, "stall")


def test_sr36_the_consoles_own_stop_is_12(tmp_path: Path) -> None:
    assert finished(with_fault(tmp_path, "console-stop")) == (12, "console_stop")


def test_a_line_that_was_silent_for_a_while_is_13(tmp_path: Path) -> None:
    assert finished(with_fault(tmp_path, "mute", "for_s = 4")) == (13, "telemetry_stale")


def test_sr22_a_belt_that_does_as_it_likes_is_14(tmp_path: Path) -> None:
    assert finished(with_fault(tmp_path, "runaway")) == (14, "surge")


def test_sr35_a_belt_of_which_nothing_more_is_heard_is_16_and_said_so(tmp_path: Path) -> None:
    scenario = scenario_file(tmp_path, f't_s = {WALKING_S}\nfault = "mute"')
    plan = str(plan_file(tmp_path))
    run = treadctl(tmp_path, "run", plan, *SIMULATED, "--scenario", str(scenario))
    assert run.code == 16
    assert "CHECK THE BELT" in run.err


@pytest.mark.parametrize(
    ("numbers", "code", "reaction"),
    [
        pytest.param([signal.SIGINT], 130, "fast_stop", id="ctrl-c"),
        pytest.param([signal.SIGINT, signal.SIGINT], 130, "e_stop", id="ctrl-c twice"),
        pytest.param([signal.SIGTERM], 10, "fast_stop", id="SIGTERM"),
        pytest.param([signal.SIGHUP], 10, "fast_stop", id="SIGHUP"),
    ],
)
def test_sr18_a_signal_stops_the_belt_and_ends_the_run_once_it_stands(
    tmp_path: Path, numbers: list[signal.Signals], code: int, reaction: str
) -> None:
    with Running(tmp_path, *SIMULATED) as running:
        running.until_moving()
        for number in numbers:
            running.process.send_signal(number)
            # A signal is taken between two ticks; one that is pending is only one.
            running.until(lambda event: event["event"] == "stop")
        run = running.ended()
    assert finished(run) == (code, "interrupted")
    assert run.of("stop")[-1]["reaction"] == reaction
    assert run.of("sample")[-1]["measured_ckmh"] == 0
