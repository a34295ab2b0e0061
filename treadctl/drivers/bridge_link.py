"""``ble://ADDRESS[?radio=SPEC]`` as a link: a socket to a bridge process (`ble_bridge.py`).

Neither an event loop nor a Bluetooth library is in the gate. A bridge that hangs, crashes or is
killed is a link that was lost, and a new connection is a new bridge.
"""

import contextlib
import fcntl
import json
import select
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Sequence
from typing import Final

from treadctl import ble_url, own_process
from treadctl.drivers import descriptor
from treadctl.errors import LinkError

COMMAND: Final = own_process.command("treadctl.drivers.ble_bridge")
OPEN_MS: Final = 12_500
"""A little more than a bridge takes to connect or to say why not."""
LEAVE_S: Final = 1.0
"""For a bridge that has lost its treadmill, or its mind: the next one is waiting to connect."""
HANG_UP_S: Final = 5.0
"""For a bridge that works: to say stop once more, and to end its connection in order."""
TREADMILL: Final = ()
HEART_RATE: Final = ("heart-rate",)
"""What a bridge is for, as the last word of its command line."""
DEAF_S: Final = 0.3
"""A bridge that works has taken a packet within milliseconds."""
DEAF_POLLS: Final = 10
PACKETS_MAX: Final = 64
_PACKET_MAX: Final = 4_096
_SAID_MAX: Final = 4_096


class BridgeLink:
    """One connection to one Bluetooth treadmill, or to a sensor that is only listened to."""

    def __init__(
        self, url: str, *, command: Sequence[str] = COMMAND, kind: Sequence[str] = TREADMILL
    ) -> None:
        where = ble_url.parse(url)
        self._lost = False
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), where.address, where.radio, *kind],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=own_process.environment(),
            )
        try:
            self._await_ready()
        except LinkError:
            self._lost = True
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The bridge's."""
        return self._process.pid

    def fileno(self) -> int:
        return self._socket.fileno()

    def read_available(self) -> bytes:
        received: list[bytes] = []
        try:
            while len(received) < PACKETS_MAX:
                packet = self._socket.recv(_PACKET_MAX)
                if not packet:
                    break
                received.append(packet)
            else:
                return b"".join(received)
        except (BlockingIOError, InterruptedError):
            return b"".join(received)
        except OSError as error:
            return self._last(received, error.strerror or str(error))
        return self._last(received, "the connection to the treadmill has ended")

    def write(self, data: bytes) -> None:
        """Write whole records: they go as one packet, or not at all."""
        if not data:
            return
        try:
            descriptor.write_all(self._socket.fileno(), data)
        except LinkError:
            self._lost = True
            raise

    def close(self, *, within_s: float = LEAVE_S) -> None:
        """Let go of the bridge; a lost one is ended, within that time."""
        if self._lost:
            # The rescue process still holds the other descriptor of this end.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._end(within_s)
        else:
            self._socket.close()
            # It goes when nobody needs it; somebody has to hear of that.
            threading.Thread(target=self._process.wait, name="bridge-reaper", daemon=True).start()

    def hang_up(self) -> None:
        """As `close`, and for good: end the bridge whoever else holds its socket, because many
        treadmills take no connection beside the one they have."""
        within_s = HANG_UP_S if not self._lost and self._is_heard() else LEAVE_S
        self._lost = True
        self.close(within_s=within_s)

    def _is_heard(self) -> bool:
        """Whether the bridge takes what was written to it. One that does not hangs, and for as
        long as it is waited for nobody can stop the belt over another connection."""
        for _ in range(DEAF_POLLS):
            if not _unread_bytes(self._socket):
                return True
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(DEAF_S / DEAF_POLLS)
        return False

    def _last(self, received: list[bytes], why: str) -> bytes:
        """Hand out what came before the end; the next read finds the end again."""
        if received:
            return b"".join(received)
        self._lost = True
        raise LinkError(why)

    def _await_ready(self) -> None:
        """Return when the bridge is ready; raise what it says otherwise."""
        assert self._process.stdout is not None
        with self._process.stdout as said:
            line = b""
            deadline_ms = descriptor.now_ms() + OPEN_MS
            while not line.endswith(b"\n") and len(line) < _SAID_MAX:
                left_ms = deadline_ms - descriptor.now_ms()
                if left_ms <= 0 or not select.select([said], [], [], left_ms / 1_000)[0]:
                    raise LinkError(
                        "the Bluetooth process did not answer. Restart the system's Bluetooth "
                        "service"
                    )
                more = said.read1(_SAID_MAX)  # type: ignore[attr-defined]
                if not more:
                    break
                line += more
        try:
            told = json.loads(line)
        except ValueError:
            told = {}
        if isinstance(told, dict) and told.get("ready") is True:
            return
        reason = told.get("error") if isinstance(told, dict) else None
        raise LinkError(str(reason) if reason else "the Bluetooth process ended without a word")

    def _end(self, within_s: float) -> None:
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _unread_bytes(connection: socket.socket) -> int:
    """How much of what was written has not been read at the other end."""
    try:
        answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
    except (OSError, ValueError):
        return 0  # not to be known here
    return int.from_bytes(answer, sys.byteorder)
