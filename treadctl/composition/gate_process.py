"""The core's side of the gate process: starts it, speaks with it, notices its end.

The gate runs in a session of its own, so that a terminal's Ctrl-C reaches the core and not
the gate. Nothing here kills a gate that is at work on a stop; a gate that has fallen silent
is killed, because then its rescue process takes over and stops the belt (SR-31).
"""

import select
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from typing import Final

from treadctl import own_process
from treadctl.errors import HandshakeError, LinkError, TreadctlError
from treadctl.gate import identity
from treadctl.gate.channel import Channel
from treadctl.gate.ipc import Bye, ByeReason, Hello
from treadctl.gate.setup import GateSetup
from treadctl.model import Report, Request

COMMAND: Final = own_process.command("treadctl.gate")
START_MS: Final = 15_000
SILENCE_MS: Final = 1_000
"""Reports come every 100 ms. A gate without one for this long is hung."""
LOOK_MS: Final = 200
"""It is looked at every 100 ms. Of a longer time not looked at, so much counts."""
LEAVE_S: Final = 1.0
"""For a gate that said why it will not start."""
CLOSE_MS: Final = 35_000
"""SR-20: a gate without a link keeps trying for 30 s."""
_LINK_REASONS: Final = (
    ByeReason.LINK_UNAVAILABLE,
    ByeReason.IN_USE,
    ByeReason.STRAP_REFUSED,
    ByeReason.RESCUE_UNAVAILABLE,
)


class GateFailed(TreadctlError):
    """The gate process did not start, for a reason that is neither link nor version."""


class GateProcess:
    """One running gate. Made by `start`."""

    def __init__(self, process: subprocess.Popen[bytes], channel: Channel) -> None:
        self._process = process
        self._channel = channel
        self._waiting: list[Report] = []
        self._looked_ms: int | None = None
        self._silent_ms = 0
        self.bye: Bye | None = None
        """Why the gate ended, if it could say so. None after the end: it died (`GATE_GONE`)."""

    @classmethod
    def start(cls, setup: GateSetup, *, command: Sequence[str] = COMMAND) -> "GateProcess":
        """Start a gate and return when it has the link, its rescue process and a first report.

        Raises:
            HandshakeError: not the same software or limits (SR-59).
            LinkError: the port, the strap or the rescue process is not to be had.
            GateFailed: anything else; the message is for a person.
        """
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            process = subprocess.Popen(
                [*command, "--fd", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=own_process.environment(),
            )
        gate = cls(process, Channel(ours))
        try:
            gate._shake_hands(setup)
        except BaseException:
            ours.close()
            try:
                process.wait(LEAVE_S)
            except subprocess.TimeoutExpired:
                # Never armed, so nothing moves; and if it had a link, its rescue process stops.
                process.kill()
                process.wait()
            raise
        return gate

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False as soon as the gate's end of the stream is closed, whatever closed it."""
        return self._channel.alive

    def fileno(self) -> int:
        """Return the descriptor that is readable when a report or the end has come; -1 after."""
        return self._channel.fileno()

    def send(self, request: Request) -> None:
        """Send *request*, never blocking; an older one that is still waiting is replaced."""
        if self.alive:
            self._channel.offer(request)

    def receive(self) -> list[Report]:
        """Return the reports that came, oldest first."""
        reports, self._waiting = self._waiting, []
        for message in self._channel.receive():
            match message:
                case Report():
                    reports.append(message)
                case Bye():
                    self.bye = message
                case _:
                    pass  # a gate says nothing else after its first report
        return reports

    def watch(self, now_ms: int, reports: Sequence[Report]) -> None:
        """Kill a gate that hangs: told the time and what `receive` returned (SR-31, H-10).

        Time in which nobody looked is not the gate's silence: whoever was frozen, thaws in the
        middle of a turn and does not know yet what has come.
        """
        looked_ms, self._looked_ms = self._looked_ms, now_ms
        if reports or looked_ms is None:
            self._silent_ms = 0
            return
        self._silent_ms += min(now_ms - looked_ms, LOOK_MS)
        if self.alive and self._silent_ms > SILENCE_MS:
            self.kill()

    def kill(self) -> None:
        """End the gate at once. Its rescue process goes on, and stops the belt."""
        self._process.send_signal(signal.SIGKILL)

    def close(self, wait_ms: int = CLOSE_MS) -> int | None:
        """Hang up, and wait for the gate to have stopped the belt. Return its exit code.

        None: it is still trying after *wait_ms*; standstill is not proved.
        """
        self._channel.close()
        try:
            return self._process.wait(wait_ms / 1_000)
        except subprocess.TimeoutExpired:
            return None

    def _shake_hands(self, setup: GateSetup) -> None:
        ours = identity.hello(setup.limits)
        self._channel.post(ours)
        self._channel.post(setup)
        deadline_ms = _now_ms() + START_MS
        while not self._waiting:
            for message in self._channel.receive():
                match message:
                    case Hello() if message != ours:
                        raise HandshakeError(
                            "The two halves of the program are not the same version or limits. "
                            "Install the program anew."
                        )
                    case Report():
                        self._waiting.append(message)
                    case Bye():
                        raise _error(message)
                    case _:
                        pass
            if self._waiting:
                return
            left_ms = deadline_ms - _now_ms()
            if left_ms <= 0 or not self.alive:
                raise GateFailed("The safety program did not start.")
            poller = select.poll()
            poller.register(self.fileno(), select.POLLIN)
            poller.poll(left_ms)


def _error(bye: Bye) -> TreadctlError:
    if bye.reason is ByeReason.VERSION_MISMATCH:
        return HandshakeError(bye.message)
    return LinkError(bye.message) if bye.reason in _LINK_REASONS else GateFailed(bye.message)


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
