"""`treadctl run --simulate` as a benchmark sees it: its processes, its events, its truth file."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from figures import ROOT

MACHINE: Final = "woodway-us"
PLAN: Final = "novice-1"
END_S: Final = 60.0


class ProductRun:
    """One real session: core, gate, rescue and simulator are the installed program's own."""

    def __init__(
        self, folder: Path, *options: str, plan: str = PLAN, control: bool = False
    ) -> None:
        self.truth_path: Final = folder / "truth.jsonl"
        self.events: list[dict[str, Any]] = []
        command = [
            *(sys.executable, "-m", "treadctl", "run", plan, "--simulate", MACHINE, "--jsonl"),
            *("--truth", str(self.truth_path), "--record", str(folder / "record")),
            *(("--control", "stdin") if control else ()),
            *options,
        ]
        self.process: Final = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE if control else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._unread = b""

    def fileno(self) -> int:
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def read(self) -> bool:
        """Take in what the run has told; false once it has ended."""
        data = os.read(self.fileno(), 65_536)
        *lines, self._unread = (self._unread + data).split(b"\n")
        self.events += [json.loads(line) for line in lines]
        return bool(data)

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], within_s: float) -> bool:
        """Read until an event is as wanted; false if it does not come."""
        seen, end_s = 0, time.monotonic() + within_s
        while True:
            if any(wanted(event) for event in self.events[seen:]):
                return True
            seen = len(self.events)
            left_s = end_s - time.monotonic()
            if left_s <= 0 or not select.select([self], [], [], left_s)[0] or not self.read():
                return False

    def say(self, **order: object) -> None:
        """Send one line of control."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")

    def pids(self) -> dict[str, int]:
        """The processes by what they are: core, gate, simulator."""
        found = {"core": self.process.pid}
        for pid in children(self.process.pid):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            name = {b"treadctl.gate": "gate", b"simulator": "simulator"}
            found.update({name[word]: pid for word in words if word in name})
        return found

    def truth(self) -> list[dict[str, Any]]:
        try:
            lines = self.truth_path.read_bytes().splitlines(keepends=True)
        except OSError:
            return []
        return [json.loads(line) for line in lines if line.endswith(b"\n")]

    def close(self) -> None:
        """Wait for the end, or bring it about: only what this run has started."""
        mine = self.pids() if self.process.poll() is None else {}
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            for pid in mine.values():
                kill(pid)
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def is_state(state: str) -> Callable[[dict[str, Any]], bool]:
    return lambda event: event["event"] == "state" and event["state"] == state


def frames(truth: list[dict[str, Any]]) -> Iterator[tuple[float, bytes]]:
    """Every frame that reached the machine, with its simulated time in ms."""
    for line in truth:
        for received in line["rx"]:
            yield received["t_ms"], bytes.fromhex(received["hex"])


def children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
