"""The protocols there are, by machine name. One is chosen by a person, never probed.

The same byte starts a belt on one machine and sets a weight on another (serial.md 0.2), so
there is nothing here that looks at a port to find out what is connected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from firmware_protocols._fields import Unit, unit_named
from firmware_protocols._half_duplex import HostSession
from firmware_protocols.capabilities import Capabilities
from firmware_protocols.conversation import CommandDecoder, Conversation
from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import commands as ftms_commands
from firmware_protocols.ftms import host_session as ftms_host_session
from firmware_protocols.ftms import machine_side as ftms_machine_side
from firmware_protocols.ftms import profiles as ftms_profiles
from firmware_protocols.ftms import session as ftms_session
from firmware_protocols.messages import MachineMessage
from firmware_protocols.trackmaster import codec as trackmaster_codec
from firmware_protocols.trackmaster import session as trackmaster_session
from firmware_protocols.woodway_us import codec as woodway_us_codec
from firmware_protocols.woodway_us import session as woodway_us_session

__all__ = ["PROTOCOLS", "CommandDecoder", "Conversation", "HostSession", "ProtocolEntry"]


@dataclass(frozen=True, slots=True)
class ProtocolEntry:
    """One protocol, in both roles.

    *unit* is what a speed digit on this machine's wire means, ``mph`` or ``kmh``; None is the
    protocol's first. *profile* names what is known of this kind of machine, for the protocols
    that have profiles; None finds one by what the machine says of itself. Every method raises
    `LocalProtocolError` for a unit or a profile that the protocol does not have.
    """

    name: str
    units: tuple[Unit, ...]
    has_profiles: bool
    _capabilities: Callable[[Unit], Capabilities]
    _open_session: Callable[[Unit, str | None], Conversation]
    _command_decoder: Callable[[Unit, str | None], CommandDecoder]
    _encode_reply: Callable[[Unit], Callable[[MachineMessage], bytes]]
    stop_frames: tuple[bytes, ...]
    """The strongest stop there is, for whoever has nothing else left to say."""

    def capabilities(self, unit: str | None = None) -> Capabilities:
        return self._capabilities(self._unit(unit))

    def open_session(self, unit: str | None = None, profile: str | None = None) -> Conversation:
        """Return the host's end of a new conversation."""
        return self._open_session(self._unit(unit), self._profile(profile))

    def command_decoder(
        self, unit: str | None = None, profile: str | None = None
    ) -> CommandDecoder:
        """Return a decoder for host bytes, for a machine."""
        return self._command_decoder(self._unit(unit), self._profile(profile))

    def encode_reply(self, unit: str | None = None) -> Callable[[MachineMessage], bytes]:
        """Return the machine's encoder, which raises `LocalProtocolError` for a bad value."""
        return self._encode_reply(self._unit(unit))

    def _unit(self, name: str | None) -> Unit:
        unit = self.units[0] if name is None else unit_named(name)
        if unit not in self.units:
            known = " or ".join(own.value for own in self.units)
            raise LocalProtocolError(f"{self.name} speeds are {known}, not {unit.value}")
        return unit

    def _profile(self, name: str | None) -> str | None:
        if name is not None and not self.has_profiles:
            raise LocalProtocolError(f"{self.name} has no profiles, so none called {name!r}")
        return name


def _open_ftms(_: Unit, profile: str | None) -> Conversation:
    named = None if profile is None else ftms_profiles.named(profile)
    return ftms_host_session.FtmsHostSession(named, ftms_profiles.match)


def _ftms_decoder(_: Unit, profile: str | None) -> CommandDecoder:
    row = ftms_profiles.UNKNOWN if profile is None else ftms_profiles.named(profile)
    return ftms_commands.CommandDecoder(row.quirks)


PROTOCOLS: Final[Mapping[str, ProtocolEntry]] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            ProtocolEntry(
                "woodway-us",
                (Unit.MPH,),
                False,
                woodway_us_session.capabilities,
                lambda unit, _: woodway_us_session.open_session(unit),
                lambda unit, _: woodway_us_codec.CommandDecoder(),
                lambda unit: woodway_us_codec.encode_reply,
                tuple(map(woodway_us_codec.encode, woodway_us_session.stop(True))),
            ),
            ProtocolEntry(
                "trackmaster",
                (Unit.MPH, Unit.KMH),
                False,
                trackmaster_session.capabilities,
                lambda unit, _: trackmaster_session.open_session(unit),
                lambda unit, _: trackmaster_codec.CommandDecoder(unit),
                lambda unit: partial(trackmaster_codec.encode_reply, unit=unit),
                tuple(map(trackmaster_codec.encode, trackmaster_session.stop(True))),
            ),
            ProtocolEntry(
                "ftms",
                (Unit.KMH,),
                True,
                lambda unit: ftms_session.capabilities(),
                _open_ftms,
                _ftms_decoder,
                lambda unit: ftms_machine_side.encode_reply,
                ftms_host_session.STOP_FRAMES,
            ),
        )
    }
)
