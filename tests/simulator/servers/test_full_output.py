"""The command with a standard output that takes nothing: a sentence and a code, no traceback."""

import subprocess
import sys

import pytest

NOWHERE = [(">/dev/full", "No space left on device"), (">&-", "it is closed")]


def sim(words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"{sys.executable} -m simulator {words}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("stdout", "why"), NOWHERE)
@pytest.mark.parametrize("command", ["faults", "quirks", "scenario", "--version", "serve --help"])
def test_what_was_to_be_printed_and_cannot_be_is_code_1_and_a_sentence(
    command: str, stdout: str, why: str
) -> None:
    done = sim(f"{command} {stdout}")
    assert done.returncode == 1
    assert done.stderr == f"treadmill-sim: {why}: output\n"


@pytest.mark.parametrize(("stdout", "why"), NOWHERE)
@pytest.mark.parametrize("command", ["serve --pty", "lockstep"])
def test_a_machine_that_cannot_say_where_it_is_ends_with_code_1(
    command: str, stdout: str, why: str
) -> None:
    done = sim(f"{command} --machine woodway-us {stdout}")
    assert done.returncode == 1
    assert done.stderr.endswith(f"treadmill-sim: {why}: output\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("streams", ["<&-", "2>&-", "<&- 2>&-"])
def test_other_streams_that_are_closed_are_no_reason_to_end(streams: str) -> None:
    done = sim(f"serve --machine woodway-us --pty --control {streams}")
    assert done.returncode == 0
    assert '"ready": true' in done.stdout
