"""`make test`: the tests in virtual time and those in real time, side by side.

    python -m tests.proof.whole [pytest's options]

Those marked ``chaos`` start real processes and mostly wait for them; and a program that gets no
turn for 0.3 s has its belt stopped (SR-30). The others only compute. So they run at a lower
priority, and take what is left. The exit code is pytest's, of whichever failed.
"""

import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

from tests.proof import results

_PYTEST: Final = (sys.executable, "-m", "pytest", "-q")
_NOTHING_CHOSEN: Final = 5
"""pytest's exit code where its options leave no test."""


@dataclass(frozen=True, slots=True)
class Part:
    """The tests that one pytest runs, and how."""

    name: str
    command: tuple[str, ...]


# Two workers each, for two cores. The cache is kept by the first, so that `--lf` knows its tests.
VIRTUAL: Final = Part(
    "virtual time",
    (
        *("nice", "-n", "10"),
        *(*_PYTEST, "-n", "2", "-m", "not interop and not chaos", "-p", "tests.proof.counting"),
    ),
)
REAL: Final = Part(
    "real time",
    (
        *(*_PYTEST, "-n", "2", "-m", "not interop and chaos"),
        # One after the other: some take a minute, and none is to wait behind them.
        *("--maxschedchunk", "1", "-p", "no:cacheprovider"),
    ),
)


def main(options: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, _end)
    began_s = time.monotonic()
    code = run(VIRTUAL, REAL, options)
    if not options:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = {
            "wall_s": round(time.monotonic() - began_s),
            "cpu_s": round(used.ru_utime + used.ru_stime),
            "exit_code": code,
        }
        results.write("suite", "make test", found)
    return code


def run(shown: Part, beside: Part, options: Sequence[str] = ()) -> int:
    """Run both. What *beside* says is told when the other has ended."""
    with tempfile.TemporaryFile() as said:
        second = subprocess.Popen([*beside.command, *options], stdout=said, stderr=said)
        try:
            first = subprocess.run([*shown.command, *options], check=False)
            if second.poll() is None:
                print(f"The tests in {beside.name} are still running ...", flush=True)
            codes = first.returncode, second.wait()
        finally:
            if second.poll() is None:
                second.terminate()
                second.wait()
            print(f"\nThe tests in {beside.name}:")
            _tell(said)
    ran = [code for code in codes if code != _NOTHING_CHOSEN]
    return max(ran, key=abs, default=_NOTHING_CHOSEN)


def _tell(said: IO[bytes]) -> None:
    said.seek(0)
    print(said.read().decode(errors="replace"), end="", flush=True)


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
