"""Errors as a person sees them: one sentence on stderr and an exit code, never a traceback."""

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

import click

from treadctl.cli_output import Output
from treadctl.core.exit_codes import ExitCode
from treadctl.errors import TreadctlError

P = ParamSpec("P")
R = TypeVar("R")

DEBUG: Final = "TREADCTL_DEBUG"
"""Set to anything, a fault of ours is shown with its traceback."""


def reporting_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn every error we raise on purpose into its message and its exit code.

    Anything else is a fault of this program. By then nobody has followed the belt to its
    standstill, so it ends with the code that says so.
    """

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except TreadctlError as error:
            from treadctl.composition.prepare import exit_code_of  # heavy, and rarely needed

            _tell(str(error))
            raise SystemExit(int(exit_code_of(error))) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, OSError):
            raise  # click's own, and an output that cannot be written (`cli.py`)
        except Exception as error:
            raise fault(error) from error

    return wrapped


def fault(error: Exception) -> SystemExit:
    """Say that it is our fault; return how the program ends."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    _tell(
        f"This is a fault of the program: {type(error).__name__}: {error} "
        f"({last.filename}:{last.lineno}). CHECK THE BELT. Then report it, with what "
        f"{DEBUG}=1 shows."
    )
    return SystemExit(int(ExitCode.STOP_NOT_CONFIRMED))


def _tell(message: str) -> None:
    out = Output(2, encoding=sys.stderr.encoding or "utf-8", patient=False)
    for line in message.splitlines():
        out.write(f"treadctl: {line}\n")
    out.close()
