"""Frames between core and gate, sans-IO. Used by both ends.

    +----------------+----------------+---------------------------+
    | length, 4 bytes| CRC-32, 4 bytes| JSON, at most 64 KiB      |   big endian
    +----------------+----------------+---------------------------+

The CRC covers the length as well, so that any single flipped bit is found (SR-59). A stream
that broke once stays broken: there is no way to know where the next frame begins, and for the
gate a core that it cannot understand is a core that is gone.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from treadctl.errors import TreadctlError
from treadctl.gate.json_codec import MessageError, from_json, no_duplicates, to_json
from treadctl.gate.setup import GateSetup
from treadctl.model import Report, Request

MAX_PAYLOAD: Final = 64 * 1024
HEADER: Final = struct.Struct(">II")


class BrokenFrame(TreadctlError):
    """The bytes from the other process are not a frame; nothing after them can be trusted."""


class ByeReason(Enum):
    """Why a gate process ends. The values are stable: front ends map them to exit codes."""

    ENDED = "ended"
    """The core was done or gone, and the belt stands."""
    NOT_STANDING = "not_standing"
    """The core was done or gone, and standstill was never proved (exit code 16)."""
    VERSION_MISMATCH = "version_mismatch"
    LIMITS_REFUSED = "limits_refused"
    """SR-42: a limit beyond its ceiling. The gate checks again what the config loader checked."""
    STRAP_REFUSED = "strap_refused"
    LINK_UNAVAILABLE = "link_unavailable"
    IN_USE = "in_use"
    """SR-38: another controller holds this treadmill."""
    RESCUE_UNAVAILABLE = "rescue_unavailable"
    BAD_SETUP = "bad_setup"
    GATE_FAULT = "gate_fault"
    """A bug of ours. The stop was sent, and the rescue process goes on sending it."""


@dataclass(frozen=True, slots=True)
class Hello:
    """SR-59: who is speaking. Both ends send it; both compare."""

    version: str
    limits_hash: str


@dataclass(frozen=True, slots=True)
class Bye:
    """The last frame of a gate process."""

    reason: ByeReason
    message: str
    """One sentence for a person, with the remedy."""


Message = Hello | GateSetup | Request | Report | Bye

_TYPES: Final[dict[str, type[Message]]] = {
    "hello": Hello,
    "setup": GateSetup,
    "request": Request,
    "report": Report,
    "bye": Bye,
}
_NAMES: Final = {cls: name for name, cls in _TYPES.items()}


def encode(message: Message) -> bytes:
    """Return the whole frame of *message*."""
    envelope = {"type": _NAMES[type(message)], "body": to_json(message)}
    payload = json.dumps(envelope, separators=(",", ":")).encode()
    if len(payload) > MAX_PAYLOAD:
        raise MessageError(f"a frame of {len(payload)} bytes is more than {MAX_PAYLOAD}")
    return HEADER.pack(len(payload), _checksum(len(payload), payload)) + payload


class Decoder:
    """Turns a byte stream into messages. Feed it, then drain it."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.broken = False
        """Never becomes false again."""

    def receive_data(self, data: bytes) -> None:
        """Store *data*; it is parsed by `messages`."""
        if not self.broken:
            self._buffer += data

    def messages(self) -> Iterator[Message | BrokenFrame]:
        """Yield every complete message; a broken frame is yielded as its error, and is the last."""
        while len(self._buffer) >= HEADER.size:
            length, checksum = HEADER.unpack_from(self._buffer)
            end = HEADER.size + length
            try:
                if length > MAX_PAYLOAD:
                    raise MessageError(f"a frame claims {length} bytes")
                if len(self._buffer) < end:
                    return
                payload = bytes(self._buffer[HEADER.size : end])
                if _checksum(length, payload) != checksum:
                    raise MessageError("the checksum of a frame is wrong")
                message = _parse(payload)
            except (MessageError, ValueError, RecursionError) as error:
                self.broken = True
                self._buffer.clear()
                yield BrokenFrame(str(error))
            else:
                del self._buffer[:end]
                yield message


def _checksum(length: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(length.to_bytes(4, "big")))


def _parse(payload: bytes) -> Message:
    envelope = json.loads(payload, object_pairs_hook=no_duplicates)
    if not isinstance(envelope, dict) or envelope.keys() != {"type", "body"}:
        raise MessageError("a frame is not an envelope of type and body")
    kind = envelope["type"]
    if not isinstance(kind, str) or kind not in _TYPES:
        raise MessageError("a frame of an unknown type")
    return from_json(_TYPES[kind], envelope["body"])
