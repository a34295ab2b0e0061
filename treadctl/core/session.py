"""One run of a programme, and the verbs of the people around the treadmill.

A verb either happens or raises `Refused`, and then nothing has changed; the refusal is also an
event. Verbs take no time and send nothing: what they want goes out with the next `exchange`.
"""

from collections.abc import Callable
from typing import Final

from treadctl.causes import Cause
from treadctl.core.announcer import Next, lead_ms
from treadctl.core.asked import Asked, verb
from treadctl.core.core import Core
from treadctl.core.criteria import CRITERIA
from treadctl.core.events import Event, Finished
from treadctl.core.exit_codes import Reason, Signal
from treadctl.core.gestures import Press
from treadctl.core.machine import SessionState, ask, refusal
from treadctl.core.outcome import After
from treadctl.core.programme import Programme
from treadctl.core.progress import STEP_CKMH
from treadctl.core.prompts import Prompt
from treadctl.core.refusals import (
    MALFORMED,
    NOT_THAT,
    SLOWEST,
    TOO_SOON,
    code_of,
    console_took_over,
)
from treadctl.core.setup import SessionSetup
from treadctl.core.voice import cause_of
from treadctl.errors import Refused
from treadctl.model import CHECKLIST, Direction, Reaction, Report, Request

RAISE_SPACING_MS: Final = 500
"""SR-41: key repeat is not a wish."""
MARK_MAX: Final = 200
"""Characters of a note in the middle of a session."""
EXTEND_MS: Final = 30_000
_SKIP_MS: Final = 5_200
_SKIP_TO_TURN_MS: Final = 15_200
"""A skipped step still ends announced (SR-52)."""


class Session:
    """Raises `Refused` at once where a machine cannot go as slowly as the plan asks."""

    def __init__(self, programme: Programme, setup: SessionSetup) -> None:
        if problem := programme.too_slow_for(setup.min_ckmh):
            raise Refused(Cause.SETPOINT_RANGE.value, problem)
        self._core = Core(programme, setup)
        self._raised_at_ms: int | None = None
        self._asked: list[Asked] = []

    # What there is to know.

    @property
    def setup(self) -> SessionSetup:
        return self._core.setup

    @property
    def state(self) -> SessionState:
        return self._core.state

    @property
    def report(self) -> Report | None:
        """The newest thing the gate said."""
        return self._core.report

    @property
    def t_ms(self) -> int:
        """Session time of the last exchange."""
        return self._core.voice.t_ms

    @property
    def awaiting(self) -> Prompt | None:
        """What a person has to do now; None where there is nothing to do but wait."""
        return self._core.awaited()

    @property
    def open_items(self) -> tuple[str, ...]:
        """The checklist items still to be confirmed."""
        return self._core.starting.open_items

    @property
    def finished(self) -> Finished | None:
        """The last event, once there is one."""
        return self._core.finished

    # The tick.

    def exchange(self, report: Report | None, now_ms: int) -> Request:
        """Follow the newest report, if there is one; return what is wanted now. Never raises."""
        return self._core.exchange(report, now_ms)

    def drain_events(self) -> list[Event]:
        """Every event since the last call, oldest first."""
        return self._core.voice.drain()

    def drain_verbs(self) -> list[Asked]:
        """Every verb since the last call, oldest first, whether it was refused or not."""
        asked, self._asked = self._asked, []
        return asked

    def remember(self, verb: str, *args: object) -> None:
        self._asked.append(Asked(verb, args))

    def note_refused(self, error: Refused) -> None:
        """Tell of something that was declined before it came to a verb."""
        self.remember("tell_refused", error.cause, error.message)
        self.tell_refused(error.cause, error.message)

    def tell_refused(self, cause: str, message: str) -> None:
        self._core.voice.refused(code_of(cause), cause, message)

    # Before a start.

    @verb
    def confirm(self, item: str) -> None:
        """Confirm one item of the checklist. Confirming twice changes nothing."""
        core = self._core
        if item not in CHECKLIST:
            raise NOT_THAT.refused(f"The checklist has no item {item!r}.")
        report = self._ask(core.machine.ask_confirm)
        if item == "strap-pull" and not report.strap_pull_seen:
            raise refusal(Cause.STRAP_PULL_MISSING)
        core.wishes.check(CHECKLIST.index(item), core.now_ms)
        core.note_input()

    @verb
    def withdraw(self) -> None:
        """Ask the item that was confirmed last once more; the strap was seen, and stays so."""
        core = self._core
        self._ask(core.machine.ask_confirm)
        if not core.wishes.uncheck_last(CHECKLIST.index("strap-pull")):
            raise NOT_THAT.refused("Nothing has been confirmed yet.")
        core.note_input()

    @verb
    def choose(self, direction: Direction) -> None:
        """SR-25: say which way the belt shall run next. Only the direction asked for counts."""
        self._ask(self._core.machine.ask_direction)
        if self._core.starting.needs_direction() is not direction:
            raise NOT_THAT.refused("Choose the direction that is asked for, when it is.")
        self._core.wishes.choose(direction, self._core.now_ms)
        self._core.note_input()

    @verb
    def arm(self) -> None:
        """Ask the gate to arm, for ten seconds."""
        core = self._core
        self._ask(core.machine.ask_arm)
        if core.is_resting:
            raise NOT_THAT.refused("The rest is not over. Wait, or skip it.")
        if core.starting.needs_direction() is not None:
            raise NOT_THAT.refused("First choose the direction of the belt.")
        if core.starting.needs_hold():
            raise refusal(Cause.HOLD_RELEASED)
        core.wishes.ask_arm(core.now_ms)

    @verb
    def press_start(self) -> None:
        """Begin the start gesture."""
        self._ask(self._core.machine.ask_start)
        self._core.wishes.start.press()

    @verb
    def confirm_start(self) -> None:
        """Complete the start gesture, a second or more after it began."""
        self._ask(self._core.machine.ask_start)
        self._confirm(self._core.wishes.start)

    @verb
    def release_start(self) -> None:
        self._core.wishes.start.release()

    @verb
    def on_belt(self) -> None:
        """SR-05: the person has stepped onto the slow belt."""
        self._ask(self._core.machine.ask_on_belt)
        self._core.on_the_belt()

    # Turning and resetting.

    @verb
    def press_turn(self) -> None:
        """Begin to confirm that the person has turned and is clipped on again."""
        self._ask(self._core.machine.ask_turn)
        self._core.wishes.turn_confirm.press()

    @verb
    def confirm_turn(self) -> None:
        self._ask(self._core.machine.ask_turn)
        self._confirm(self._core.wishes.turn_confirm)

    @verb
    def release_turn(self) -> None:
        self._core.wishes.turn_confirm.release()

    @verb
    def press_reset(self) -> None:
        """Begin to reset a latch. It permits a new checklist and moves nothing (SR-34)."""
        self._ask(self._core.machine.ask_reset)
        self._core.wishes.reset.press()

    @verb
    def confirm_reset(self) -> None:
        self._ask(self._core.machine.ask_reset)
        self._confirm(self._core.wishes.reset)

    @verb
    def release_reset(self) -> None:
        self._core.wishes.reset.release()

    # While walking.

    @verb
    def faster(self) -> None:
        """0.1 km/h more, where cap, spacing and step permit."""
        core = self._core
        report = self._ask(core.machine.ask_speed)
        if self._raised_at_ms is not None and core.now_ms - self._raised_at_ms < RAISE_SPACING_MS:
            raise TOO_SOON.refused()
        if (held := cause_of(report.heart_cause)) is not None:
            raise refusal(held)
        if not core.is_recorded:
            raise refusal(Cause.RECORD_FAILS)
        if console_took_over(report):
            # Taken now, it would come into effect with the next start (SR-39).
            raise refusal(Cause.CONSOLE_TOOK_OVER)
        wanted_ckmh = core.progress.wanted_ckmh(report.cap_ckmh) + STEP_CKMH
        if wanted_ckmh > report.cap_ckmh:
            raise refusal(Cause.ABOVE_CAP)
        self._raised_at_ms = core.now_ms
        self._adjust(wanted_ckmh)

    @verb
    def slower(self) -> None:
        """0.1 km/h less than now, also while the belt rises to what is wanted: then it rises no
        further. Never raises the speed, at the slowest it is refused.

        A belt that was set faster at the console goes below what the plan asked for then (SR-39),
        which may be far: that is said.
        """
        core = self._core
        report = self._ask(core.machine.ask_speed)
        wanted_ckmh = core.progress.wanted_ckmh(report.cap_ckmh)
        now_ckmh = min(wanted_ckmh, report.commanded_ckmh)
        slower_ckmh = core.progress.below_taken_over(now_ckmh - STEP_CKMH)
        if slower_ckmh < core.progress.min_ckmh and console_took_over(report):
            raise refusal(Cause.CONSOLE_TOOK_OVER)  # not the slowest there is: a stop is left
        if slower_ckmh < core.progress.min_ckmh:
            if wanted_ckmh - now_ckmh <= max(STEP_CKMH, report.step_ckmh):
                raise SLOWEST.refused()
            slower_ckmh = now_ckmh  # it is on its way up, and stays where it is
        self._adjust(slower_ckmh)
        core.say_slower(report.commanded_ckmh, slower_ckmh)

    @verb
    def skip(self) -> None:
        """End the present step, as soon as that has been announced."""
        core = self._core
        self._ask(core.machine.ask_skip)
        if core.state is SessionState.REST and not core.is_resting:
            raise NOT_THAT.refused("The rest is over already.")
        core.progress.shorten(
            _SKIP_TO_TURN_MS if core.next in (Next.TURN, Next.DIRECTION) else _SKIP_MS
        )

    @verb
    def extend(self) -> None:
        """Half a minute more of the present step, where every limit leaves room (SR-44)."""
        core = self._core
        report = self._ask(core.machine.ask_skip)
        progress = core.progress
        if progress.left_ms <= lead_ms(core.next):
            raise NOT_THAT.refused("The end of this step has been announced.")
        if (cause := progress.why_not_longer(EXTEND_MS, report, core.setup)) is not None:
            raise refusal(cause)
        progress.lengthen(EXTEND_MS)

    @verb
    def cool_down(self) -> None:
        """Leave out the rest of the plan: stop softly, and offer the cooldown."""
        core = self._core
        self._ask(core.machine.ask_pause)
        if self.state is SessionState.COOLDOWN:
            raise NOT_THAT.refused("This is the cooldown.")
        if self.state is SessionState.PAUSED:
            core.resume()
        core.begin_stop(Reaction.SOFT_STOP, After.COOLDOWN, Reason.COMPLETED)

    @verb
    def pause(self) -> None:
        """Stop softly; the step's remaining time is kept."""
        if self.state is SessionState.ARMED and self._core.starting.is_confirmed:
            self.stop()  # a start is on its way to the gate
            return
        self._ask(self._core.machine.ask_pause)
        if self.state is not SessionState.PAUSED:
            self._core.begin_stop(Reaction.SOFT_STOP, After.PAUSE, Reason.PAUSE_TIMEOUT)

    @verb
    def resume(self) -> None:
        """Leave the pause. Nothing moves before the machine is armed and started anew."""
        self._ask(self._core.machine.ask_resume)
        self._core.resume()

    # Stopping. Legal in every state, any number of times; none of these is ever refused.

    @verb
    def stop(self) -> None:
        """Stop softly. Where nobody can resume, the session ends at standstill."""
        after = After.PAUSE if self._core.outcome.stays else After.END
        self._core.begin_stop(Reaction.SOFT_STOP, after, Reason.OPERATOR_STOP)

    @verb
    def fast_stop(self) -> None:
        """The fast ramp, latched."""
        after = After.PAUSE if self._core.outcome.stays else After.END
        self._core.begin_stop(Reaction.FAST_STOP, after, Reason.OPERATOR_STOP)

    @verb
    def e_stop(self) -> None:
        """The strongest stop there is, latched."""
        after = After.PAUSE if self._core.outcome.stays else After.END
        self._core.begin_stop(Reaction.E_STOP, after, Reason.OPERATOR_STOP)

    @verb
    def end(self) -> None:
        """Stop softly if anything moves, and end the session at standstill."""
        self._core.begin_stop(Reaction.SOFT_STOP, After.END, Reason.OPERATOR_STOP)

    @verb
    def note_criterion(self, criterion_id: str) -> None:
        """Somebody saw a stop criterion (safety.md 2.3): write it down, and stop as it says.

        Legal in every state. What is noted after the end is refused, for nobody would read it:
        it belongs into the debrief.
        """
        core, criterion = self._core, CRITERIA.get(criterion_id)
        if criterion is None:
            raise NOT_THAT.refused(f"There is no stop criterion {criterion_id!r}.")
        self._refuse_when_over()
        core.voice.criterion(criterion)
        stays = core.outcome.stays and not criterion.ends
        core.begin_stop(
            criterion.reaction, After.PAUSE if stays else After.END, Reason.OPERATOR_STOP
        )

    @verb
    def hang_up(self) -> None:
        """SR-40: the terminal is gone. Nobody looks on, but nobody fell either: stop softly."""
        outcome = self._core.outcome
        outcome.signal = outcome.signal or Signal.HANG_UP
        self._core.begin_stop(Reaction.SOFT_STOP, After.END, Reason.INTERRUPTED)

    @verb
    def interrupt(self, signal: Signal) -> None:
        """A signal told the program to end. The second one asks for the strongest stop."""
        outcome = self._core.outcome
        again = outcome.signal is not None
        outcome.signal = outcome.signal or signal
        level = Reaction.E_STOP if again else Reaction.FAST_STOP
        self._core.begin_stop(level, After.END, Reason.INTERRUPTED)

    @verb
    def control_closed(self) -> None:
        """Nobody can reset or resume any more: what waits for that ends by itself."""
        self._core.release_control(Reason.OPERATOR_STOP)

    @verb
    def gate_gone(self) -> None:
        """SR-31: the pipe to the gate closed."""
        self._core.gate_is_gone()

    @verb
    def record_fails(self) -> None:
        """SR-49: what happens is not written down any more. Ends the session at the next rest."""
        self._core.record_fails()

    # Being there.

    @verb
    def mark(self, note: str = "") -> None:
        """Remember this moment in the record. Changes nothing."""
        self._refuse_when_over()
        if len(note) > MARK_MAX or not note.isprintable():
            raise MALFORMED.refused(f"A note is at most {MARK_MAX} printable characters.")
        self._core.voice.mark(note)

    @verb
    def attend(self) -> None:
        """SR-56: a person is beside the treadmill."""
        self._core.attend()

    def screen_alive(self, tokens: int) -> None:
        """SR-40: how often the screen has shown something so far. The gate judges it."""
        if tokens != self._core.wishes.screen:
            self.remember("screen_alive", tokens)
            self._core.wishes.screen = tokens

    def hold(self, pressed: bool) -> None:
        """SR-55: the hold-to-run input. Letting go stops a belt that runs in reverse."""
        if pressed is not self._core.wishes.hold:
            self.remember("hold", pressed)
            self._core.wishes.hold = pressed

    def _refuse_when_over(self) -> None:
        if self._core.finished is not None:
            raise refusal(Cause.NOT_NOW)

    def _adjust(self, wanted_ckmh: int) -> None:
        self._core.progress.adjust(wanted_ckmh)
        self._core.announcer.adjusted(wanted_ckmh)

    def _confirm(self, press: Press) -> None:
        if not press.confirm(self._core.now_ms):
            raise refusal(Cause.START_TOO_SHORT)

    def _ask(self, event: Callable[..., object]) -> Report:
        """Raises `Refused` unless the machine knows the wish in this state, and it is ready."""
        report = self._core.report
        if report is None or self._core.finished is not None:
            raise refusal(Cause.NOT_NOW)
        ask(event, report)
        return report
