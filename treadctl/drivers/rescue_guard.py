"""The gate's handle on its rescue process (SR-31)."""

import contextlib
import select
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from treadctl.errors import LinkError

READY_MS: Final = 3_000
GOODBYE_S: Final = 1.0


class RescueGuard:
    """Starts the rescue process and waits until it stands by."""

    def __init__(
        self, script: Path, link_fd: int, frames: Sequence[bytes], *, inherit: Sequence[int] = ()
    ) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            hexes = ",".join(frame.hex() for frame in frames)
            self._process = subprocess.Popen(
                # No site, no environment: 10 ms to start, and nothing that could fail.
                [
                    sys.executable,
                    "-I",
                    "-S",
                    str(script),
                    str(theirs.fileno()),
                    str(link_fd),
                    hexes,
                ],
                pass_fds=[theirs.fileno(), link_fd, *inherit],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        readable, _, _ = select.select([self._control], [], [], READY_MS / 1_000)
        if not readable or self._control.recv(1) != b"r":
            self._process.kill()
            self._process.wait()
            self._control.close()
            raise LinkError("the rescue process did not start; nothing is driven without it")
        self._control.setblocking(False)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once the rescue process has ended, whatever ended it."""
        return self._process.poll() is None

    def fileno(self) -> int:
        """Return a descriptor that becomes readable when the rescue process ends, or -1."""
        return self._control.fileno() if self.alive else -1

    def share(self, link_fd: int) -> None:
        """Hand over the descriptor of a link that was opened anew."""
        # If it cannot be told it is dead, and `alive` says so.
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [b"f"], [link_fd])

    def dismiss(self) -> None:
        """Say goodbye: the belt stands. Without this, the end of the gate is its death."""
        with contextlib.suppress(OSError):
            self._control.send(b"g")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GOODBYE_S)
        self._control.close()
