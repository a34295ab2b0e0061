"""SR-33: while a belt is driven, sleep is held off, or it is said that it is not."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from treadctl.composition import awake
from treadctl.composition.awake import find_program, kept_awake

HOLDS: Final = ["/bin/sh", "-c", '"$@"; echo over > "$0"']
"""Holds sleep off, as it were, as long as what it is given runs; then it writes that to a fifo."""
AT_ONCE_S: Final = 0.01


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "over"
    os.mkfifo(path)
    return path


def test_sr33_sleep_is_held_off_inside_and_no_longer(said: list[str], fifo: Path) -> None:
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with kept_awake(said.append, [*HOLDS, str(fifo)]):
        assert os.read(reading, 10) == b"", "it is over already"
    assert os.read(reading, 10) == b"over\n"
    os.close(reading)
    assert said == []


def test_sr33_a_program_that_is_killed_holds_nothing_off_any_more(fifo: Path) -> None:
    script = (
        "import sys; from treadctl.composition.awake import kept_awake\n"
        "with kept_awake(print, sys.argv[1:]):\n"
        "    print('inside', flush=True); sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, *HOLDS, str(fifo)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"inside\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert fifo.read_text() == "over\n"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (None, "neither systemd-inhibit nor caffeinate is here"),
        (["/bin/false"], "/bin/false was not allowed to"),
        (["/bin/echo", "hello"], "/bin/echo was not allowed to"),
        (["/nowhere/holder"], "/nowhere/holder: No such file or directory"),
    ],
)
def test_sr33_what_keeps_nothing_awake_is_said_and_the_run_goes_on(
    said: list[str], command: list[str] | None, why: str
) -> None:
    with kept_awake(said.append, command):
        pass
    (text,) = said
    assert f"Nothing keeps this computer from falling asleep ({why})" in text
    assert "Turn its sleep off" in text


def test_sr33_one_that_never_answers_delays_nothing_for_long(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(awake, "END_S", AT_ONCE_S)
    hung = ["/bin/sh", "-c", "exec tail -f /dev/null"]
    with kept_awake(said.append, hung, answer_s=AT_ONCE_S):
        pass
    assert len(said) == 1


def test_the_first_program_that_is_there_is_taken() -> None:
    both = {"systemd-inhibit": "/usr/bin/systemd-inhibit", "caffeinate": "/usr/bin/caffeinate"}
    command = find_program(both.get)
    assert command is not None
    assert command[0] == "/usr/bin/systemd-inhibit"
    assert "--what=idle:sleep:handle-lid-switch" in command
    other = find_program({"caffeinate": "/usr/bin/caffeinate"}.get)
    assert other is not None
    assert other[0] == "/usr/bin/caffeinate"
    assert find_program(lambda name: None) is None
