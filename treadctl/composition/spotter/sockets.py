"""Where sessions can be found: one socket each, in a directory that only their user may enter.

A socket file outlives a process that was killed. Whoever finds one that nobody answers removes
it; a session therefore listens before its file has the name that others look for.
"""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from treadctl import paths

SUFFIX: Final = ".sock"
CONNECT_S: Final = 2.0
_BACKLOG: Final = 8


class Listener:
    """A socket that listens, and its file. `close` removes both."""

    def __init__(self, directory: Path) -> None:
        """Raises OSError where the directory is not this user's alone, or has no room."""
        _check_private(directory)
        sweep(directory)
        name = f"{os.getpid()}-{os.urandom(3).hex()}"
        self.path: Final = directory / f"{name}{SUFFIX}"
        hidden = directory / f"{name}.new"
        self.socket: Final = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.socket.bind(str(hidden))
            hidden.chmod(0o600)  # nobody can have connected: it does not listen yet
            self.socket.listen(_BACKLOG)
            self.socket.setblocking(False)
            hidden.rename(self.path)
        except OSError:
            hidden.unlink(missing_ok=True)
            self.socket.close()
            raise

    def close(self) -> None:
        with suppress(OSError):  # a directory that is gone takes its files along
            self.path.unlink(missing_ok=True)
        self.socket.close()


def open_listener() -> Listener:
    """Listen in this user's runtime directory.

    Raises:
        OSError: there is none, or somebody else may enter it.
    """
    return Listener(paths.runtime_dir())


def connect(path: Path) -> socket.socket | None:
    """Return a connection to the session of *path*; None where it runs no more."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(CONNECT_S)
    try:
        connection.connect(str(path))
    except ConnectionRefusedError:
        connection.close()
        path.unlink(missing_ok=True)  # its process was killed
        return None
    except OSError:
        connection.close()
        return None
    return connection


def sessions(directory: Path) -> list[Path]:
    """The sockets there are, of sessions alive or dead."""
    try:
        return sorted(path for path in directory.iterdir() if path.suffix == SUFFIX)
    except OSError:
        return []


def sweep(directory: Path) -> None:
    """Remove what killed sessions have left behind."""
    for path in sessions(directory):
        if (connection := connect(path)) is not None:
            connection.close()


def _check_private(directory: Path) -> None:
    found = directory.lstat()
    mode = stat.S_IMODE(found.st_mode)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or mode & 0o077:
        raise PermissionError(f"{directory} is not a directory that only you may enter")
