"""A signal before there is a belt ends the command with the same code as later (ruling 12)."""

import signal
import subprocess
import sys

import pytest

READY = "import signal, sys\nfrom treadctl.cli import main\n"
DEFAULT = {"SIGINT": "default_int_handler", "SIGTERM": "SIG_DFL", "SIGHUP": "SIG_DFL"}
HOLD = """
import click
from treadctl.cli import LazyGroup

@click.group(cls=LazyGroup, invoke_without_command=True)
def group():
    print("ready", flush=True)
    sys.stdin.read()

group(prog_name="treadctl", args=[])
"""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 10), ("SIGHUP", 10)])
def test_ruling12_a_signal_before_the_run_has_the_code_of_one_during_it(
    name: str, code: int
) -> None:
    script = f"{READY}signal.signal(signal.{name}, signal.{DEFAULT[name]})\n{HOLD}"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "ready\n"
        command.send_signal(signal.Signals[name])
        _, errors = command.communicate()
    assert command.returncode == code
    assert "Traceback" not in errors
