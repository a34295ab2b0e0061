"""What a host says to an FTMS machine, read back from the bytes it is said in.

The last check before the wire (SR-10) and whoever plays a machine read the same envelope. A
speed is taken for what it means to this machine: for one whose target is miles per hour, it is
the miles that count.
"""

from collections.abc import Iterator
from typing import Final

from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.ftms import control_point, uuids
from firmware_protocols.ftms.control_point import (
    SetTargetInclination,
    SetTargetSpeed,
    StartOrResume,
    StopOrPause,
)
from firmware_protocols.ftms.envelope import CarrierDecoder, Write
from firmware_protocols.ftms.quirks import CONSERVATIVE, Quirks
from firmware_protocols.messages import (
    AutoStop,
    HostMessage,
    RequestControl,
    SetIncline,
    SetSpeed,
    StartBelt,
    UnsafeCommand,
)

NO_OPCODE: Final = -1


class CommandDecoder:
    """The machine's ear. Feed it envelope bytes, then drain it; it never blocks."""

    __slots__ = ("_quirks", "_records")

    def __init__(self, quirks: Quirks = CONSERVATIVE) -> None:
        self._quirks = quirks
        self._records = CarrierDecoder()

    def receive_data(self, data: bytes) -> None:
        self._records.receive_data(data)

    def messages(self) -> Iterator[HostMessage | UnsafeCommand | RemoteProtocolError]:
        """Yield what was said; what this project never says, as an `UnsafeCommand`."""
        for record in self._records.records():
            if isinstance(record, Write):
                yield self._command(record)
            else:
                assert isinstance(record, RemoteProtocolError)  # a carrier is told nothing else
                yield record

    def _command(self, write: Write) -> HostMessage | UnsafeCommand:
        if write.uuid != uuids.CONTROL_POINT:
            return UnsafeCommand(NO_OPCODE, write.value)
        request = control_point.decode_request(write.value)
        match request:
            case control_point.RequestControl():
                return RequestControl()
            case StartOrResume():
                return StartBelt()
            case StopOrPause():
                return AutoStop()
            case SetTargetSpeed():
                return SetSpeed(self._quirks.commanded_ckmh(request))
            case SetTargetInclination(incline_permille):
                return SetIncline(incline_permille)
            case _:
                opcode = write.value[0] if write.value else NO_OPCODE
                return UnsafeCommand(opcode, write.value)
