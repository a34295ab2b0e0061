"""Keeps the computer awake while it drives a belt (SR-33).

What the system offers for that is a program which holds sleep off as long as another one runs.
The other one reads a pipe of ours to its end, so that it goes with us, however we go. A computer
that falls asleep all the same stops the belt when it wakes.
"""

import select
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from shutil import which
from typing import Final

PROGRAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "systemd-inhibit": (
        "--what=idle:sleep:handle-lid-switch",
        "--mode=block",
        "--who=treadctl",
        "--why=It drives a treadmill.",
    ),
    "caffeinate": ("-d", "-i", "-m", "-s"),
}
"""The first that is there is taken, with these arguments before the program it waits for."""
_READY: Final = b"held\n"
_HELD: Final = ("/bin/sh", "-c", "echo held; exec cat")
"""Says that sleep is held off, and ends with its input."""
ANSWER_S: Final = 3.0
END_S: Final = 2.0
SLEEPS: Final = (
    "Nothing keeps this computer from falling asleep ({why}). Turn its sleep off, and leave its "
    "lid open: asleep it cannot stop a belt."
)


def find_program(find: Callable[[str], str | None] = which) -> list[str] | None:
    """The command that keeps this computer awake, or None where there is none."""
    for name, arguments in PROGRAMS.items():
        if (path := find(name)) is not None:
            return [path, *arguments]
    return None


@contextmanager
def kept_awake(
    say: Callable[[str], None], command: list[str] | None, answer_s: float = ANSWER_S
) -> Iterator[None]:
    """Hold sleep off inside; where that fails, *say* so and go on. *command*: `find_program`."""
    if command is None:
        say(SLEEPS.format(why=f"neither {' nor '.join(PROGRAMS)} is here"))
        yield
        return
    try:
        holder = subprocess.Popen(
            [*command, *_HELD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        say(SLEEPS.format(why=f"{command[0]}: {error.strerror or error}"))
        yield
        return
    try:
        if not _holds(holder, answer_s):
            say(SLEEPS.format(why=f"{command[0]} was not allowed to"))
        yield
    finally:
        _let_go(holder)


def _holds(holder: "subprocess.Popen[bytes]", answer_s: float) -> bool:
    assert holder.stdout is not None
    came, _, _ = select.select([holder.stdout], [], [], answer_s)
    return bool(came) and holder.stdout.readline() == _READY


def _let_go(holder: "subprocess.Popen[bytes]") -> None:
    try:
        holder.communicate(timeout=END_S)
    except subprocess.TimeoutExpired:
        holder.kill()
        holder.communicate()
