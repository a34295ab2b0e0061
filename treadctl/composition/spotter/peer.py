"""One attached view, as the session sees it. It may stall; then it loses, and nobody waits."""

import socket
from collections import deque
from typing import Final

from treadctl.composition.spotter.wire import (
    MAX_BEHIND,
    Declined,
    Down,
    UpDecoder,
    WireError,
    encode,
)

_CHUNK: Final = 4_096


class Peer:
    """A connection that never blocks."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._decoder = UpDecoder()
        self._queue: deque[bytes] = deque(maxlen=MAX_BEHIND)
        self._newest: dict[str, bytes] = {}
        self._partial = b""
        self.heard_at_ms = 0
        self.gone = False
        """The other end has hung up, or is about to be hung up on."""

    def fileno(self) -> int:
        return self._connection.fileno()

    def queue(self, line: bytes) -> None:
        """What has to be told in order; of too much, the oldest is lost."""
        self._queue.append(line)

    def replace(self, kind: str, line: bytes) -> None:
        """What only counts while it is new."""
        self._newest[kind] = line

    @property
    def is_behind(self) -> bool:
        return bool(self._partial or self._queue or self._newest)

    def send(self) -> None:
        """Send as much as the other end takes."""
        try:
            while self._partial or self._next():
                self._partial = self._partial[self._connection.send(self._partial) :]
        except BlockingIOError:
            pass
        except OSError:
            # Nobody reads any more; what was said last is still to be heard, and then the end.
            self._queue.clear()
            self._newest.clear()
            self._partial = b""

    def receive(self) -> bool:
        """Read what was said; true where that was a stop."""
        stopped = False
        try:
            data = self._connection.recv(_CHUNK)
            self.gone = not data
            for _ in self._decoder.feed(data):
                stopped = True
        except BlockingIOError:
            pass
        except WireError as error:
            self.decline(f"Not understood: {error}.")
        except OSError:
            self.gone = True
        return stopped

    def decline(self, message: str) -> None:
        """Say why, and be done with it."""
        self._queue.clear()
        self._newest.clear()
        self.say(Declined(message))
        self.send()
        self.gone = True

    def say(self, message: Down) -> None:
        self.queue(encode(message))

    def close(self) -> None:
        self._connection.close()

    def _next(self) -> bool:
        if self._queue:
            self._partial = self._queue.popleft()
        elif self._newest:
            kind = next(iter(self._newest))
            self._partial = self._newest.pop(kind)
        return bool(self._partial)
