"""Core, gate and a plant back to back on virtual time: previews, `--virtual-time`, the test rig.

The same `Gate.step` and `Session.exchange` as in real time; only the clock is turned by hand.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from treadctl.composition.cockpit import Cockpit
from treadctl.composition.plant import Plant
from treadctl.gate.gate import Gate
from treadctl.gate.heart import NO_HEART, HeartEar, HeartSample
from treadctl.gate.setup import GateSetup
from treadctl.gate.strap import StrapSample
from treadctl.model import Reaction, Report, Request, StrapState
from treadctl.safety.limits import TICK_MOVING_MS, TICK_REST_MS
from treadctl.safety.state import MOTION

HEART_MS: Final = 1_000
Watch = Callable[[int, Report], None]


@contextmanager
def resting_collector() -> Iterator[None]:
    """As in the gate process: the loop makes no cycles, and full collections walk the trace."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(slots=True)
class Outside:
    """What reaches a gate besides the treadmill's bytes. In a plain run all of it is well."""

    strap: StrapState | None = None
    """None: as the treadmill's own line says."""
    core_alive: bool = True
    core_answers: bool = True
    asked_at_ms: int | None = None
    """Every request says that it was made then, however new it is."""
    stop: Reaction = Reaction.NONE
    suspended_ms: int = 0
    """Told to the gate once."""
    late_ms: int = 0
    """By so much the next tick is late, once."""

    def take_suspended_ms(self) -> int:
        suspended_ms, self.suspended_ms = self.suspended_ms, 0
        return suspended_ms

    def take_late_ms(self) -> int:
        late_ms, self.late_ms = self.late_ms, 0
        return late_ms

    def strap_state(self, plant: Plant) -> StrapState:
        if self.strap is not None:
            return self.strap
        return StrapState.ATTACHED if plant.strap_closed else StrapState.RELEASED

    def exchange(self, cockpit: Cockpit, report: Report | None, now_ms: int) -> Request | None:
        """What comes back for *report*; for None, what a core says that has heard nothing."""
        if not self.core_answers:
            return None
        request = cockpit.exchange(report, now_ms)
        return request if self.asked_at_ms is None else replace(request, at_ms=self.asked_at_ms)


class WornHeart:
    """The simulated person's strap, heard once a second: that is how often it speaks."""

    def __init__(self, take: Callable[[], bytes]) -> None:
        self._take = take
        self._ear = HeartEar()
        self._due_ms = 0

    def sample(self, now_ms: int) -> HeartSample:
        if now_ms >= self._due_ms:
            self._due_ms = now_ms + HEART_MS
            self._ear.receive(now_ms, self._take())
        return self._ear.sample


class VirtualRun:
    """One run whose time passes only in `tick`. Time 0 is the simulator's first truth line."""

    def __init__(
        self,
        setup: GateSetup,
        plant: Plant,
        cockpit: Cockpit,
        *,
        take_heart: Callable[[], bytes] | None = None,
    ) -> None:
        """*take_heart* returns what a heart-rate strap has said since it was last called."""
        self._worn = None if take_heart is None else WornHeart(take_heart)
        self.gate: Final = Gate(setup, now_ms=0)
        self.cockpit: Final = cockpit
        self.plant: Final = plant
        self.outside: Final = Outside()
        self.now_ms = 0
        self.report: Report | None = None
        self._received = b""
        self._request: Request | None = cockpit.exchange(None, 0)

    def tick(self) -> Report | None:
        """One wake of the gate, and whatever follows from it. Returns its report, if one came."""
        now_ms, plant, gate, outside = self.now_ms, self.plant, self.gate, self.outside
        frames = gate.step(
            now_ms,
            self._received,
            strap=StrapSample(outside.strap_state(plant), now_ms),
            request=self._request,
            core_alive=outside.core_alive,
            stop=outside.stop,
            link_up=plant.link_up,
            suspended_ms=outside.take_suspended_ms(),
            heart=NO_HEART if self._worn is None else self._worn.sample(now_ms),
        )
        self._request = None
        report = gate.take_report(now_ms)
        tick_ms = TICK_MOVING_MS if gate.state.phase in MOTION else TICK_REST_MS
        late_ms = outside.take_late_ms()
        next_ms = now_ms + tick_ms + late_ms
        if report is None:
            self._received = plant.advance(next_ms, b"".join(frames))
        else:
            # The frames leave first: what people do in answer cannot have come before them.
            received = plant.advance(now_ms, b"".join(frames)) if frames else b""
            self.report = report
            self._request = outside.exchange(self.cockpit, report, now_ms)
            self._received = received + plant.advance(next_ms, b"")
        if late_ms:
            self._request = outside.exchange(self.cockpit, None, next_ms)
        self.now_ms = next_ms
        return report

    def run(self, watch: Watch | None = None, *, limit_ms: int = 4 * 3_600_000) -> None:
        """Tick until the session has finished, or nothing more can come of it."""
        with resting_collector():
            self._run(watch, limit_ms)

    def _run(self, watch: Watch | None, limit_ms: int) -> None:
        while self.cockpit.finished is None and self.now_ms < limit_ms:
            report = self.tick()
            if report is not None and watch is not None:
                watch(self.now_ms, report)
