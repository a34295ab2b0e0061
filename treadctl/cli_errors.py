"""Errors as a person sees them: one sentence on stderr and an exit code, never a traceback."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from treadctl.composition.prepare import exit_code_of
from treadctl.errors import TreadctlError

P = ParamSpec("P")
R = TypeVar("R")


def reporting_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn every error we raise on purpose into its message and its exit code."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except TreadctlError as error:
            click.echo(f"treadctl: {error}", err=True)
            raise SystemExit(int(exit_code_of(error))) from error

    return wrapped
