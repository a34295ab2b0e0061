"""One target under the coverage-guided fuzzer, until it has had its bytes.

    python -m tests.fuzz.guided TARGET --bytes N --seed N --work DIR

A process of its own, started by `campaign`: the fuzzer ends its process when something is found,
and what it has instrumented stays so. What has been done is in DIR/tally.json at any moment.
"""

import argparse
import json
import os
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Final

INSTRUMENTED: Final = ("firmware_protocols", "treadctl")
LENGTH_MAX: Final = 4_096
LIMIT_S: Final = 1.0
"""Of computing, for one input."""
HANGS_S: Final = 20
"""Of waiting: the machine may be busy with something else, and a hang is one for ever."""
MEMORY_MB: Final = 1_024
TOLD_EVERY_S: Final = 2.0


class Tally:
    """What was done so far, on the disk."""

    def __init__(self, path: Path, bytes_wanted: int) -> None:
        self._path = path
        self._wanted = bytes_wanted
        self._told_s = 0.0
        self.bytes = 0
        self.executions = 0
        self.slowest_s = 0.0

    def took(self, size: int, took_s: float) -> None:
        """One more input. Ends the process when they have been enough."""
        self.bytes += size
        self.executions += 1
        self.slowest_s = max(self.slowest_s, took_s)
        enough = self.bytes >= self._wanted
        if enough or time.monotonic() - self._told_s >= TOLD_EVERY_S:
            self._tell()
        if enough:
            os._exit(0)  # nothing of the fuzzer's has to be said

    def _tell(self) -> None:
        self._told_s = time.monotonic()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(
            json.dumps(
                {
                    "bytes": self.bytes,
                    "executions": self.executions,
                    "slowest_ms": round(self.slowest_s * 1e3, 1),
                    "peak_mb": usage.ru_maxrss // 1_024,
                    "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
                }
            ),
            encoding="utf-8",
        )
        fresh.replace(self._path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--bytes", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        from tests.fuzz.catalogue import TARGETS
        from tests.fuzz.corpus import kept
        from tests.fuzz.targets import Found
    target = TARGETS[options.target]
    tally = Tally(options.work / "tally.json", options.bytes)

    def one(data: bytes) -> None:
        began_s = time.process_time()
        target.judge(data)
        took_s = time.process_time() - began_s
        if took_s > LIMIT_S:
            raise Found(f"{took_s:.1f} s of computing")
        tally.took(len(data), took_s)

    inputs = options.work / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate((*target.seeds, *kept(target.name))):
        (inputs / f"seed-{number}").write_bytes(data)
    words = options.work / "words.txt"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")
    atheris.Setup(
        [
            sys.argv[0],
            str(inputs),
            f"-seed={options.seed}",
            f"-max_len={LENGTH_MAX}",
            "-len_control=0",
            f"-timeout={HANGS_S}",
            f"-report_slow_units={HANGS_S}",
            f"-rss_limit_mb={MEMORY_MB}",
            f"-artifact_prefix={options.work}/found-",
            *([f"-dict={words}"] if target.words else []),
        ],
        one,
    )
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main()
