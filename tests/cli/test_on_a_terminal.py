"""On a terminal one line keeps up with the belt; on a dumb one, and in a pipe, there are lines."""

import os
import subprocess
import termios
from pathlib import Path

import pytest

from tests.cli.files import plan_file, scenario_file
from tests.cli.running import COMMAND, SIMULATED, environment


def shown(folder: Path, **env: str) -> str:
    """Everything that a run with a strap pulled early writes to a terminal of 60 columns."""
    scenario = scenario_file(folder, 't_s = 20\nfault = "strap-pull"')
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 60))
    with subprocess.Popen(
        [*COMMAND, "run", str(plan_file(folder)), *SIMULATED, "--scenario", str(scenario)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=environment(folder, **env),
    ) as run:
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # how Linux says that the other end is closed
                break
            said += piece
    os.close(ours)
    assert run.returncode == 11
    return said.decode()


def test_the_live_line_is_rewritten_in_place_and_fits(tmp_path: Path) -> None:
    text = shown(tmp_path, TERM="xterm", NO_COLOR="1")
    live = [part for part in text.split("\r\x1b[2K") if part and not part.endswith("\n")]
    assert len(live) > 50
    assert max(map(len, live)) < 60
    assert "\x1b[3" not in text  # no colour, with or without NO_COLOR
    assert "strap_open" in text


@pytest.mark.parametrize("terminal", ["dumb", ""])
def test_a_dumb_terminal_gets_plain_lines(tmp_path: Path, terminal: str) -> None:
    assert "\x1b" not in shown(tmp_path, TERM=terminal)
