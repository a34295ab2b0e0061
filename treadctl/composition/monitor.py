"""Watches a treadmill and asks it for nothing: for machines that may not be driven (SR-16).

The same gate as in a run, which connects, says stop, and proves standstill. Nobody arms it, so
it cannot start anything; a belt that moves is stopped, as by every gate (SR-08, SR-37).
"""

import select
import time
from collections.abc import Callable

from treadctl.composition.gate_process import GateProcess
from treadctl.composition.setup_from_config import to_gate_setup
from treadctl.composition.signals import stop_signals
from treadctl.config import TreadmillConfig
from treadctl.model import Mode, Report, Request

HEARTBEAT_MS = 100


def monitor(treadmill: TreadmillConfig, tell: Callable[[Report], None]) -> bool:
    """Tell of every report until a signal comes. True if the belt was proved to stand then.

    Raises:
        TreadctlError: the treadmill cannot be reached.
    """
    gate = GateProcess.start(to_gate_setup(treadmill, Mode.TURN_AROUND))
    standing = False
    counter = 0
    try:
        with stop_signals() as signals:
            while gate.alive and not signals.take():
                counter += 1
                gate.send(Request(at_ms=_now_ms(), counter=counter))
                poller = select.poll()
                poller.register(gate.fileno(), select.POLLIN)
                poller.register(signals.fileno(), select.POLLIN)
                poller.poll(HEARTBEAT_MS)
                for report in gate.receive():
                    standing = report.standstill
                    tell(report)
    finally:
        gate.close()
    return standing


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
