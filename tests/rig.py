"""A whole run in one process and on virtual time: treadmill, gate, session and a person.

The simulator and treadctl meet here as they do in lockstep, bytes against bytes; only the pipe
is missing. Everything a rig saw is judged against the never-events (safety.md 4.5): in
tests/scenarios a fixture does so for every rig, so that no scenario can forget it.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final, Literal

from simulator.machines.ftms_quirks import combined
from simulator.options import MachineOptions
from simulator.scenario import load_scenario
from simulator.simulation import Simulation
from tests.never_events import Judge, Violation
from tests.never_events.wire import Frame, read_frame
from tests.wired import Wired
from treadctl.composition.cockpit import Cockpit, Operator, Tell
from treadctl.composition.desk import Desk, DeskOperator
from treadctl.composition.virtual import VirtualRun, resting_collector
from treadctl.core.control import ControlOperator
from treadctl.core.events import Event
from treadctl.core.jsonl import to_json
from treadctl.core.machine import SessionState
from treadctl.core.operators import AutoOperator
from treadctl.core.plans import load_programme, open_plan
from treadctl.core.profile import limits_for
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.core.session import Session
from treadctl.core.setup import SessionSetup
from treadctl.core.simulated_person import SimulatedPerson
from treadctl.gate.setup import (
    GateSetup,
    HeartSource,
    MachineClass,
    MachineFacts,
    StrapKind,
    StrapSource,
)
from treadctl.model import GatePhase, Mode, Report
from treadctl.safety.limits import Limits

SCENARIOS: Final = Path(__file__).parent / "scenarios"
CLASS_C_REV_MAX_CKMH: Final = 150
"""SR-54."""
STILL_CKMH: Final = 5.0
"""safety.md 4.5, N6: a belt no faster than this is standing."""
_STANDING: Final = frozenset({SessionState.CHECKLIST, SessionState.TURNING, SessionState.REST})
_ASKED_FOR: Final = frozenset({"strap-pull", "strap-clip"})
HOUR_MS: Final = 3_600_000
SLOW_AIR_MS: Final = 1_000.0
"""With the quirk slow-link: a write crosses in up to 300 ms, after the response to the one before
has crossed twice (ATT has one write in flight)."""


def step(kind: StepKind, seconds: int, speed_ckmh: int = 0, from_ckmh: int | None = None) -> Step:
    """One step of a programme that no linter has seen: shorter than a person may have it."""
    first_ckmh = speed_ckmh if from_ckmh is None else from_ckmh
    return Step(kind, seconds * 1_000, speed_ckmh, first_ckmh)


def programme(*steps: Step) -> Programme:
    return Programme(name="test", title="Test plan", profile=None, steps=steps)


SHORT: Final = programme(
    step(StepKind.WARMUP, 36, 150),
    step(StepKind.REVERSE, 26, 100),
    step(StepKind.REST, 8),
    step(StepKind.REVERSE, 26, 100),
    step(StepKind.COOLDOWN, 30, 80),
)
"""Every state of a session once, in about three minutes."""


class _Person:
    """Does what is asked for, unless told to stay away. Holds no key for a belt that stands."""

    def __init__(self, session: Session, operators: tuple[Operator, ...]) -> None:
        self._session = session
        self._operators = operators
        self.away = False

    def step(self, now_ms: int) -> None:
        if self.away:
            return
        if self._session.state in _STANDING:
            self._session.hold(False)
        for operator in self._operators:
            operator.step(now_ms)


def _link_faults(machine: str, quirks: tuple[str, ...]) -> frozenset[str]:
    """A radio without power is out of reach; a serial port without power still takes bytes."""
    if machine != "ftms":
        return frozenset()
    return frozenset({"power-cut"} | ({"key-pull"} if "safety-key-power-cut" in quirks else set()))


class Rig:
    """One run. Turn its clock, do things to it, look at what became of it."""

    made: Final[list["Rig"]] = []
    """Every rig since the list was last cleared; the judging fixture does that."""
    troubled: Final[list[bool]] = []
    """Of every copy since then that was judged, whether something had gone wrong in it."""

    def __init__(
        self,
        machine: str = "woodway-us",
        plan: str | Programme = SHORT,
        *,
        mode: Mode = Mode.TURN_AROUND,
        scenario: str | None = None,
        options: MachineOptions | None = None,
        limits: Limits | None = None,
        seed: int = 1,
        stays: bool = False,
        desk: Desk | None = None,
        profile: str = "",
        heart: HeartSource | None = None,
        attended: bool = False,
        typed: bool = False,
    ) -> None:
        """*scenario* is a file of tests/scenarios, without its suffix. *stays*: somebody can
        reset or resume, so a stop is waited out instead of ending the run. *desk*: somebody
        there leads the session, and the simulated person only does what is asked. *profile*: what
        a person named for an FTMS machine; empty, and the machine says what it is. *heart*: they
        wear a heart-rate strap, which is watched. *attended*: somebody has to show every minute
        that they are there, as beside a real belt (SR-56). *typed*: somebody besides types lines
        as for `--control stdin`, see `control`."""
        self.machine: Final = machine
        self.desk: Final = desk
        self.mode: Final = mode
        self.limits: Final = limits or self.limits_of(plan)
        self.truth: Final[list[dict[str, Any]]] = []
        self.events: Final[list[dict[str, Any]]] = []
        self.reports: Final[list[Report]] = []
        if heart is not None:
            options = replace(options or MachineOptions(), heart=True)
        timeline = load_scenario(SCENARIOS / f"{scenario}.toml") if scenario else None
        self._events_to_come: Final = timeline.events if timeline else ()
        simulation = Simulation(
            machine, options=options, scenario=timeline, seed=seed, truth=self._take_truth
        )
        self.simulation: Final = simulation
        quirks = () if options is None else options.quirks
        self._link_faults: Final = _link_faults(machine, quirks)
        self._judging: tuple[Judge, int, int] | None = None
        """What has been judged already, and how many lines and events that was."""
        self._slack_ms: Final = SLOW_AIR_MS if "slow-link" in quirks else 0.0
        """What is sent reaches the machine so much later, and is judged where it arrives."""
        in_miles = machine == "ftms" and combined(quirks).character.command_unit == "mph"
        self._unit: Final = "mph" if in_miles else simulation.unit
        """What the machine takes the host's digits for, whatever it says of itself."""
        self.treadmill: Final = Wired(simulation)
        self.programme: Final = (
            plan if isinstance(plan, Programme) else load_programme(plan, self.limits, mode)
        )
        self.session: Final = Session(
            self.programme,
            SessionSetup(
                plan=self.programme.name,
                mode=mode,
                machine=machine,
                protocol=machine,
                machine_class=simulation.machine_class,
                simulated=True,
                seed=seed,
                limits=self.limits,
                min_ckmh=simulation.min_ckmh,
                stay_latched=stays,
                attendance_required=attended,
                origin_ms=0,
            ),
        )
        operators: tuple[Operator, ...] = (AutoOperator(self.session, self.treadmill.act),)
        tell: tuple[Tell, ...] = (self._take_event,)
        if desk is not None:
            act = self.treadmill.act
            operators = (
                SimulatedPerson(self.session, act),
                DeskOperator(desk, self.session, self.programme, act),
            )
            tell = (*tell, desk.tell)
        self.person: Final = _Person(self.session, operators)
        self.control: Final = ControlOperator(self.session)
        """Takes lines where *typed*; otherwise nobody listens."""
        led = (self.person, self.control) if typed else (self.person,)
        cockpit = Cockpit(self.session, operators=led, tell=tell)
        facts = MachineFacts(
            protocol=machine,
            machine_class=MachineClass(simulation.machine_class),
            ramp_ckmh_s=simulation.ramp_ckmh_s,
            min_ckmh=simulation.min_ckmh,
            max_ckmh=simulation.max_ckmh,
            unit=simulation.unit,
            profile=profile,
        )
        setup = GateSetup(
            name="rig",
            machine=facts,
            link_url="",
            strap=StrapSource(StrapKind.LOCKSTEP),
            limits=self.limits,
            mode=mode,
            simulated=True,
            attendance_required=attended,
            screen_required=desk is not None and desk.tokens > 0,
            hold_to_run_available=True,
            heart=heart,
        )
        worn = None if heart is None else simulation.take_heart
        self.virtual: Final = VirtualRun(setup, self.treadmill, cockpit, take_heart=worn)
        self._disturbed = False
        self.made.append(self)

    @staticmethod
    def limits_of(plan: str | Programme) -> Limits:
        """What a person of the plan's profile walks under."""
        profile = plan.profile if isinstance(plan, Programme) else open_plan(plan)[0].profile
        return limits_for(profile, Limits())

    # Time.

    @property
    def now_ms(self) -> int:
        return self.virtual.now_ms

    def tick(self) -> None:
        report = self.virtual.tick()
        if report is not None:
            self.reports.append(report)

    def run_for(self, duration_ms: int) -> None:
        end_ms = self.now_ms + duration_ms
        while self.now_ms < end_ms:
            self.tick()

    def run_until(
        self, what: SessionState | Callable[[], bool], *, limit_ms: int = 600_000
    ) -> None:
        """Fails if *what* has not come true by then."""
        wanted, end_ms = self._wanted(what), self.now_ms + limit_ms
        while not wanted():
            assert self.now_ms < end_ms, f"still {self.state().value} at {self.now_ms} ms"
            assert self.finished() is None, f"finished: {self.finished()}"
            self.tick()

    def run(self, *, limit_ms: int = 2 * HOUR_MS) -> dict[str, Any]:
        """To the end; returns the last event."""
        end_ms = self.now_ms + limit_ms
        with resting_collector():
            while (finished := self.finished()) is None:
                assert self.now_ms < end_ms, f"still {self.state().value} at {self.now_ms} ms"
                self.tick()
        return finished

    def run_until_finished_or_for(self, duration_ms: int) -> dict[str, Any] | None:
        end_ms = self.now_ms + duration_ms
        while self.finished() is None and self.now_ms < end_ms:
            self.tick()
        return self.finished()

    # What happens to it.

    def act(self, name: str, **params: object) -> None:
        """A fault or an act of the person, now, as in a scenario file."""
        self._disturbed |= name not in _ASKED_FOR
        self.treadmill.act(name, **params)

    @contextmanager
    def what_if(self) -> Iterator["Rig"]:
        """A copy of this world in which something may happen; judged at the end of the block."""
        twin = self.twin()
        yield twin
        twin.judge()
        self.troubled.append(twin.is_troubled())

    def twin(self) -> "Rig":
        """The same for whoever judges it himself."""
        # Shared: what never changes. The past is copied as a list of the same lines.
        gate = self.virtual.gate
        shared = (
            self.programme,
            self.limits,
            self.session.setup,
            gate.config,
            self._events_to_come,
        )
        memo: dict[int, Any] = {id(each): each for each in shared}
        for past in (self.truth, self.events, self.reports):
            memo[id(past)] = past.copy()
        return copy.deepcopy(self, memo)

    # What became of it. Methods, because mypy would take a property to stay what it was.

    def state(self) -> SessionState:
        return self.session.state

    def phase(self) -> GatePhase:
        return self.virtual.gate.state.phase

    def last(self) -> Report:
        """The newest report."""
        assert self.virtual.report is not None
        return self.virtual.report

    def finished(self) -> dict[str, Any] | None:
        return self.events[-1] if self.virtual.cockpit.finished is not None else None

    def belt_ckmh(self) -> float:
        """The newest truth."""
        return float(self.truth[-1]["belt_ckmh"])

    def belt_stands(self) -> bool:
        return self.belt_ckmh() <= STILL_CKMH

    def told(self, kind: str, *, since_ms: float = 0) -> list[dict[str, Any]]:
        """The events of one kind, oldest first."""
        return [e for e in self.events if e["event"] == kind and e["t_ms"] >= since_ms]

    def states(self) -> list[str]:
        """The states passed through, each change once."""
        return [e["state"] for e in self.told("state") if e["state"] != e["previous"]]

    def stops(self) -> list[tuple[str, str]]:
        """Reaction and cause of every stop that was told."""
        return [(e["reaction"], e["cause"]) for e in self.told("stop")]

    def refused(self) -> list[str]:
        return [e["cause"] for e in self.told("refused")]

    def frames(self, *, since_ms: float = 0) -> list[tuple[float, str]]:
        """What reached the machine's port, with the time of its last byte."""
        return [
            (frame["t_ms"], frame["hex"])
            for line in self.truth
            if line["t_ms"] >= since_ms
            for frame in line["rx"]
            if frame["t_ms"] >= since_ms
        ]

    def said(self, *, since_ms: float = 0) -> list[tuple[float, Frame]]:
        """What of it concerns the motion of the belt, read by nobody of ours."""
        protocol, unit = self.machine, self._unit
        return [
            (t_ms, frame)
            for t_ms, text in self.frames(since_ms=since_ms)
            if (frame := read_frame(text, protocol, unit)) is not None
        ]

    def stop_frame_ms(self, *, since_ms: float) -> float | None:
        """When the first frame came that stops the belt."""
        stops = (t_ms for t_ms, frame in self.said(since_ms=since_ms) if frame.stops)
        return next(stops, None)

    def speed_frames(self, *, since_ms: float) -> list[tuple[float, float]]:
        """When a speed above zero was asked for, and which, in 0.01 km/h."""
        return [
            (t_ms, frame.speed_ckmh)
            for t_ms, frame in self.said(since_ms=since_ms)
            if frame.speed_ckmh
        ]

    def starts(self, *, since_ms: float = 0) -> list[float]:
        """When a frame came that engages the belt."""
        return [t_ms for t_ms, frame in self.said(since_ms=since_ms) if frame.starts]

    def violations(self) -> list[Violation]:
        judging, lines, events = copy.deepcopy(self._judging) or (self._judge(), 0, 0)
        judging.see(self.truth[lines:], self.events[events:])
        return judging.finish()

    def judge_ahead(self) -> None:
        """Judge what has happened so far, once for all the twins that are taken from here."""
        judging, lines, events = self._judging or (self._judge(), 0, 0)
        # What is told in the next tick may be as old as the line that came with this one.
        whole = [line for line in self.truth[lines:] if line["t_ms"] < self.now_ms]
        judging.see(whole, self.events[events:])
        self._judging = judging, lines + len(whole), len(self.events)

    def _judge(self) -> Judge:
        mode: Literal["turn-around", "belt-reverse"] = (
            "turn-around" if self.mode is Mode.TURN_AROUND else "belt-reverse"
        )
        limits = asdict(self.limits)
        if self.simulation.machine_class == "C":
            limits["v_rev_max_ckmh"] = min(limits["v_rev_max_ckmh"], CLASS_C_REV_MAX_CKMH)
        return Judge(
            protocol=self.machine,
            limits=limits,
            mode=mode,
            unit=self._unit,
            slack_ms=self._slack_ms,
            link_faults=self._link_faults,
        )

    def is_troubled(self) -> bool:
        """Something was wrong with it: a fault, a hand at the console, a stop, a refusal.

        A strap that was pulled and stopped nothing is what the checklist asks for.
        """
        faults = {fault for line in self.truth for fault in line["faults"]}
        wrong = self.told("stop") or self.told("refused") or faults - _ASKED_FOR
        return self._disturbed or bool(wrong)

    def judge(self) -> None:
        """No never-event happened."""
        assert self.violations() == []

    def _wanted(self, what: SessionState | Callable[[], bool]) -> Callable[[], bool]:
        if isinstance(what, SessionState):
            return lambda: self.session.state is what
        return what

    def _take_truth(self, line: dict[str, Any]) -> None:
        self.truth.append(line)

    def _take_event(self, event: Event) -> None:
        self.events.append(to_json(event))
