"""One controller for one treadmill (SR-38): a lock that cannot outlive its holders."""

import hashlib
import socket

from treadctl.errors import LinkError


class TreadmillLock:
    """A name in the kernel's abstract socket space, held as long as any process holds it open.

    Not a file: after `kill -9` nothing is left behind. The rescue process inherits it, so
    nobody can take the belt while it is still being stopped.
    """

    def __init__(self, identity: str) -> None:
        name = hashlib.sha256(identity.encode()).hexdigest()[:32]
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._socket.bind(f"\0treadctl-gate-{name}")
        except OSError as error:
            self._socket.close()
            raise LinkError(
                f"{identity} is in use by another treadctl, or was until a moment ago; "
                "after a crash its belt is being stopped for 30 seconds"
            ) from error

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()
