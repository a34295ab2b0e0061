"""A host session and a machine joined by a wire that can be made bad. Virtual time.

The machine here is the least that can hold a conversation: it acknowledges, remembers and
answers, after a delay. Physics and firmware are the simulator's; this is about the line.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.messages import (
    Ack,
    AutoStop,
    CutDrive,
    Direction,
    DriveReport,
    DriveState,
    HostMessage,
    InclineReport,
    MachineMessage,
    QueryDrive,
    QueryIncline,
    QuerySpeed,
    RequestControl,
    SetIncline,
    SetSpeed,
    SpeedReport,
    StartBelt,
    UnsafeCommand,
)
from firmware_protocols.registry import PROTOCOLS, HostSession

TICK_MS: Final = 10
LATENCY_MS: Final = 10
"""A 4800-baud exchange is 12.5 ms (serial.md 12)."""

FORWARD: Final = Direction.FORWARD
REVERSE: Final = Direction.REVERSE
ZERO: Final = "A3 30 30 30 30"
ONE_MPH: Final = "A3 30 30 31 30"
TWO_MPH: Final = "A3 30 30 32 30"
SERIAL: Final = ("trackmaster", "woodway-us")
"""The half-duplex lines, which share one discipline."""
SECOND_STOP_FRAME: Final = {"woodway-us": ZERO, "trackmaster": "A2"}

Lost = Callable[[HostMessage], bool]


def none(_: HostMessage) -> bool:
    return False


def everything(_: HostMessage) -> bool:
    return True


def acks(message: HostMessage) -> bool:
    """Every reply that is no reading."""
    return not isinstance(message, QueryDrive | QuerySpeed | QueryIncline)


def replies_to(*kinds: type) -> Lost:
    return lambda message: isinstance(message, kinds)


class ConnectionPair:
    """Runs both ends. `sent` is what the host wrote, `heard` what it made of the replies."""

    def __init__(self, protocol: str, *, proved: bool = True, unit: str = "mph") -> None:
        entry = PROTOCOLS[protocol]
        session = entry.open_session(unit)
        assert isinstance(session, HostSession)
        self.session: HostSession = session
        self.session.proved = proved
        self._ears = entry.command_decoder(unit)
        self._say = entry.encode_reply(unit)
        self.now_ms = 1_000
        self.sent: list[tuple[int, str]] = []
        self.heard: list[tuple[int, MachineMessage | RemoteProtocolError]] = []
        self.lost: Lost = none
        """Which commands the machine obeys without its reply ever arriving."""
        self.latency_ms = LATENCY_MS
        self.answers: dict[type, MachineMessage] = {}
        """Replies to give instead of the right one."""
        self._replies: list[tuple[int, bytes]] = []
        self.drive = DriveState.STOPPED
        self.speed_ckmh = 0
        self.direction = Direction.FORWARD
        self.incline_permille = 0

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            self.tick()
            self.now_ms += TICK_MS

    def tick(self) -> None:
        """One step at the present time: what arrived, then what is due."""
        arrived = b"".join(data for at_ms, data in self._replies if at_ms <= self.now_ms)
        self._replies = [reply for reply in self._replies if reply[0] > self.now_ms]
        self.heard += [(self.now_ms, m) for m in self.session.receive(self.now_ms, arrived)]
        for frame in self.session.data_to_send(self.now_ms):
            self.sent.append((self.now_ms, frame.hex(" ").upper()))
            self._ears.receive_data(frame)
            for message in self._ears.messages():
                assert not isinstance(message, UnsafeCommand | RemoteProtocolError), message
                self._answer(message)

    def inject(self, data: bytes, *, in_ms: int = 0) -> None:
        """Let *data* reach the host, whoever sent it."""
        self._replies.append((self.now_ms + in_ms, data))

    def _answer(self, message: HostMessage) -> None:
        reply = self._obey(message)
        if not self.lost(message):
            reply = self.answers.get(type(message), reply)
            self._replies.append((self.now_ms + self.latency_ms, self._say(reply)))

    def _obey(self, message: HostMessage) -> MachineMessage:
        match message:
            case StartBelt():
                self.drive = DriveState.SUPERVISED
                return Ack(0xA0)
            case AutoStop():
                self.drive, self.speed_ckmh = DriveState.STOPPED, 0
                return Ack(0xAA)
            case CutDrive():
                self.drive, self.speed_ckmh = DriveState.STOPPED, 0
                return Ack(0xA2)
            case SetSpeed(speed_ckmh, direction):
                self.speed_ckmh, self.direction = speed_ckmh, direction
                return Ack(0xA3)
            case SetIncline(incline_permille):
                self.incline_permille = incline_permille
                return Ack(0xA4)
            case QueryDrive():
                return DriveReport(self.drive)
            case QuerySpeed():
                return SpeedReport(self.speed_ckmh, self.direction)
            case QueryIncline():
                return InclineReport(self.incline_permille)
            case RequestControl():
                raise AssertionError("a cable has nobody to ask for control")

    # What a test asks about.

    def since(self, start_ms: int) -> list[tuple[int, str]]:
        """Return what was sent from *start_ms* on, in time relative to it."""
        return [(at_ms - start_ms, frame) for at_ms, frame in self.sent if at_ms >= start_ms]

    def commands(self, start_ms: int = 0) -> list[str]:
        """Return what was sent from *start_ms* on, without the polls."""
        return [f for at_ms, f in self.sent if at_ms >= start_ms and f not in ("C0", "C1")]

    def gaps_ms(self, frame: str, start_ms: int = 0) -> list[int]:
        """Return the times between one *frame* and the next."""
        at_ms = [at for at, sent in self.sent if sent == frame and at >= start_ms]
        return [b - a for a, b in pairwise(at_ms)]


def quiet(pair: ConnectionPair) -> int:
    """Wait until the speed was asked for a moment ago, and return the time."""
    pair.run(TICK_MS)
    while pair.sent[-1] != (pair.now_ms - TICK_MS, "C1"):
        pair.run(TICK_MS)
    return pair.now_ms
