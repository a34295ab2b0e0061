"""The one loop: sockets and timers on one side, simulated time on the other.

Simulated time is real monotonic time, 0 when `run` begins. No threads: an arrival is stamped
when the kernel wakes us, and an event of the simulation is shown outside when it happens.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from math import inf
from selectors import EVENT_READ, BaseSelector, SelectSelector
from typing import Final

from simulator.servers import acts
from simulator.servers.errors import BadRequest
from simulator.servers.plant import Plant
from simulator.servers.port import Port
from simulator.servers.truth import TruthFile

MAX_CONTROL_LINE: Final = 64 * 1024
LINGER_MS: Final = 40_000
"""How long a belt that does not stop is simulated for nobody."""
REST_MS: Final = 5_000
"""A host that is still there may prove the standstill before the machine vanishes."""
SETTLED_MS: Final = 100
"""Long enough for the truth to say that the belt stands."""


def new_selector() -> BaseSelector:
    # select(2) sleeps to the microsecond; poll and epoll round up to the next millisecond,
    # which is all the time a strap edge has. It also takes a regular file as stdin.
    return SelectSelector()


class Stopwatch:
    """Milliseconds of monotonic time since it was made."""

    def __init__(self) -> None:
        self._start_ns = time.monotonic_ns()

    def __call__(self) -> float:
        return (time.monotonic_ns() - self._start_ns) / 1e6


class Loop:
    def __init__(
        self,
        plant: Plant,
        selector: BaseSelector,
        treadmill: Port,
        *,
        straps: Sequence[Port] = (),
        truth: TruthFile | None = None,
        now_ms: Callable[[], float],
        speak: Callable[[], None] = lambda: None,
    ) -> None:
        """*speak* is called whenever a machine that does not speak in bytes may have said more."""
        self._plant = plant
        self._selector = selector
        self._treadmill = treadmill
        self._straps = (treadmill, *straps)
        self._truth = truth
        self._now_ms = now_ms
        self._speak = speak
        self._control = b""
        self._ending_at_ms: float | None = None
        self._moved_at_ms = -inf
        self._link_up = True
        self._host_connected = True
        """What the plant believes. It begins with this, and again when a link returns."""
        self.ended = False

    def listen_for_control(self, fd: int) -> None:
        """Take JSON lines from *fd* until it ends, and then end as well, once the belt stands.

        Whoever held the other end may have been killed in the middle of a run. What becomes of
        the belt then is what somebody wants to see.
        """
        self._selector.register(fd, EVENT_READ, lambda: self._on_control(fd))

    def end_when_readable(self, fd: int) -> None:
        """*fd* is the one a signal handler writes to."""
        self._selector.register(fd, EVENT_READ, self.end)

    def end(self) -> None:
        self.ended = True

    def run(self) -> None:
        self.turn(0)
        while not self.ended:
            self.turn(self.wait_s())

    def turn(self, wait_s: float | None) -> None:
        """Sleep until something is due or arrives, and deal with all of it."""
        self.happened(*(key.data for key, _ in self._selector.select(wait_s)))

    def happened(self, *arrivals: Callable[[], object]) -> None:
        """Live until now, take what has arrived, and show what comes of it."""
        now_ms = self._now_ms()
        # First the time, then the bytes: they arrived now, not when we last looked.
        self._live_until(now_ms)
        for take in arrivals:
            take()
        if arrivals:
            self._live_until(now_ms)
        if self._truth is not None:
            self._truth.flush()
        if not self._plant.standing:
            self._moved_at_ms = now_ms
        if self._ending_at_ms is not None:
            rest_ms = REST_MS if self._treadmill.has_client else SETTLED_MS
            stands = now_ms - self._moved_at_ms >= rest_ms
            self.ended = self.ended or stands or now_ms >= self._ending_at_ms

    def wait_s(self) -> float | None:
        """How long nothing is due. None: for ever, if nothing arrives."""
        event_ms = self._plant.next_event_ms()
        if self._ending_at_ms is not None:
            event_ms = min(event_ms or inf, self._plant.now_ms + 50)
        return None if event_ms is None else max(0.0, (event_ms - self._now_ms()) / 1e3)

    def _live_until(self, to_ms: float) -> None:
        """Advance, stopping at every event: a strap that opened and closed while this process
        did not run is still two edges for the host."""
        while True:
            event_ms = self._plant.next_event_ms()
            if event_ms is None or not self._plant.now_ms < event_ms < to_ms:
                event_ms = to_ms
            sent = self._plant.advance(event_ms)
            self._show(sent)
            if event_ms >= to_ms:
                return

    def _show(self, sent: bytes) -> None:
        # The strap before anything else: it is what somebody measures.
        for port in self._straps:
            port.set_strap(self._plant.strap_closed)
        link_up = self._plant.link_up
        if link_up is not self._link_up:
            self._link_up = link_up
            self._host_connected = True
            self._treadmill.set_link(link_up)
        if sent:
            self._treadmill.write(sent)
        self._speak()
        connected = self._treadmill.has_client
        if link_up and connected is not self._host_connected:
            self._host_connected = connected
            self._plant.set_host_connected(connected)

    def _on_control(self, fd: int) -> None:
        data = os.read(fd, MAX_CONTROL_LINE)
        if not data:
            self._selector.unregister(fd)
            self._ending_at_ms = self._now_ms() + LINGER_MS
            return
        *lines, self._control = (self._control + data).split(b"\n")
        if len(self._control) > MAX_CONTROL_LINE:
            # Judged as it stands, and refused: no act is that long.
            lines.append(self._control)
            self._control = b""
        for line in lines:
            if line.strip():
                self._perform(line)

    def _perform(self, line: bytes) -> None:
        try:
            acts.perform(self._plant, line)
        except BadRequest as error:
            # Whoever types or pipes these has no answer channel; the run is worth more than
            # one mistyped line.
            sys.stderr.write(f"treadmill-sim: control: {error}\n")
