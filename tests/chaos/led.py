"""A session at a real terminal, led by keys to a belt that does more than crawl.

A computer that gives the steering program no turn for 0.3 s has its belt stopped, and so has one
on which a strap is not read in time; that is right (SR-30, SR-16). Such a stop shows nothing of
what a test is about: the belt is seen to stand, and another session is led. That is done for no
other reason, and not more than twice.
"""

import contextlib
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.chaos.terminal import Terminal, Truth
from treadctl.causes import Cause

SESSIONS: Final = 3
_NO_TURN: Final = (
    Cause.CORE_SILENT,
    Cause.SCREEN_SILENT,
    Cause.OVERRUN,
    Cause.STRAP_UNKNOWN,
    Cause.TELEMETRY_STALE,
)
"""Nothing of the kind is done to a walk before it is harmed."""
_ENDS_S: Final = 20.0


class Walk:
    """One session, and what is true of its belt. Its files are below *home*."""

    def __init__(self, home: Path) -> None:
        home.mkdir()
        self.home: Final = home
        path = home / "truth.jsonl"
        arguments = ("tui", "novice-1", "--simulate", "woodway-us", "--truth", str(path))
        self.terminal: Final = Terminal(*arguments, home=home)
        self.truth: Final = Truth(path)
        self.harmed = False
        """By the test: whatever is silent from then on is so because of it."""

    def begin(self) -> None:
        self.terminal.start_walking()
        self.terminal.until("set 1.", within=30)

    def harm(self, number: signal.Signals) -> float:
        """Do that to the program. Returns the newest time of the truth, in ms."""
        at_ms = self.truth.now_ms()
        self.harmed = True
        os.kill(self.terminal.pid, number)
        return at_ms

    def record(self) -> str:
        (path,) = (self.home / "state/treadctl/sessions").glob("*.jsonl")
        return path.read_text(encoding="utf-8")

    def had_no_turn(self) -> bool:
        """Whether a program of it was silent and stopped the belt by that."""
        with contextlib.suppress(ValueError):  # there is no record yet
            return tells_of_silence(self.record())
        return False

    def end(self) -> None:
        """As by the system, so that it sweeps up; and for good where it does not."""
        if self.terminal.pid:
            os.kill(self.terminal.pid, signal.SIGTERM)
            with contextlib.suppress(AssertionError):
                self.terminal.wait(_ENDS_S)
        self.terminal.close()


def undisturbed(home: Path, claim: Callable[[Walk], None]) -> None:
    """*claim* holds for a walk in which every program had its turn until it was harmed."""
    for attempt in range(1, SESSIONS + 1):
        walk = Walk(home / f"session-{attempt}")
        try:
            walk.begin()
            claim(walk)
            return
        except AssertionError:
            if attempt == SESSIONS or walk.harmed or not walk.had_no_turn():
                raise
            walk.truth.wait_standing(walk.terminal)
        finally:
            walk.end()


def tells_of_silence(record: str) -> bool:
    """Whether a program that got no turn is the cause of any stop in it."""
    for line in record.splitlines():
        with contextlib.suppress(ValueError):  # the last one may still be being written
            body = json.loads(line)["body"]
            if body.get("event") == "stop" and Cause(body["cause"]) in _NO_TURN:
                return True
    return False
