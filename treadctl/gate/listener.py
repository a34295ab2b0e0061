"""What the machine was last heard to say, in the kernel's terms. No judgement, no clock.

Acks are the session's. Noise renews nothing here, and silence stops the belt (SR-19).
"""

from typing import Final

from firmware_protocols import messages as wire
from firmware_protocols.conversation import Conversation
from firmware_protocols.errors import RemoteProtocolError
from treadctl.causes import Cause
from treadctl.gate.heart import HeartEar
from treadctl.model import BeltState, Direction
from treadctl.safety.limits import IMPLAUSIBLE_CKMH, PROOFS_NEEDED

FROM_WIRE: Final = {
    wire.Direction.FORWARD: Direction.FORWARD,
    wire.Direction.REVERSE: Direction.REVERSE,
}
_DRIVE_STATE: Final = {
    wire.DriveState.STOPPED: BeltState.STOPPED,
    wire.DriveState.SUPERVISED: BeltState.ENGAGED,
    wire.DriveState.UNSUPERVISED: BeltState.ENGAGED,
}


class Listener:
    """Hears one conversation."""

    __slots__ = (
        "_clock_s",
        "_session",
        "belt",
        "belt_at_ms",
        "clock_at_ms",
        "foreign_ckmh",
        "heard_ms",
        "heart",
        "measured_at_ms",
        "measured_ckmh",
        "measured_direction",
        "sample_seq",
        "speed_fault",
        "started_by_others",
    )

    def __init__(self, session: Conversation, now_ms: int) -> None:
        self._session = session
        self.measured_ckmh = 0
        self.measured_direction = Direction.FORWARD
        self.measured_at_ms = now_ms
        self.sample_seq = 0
        self.belt_at_ms = now_ms
        self.foreign_ckmh: int | None = None
        """A speed that somebody else set, as heard in the last `receive` (SR-39)."""
        self.started_by_others = False
        """Somebody else has started the belt, as heard in the last `receive` (SR-08)."""
        self.heart = HeartEar()
        """A heart rate that the machine reads, where it does."""
        self.forget(now_ms)

    def forget(self, now_ms: int) -> None:
        """SR-01: what comes back has to prove itself anew. A reading keeps its age."""
        self.belt = BeltState.UNKNOWN
        self.speed_fault = False
        self.heard_ms = now_ms
        self._clock_s: int | None = None
        self.clock_at_ms: int | None = None
        """When the machine's own clock was last seen to move on; None: never (SR-19)."""

    def receive(self, now_ms: int, data: bytes) -> Cause | None:
        """Take what arrived. Returns what the machine says has happened to it, if anything."""
        session = self._session
        fault: Cause | None = None
        self.foreign_ckmh = None
        self.started_by_others = False
        for message in session.receive(now_ms, data):
            if not isinstance(message, RemoteProtocolError):
                self.heard_ms = now_ms
            match message:
                case wire.SpeedReport(speed_ckmh, direction) if speed_ckmh <= IMPLAUSIBLE_CKMH:
                    self.measured_ckmh = speed_ckmh
                    self.measured_direction = FROM_WIRE[direction]
                    self.measured_at_ms = now_ms
                    self.sample_seq += 1
                    self.speed_fault = False
                case wire.DriveReport(state) if not session.starting:
                    self.belt, self.belt_at_ms = _DRIVE_STATE[state], now_ms
                case wire.ClockReport(elapsed_s):
                    self._clock(now_ms, elapsed_s)
                case wire.HeartRateReport(bpm):
                    self.heart.take(now_ms, bpm)
                case wire.SpeedFault():
                    self.speed_fault = True
                case wire.MasterTimeout():
                    fault = Cause.MACHINE_TIMEOUT
                case wire.SafetyKeyPulled():
                    fault = Cause.SAFETY_KEY
                case wire.StartedByOthers():
                    self.started_by_others = True
                case wire.StartRefused() if fault is None:
                    fault = Cause.START_REFUSED
                case wire.ConsoleStop() | wire.ForeignSpeed(0) if fault is None:
                    fault = Cause.CONSOLE_STOP
                case wire.ForeignSpeed(speed_ckmh) if speed_ckmh:
                    self.foreign_ckmh = speed_ckmh
                case _:
                    # As is "stopped" while a start is still being said.
                    pass
        if not session.proved and session.proofs >= PROOFS_NEEDED:
            session.proved = True
            session.stop(strongest=False)
        return Cause.MACHINE_FAULT if self.speed_fault else fault

    def _clock(self, now_ms: int, elapsed_s: int) -> None:
        """One that never moved on is no clock, and proves nothing by standing still."""
        if self._clock_s is not None and elapsed_s != self._clock_s:
            self.clock_at_ms = now_ms
        self._clock_s = elapsed_s
