"""The imperative shell: the one loop of the gate process.

It sleeps until something happens (a byte, a strap edge, a request, a signal) or a tick is due,
reads the clock once, lets `Gate.step` decide, and writes. Whatever ends it, the belt hears
about it first.
"""

import gc
import select
import time
from collections.abc import Sequence
from typing import Any, Final, Protocol

from treadctl.gate.channel import Channel
from treadctl.gate.heart import NO_HEART, HeartInput, HeartSample
from treadctl.gate.link_keeper import LinkKeeper
from treadctl.gate.strap import StrapInput, StrapSample
from treadctl.model import Reaction, Report, Request

WARM_UP_STEPS: Final = 100
"""After this many steps everything that is loaded lazily is loaded, and the GC may rest."""
STOP_SPACING_MS: Final = 50
"""Between the two frames of a stop: machines hold one command and would lose the first."""


class StepGate(Protocol):
    """What the loop needs of `treadctl.gate.gate.Gate`."""

    @property
    def finished(self) -> bool: ...

    @property
    def wants_new_link(self) -> bool:
        """The link carries nothing more, although it stands: drop it, and open another."""

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
        suspended_ms: int,
        heart: HeartSample = NO_HEART,
    ) -> list[bytes]: ...

    def take_report(self, now_ms: int) -> Report | None: ...
    def next_wake_ms(self, now_ms: int) -> int: ...


class Clock(Protocol):
    def now_ms(self) -> int: ...

    def suspended_ms(self) -> int:
        """Return how long the computer slept since the last call (SR-33)."""

    def wait(self, fds: Sequence[int], timeout_ms: int) -> None:
        """Sleep until one of *fds* is readable, or for *timeout_ms*."""


class StopSource(Protocol):
    """Signals, as a level that never falls again (SR-18)."""

    @property
    def reaction(self) -> Reaction: ...
    def fileno(self) -> int: ...
    def drain(self) -> None:
        """Empty the descriptor."""


class Guard(Protocol):
    """The rescue process (SR-31), as seen from the gate."""

    @property
    def alive(self) -> bool: ...
    def fileno(self) -> int:
        """Return a descriptor that is readable when the rescue process has died, or -1."""


def run(
    gate: StepGate,
    link: LinkKeeper[Any],
    strap: StrapInput,
    core: Channel,
    clock: Clock,
    *,
    stops: StopSource,
    guard: Guard,
    stop_frames: Sequence[bytes],
    heart: HeartInput | None = None,
) -> None:
    """Run until the gate has finished. A bug in it propagates, after the stop."""
    steps = 0
    try:
        while not gate.finished:
            now_ms = clock.now_ms()
            stops.drain()
            received = link.read(now_ms)
            frames = gate.step(
                now_ms,
                received,
                strap=strap.sample(now_ms),
                request=_newest(core),
                core_alive=core.alive,
                # Nobody would stop the belt if this process died now: stop it while we can.
                stop=stops.reaction if guard.alive else max(stops.reaction, Reaction.FAST_STOP),
                link_up=link.up,
                suspended_ms=clock.suspended_ms(),
                heart=NO_HEART if heart is None else heart.sample(now_ms),
            )
            link.write(frames)
            if gate.wants_new_link:
                link.drop()
            report = gate.take_report(now_ms)
            if report is not None and core.alive:
                core.offer(report)
            steps += 1
            if steps == WARM_UP_STEPS:
                _rest_collector()
            _sleep(gate, link, strap, core, clock, stops, guard, heart, now_ms)
    finally:
        # Whatever ended the loop, the belt hears about it before anyone else does.
        for turn, frame in enumerate(stop_frames):
            if turn:
                clock.wait([], STOP_SPACING_MS)
            link.write([frame])


def _newest(core: Channel) -> Request | None:
    request: Request | None = None
    for message in core.receive():
        if isinstance(message, Request):
            request = message
    return request


def _sleep(
    gate: StepGate,
    link: LinkKeeper[Any],
    strap: StrapInput,
    core: Channel,
    clock: Clock,
    stops: StopSource,
    guard: Guard,
    heart: HeartInput | None,
    now_ms: int,
) -> None:
    times = [gate.next_wake_ms(now_ms), strap.next_poll_ms(now_ms), link.next_try_ms()]
    if heart is not None:
        times.append(heart.next_try_ms())
    wake_ms = min(time_ms for time_ms in times if time_ms is not None)
    sources = [*link.fds(), strap.fileno(), core.fileno(), stops.fileno(), guard.fileno()]
    if heart is not None:
        sources += heart.fds()
    fds = [fd for fd in sources if fd >= 0]
    clock.wait(fds, max(0, wake_ms - clock.now_ms()))


def _rest_collector() -> None:
    """SR-32: no pause of the collector in the loop. The loop makes no reference cycles."""
    gc.collect()
    gc.freeze()
    gc.disable()


class MonotonicClock:
    """The real clock: CLOCK_MONOTONIC only; CLOCK_BOOTTIME just tells how long we slept."""

    def __init__(self) -> None:
        self._asleep_ns = max(_asleep_ns() for _ in range(5))
        self._told_ms = 0

    def now_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def suspended_ms(self) -> int:
        # The two clocks cannot be read at once. Each difference is at most the truth, so
        # the largest one seen is the best, and being preempted in between is never a suspend.
        growth_ms = (_asleep_ns() - self._asleep_ns) // 1_000_000
        new_ms = max(0, growth_ms - self._told_ms)
        self._told_ms += new_ms
        return new_ms

    def wait(self, fds: Sequence[int], timeout_ms: int) -> None:
        poller = select.poll()
        for fd in fds:
            poller.register(fd, select.POLLIN)
        poller.poll(timeout_ms)


def _asleep_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.monotonic_ns()
