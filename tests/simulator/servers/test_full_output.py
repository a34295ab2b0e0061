"""The command with a standard output that takes nothing: a sentence and a code, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest


def onto_a_full_disk(*arguments: str) -> subprocess.CompletedProcess[str]:
    with Path("/dev/full").open("w") as full:
        return subprocess.run(
            [sys.executable, "-m", "simulator", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )


@pytest.mark.parametrize("command", ["faults", "quirks", "scenario", "--version", "serve --help"])
def test_what_was_to_be_printed_and_cannot_be_is_code_1_and_a_sentence(command: str) -> None:
    done = onto_a_full_disk(*command.split())
    assert done.returncode == 1
    assert done.stderr == "treadmill-sim: No space left on device: output\n"


@pytest.mark.parametrize("command", ["serve --pty", "lockstep"])
def test_a_machine_that_cannot_say_where_it_is_ends_with_code_1(command: str) -> None:
    done = onto_a_full_disk(*command.split(), "--machine", "woodway-us")
    assert done.returncode == 1
    assert done.stderr.endswith("treadmill-sim: No space left on device: output\n")
    assert "Traceback" not in done.stderr
