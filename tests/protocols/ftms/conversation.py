"""An FTMS session, a link and the least of a machine, on virtual time.

The machine obeys, answers after a moment and sends its speed. How it misbehaves is set by the
test. Physics and real firmware are the simulator's; this is about the conversation.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Final, TypeVar

from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.quirks import CONSERVATIVE, Quirks
from firmware_protocols.ftms.session import CharacteristicWrite, FtmsSession

TICK_MS: Final = 10
LATENCY_MS: Final = 30
"""Measured on air: 30 to 46 ms (ftms.md Q31)."""
DATA_MS: Final = 500

CONTROL: Final = "00"
START: Final = "07"
STOP: Final = "0801"
PAUSE: Final = "0802"
ZERO: Final = "020000"
RANGE_FROM_HALF: Final = bytes.fromhex("3200d0070a00")
"""0.5 to 20.0 km/h by 0.1 (FR30z)."""
RANGE_FROM_ZERO: Final = bytes.fromhex("0000d0070a00")
INCLINES: Final = bytes.fromhex("000096000a00")

E = TypeVar("E")


def speed(ckmh: int) -> str:
    return "02" + ckmh.to_bytes(2, "little").hex()


class Conversation:
    """Runs both ends. `sent` is what was written, `events` what the session learned."""

    def __init__(
        self, quirks: Quirks = CONSERVATIVE, *, speed_range: bytes | None = RANGE_FROM_HALF
    ) -> None:
        self.session = FtmsSession(quirks)
        self.now_ms = 1_000
        self.sent: list[tuple[int, str]] = []
        self.numbers: list[int] = []
        self.events: list[ev.Event] = []
        self._arriving: list[tuple[int, Callable[[], None]]] = []
        # What the machine does.
        self.answers: dict[str, list[str]] = {}
        """By op code: answers to give instead of the right one; none at all if empty. It obeys
        all the same."""
        self.write_errors: dict[str, list[int]] = {}
        """By op code: errors for the writes to come, until the list is used up."""
        self.answers_first = False
        """The answer overtakes the write response (ftms.md Q2)."""
        self.confirms_writes = True
        self.obeys = True
        self.gives_control = True
        self.sends_data = True
        self.ramp_ckmh = 10
        """Per 100 ms."""
        self.has_control = False
        self.speed_ckmh = 0
        self.goal_ckmh = 0
        self.running = False
        if speed_range is not None:
            self.session.receive(self.now_ms, uuids.SPEED_RANGE, speed_range)

    # What a test does.

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            self.tick()
            self.now_ms += TICK_MS

    def tick(self) -> None:
        due = [what for at_ms, what in self._arriving if at_ms <= self.now_ms]
        self._arriving = [each for each in self._arriving if each[0] > self.now_ms]
        for arrive in due:
            arrive()
        if self.now_ms % 100 == 0:
            self._move()
        if self.sends_data and self.now_ms % DATA_MS == 0:
            self.measure(self.speed_ckmh)
        for write in self.session.data_to_send(self.now_ms):
            self.sent.append((self.now_ms, write.value.hex()))
            self.numbers.append(write.number)
            self._take(write)
        self.events += self.session.take_events()

    def measure(self, speed_ckmh: int) -> None:
        """The machine says this speed, now."""
        data = b"\x00\x00" + speed_ckmh.to_bytes(2, "little")
        self.session.receive(self.now_ms, uuids.TREADMILL_DATA, data)

    def status(self, data: str) -> None:
        """The machine says this status, now."""
        self.session.receive(self.now_ms, uuids.MACHINE_STATUS, bytes.fromhex(data))
        self.events += self.session.take_events()

    def say(self, data: str) -> None:
        """The control point says this, now."""
        self.session.receive(self.now_ms, uuids.CONTROL_POINT, bytes.fromhex(data))
        self.events += self.session.take_events()

    def walk(self, speed_ckmh: int = 100) -> None:
        """Take control, start, and run at a speed for a while; then forget what was said."""
        self.take_control()
        self.session.start()
        self.session.set_speed(speed_ckmh)
        self.run(5_000)
        assert self.speed_ckmh == speed_ckmh
        self.forget()

    def take_control(self) -> None:
        self.session.request_control()
        self.run(1_000)
        assert self.of(ev.ControlGranted)
        self.forget()

    def forget(self) -> None:
        self.sent.clear()
        self.numbers.clear()
        self.events.clear()

    @property
    def frames(self) -> list[str]:
        return [data for _, data in self.sent]

    @property
    def gaps_ms(self) -> list[int]:
        """Between writes."""
        times = [at_ms for at_ms, _ in self.sent]
        return [later - earlier for earlier, later in pairwise(times)]

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    # What the machine does.

    def _move(self) -> None:
        goal = self.goal_ckmh if self.running else 0
        change = max(-self.ramp_ckmh, min(self.ramp_ckmh, goal - self.speed_ckmh))
        self.speed_ckmh += change

    def _take(self, write: CharacteristicWrite) -> None:
        assert write.uuid == uuids.CONTROL_POINT
        data = write.value.hex()
        op = data[:2]
        if errors := self.write_errors.get(op):
            error = errors.pop(0)
            self._later(LATENCY_MS, lambda: self._confirm(write.number, error))
            return
        if self.confirms_writes and write.with_response:
            delay_ms = 2 * LATENCY_MS if self.answers_first else LATENCY_MS
            self._later(delay_ms, lambda: self._confirm(write.number, 0))
        for answer in self.answers.get(op, [self._obey(op, data)]):
            raw = bytes.fromhex(answer)
            self._later(LATENCY_MS, lambda raw=raw: self._answer(raw))  # type: ignore[misc]

    def _obey(self, op: str, data: str) -> str:
        if op == CONTROL:
            self.has_control = self.gives_control
        if not self.has_control:
            return f"80{op}05"
        elif self.obeys:
            match op:
                case "07" if not self.running:
                    self.running, self.goal_ckmh = True, 50
                case "08":
                    self.running = False
                case "02":
                    self.goal_ckmh = int.from_bytes(bytes.fromhex(data)[1:], "little")
                case _:
                    pass
        return f"80{op}01"

    def _later(self, delay_ms: int, what: Callable[[], None]) -> None:
        self._arriving.append((self.now_ms + delay_ms, what))

    def _confirm(self, number: int, error: int) -> None:
        self.session.write_done(self.now_ms, number, error)

    def _answer(self, raw: bytes) -> None:
        self.session.receive(self.now_ms, uuids.CONTROL_POINT, raw)
