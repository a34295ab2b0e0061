"""A machine on the air behind a byte stream: one client, and the carrier that speaks for it.

The bytes are those of `firmware_protocols/ftms/envelope.py`, which is nothing of the treadmill's:
it is what passes between any session and whoever carries its words. While the machine can be
reached the carrier connects, delivers what can be read, subscribes, and says that it is ready. A
connection that ends, ends the link; a new one begins anew, with nothing left of the old.

A connection takes one write after the other. So a stop goes before whatever waits and takes its
place, as a carrier does that one may trust with a belt; and the same stop waits once.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final

from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.ftms import envelope
from firmware_protocols.ftms.envelope import (
    CARRIER_FAILED,
    CarrierDecoder,
    Ready,
    Record,
    Value,
    Write,
    Written,
)
from simulator.gatt import (
    CURED_BY_PAIRING,
    Answered,
    AttError,
    Dropped,
    Outgoing,
    Property,
    Said,
)
from simulator.gatt_server import GattServer

CLIENT: Final = 0
CONNECT_MS: Final = 100.0
"""From the wish to the connection."""
OPERATION_MS: Final = 15.0
"""One read or one subscription: a connection interval or two."""
PAIR_MS: Final = 400.0
RECONNECT_MS: Final = 1_000.0
"""Until somebody who was dropped tries again."""
CONTROL_POINT: Final = 0x2AD9
READ: Final = (0x2ACC, 0x2AD4, 0x2AD5, 0x2A29, 0x2A24, 0x2A26)
SUBSCRIBED: Final = (0x2ADA, 0x2ACD, 0x2AD3, 0x2AD9, 0x2A37)
"""In this order; of a treadmill the control point last."""

_Step = tuple[float, Callable[[float, int], None], int]
"""When, what, and with which characteristic or write. No closures: a world can be copied."""


@dataclass(slots=True)
class _Waiting:
    """One write, and the numbers under which somebody wants to know what became of it."""

    write: Write
    numbers: list[int]


def _is_stop(write: Write) -> bool:
    return write.uuid == CONTROL_POINT and (
        write.value[:1] == b"\x08" or write.value == b"\x02\x00\x00"
    )


class GattPort:
    def __init__(self, server: GattServer, *, on_air: bool) -> None:
        """*on_air*: other clients use *server* directly, and nobody is connected to this one."""
        self.next_byte_ms = inf
        self._server = server
        self._on_air = on_air
        self._steps: deque[_Step] = deque()
        """What the carrier does next, in the order of its moments."""
        self._absent_until_ms = inf
        self._connected = False
        self._decoder = CarrierDecoder()
        self._waiting: deque[_Waiting] = deque()
        self._asked: _Waiting | None = None
        """The write that waits for its response; there is never more than one (ATT)."""
        self._out = bytearray()
        if not on_air:
            self._begin(0.0)

    @property
    def reached(self) -> list[str]:
        return self._server.reached

    @property
    def link_up(self) -> bool:
        return self._server.reachable and self._absent_until_ms == inf

    @property
    def next_ms(self) -> float:
        step_ms = self._steps[0][0] if self._steps else inf
        return min(step_ms, self._server.next_ms, self._absent_until_ms)

    def receive(self, t_ms: float, data: bytes) -> None:
        if self._on_air or not self.link_up:
            return
        self._decoder.receive_data(data)
        for record in self._decoder.records():
            match record:
                case Write():
                    self._queue(t_ms, record)
                case RemoteProtocolError():
                    self._lose(t_ms)
                    return
        self._write(t_ms)

    def fire(self, t_ms: float) -> None:
        if self._absent_until_ms <= t_ms:
            self._absent_until_ms = inf
            self._begin(t_ms)
        while self._steps and self._steps[0][0] <= t_ms:
            _, act, operand = self._steps.popleft()
            act(t_ms, operand)
        if self._server.next_ms <= t_ms:
            self._server.fire(t_ms)
        if not self._on_air:
            for outgoing in self._server.collect():
                self._hear(t_ms, outgoing)

    def collect(self, t_ms: float) -> bytes:
        sent = bytes(self._out)
        self._out.clear()
        return sent

    def set_link(self, t_ms: float, *, up: bool) -> None:
        self._server.set_link(t_ms, up=up)
        self._reach(t_ms)

    def cut_power(self, t_ms: float) -> None:
        self._server.cut_power(t_ms)
        self._reach(t_ms)

    def boot(self, t_ms: float) -> None:
        self._server.boot(t_ms)
        self._reach(t_ms)

    def tripped(self, t_ms: float) -> None:
        self._server.tripped(t_ms)

    # The carrier.

    def _reach(self, t_ms: float) -> None:
        """The machine came into reach, or went out of it."""
        if self._on_air:
            return
        self._end()
        self._absent_until_ms = inf
        if self._server.reachable:
            self._begin(t_ms)

    def _begin(self, t_ms: float) -> None:
        self._decoder = CarrierDecoder()
        self._steps.append((t_ms + CONNECT_MS, self._connect, CLIENT))

    def _connect(self, t_ms: float, client: int) -> None:
        self._connected = self._server.connect(t_ms, client)
        properties = {
            each.uuid: each.properties
            for service in self._server.services
            for each in service.characteristics
        }
        at_ms = t_ms
        for uuid in READ:
            if Property.READ in properties.get(uuid, Property(0)):
                at_ms += OPERATION_MS
                self._steps.append((at_ms, self._read, uuid))
        for uuid in SUBSCRIBED:
            if uuid in properties:
                at_ms += OPERATION_MS
                self._steps.append((at_ms, self._subscribe, uuid))
        self._steps.append((at_ms, self._ready, CLIENT))

    def _read(self, t_ms: float, uuid: int) -> None:
        try:
            self._say(Value(uuid, self._server.read(t_ms, uuid)))
        except AttError:
            return  # as a carrier would: what cannot be read is not told

    def _subscribe(self, t_ms: float, uuid: int) -> None:
        self._server.subscribe(CLIENT, uuid, True)

    def _ready(self, t_ms: float, client: int) -> None:
        self._say(Ready())
        self._write(t_ms)

    def _queue(self, t_ms: float, write: Write) -> None:
        if not _is_stop(write):
            self._waiting.append(_Waiting(write, [write.number]))
            return
        for given_up in [each for each in self._waiting if not _is_stop(each.write)]:
            self._waiting.remove(given_up)
            self._steps += [(t_ms, self._gave_up, number) for number in given_up.numbers]
        for waiting in self._waiting:
            if waiting.write.value == write.value:
                waiting.numbers.append(write.number)
                return
        self._waiting.append(_Waiting(write, [write.number]))

    def _gave_up(self, t_ms: float, number: int) -> None:
        self._done(number, CARRIER_FAILED)
        self._write(t_ms)

    def _write(self, t_ms: float) -> None:
        """Pass on what waits, up to the first write that is answered."""
        while self._connected and not self._steps and self._asked is None and self._waiting:
            waiting = self._waiting.popleft()
            write = waiting.write
            if write.with_response:
                self._asked = waiting
                self._server.write(t_ms, CLIENT, write.number, write.uuid, write.value)
            else:
                self._server.write(t_ms, CLIENT, None, write.uuid, write.value)
                self._steps += [(t_ms, self._passed_on, number) for number in waiting.numbers]

    def _passed_on(self, t_ms: float, number: int) -> None:
        """A write without response: that it left is all that a carrier knows."""
        self._done(number, 0)
        self._write(t_ms)

    def _hear(self, t_ms: float, outgoing: Outgoing) -> None:
        match outgoing:
            case Said(_, uuid, value, _):
                self._say(Value(uuid, value))
            case Answered(_, _, att_error) if att_error in CURED_BY_PAIRING:
                self._steps.append((t_ms + PAIR_MS, self._pair, CLIENT))
            case Answered(_, _, att_error):
                asked, self._asked = self._asked, None
                for number in asked.numbers if asked is not None else ():
                    self._done(number, att_error)
                self._write(t_ms)
            case Dropped():
                self._lose(t_ms)

    def _pair(self, t_ms: float, client: int) -> None:
        self._server.encrypt(client)
        asked, self._asked = self._asked, None
        if asked is not None:
            self._waiting.appendleft(asked)
        self._write(t_ms)

    def _done(self, number: int, att_error: int) -> None:
        if number != envelope.NOBODY:
            self._say(Written(number, att_error))

    def _lose(self, t_ms: float) -> None:
        """This connection is over although the machine can be reached: try again later."""
        self._server.disconnect(t_ms, CLIENT)
        self._end()
        if self._server.reachable:
            self._absent_until_ms = t_ms + RECONNECT_MS

    def _end(self) -> None:
        self._connected = False
        self._steps.clear()
        self._waiting.clear()
        self._asked = None

    def _say(self, record: Record) -> None:
        self._out += envelope.encode(record)
