"""The command with its standard streams closed, full, or of another tongue."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.files import SHORT_PLAN, plan_file, scenario_file
from tests.cli.running import COMMAND, SIMULATED, environment, treadctl

PULL = 't_s = 20\nfault = "strap-pull"'


def in_a_shell(folder: Path, arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A run that ends early: the strap is pulled as soon as the belt moves."""
    plan = plan_file(folder, SHORT_PLAN.replace("Short", "Kürzer"))
    scenario = scenario_file(folder, PULL)
    command = f"{' '.join(COMMAND)} run {plan} {' '.join(SIMULATED)} --scenario {scenario}"
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} {arguments}"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment(folder, **env),
        check=False,
    )


@pytest.mark.parametrize(
    "streams",
    [
        ">&- 2>&- <&-",
        ">/dev/full",
        "2>/dev/full",
        "<&- --control stdin",
        "--jsonl | head -n 1",
    ],
)
def test_a_stream_that_fails_changes_neither_the_run_nor_its_exit_code(
    tmp_path: Path, streams: str
) -> None:
    done = in_a_shell(tmp_path, streams)
    assert done.returncode == 11
    assert "Traceback" not in done.stderr
    (record,) = (tmp_path / "state" / "treadctl" / "sessions").iterdir()
    assert treadctl(tmp_path, "sessions", "verify", record.stem).code == 0


def test_a_full_disk_under_stdout_is_said_on_stderr(tmp_path: Path) -> None:
    done = in_a_shell(tmp_path, "--jsonl >/dev/full")
    assert "the output could not be written: No space left on device" in done.stderr


def test_a_locale_without_umlauts_replaces_them_in_sentences(tmp_path: Path) -> None:
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = in_a_shell(tmp_path, "", **locale, PYTHONIOENCODING="ascii")
    assert done.returncode == 11
    assert "K?rzer and for tests" in done.stdout


def test_json_lines_are_utf_8_in_every_locale(tmp_path: Path) -> None:
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = in_a_shell(tmp_path, "--jsonl", **locale, PYTHONIOENCODING="ascii")
    assert "Kürzer and for tests" in done.stdout


def test_a_closed_stdout_is_said_on_stderr(tmp_path: Path) -> None:
    done = in_a_shell(tmp_path, "--jsonl >&-")
    assert "the output could not be written: it is closed" in done.stderr


@pytest.mark.parametrize(
    ("stdout", "why"), [(">/dev/full", "No space left on device"), (">&-", "it is closed")]
)
@pytest.mark.parametrize("command", ["plan list --json", "run --help", "--version", "people list"])
def test_what_was_only_to_be_printed_and_cannot_be_is_code_1_and_a_sentence(
    tmp_path: Path, command: str, stdout: str, why: str
) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(COMMAND)} {command} {stdout}"],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"treadctl: {why}: output\n"


def test_a_plan_list_into_head_is_silent(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(COMMAND)} plan list | head -n 1"],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=False,
    )
    assert done.stdout.startswith("NAME")
    assert done.stderr == ""
