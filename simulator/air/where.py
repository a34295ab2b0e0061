"""Where an air can be reached: ``unix:PATH`` or ``tcp:HOST:PORT``."""

from pathlib import Path
from typing import Final

from simulator.servers.endpoint import Endpoint

Where = Path | Endpoint

UNIX: Final = "unix:"
TCP: Final = "tcp:"


def parse(text: str) -> Where:
    """Read where an air is.

    Raises:
        ValueError: with a sentence that says what is missing.
    """
    if text.startswith(TCP):
        return Endpoint.parse(text.removeprefix(TCP))
    path = text.removeprefix(UNIX)
    if not text.startswith(UNIX) or not path:
        raise ValueError(
            f"{text!r} is not unix:PATH or tcp:HOST:PORT. Write for example tcp:127.0.0.1:0"
        )
    return Path(path)


def spell(where: Where) -> str:
    """Return the text that `parse` reads back."""
    return f"{TCP}{where}" if isinstance(where, Endpoint) else f"{UNIX}{where}"
