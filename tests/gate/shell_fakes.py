"""Stand-ins for everything `treadctl.gate.loop` touches, on virtual time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tests.gate.samples import REPORT
from treadctl.errors import LinkError
from treadctl.gate.heart import NO_HEART, HeartSample
from treadctl.gate.strap import StrapSample
from treadctl.model import Reaction, Report, Request

AA = b"\xaa"
STOPS = (AA, b"\xa30000")


@dataclass(frozen=True)
class Step:
    """What the gate was told in one step."""

    now_ms: int
    received: bytes
    strap: StrapSample
    request: Request | None
    core_alive: bool
    stop: Reaction
    link_up: bool
    suspended_ms: int
    heart: HeartSample = NO_HEART


@dataclass
class FakeGate:
    """Notes what it is told and says what it is given."""

    steps: list[Step] = field(default_factory=list)
    frames: Callable[[Step], list[bytes]] = lambda step: []
    finished: bool = False
    wants_new_link: bool = False
    report_every_ms: int = 100
    tick_ms: int = 20

    def step(
        self,
        now_ms: int,
        received: bytes,
        *,
        strap: StrapSample,
        request: Request | None,
        core_alive: bool,
        stop: Reaction,
        link_up: bool,
        suspended_ms: int = 0,
        heart: HeartSample = NO_HEART,
    ) -> list[bytes]:
        step = Step(
            now_ms, received, strap, request, core_alive, stop, link_up, suspended_ms, heart
        )
        self.steps.append(step)
        return self.frames(step)

    def take_report(self, now_ms: int) -> Report | None:
        if now_ms % self.report_every_ms:
            return None
        return replace(REPORT, now_ms=now_ms, seq=len(self.steps))

    def next_wake_ms(self, now_ms: int) -> int:
        return now_ms + self.tick_ms


class FakeClock:
    """Time moves only while somebody waits; what happens then is a list of (time, act)."""

    def __init__(self, gate: FakeGate) -> None:
        self._now_ms = 0
        self._gate = gate
        self.events: list[tuple[int, Callable[[], None]]] = []
        self.end_ms = 10_000
        self.slept_ms = 0
        self.waits: list[tuple[tuple[int, ...], int]] = []

    def now_ms(self) -> int:
        return self._now_ms

    def suspended_ms(self) -> int:
        slept, self.slept_ms = self.slept_ms, 0
        return slept

    def at(self, when_ms: int, act: Callable[[], None]) -> None:
        """Let *act* happen at that time, and wake the loop: something became readable."""
        self.events.append((when_ms, act))
        self.events.sort(key=lambda event: event[0])

    def wait(self, fds: Sequence[int], timeout_ms: int) -> None:
        self.waits.append((tuple(fds), timeout_ms))
        until_ms = self._now_ms + timeout_ms
        if fds and self.events and self.events[0][0] <= until_ms:
            when_ms, act = self.events.pop(0)
            self._now_ms = max(self._now_ms, when_ms)
            act()
        else:
            self._now_ms = until_ms
        self._gate.finished |= self._now_ms >= self.end_ms


class FakeLink:
    """A wire that can be cut."""

    def __init__(self, fd: int = 3) -> None:
        self.fd = fd
        self.written: list[bytes] = []
        self.incoming = b""
        self.read_error: Exception | None = None
        self.write_error: Exception | None = None
        self.closed = False

    def fileno(self) -> int:
        return self.fd

    def read_available(self) -> bytes:
        if self.read_error is not None:
            raise self.read_error
        data, self.incoming = self.incoming, b""
        return data

    def write(self, data: bytes) -> None:
        if self.write_error is not None:
            raise self.write_error
        self.written.append(data)

    def close(self) -> None:
        self.closed = True

    def cut(self) -> None:
        self.read_error = self.write_error = LinkError("cut")


class FakeOpener:
    """Notes every attempt; hands over what the test has put there."""

    def __init__(self) -> None:
        self.begun: list[FakeLink | None] = []
        self.ready: FakeLink | None = None

    def begin(self, lost: FakeLink | None) -> None:
        self.begun.append(lost)

    def take(self) -> FakeLink | None:
        ready, self.ready = self.ready, None
        return ready

    def fileno(self) -> int:
        return 77


@dataclass
class FakeStops:
    reaction: Reaction = Reaction.NONE
    drained: int = 0

    def fileno(self) -> int:
        return 8

    def drain(self) -> None:
        self.drained += 1


@dataclass
class FakeGuard:
    alive: bool = True

    def fileno(self) -> int:
        return 9 if self.alive else -1
