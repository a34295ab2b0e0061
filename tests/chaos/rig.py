"""Real processes on a real pty, and what their tests have in common."""

import contextlib
import os
import pty
import signal
import sys
import tty
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.gate.waiting import DEADLINE_MS, now_ms, readable
from treadctl.composition.gate_process import GateProcess
from treadctl.gate.setup import GateSetup, MachineFacts, StrapKind, StrapSource
from treadctl.model import Report, Request

WALKER: Final = (sys.executable, "-P", "-m", "tests.chaos.walker")


def setup_for(link_url: str, *, strap_url: str | None = None) -> GateSetup:
    """A set-up for the Woodway protocol on *link_url*."""
    strap = None if strap_url is None else StrapSource(StrapKind.MODEM_LINE, strap_url)
    return GateSetup("rig", MachineFacts("woodway-us"), link_url, strap, simulated=True)


def ble_setup_for(link_url: str, *, strap_url: str | None = None) -> GateSetup:
    """A set-up for an FTMS treadmill on *link_url*."""
    machine = MachineFacts("ftms", unit="kmh")
    return replace(setup_for(link_url, strap_url=strap_url), machine=machine)


def request(counter: int, *, setpoint_ckmh: int = 0, end: bool = False) -> Request:
    return Request(at_ms=now_ms(), counter=counter, setpoint_ckmh=setpoint_ckmh, end=end)


class Machine:
    """The treadmill's end of a pty."""

    def __init__(self) -> None:
        # Our own hold on the other end keeps reads from failing before the gate is there.
        self.fd, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)

    def vanish(self) -> None:
        """Unplug the cable."""
        if self.fd >= 0:
            os.close(self._slave)
            os.close(self.fd)
            self.fd = -1


class Core:
    """A test in the role of the core."""

    def __init__(self, gate: GateProcess) -> None:
        self.gate = gate
        self.rescue_pid = next(iter(children(gate.pid)), 0)
        self._counter = 0

    def ask(self, setpoint_ckmh: int = 0, *, end: bool = False) -> None:
        self._counter += 1
        self.gate.send(request(self._counter, setpoint_ckmh=setpoint_ckmh, end=end))

    def until(self, condition: Callable[[Report], bool], *, within_ms: int = DEADLINE_MS) -> Report:
        """Read reports until one is as wanted."""
        deadline_ms = now_ms() + within_ms
        while now_ms() < deadline_ms:
            for report in self.gate.receive():
                if condition(report):
                    return report
            assert self.gate.alive, f"the gate ended: {self.gate.bye}"
            readable(self.gate, within_ms=max(0, deadline_ms - now_ms()))
        raise AssertionError("no such report")

    def gone_ms(self) -> int:
        """Return how long it takes from now until the end of the gate is seen."""
        started_ms = now_ms()
        while self.gate.alive:
            assert now_ms() - started_ms < DEADLINE_MS
            readable(self.gate)
            self.gate.receive()
        return now_ms() - started_ms


@contextlib.contextmanager
def machine() -> Iterator[Machine]:
    """A treadmill's end for the length of a test."""
    running = Machine()
    try:
        yield running
    finally:
        running.vanish()


@contextlib.contextmanager
def core_of(setup: GateSetup) -> Iterator[Core]:
    """A running gate, and nothing of it left afterwards."""
    gate = GateProcess.start(setup, command=WALKER)
    core = Core(gate)
    try:
        yield core
    finally:
        gate.kill()
        gate.close()
        end(core.rescue_pid)


def children(pid: int) -> list[int]:
    """Return the direct children of a process."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in listed.split()]


def is_running(pid: int) -> bool:
    """Return whether *pid* exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end(pid: int) -> None:
    """Kill one process that this test has started, if it is still there."""
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
