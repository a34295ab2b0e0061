"""A backward bout of real processes to which one thing happens: core, gate, rescue, link, machine.

The core is `leading_core`, everything else is the product's own, started as the product starts it.
"""

import contextlib
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.chaos import cases, harm, verdict
from tests.chaos.cases import Bound, Case
from tests.chaos.onlooker import POLL_S, Onlooker
from tests.chaos.outcome import NOT_DONE, DidNotBegin, Outcome, judged, not_done
from tests.chaos.rig import children
from tests.chaos.simulated import Simulated, Truth, end, started
from treadctl.gate.json_codec import to_json
from treadctl.gate.setup import MachineClass

BEGINS_S: Final = 60.0
HARMLESS_S: Final = 2.5
"""How long one looks on where nothing has to happen."""
END: Final = Bound(1_000, "4.2: the end of a session is the programme's own ramp", ramp_ckmh_s=30.0)
SEES_NOTHING_S: Final = 6.0
"""A new machine in the place of a killed one is watched for so long."""


class Bout(Onlooker):
    """The processes of one case."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.case = case
        quirks = (case.quirk,) if case.quirk else ()
        self.machine = Simulated(folder, case.transport, case.machine, quirks)
        self.reports: list[dict[str, Any]] = []
        self.pids: dict[str, int] = {}
        self._unread = b""

    @property
    def truth(self) -> Truth:
        return self.machine.truth

    def __enter__(self) -> "Bout":
        self.machine.start()
        setup = json.dumps(to_json(self.machine.setup()))
        self.core = started([sys.executable, "-P", "-m", "tests.chaos.leading_core", setup])
        return self

    def __exit__(self, *error: object) -> None:
        """End what was started here, frozen or not, and nothing else."""
        mine = {"core": self.core.pid, **self._below()}
        for pid in {*mine.values(), *self.pids.values()}:
            if harm.is_alive(pid) and _is_ours(pid):
                harm.send(pid, signal.SIGKILL)
        end(self.core)
        self.machine.close()

    # Until it moves.

    def begin(self) -> None:
        """Wait for the first motion, and for the moment after it."""
        end_s = time.monotonic() + BEGINS_S
        while not self.moves:
            self.look()
            if time.monotonic() > end_s or not harm.is_alive(self.core.pid):
                raise DidNotBegin(f"it never moved: {self._cause()}", self._last_word())
        self.pids = {"core": self.core.pid, "simulator": self.machine.pid, **self._below()}
        self.watch(self.case.after_s)
        if not self.moves:
            raise DidNotBegin(f"it stopped before: {self._cause()}", self._last_word())

    def _below(self) -> dict[str, int]:
        found = {}
        for gate in children(self.core.pid) or [self.pids.get("gate", 0)]:
            found["gate"] = gate
            for pid in children(gate):
                name = "bridge" if b"ble_bridge" in _command(pid) else "rescue"
                found[name] = pid
        return {name: pid for name, pid in found.items() if pid}

    # Looking on.

    def look(self) -> None:
        """Take in what is true and what is reported; notes how late that came."""
        began_s = time.monotonic()
        assert self.core.stdout is not None
        if select.select([self.core.stdout], [], [], POLL_S)[0]:
            data = os.read(self.core.stdout.fileno(), 65_536)
            *lines, self._unread = (self._unread + data).split(b"\n")
            for line in lines:
                self._take(json.loads(line))
            if not data:
                time.sleep(POLL_S)
        self.truth.read()
        self.late_ms = max(self.late_ms, (time.monotonic() - began_s - POLL_S) * 1e3)

    def _take(self, said: dict[str, Any]) -> None:
        self.reports.append(said)
        if (wants := said.get("wants")) is not None:
            self.machine.act(f"strap-{wants}")

    def _cause(self) -> str:
        said = self.reports[-1] if self.reports else {}
        return str(said.get("cause") or said.get("failed") or said.get("phase") or "no gate")

    def _last_word(self) -> str:
        return json.dumps(self.reports[-1]) if self.reports else "nothing was ever reported"

    # What happens.

    def conduct(self) -> Outcome:
        self.begin()
        self.late_ms = 0.0
        case = self.case
        if case.victim == "simulator" and case.event == cases.KILL:
            return self._without_truth()
        at_ms = self.truth.now_ms
        notes = self._harm()
        if case.victim == "simulator" and case.event == cases.PAUSE:
            at_ms += case.lasts_ms  # a machine that does not run hears nothing
        bound = self._bound(notes)
        if bound is None:
            self.watch(HARMLESS_S)
        else:
            self.until_standing(bound.ms / 1_000 + 6.0)
        found, broken = verdict.concluded(self.truth.lines, at_ms, bound, self._ends)
        if case.victim != "core" and self.core.poll() not in (None, 0):
            broken.append(f"the core ended with {self.core.poll()}")
        return judged(
            found, broken, late_ms=self.late_ms, had_to_stop=bound is not None, notes=notes
        )

    def _bound(self, notes: str) -> Bound | None:
        case = self.case
        bound = case.bound
        if notes == harm.DIED:
            bound = case.bound_if_it_dies
        keeps = self.machine.machine_class is MachineClass.C
        gone = (case.victim, case.event) in (("bridge", cases.KILL), ("link", cases.UNPLUG))
        if gone and bound is not None and not keeps:
            # What the machine does by itself is the better bound: within 1 s, or 5 s of the loss.
            own_ms = 1_000 if self.machine.machine_class is MachineClass.A else 5_000
            return Bound(own_ms, f"SR-54: class {self.machine.machine_class.value}")
        return bound

    def _harm(self) -> str:
        """Do it. Returns what has to be known beside."""
        case, victim = self.case, self.case.victim
        if case.event == cases.UNPLUG:
            self.machine.act("link-drop", for_s=case.lasts_ms / 1_000)
            self.watch(case.lasts_ms / 1_000)
            return ""
        pid = self.pids[victim]
        match case.event:
            case cases.KILL:
                harm.send(pid, signal.SIGKILL)
            case cases.HANG_UP:
                harm.send(pid, signal.SIGHUP)
            case cases.STOP:
                harm.send(pid, signal.SIGSTOP)
            case cases.PAUSE:
                harm.pause(pid, case.lasts_ms, self.watch)
            case cases.MEMORY:
                harm.take_memory(pid)
                self.watch(HARMLESS_S)
            case cases.STARVE:
                core = case.index % (os.cpu_count() or 1)
                with harm.starved([pid], core):
                    self.watch(case.lasts_ms / 1_000)
        if case.event in (cases.MEMORY, cases.STARVE) and not harm.is_alive(pid):
            return harm.DIED
        return ""

    def _ends(self) -> list[str]:
        """Nothing had to happen, and nothing did: it still has to be possible to stop it."""
        assert self.core.stdin is not None
        at_ms = self.truth.now_ms
        self.core.stdin.close()
        self.until_standing(15.0)
        found = verdict.course(self.truth.lines, at_ms)
        return [f"at the end: {each}" for each in verdict.broken_rules(found, END)]

    def _without_truth(self) -> Outcome:
        """A killed machine has no truth: what the gate says is judged, and the next machine."""
        speed = self.truth.belt_ckmh
        known = len(self.reports)
        self.machine.close()
        self.watch(3.0)
        said = [each for each in self.reports[known:] if "phase" in each]
        broken = []
        if not any(each["link_up"] is False for each in said):
            broken.append("nobody says that the link is lost")
        elif said[-1]["latched"] not in ("fast_stop", "e_stop"):
            broken.append("the loss is not latched")
        lost = [each for each in said if not each["link_up"]]
        if any(each["standstill"] for each in lost):
            broken.append("it says that a belt stands of which nothing is known")
        with contextlib.suppress(OSError):
            self.machine.start()
        self.watch(SEES_NOTHING_S)
        moved = max((line.belt_ckmh for line in self.truth.lines), default=0.0)
        if moved > 0:
            broken.append(f"the next machine moved, up to {moved:.0f}")
        if not self.truth.lines:
            return Outcome(NOT_DONE, "the next machine did not start")
        frames = sum(len(line.frames) for line in self.truth.lines)
        notes = f"the next machine heard {frames} frames, and stood"
        return Outcome(
            "broken" if broken else "kept",
            "; ".join(broken),
            speed,
            had_to_stop=True,
            late_ms=self.late_ms,
            notes=notes,
        )


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _is_ours(pid: int) -> bool:
    """A number may be another's by now."""
    return any(word in _command(pid) for word in (b"treadctl", b"tests.chaos", b"rescue.py"))


def conduct(case: Case) -> Outcome:
    """Do one case from nothing to its verdict."""
    try:
        with TemporaryDirectory(prefix="chaos-") as folder, Bout(case, Path(folder)) as bout:
            return bout.conduct()
    except (DidNotBegin, harm.CannotBeDoneHere, TimeoutError, KeyError) as error:
        return not_done(error)
