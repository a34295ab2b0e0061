"""The gate process: ``python -m treadctl.gate --fd N``. The one place that picks a link.

Started by the core's side with one end of a socket pair. It says hello, checks that both are
the same software with the same limits, opens the port, has the rescue process stand by,
and runs the loop until the belt is nobody's any more. Whatever goes wrong before that is a
`Bye` with a sentence; nothing is ever printed.
"""

import contextlib
import os
import resource
import select
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from firmware_protocols.registry import PROTOCOLS
from treadctl.drivers import ports
from treadctl.drivers.bridge_link import BridgeLink
from treadctl.drivers.exclusive import TreadmillLock
from treadctl.drivers.opener import BackgroundOpener
from treadctl.drivers.rescue_guard import RescueGuard
from treadctl.errors import LinkError, TreadctlError
from treadctl.gate import identity, loop, rescue
from treadctl.gate.channel import Channel
from treadctl.gate.gate import Gate
from treadctl.gate.heart import RETRY_MS, HeartEar, HeartInput
from treadctl.gate.ipc import Bye, ByeReason, Hello, Message
from treadctl.gate.link_keeper import LinkKeeper
from treadctl.gate.setup import GateSetup, HeartKind, StrapKind
from treadctl.gate.signals import SignalStops
from treadctl.gate.strap import StrapInput, StrapRefused, check_source
from treadctl.safety.limits import problems

HANDSHAKE_MS: Final = 5_000
MEMORY_BYTES: Final = 1 << 30
"""SR-32: a gate that leaks dies here, where the rescue process still can stop the belt."""
REALTIME_PRIORITY: Final = 20
NICE: Final = -10

MakeGate = Callable[..., loop.StepGate]
EXIT: Final = {
    ByeReason.ENDED: 0,
    ByeReason.LINK_UNAVAILABLE: 13,
    ByeReason.VERSION_MISMATCH: 14,
    ByeReason.NOT_STANDING: 16,
}
EXIT_OTHER: Final = 1
EXIT_USAGE: Final = 2


class Refusal(TreadctlError):
    """This gate will not run; the reason goes to the core."""

    def __init__(self, reason: ByeReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(slots=True)
class Rig:
    """What has to be open before the loop may run."""

    link: LinkKeeper[ports.AnyLink]
    strap: StrapInput
    guard: RescueGuard
    heart: HeartInput | None


def main(argv: list[str], *, make_gate: MakeGate = Gate) -> int:
    """Run one gate process. *make_gate* is for tests."""
    if len(argv) != 3 or argv[1] != "--fd" or not argv[2].isdecimal():
        with contextlib.suppress(OSError):
            sys.stderr.write("This is started by treadctl, with --fd N.\n")
        return EXIT_USAGE
    _be_urgent()
    stops = SignalStops()
    try:
        connection = socket.socket(fileno=int(argv[2]))
        connection.setblocking(False)
    except OSError:
        return EXIT_USAGE
    core = Channel(connection)
    try:
        reason = _serve(core, stops, make_gate)
        message = "The session is over." if reason is ByeReason.ENDED else "Standstill unknown."
    except Refusal as refusal:
        reason, message = refusal.reason, str(refusal)
    except Exception as error:  # noqa: BLE001  (a sentence for a person, never a traceback)
        reason, message = ByeReason.GATE_FAULT, f"The gate failed: {_where(error)}"
    core.post(Bye(reason, message))
    core.close()
    return EXIT.get(reason, EXIT_OTHER)


def _serve(core: Channel, stops: SignalStops, make_gate: MakeGate) -> ByeReason:
    setup = _shake_hands(core)
    frames = PROTOCOLS[setup.machine.protocol].stop_frames
    clock = loop.MonotonicClock()
    with contextlib.ExitStack() as opened:
        rig = _open(setup, frames, opened)
        loop.run(
            make_gate(setup, now_ms=clock.now_ms()),
            rig.link,
            rig.strap,
            core,
            clock,
            stops=stops,
            guard=rig.guard,
            stop_frames=frames,
            heart=rig.heart,
        )
        # Only here: a gate that ends in any other way leaves the stopping to the rescue process.
        rig.guard.dismiss()
        return ByeReason.ENDED if rig.link.up else ByeReason.NOT_STANDING


def _shake_hands(core: Channel) -> GateSetup:
    """SR-59: compare before anything is opened."""
    theirs: Hello | None = None
    setup: GateSetup | None = None
    deadline_ms = _now_ms() + HANDSHAKE_MS
    while setup is None:
        message = _next(core, deadline_ms)
        match message:
            case Hello():
                theirs = message
            case GateSetup():
                setup = message
            case _:
                raise Refusal(ByeReason.BAD_SETUP, "The gate was not told what to do.")
    ours = identity.hello(setup.limits)
    core.post(ours)
    if theirs != ours:
        raise Refusal(
            ByeReason.VERSION_MISMATCH,
            "The two halves of the program are not the same version or limits. "
            "Install the program anew.",
        )
    if found := problems(setup.limits):
        first = found[0]
        raise Refusal(ByeReason.LIMITS_REFUSED, f"{first.key}: {first.message}")
    protocol = PROTOCOLS.get(setup.machine.protocol)
    if protocol is None:
        raise Refusal(ByeReason.BAD_SETUP, f"There is no protocol {setup.machine.protocol!r}.")
    return setup


def _next(core: Channel, deadline_ms: int) -> Message:
    """Return the next message of the handshake; what follows stays in the channel."""
    while True:
        received = core.receive_one()
        if received is not None:
            return received
        left_ms = deadline_ms - _now_ms()
        if left_ms <= 0 or not core.alive:
            raise Refusal(ByeReason.BAD_SETUP, "The core did not say what to do.")
        poller = select.poll()
        poller.register(core.fileno(), select.POLLIN)
        poller.poll(left_ms)


def _open(setup: GateSetup, frames: tuple[bytes, ...], opened: contextlib.ExitStack) -> Rig:
    """Open lock, port, rescue and strap, in this order, or say which of them failed."""
    url = setup.link_url
    try:
        if setup.strap is not None:
            check_source(setup.strap)
    except StrapRefused as error:
        raise Refusal(ByeReason.STRAP_REFUSED, f"{error}.") from error
    try:
        lock = TreadmillLock(ports.identity(url))
    except LinkError as error:
        raise Refusal(ByeReason.IN_USE, f"{error}.") from error
    opened.callback(lock.close)
    try:
        link = ports.open_link(url)
    except LinkError as error:
        raise Refusal(ByeReason.LINK_UNAVAILABLE, f"{error}.") from error
    opener = BackgroundOpener(lambda: ports.open_link(url), ports.give_up)
    keeper: LinkKeeper[ports.AnyLink] = LinkKeeper(
        link,
        opener,
        stop_frame=frames[0],
        on_new_link=lambda new: guard.share(new.fileno()),
    )
    opened.callback(keeper.close)
    try:
        guard = RescueGuard(Path(rescue.__file__), link.fileno(), frames, inherit=[lock.fileno()])
    except (LinkError, OSError) as error:
        raise Refusal(ByeReason.RESCUE_UNAVAILABLE, f"{error}.") from error
    try:
        line = _strap_line(setup, link, keeper)
    except LinkError as error:
        guard.dismiss()
        raise Refusal(ByeReason.STRAP_REFUSED, f"{error}.") from error
    if line is not None:
        opened.callback(line.close)
    strap = StrapInput(line, expiry_ms=setup.limits.strap_expiry_ms)
    return Rig(keeper, strap, guard, _heart_input(setup, opened))


def _heart_input(setup: GateSetup, opened: contextlib.ExitStack) -> HeartInput | None:
    """A sensor is opened in the background, now and whenever it is lost: nothing waits for it."""
    source = setup.heart
    if source is None or source.kind is not HeartKind.SENSOR:
        return None
    url, ear = source.url, HeartEar()
    keeper: LinkKeeper[BridgeLink] = LinkKeeper(
        None,
        BackgroundOpener(lambda: ports.open_heart(url)),
        stop_frame=b"",  # nothing is ever written to it
        on_new_link=lambda new: ear.restart(),
        retry_ms=RETRY_MS,
    )
    opened.callback(keeper.close)
    return HeartInput(keeper, ear)


def _strap_line(
    setup: GateSetup, link: ports.AnyLink, keeper: LinkKeeper[ports.AnyLink]
) -> ports.StrapContact | None:
    source = setup.strap
    if source is None or source.kind is not StrapKind.MODEM_LINE:
        return None
    if source.url != setup.link_url:
        return ports.StrapPort(source.url, source.line)
    ports.check_strap(link, source.url)
    return ports.shared_line(lambda: keeper.link, source.url, source.line)


def _be_urgent() -> None:
    """SR-32: first in line for the processor, and bounded in memory. Refusals are ignored."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(REALTIME_PRIORITY))
    except OSError:
        with contextlib.suppress(OSError):
            os.nice(NICE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ""
    if trace is not None:
        place = f" in {Path(trace.tb_frame.f_code.co_filename).name} line {trace.tb_lineno}"
    return f"{type(error).__name__}{place}: {error}"


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


if __name__ == "__main__":
    sys.exit(main(sys.argv))
