"""What an FTMS machine says, as the envelope brings it: for whoever plays a machine."""

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import control_point, machine_status, treadmill_data, uuids
from firmware_protocols.ftms.control_point import Response, ResultCode
from firmware_protocols.ftms.envelope import Value, encode
from firmware_protocols.ftms.machine_status import MachineStatus, StatusCode
from firmware_protocols.ftms.treadmill_data import Flag, TreadmillData
from firmware_protocols.messages import (
    Ack,
    ClockReport,
    ConsoleStop,
    Direction,
    ForeignSpeed,
    MachineMessage,
    SafetyKeyPulled,
    SpeedReport,
)


def encode_reply(message: MachineMessage) -> bytes:
    """Return the record in which a machine says *message*.

    Raises:
        LocalProtocolError: no word for it, or the value does not fit its field.
    """
    match message:
        case SpeedReport(speed_ckmh, Direction.FORWARD):
            return _data(TreadmillData(flags=Flag(0), speed_ckmh=speed_ckmh))
        case ClockReport(elapsed_s):
            flags = Flag.MORE_DATA | Flag.ELAPSED_TIME
            return _data(TreadmillData(flags=flags, elapsed_s=elapsed_s))
        case Ack(opcode):
            return _value(
                uuids.CONTROL_POINT,
                control_point.encode_response(Response(opcode, ResultCode.SUCCESS)),
            )
        case ConsoleStop():
            return _status(MachineStatus(StatusCode.STOPPED_BY_USER, (1,)))
        case SafetyKeyPulled():
            return _status(MachineStatus(StatusCode.STOPPED_BY_SAFETY_KEY))
        case ForeignSpeed(speed_ckmh):
            return _status(MachineStatus(StatusCode.TARGET_SPEED_CHANGED, (speed_ckmh,)))
        case _:
            raise LocalProtocolError(f"an FTMS machine has no word for {message!r}")


def _data(record: TreadmillData) -> bytes:
    return _value(uuids.TREADMILL_DATA, treadmill_data.encode(record))


def _status(status: MachineStatus) -> bytes:
    return _value(uuids.MACHINE_STATUS, machine_status.encode(status))


def _value(uuid: int, value: bytes) -> bytes:
    return encode(Value(uuid, value))
