"""The machine's serial port: real byte times, a buffer of one command, and what can break on it.

Bytes take 10 bit times at 4800 baud each way. Firmware looks at a complete command
`TURNAROUND_MS` later; the first byte of another command before that overwrites it
(serial.md 2.5), which is why a host keeps one command in flight.
"""

from collections import deque
from math import inf
from typing import Final, NamedTuple, Protocol

from simulator.noise import Noise

BYTE_MS: Final = 10_000 / 4_800
TURNAROUND_MS: Final = 4.0


class Frame(NamedTuple):
    """An opcode and its data; or one byte that belongs to no command."""

    opcode: int
    data: bytes = b""

    @property
    def raw(self) -> bytes:
        return bytes((self.opcode, *self.data))


class Firmware(Protocol):
    """What the port needs of a machine."""

    data_lengths: dict[int, int]
    """Opcodes that carry data; every other byte from 80 up is a command by itself."""

    def execute(self, t_ms: float, frame: Frame) -> bytes:
        """Return the reply. A frame may be incomplete or too long."""

    def power_up(self, t_ms: float) -> bytes:
        """Boot is over; return what it says unasked."""

    def push(self) -> bytes:
        """Return what it says unasked after its watchdog has stopped the belt."""


class Port:
    def __init__(self, firmware: Firmware, noise: Noise) -> None:
        self.link_up = True
        self.powered = True
        self.mute = False
        self.lost_acks = 0
        self.garbled_share = 0.0
        self.deaf_share = 0.0
        self.next_ms = inf
        """When the firmware looks at the buffer."""
        self.next_byte_ms = inf
        """When the next byte to the host is complete."""
        self.reached: list[str] = []
        """Every frame that reached this port, as spaced hex, until somebody takes it."""
        self._firmware = firmware
        self._lengths = firmware.data_lengths
        self._noise = noise
        self._incoming_free_ms = -inf
        self._outgoing_free_ms = -inf
        self._partial = bytearray()
        self._waiting: deque[tuple[float, Frame]] = deque()
        self._outgoing: deque[tuple[float, bytes]] = deque()
        self._outgoing_sent = 0
        self._out = bytearray()

    def receive(self, t_ms: float, data: bytes) -> None:
        if not self.link_up:
            return
        done_ms = max(self._incoming_free_ms, t_ms)
        for byte in data:
            done_ms += BYTE_MS
            if byte >= 0x80:
                self._begin(byte, done_ms)
            else:
                self._continue(byte, done_ms)
        self._incoming_free_ms = done_ms
        self.next_ms = self._waiting[0][0] if self._waiting else inf

    def fire(self, t_ms: float) -> None:
        frame = self._waiting.popleft()[1]
        self.next_ms = self._waiting[0][0] if self._waiting else inf
        if self.powered:
            self.say(t_ms, self._firmware.execute(t_ms, frame))

    def say(self, t_ms: float, reply: bytes) -> None:
        """Start sending now, or after what is being sent."""
        if not reply or self.mute or not self.link_up or not self.powered:
            return
        if self.lost_acks and 0xB0 <= reply[0] <= 0xBC:
            self.lost_acks -= 1
            return
        if self.garbled_share:
            reply = bytes(map(self._garble, reply))
        start_ms = max(self._outgoing_free_ms, t_ms)
        self._outgoing.append((start_ms, reply))
        self._outgoing_free_ms = start_ms + len(reply) * BYTE_MS
        self.next_byte_ms = self._outgoing[0][0] + (self._outgoing_sent + 1) * BYTE_MS

    def collect(self, t_ms: float) -> bytes:
        """Take what has been sent completely by now."""
        self._move(t_ms)
        sent = bytes(self._out)
        self._out.clear()
        return sent

    def set_link(self, t_ms: float, *, up: bool) -> None:
        self.link_up = up
        if not up:
            self._cut(t_ms)

    def cut_power(self, t_ms: float) -> None:
        self.powered = False
        self._cut(t_ms)

    def boot(self, t_ms: float) -> None:
        self.powered = True
        self.say(t_ms, self._firmware.power_up(t_ms))

    def tripped(self, t_ms: float) -> None:
        self.say(t_ms, self._firmware.push())

    def _cut(self, t_ms: float) -> None:
        """The power or the cable went: what is not sent yet never will be."""
        self._move(t_ms)
        self._outgoing.clear()
        self._outgoing_sent = 0
        self._outgoing_free_ms = t_ms
        self._waiting.clear()
        self._partial.clear()
        self.next_ms = self.next_byte_ms = inf

    def _begin(self, opcode: int, done_ms: float) -> None:
        if self._partial:
            self.reached.append(self._partial.hex(" ").upper())
            self._partial.clear()
        if self._waiting and self._waiting[-1][0] > done_ms:
            self._waiting.pop()  # overwritten before anybody looked at it
        if opcode in self._lengths:
            self._partial.append(opcode)
        else:
            self._complete(Frame(opcode), done_ms)

    def _continue(self, byte: int, done_ms: float) -> None:
        if self._partial:
            self._partial.append(byte)
            if len(self._partial) > self._lengths[self._partial[0]]:
                frame = Frame(self._partial[0], bytes(self._partial[1:]))
                self._partial.clear()
                self._complete(frame, done_ms)
        elif self._waiting and self._waiting[-1][0] > done_ms:
            # One byte too many spoils the command it follows.
            frame = self._waiting.pop()[1]
            self._wait(Frame(frame.opcode, frame.data + bytes((byte,))), done_ms)
            self.reached.append(f"{byte:02X}")
        else:
            self._complete(Frame(byte), done_ms)

    def _complete(self, frame: Frame, done_ms: float) -> None:
        self.reached.append(frame.raw.hex(" ").upper())
        if not self.deaf_share or self._noise.share() >= self.deaf_share:
            self._wait(frame, done_ms)

    def _wait(self, frame: Frame, done_ms: float) -> None:
        self._waiting.append((done_ms + TURNAROUND_MS, frame))

    def _garble(self, byte: int) -> int:
        if self._noise.share() < self.garbled_share:
            return byte ^ (1 + self._noise.below(255))
        return byte

    def _move(self, t_ms: float) -> None:
        while self._outgoing:
            start_ms, reply = self._outgoing[0]
            if start_ms + len(reply) * BYTE_MS <= t_ms:
                self._out += reply[self._outgoing_sent :]
                self._outgoing.popleft()
                self._outgoing_sent = 0
                continue
            sent = self._outgoing_sent
            while start_ms + (sent + 1) * BYTE_MS <= t_ms:
                sent += 1
            self._out += reply[self._outgoing_sent : sent]
            self._outgoing_sent = sent
            self.next_byte_ms = start_ms + (sent + 1) * BYTE_MS
            return
        self.next_byte_ms = inf
