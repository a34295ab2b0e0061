"""A gate process with a tiny gate inside, so that the shell around it is tested and nothing else.

    python -m tests.chaos.walker [--other-version] --fd N

It walks while a setpoint asks for it, and stops for every reason a gate has: strap, core,
signal, link. A setpoint of zero resets it. Setpoints 666 and 667 make it crash and hang.
"""

import signal
import sys
from dataclasses import replace
from typing import Final

from firmware_protocols.ftms.envelope import NOBODY, Write, encode
from firmware_protocols.ftms.uuids import CONTROL_POINT
from tests.gate.samples import REPORT
from treadctl.gate import __main__ as process
from treadctl.gate import identity
from treadctl.gate.heart import NO_HEART, HeartSample
from treadctl.gate.ipc import Hello
from treadctl.gate.setup import GateSetup
from treadctl.gate.strap import StrapSample
from treadctl.model import GatePhase, Reaction, Report, Request, StrapState
from treadctl.safety.limits import Limits

WALK: Final = b"\xa30015"
STOP: Final = b"\xaa"
FTMS_WALK: Final = b"\x07"
FTMS_STOP: Final = b"\x08\x01"
FRAMES: Final = {
    "woodway-us": (WALK, STOP),
    "ftms": (
        encode(Write(NOBODY, CONTROL_POINT, FTMS_WALK)),
        encode(Write(NOBODY, CONTROL_POINT, FTMS_STOP)),
    ),
}
CRASH_CKMH: Final = 666
HANG_CKMH: Final = 667
REPEAT_MS: Final = 100
STANDING_MS: Final = 150
"""How long this machine takes to stand."""


class Walker:
    """Walks, or stops. `Gate` without the safety."""

    wants_new_link = False

    def __init__(self, setup: GateSetup, *, now_ms: int) -> None:
        self._walk, self._stop = FRAMES[setup.machine.protocol]
        self._has_strap = setup.strap is not None
        self._phase = GatePhase.IDLE
        self._next_frame_ms = now_ms
        self._stopped_at_ms = now_ms
        self._report_due_ms = now_ms
        self._seen: tuple[object, ...] = ()
        self._now: tuple[bool, StrapState] = (True, StrapState.UNKNOWN)
        self._ends = False
        self.finished = False
        self.wants_new_link = False

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
        wanted_ckmh = request.setpoint_ckmh if request else 0
        if wanted_ckmh == CRASH_CKMH:
            raise ZeroDivisionError("as asked")
        if wanted_ckmh == HANG_CKMH:
            signal.pause()
        danger = (
            not core_alive
            or not link_up
            or stop >= Reaction.FAST_STOP
            or (self._has_strap and strap.state is not StrapState.ATTACHED)
        )
        if self._phase is GatePhase.LATCHED and request and not wanted_ckmh and not danger:
            self._phase = GatePhase.IDLE
        if self._phase is GatePhase.IDLE and wanted_ckmh and not danger:
            self._phase = GatePhase.MOVING
        self._ends |= not core_alive or (request is not None and request.end)
        if self._phase is not GatePhase.LATCHED and ((danger and self._moving) or self._ends):
            self._phase, self._next_frame_ms = GatePhase.LATCHED, now_ms
            self._stopped_at_ms = now_ms
        self.finished = self._ends and link_up and now_ms - self._stopped_at_ms >= STANDING_MS
        self._now = (link_up, strap.state)
        if now_ms < self._next_frame_ms or self._phase is GatePhase.IDLE:
            return []
        self._next_frame_ms = now_ms + REPEAT_MS
        return [self._walk if self._moving else self._stop]

    @property
    def _moving(self) -> bool:
        return self._phase is GatePhase.MOVING

    def take_report(self, now_ms: int) -> Report | None:
        seen = (self._phase, *self._now)
        if now_ms < self._report_due_ms and seen == self._seen:
            return None
        self._seen, self._report_due_ms = seen, now_ms + 100
        link_up, strap = self._now
        return replace(REPORT, now_ms=now_ms, phase=self._phase, link_up=link_up, strap=strap)

    def next_wake_ms(self, now_ms: int) -> int:
        return now_ms + 20


def main(argv: list[str]) -> int:
    if "--other-version" in argv:
        argv.remove("--other-version")

        def hello(limits: Limits) -> Hello:
            return Hello("another version", identity.limits_hash(limits))

        identity.hello = hello
    return process.main(argv, make_gate=Walker)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
