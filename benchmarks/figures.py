"""What every benchmark prints around its figures, so that they can be compared later."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
QUANTILES: Final = (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0))


def heading(what: str) -> None:
    """Print what was measured, of which commit, on what, and how busy it was."""
    print(what)
    print(f"  command   {' '.join(['python', *sys.argv])}")
    print(f"  when      {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}")
    print(f"  machine   {os.cpu_count()} cores, {_processor()}, Python {platform.python_version()}")
    print(f"  load      {load()} when this began", flush=True)


def load() -> str:
    """The load average of the last minute: above the number of cores, wall times are noise."""
    return f"{os.getloadavg()[0]:.1f}"


def spread(values: Iterable[float], unit: str = "ms") -> str:
    """The quantiles of *values* on one line."""
    ordered = sorted(values)
    if not ordered:
        return "nothing measured"
    found = ", ".join(f"{name} {quantile(ordered, q):.2f}" for name, q in QUANTILES)
    return f"{found} {unit}  (n = {len(ordered)})"


def quantile(ordered: Sequence[float], q: float) -> float:
    """The smallest value that at least *q* of *ordered* do not exceed: never an interpolation."""
    rank = -int(-q * len(ordered) // 1)  # rounded up
    return ordered[max(0, min(len(ordered), rank) - 1)]


def row(name: str, value: str) -> None:
    print(f"  {name:<28} {value}", flush=True)


def verdict(bar: str, met: bool) -> None:
    """Say whether *bar* was met. Nothing fails: these are figures, not tests."""
    row("bar", f"{bar}: {'met' if met else 'NOT MET'}")


def _commit() -> str:
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
