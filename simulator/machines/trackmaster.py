"""Trackmaster / Full Vision TMX (serial.md 2): no reverse, slow to trust a host after power-up."""

from math import inf
from typing import Final

from firmware_protocols.messages import Direction
from simulator.belt import Belt
from simulator.machines.machine import Parts, number
from simulator.port import Frame

OUT_OF_RANGE: Final = b"\xbe"
ILLEGAL: Final = b"\xbf"
UNKNOWN_STATUS: Final = b"\xdf"
HELLO: Final = b"\x54"
"""'T' at power-up. A host that echoes it starts a self-test that moves belt and deck."""
EMERGENCY_STOP: Final = b"\xd19999"
START_LOCK_MS: Final = 3_000
REJECTION_FORGOTTEN_MS: Final = 20_000
SELF_TEST_WINDOW_MS: Final = 1_000
SELF_TEST_CKMH: Final = 1_609.344
"""The stage table reaches 10 mph."""
MAX_INCLINE_PERMILLE: Final = 250
_ZERO_REPLIES: Final = {
    0xC5: b"\xd50000",
    0xC6: b"\xd60000",
    0xC7: b"\xd70000",
    0xC8: b"\xd800",
    0xC9: b"\xd900",
    0xCA: b"\xda0000",
    0xCB: b"\xdb0000",
    0xCC: b"\xdc0000",
    0xCD: b"\xdd0000",
}
"""TMX428 and FVX return zeros for all of these."""
_WITHOUT_EFFECT: Final = {0xA5: 4, 0xA6: 2, 0xA7: 2, 0xA8: 0, 0xA9: 4}
"""Acknowledged and forgotten, with their data lengths."""


class Trackmaster:
    def __init__(self, parts: Parts, _belt: Belt) -> None:
        self.boot_ms = 500.0
        self.data_lengths = {0xA3: 4, 0xA4: 4} | {k: n for k, n in _WITHOUT_EFFECT.items() if n}
        self._parts = parts
        self._controller = parts.controller
        self._echoes = False
        self._powered_up_ms = -inf
        self._starts_from_ms = -inf
        self._rejected = False
        self._emergency = False

    def execute(self, t_ms: float, frame: Frame) -> bytes:
        opcode, controller = frame.opcode, self._controller
        if opcode < 0x80:
            return self._stray(t_ms, opcode)
        if t_ms - controller.heard_ms >= REJECTION_FORGOTTEN_MS:
            self._rejected = False
        controller.heard(t_ms)
        controller.timed_out = False  # this family never mentions it
        if opcode >= 0xC0:
            return self._status(t_ms, opcode)
        echo = frame.raw if self._echoes else b""
        reply = self._obey(t_ms, opcode, frame.data)
        return reply + echo if 0xB0 <= reply[0] <= 0xBC else reply

    def power_up(self, t_ms: float) -> bytes:
        self._powered_up_ms = t_ms
        self._rejected = False
        self._echoes = False
        self._parts.incline.move(t_ms, 0)
        self._starts_from_ms = max(t_ms + START_LOCK_MS, self._parts.incline.settle_ms)
        return HELLO

    def push(self) -> bytes:
        return b""

    def pull_key(self, t_ms: float) -> bool:
        """The e-stop cuts the controller's power; on some the controller lives and reads 999.9."""
        if not self._parts.options.reads_999_9:
            return True
        self._emergency = True
        self._controller.key_in = False
        self._controller.own_stop(t_ms)
        return False

    def insert_key(self, t_ms: float) -> None:
        self._emergency = False
        self._controller.key_in = True

    def stopped_at_console(self, t_ms: float) -> None:
        """No host is told; C0 says stopped from now on."""

    def started_at_console(self, t_ms: float, speed_ckmh: float, *, ran: bool) -> None:
        """No host is told; C0 says manual from now on."""

    def _obey(self, t_ms: float, opcode: int, data: bytes) -> bytes:
        controller = self._controller
        if len(data) != self.data_lengths.get(opcode, 0) or (data and not data.isdigit()):
            return OUT_OF_RANGE
        match opcode:
            case 0xA0 | 0xA1:
                if self._start_is_rejected(t_ms):
                    return ILLEGAL
                controller.start(t_ms, supervised=opcode == 0xA0)
            case 0xA2 | 0xAA:
                self._rejected = False
                controller.stop(t_ms)
                if opcode == 0xAA:
                    self._parts.incline.move(t_ms, 0)
            case 0xA3:
                digits = number(data, 4)
                if digits is None or not self._parts.in_range(digits):
                    return OUT_OF_RANGE
                speed_ckmh = self._parts.units.speed_ckmh(digits)
                controller.set_speed(t_ms, speed_ckmh, Direction.FORWARD)
            case 0xA4:
                permille = number(data, 4)
                if permille is None or permille > MAX_INCLINE_PERMILLE or permille % 5:
                    return OUT_OF_RANGE
                self._parts.incline.move(t_ms, permille)
            case 0xAB:
                slowest = self._parts.units.least_digits(self._parts.min_ckmh)
                controller.set_speed(t_ms, self._parts.units.speed_ckmh(slowest), Direction.FORWARD)
                self._parts.incline.move(t_ms, 0)
            case 0xAC:
                self._echoes = not self._echoes
            case _ if opcode not in _WITHOUT_EFFECT:
                return ILLEGAL
        return bytes((opcode + 0x10,))

    def _status(self, t_ms: float, opcode: int) -> bytes:
        match opcode:
            case 0xC1:
                if self._emergency:
                    return EMERGENCY_STOP
                digits = self._parts.units.digits(self._parts.telemetry.speed(t_ms)[0])
                return b"\xd1%04d" % min(digits, 9_998)
            case 0xC0:
                if not self._controller.engaged(t_ms):
                    return b"\xd0\x31"
                return b"\xd0\x32" if self._controller.supervised else b"\xd0\x33"
            case 0xC2:
                return b"\xd2%04d" % int(self._parts.telemetry.incline_permille(t_ms) + 0.5)
            case 0xC3:
                return b"\xd3%04d" % self._parts.units.digits(self._controller.setpoint_ckmh)
            case 0xC4:
                return b"\xd4%04d" % self._parts.incline.target_permille
        return _ZERO_REPLIES.get(opcode, UNKNOWN_STATUS)

    def _start_is_rejected(self, t_ms: float) -> bool:
        """Early once, rejected until a stop, a reset or 20 s of silence (serial.md 2.5)."""
        if t_ms < self._starts_from_ms:
            self._rejected = True
        return self._rejected

    def _stray(self, t_ms: float, byte: int) -> bytes:
        if byte == HELLO[0] and t_ms - self._powered_up_ms < SELF_TEST_WINDOW_MS:
            self._controller.own_start(t_ms, SELF_TEST_CKMH)
        return b""
