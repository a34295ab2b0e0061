"""The protocols there are, by machine name. One is chosen by a person, never probed.

The same byte starts a belt on one machine and sets a weight on another (serial.md 0.2), so
there is nothing here that looks at a port to find out what is connected.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, Protocol

from firmware_protocols._fields import Unit, unit_named
from firmware_protocols._half_duplex import HostSession
from firmware_protocols.capabilities import Capabilities
from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.messages import HostMessage, MachineMessage, UnsafeCommand
from firmware_protocols.trackmaster import codec as trackmaster_codec
from firmware_protocols.trackmaster import session as trackmaster_session
from firmware_protocols.woodway_us import codec as woodway_us_codec
from firmware_protocols.woodway_us import session as woodway_us_session

__all__ = ["PROTOCOLS", "CommandDecoder", "HostSession", "ProtocolEntry"]


class CommandDecoder(Protocol):
    """The machine's ear: host bytes in, what the host said out."""

    def receive_data(self, data: bytes) -> None: ...
    def messages(self) -> Iterator[HostMessage | UnsafeCommand | RemoteProtocolError]: ...


@dataclass(frozen=True, slots=True)
class ProtocolEntry:
    """One protocol, in both roles.

    *unit* is what a speed digit on this machine's wire means, ``mph`` or ``kmh``. Every
    method raises `LocalProtocolError` for a unit the protocol does not have.
    """

    name: str
    _capabilities: Callable[[Unit], Capabilities]
    _open_session: Callable[[Unit], HostSession]
    _command_decoder: Callable[[Unit], CommandDecoder]
    _encode_reply: Callable[[Unit], Callable[[MachineMessage], bytes]]

    def capabilities(self, unit: str = "mph") -> Capabilities:
        return self._capabilities(unit_named(unit))

    def open_session(self, unit: str = "mph") -> HostSession:
        """Return the host's end of a new conversation."""
        return self._open_session(unit_named(unit))

    def command_decoder(self, unit: str = "mph") -> CommandDecoder:
        """Return a decoder for host bytes: for a machine, and for checking what leaves."""
        self.capabilities(unit)
        return self._command_decoder(unit_named(unit))

    def encode_reply(self, unit: str = "mph") -> Callable[[MachineMessage], bytes]:
        """Return the machine's encoder, which raises `LocalProtocolError` for a bad value."""
        self.capabilities(unit)
        return self._encode_reply(unit_named(unit))


def _woodway_us_decoder(_: Unit) -> CommandDecoder:
    return woodway_us_codec.CommandDecoder()


def _woodway_us_reply(_: Unit) -> Callable[[MachineMessage], bytes]:
    return woodway_us_codec.encode_reply


def _trackmaster_reply(unit: Unit) -> Callable[[MachineMessage], bytes]:
    return partial(trackmaster_codec.encode_reply, unit=unit)


PROTOCOLS: Final[Mapping[str, ProtocolEntry]] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            ProtocolEntry(
                "woodway-us",
                woodway_us_session.capabilities,
                woodway_us_session.open_session,
                _woodway_us_decoder,
                _woodway_us_reply,
            ),
            ProtocolEntry(
                "trackmaster",
                trackmaster_session.capabilities,
                trackmaster_session.open_session,
                trackmaster_codec.CommandDecoder,
                _trackmaster_reply,
            ),
        )
    }
)
