"""Says what is wanted, tick by tick. Untrusted by the gate, and content with that.

`exchange` is the whole of it: take the newest report (`following`), let time pass, speak, ask.
No clock, no I/O. The belt is asked to move in one case only: this very core has passed on a
start gesture, and the gate has answered it.
"""

from typing import Final

from treadctl.causes import Cause
from treadctl.core import prompts
from treadctl.core.announcer import CHANGE_CKMH, Said
from treadctl.core.exit_codes import Reason
from treadctl.core.following import LATCHED, MOVING, STOPPING, WALKING, Following
from treadctl.core.machine import SessionState
from treadctl.core.outcome import After
from treadctl.core.progress import facing_for
from treadctl.core.prompts import Prompt
from treadctl.model import Direction, GatePhase, Gesture, Reaction, Report, Request
from treadctl.units import format_speed

S = SessionState

CONNECT_MS: Final = 30_000
"""A treadmill that has not proved itself by then is not going to, where nobody waits for it."""
TURN_MAX_MS: Final = 300_000
REPORT_SILENCE_MS: Final = 1_000
"""A gate that says nothing for this long is told to stop, should it still listen."""
UNRECORDED_MAX_MS: Final = 600_000
"""SR-49: so long a walk goes on that nobody will be able to read about."""
_HELD: Final = MOVING | {S.COUNTDOWN}
ATTEND_ASK_MS: Final = 40_000
ATTEND_REPEAT_MS: Final = 5_000


class Core(Following):
    """One session. `Following` is the half that takes reports; this half makes requests."""

    _counter = 0
    _asked_ckmh = 0
    _report_at_ms = 0
    _prompted: Prompt | None = None
    _attended_at_ms = 0
    _unrecorded_at_ms: int | None = None
    _attend_asked_ms = -ATTEND_REPEAT_MS

    def exchange(self, report: Report | None, now_ms: int) -> Request:
        """Follow the newest report; return what is wanted until the next one."""
        self.now_ms = max(self.now_ms, now_ms)
        self.voice.at(self.now_ms)
        if self._counter == 0:
            self._begin()
        if report is not None:
            self._report_at_ms = self.now_ms
            self.take(report)
        if self.finished is None:
            self._pass_time()
        if self.finished is None:
            self._speak()
        request = self._request()
        if self.report is not None and self.finished is None:
            self.voice.sample(self.state, self.report, self._asked_ckmh)
        return request

    def begin_stop(self, level: Reaction, after: After, reason: Reason) -> None:
        """Stop now, as strongly as asked; legal in every state, any number of times."""
        self.wishes.ask_stop(level, self.now_ms)
        self.outcome.wants(after, reason)
        self.begin_standing(self.machine.stop)
        waits = self.state in STOPPING or self.state in LATCHED
        if after is After.END and waits:
            self.outcome.wait_no_longer_than(self.now_ms)
        elif after is After.END and self.finished is None:
            self.finish(self.outcome.reason)
        elif not waits:
            self.outcome.take_after()  # it stood already; nothing follows from that

    def release_control(self, reason: Reason) -> None:
        """Nobody is left to wait for: what is latched, paused or locked ends by itself."""
        self.outcome.stays = False
        if self.state in LATCHED or self.state in (S.PAUSED, S.LOCKED):
            self.begin_stop(Reaction.NONE, After.END, reason)

    @property
    def is_recorded(self) -> bool:
        """What happens can be read later, as far as anybody knows."""
        return self._unrecorded_at_ms is None

    def record_fails(self) -> None:
        """SR-49: hold from here on; `_pass_time` ends the session at the next standstill."""
        if not self.is_recorded or self.finished is not None:
            return
        self._unrecorded_at_ms = self.now_ms
        text = Cause.RECORD_FAILS.text
        self.voice.say(Said(f"{text.sentence} {text.action}", 0, "change"))
        if self.state in _HELD and self.report is not None:
            # Nothing is commanded in a countdown, but the gate may have started by now.
            self.progress.rise_no_more(self.report.commanded_ckmh or self.v_start_ckmh)
            # Nobody is told of a rise that will not come.
            self.announcer.adjusted(self.progress.belt_ckmh(self.cap_ckmh))

    def note_input(self) -> None:
        """A person did something that led on (SR-51)."""
        self.idle_since_ms = self.now_ms

    def attend(self) -> None:
        """SR-56."""
        self.wishes.attended += 1
        self._attended_at_ms = self.now_ms

    def say_slower(self, from_ckmh: int, to_ckmh: int) -> None:
        """SR-52: a step that is larger than a person asked for."""
        if from_ckmh - to_ckmh >= CHANGE_CKMH:
            change = f"from {format_speed(from_ckmh)} to {format_speed(to_ckmh)}"
            self.voice.say(Said(f"The belt slows down {change}.", 0, "change"))

    def on_the_belt(self) -> None:
        if self.starting.on_belt(self.now_ms):
            self.say_first_motion()

    def awaited(self) -> Prompt | None:
        """What a person has to do for the session to go on; None: nothing, or only wait."""
        report = self.report
        if report is None:
            return None
        match self.state:
            case S.CHECKLIST:
                return self.starting.awaited(report)
            case S.REST if not self.is_resting:
                return self.starting.awaited(report)
            case S.PAUSED:
                return prompts.RESUME
            case S.ARMED:
                return prompts.START
            case S.STARTING if not self.wishes.on_belt:
                reversed_ = self.starting.direction is Direction.REVERSE
                return prompts.ON_BELT_REVERSED if reversed_ else prompts.ON_BELT
            case S.TURNING:
                facing = facing_for(self.progress.step, self.setup.mode)
                asks = report.phase is GatePhase.TURNING and report.wait == "turn_confirm"
                return prompts.turn_confirm(facing) if asks else prompts.turn(facing)
            case S.FAULT | S.E_STOP if self.outcome.stays and report.standstill:
                waits = report.wait == "lockout" or self.wishes.reset.is_underway(self.now_ms)
                return None if waits else prompts.RESET
            case _:
                return None

    def _begin(self) -> None:
        self.entered_ms = self.idle_since_ms = self.now_ms
        self._report_at_ms = self.now_ms
        self._attended_at_ms = self.now_ms - ATTEND_ASK_MS  # nobody has said so yet
        self.voice.session(self.programme)

    def _pass_time(self) -> None:
        if self.clock_ms is not None:
            self.progress.pass_time(self.now_ms - self.clock_ms)
            self.clock_ms = self.now_ms
            if self.progress.left_ms == 0:
                self.step_is_over()
        limits, outcome = self.setup.limits, self.outcome
        in_state_ms = self.now_ms - self.entered_ms
        match self.state:
            case S.CONNECTING if in_state_ms > CONNECT_MS and not outcome.stays:
                self.finish(Reason.NOT_CONNECTED)
            case S.TURNING if in_state_ms > TURN_MAX_MS and not outcome.stays:
                self.finish(Reason.IDLE)
            case S.PAUSED if self.now_ms - self.paused_at_ms > limits.pause_max_ms:
                self.finish(outcome.reason)
            case S.CHECKLIST | S.REST if not self.is_resting:
                if self.now_ms - self.idle_since_ms > limits.idle_lock_ms:
                    self._lock()
            case S.STOPPING | S.STOPPING_TO_TURN | S.FAULT | S.E_STOP | S.LOCKED:
                if outcome.is_overdue(self.now_ms):
                    self.finish(outcome.last_reason)
            case _:
                pass
        if self._unrecorded_at_ms is not None:
            self._end_unrecorded(self.now_ms - self._unrecorded_at_ms)
        if self.state in MOVING and self.now_ms - self._report_at_ms > REPORT_SILENCE_MS:
            self.wishes.ask_stop(Reaction.FAST_STOP, self.now_ms)

    def _end_unrecorded(self, for_ms: int) -> None:
        walks = self.state in MOVING and for_ms <= UNRECORDED_MAX_MS
        over = self.finished is not None or self.outcome.after is After.END
        if walks or over or self.state in LATCHED or self.state is S.LOCKED:
            return
        self.voice.stop(Reaction.SOFT_STOP, Cause.RECORD_FAILS.value)
        self.voice.pass_over(Cause.OPERATOR_SOFT_STOP)  # what the gate will call it
        self.begin_stop(Reaction.SOFT_STOP, After.END, Reason.UNRECORDED)

    def _lock(self) -> None:
        """SR-51."""
        self.wishes.forget_all()
        self.enter(self.machine.lock, Cause.IDLE_LOCK.value)
        self.voice.stop(Reaction.REFUSE, Cause.IDLE_LOCK.value)
        if not self.outcome.stays:
            self.finish(Reason.IDLE)

    def _speak(self) -> None:
        if self.clock_ms is not None:
            if self.state in MOVING:
                self.voice.say(*self.announcer.walking(self.progress, self.next, self.cap_ckmh))
            else:
                self.voice.say(*self.announcer.resting(self.progress, self.next))
        prompt = self.awaited()
        if prompt != self._prompted:
            self._prompted = prompt
            self.idle_since_ms = self.now_ms
            if prompt is not None:
                self.voice.prompt(prompt)
        if self.setup.attendance_required and self._is_unattended():
            self._attend_asked_ms = self.now_ms
            self.voice.prompt(prompts.ATTEND)

    def _is_unattended(self) -> bool:
        return (
            self.now_ms - self._attended_at_ms >= ATTEND_ASK_MS
            and self.now_ms - self._attend_asked_ms >= ATTEND_REPEAT_MS
        )

    def _request(self) -> Request:
        wishes, now_ms = self.wishes, self.now_ms
        self._counter += 1
        start = wishes.start.level(now_ms)
        if self.state is S.ARMED and self.starting.passes_on(start):
            self.voice.say(
                self.announcer.countdown(
                    self.progress.step, self.setup.limits.countdown_ms, self.v_start_ckmh
                )
            )
        if self.state in (S.CHECKLIST, S.REST, S.ARMED):
            self.starting.expire_choice(now_ms)
        self._asked_ckmh = self._setpoint(start)
        turning = self.state is S.TURNING
        return Request(
            at_ms=now_ms,
            counter=self._counter,
            setpoint_ckmh=self._asked_ckmh,
            direction=wishes.direction or self.starting.direction,
            mode=self.setup.mode,
            stop=wishes.stop,
            arm=wishes.arm,
            start=start,
            on_belt=wishes.on_belt,
            turn=facing_for(self.progress.step, self.setup.mode) if turning else None,
            turn_confirm=wishes.turn_confirm.level(now_ms),
            reset=wishes.reset.level(now_ms),
            checklist=wishes.checklist,
            hold_to_run=wishes.hold,
            attended=wishes.attended,
            screen=wishes.screen,
            end=self.finished is not None,
        )

    def _setpoint(self, start: Gesture) -> int:
        state = self.state
        if self.wishes.stop is not Reaction.NONE:
            return 0
        if state in WALKING:
            return self.progress.wanted_ckmh(self.cap_ckmh)
        if state in (S.COUNTDOWN, S.STARTING) or (state is S.ARMED and start is not Gesture.NONE):
            return self.v_start_ckmh
        return 0
