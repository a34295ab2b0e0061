"""``make releases``: the strap is pulled at every tick of whole sessions, in virtual time (SR-16).

A session is walked once. At every tick at which the belt was told to move, the process is
copied; in the copy the strap is pulled right after the gate has looked, the worst moment there
is, and what matters is when a frame that stops the belt has reached the machine whole.
"""

import math
import os
import struct
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

from tests.proof import results
from tests.rig import Rig
from treadctl.composition.virtual import resting_collector
from treadctl.core.programme import Programme
from treadctl.model import GatePhase, Mode, StrapState

PLAN: Final = "novice-1"
NEVER_MS: Final = 1_000
"""A stop later than that is none."""
TOLD_TO_MOVE: Final = (GatePhase.STARTING, GatePhase.MOVING, GatePhase.STOPPING)
WALKS: Final = (
    ("woodway-us", Mode.TURN_AROUND),
    ("woodway-us", Mode.BELT_REVERSE),
    ("trackmaster", Mode.TURN_AROUND),
    ("ftms", Mode.TURN_AROUND),
)
_ANSWER: Final = struct.Struct("d")


@dataclass(frozen=True, slots=True)
class Releases:
    """Of one session."""

    machine: str
    mode: Mode
    took_ms: tuple[float, ...]
    """NEVER_MS where no stop came."""
    seconds: float


def pulled(machine: str, mode: Mode, *, every: int = 1, plan: str | Programme = PLAN) -> Releases:
    """Pull the strap at every *every*-th moving tick of a session."""
    began = time.monotonic()
    rig = Rig(machine, plan, mode=mode)
    took_ms: list[float] = []
    number = 0
    with resting_collector():
        while rig.finished() is None:
            rig.tick()
            if rig.phase() in TOLD_TO_MOVE:
                number += 1
                if number % every == 0 and (ms := _in_a_copy(rig)) is not None:
                    took_ms.append(ms)
    return Releases(machine, mode, tuple(took_ms), time.monotonic() - began)


def _in_a_copy(rig: Rig) -> float | None:
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover, in another process
        code = 1
        try:
            took_ms = release(rig)
            os.write(writes, _ANSWER.pack(math.nan if took_ms is None else took_ms))
            code = 0
        finally:
            os._exit(code)
    os.close(writes)
    try:
        answer = os.read(reads, _ANSWER.size)
    finally:
        os.close(reads)
        os.waitpid(child, 0)
    if len(answer) != _ANSWER.size:
        raise RuntimeError(f"the copy of {rig.machine} at {rig.now_ms} ms did not answer")
    took_ms = float(_ANSWER.unpack(answer)[0])
    return None if math.isnan(took_ms) else took_ms


def release(rig: Rig) -> float | None:
    """Pull the strap now; return after how many ms a stop had reached the machine.

    The gate looks once more before it can see that: here it does not wake on the edge, as it
    does where there is one. None: with that look the belt was proved to stand.
    """
    pulled_ms, outside = rig.now_ms, rig.virtual.outside
    rig.truth.clear()  # nobody asks for the past, and it is long
    outside.strap = StrapState.ATTACHED
    rig.act("strap-pull")
    rig.tick()
    outside.strap = None
    if rig.phase() not in TOLD_TO_MOVE:
        return None
    while rig.now_ms < pulled_ms + NEVER_MS:
        rig.tick()
        stop_ms = rig.stop_frame_ms(since_ms=pulled_ms + 0.001)
        if stop_ms is not None:
            return stop_ms - pulled_ms
    return float(NEVER_MS)


def main() -> int:
    every = int(os.environ.get("EVERY", "1"))
    all_ms: list[float] = []
    print(
        f"{'MACHINE':<13}{'MODE':<14}{'RELEASES':>9}{'P50':>7}{'P99.9':>7}{'MAX':>7}{'SECONDS':>9}"
    )
    with ProcessPoolExecutor(max_workers=2) as pool:
        for walk in _walks(pool, every):
            ordered = sorted(walk.took_ms)
            all_ms += ordered
            print(
                f"{walk.machine:<13}{walk.mode.value:<14}{len(ordered):>9,}"
                f"{quantile(ordered, 0.5):>7.0f}{quantile(ordered, 0.999):>7.0f}"
                f"{ordered[-1]:>7.0f}{walk.seconds:>9.0f}",
                flush=True,
            )
    all_ms.sort()
    figures = {
        "releases": len(all_ms),
        "p50_ms": quantile(all_ms, 0.5),
        "p999_ms": quantile(all_ms, 0.999),
        "max_ms": all_ms[-1],
    }
    results.write("releases", "make releases", figures)
    print(f"all {len(all_ms):,}: p99.9 {figures['p999_ms']:.0f} ms, longest {all_ms[-1]:.0f} ms")
    return 0 if all_ms[-1] < NEVER_MS else 1


def _walks(pool: ProcessPoolExecutor, every: int) -> Iterator[Releases]:
    waiting = [pool.submit(pulled, machine, mode, every=every) for machine, mode in WALKS]
    for each in waiting:
        yield each.result()


def quantile(ordered: list[float], q: float) -> float:
    """The smallest value that at least *q* of *ordered* do not exceed: never an interpolation."""
    rank = -int(-q * len(ordered) // 1)
    return ordered[max(0, min(len(ordered), rank) - 1)]


if __name__ == "__main__":
    sys.exit(main())
