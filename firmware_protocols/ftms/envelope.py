"""GATT operations as a byte stream: what passes between a session and whoever carries its words.

A session speaks in characteristic writes and hears values. The gate's links, the rescue process
and the lockstep of the simulator move bytes. One record of this envelope is one operation, so
that all of them carry a Bluetooth treadmill as they carry a serial one.

    kind u8 | length u16 | payload        little-endian, length is the payload's

    to the carrier
      01 write      number u32, uuid u16, with_response u8, value
    from the carrier
      81 value      uuid u16, value           a notification, an indication or a read, alike
      82 written    number u32, att_error u16 0: the write was confirmed
      83 ready      -                         all that can be read was read, and all is subscribed

Number 0 is for whoever does not ask what became of a write; it is never reported. The stream
lives as long as the connection: its end is the end of the link.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct, error
from typing import Final, assert_never

from firmware_protocols.errors import LocalProtocolError, RemoteProtocolError

VALUE_MAX: Final = 512
"""The longest attribute there is (Bluetooth core, vol. 3 part F, 3.2.9)."""
NOBODY: Final = 0
CARRIER_FAILED: Final = 0x100
"""An *att_error* above every real one: the carrier could not write, and does not know more."""

_HEADER: Final = Struct("<BH")
_WRITE: Final = Struct("<IHB")
_VALUE: Final = Struct("<H")
_WRITTEN: Final = Struct("<IH")
_SHOWN: Final = 16


@dataclass(frozen=True, slots=True)
class Write:
    number: int
    uuid: int
    value: bytes
    with_response: bool = True


@dataclass(frozen=True, slots=True)
class Value:
    uuid: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Written:
    number: int
    att_error: int = 0
    """0, an error of the attribute protocol, or `CARRIER_FAILED`."""


@dataclass(frozen=True, slots=True)
class Ready:
    pass


Record = Write | Value | Written | Ready

_TO_CARRIER: Final = {0x01: _WRITE.size}
_FROM_CARRIER: Final = {0x81: _VALUE.size, 0x82: _WRITTEN.size, 0x83: 0}
"""The least length of each kind, which is the only one where no value follows."""
_WITH_VALUE: Final = (0x01, 0x81)


def encode(record: Record) -> bytes:
    """Return *record* as bytes.

    Raises:
        LocalProtocolError: the value is longer than any attribute, or a number does not fit.
    """
    match record:
        case Write(number, uuid, value, with_response):
            kind, fixed = 0x01, _packed(_WRITE, number, uuid, with_response)
        case Value(uuid, value):
            kind, fixed = 0x81, _packed(_VALUE, uuid)
        case Written(number, att_error):
            kind, fixed, value = 0x82, _packed(_WRITTEN, number, att_error), b""
        case Ready():
            kind, fixed, value = 0x83, b"", b""
        case _:
            assert_never(record)
    if len(value) > VALUE_MAX:
        raise LocalProtocolError(f"a value of {len(value)} bytes; at most {VALUE_MAX}")
    return _HEADER.pack(kind, len(fixed) + len(value)) + fixed + value


def _packed(layout: Struct, *numbers: int) -> bytes:
    try:
        return layout.pack(*numbers)
    except error as cause:
        raise LocalProtocolError(f"{numbers} does not fit into a record") from cause


class _Decoder:
    """Cuts the stream into records. Feed it, then drain it; it never blocks.

    A stream that is out of step cannot be trusted to find back: everything in it is dropped
    with one error, and silence does the rest (SR-19, SR-20).
    """

    __slots__ = ("_data", "_kinds")

    def __init__(self, kinds: dict[int, int]) -> None:
        self._kinds = kinds
        self._data = bytearray()

    def receive_data(self, data: bytes) -> None:
        self._data += data

    def records(self) -> Iterator[Record | RemoteProtocolError]:
        data = self._data
        while len(data) >= _HEADER.size:
            kind, length = _HEADER.unpack_from(data)
            least = self._kinds.get(kind)
            most = None if least is None else least + (VALUE_MAX if kind in _WITH_VALUE else 0)
            if least is None or most is None or not least <= length <= most:
                yield self._lost("no record begins like this")
                return
            end = _HEADER.size + length
            if len(data) < end:
                break
            payload = bytes(data[_HEADER.size : end])
            del data[:end]
            yield _parse(kind, payload)

    def _lost(self, why: str) -> RemoteProtocolError:
        raw = bytes(self._data[:_SHOWN])
        self._data.clear()
        return RemoteProtocolError(why, raw=raw)


class HostDecoder(_Decoder):
    """For a session: what the carrier says."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(_FROM_CARRIER)


class CarrierDecoder(_Decoder):
    """For a carrier: what it is to write."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(_TO_CARRIER)


def _parse(kind: int, payload: bytes) -> Record:
    match kind:
        case 0x01:
            number, uuid, with_response = _WRITE.unpack_from(payload)
            return Write(number, uuid, payload[_WRITE.size :], bool(with_response))
        case 0x81:
            (uuid,) = _VALUE.unpack_from(payload)
            return Value(uuid, payload[_VALUE.size :])
        case 0x82:
            return Written(*_WRITTEN.unpack(payload))
        case _:
            return Ready()
