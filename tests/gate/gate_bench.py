"""A gate, a hand-written machine and a person, tick by tick. Bytes are those of serial.md 1A, 2.

The machine answers at the next tick and its belt obeys at once. Nothing of the simulator and
none of our encoders is in here.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from treadctl.gate.gate import Gate
from treadctl.gate.heart import NO_HEART
from treadctl.gate.setup import GateSetup, MachineClass, MachineFacts, StrapKind, StrapSource
from treadctl.gate.strap import StrapSample
from treadctl.model import (
    CHECKLIST,
    GatePhase,
    Gesture,
    Reaction,
    Report,
    Request,
    StrapState,
)

TICK_MS: Final = 20
ALL_ITEMS: Final = (1 << len(CHECKLIST)) - 1
WOODWAY: Final = GateSetup(
    name="bench",
    machine=MachineFacts(
        protocol="woodway-us", machine_class=MachineClass.A, ramp_ckmh_s=500, max_ckmh=4_811
    ),
    link_url="",
    strap=StrapSource(StrapKind.LOCKSTEP),
    simulated=True,
    attendance_required=False,
    hold_to_run_available=True,
)
TRACKMASTER: Final = replace(
    WOODWAY,
    machine=MachineFacts(
        protocol="trackmaster",
        machine_class=MachineClass.A,
        ramp_ckmh_s=500,
        min_ckmh=33,
        max_ckmh=2_414,
    ),
)


@dataclass
class Machine:
    """Answers one frame. Speeds in tenths of mph, as on the wire."""

    engaged: bool = False
    set_tenths: int = 0
    runs_by_itself: int = 0
    """The belt does this, whatever it is told."""
    mute: bool = False
    instead: dict[int, bytes] = field(default_factory=dict)
    """By opcode: answer this, and do nothing."""

    @property
    def tenths(self) -> int:
        return self.runs_by_itself or (self.set_tenths if self.engaged else 0)

    def answer(self, frame: bytes) -> bytes:
        opcode = frame[0]
        if self.mute:
            return b""
        if opcode in self.instead:
            return self.instead[opcode]
        match opcode:
            case 0xC0:
                return b"\xd02" if self.engaged else b"\xd01"
            case 0xC1:
                return b"\xd1%04d" % self.tenths
            case 0xA0:
                self.engaged = True
            case 0xA2 | 0xAA:
                self.engaged = False
            case 0xA3:
                self.set_tenths = int(frame[2:])
        return bytes((opcode + 0x10,))


class Bench:
    """`request` fields hold until they are changed; every tick sends a fresh request."""

    def __init__(self, setup: GateSetup = WOODWAY) -> None:
        self.gate = Gate(setup, now_ms=0)
        self.machine = Machine()
        self.now_ms = 0
        self.link_up = True
        self.strap = StrapState.ATTACHED
        self.core_alive = True
        self.core_talks = True
        self.signal = Reaction.NONE
        self.heart = NO_HEART
        self.sent: list[tuple[int, bytes]] = []
        self.reports: list[Report] = []
        self._request = Request(at_ms=0, counter=0)
        self._answers = b""

    def tick(self, tick_ms: int = TICK_MS, *, request: Request | None = None) -> list[bytes]:
        """One wake; returns the frames that left. *request* replaces the usual one."""
        self.now_ms += tick_ms
        if request is None and self.core_talks:
            request = self._request = replace(
                self._request, at_ms=self.now_ms, counter=self._request.counter + 1
            )
        received, self._answers = self._answers, b""
        frames = self.gate.step(
            self.now_ms,
            received if self.link_up else b"",
            strap=StrapSample(self.strap, self.now_ms),
            request=request,
            core_alive=self.core_alive,
            stop=self.signal,
            link_up=self.link_up,
            suspended_ms=0,
            heart=self.heart,
        )
        self.sent += [(self.now_ms, frame) for frame in frames]
        self._answers += b"".join(map(self.machine.answer, frames))
        if (report := self.gate.take_report(self.now_ms)) is not None:
            self.reports.append(report)
        return frames

    def hear(self, data: bytes) -> list[bytes]:
        """The machine says *data* of its own accord, or as a bad answer."""
        self._answers += data
        return self.tick()

    def ask(self, **fields: Any) -> None:
        self._request = replace(self._request, **fields)

    def run(self, duration_ms: int, *, tick_ms: int = TICK_MS) -> list[bytes]:
        """Returns every frame that left."""
        begun = len(self.sent)
        for _ in range(0, duration_ms, tick_ms):
            self.tick(tick_ms)
        return [frame for _, frame in self.sent[begun:]]

    def run_with(self, request: Request, duration_ms: int) -> None:
        """Nothing but *request*, over and over."""
        for _ in range(0, duration_ms, TICK_MS):
            self.tick(request=request)

    def run_to(self, phase: GatePhase, *, limit_ms: int = 40_000) -> None:
        end_ms = self.now_ms + limit_ms
        while self.phase() is not phase:
            assert self.now_ms < end_ms, f"still {self.phase().value}"
            self.tick()

    def run_to_first_stop(self) -> None:
        begun = len(self.sent)
        while not any(frame == b"\xaa" for _, frame in self.sent[begun:]):
            self.tick()

    # Where most tests begin.

    def idle(self) -> "Bench":
        """Connected, proved, quarantined."""
        self.run_to(GatePhase.IDLE)
        return self

    def ready(self) -> "Bench":
        """And checked: everything but the arming."""
        self.idle()
        self.run(100)
        self.strap = StrapState.RELEASED
        self.run(100)
        self.strap = StrapState.ATTACHED
        self.ask(checklist=ALL_ITEMS)
        self.run(4_000)
        return self

    def armed(self) -> "Bench":
        self.ready()
        self.ask(arm=True)
        self.run_to(GatePhase.ARMED)
        return self

    def counting_down(self, setpoint_ckmh: int = 100) -> "Bench":
        self.armed()
        self.ask(start=Gesture.PRESSED, setpoint_ckmh=setpoint_ckmh)
        self.run(1_100)
        self.ask(start=Gesture.CONFIRMED)
        self.run_to(GatePhase.COUNTDOWN)
        return self

    def starting(self, setpoint_ckmh: int = 100) -> "Bench":
        self.counting_down(setpoint_ckmh)
        self.run_to(GatePhase.STARTING)
        return self

    def moving(self, setpoint_ckmh: int = 100) -> "Bench":
        """At the setpoint, for some seconds."""
        self.starting(setpoint_ckmh)
        self.run(2_000)
        self.ask(on_belt=True)
        self.run(30_000)
        assert self.phase() is GatePhase.MOVING
        return self

    def latched(self) -> "Bench":
        self.moving()
        self.strap = StrapState.RELEASED
        self.tick()
        self.strap = StrapState.ATTACHED
        self.run_to(GatePhase.LATCHED)
        return self

    # What became of it. Methods, because mypy would take a property to stay what it was.

    def phase(self) -> GatePhase:
        return self.gate.state.phase

    def finished(self) -> bool:
        return self.gate.finished

    def engaged(self) -> bool:
        return self.machine.engaged

    def report(self) -> Report:
        """The newest."""
        return self.reports[-1]

    def said_since(self, since_ms: int) -> list[bytes]:
        return [frame for at_ms, frame in self.sent if at_ms > since_ms]


def polls(frames: list[bytes]) -> list[bytes]:
    return [frame for frame in frames if frame[0] in (0xC0, 0xC1)]


def commands(frames: list[bytes]) -> list[bytes]:
    """Everything that is no query."""
    return [frame for frame in frames if frame[0] not in (0xC0, 0xC1)]


def sets_in_motion(frame: bytes) -> bool:
    """A start of any kind, or a speed above zero."""
    return frame[0] in (0xA0, 0xA1, 0xA9) or (frame[0] == 0xA3 and frame[2:] != b"000")
