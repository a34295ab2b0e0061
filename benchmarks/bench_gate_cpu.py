"""How much of one core the gate process needs, while moving and at rest.

    python benchmarks/bench_gate_cpu.py [--quick] [--seconds N]

One real-time run of `treadctl run --simulate`: /proc/PID/stat of its processes over N seconds of
the warm-up, then over N seconds of a pause, where the belt stands and the gate ticks more slowly.
The rescue process is not a child of ours and sleeps; it is not counted.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from figures import heading, load, row, verdict
from product import ProductRun, is_state

BAR_PERCENT: Final = 5.0
START_WITHIN_S: Final = 90.0
STAND_WITHIN_S: Final = 30.0
SETTLE_S: Final = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 seconds of each")
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    seconds = 5.0 if options.quick else options.seconds
    heading(f"Share of one core over {seconds:.0f} s")
    with tempfile.TemporaryDirectory() as folder:
        run = ProductRun(Path(folder), control=True)
        try:
            if not run.wait_for(is_state("warm_up"), START_WITHIN_S):
                raise SystemExit("the session did not start")
            moving = shares(run, seconds)
            show("moving, a tick every 20 ms", moving)
            run.say(do="pause")
            if not run.wait_for(is_paused, STAND_WITHIN_S):
                raise SystemExit("the session did not pause")
            resting = shares(run, seconds)
            show("at rest, every 50 ms", resting)
            run.say(do="end")
        finally:
            run.close()
    row("load", load())
    worst = max(moving["gate"], resting["gate"])
    verdict(f"gate <= {BAR_PERCENT:.0f} % of one core", worst <= BAR_PERCENT)
    return 0


def shares(run: ProductRun, seconds: float) -> dict[str, float]:
    """The share of each process in percent of one core, once things have settled."""
    drain(run, SETTLE_S)
    pids = run.pids()
    before, begun = {name: cpu_s(pid) for name, pid in pids.items()}, time.perf_counter()
    drain(run, seconds)
    lasted = time.perf_counter() - begun
    return {name: 100 * (cpu_s(pid) - before[name]) / lasted for name, pid in pids.items()}


def show(name: str, found: dict[str, float]) -> None:
    row(name, ", ".join(f"{part} {share:.2f} %" for part, share in found.items()))


def drain(run: ProductRun, seconds: float) -> None:
    """Let *seconds* pass, and let the run say what it says."""
    run.wait_for(lambda event: event["event"] == "finished", seconds)


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_paused(event: dict[str, Any]) -> bool:
    return (event["event"], event.get("state"), event.get("standstill")) == (
        "sample",
        "paused",
        True,
    )


if __name__ == "__main__":
    sys.exit(main())
