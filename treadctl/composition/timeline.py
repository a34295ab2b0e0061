"""What happens after something has happened: `treadctl explain --fault F --at STATE`.

Nothing is imitated but the treadmill: session, gate, kernel, wire check and codec are those of a
run, in virtual time (`virtual.py`), and the machine obeys until it is disturbed (`disturbed.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firmware_protocols.registry import PROTOCOLS
from treadctl.composition.cockpit import Cockpit
from treadctl.composition.disturbances import Scene
from treadctl.composition.disturbed import RAMP_CKMH_S, DisturbedPlant
from treadctl.composition.preview import ideal_gate, ideal_machine
from treadctl.composition.timeline_question import Question, check, limits_of, programme_of
from treadctl.composition.timeline_record import Moment, Record
from treadctl.composition.virtual import VirtualRun, resting_collector
from treadctl.core.events import Event
from treadctl.core.exit_codes import ExitCode
from treadctl.core.machine import SessionState
from treadctl.core.operators import AutoOperator
from treadctl.core.session import Session
from treadctl.core.setup import SessionSetup
from treadctl.model import GatePhase

S = SessionState

AT_SPEED_MS: Final = 2_000
END_MS: Final = 60_000
"""A timeline is no longer than this."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The answer."""

    question: Question
    speed_ckmh: int
    """Commanded when it happened."""
    moments: tuple[Moment, ...]
    watched_ms: int
    """How long was looked on."""
    first_stop_ms: int | None
    """When the first frame of a stop left that the gate found a reason for (safety.md 4.8.2)."""
    standstill_ms: int | None
    """When the belt stood."""
    proved_ms: int | None
    """When that was proved."""
    stopping_mm: int
    """What ran past under the person from the moment it happened to standstill."""
    exit_code: ExitCode | None
    """None: the session goes on, or there is nobody left to exit."""
    to_go_on: tuple[str, ...]


def timeline(question: Question) -> Timeline:
    """Let it happen.

    Raises:
        UnknownWord: there is no such fault, state or machine.
        NotThat: it cannot happen there, or not at that speed.
    """
    with resting_collector():
        return _Stage(question).play()


class _Person:
    """The one who answers, as long as they are there."""

    def __init__(self, operator: AutoOperator) -> None:
        self._operator = operator
        self.is_there = True

    def step(self, now_ms: int) -> None:
        if self.is_there:
            self._operator.step(now_ms)


class _Stage:
    """One run to a place in a session, and the record of what follows there."""

    def __init__(self, question: Question) -> None:
        check(question)
        limits = limits_of(question)
        self._question = question
        unit = PROTOCOLS[question.machine].units[0].value
        machine = ideal_machine(question.machine, unit, question.machine_class, RAMP_CKMH_S)
        mode = question.disturbance.mode
        self._plant = DisturbedPlant(question.machine, unit, question.machine_class)
        setup = SessionSetup(
            plan="explain",
            mode=mode,
            machine=question.machine,
            protocol=question.machine,
            machine_class=question.machine_class.value,
            simulated=True,
            limits=limits,
            min_ckmh=machine.min_ckmh,
            origin_ms=0,
        )
        self._programme = programme_of(question)
        self._session = Session(self._programme, setup)
        self._person = _Person(AutoOperator(self._session, self._plant.act))
        self._events: list[Event] = []
        self._ticked_ms = 0
        """What happens, happens just after a tick: the next one is as far away as ever."""
        cockpit = Cockpit(self._session, operators=(self._person,), tell=(self._events.append,))
        self._run = VirtualRun(ideal_gate(machine, limits, mode), self._plant, cockpit)

    def play(self) -> Timeline:
        self._go_there()
        return self._watch()

    # Getting there.

    def _go_there(self) -> None:
        place, session = self._question.place, self._session
        if place.state in (S.TURNING, S.REVERSE_WALK, S.STOPPING, S.REST):
            self._until(lambda: session.state is S.WARM_UP)
            session.skip()
        if place.state in (S.STOPPING, S.REST):
            self._until(lambda: session.state is S.REVERSE_WALK)
            if place.walking:
                self._until(self._at_speed)
            session.skip()
        self._until(lambda: session.state is place.state)
        if place.walking and place.state is not S.STOPPING:
            self._until(self._at_speed)
            self._for(AT_SPEED_MS)
        self._for(place.delay_ms)

    def _at_speed(self) -> bool:
        """The belt runs as fast as the step wants it to, as this machine can say it."""
        gate = self._run.gate
        walking = self._question.place.walking
        wanted_ckmh = next(s.speed_ckmh for s in self._programme.steps if s.kind is walking)
        commanded_ckmh = gate.state.commanded_ckmh
        return (
            gate.state.phase is GatePhase.MOVING
            and commanded_ckmh == gate.config.quantise(wanted_ckmh)
            and self._plant.belt.speed_ckmh >= commanded_ckmh
        )

    def _until(self, arrived: Callable[[], bool]) -> None:
        while not arrived():
            assert self._run.cockpit.finished is None, self._question
            self._ticked_ms = self._run.now_ms
            self._run.tick()

    def _for(self, duration_ms: int) -> None:
        end_ms = self._run.now_ms + duration_ms
        self._until(lambda: self._run.now_ms >= end_ms)

    # Looking on.

    def _watch(self) -> Timeline:
        run, plant = self._run, self._plant
        record = Record(run, plant, self._ticked_ms, self._question.disturbance.sentence)
        plant.told.clear()
        self._events.clear()
        scene = Scene(
            plant,
            run.outside,
            self._session,
            run.now_ms,
            run.gate.config.cap_ckmh(run.gate.state.gait, run.gate.state.direction),
        )
        self._question.disturbance.happens(scene)
        self._person.is_there = scene.person_is_there
        while not self._is_over(record):
            at_ms = run.now_ms
            report = run.tick()
            record.look(at_ms, report, plant.told, self._events)
            plant.told.clear()
            self._events.clear()
        finished = run.cockpit.finished
        return Timeline(
            self._question,
            record.moments[0].commanded_ckmh,
            tuple(record.moments),
            run.now_ms - record.began_ms,
            record.first_stop_ms,
            record.standstill_ms,
            record.proved_ms,
            record.travelled_mm,
            ExitCode(finished.exit_code) if finished else None,
            record.to_go_on(),
        )

    def _is_over(self, record: Record) -> bool:
        run = self._run
        if run.cockpit.finished is not None or run.gate.finished:
            return True
        since_ms = run.now_ms - record.began_ms
        stopping = run.gate.state.phase is GatePhase.STOPPING
        quiet_ms = 0 if stopping else since_ms - record.moments[-1].t_ms
        return quiet_ms >= self._question.disturbance.watched_ms or since_ms >= END_MS
