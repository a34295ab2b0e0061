"""One run, from the first exchange to the exit code, in virtual or in real time."""

import os
import select
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from treadctl import paths
from treadctl.composition.awake import find_program, kept_awake
from treadctl.composition.cockpit import Cockpit, Operator, Tell
from treadctl.composition.desk import Desk, DeskOperator, waking_desk
from treadctl.composition.gate_process import GateProcess
from treadctl.composition.keys import KeyReader, single_keys
from treadctl.composition.lines import LineReader
from treadctl.composition.options import RunOptions
from treadctl.composition.pace import Pace
from treadctl.composition.plant import SimulatorFailedError
from treadctl.composition.prepare import Prepared, prepare
from treadctl.composition.replay_inputs import Inputs, inputs_body
from treadctl.composition.signals import Signals, stop_signals
from treadctl.composition.spotter.server import attachable
from treadctl.composition.spotter.wire import Hello
from treadctl.composition.terminal import HELP, TerminalOperator
from treadctl.composition.virtual import VirtualRun, resting_collector
from treadctl.core.control import ControlOperator
from treadctl.core.exit_codes import ExitCode, Signal
from treadctl.core.machine import SessionState
from treadctl.core.operators import AutoOperator
from treadctl.core.session import Session
from treadctl.core.simulated_person import SimulatedPerson
from treadctl.core.stop_words import is_whole_stop
from treadctl.gate.setup import HeartKind
from treadctl.model import Report
from treadctl.records.journal import Journal
from treadctl.version import VERSION

EXCHANGE_MS: Final = 100
"""SR-30: the heartbeat is ten times a second."""
LAST_LINES_MS: Final = 100
_PERSONS: Final = frozenset({"resume", "reset"})
"""What only a line from outside answers in a run whose other confirmations are automatic. So
is the end of a locked session, which asks for nothing any more."""
_AT_ONCE: Final = 100
"""Lines or keys taken in one turn: whoever never stops talking does not stop the heartbeat."""


class Typed(Protocol):
    """Whoever turns lines or keys from stdin into verbs."""

    @property
    def is_idle(self) -> bool: ...
    def feed(self, line: str) -> None: ...
    def close(self) -> None: ...
    def step(self, now_ms: int) -> None: ...


class Run:
    """Everything of one run; `go` runs it."""

    def __init__(
        self,
        options: RunOptions,
        prepared: Prepared,
        journal: Journal,
        *,
        tell: tuple[Tell, ...],
        say: Callable[[str], None],
        lines: LineReader | KeyReader | None,
        desk: Desk | None = None,
        wake_fd: int = -1,
    ) -> None:
        """*desk*: front ends lead this run, or look on; *wake_fd* is readable when one asks."""
        self._options = options
        self._prepared = prepared
        self._journal = journal
        self._lines = lines
        self._say = say
        self._trouble: str | None = None
        session = self._session = Session(prepared.programme, prepared.session)
        operators: list[Operator] = []
        plant = prepared.lockstep or prepared.served
        self._wake_fd = wake_fd
        self._pace = Pace(options.speedup) if options.speedup is not None else None
        self._desk: DeskOperator | None = None
        act = plant.act if plant is not None else None
        if act is not None:
            led = options.screen or options.terminal
            operators.append((SimulatedPerson if led else AutoOperator)(session, act))
        if desk is not None:
            self._desk = DeskOperator(desk, session, prepared.programme, act)
            operators.append(self._desk)
            tell = (*tell, desk.tell)
        self._typed: Typed | None = None
        if options.control:
            self._typed = ControlOperator(session)
        elif lines is not None:
            person = TerminalOperator(session, say)
            self._typed = person
            tell = (*tell, person.hear)
            say(HELP)
        if self._typed is not None:
            operators.append(self._typed)
        self._cockpit = Cockpit(session, operators=tuple(operators), journal=journal, tell=tell)

    def go(self, signals: Signals) -> ExitCode:
        """Run to the end. Returns when the belt is proven to stand, or nothing more can be done."""
        try:
            if self._prepared.lockstep is not None:
                now_ms = self._go_virtual(signals)
            else:
                now_ms = self._go_real(signals)
        except SimulatorFailedError as error:
            self._journal.abandon()
            raise self._cut_short(error) from error
        except BaseException:
            self._journal.abandon()
            raise
        self._cockpit.close(now_ms)
        if self._journal.trouble is not None:
            self._say(self._journal.trouble)
        finished = self._cockpit.finished
        return ExitCode(finished.exit_code) if finished else ExitCode.STOP_NOT_CONFIRMED

    def _cut_short(self, error: SimulatorFailedError) -> SimulatorFailedError:
        """A simulator that ends in the middle leaves a belt of which nothing is known."""
        report = self._session.report
        if report is None or report.standstill:
            return error
        return SimulatorFailedError(str(error), int(ExitCode.STOP_NOT_CONFIRMED))

    def _go_virtual(self, signals: Signals) -> int:
        assert self._prepared.lockstep is not None
        gate, plant = self._prepared.gate, self._prepared.lockstep
        worn = gate.heart is not None and gate.heart.kind is HeartKind.LOCKSTEP
        run = VirtualRun(gate, plant, self._cockpit, take_heart=plant.take_heart if worn else None)
        with resting_collector() if self._pace is None else nullcontext():
            while self._cockpit.finished is None:
                self._heed(signals)
                self._pump()
                if run.tick() is not None:
                    self._wait_for_a_person(signals)
                if self._pace is not None:
                    hurried = self._session.awaiting is None
                    self._rest(signals, self._pace.wait_ms(_now_ms(), run.now_ms, hurried=hurried))
        # The simulator's next lines of truth hold the last frames: a judge wants to see them.
        self._prepared.lockstep.advance(run.now_ms + LAST_LINES_MS, b"")
        return run.now_ms

    def _go_real(self, signals: Signals) -> int:
        cockpit, session = self._cockpit, self._session
        gate = GateProcess.start(self._prepared.gate)
        try:
            gate.send(cockpit.exchange(None, _now_ms()))
            due_ms = _now_ms() + EXCHANGE_MS
            gone = False
            while cockpit.finished is None:
                self._sleep(gate, signals, due_ms)
                self._heed(signals)
                asked = self._pump()
                reports = gate.receive()
                now_ms = _now_ms()
                gate.watch(now_ms, reports)
                if not gate.alive and not gone:
                    gone = True
                    self._say(f"The gate has ended: {_why_gone(gate)}")
                    session.gate_gone()
                news: list[Report | None] = [*reports]
                if not news and (gone or asked or now_ms >= due_ms):
                    news = [None]
                for report in news:
                    gate.send(cockpit.exchange(report, now_ms))
                    due_ms = now_ms + EXCHANGE_MS
                self._tell_trouble()
        finally:
            # Whatever happened to us, the gate stops the belt when it sees us go (SR-30).
            done = cockpit.finished
            if gate.alive and (done is None or done.exit_code == ExitCode.STOP_NOT_CONFIRMED):
                self._say("The gate goes on stopping the belt, for half a minute at most.")
            gate.close()
        return _now_ms()

    def _sleep(self, gate: GateProcess, signals: Signals, due_ms: int) -> None:
        self._poll([gate.fileno(), signals.fileno()], max(0, due_ms - _now_ms()))

    def _heed(self, signals: Signals) -> None:
        for signal in signals.take():
            if self._options.screen and signal is Signal.HANG_UP:
                self._session.hang_up()
            else:
                self._session.interrupt(signal)

    def _rest(self, signals: Signals, wait_ms: int) -> None:
        """Let *wait_ms* pass, unless somebody asks for something."""
        if wait_ms > 0:
            self._poll([signals.fileno()], wait_ms)

    def _poll(self, fds: list[int], wait_ms: int) -> None:
        """Until one of *fds* or a person has something, or time is up."""
        poller = select.poll()
        typed = [self._lines.fileno()] if self._lines is not None and not self._lines.at_end else []
        for fd in (*fds, *typed, self._wake_fd):
            if fd >= 0:
                poller.register(fd, select.POLLIN)
        poller.poll(wait_ms)

    def _pump(self) -> bool:
        """Hand on what has been asked for; false if nothing was."""
        wished = False
        if self._desk is not None:
            with suppress(BlockingIOError):
                os.read(self._wake_fd, 4_096)
            wished = self._desk.take_wishes()
        lines, typed = self._lines, self._typed
        if lines is None or typed is None:
            return wished
        for count in range(_AT_ONCE):
            if (line := lines.next()) is None:
                if lines.at_end:
                    typed.close()
                    self._lines = None
                return wished or count > 0
            typed.feed(line)
        return True

    def _wait_for_a_person(self, signals: Signals) -> None:
        """Virtual time stands still while only a line from outside can go on."""
        typed = self._typed
        while self._lines is not None and typed is not None and typed.is_idle:
            prompt = self._session.awaiting
            asked = prompt is not None and prompt.wants in _PERSONS
            if not asked and self._session.state is not SessionState.LOCKED:
                return
            poller = select.poll()
            poller.register(self._lines.fileno(), select.POLLIN)
            poller.register(signals.fileno(), select.POLLIN)
            poller.poll()
            if came := signals.take():
                for signal in came:
                    self._session.interrupt(signal)
                return
            if self._pump():
                return

    def _tell_trouble(self) -> None:
        trouble = self._journal.trouble
        if trouble != self._trouble:
            self._trouble = trouble
            if trouble is not None:
                self._say(trouble)


def execute(
    options: RunOptions,
    *,
    tell: tuple[Tell, ...],
    say: Callable[[str], None],
    stdin_fd: int | None = None,
) -> tuple[ExitCode, Path]:
    """Prepare a run, do it, and close what it opened. Returns the exit code and the record.

    *tell* gets every event; *say* gets sentences about the run itself.

    Raises:
        TreadctlError: the run did not begin, and nothing has moved.
    """
    # From here on a signal is a stop with its own exit code, even before there is a belt.
    with stop_signals() as signals:
        return conduct(options, signals, tell=tell, say=say, stdin_fd=stdin_fd)


def conduct(
    options: RunOptions,
    signals: Signals,
    *,
    tell: tuple[Tell, ...],
    say: Callable[[str], None],
    stdin_fd: int | None = None,
    desk: Desk | None = None,
    wake_fd: int = -1,
) -> tuple[ExitCode, Path]:
    """The same for a caller that has the signals already, from any thread."""
    with ExitStack() as stack:
        if desk is None and options.on_the_clock:
            desk, wake_fd = stack.enter_context(waking_desk())
        prepared = prepare(options, signals)
        stack.push(prepared.open_things)
        for note in prepared.notes:
            say(note)
        if not prepared.gate.simulated:
            stack.enter_context(kept_awake(say, find_program()))
        inputs = Inputs(prepared.programme, prepared.session, prepared.gate)
        journal = Journal.open(
            options.record or paths.sessions_dir(),
            replace(prepared.header, inputs=inputs_body(inputs)),
            real_time=prepared.lockstep is None,
            t_ms=_now_ms() if prepared.lockstep is None else 0,
        )
        prepared = with_record(prepared, journal.path)
        lines: LineReader | KeyReader | None = None
        if stdin_fd is not None and options.control:
            lines = LineReader(stdin_fd, is_urgent=is_whole_stop)
        elif stdin_fd is not None:
            stack.enter_context(single_keys(stdin_fd))
            lines = KeyReader(stdin_fd)
        try:
            run = Run(
                options,
                prepared,
                journal,
                tell=tell,
                say=say,
                lines=lines,
                desk=desk,
                wake_fd=wake_fd,
            )
        except BaseException:
            journal.abandon()
            raise
        if desk is not None:
            hello = Hello(VERSION, os.getpid(), prepared.session, prepared.programme)
            stack.enter_context(attachable(desk, hello, say))
        return run.go(signals), journal.path


def with_record(prepared: Prepared, record: Path) -> Prepared:
    """The same run, whose last line names its record."""
    return replace(prepared, session=replace(prepared.session, record=str(record)))


def _why_gone(gate: GateProcess) -> str:
    return gate.bye.message if gate.bye is not None else "it was killed, or crashed."


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
