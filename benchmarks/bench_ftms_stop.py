"""An FTMS treadmill over the virtual air: release to stop write, connect time, processor share.

    python benchmarks/bench_ftms_stop.py [--quick] [--releases N] [--pairs N] [--kind KIND]

Each pair is `treadmill-sim serve --machine ftms --ble` and a gate process with its bridge and its
rescue process, started through `shortcut_gate.py`, which skips only what people do before a belt
moves. The strap is read on an external line (RFC 2217), or it is the machine's own safety key,
which says status 03. The clock starts before the simulator is told to pull, and ends with the time
of the stop write in its truth file; its time is related to ours by the smallest difference ever
seen between a line's time and when it could be read, so that every figure is too long rather than
too short.
"""

import argparse
import json
import os
import random
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from figures import ROOT, heading, load, quantile, row, spread, verdict
from product import children, frames

from treadctl.composition.gate_process import GateProcess
from treadctl.drivers.bridge_link import BridgeLink
from treadctl.gate.setup import GateSetup, MachineClass, MachineFacts, StrapKind, StrapSource
from treadctl.model import GatePhase, Report, Request

HERE: Final = Path(__file__).parent
BAR_P999_MS: Final = 100.0
SETPOINT_CKMH: Final = 150
HEARTBEAT_S: Final = 0.1
POLL_S: Final = 0.002
WALK_S: Final = (0.5, 3.0)
"""From the belt's first reported move to the release."""
OFF_S: Final = 0.3
STALL_S: Final = 40.0
CONNECTS: Final = 20
CPU_S: Final = 20.0
KEY_QUIRK: Final = "safety-key-status"
SOURCES: Final = ("external strap line", "status 03")
PULLS: Final = {SOURCES[0]: ("strap-pull", "strap-clip"), SOURCES[1]: ("key-pull", "key-insert")}
STOPS: Final = (b"\x08\x01", b"\x02\x00\x00")


class Treadmill:
    """One simulator on an air of its own, and its truth as it is written."""

    def __init__(self, folder: Path, seed: int, *words: str) -> None:
        self.truth: list[dict[str, Any]] = []
        self.offset_ms = float("inf")
        self._truth_path = folder / f"truth-{seed}.jsonl"
        self._unread = b""
        self._air = f"unix:{folder / f'air-{seed}'}"
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "simulator", "serve", "--machine", "ftms", "--control"),
                *("--ble", self._air, "--strap", "127.0.0.1:0", "--seed", str(seed)),
                *("--truth", str(self._truth_path), *words),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the simulator does not start: is the extra `air` installed?")
        self.ready: dict[str, Any] = json.loads(line)
        self._file = self._truth_path.open("rb")

    @property
    def url(self) -> str:
        return str(self.ready["address"])

    def act(self, name: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"act": name}).encode() + b"\n")

    def watch(self) -> None:
        """Take in what is new in the truth, and how far its clock is behind ours at least."""
        *whole, self._unread = (self._unread + self._file.read()).split(b"\n")
        now_ms = time.monotonic_ns() / 1e6
        for line in map(json.loads, whole):
            self.truth.append(line)
            self.offset_ms = min(self.offset_ms, now_ms - line["t_ms"])

    def stop_since(self, since_ms: float) -> float | None:
        """The time by our clock of the first stop write after *since_ms*, also by our clock."""
        for t_ms, frame in frames(self.truth[-40:]):
            if t_ms + self.offset_ms >= since_ms and frame.endswith(STOPS):
                return t_ms + self.offset_ms
        return None

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._file.close()


class Pair:
    """One treadmill and one gate on it; this process is the core, and pulls the strap."""

    def __init__(self, folder: Path, seed: int, source: str) -> None:
        self.took_ms: list[float] = []
        self.causes: Counter[str] = Counter()
        self.heard_s = time.monotonic()
        self._chance = random.Random(seed)
        self._pull, self._put_back = PULLS[source]
        by_key = source == SOURCES[1]
        self.treadmill = Treadmill(folder, seed, *(("--quirk", KEY_QUIRK) if by_key else ()))
        ready = self.treadmill.ready
        strap = StrapSource(StrapKind.MODEM_LINE, ready["strap"])
        setup = GateSetup(
            "bench",
            MachineFacts(
                "ftms",
                MachineClass(ready["class"]),
                ramp_ckmh_s=ready["ramp_ckmh_s"],
                min_ckmh=ready["min_ckmh"],
                max_ckmh=ready["max_ckmh"],
                unit=ready["unit"],
            ),
            self.treadmill.url,
            strap,
            simulated=True,
            attendance_required=False,
        )
        command = [sys.executable, "-P", str(HERE / "shortcut_gate.py")]
        self.gate = GateProcess.start(setup, command=command)
        self.phase = GatePhase.IDLE
        self._counter = 0
        self._steps = self._walk_and_pull()
        next(self._steps)

    def beat(self) -> None:
        self._counter += 1
        now_ms = time.monotonic_ns() // 1_000_000
        self.gate.send(Request(now_ms, self._counter, setpoint_ckmh=SETPOINT_CKMH))

    def turn(self) -> None:
        """Take what came, and go on with whatever is next for this pair."""
        for report in self.gate.receive():
            self._hear(report)
        if not self.gate.alive:
            raise SystemExit(f"a gate ended: {self.gate.bye}")
        self.treadmill.watch()
        if time.monotonic() - self.heard_s > STALL_S:
            raise SystemExit(f"no release for {STALL_S:.0f} s; latched: {self.causes}")
        next(self._steps)

    def close(self) -> None:
        self.gate.close()
        self.treadmill.close()

    def _hear(self, report: Report) -> None:
        if report.phase is not self.phase and report.phase is GatePhase.STOPPING:
            self.causes[str(report.latched_cause)] += 1
        self.phase = report.phase

    def _walk_and_pull(self) -> Iterator[None]:
        while True:
            while not (self.treadmill.truth and self.treadmill.truth[-1]["belt_ckmh"]):
                yield
            pull_s = time.monotonic() + self._chance.uniform(*WALK_S)
            while time.monotonic() < pull_s:
                yield
            pulled_ms = time.monotonic_ns() / 1e6
            self.treadmill.act(self._pull)
            while (stopped_ms := self.treadmill.stop_since(pulled_ms)) is None:
                yield
            self.took_ms.append(stopped_ms - pulled_ms)
            self.heard_s = time.monotonic()
            while self.treadmill.truth[-1]["belt_ckmh"]:
                yield
            clip_s = time.monotonic() + OFF_S
            while time.monotonic() < clip_s:
                yield
            self.treadmill.act(self._put_back)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 releases of each kind")
    parser.add_argument("--releases", type=int, default=1_000, help="of each kind of strap")
    parser.add_argument("--pairs", type=int, default=2, help="of treadmill and gate, at a time")
    parser.add_argument("--kind", choices=SOURCES, action="append", help="of strap; else both")
    options = parser.parse_args()
    if options.quick:
        options.releases = 10
    heading("FTMS over the virtual air, between processes")
    with tempfile.TemporaryDirectory(prefix="ftms") as folder:
        row("connect", spread(connects(Path(folder), 3 if options.quick else CONNECTS)))
    for source in options.kind or SOURCES:
        with tempfile.TemporaryDirectory(prefix="ftms") as folder:
            took_ms = releases(source, options.releases, options.pairs, Path(folder))
        p999_ms = quantile(sorted(took_ms), 0.999)
        verdict(f"{source}: p99.9 <= {BAR_P999_MS:.0f} ms", p999_ms <= BAR_P999_MS)
    with tempfile.TemporaryDirectory(prefix="ftms") as folder:
        shares(Path(folder), 3.0 if options.quick else CPU_S)
    return 0


def connects(folder: Path, wanted: int) -> Iterator[float]:
    """Milliseconds from nothing to a link whose treadmill has been read and subscribed to."""
    treadmill = Treadmill(folder, 0)
    try:
        for _ in range(wanted):
            begun = time.perf_counter()
            link = BridgeLink(treadmill.url)
            yield (time.perf_counter() - begun) * 1e3
            link.close()
            time.sleep(1.0)  # until it advertises again
    finally:
        treadmill.close()


def releases(source: str, wanted: int, pairs: int, folder: Path) -> list[float]:
    with ExitStack() as opened:
        running: list[Pair] = []
        for seed in range(pairs):
            running.append(Pair(folder, seed, source))
            opened.callback(running[-1].close)
        due_s = time.monotonic()
        while sum(len(pair.took_ms) for pair in running) < wanted:
            for pair in running:
                pair.turn()
            if time.monotonic() >= due_s:
                due_s = time.monotonic() + HEARTBEAT_S
                for pair in running:
                    pair.beat()
            select.select([], [], [], POLL_S)
    took_ms = [value for pair in running for value in pair.took_ms]
    causes = sum((pair.causes for pair in running), Counter[str]())
    row(f"{source}: release to stop", spread(took_ms))
    row("what latched", ", ".join(f"{cause} {n}" for cause, n in causes.most_common()))
    row("load", f"{load()}, {pairs} pairs side by side")
    return took_ms


def shares(folder: Path, seconds: float) -> None:
    """How much of one core gate and bridge take while a belt moves."""
    pair = Pair(folder, 0, SOURCES[0])
    try:
        while pair.phase is not GatePhase.MOVING:
            pair.beat()
            for report in pair.gate.receive():
                pair.phase = report.phase
            time.sleep(HEARTBEAT_S)
        bridge = next(pid for pid in children(pair.gate.pid) if b"ble_bridge" in words_of(pid))
        before = {pid: cpu_s(pid) for pid in (pair.gate.pid, bridge)}
        begun = time.perf_counter()
        while time.perf_counter() - begun < seconds:
            pair.beat()
            pair.gate.receive()
            time.sleep(HEARTBEAT_S)
        took_s = time.perf_counter() - begun
        for name, pid in (("gate", pair.gate.pid), ("bridge", bridge)):
            row(name, f"{100 * (cpu_s(pid) - before[pid]) / took_s:.2f} % of one core, moving")
    finally:
        pair.close()


def words_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
