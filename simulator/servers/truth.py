"""The truth file: one JSON line per 50 ms of simulated time, for whoever does not trust us."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from simulator.servers.errors import CannotOpen

_ENCODE: Final = json.JSONEncoder(allow_nan=False).encode
_REMEDY: Final = "Name a file in a directory you can write to"


class TruthFile:
    """Appends lines. `record` only queues; `flush` hands everything queued to the kernel.

    They are two steps because a disk may stall for 100 ms, and the strap edge that came with
    a line must be on its way before that. Nothing is kept in this process after `flush`, so
    kill -9 loses nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        try:
            self._fd = os.open(path, flags, 0o644)
        except OSError as error:
            raise CannotOpen(f"cannot write truth to {path}", error, _REMEDY) from error

    def record(self, line: Mapping[str, object]) -> None:
        self._lines.append(_ENCODE(line))

    def flush(self) -> None:
        if not self._lines:
            return
        data = ("\n".join(self._lines) + "\n").encode()
        self._lines.clear()
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            raise CannotOpen(f"cannot write truth to {self._path}", error, _REMEDY) from error

    def close(self) -> None:
        self.flush()
        os.close(self._fd)
