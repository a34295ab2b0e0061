"""A treadmill that does exactly as told, for previews: no noise, no person, no faults.

Answers the real bytes with the machine's own codec, so that a preview passes through session,
gate and wire check like a run. It is not a simulator: only `disturbed.py` has it misbehave, in the
few ways that `treadctl explain` explains.
"""

from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.messages import (
    Ack,
    AutoStop,
    CutDrive,
    Direction,
    DriveReport,
    DriveState,
    InclineReport,
    MachineMessage,
    QueryDrive,
    QueryIncline,
    QuerySpeed,
    SetIncline,
    SetSpeed,
    SpeedReport,
    StartBelt,
)
from firmware_protocols.registry import PROTOCOLS

RAMP_CKMH_S = 100


class IdealBelt:
    """A belt that follows its target at one rate."""

    def __init__(self, ramp_ckmh_s: int = RAMP_CKMH_S) -> None:
        self._ramp_ckmh_s = ramp_ckmh_s
        self.engaged = False
        self.target_ckmh = 0
        self._now_ms = 0
        self._speed_mckmh = 0

    @property
    def speed_ckmh(self) -> int:
        return self._speed_mckmh // 1_000

    @property
    def shown_ckmh(self) -> int:
        """What its machine says of it."""
        return self.speed_ckmh

    @property
    def clock_ms(self) -> int:
        """What its machine's own clock shows."""
        return self._now_ms

    @property
    def goal_ckmh(self) -> int:
        """Where it is heading."""
        return self.target_ckmh if self.engaged else 0

    def advance(self, to_ms: int) -> None:
        target = self.goal_ckmh * 1_000
        reach = self._ramp_ckmh_s * (to_ms - self._now_ms)
        self._now_ms = to_ms
        if self._speed_mckmh < target:
            self._speed_mckmh = min(target, self._speed_mckmh + reach)
        else:
            self._speed_mckmh = max(target, self._speed_mckmh - reach)

    def stop(self) -> None:
        self.engaged = False
        self.target_ckmh = 0


class IdealPlant:
    """One obedient machine with a closed strap."""

    def __init__(self, protocol: str, unit: str, belt: IdealBelt | None = None) -> None:
        entry = PROTOCOLS[protocol]
        self._decoder = entry.command_decoder(unit)
        self._encode = entry.encode_reply(unit)
        self._can_reverse = entry.capabilities(unit).can_reverse
        self.strap_closed = True
        self.link_up = True
        self.belt = belt or IdealBelt()
        self._direction = Direction.FORWARD

    @property
    def speed_ckmh(self) -> int:
        return self.belt.speed_ckmh

    def advance(self, to_ms: int, from_host: bytes) -> bytes:
        self._decoder.receive_data(from_host)
        answers = b"".join(self._answer(m) for m in self._decoder.messages())
        self.belt.advance(to_ms)
        return answers

    def act(self, name: str) -> None:
        if name in ("strap-pull", "strap-clip"):
            self.strap_closed = name == "strap-clip"

    def _answer(self, message: object) -> bytes:
        match message:
            case StartBelt():
                self.belt.engaged = True
                return self._encode(Ack(0xA0))
            case AutoStop():
                self.belt.stop()
                return self._encode(Ack(0xAA))
            case CutDrive():
                self.belt.stop()
                return self._encode(Ack(0xA2))
            case SetSpeed(speed_ckmh, direction):
                self.belt.target_ckmh = speed_ckmh
                if speed_ckmh:
                    self._direction = direction
                return self._encode(Ack(0xA3))
            case SetIncline():
                return self._encode(Ack(0xA4))
            case QueryDrive():
                state = DriveState.SUPERVISED if self.belt.engaged else DriveState.STOPPED
                return self._encode(DriveReport(state))
            case QuerySpeed():
                return self._encode(self._reading())
            case QueryIncline():
                return self._encode(InclineReport(0))
            case RemoteProtocolError():
                return b""
            case _:
                return b""

    def _reading(self) -> MachineMessage:
        direction = self._direction if self._can_reverse else Direction.FORWARD
        shown_ckmh = self.belt.shown_ckmh
        return SpeedReport(shown_ckmh, direction if shown_ckmh else Direction.FORWARD)
