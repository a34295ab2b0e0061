"""The screen in a real terminal: cold start, CPU share, key press to the stop that leaves.

    python benchmarks/bench_tui.py [--presses N] [--seconds N]

Cold start and CPU are the product's own, on a pty of 120x40. The presses go to `screen_child.py`:
the whole application with a run that always walks, so that one process takes all of them; time
ends where the request to stop leaves for the gate. What the gate adds is bench_strap_latency's.
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from figures import heading, load, quantile, row, spread, verdict  # noqa: E402

from tests.chaos.terminal import Terminal  # noqa: E402

BAR_START_S: Final = 1.0
BAR_CPU_PERCENT: Final = 12.0
BAR_P99_MS: Final = 60.0
STARTS: Final = 5
SIZE: Final = (120, 40)
GAP_S: Final = 0.05
"""Between two presses; not a divisor of the redraw's tenth, so that all phases are met."""


def cold_start(home: Path) -> tuple[list[float], list[float]]:
    """Seconds from the start of the process to the first screen, and until it can be used: people
    and the first plan are in its lists."""
    shown: list[float] = []
    took: list[float] = []
    for _ in range(STARTS):
        terminal = Terminal("tui", home=home, size=SIZE)
        try:
            terminal.until("1 WHO", within=30)
            shown.append(time.monotonic() - terminal.began)
            terminal.until("novice-1", within=30)
            took.append(time.monotonic() - terminal.began)
            terminal.type(b"\x11")
            terminal.wait()
        finally:
            terminal.close()
    return shown, took


def cpu_percent(home: Path, seconds: float) -> float:
    """The share of one core that the product's process takes while somebody walks."""
    terminal = Terminal("tui", "novice-1", "--simulate", "woodway-us", home=home, size=SIZE)
    try:
        terminal.start_walking()
        before_s, began = _cpu_s(terminal.pid), time.monotonic()
        terminal.read_for(seconds)
        share = 100 * (_cpu_s(terminal.pid) - before_s) / (time.monotonic() - began)
        os.kill(terminal.pid, signal.SIGHUP)
        terminal.wait()
        return share
    finally:
        terminal.close()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def presses(home: Path, count: int) -> list[float]:
    """Milliseconds from the key in the terminal to the request that leaves."""
    stamps, theirs = os.pipe()
    os.set_inheritable(theirs, True)
    terminal = Terminal(
        str(theirs),
        home=home,
        size=SIZE,
        command=(sys.executable, "-P", str(HERE / "screen_child.py")),
    )
    os.close(theirs)
    took: list[float] = []
    try:
        terminal.until("left in this step", within=30)
        terminal.read_for(1.0)
        for _ in range(count):
            pressed_ns = time.monotonic_ns()
            terminal.type(b" ")
            left = b""
            while len(left) < 8:
                with contextlib.suppress(BlockingIOError):
                    left += os.read(stamps, 8 - len(left))
            took.append((int.from_bytes(left, "big") - pressed_ns) / 1e6)
            terminal.read_for(GAP_S)
    finally:
        terminal.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presses", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    heading("The screen in a real terminal of 120x40")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shown, starts = cold_start(home)
        row("first screen, each", ", ".join(f"{s:.2f}" for s in shown) + " s")
        row("usable, each", ", ".join(f"{s:.2f}" for s in starts) + " s")
        median = quantile(sorted(starts), 0.5)
        verdict(f"first usable screen within {BAR_START_S} s (median)", median <= BAR_START_S)
        share = cpu_percent(home, options.seconds)
        row("CPU while walking", f"{share:.1f} % of one core")
        verdict(f"at most {BAR_CPU_PERCENT} %", share <= BAR_CPU_PERCENT)
        took = presses(home, options.presses)
        row("key to request that leaves", spread(took))
        p99 = quantile(sorted(took), 0.99)
        verdict(f"p99 at most {BAR_P99_MS} ms", p99 <= BAR_P99_MS)
    row("load", f"{load()} when this ended")


if __name__ == "__main__":
    main()
