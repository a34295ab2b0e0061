"""The truth file: one JSON line per 50 ms of simulated time, for whoever does not trust us."""

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from simulator.servers.errors import CannotOpen

_ENCODE: Final = json.JSONEncoder(allow_nan=False).encode
_REMEDY: Final = "Name a file in a directory you can write to"
_READ_IT: Final = "If it is a pipe, begin to read it first; otherwise name a file"


class TruthFile:
    """Appends lines. `record` only queues; `flush` hands everything queued to the kernel.

    They are two steps because a disk may stall for 100 ms, and the strap edge that came with
    a line must be on its way before that. Nothing is kept in this process after `flush`, so
    kill -9 loses nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []
        # Opening a pipe that nobody reads would wait for ever; writing to one that is read may.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
        try:
            self._fd = os.open(path, flags, 0o644)
        except OSError as error:
            remedy = _READ_IT if error.errno == errno.ENXIO else _REMEDY
            raise CannotOpen(f"cannot write truth to {path}", error, remedy) from error
        os.set_blocking(self._fd, True)

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
