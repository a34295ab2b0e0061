"""The least FTMS treadmill: it obeys, answers, ramps and reports. Envelope bytes, virtual time.

Written from ftms.md without our codecs, so that a mistake in them is not made twice. Firmware
with all its habits is the simulator's; the contract needs only an honest machine.
"""

from struct import pack
from typing import Final

DATA_MS: Final = 500
ANSWER_MS: Final = 30
RAMP_CKMH_S: Final = 60
STOP_CKMH_S: Final = 250
MIN_CKMH: Final = 50
MAX_CKMH: Final = 1_600
CONTROL_POINT: Final = 0x2AD9


class FtmsPeer:
    def __init__(self) -> None:
        self.belt_ckmh = 0.0
        self.belt_runs_reverse = False
        self._now_ms = 0
        self._goal_ckmh = 0
        self._running = False
        self._buffer = b""
        self._outgoing = [
            (0, _value(0x2ACC, bytes.fromhex("0d00000003000000"))),
            (0, _value(0x2AD4, pack("<HHH", MIN_CKMH, MAX_CKMH, 10))),
            (0, b"\x83\x00\x00"),
        ]

    def receive(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= 3:
            end = 3 + int.from_bytes(self._buffer[1:3], "little")
            if len(self._buffer) < end:
                return
            record, self._buffer = self._buffer[:end], self._buffer[end:]
            self._take(record)

    def advance(self, to_ms: int) -> bytes:
        while self._now_ms < to_ms:
            self._now_ms += 10
            self._move()
            if self._now_ms % DATA_MS == 0:
                data = pack("<HHH", 0x0400, round(self.belt_ckmh), self._now_ms // 1_000)
                self._outgoing.append((self._now_ms, _value(0x2ACD, data)))
        due = b"".join(data for at_ms, data in self._outgoing if at_ms <= to_ms)
        self._outgoing = [each for each in self._outgoing if each[0] > to_ms]
        return due

    def _take(self, record: bytes) -> None:
        number, uuid = record[3:7], int.from_bytes(record[7:9], "little")
        value, at_ms = record[10:], self._now_ms + ANSWER_MS
        self._outgoing.append((at_ms, b"\x82\x06\x00" + number + b"\x00\x00"))
        if uuid == CONTROL_POINT and value:
            answer = bytes((0x80, value[0], self._obey(value)))
            self._outgoing.append((at_ms, _value(CONTROL_POINT, answer)))

    def _obey(self, value: bytes) -> int:
        match value[0]:
            case 0:
                return 1
            case 7:
                self._running, self._goal_ckmh = True, MIN_CKMH
                return 1
            case 8:
                self._running = False
                return 1
            case 2 if MIN_CKMH <= (target := int.from_bytes(value[1:], "little")) <= MAX_CKMH:
                self._goal_ckmh = target
                return 1
            case 2:
                return 3
            case _:
                return 2

    def _move(self) -> None:
        goal, step = (self._goal_ckmh, RAMP_CKMH_S) if self._running else (0, STOP_CKMH_S)
        if self.belt_ckmh < goal:
            self.belt_ckmh = min(goal, self.belt_ckmh + step / 100)
        else:
            self.belt_ckmh = max(goal, self.belt_ckmh - step / 100)


def _value(uuid: int, value: bytes) -> bytes:
    return b"\x81" + pack("<HH", 2 + len(value), uuid) + value
