"""The application on this terminal, with a run that walks for ever; for `bench_tui.py`.

    python benchmarks/screen_child.py FD

For every stop that would leave for the gate, eight bytes go to FD: when, in monotonic ns.
"""

import os
import select
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")

from tests.leader import Leader
from tests.rig import Rig
from treadctl.composition.desk import Desk
from treadctl.composition.live import Ended
from treadctl.composition.options import RunOptions
from treadctl.core.events import Sample
from treadctl.core.machine import SessionState
from treadctl.tui.app import TreadctlApp
from treadctl.tui.driver import StopDriver


def write_byte(fd: int) -> None:
    os.write(fd, b"w")


def now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class Walk:
    """A launcher whose only run never ends: real values, a little different every tenth."""

    def __init__(self, stamps: int) -> None:
        self._stamps = stamps
        self._read, write = os.pipe()
        rehearsed = Desk()
        rig = Rig(plan="novice-1", desk=rehearsed, stays=True)
        Leader(rig, rehearsed).run_until(lambda: rig.state() is SessionState.REVERSE_WALK)
        self._events = rehearsed.drain()
        self._seen = rehearsed.seen
        self.desk = Desk(lambda: write_byte(write))
        threading.Thread(target=self._run, daemon=True).start()

    def begin(self, options: RunOptions) -> Desk:
        return self.desk

    def ended(self) -> Ended | None:
        return None

    def told_to_end(self) -> bool:
        return False

    def _run(self) -> None:
        seen, tick = self._seen, 0
        assert seen is not None
        assert seen.report is not None
        sample = next(e for e in reversed(self._events) if isinstance(e, Sample))
        for event in self._events:
            self.desk.tell(event)
        due_ms = now_ms()
        while True:
            if select.select([self._read], [], [], max(0, due_ms - now_ms()) / 1_000)[0]:
                os.read(self._read, 4_096)
                while (wish := self.desk.take()) is not None:
                    if wish.verb == "stop":
                        os.write(self._stamps, time.monotonic_ns().to_bytes(8, "big"))
            if now_ms() < due_ms:
                continue
            due_ms, tick = due_ms + 100, tick + 1
            report = replace(seen.report, now_ms=now_ms(), measured_ckmh=90 + tick % 20)
            self.desk.seen = replace(
                seen, now_ms=now_ms(), report=report, t_ms=seen.t_ms + 100 * tick
            )
            left_ms = sample.session_left_ms - 100 * (tick % 6_000)
            self.desk.tell(replace(sample, session_left_ms=left_ms, measured_ckmh=90 + tick % 20))


if __name__ == "__main__":
    walk = Walk(int(sys.argv[1]))
    plan = RunOptions(plan="novice-1", simulate="woodway-us", screen=True)
    TreadctlApp(walk, now_ms, options=plan, driver_class=StopDriver).run()
