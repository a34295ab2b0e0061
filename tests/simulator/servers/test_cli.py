"""What a person sees who gets it wrong, and what `faults` and `scenario check` say."""

import socket
from pathlib import Path

import pytest

from simulator.__main__ import run

Captured = pytest.CaptureFixture[str]
SERVE = ["serve", "--machine", "woodway-us"]


def fails(arguments: list[str], capsys: Captured) -> tuple[int, str]:
    code = run(arguments)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("treadmill-sim: ")
    assert captured.err.count("\n") == 1
    return code, captured.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fly"], "No such command 'fly'. See `treadmill-sim --help`"),
        (["serve"], "Missing option '--machine'"),
        (SERVE, "exactly one of --pty, --tcp HOST:PORT, --rfc2217 HOST:PORT"),
        ([*SERVE, "--pty", "--tcp", "127.0.0.1:0"], "exactly one of"),
        ([*SERVE, "--tcp", "127.0.0.1"], "not HOST:PORT"),
        ([*SERVE, "--pty", "--strap", "localhost:70000"], "a number from 0 to 65535"),
        ([*SERVE, "--pty", "--class", "D"], "not one of 'A', 'B', 'C'"),
        ([*SERVE, "--pty", "--ramp-ckmh-s", "fast"], "not a valid integer"),
        ([*SERVE, "--pty", "--ramp-ckmh-s", "0"], "ramp_ckmh_s is 0"),
        ([*SERVE, "--pty", "--seed", "-1"], "-1 is not in the range"),
        ([*SERVE, "--pty", "--unit", "kmh"], "woodway-us speaks mph, not kmh"),
        ([*SERVE, "--pty", "--no-such-option"], "No such option '--no-such-option'"),
        (["serve", "--machine", "csafe", "--pty"], "'csafe'; there are ftms, heart-rate, trackm"),
        (["lockstep", "--machine", "csafe"], "'csafe'; there are ftms, heart-rate, trackmas"),
        (["serve", "--machine", "heart-rate", "--pty"], "heart-rate has no serial port. Give --bl"),
        (["lockstep", "--machine", "heart-rate", "--bpm", "20"], "bpm is 20; it must be a whole"),
        (["lockstep", "--machine", "heart-rate", "--quirk", "mute"], "heart-rate has no quirks"),
        (["serve", "--machine", "ftms", "--pty"], "ftms has no serial port. Give --ble unix:P"),
        (
            [*SERVE, "--ble", "tcp:127.0.0.1:0"],
            "woodway-us has no Bluetooth; ftms and heart-rate have",
        ),
        (["serve", "--machine", "ftms", "--ble", "/tmp/x"], "not unix:PATH or tcp:HOST:PORT"),
        (["serve", "--machine", "ftms", "--ble", "tcp:here"], "not HOST:PORT"),
        (["lockstep", "--machine", "ftms", "--quirk", "kind"], "'kind'; there are nominal, no"),
        (["lockstep", "--machine", "ftms", "--unit", "mph"], "ftms speaks kmh, not mph"),
        (["lockstep", "--machine", "ftms", "--class", "A"], "ftms is class B or C"),
        ([*SERVE, "--pty", "--quirk", "no-status"], "woodway-us has no quirks; --quirk is for"),
        ([*SERVE, "--pty", "--scenario", "/missing.toml"], "/missing.toml: cannot be read"),
        (["scenario", "check", "/missing.toml"], "/missing.toml: cannot be read"),
    ],
)
def test_bad_usage_is_one_line_with_exit_code_2(
    arguments: list[str], says: str, capsys: Captured
) -> None:
    code, error = fails(arguments, capsys)
    assert code == 2
    assert says in error


def test_a_port_in_use_is_one_line_with_exit_code_4(capsys: Captured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        endpoint = f"127.0.0.1:{taken.getsockname()[1]}"
        for option in ("--tcp", "--rfc2217"):
            code, error = fails([*SERVE, option, endpoint], capsys)
            assert code == 4
            assert "already in use. Choose another port" in error
        code, error = fails([*SERVE, "--pty", "--strap", endpoint], capsys)
        assert code == 4


def test_an_unwritable_truth_file_is_one_line_with_exit_code_4(
    tmp_path: Path, capsys: Captured
) -> None:
    code, error = fails([*SERVE, "--pty", "--truth", str(tmp_path)], capsys)
    assert code == 4
    assert f"cannot write truth to {tmp_path}" in error


def test_every_problem_of_a_scenario_is_a_line_of_its_own(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('schema = 1\n[[at]]\nt_s = -1\nfault = "strap-pulled"\n')
    for arguments in (["scenario", "check", str(path)], [*SERVE, "--pty", "--scenario", str(path)]):
        assert run(arguments) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.splitlines() == [
            line for line in captured.err.splitlines() if line.startswith("treadmill-sim: ")
        ]
        assert f"{path}:3: t_s is -1" in captured.err
        assert f"{path}:4: unknown fault 'strap-pulled'" in captured.err


def test_a_good_scenario_is_read_aloud(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "good.toml"
    path.write_text(
        'schema = 1\nname = "a tug"\nseed = 7\n'
        '[[at]]\nt_s = 12.5\nfault = "strap-pull"\nfor_s = 3\n'
    )
    assert run(["scenario", "check", str(path)]) == 0
    assert capsys.readouterr().out == (f"{path}: a tug, seed 7\n    12.500 s  strap-pull for_s=3\n")


def test_every_fault_of_the_issue_has_a_line(capsys: Captured) -> None:
    assert run(["faults"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = {line.split()[0] for line in lines}
    assert len(names) == len(lines)
    assert names >= {
        "strap-pull", "strap-clip", "key-pull", "cord-tangle", "console-stop", "console-start",
        "mute", "lost-ack", "garbled-bytes", "delayed-telemetry", "frozen-telemetry", "runaway",
        "creep-after-stop", "stall", "jam", "jam-release", "self-start", "ignores-stop",
        "ignores-speed", "wrong-unit", "power-cut", "power-return", "link-drop", "link-return",
    }  # fmt: skip


def test_sr57_the_help_says_that_it_is_a_simulation(capsys: Captured) -> None:
    for arguments in ([], ["--help"]):
        assert run(arguments) == 0
        assert "SIMULATED" in capsys.readouterr().out


def test_the_version_is_told_under_its_own_name(capsys: Captured) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("treadmill-sim")
