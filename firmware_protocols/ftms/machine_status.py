"""What the machine says has happened to it (0x2ADA).

A bonus, not a basis: some machines never send any, and a pulled safety key often cuts the power
before a word gets out. That nothing was said proves nothing (ftms.md 4).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import _targets
from firmware_protocols.ftms._fields import Part, Reader, field
from firmware_protocols.ftms.anomalies import Anomalies, Oddity
from firmware_protocols.ftms.control_point import StopKind


class StatusCode(IntEnum):
    RESERVED = 0x00
    RESET = 0x01
    STOPPED_BY_USER = 0x02
    """Stopped or paused; the parameter says which."""
    STOPPED_BY_SAFETY_KEY = 0x03
    STARTED_BY_USER = 0x04
    TARGET_SPEED_CHANGED = 0x05
    TARGET_INCLINE_CHANGED = 0x06
    TARGET_RESISTANCE_CHANGED = 0x07
    TARGET_POWER_CHANGED = 0x08
    TARGET_HEART_RATE_CHANGED = 0x09
    TARGETED_ENERGY_CHANGED = 0x0A
    TARGETED_STEPS_CHANGED = 0x0B
    TARGETED_STRIDES_CHANGED = 0x0C
    TARGETED_DISTANCE_CHANGED = 0x0D
    TARGETED_TRAINING_TIME_CHANGED = 0x0E
    TIME_IN_TWO_ZONES_CHANGED = 0x0F
    TIME_IN_THREE_ZONES_CHANGED = 0x10
    TIME_IN_FIVE_ZONES_CHANGED = 0x11
    BIKE_SIMULATION_CHANGED = 0x12
    WHEEL_CIRCUMFERENCE_CHANGED = 0x13
    SPIN_DOWN = 0x14
    TARGETED_CADENCE_CHANGED = 0x15
    CONTROL_LOST = 0xFF
    """All ones, and still a code: whoever reads it as "no value" goes on commanding."""


@dataclass(frozen=True, slots=True)
class MachineStatus:
    code: int
    """A `StatusCode`, or a number without a name."""
    values: tuple[int, ...] = ()
    """The parameters that were whole, in wire units and order."""
    anomalies: Anomalies = ()

    @property
    def stop_kind(self) -> StopKind | None:
        """For STOPPED_BY_USER: which, None if the machine did not say or was unclear."""
        if self.code == StatusCode.STOPPED_BY_USER and self.values[:1] in _KINDS:
            return StopKind(self.values[0])
        return None


_PARTS: Final[dict[int, _targets.Parts]] = {
    StatusCode.RESET: (),
    StatusCode.STOPPED_BY_USER: _targets.HOW_STOPPED,
    StatusCode.STOPPED_BY_SAFETY_KEY: (),
    StatusCode.STARTED_BY_USER: (),
    StatusCode.TARGET_SPEED_CHANGED: _targets.SPEED,
    StatusCode.TARGET_INCLINE_CHANGED: _targets.INCLINE,
    StatusCode.TARGET_RESISTANCE_CHANGED: _targets.RESISTANCE,
    StatusCode.TARGET_POWER_CHANGED: _targets.POWER,
    StatusCode.TARGET_HEART_RATE_CHANGED: _targets.HEART_RATE,
    StatusCode.TARGETED_ENERGY_CHANGED: _targets.ENERGY,
    StatusCode.TARGETED_STEPS_CHANGED: _targets.STEPS,
    StatusCode.TARGETED_STRIDES_CHANGED: _targets.STRIDES,
    StatusCode.TARGETED_DISTANCE_CHANGED: _targets.DISTANCE,
    StatusCode.TARGETED_TRAINING_TIME_CHANGED: _targets.TRAINING_TIME,
    StatusCode.TIME_IN_TWO_ZONES_CHANGED: _targets.TWO_ZONES,
    StatusCode.TIME_IN_THREE_ZONES_CHANGED: _targets.THREE_ZONES,
    StatusCode.TIME_IN_FIVE_ZONES_CHANGED: _targets.FIVE_ZONES,
    StatusCode.BIKE_SIMULATION_CHANGED: _targets.BIKE_SIMULATION,
    StatusCode.WHEEL_CIRCUMFERENCE_CHANGED: _targets.WHEEL,
    StatusCode.SPIN_DOWN: _targets.SPIN_DOWN,
    StatusCode.TARGETED_CADENCE_CHANGED: _targets.CADENCE,
    StatusCode.CONTROL_LOST: (),
}
_CODE: Final = Part("status", 1)
_KINDS: Final = frozenset((int(kind),) for kind in StopKind)


def decode(data: bytes) -> MachineStatus:
    """Read 0x2ADA. Padding, a cut parameter or none at all leave the code what it is."""
    reader = Reader(data)
    code = reader.take(_CODE, otherwise=Oddity.TOO_SHORT)
    if code is None:
        return MachineStatus(StatusCode.RESERVED, (), reader.finish())
    parts = _PARTS.get(code)
    if parts is None:
        reader.note(Oddity.RESERVED, f"status {code:#04x}")
    values = _targets.read(reader, parts or ())
    return MachineStatus(code, values, reader.finish())


def encode(status: MachineStatus) -> bytes:
    """Write 0x2ADA, as a machine does.

    Raises:
        LocalProtocolError: no such status, or a value is missing or does not fit its field.
    """
    parts = _PARTS.get(status.code)
    if parts is None or len(status.values) != len(parts):
        raise LocalProtocolError(f"there is no machine status {status!r}")
    return field(int(status.code), _CODE) + _targets.write(status.values, parts)
