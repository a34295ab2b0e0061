"""What one protocol adds to the line discipline, and which reply belongs to which command."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from firmware_protocols.capabilities import Capabilities
from firmware_protocols.conversation import CommandDecoder
from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.messages import (
    Ack,
    DriveReport,
    HostMessage,
    InvalidCommand,
    InvalidData,
    InvalidQuery,
    MachineMessage,
    SpeedFault,
    SpeedReport,
)

_DRIVE_OPCODE: Final = 0xC0
_SPEED_OPCODE: Final = 0xC1


class MachineDecoder(Protocol):
    def receive_data(self, data: bytes) -> None: ...
    def messages(self) -> Iterator[MachineMessage | RemoteProtocolError]: ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one protocol adds to the line discipline."""

    capabilities: Capabilities
    encode: Callable[[HostMessage], bytes]
    decoder: Callable[[], MachineDecoder]
    command_decoder: Callable[[], CommandDecoder]
    quantise: Callable[[int], int]
    start: Callable[[bool], tuple[HostMessage, ...]]
    """The start sequence; told whether a start was acknowledged on this connection before."""
    stop: Callable[[bool], tuple[HostMessage, ...]]
    """One frame, or two for the strongest stop."""


def answers(message: MachineMessage, opcode: int) -> bool:
    """Whether *message* is a reply to the frame with *opcode*."""
    match message:
        case Ack(acknowledged):
            return acknowledged == opcode
        case DriveReport():
            return opcode == _DRIVE_OPCODE
        case SpeedReport() | SpeedFault():
            return opcode == _SPEED_OPCODE
        case InvalidData() | InvalidCommand() | InvalidQuery():
            return True
        case _:
            # Nobody asks for these. MasterTimeout may come by itself (serial.md 1A).
            return False
