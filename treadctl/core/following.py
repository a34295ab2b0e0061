"""Follows the gate: what a report means for the session, state by state.

The gate's phases are facts; the session's states are what they mean to the people around the
treadmill. What a report cannot mean (a phase nobody asked for) is left alone: it is shown in
the samples, and the request that follows asks for zero.
"""

from collections.abc import Callable
from typing import Final, assert_never

from treadctl.causes import Cause
from treadctl.core import refusals
from treadctl.core.announcer import Announcer, Next, lead_ms
from treadctl.core.console import ConsoleFollower
from treadctl.core.events import Finished
from treadctl.core.exit_codes import Reason
from treadctl.core.heart import HeartFollower
from treadctl.core.machine import ALL_ITEMS, SessionMachine, SessionState
from treadctl.core.outcome import After, Outcome
from treadctl.core.programme import Programme, Step, StepKind
from treadctl.core.progress import Progress, direction_for, facing_for
from treadctl.core.setup import SessionSetup
from treadctl.core.starting import Starting
from treadctl.core.totals import Totals
from treadctl.core.voice import Voice, cause_of
from treadctl.core.wishes import Wishes
from treadctl.model import CHECKLIST, GatePhase, Mode, Reaction, Refusal, Report
from treadctl.safety.limits import STEP_CEILING_REV_CKMH

S = SessionState

WALKING: Final = frozenset({S.WARM_UP, S.WALK, S.REVERSE_WALK, S.COOLDOWN})
MOVING: Final = WALKING | {S.STARTING}
STOPPING: Final = frozenset({S.STOPPING, S.STOPPING_TO_TURN})
LATCHED: Final = frozenset({S.FAULT, S.E_STOP})
_UNCONNECTED: Final = frozenset({S.CHECKLIST, S.REST, S.PAUSED, S.ARMED, S.TURNING})
_RUNNING: Final = frozenset({GatePhase.STARTING, GatePhase.MOVING})
_IN_MOTION: Final = _RUNNING | {GatePhase.STOPPING, GatePhase.LATCHED}
_STRAP_PULL: Final = CHECKLIST.index("strap-pull")
_OLD_REPORT_MS: Final = 1_000
_LEFT_MIN_MS: Final = 5_000
"""The shortest step there is (SR-43)."""


class Following:
    def __init__(self, programme: Programme, setup: SessionSetup) -> None:
        self.programme: Final = programme
        self.setup: Final = setup
        self.machine: Final = SessionMachine()
        self.state = SessionState.IDLE
        self.report: Report | None = None
        self.finished: Finished | None = None
        self.now_ms = 0
        self.entered_ms = 0
        self.idle_since_ms = 0
        self.paused_at_ms = 0
        self.clock_ms: int | None = None
        """Since when step time passes; None while it does not."""
        self.next = Next.END
        self.progress: Final = Progress(programme, min_ckmh=setup.min_ckmh)
        self.wishes: Final = Wishes()
        self.totals: Final = Totals()
        self.announcer: Final = Announcer()
        self.outcome: Final = Outcome(stays=setup.stay_latched)
        self.starting: Final = Starting(setup, self.progress, self.wishes)
        self.voice: Final = Voice(setup, self.progress, self.totals)
        self.console: Final = ConsoleFollower(self.progress, self.announcer, self.voice)
        self.heart: Final = HeartFollower(self.progress, self.announcer, self.voice)
        self._armed_from = SessionState.CHECKLIST
        self._machine_profile = ""
        """What was last told of it."""
        self._pause_ended_step = False
        """A pause took the place of the end of a step; the next one has not begun."""

    @property
    def cap_ckmh(self) -> int:
        """The gate's cap for the present gait."""
        return self.report.cap_ckmh if self.report is not None else 0

    @property
    def v_start_ckmh(self) -> int:
        """SR-04: the speed of every first motion on this machine."""
        return max(self.setup.v_start_ckmh, self.progress.min_ckmh)

    @property
    def is_resting(self) -> bool:
        """Rest time runs, or stood still in a pause; nothing is awaited."""
        return self.state is S.REST and self.progress.step.kind is StepKind.REST

    # What reports and verbs both lead to.

    def enter(self, event: Callable[[], object], cause: str | None = None) -> None:
        """Let the machine record a fact."""
        previous = self.state
        event()
        self.state = self.machine.session_state
        if self.state is previous:
            return
        self.entered_ms = self.idle_since_ms = self.now_ms
        if self.state is S.CHECKLIST:
            self.starting.round += 1
        self.voice.state(self.state, previous, cause)

    def begin_standing(self, event: Callable[[], object], cause: str | None = None) -> None:
        """Step time ends here, whatever brings the belt to a stop."""
        self.clock_ms = None
        self.wishes.forget_motion()
        self.enter(event, cause)

    def resume(self) -> None:
        """From a pause to where a start can be made. The step's time left is as it was."""
        self.outcome.take_after()
        self.enter(self.machine.rest)
        if self.is_resting and self._pause_ended_step:
            self._begin_rest()
        elif self.is_resting:
            self.clock_ms = self.now_ms

    def step_is_over(self) -> None:
        """Step time has run out: on with the next one, or to standstill first."""
        if self.state is S.REST:
            self._rest_is_over()
        elif self.next is Next.WALK_ON:
            self._walk_on()
        else:
            turns = self.next is Next.TURN
            self.outcome.take_after()
            self.begin_standing(self.machine.stop_to_turn if turns else self.machine.stop)

    def say_first_motion(self) -> None:
        in_ms = self.starting.rises_in_ms(self.now_ms)
        speed_ckmh = self.progress.wanted_ckmh(self.cap_ckmh, in_ms)
        self.voice.say(*self.announcer.first_motion(speed_ckmh, self.v_start_ckmh, in_ms))

    def finish(self, reason: Reason) -> None:
        """The session is over. What the belt does now is the gate's affair alone."""
        self.clock_ms = None
        self.wishes.forget_all()
        self.enter(self.machine.finish)
        self.finished = self.outcome.finished(
            self.voice.t_ms, reason, self.totals, self.setup.record
        )
        self.voice.emit(self.finished)

    def gate_is_gone(self) -> None:
        """SR-31: nothing that is shown is true any more; rescue stops the belt."""
        if self.finished is not None:
            return
        cause = Cause.GATE_GONE.value
        self.outcome.lost(self.report)
        self.voice.stop(Reaction.E_STOP, cause)
        self.begin_standing(self.machine.e_stop, cause)
        self.finish(Reason.GATE_GONE)

    # One report.

    def take(self, report: Report) -> None:
        previous, self.report = self.report, report
        self.totals.add(report)
        self.outcome.follow(report)
        self.wishes.follow(previous, report, self.now_ms)
        if self.finished is not None:
            return
        if report.machine_profile and report.machine_profile != self._machine_profile:
            self._machine_profile = report.machine_profile
            self.voice.machine(report.machine_profile)
        if report.latched >= Reaction.FAST_STOP:
            self.voice.stop(report.latched, report.latched_cause)
        if report.reaction >= Reaction.SOFT_STOP and report.phase in _IN_MOTION:
            self.voice.stop(report.reaction, report.cause)
        for refusal in report.refused:
            self.voice.refused(refusal.code, refusal.cause, refusal.message)
            if self.finished is None:
                self._declined(refusal, report)
        if self.finished is None and not self._follow_latch(report):
            self._follow(report)
        self.console.follow(report, walking=self.state in MOVING)
        self.heart.follow(report, self.now_ms, walking=self.state in MOVING)

    def _declined(self, refusal: Refusal, report: Report) -> None:
        """A refused wish is not repeated, and a refused speed not exceeded (SR-13)."""
        if refusal.cause in refusals.OF_SPEED and self.state in WALKING:
            self.progress.put_lid(report.commanded_ckmh)
        if self.state not in (S.CHECKLIST, S.REST, S.ARMED):
            return
        self.wishes.arm = False
        self.wishes.start.release()
        if self.state is S.ARMED or not report.standstill:
            return
        if refusal.cause == Cause.SESSION_LIMIT.value:
            self.finish(Reason.LIMIT)
        elif refusal.cause == Cause.REVERSE_LIMIT.value:
            self._cut_to_cooldown(Reason.LIMIT)
        elif refusal.cause in refusals.FOR_GOOD and not self.outcome.stays:
            self.finish(Reason.REFUSED)
        elif refusal.cause in refusals.OF_HEART and self._waits_in_vain():
            self.finish(Reason.HEART_RATE)

    def _waits_in_vain(self) -> bool:
        """Nobody who could decide is there, and a heart has had its time to calm down."""
        waited_ms = self.now_ms - self.entered_ms
        return not self.outcome.stays and waited_ms > self.setup.limits.idle_lock_ms

    def _follow_latch(self, report: Report) -> bool:
        """SR-34, SR-36: a latch ends the programme. True while one is in force."""
        if report.latched >= Reaction.FAST_STOP:
            self._latched(report)
            return True
        if self.state in LATCHED and report.phase is not GatePhase.LATCHED:
            self._reset()
            return True
        return self.state in LATCHED or self.state is S.LOCKED

    def _latched(self, report: Report) -> None:
        machine = self.machine
        worst = report.latched is Reaction.E_STOP
        if self.state not in LATCHED and self.state is not S.LOCKED:
            self.outcome.latched(report.latched_cause)
            self.wishes.forget_all()
            self.clock_ms = None
        if self.state is not (S.E_STOP if worst else S.FAULT):
            self.enter(machine.e_stop if worst else machine.fault, report.latched_cause)
        if report.phase is GatePhase.LOCKED and self.state in LATCHED:
            self.enter(machine.lock, Cause.RESETS_USED.value)
        if self.outcome.ends:
            self.outcome.wait_no_longer_than(self.now_ms)
            if report.standstill:
                self.finish(self.outcome.last_reason)

    def _reset(self) -> None:
        """The programme is over; what is offered is the cooldown, from standstill."""
        self.totals.resets += 1
        self.voice.forget_stops()
        self.wishes.forget_all()
        self.outcome.reset()
        cooldown = self.progress.go_to_cooldown()
        self.enter(self.machine.reset)
        if not cooldown:
            self.finish(Reason.REFUSED)

    def _follow(self, report: Report) -> None:
        phase = report.phase
        if phase is GatePhase.QUARANTINE and self.state in _UNCONNECTED:
            self._reconnects()
            return
        match self.state:
            case S.IDLE:
                self.enter(self.machine.connect)
            case S.CONNECTING:
                if phase is not GatePhase.QUARANTINE:
                    self._connected()
            case S.CHECKLIST | S.REST:
                self._follow_standing(report)
            case S.ARMED:
                if phase is GatePhase.IDLE:
                    self._disarmed()
                elif phase is GatePhase.COUNTDOWN and self.starting.is_confirmed:
                    self.starting.counts_down()
                    self.enter(self.machine.count_down)
            case S.COUNTDOWN:
                if phase in _RUNNING:
                    self._belt_starts(report)
                elif phase is not GatePhase.COUNTDOWN:
                    self._disarmed()
            case S.STARTING | S.WARM_UP | S.WALK | S.REVERSE_WALK | S.COOLDOWN:
                if phase not in _RUNNING:
                    self._stopped_by_gate(report)
                elif self._may_rise(report):
                    self._enter_walking()
            case S.STOPPING | S.STOPPING_TO_TURN:
                if phase is GatePhase.IDLE and report.standstill:
                    self._stands(report)
            case S.TURNING:
                if phase is GatePhase.IDLE and not self.starting.must_turn(report):
                    self.wishes.turn_confirm.release()
                    self.enter(self.machine.rest)
            case S.PAUSED | S.FINISHED | S.FAULT | S.E_STOP | S.LOCKED:
                pass
            case _:
                assert_never(self.state)

    # Standing.

    def _reconnects(self) -> None:
        """SR-50: a new connection has confirmed nothing."""
        self.clock_ms = None
        self.wishes.forget_all()
        self.enter(self.machine.connect)

    def _connected(self) -> None:
        """A rest is over by the time a new connection has been confirmed."""
        self.enter(self.machine.connected)
        if self.report is not None and not self._machine_can_do_it(self.report):
            return
        while self.progress.step.kind is StepKind.REST:
            if not self.progress.go_on():
                self.finish(self.outcome.at_the_end)
                return

    def _machine_can_do_it(self, report: Report) -> bool:
        """What its slowest speed and its steps are, some machines only say when they are connected.
        Nobody shall walk a warm-up on one that the plan cannot be walked on."""
        self.progress.min_ckmh = max(self.setup.min_ckmh, report.min_ckmh)
        cause, problem = Cause.SETPOINT_RANGE, self.programme.too_slow_for(self.progress.min_ckmh)
        if problem is None and self.programme.bouts and report.step_ckmh > STEP_CEILING_REV_CKMH:
            cause = Cause.MACHINE_MINIMUM
            problem = f"{cause.text.sentence} {cause.text.action}"
        if problem is None:
            return True
        self.voice.refused(cause.text.code, cause.value, problem)
        self.finish(Reason.REFUSED)
        return False

    def _follow_standing(self, report: Report) -> None:
        wishes = self.wishes
        if report.strap_pull_seen:
            wishes.check(_STRAP_PULL, self.now_ms)
        if report.phase is GatePhase.ARMED and wishes.arm:
            self._armed_from = self.state
            self.starting.armed()
            self.enter(self.machine.arm)
            return
        if wishes.arm_is_lost(self.now_ms):
            wishes.arm = False
        ready = report.phase is GatePhase.IDLE and report.standstill and not self.is_resting
        if ready and report.checklist == ALL_ITEMS and self.starting.must_turn(report):
            wishes.forget_motion()
            self.enter(self.machine.turn)

    def _disarmed(self) -> None:
        self.wishes.forget_motion()
        first = self._armed_from is S.CHECKLIST
        self.enter(self.machine.disarm if first else self.machine.rest)

    def _stands(self, report: Report) -> None:
        after = self.outcome.take_after()
        match after:
            case After.END:
                self.finish(self.outcome.reason)
            case After.PAUSE:
                self._pause()
            case After.COOLDOWN:
                self._cut_to_cooldown(self.outcome.reason)
            case After.PROGRAMME:
                self._go_on_standing(self.progress.go_on())
            case _:
                assert_never(after)

    def _pause(self) -> None:
        """A step with next to nothing left is not started again for that."""
        progress = self.progress
        if (reason := self.outcome.take_cut()) is not None:
            self._pause_before_cooldown(reason)
            return
        walked = progress.elapsed_ms > 0 and progress.step.kind is not StepKind.REST
        # Once started, the end of a walk has to be said ahead as ever (SR-52).
        least_ms = lead_ms(self.next) if walked else _LEFT_MIN_MS
        self._pause_ended_step = progress.left_ms < least_ms
        if self._pause_ended_step:
            if not progress.go_on():
                self.finish(self.outcome.at_the_end)
                return
            self._find_next()
        self.paused_at_ms = self.now_ms
        self.enter(self.machine.pause)

    def _cut_to_cooldown(self, reason: Reason) -> None:
        """The rest of the programme is left out: by a limit (SR-44, SR-45), or by a person."""
        self._go_on_standing(self._reach_cooldown(reason))

    def _pause_before_cooldown(self, reason: Reason) -> None:
        if not self._reach_cooldown(reason):
            self.finish(self.outcome.at_the_end)
            return
        self._pause_ended_step = True
        self._find_next()
        self.paused_at_ms = self.now_ms
        self.enter(self.machine.pause)

    def _reach_cooldown(self, reason: Reason) -> bool:
        self.outcome.cut(reason)
        cooling = self.progress.step.kind is StepKind.COOLDOWN
        return not cooling and self.progress.go_to_cooldown()

    def _go_on_standing(self, goes_on: bool) -> None:
        """Enter what follows at standstill, or finish where nothing does."""
        if not goes_on:
            self.finish(self.outcome.at_the_end)
            return
        self._find_next()
        report, before = self.report, self.state
        resting = self.progress.step.kind is StepKind.REST
        turns = not resting and report is not None and self.starting.must_turn(report)
        self.clock_ms = None
        if turns:
            self.enter(self.machine.turn)
        elif before in (S.CHECKLIST, S.REST):  # a refused start: another step is offered here
            self.voice.state(before, before)
        else:
            self.enter(self.machine.rest)
        if resting:
            self._begin_rest()

    def _begin_rest(self) -> None:
        self.clock_ms = self.now_ms
        self.announcer.begin_step(0)
        self.voice.say(*self.announcer.cue(self.progress.step))

    def _rest_is_over(self) -> None:
        self.clock_ms = None
        self.idle_since_ms = self.now_ms
        if not self.progress.go_on():
            self.finish(self.outcome.at_the_end)
            return
        self._find_next()
        self.voice.state(self.state, self.state)
        if self.progress.step.kind is StepKind.REST:
            self._begin_rest()

    # Walking.

    def _belt_starts(self, report: Report) -> None:
        # Step time counts from the start frame, which this report is about.
        oldest_ms = self.now_ms - _OLD_REPORT_MS
        self.clock_ms = max(oldest_ms, min(self.now_ms, report.now_ms))
        self.voice.forget_stops()
        self.starting.belt_starts(self.clock_ms)
        self._find_next()
        self.enter(self.machine.belt_starts)
        self.say_first_motion()
        self.voice.say(*self.announcer.cue(self.progress.step))

    def _may_rise(self, report: Report) -> bool:
        started = self.state is S.STARTING and report.phase is GatePhase.MOVING
        return started and self.starting.rises_in_ms(self.now_ms) == 0

    def _walk_on(self) -> None:
        """The next step without a stop in between."""
        before = self.state
        self.progress.go_on()
        self._find_next()
        self.announcer.walk_on(self.progress, self.cap_ckmh)
        if before is not S.STARTING:
            self._enter_walking()
        if self.state is before:
            self.voice.state(before, before)
        self.voice.say(*self.announcer.cue(self.progress.step))

    def _enter_walking(self) -> None:
        machine, kind = self.machine, self.progress.step.kind
        match kind:
            case StepKind.WARMUP:
                event, state = machine.warm_up, S.WARM_UP
            case StepKind.REVERSE:
                event, state = machine.walk_backward, S.REVERSE_WALK
            case StepKind.COOLDOWN:
                event, state = machine.cool_down, S.COOLDOWN
            case StepKind.WALK | StepKind.REST:
                event, state = machine.walk, S.WALK
            case _:
                assert_never(kind)
        if self.state is not state:
            self.enter(event)

    def _stopped_by_gate(self, report: Report) -> None:
        outcome = self.outcome
        limit = refusals.TO_COOLDOWN.get(cause_of(report.cause))
        if limit is not None:
            outcome.wants(After.COOLDOWN, limit)
        else:
            outcome.wants(After.PAUSE if outcome.stays else After.END, Reason.REFUSED)
        self.begin_standing(self.machine.stop, report.cause)

    def _find_next(self) -> None:
        """What follows the present step, asked once per step."""
        mode, step, next_step = self.setup.mode, self.progress.step, self.progress.next_step
        if next_step is None:
            self.next = Next.END
        elif next_step.kind is StepKind.REST:
            self.next = Next.STOP
        elif mode is Mode.TURN_AROUND and self._turns_before(next_step):
            self.next = Next.TURN
        elif self.starting.direction is not direction_for(next_step, mode):
            self.next = Next.DIRECTION
        else:
            self.next = Next.STOP if step.kind is StepKind.REST else Next.WALK_ON

    def _turns_before(self, next_step: Step) -> bool:
        """By the plan or by the gate: nobody walks on into a step that faces the other way."""
        mode, step = self.setup.mode, self.progress.step
        wanted = facing_for(next_step, mode)
        if step.kind is not StepKind.REST and facing_for(step, mode) is not wanted:
            return True
        return self.report is None or self.report.facing is not wanted
