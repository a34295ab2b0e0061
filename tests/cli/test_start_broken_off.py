"""SR-18: a signal while the simulator is still starting ends the program, and the simulator."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.cli.processes import ends_within
from tests.cli.running import environment

STUCK: Final = "open({pid!r}, 'w').write(str(os.getpid())); signal.pause()"
"""A simulator that says once that it lives, and never that it is ready."""
SCRIPT: Final = """
import sys
from functools import partial
from treadctl.cli import main
from treadctl.composition import prepare

stuck = [sys.executable, "-c", "import os, signal; " + sys.argv.pop(1)]
prepare.LockstepPlant = partial(prepare.LockstepPlant, command=stuck)
prepare.ServedPlant = partial(prepare.ServedPlant, command=stuck)
main(prog_name="treadctl")
"""


@contextmanager
def starting(folder: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """A run that waits for its simulator, and the simulator's number."""
    pipe = folder / "pid"
    os.mkfifo(pipe)
    words = ["run", "novice-1", "--simulate", "woodway-us", *options]
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, STUCK.format(pid=str(pipe)), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(folder),
    ) as run:
        yield run, int(pipe.read_text())


@pytest.mark.parametrize("options", [(), ("--virtual-time",)], ids=["real", "virtual"])
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 10), ("SIGHUP", 10)])
def test_sr18_a_signal_before_the_simulator_is_ready_ends_both(
    tmp_path: Path, options: tuple[str, ...], name: str, code: int
) -> None:
    with starting(tmp_path, *options) as (run, child):
        run.send_signal(signal.Signals[name])
        _, errors = run.communicate()
        assert run.returncode == code
        assert errors == (
            "treadctl: Ended before anything began: the simulator was not ready yet.\n"
        )
        assert ends_within(child, 0)
    assert not (tmp_path / "state").exists()  # no record of what has not been
