"""The whole program on a terminal, led by keys, to which one thing happens.

Screens, core and journal are one process here: `treadctl tui`, as somebody starts it.
"""

import os
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.chaos import cases, harm, verdict
from tests.chaos.bout import HARMLESS_S
from tests.chaos.cases import Bound, Case
from tests.chaos.onlooker import POLL_S, Onlooker
from tests.chaos.outcome import DidNotBegin, Outcome, judged, not_done
from tests.chaos.simulated import Truth
from tests.chaos.terminal import Terminal
from tests.cli.processes import children_of

TOLD_TO_END: Final = Bound(1_000, "4.8.12: SIGTERM is a fast ramp")
BACKWARD_S: Final = 90.0
"""From the first motion to the first backward bout: the warm-up is left out, which is announced."""


class Whole(Onlooker):
    """One program on one terminal."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.case = case
        self._truth = Truth(folder / "truth.jsonl")
        self._below: dict[int, str] = {}
        words = ("tui", "novice-1", "--simulate", case.machine, "--truth")
        self.terminal = Terminal(*words, str(folder / "truth.jsonl"), home=folder)

    @property
    def truth(self) -> Truth:
        return self._truth

    def close(self) -> None:
        """End what was started here, and nothing else: a number may be another's by now."""
        if self.terminal.pid:
            self._below |= children_of(self.terminal.pid)
        self.terminal.close()
        for pid, line in self._below.items():
            if line and line in command_line_of(pid):
                harm.send(pid, signal.SIGKILL)

    # Until it moves backward.

    def begin(self) -> None:
        try:
            self.terminal.start_walking()
            self.truth.read()
            self.terminal.type(b"n")
            self.terminal.read_for(0.9)
            self.terminal.type(b"n")  # the first one has only said what it will do
        except AssertionError as error:
            raise DidNotBegin("it never moved", self._shown()) from error
        end_s = time.monotonic() + BACKWARD_S
        stood = False
        while not (stood and self.moves):
            if stood:
                self.terminal.answer()
            self.look()
            stood |= bool(self.truth.lines) and not self.moves
            if time.monotonic() > end_s:
                raise DidNotBegin("it never moved backward", self._shown())
        self._below = children_of(self.terminal.pid)
        end_s = time.monotonic() + self.case.after_s
        while time.monotonic() < end_s:
            self.terminal.answer()  # somebody has stepped on
            self.look()
        if not self.moves:
            raise DidNotBegin("it stopped before", self._shown())

    def _shown(self) -> str:
        return " | ".join(line.strip() for line in self.terminal.screen.display if line.strip())

    # Looking on.

    def look(self) -> None:
        began_s = time.monotonic()
        if self.terminal.fd < 0 or not self.terminal.read(POLL_S):
            time.sleep(POLL_S)
        self.truth.read()
        self.late_ms = max(self.late_ms, (time.monotonic() - began_s - POLL_S) * 1e3)

    # What happens.

    def conduct(self) -> Outcome:
        self.begin()
        self.late_ms = 0.0
        at_ms = self.truth.now_ms
        notes = self._harm()
        bound = self.case.bound
        if notes == harm.DIED:
            bound = cases.BOUNDS[self.case.victim, cases.KILL]
        if bound is None:
            self.watch(HARMLESS_S)
        else:
            self.until_standing(bound.ms / 1_000 + 8.0)
        found, broken = verdict.concluded(self.truth.lines, at_ms, bound, self._ends)
        return judged(
            found, broken, late_ms=self.late_ms, had_to_stop=bound is not None, notes=notes
        )

    def _harm(self) -> str:
        case, pid = self.case, self.terminal.pid
        match case.event:
            case cases.KILL:
                harm.send(pid, signal.SIGKILL)
            case cases.STOP:
                harm.send(pid, signal.SIGSTOP)
            case cases.PAUSE:
                harm.pause(pid, case.lasts_ms, self.watch)
            case cases.CLOSE:
                self.terminal.hang_up()
            case cases.DISK:
                harm.fill_disk(pid)
                self.watch(HARMLESS_S)
            case cases.MEMORY:
                harm.take_memory(pid)
                self.watch(HARMLESS_S)
            case cases.STARVE:
                with harm.starved([pid], case.index % (os.cpu_count() or 1)):
                    self.watch(case.lasts_ms / 1_000)
        return "" if harm.is_alive(pid) else harm.DIED

    def _ends(self) -> list[str]:
        """It still has to be possible to stop it: a signal is a stop."""
        at_ms = self.truth.now_ms
        harm.send(self.terminal.pid, signal.SIGTERM)
        self.until_standing(8.0)
        found = verdict.course(self.truth.lines, at_ms)
        return [f"at the end: {each}" for each in verdict.broken_rules(found, TOLD_TO_END)]


def command_line_of(pid: int) -> str:
    """The command line of *pid*, as `children_of` writes it."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def conduct(case: Case) -> Outcome:
    """Do one case from nothing to its verdict."""
    with TemporaryDirectory(prefix="chaos-") as name:
        whole = Whole(case, Path(name))
        try:
            return whole.conduct()
        except (DidNotBegin, harm.CannotBeDoneHere) as error:
            return not_done(error)
        finally:
            whole.close()
