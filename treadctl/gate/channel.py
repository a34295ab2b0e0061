"""One end of the stream between core and gate: never blocks, and keeps only the newest.

Socket-shaped, but it opens nothing: the two processes hand it their end of a socket pair.
"""

from typing import Final, Protocol

from treadctl.gate.ipc import BrokenFrame, Decoder, Message, encode
from treadctl.model import Report, Request

READ_SIZE: Final = 65_536
READS_PER_TURN: Final = 4
"""A peer that floods gets this many reads per turn, and the tick goes on."""


class StreamSocket(Protocol):
    """What is used of a connected, non-blocking `socket.socket`."""

    def fileno(self) -> int: ...
    def recv(self, size: int, /) -> bytes: ...
    def send(self, data: bytes, /) -> int: ...
    def close(self) -> None: ...


class Channel:
    """Frames in and out of one socket. After EOF or a broken frame it is not alive any more."""

    def __init__(self, stream: StreamSocket) -> None:
        self._stream = stream
        self._decoder = Decoder()
        self._received: list[Message] = []
        self._sending = b""
        self._newest: bytes | None = None
        self.alive = True
        self.broken: BrokenFrame | None = None

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when something arrives, or -1."""
        return self._stream.fileno() if self.alive else -1

    def receive(self) -> list[Message]:
        """Return what has arrived, oldest first. Also sends what was left over."""
        self._read()
        found, self._received = self._received, []
        return found

    def receive_one(self) -> Message | None:
        """Return the oldest message that has arrived, and keep the others."""
        self._read()
        return self._received.pop(0) if self._received else None

    def offer(self, message: Request | Report) -> None:
        """Send *message* unless the peer is behind; then it replaces the one that was waiting."""
        self._newest = encode(message)
        self._flush()

    def post(self, message: Message) -> None:
        """Send *message* in order and without loss: for hello, setup and bye."""
        self._sending += (self._newest or b"") + encode(message)
        self._newest = None
        self._flush()

    def close(self) -> None:
        """Close the socket. The peer sees EOF."""
        self.alive = False
        self._stream.close()

    def _read(self) -> None:
        if not self.alive:
            return
        self._flush()
        for _ in range(READS_PER_TURN):
            try:
                data = self._stream.recv(READ_SIZE)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                data = b""
            if not data:
                self.alive = False
                break
            self._decoder.receive_data(data)
            if len(data) < READ_SIZE:
                break
        for message in self._decoder.messages():
            if isinstance(message, BrokenFrame):
                self.broken, self.alive = message, False
            else:
                self._received.append(message)

    def _flush(self) -> None:
        while self.alive:
            if not self._sending:
                if self._newest is None:
                    return
                # A frame that was begun is always finished; only whole frames are replaced.
                self._sending, self._newest = self._newest, None
            try:
                sent = self._stream.send(self._sending)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                # Still readable perhaps: what the peer said last, and its EOF, come by `receive`.
                self._sending, self._newest = b"", None
                return
            self._sending = self._sending[sent:]
