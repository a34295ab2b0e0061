"""Whether somebody can press a key here and see what comes of it."""

import sys
from typing import Final

import click

# The screens are drawn on standard error, so that standard output is free.
_NEEDED: Final = (("input", "stdin"), ("error", "stderr"))


def require_terminal(otherwise: str) -> None:
    """Refuse to begin without one; says which stream is none, and then *otherwise*."""
    for name, stream in _NEEDED:
        if not getattr(sys, stream).isatty():
            raise click.UsageError(
                f"This needs a terminal, and standard {name} is none: is it redirected? {otherwise}"
            )
