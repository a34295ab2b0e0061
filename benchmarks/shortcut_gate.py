"""A gate process that is soon moving again, to measure the same stop many times. Benchmarks only.

    python shortcut_gate.py --fd N

Everything is the gate's own: process, loop, links, strap input, kernel, wire check, rescue. Only
what takes time before a belt moves is skipped: people, and the three seconds that prove a
standstill. After the first quarantine, and whenever a stop has brought the belt to zero with the
strap on again, the state is set to the end of a countdown; from there on the kernel acts. No limit
and no interlock is different.
"""

import sys
from typing import Any, Final

from treadctl.gate import __main__ as process
from treadctl.gate.gate import Gate
from treadctl.gate.strap import StrapSample
from treadctl.model import GatePhase, Request, StrapState
from treadctl.safety import phases
from treadctl.safety.limits import STANDSTILL_SAMPLES, START_HOLD_MS

_AT_REST: Final = frozenset({GatePhase.IDLE, GatePhase.STOPPING, GatePhase.LATCHED})


HOLD_MS: Final = 500
"""Of the ten seconds at starting speed: until the machine has said that its drive is on."""


class ShortcutGate(Gate):
    """A gate for whom every request is a start."""

    _started_at_ms = 0

    def step(
        self,
        now_ms: int,
        received: bytes,
        *,
        strap: StrapSample,
        request: Request | None,
        **others: Any,
    ) -> list[bytes]:
        if request is not None and request.setpoint_ckmh and strap.state is StrapState.ATTACHED:
            self._skip_people(now_ms, request)
        started_at_ms, phase = self._started_at_ms, self.state.phase
        frames = super().step(now_ms, received, strap=strap, request=request, **others)
        if phase is GatePhase.STARTING and self.state.phase is GatePhase.MOVING:
            # As it was: a clock that ticks once a second has not stood since before the start.
            self.state.started_at_ms = started_at_ms
        return frames

    def _skip_people(self, now_ms: int, request: Request) -> None:
        s = self.state
        if s.phase is GatePhase.STARTING and now_ms - s.started_at_ms >= HOLD_MS:
            s.on_belt = True
            self._started_at_ms = s.started_at_ms
            s.started_at_ms = now_ms - START_HOLD_MS
        if s.phase not in _AT_REST or s.commanded_ckmh or s.zero_samples < STANDSTILL_SAMPLES:
            return
        # Three readings of zero are asked for, and that they span three seconds is skipped.
        s.zero_since_ms = min(s.zero_since_ms, s.zero_at_ms - self.config.limits.standstill_ms)
        s.expected_peak_mckmh = 0
        s.latch = s.first_cause = None
        s.session_at_ms = now_ms
        s.setpoint_ckmh, s.direction = request.setpoint_ckmh, request.direction
        phases.enter(s, GatePhase.COUNTDOWN)
        s.phase_at_ms = now_ms - self.config.limits.countdown_ms


def main(argv: list[str]) -> int:
    return process.main(argv, make_gate=ShortcutGate)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
