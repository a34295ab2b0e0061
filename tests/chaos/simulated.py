"""A simulated treadmill in a process of its own, what is true of it, and what is done to it.

The truth is read while it is written: the smallest difference ever seen between the time of a line
and the moment it could be read is how far our clock is ahead of the simulator's. It is never too
small, so no time that is counted from an event comes out too short.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from treadctl.gate.setup import (
    GateSetup,
    MachineClass,
    MachineFacts,
    StrapKind,
    StrapSource,
)
from treadctl.safety.limits import Limits

ROOT: Final = Path(__file__).resolve().parents[2]
LIMITS: Final = Limits(v_rev_max_ckmh=300, v_start_ckmh=60, a_up_rev_ckmh_s=30, countdown_ms=3_000)
"""As quick as a configuration may make it: more of the time is spent on a belt that moves."""
READY_S: Final = 30.0
TRANSPORTS: Final = ("rfc2217", "pty", "air")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the truth, as far as it matters here."""

    t_ms: float
    belt_ckmh: float
    frames: tuple[tuple[float, bytes], ...]


class Truth:
    """The truth file, read as it grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rest = b""
        self._at = 0
        self.lines: list[Line] = []
        self.ahead_ms = float("inf")
        """Our clock minus the simulator's; too much, if anything."""

    def read(self) -> None:
        with contextlib.suppress(FileNotFoundError), self._path.open("rb") as file:
            file.seek(self._at)
            data = file.read()
            self._at += len(data)
            *whole, self._rest = (self._rest + data).split(b"\n")
            now_ms = time.monotonic_ns() / 1e6
            for text in whole:
                line = _line(json.loads(text))
                self.lines.append(line)
                self.ahead_ms = min(self.ahead_ms, now_ms - line.t_ms)

    @property
    def now_ms(self) -> float:
        """The simulator's time of this moment; too early, if anything."""
        return time.monotonic_ns() / 1e6 - self.ahead_ms

    @property
    def belt_ckmh(self) -> float:
        return self.lines[-1].belt_ckmh if self.lines else 0.0


def _line(found: dict[str, Any]) -> Line:
    frames = tuple((each["t_ms"], bytes.fromhex(each["hex"])) for each in found["rx"])
    return Line(float(found["t_ms"]), float(found["belt_ckmh"]), frames)


def started(words: Sequence[str]) -> subprocess.Popen[bytes]:
    """A child with a stdin and a stdout of ours, in a session of its own."""
    return subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a child, and leave nothing of it."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


@dataclass
class Simulated:
    """One `treadmill-sim serve`. Acts reach it on its stdin."""

    folder: Path
    transport: str
    machine: str
    quirks: tuple[str, ...] = ()
    ready: dict[str, Any] = field(default_factory=dict)
    generation: int = 0

    def start(self) -> None:
        """Start it where it was before, if it was: a host looks for it there."""
        self.generation += 1
        self.truth = Truth(self.folder / f"truth-{self.generation}.jsonl")
        strap = self._strap_port
        words = [sys.executable, "-P", "-m", "simulator", "serve", "--control"]
        words += ["--machine", self.machine, "--seed", str(self.generation)]
        words += ["--truth", str(self.folder / f"truth-{self.generation}.jsonl")]
        words += [word for quirk in self.quirks for word in ("--quirk", quirk)]
        match self.transport:
            case "rfc2217":
                words += ["--rfc2217", f"127.0.0.1:{strap}"]
            case "pty":
                words += ["--pty", "--strap", f"127.0.0.1:{strap}"]
            case _:
                words += ["--ble", f"unix:{self.folder}/air", "--strap", f"127.0.0.1:{strap}"]
        self.process = started(words)
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], READY_S)[0]:
            raise TimeoutError("the simulator did not start")
        self.ready = json.loads(self.process.stdout.readline())
        if self.transport == "pty":
            fresh = self.folder / "fresh"
            fresh.symlink_to(self.ready["address"])
            fresh.replace(self.folder / "port")

    @property
    def _strap_port(self) -> int:
        return int(str(self.ready["strap"]).rpartition(":")[2]) if self.ready else 0

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def machine_class(self) -> MachineClass:
        return MachineClass(self.ready["class"])

    def act(self, name: str, **parameters: float) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # it has been killed
            line = json.dumps({"act": name, **parameters})
            os.write(self.process.stdin.fileno(), line.encode() + b"\n")

    def close(self) -> None:
        end(self.process)

    def setup(self) -> GateSetup:
        """What a gate is told to drive it."""
        ready = self.ready
        address = str(self.folder / "port") if self.transport == "pty" else ready["address"]
        return GateSetup(
            name=f"chaos {self.transport}",
            machine=MachineFacts(
                protocol=self.machine,
                machine_class=self.machine_class,
                ramp_ckmh_s=ready["ramp_ckmh_s"],
                min_ckmh=ready["min_ckmh"],
                max_ckmh=ready["max_ckmh"],
                unit=ready["unit"],
            ),
            link_url=address,
            strap=StrapSource(StrapKind.MODEM_LINE, ready["strap"]),
            limits=LIMITS,
            simulated=True,
            attendance_required=False,
            hold_to_run_available=True,
        )
