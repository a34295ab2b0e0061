"""A driver under test, and the line on which it meets a machine. Virtual time throughout."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, Final, Protocol

from firmware_protocols.capabilities import Capabilities
from firmware_protocols.conversation import Conversation
from firmware_protocols.errors import LocalProtocolError, RemoteProtocolError
from firmware_protocols.messages import Direction, MachineMessage, SpeedReport
from firmware_protocols.registry import PROTOCOLS
from simulator.options import MachineOptions
from simulator.simulation import Simulation
from tests.contracts import ears
from tests.contracts.ears import Ear, Kind, Said

TICK_MS: Final = 10
SETTLED_MS: Final = 4_000
"""A Trackmaster takes no start in the first three seconds (serial.md 2.5)."""
PROOFS: Final = 3
WALK_CKMH: Final = 161
FORWARD: Final = Direction.FORWARD
REVERSE: Final = Direction.REVERSE


class Peer(Protocol):
    """The machine on the other end, with its truth."""

    belt_ckmh: float
    belt_runs_reverse: bool

    def receive(self, data: bytes) -> None: ...
    def advance(self, to_ms: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class DriverUnderTest:
    name: str
    capabilities: Capabilities
    open_session: Callable[[], Conversation]
    ear: Ear
    power_up: Callable[[], Peer]
    stop_frames: tuple[bytes, ...]


class SimulatedPeer:
    """The simulator's own machine."""

    def __init__(self, name: str, unit: str) -> None:
        self._lines: list[dict[str, Any]] = []
        options = MachineOptions(unit=unit)
        self._simulation = Simulation(name, options=options, seed=1, truth=self._lines.append)

    @property
    def belt_ckmh(self) -> float:
        return float(self._lines[-1]["belt_ckmh"])

    @belt_ckmh.setter
    def belt_ckmh(self, _: float) -> None:
        raise AssertionError("nobody sets the truth")

    @property
    def belt_runs_reverse(self) -> bool:
        return bool(self._lines[-1]["belt_direction"] == "reverse")

    @belt_runs_reverse.setter
    def belt_runs_reverse(self, _: bool) -> None:
        raise AssertionError("nobody sets the truth")

    def receive(self, data: bytes) -> None:
        self._simulation.receive(data)

    def advance(self, to_ms: int) -> bytes:
        return self._simulation.advance(float(to_ms))


class Line:
    """Runs a session against its machine. What the wire does to replies is set by the test."""

    def __init__(self, driver: DriverUnderTest) -> None:
        self.driver = driver
        self.session = driver.open_session()
        self.peer = driver.power_up()
        self.now_ms = 0
        self.sent: list[tuple[int, bytes]] = []
        self.heard: list[MachineMessage | RemoteProtocolError] = []
        self.deaf = False
        """Nothing the machine says arrives."""
        self.times = 1
        """How often each reply arrives."""
        self.late_ms = 0
        self._arriving: list[tuple[int, bytes]] = []

    def run(self, for_ms: int) -> None:
        end_ms = self.now_ms + for_ms
        while self.now_ms < end_ms:
            self.tick()
            self.now_ms += TICK_MS

    def tick(self) -> None:
        data = self.peer.advance(self.now_ms)
        if data and not self.deaf:
            self._arriving.append((self.now_ms + self.late_ms, data * self.times))
        due = b"".join(data for at_ms, data in self._arriving if at_ms <= self.now_ms)
        self._arriving = [each for each in self._arriving if each[0] > self.now_ms]
        self.heard += self.session.receive(self.now_ms, due)
        for frame in self.session.data_to_send(self.now_ms):
            self.sent.append((self.now_ms, frame))
            self.peer.receive(frame)

    # Situations.

    def prove(self) -> "Line":
        """The machine has shown who it is, and obeys."""
        self.run(SETTLED_MS)
        assert self.session.proofs >= PROOFS
        self.session.proved = True
        self.session.request_control()
        self.run(1_000)
        assert self.session.in_control
        return self

    def walk(self, ckmh: int = WALK_CKMH, direction: Direction = FORWARD) -> "Line":
        if not self.session.proved:
            self.prove()
        self.session.start()
        self.session.set_speed(ckmh, direction)
        self.run(8_000)
        assert abs(self.peer.belt_ckmh - ckmh) <= self.driver.capabilities.wire_step_ckmh
        return self

    # What a claim asks about.

    def says(self, start_ms: int = 0) -> list[Said]:
        return [self.driver.ear(frame) for at_ms, frame in self.sent if at_ms >= start_ms]

    def commands(self, start_ms: int = 0) -> list[Said]:
        """Everything said from then on that is no question."""
        return [said for said in self.says(start_ms) if said.kind is not Kind.READ]

    def now_says(self) -> list[Said]:
        """What leaves in this very call."""
        frames = self.session.data_to_send(self.now_ms)
        for frame in frames:
            self.sent.append((self.now_ms, frame))
            self.peer.receive(frame)
        return [self.driver.ear(frame) for frame in frames]

    def readings(self) -> list[SpeedReport]:
        return [message for message in self.heard if isinstance(message, SpeedReport)]

    def speed_said_for(self, request: Any, direction: Direction = FORWARD) -> Said | None:
        """Ask a walking belt for *request*; return what left for it, None if it was refused."""
        self.run(1_000)  # nothing is left on the line
        start_ms = self.now_ms
        try:
            self.session.set_speed(request, direction)
        except LocalProtocolError:
            return None
        self.run(1_000)
        said = self.commands(start_ms)
        assert said, f"nothing was said for {request!r}"
        return said[0]


def walking(driver: DriverUnderTest) -> Line:
    return Line(driver).walk()


def _nothing(_: Line) -> None:
    pass


def _starting(line: Line) -> None:
    line.prove()
    line.session.start()
    line.session.set_speed(WALK_CKMH, FORWARD)
    line.run(30)


def _walking(line: Line) -> None:
    line.walk()


def _speeding_up(line: Line) -> None:
    line.walk()
    line.session.set_speed(WALK_CKMH + 100, FORWARD)
    line.run(20)


def _stopping(line: Line) -> None:
    line.walk()
    line.session.stop(True)
    line.run(100)


def _stopped(line: Line) -> None:
    line.walk()
    line.session.stop(True)
    line.run(5_000)


def _silent(line: Line) -> None:
    line.walk()
    line.deaf = True
    line.run(1_500)


def _link_came_back(line: Line) -> None:
    line.walk()
    line.session.restart()


def _proved(line: Line) -> None:
    line.prove()


STATES: Final[dict[str, Callable[[Line], None]]] = {
    "just opened": _nothing,
    "being proved": lambda line: line.run(60),
    "proved": _proved,
    "starting": _starting,
    "walking": _walking,
    "speeding up": _speeding_up,
    "stopping": _stopping,
    "stopped": _stopped,
    "without an answer": _silent,
    "after the link came back": _link_came_back,
}
"""Every situation in which somebody may want to stop."""


def every_state(driver: DriverUnderTest) -> list[tuple[str, Line]]:
    lines = []
    for name, enter in STATES.items():
        line = Line(driver)
        enter(line)
        lines.append((name, line))
    return lines


_EARS: Final = {
    ("woodway-us", "mph"): ears.woodway_us,
    ("trackmaster", "mph"): ears.trackmaster,
    ("trackmaster", "kmh"): ears.trackmaster_in_kmh,
    ("ftms", "kmh"): ears.ftms,
}


def _driver(name: str, unit: str) -> DriverUnderTest:
    entry = PROTOCOLS[name]
    return DriverUnderTest(
        name=name,
        capabilities=entry.capabilities(unit),
        open_session=partial(entry.open_session, unit),
        ear=_EARS[name, unit],
        power_up=partial(SimulatedPeer, name, unit),
        stop_frames=entry.stop_frames,
    )


DRIVERS: Final = {
    f"{name} {unit.value}": _driver(name, unit.value)
    for name, entry in PROTOCOLS.items()
    for unit in entry.units
}
"""A protocol that joins the registry joins the contract: without an ear nothing here imports."""

NO_SPEEDS: Final[tuple[Any, ...]] = (
    *(True, False, None, "100", "0", b"1", 1.0, 100.5, float("nan"), float("inf"), -float("inf")),
    Fraction(1, 2),
)
