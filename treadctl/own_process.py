"""How this program starts another process of its own: the same interpreter, the same code."""

import os
import sys
from pathlib import Path


def command(module: str) -> tuple[str, ...]:
    """Return the beginning of a command line that runs *module*."""
    # -P: a file called json.py in the user's directory must not become part of it.
    return (sys.executable, "-P", "-m", module)


def environment() -> dict[str, str]:
    """Return an environment in which the child finds the packages that are running here."""
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path}
