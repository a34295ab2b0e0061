"""Woodway US interface board (serial.md 1A): forward and reverse, no word about its key."""

from typing import Final

from firmware_protocols.messages import Direction
from simulator.belt import Belt
from simulator.machines.machine import Parts, number
from simulator.options import OppositeSign, TimeoutNotice
from simulator.port import Frame

INVALID_DATA: Final = b"\xbe"
INVALID_COMMAND: Final = b"\xbf"
MASTER_TIMEOUT: Final = b"\xbd"
FIRMWARE_REVISION: Final = b"\xd3\x30\x31\x30\x32"
"""C3's four bytes; their meaning is unverified, so ours mean nothing."""
MAX_INCLINE_PERMILLE: Final = 299
MAX_DIGITS: Final = 299


class WoodwayUs:
    def __init__(self, parts: Parts, belt: Belt) -> None:
        # The payloads of A6, A7, A8, AB, AD and 88 are unknown: they are invalid commands here.
        self.boot_ms = 1_000.0
        self.data_lengths = {0xA3: 4, 0xA4: 4}
        self._controller = parts.controller
        self._parts = parts
        self._belt = belt

    def execute(self, t_ms: float, frame: Frame) -> bytes:
        opcode = frame.opcode
        if opcode < 0x80:
            return INVALID_DATA  # a fifth digit, or noise
        self._controller.heard(t_ms)
        reply = self._obey(t_ms, opcode, frame.data)
        if self._controller.timed_out:
            self._controller.timed_out = False
            return MASTER_TIMEOUT
        return reply

    def power_up(self, t_ms: float) -> bytes:
        return b""

    def push(self) -> bytes:
        if self._parts.options.timeout_notice is TimeoutNotice.RETURNED:
            return b""
        self._controller.timed_out = False
        return MASTER_TIMEOUT

    def pull_key(self, t_ms: float) -> bool:
        """The belt stops and no start works; C0 says stopped, and nothing says why."""
        self._controller.key_in = False
        self._controller.own_stop(t_ms)
        return False

    def insert_key(self, t_ms: float) -> None:
        self._controller.key_in = True

    def stopped_at_console(self, t_ms: float) -> None:
        """No host is told; C0 says stopped from now on."""

    def started_at_console(self, t_ms: float, speed_ckmh: float, *, ran: bool) -> None:
        """No host is told; C0 says manual from now on."""

    def _obey(self, t_ms: float, opcode: int, data: bytes) -> bytes:
        controller = self._controller
        if len(data) != self.data_lengths.get(opcode, 0):
            return INVALID_DATA
        match opcode:
            case 0xC1:
                return self._speed(t_ms)
            case 0xC0:
                if not controller.engaged(t_ms):
                    return b"\xd0\x31"
                return b"\xd0\x32" if controller.supervised else b"\xd0\x33"
            case 0xC2:
                permille = int(self._parts.telemetry.incline_permille(t_ms) + 0.5)
                return b"\xd2%04d" % permille
            case 0xC3:
                return FIRMWARE_REVISION
            case 0xA3:
                return self._set_speed(t_ms, data)
            case 0xA4:
                permille_or_none = number(data, 4)
                if permille_or_none is None or permille_or_none > MAX_INCLINE_PERMILLE:
                    return INVALID_DATA
                self._parts.incline.move(t_ms, permille_or_none)
            case 0xA0 if not controller.timed_out:
                controller.start(t_ms, supervised=True)
            case 0xA1 | 0xA9 if not controller.timed_out:
                controller.start(t_ms, supervised=False)
            case 0xA0 | 0xA1 | 0xA9:
                pass  # answered with BD: a host that has not heard of the trip starts nothing
            case 0xA2:
                controller.cut_drive(t_ms)
            case 0xAA:
                controller.stop(t_ms)
                self._parts.incline.move(t_ms, 0)
            case _:
                return INVALID_COMMAND
        return bytes((opcode + 0x10,))

    def _set_speed(self, t_ms: float, data: bytes) -> bytes:
        digits = number(data[1:], 3)
        if data[:1] not in (b"0", b"3") or digits is None:
            return INVALID_DATA
        if digits == 0:  # minus zero is zero: pyWoodway sends it, and machines take it
            self._controller.set_speed(t_ms, 0.0, self._belt.direction)
            return b"\xb3"
        direction = Direction.FORWARD if data[:1] == b"0" else Direction.REVERSE
        if digits > MAX_DIGITS or not self._parts.in_range(digits):
            return INVALID_DATA
        if (
            direction is not self._belt.direction
            and not self._belt.stands(t_ms)
            and self._parts.options.opposite_sign is OppositeSign.REFUSED
        ):
            return INVALID_DATA
        self._controller.set_speed(t_ms, self._parts.units.speed_ckmh(digits), direction)
        return b"\xb3"

    def _speed(self, t_ms: float) -> bytes:
        speed_ckmh, direction = self._parts.telemetry.speed(t_ms)
        digits = min(self._parts.units.digits(speed_ckmh), 999)
        if digits and direction is Direction.REVERSE:
            return b"\xd13%03d" % digits
        return b"\xd1%04d" % digits
