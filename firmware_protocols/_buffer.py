"""The receive buffer of the two opcode lines: what arrived and is not a message yet.

An opcode has bit 7 set and its payload bytes have it clear (serial.md 1A, "Framing"), so
every byte from 0x80 up begins a frame, whatever came before it. That is all there is to
resynchronisation. Nothing here depends on how the stream was cut into chunks: a byte that
belongs nowhere is reported by itself, never together with a neighbour that may come later.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from firmware_protocols.errors import RemoteProtocolError

OPCODE_MIN: Final = 0x80
CAPACITY: Final = 65_536
"""Two minutes of a 4800-baud line that nobody drained."""
_SHOWN: Final = 16


class FrameBuffer:
    """Cuts a byte stream into opcode frames. Feed it, then drain it; it never blocks."""

    __slots__ = ("_data", "_overflow", "_payload_lengths")

    def __init__(self, payload_lengths: Mapping[int, int]) -> None:
        self._payload_lengths = payload_lengths
        self._data = bytearray()
        self._overflow: bytes = b""

    def receive_data(self, data: bytes) -> None:
        """Store. Past the capacity everything unread goes: it is minutes old by then."""
        if len(self._data) + len(data) <= CAPACITY:
            self._data += data
            return
        self._overflow = bytes(self._data[:_SHOWN] + data[:_SHOWN])
        self._data.clear()

    def frames(self) -> Iterator[bytes | RemoteProtocolError]:
        """Yield every complete frame, and an error for every byte or stump that is none."""
        data = self._data
        if self._overflow:
            raw, self._overflow = self._overflow, b""
            yield RemoteProtocolError("more than anybody read", raw=raw)
        while data:
            length = self._payload_lengths.get(data[0])
            if length is None:
                stray = bytes(data[:1])
                del data[:1]
                yield RemoteProtocolError(_why_stray(stray[0]), raw=stray)
                continue
            whole, end = 1 + length, 1
            while end < whole and end < len(data) and data[end] < OPCODE_MIN:
                end += 1
            if end < whole and end == len(data):
                return  # the rest has yet to arrive
            frame = bytes(data[:end])
            del data[:end]
            yield (
                frame
                if end == whole
                else RemoteProtocolError(f"cut short, {length} data bytes expected", raw=frame)
            )


def _why_stray(byte: int) -> str:
    return "unknown opcode" if byte >= OPCODE_MIN else "data byte without an opcode"
