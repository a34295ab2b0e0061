"""What was typed about a simulation, judged before one begins: truth file, scenario and quirks."""

import os
import stat
from pathlib import Path
from typing import Final

from treadctl.composition.conditions import RunRefused
from treadctl.composition.options import RunOptions
from treadctl.composition.plant import LockstepPlant, SimulationOptions
from treadctl.core.exit_codes import ExitCode
from treadctl.regular_file import NotRegular, check_regular

_REMEDY: Final = "Name a file in a directory you may write to"


def rehearse(options: RunOptions, protocol: str) -> None:
    """Return if a simulation would begin as *options* say. None is left, nor a trace of it.

    Only the simulator knows scenarios and quirks, so one is started where either was named.

    Raises:
        RunRefused: the truth file could not be written.
        SimulatorFailedError: the simulator's own words.
    """
    check_truth(options.truth)
    if options.scenario is not None or options.quirks:
        named = SimulationOptions(protocol, options.scenario, options.seed, quirks=options.quirks)
        LockstepPlant(named).close()


def check_truth(truth: Path | None) -> None:
    """Return if the simulator will be able to append to *truth*. Nothing is created.

    The simulator opens it; but whoever typed the name is told before anything starts. A pipe is
    refused although somebody may read it: the simulator would wait for a slow reader, and with
    it the belt for its commands.

    Raises:
        RunRefused: it will not be able to.
    """
    if truth is None:
        return
    try:
        if not _is_there(truth):
            writable = os.access(truth.parent, os.W_OK | os.X_OK)
        else:
            writable = os.access(truth, os.W_OK)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(truth, reason) from error
    if not writable:
        raise _refused(truth, "Permission denied")


def _is_there(truth: Path) -> bool:
    try:
        check_regular(truth)
    except FileNotFoundError:
        truth.parent.stat()  # says so if it is the directory that is missing
        return False
    except NotRegular:
        if not _is_null(truth):
            raise
    return True


def _is_null(path: Path) -> bool:
    """Whether it is where people send what they do not want."""
    found, null = path.stat(), Path(os.devnull).stat()
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == null.st_rdev


def _refused(truth: Path, reason: str) -> RunRefused:
    return RunRefused(f"--truth {truth} cannot be written: {reason}. {_REMEDY}.", ExitCode.USAGE)
