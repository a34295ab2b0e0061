"""Only a file that lies still is opened by a name that somebody gave.

A pipe waits for a writer who may never come, a terminal for a key, and opening a serial port moves
its lines, which a treadmill can feel. So the kind is looked at before anything is opened.
"""

import errno
import stat
from pathlib import Path
from typing import Final

REMEDY: Final = "Name a file; what comes out of a pipe can be saved in one first"
_KINDS: Final = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class NotRegular(OSError):
    """Something else than a file; `strerror` says what."""

    def __init__(self, path: Path, mode: int) -> None:
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        super().__init__(errno.EINVAL, f"it is {kind}, not a regular file", str(path))


def check_regular(path: Path) -> None:
    """Return if *path* is a file, or leads to one.

    Raises:
        NotRegular: it is something else.
        OSError: there is nothing, or it cannot be looked at. ValueError: no path has that name.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise NotRegular(path, mode)
