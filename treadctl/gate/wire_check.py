"""The last act before the wire: decode the very bytes, and compare them with the ceilings.

Knows nothing of why a frame was made. Keeps its own memory of what left, so that a fault in
the ramp, in the codec or in a quirk cannot talk its way past (SR-10, SR-11). A frame that
fails is dropped, never repaired; nothing converts a unit after this check.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firmware_protocols.conversation import CommandDecoder
from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.messages import (
    AutoStop,
    CutDrive,
    Direction,
    QueryDrive,
    QueryIncline,
    QuerySpeed,
    RequestControl,
    SetIncline,
    SetSpeed,
    StartBelt,
)
from treadctl.causes import Cause
from treadctl.safety.limits import (
    RULES,
    STEP_CEILING_CKMH,
    STEP_CEILING_REV_CKMH,
    STEP_SPACING_REV_MS,
    WINDOW_MS,
)

FIRST_MOTION_MAX_CKMH: Final = RULES["v_start_ckmh"].high
_HARMLESS: Final = (QueryDrive, QuerySpeed, QueryIncline, RequestControl)


@dataclass(frozen=True, slots=True)
class Permission:
    """What may leave in this tick, as the kernel stands."""

    motion: bool
    """False: only stop, zero and reads (SR-01)."""
    stopping: bool
    """No frame may be faster than the one before it."""
    direction: Direction
    backward: bool
    cap_ckmh: int
    a_up_ckmh_s: int


class WireCheck:
    """Remembers the speeds that left, and says what is wrong with the next frame."""

    def __init__(self, new_decoder: Callable[[], CommandDecoder]) -> None:
        self._new_decoder = new_decoder
        self._decoder = new_decoder()
        self.sent_ckmh = 0
        """The speed that stands, as far as frames have left."""
        self._increases: list[tuple[int, int]] = []
        """When and by how much; the first motion is one by nothing."""

    def relearn(self, new_decoder: Callable[[], CommandDecoder]) -> None:
        """The machine has said what a speed means to it."""
        self._new_decoder = new_decoder
        self._decoder = new_decoder()

    def set_by_others(self, speed_ckmh: int, commanded_ckmh: int) -> None:
        """Somebody else set the belt's speed: what leaves next rises or falls from there (SR-39).
        Upward only as far as the kernel has gone along, which is never above the cap."""
        self.sent_ckmh = min(speed_ckmh, max(self.sent_ckmh, commanded_ckmh))

    def check(self, frame: bytes, now_ms: int, allow: Permission) -> Cause | None:
        """Return why *frame* must not leave, or None. Called once per frame, in order."""
        self._decoder.receive_data(frame)
        messages = list(self._decoder.messages())
        if len(messages) != 1 or isinstance(message := messages.pop(), RemoteProtocolError):
            # Half a frame that stayed in here would spoil the stop that follows.
            self._decoder = self._new_decoder()
            return Cause.WIRE_VIOLATION
        if isinstance(message, _HARMLESS):
            return None
        if isinstance(message, (AutoStop, CutDrive)):
            self.sent_ckmh = 0
            return None
        if isinstance(message, SetSpeed):
            return self._speed(message, now_ms, allow)
        if isinstance(message, StartBelt) and allow.motion and not allow.stopping:
            return None
        if isinstance(message, SetIncline) and message.incline_permille == 0:
            return None  # SR-27: the lift is not driven
        return Cause.WIRE_VIOLATION

    def _speed(self, message: SetSpeed, now_ms: int, allow: Permission) -> Cause | None:
        speed_ckmh = message.speed_ckmh
        if speed_ckmh == 0:
            if message.direction is not Direction.FORWARD:
                return Cause.WIRE_VIOLATION
            self.sent_ckmh = 0
            return None
        if (
            not allow.motion
            or message.direction is not allow.direction
            or speed_ckmh > allow.cap_ckmh
        ):
            return Cause.WIRE_VIOLATION
        if cause := self._rise(speed_ckmh, now_ms, allow):
            return cause
        self.sent_ckmh = speed_ckmh
        return None

    def _rise(self, speed_ckmh: int, now_ms: int, allow: Permission) -> Cause | None:
        rise_ckmh = speed_ckmh - self.sent_ckmh
        if rise_ckmh <= 0:
            return None
        if allow.stopping:
            return Cause.RAMP_VIOLATION
        if self.sent_ckmh == 0:
            self._increases = [(now_ms, 0)]
            return Cause.RAMP_VIOLATION if speed_ckmh > FIRST_MOTION_MAX_CKMH else None
        if rise_ckmh > (STEP_CEILING_REV_CKMH if allow.backward else STEP_CEILING_CKMH):
            return Cause.RAMP_VIOLATION
        recent = [(at_ms, by) for at_ms, by in self._increases if now_ms - at_ms < WINDOW_MS]
        if allow.backward and any(now_ms - at_ms < STEP_SPACING_REV_MS for at_ms, _ in recent):
            return Cause.RAMP_VIOLATION
        in_window = rise_ckmh + sum(by for _, by in recent)
        if in_window > allow.a_up_ckmh_s * WINDOW_MS // 1_000:
            return Cause.RAMP_VIOLATION
        self._increases = [*recent, (now_ms, rise_ckmh)]
        return None
