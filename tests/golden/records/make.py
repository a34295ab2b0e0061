"""Three sessions as they were recorded; ``python -m tests.golden.records.make`` does it anew.

Do it only where what they show is meant to change, in a commit of its own that says why: until
then `treadctl replay` must find them identical.

They are kept without their hashes, which are two thirds of a compressed record and follow from
the rest.
"""

import hashlib
import lzma
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.cli.running import environment

HERE: Final = Path(__file__).parent
PLAN: Final = """\
schema: 1
title: Recorded
profile: novice
steps:
  - {kind: warmup, seconds: 120, speed_kmh: 1.0}
  - {kind: reverse, seconds: 30, speed_kmh: 0.8}
  - {kind: rest, seconds: 30}
  - {kind: reverse, seconds: 30, speed_kmh: 0.8}
  - {kind: cooldown, seconds: 120, speed_kmh: 0.8}
"""
ON: Final = ('{"do": "wait", "state": "warm_up"}', '{"do": "skip"}')
TO_THE_END: Final = (
    *ON,
    '{"do": "wait", "state": "reverse_walk"}',
    '{"do": "faster"}',
    '{"do": "wait", "s": 5}',
    '{"do": "mark", "note": "recorded"}',
    '{"do": "cool_down"}',
    '{"do": "wait", "state": "cooldown"}',
    '{"do": "slower"}',
)
SESSIONS: Final = {
    "clean": (TO_THE_END, ""),
    "strap-pull": (ON, "t_s = 79.31\nfault = 'strap-pull'\n"),
    "link-loss": ((), "t_s = 33.47\nfault = 'link-drop'\nfor_s = 4\n"),
}
"""What is asked for, and what happens."""


def record(name: str, folder: Path) -> bytes:
    """One session, led to its end."""
    lines, fault = SESSIONS[name]
    plan, scenario = folder / "recorded.yaml", folder / "scenario.toml"
    plan.write_text(PLAN)
    scenario.write_text(f"schema = 1\n\n[[at]]\n{fault}" if fault else "schema = 1\n")
    words = ["run", plan.name, "--simulate", "woodway-us", "--virtual-time", "--seed", "1"]
    words += ["--scenario", scenario.name, "--record", "records", "--control", "stdin"]
    subprocess.run(
        [sys.executable, "-m", "treadctl", *words],
        cwd=folder,
        input="\n".join(lines) + "\n",
        text=True,
        check=False,
        capture_output=True,
        env=environment(folder),
    )
    (path,) = (folder / "records").glob("*.jsonl")
    return path.read_bytes()


def recorded(name: str) -> bytes:
    """The record, byte for byte as it was written."""
    lines, previous = [], b"0" * 64
    for payload in lzma.decompress((HERE / f"{name}.xz").read_bytes()).splitlines():
        previous = hashlib.sha256(previous + payload).hexdigest().encode()
        lines.append(payload + b'"hash":"' + previous + b'"}\n')
    return b"".join(lines)


def _unchained(written: bytes) -> bytes:
    lines = [line[: line.rindex(b'"hash":"')] for line in written.splitlines()]
    return b"\n".join(lines) + b"\n"


def main() -> None:
    for name in SESSIONS:
        with tempfile.TemporaryDirectory() as folder:
            written = record(name, Path(folder))
        (HERE / f"{name}.xz").write_bytes(lzma.compress(_unchained(written), preset=9))


if __name__ == "__main__":
    main()
