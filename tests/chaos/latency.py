"""Measures the shell of the gate, with real processes over RFC 2217 on loopback.

    python -m tests.chaos.latency [RELEASES]

Prints the time from a strap edge at the server to the stop frame there, the gate's share of
one core at its tick, and how long a start takes. Not a test: figures depend on the machine.
"""

import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.chaos.rig import Core, core_of, setup_for
from tests.chaos.walker import STOP, WALK
from tests.gate.rfc2217_server import Rfc2217Server, rfc2217_server
from tests.gate.waiting import read_bytes, read_until, readable
from treadctl.model import GatePhase, StrapState

SEED: Final = 7
CPU_S: Final = 5.0


def main(argv: list[str]) -> None:
    releases = int(argv[1]) if len(argv) > 1 else 300
    with rfc2217_server() as server:
        started = time.perf_counter()
        with core_of(setup_for(server.url, strap_url=server.url)) as core:
            print(f"start: {(time.perf_counter() - started) * 1e3:.0f} ms")
            core.until(lambda report: report.strap is StrapState.ATTACHED)
            chance = random.Random(SEED)
            times_ms = sorted(release(core, server, chance) for _ in range(releases))
            print(
                f"strap edge to stop frame, {releases} releases: "
                + ", ".join(f"{name} {quantile(times_ms, q):.2f}" for name, q in QUANTILES)
                + f", max {times_ms[-1]:.2f} ms"
            )
            print(f"gate: {cpu_share(core):.2f} % of one core while walking")


QUANTILES: Final = (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))


def release(core: Core, server: Rfc2217Server, chance: random.Random) -> float:
    """Walk, pull the strap at some moment of the tick, and return how long the stop took."""
    received = server.received[0].fileno()
    core.ask(0)
    core.until(lambda report: report.phase is GatePhase.IDLE)
    core.ask(100)
    read_until(received, WALK)
    pulled_at = time.perf_counter() + chance.uniform(0, 0.09)
    while time.perf_counter() < pulled_at:
        readable(received, within_ms=0)
    # A walk frame that is due may be on its way already; it is not the answer.
    while readable(received, within_ms=0):
        read_bytes(received, 1)
    begun = time.perf_counter()
    server.set_strap(False)
    read_until(received, STOP)
    took_ms = (time.perf_counter() - begun) * 1e3
    core.until(lambda report: report.strap is StrapState.RELEASED)
    server.set_strap(True)
    core.until(lambda report: report.strap is StrapState.ATTACHED)
    return took_ms


def cpu_share(core: Core) -> float:
    """Return the percentage of one core that the gate process used over some seconds."""
    core.ask(0)
    core.until(lambda report: report.phase is GatePhase.IDLE)
    before, begun = cpu_s(core.gate.pid), time.perf_counter()
    while time.perf_counter() - begun < CPU_S:
        core.ask(100)
        readable(core.gate, within_ms=100)
        core.gate.receive()
        time.sleep(0.1)
    return 100 * (cpu_s(core.gate.pid) - before) / (time.perf_counter() - begun)


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quantile(values: Sequence[float], q: float) -> float:
    return values[min(len(values) - 1, int(len(values) * q))]


if __name__ == "__main__":
    main(sys.argv)
