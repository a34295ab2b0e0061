"""Whole runs to which anything may happen in any order, judged from outside (safety.md 4.5).

Core, gate and simulator as in tests/rig.py. Each run begins at a moment of an ordinary session;
then people and faults do what Hypothesis thinks of. What it finds it shrinks, and what is left is
written as files that can be run again (`reproduction.py`).
"""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.proof.results import ROOT
from tests.rig import Rig
from tests.statemachines.reproduction import Reproduction, new_rig
from treadctl.core.machine import SessionState

S = SessionState
FOLDER: Final = ROOT / "build" / "statemachines"
MACHINES: Final = ("woodway-us", "trackmaster", "ftms")
MOMENTS: Final = {
    S.CONNECTING: 2_000,
    S.CHECKLIST: 300,
    S.COUNTDOWN: 2_000,
    S.STARTING: 5_000,
    S.WARM_UP: 14_000,
    S.STOPPING_TO_TURN: 1_500,
    S.TURNING: 1_400,
    S.REVERSE_WALK: 6_000,
    S.STOPPING: 700,
    S.REST: 3_000,
    S.COOLDOWN: 6_000,
}
"""How far into a state a run may begin."""
FOR_S: Final = st.sampled_from((0.05, 0.2, 0.4, 1.5, 4.0, 12.0))
LASTING: Final = (
    "key-pull",
    "mute",
    "deaf",
    "frozen-telemetry",
    "delayed-telemetry",
    "runaway",
    "creep-after-stop",
    "stall",
    "jam",
    "ignores-speed",
    "power-cut",
    "link-drop",
)
AT_ONCE: Final = (
    "strap-clip",
    "console-stop",
    "console-start",
    "person-stop-walking",
    "person-step-off",
    "person-rails",
    "person-step-on",
    "person-turn",
)
VERBS: Final = (
    "stop",
    "fast_stop",
    "e_stop",
    "pause",
    "resume",
    "skip",
    "extend",
    "cool_down",
    "faster",
    "slower",
    "reset",
    "on_belt",
    "arm",
)
TICK_MS: Final = 50
AFTERWARDS_MS: Final = 6_000
GONE_MS: Final = 45_000
"""Whoever ends a session has its end by then, proved or not (SR-20)."""
SEEN: Final[Counter[str]] = Counter()
"""What was tried so far, for the figures."""


@cache
def moments(machine: str) -> dict[SessionState, Rig]:
    """The moments of an ordinary session. Do nothing to these rigs but take twins."""
    rig = new_rig(machine, FOLDER / "plan")
    found = dict[SessionState, Rig]()
    for state, delay_ms in MOMENTS.items():
        rig.run_until(state)
        rig.run_for(delay_ms)
        found[state] = rig.twin()
    return found


def _never_events(rig: Rig) -> set[str]:
    """By their names; a session that somebody has ended, and that goes on, is one, too."""
    names = {each.name for each in rig.violations()}
    return names if rig.finished() is not None else names | {"it goes on"}


class Run(RuleBasedStateMachine):
    """One run, its troubles, and what they lead to."""

    folder: Path = FOLDER

    def __init__(self) -> None:
        super().__init__()
        self.rig: Rig | None = None
        self.done: Reproduction | None = None
        self.state = S.CONNECTING

    @initialize(machine=st.sampled_from(MACHINES), state=st.sampled_from(tuple(MOMENTS)))
    def begin(self, machine: str, state: SessionState) -> None:
        self.state = state
        self.rig = moments(machine)[state].twin()
        self.done = Reproduction(machine)
        SEEN["runs"] += 1

    @rule(for_s=FOR_S, after_ms=st.integers(0, TICK_MS - 1))
    def the_strap_is_pulled(self, for_s: float, after_ms: int) -> None:
        self._happens("strap-pull", {"for_s": for_s}, after_ms)

    @rule(name=st.sampled_from(LASTING), for_s=FOR_S, after_ms=st.integers(0, TICK_MS - 1))
    def something_lasts(self, name: str, for_s: float, after_ms: int) -> None:
        self._happens(name, {"for_s": for_s}, after_ms)

    @rule(name=st.sampled_from(AT_ONCE), after_ms=st.integers(0, TICK_MS - 1))
    def something_happens(self, name: str, after_ms: int) -> None:
        self._happens(name, {}, after_ms)

    @rule(share=st.sampled_from((0.05, 0.3, 1.0)), for_s=FOR_S)
    def bytes_are_garbled(self, share: float, for_s: float) -> None:
        self._happens("garbled-bytes", {"share": share, "for_s": for_s}, 0)

    @rule(name=st.sampled_from(("lost-ack", "ignores-stop")), count=st.integers(1, 6))
    def some_are_lost(self, name: str, count: int) -> None:
        self._happens(name, {"count": count}, 0)

    @rule(verb=st.sampled_from(VERBS))
    def somebody_asks(self, verb: str) -> None:
        rig, done = self._running()
        line: dict[str, object] = {"do": verb, "at_s": (rig.now_ms + 1) / 1_000}
        done.lines.append(line)
        self._type(rig, line)
        SEEN["verbs"] += 1
        rig.run_until_finished_or_for(2 * TICK_MS)

    @rule(for_s=st.sampled_from((0.1, 0.5, 2.0, 6.0, 15.0)))
    def time_passes(self, for_s: float) -> None:
        rig, _ = self._running()
        rig.run_until_finished_or_for(round(for_s * 1_000))

    def teardown(self) -> None:
        if self.rig is None or self.done is None:
            return
        rig, done = self.rig, self.done
        rig.run_until_finished_or_for(AFTERWARDS_MS)
        if rig.finished() is None:
            line: dict[str, object] = {"do": "end", "at_s": (rig.now_ms + 1) / 1_000}
            done.lines.append(line)
            self._type(rig, line)
            rig.run_until_finished_or_for(GONE_MS)
        SEEN["seconds"] += rig.now_ms // 1_000
        done.end_ms = rig.now_ms
        if names := _never_events(rig):
            SEEN["failures"] += 1
            smallest = done.smallest(lambda fewer: bool(names & _never_events(self._again(fewer))))
            told = [
                f"{each.name} at {each.t_ms:.0f} ms: {each.detail}"
                for each in self._again(smallest).violations()
            ]
            raise AssertionError("\n".join([*told, "again with:", smallest.write(self.folder)]))

    def _again(self, done: Reproduction) -> Rig:
        rig = moments(done.machine)[self.state].twin()
        done.happen(rig)
        return rig

    def _running(self) -> tuple[Rig, Reproduction]:
        assert self.rig is not None
        assert self.done is not None
        return self.rig, self.done

    def _type(self, rig: Rig, line: dict[str, object]) -> None:
        rig.control.feed(json.dumps(line))

    def _happens(self, name: str, params: dict[str, Any], after_ms: int) -> None:
        rig, done = self._running()
        if rig.finished() is not None:
            return
        at_ms = rig.now_ms + after_ms
        while at_ms / 1_000 * 1_000 != at_ms:  # as a scenario file can say it
            at_ms += 1
        done.faults.append((at_ms, name, params))
        rig.treadmill.act_later(at_ms, (name, params))
        SEEN["faults"] += 1
        SEEN[name] += 1
        rig.run_until_finished_or_for(2 * TICK_MS)
