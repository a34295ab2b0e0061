"""The control point as a line: what leaves next, and what an answer or the lack of one changes.

One procedure is in flight at a time, and only a stop goes ahead of it. A procedure is answered
when the machine said so, and over when the link also confirmed the write, whichever comes first.
"""

from enum import Enum
from typing import Final

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms._flight import (
    BUSY_RETRY_MS,
    PROCEDURE_MS,
    CharacteristicWrite,
    Flight,
    Purpose,
)
from firmware_protocols.ftms._hearing import Hearing
from firmware_protocols.ftms._stopping import LAST_WORDS, Stopping, Word
from firmware_protocols.ftms._wishes import Choice, Wishes
from firmware_protocols.ftms.control_point import (
    BadResponse,
    Request,
    RequestControl,
    Response,
    ResultCode,
    SetTargetInclination,
    SetTargetSpeed,
    StartOrResume,
    StopKind,
    StopOrPause,
    decode_response,
    encode_request,
)
from firmware_protocols.ftms.quirks import Quirks
from firmware_protocols.ftms.uuids import CONTROL_POINT

_WORDS: Final[dict[Word, Request]] = {
    Word.PAUSE: StopOrPause(StopKind.PAUSE),
    Word.STOP: StopOrPause(StopKind.STOP),
    Word.SLOW: SetTargetSpeed(0),
    Word.CLAIM: RequestControl(),
}


class Control(Enum):
    """Whether the machine obeys us, as far as it told."""

    NONE = "none"
    """Not asked for on this link, or asked and not granted."""
    HELD = "held"
    LOST = "lost"


class Line:
    """One control point on one link after the other. Events go where they are collected."""

    __slots__ = (
        "_claimed",
        "_events",
        "_hearing",
        "_last_words_said",
        "_now_ms",
        "_number",
        "_quirks",
        "_start_accepted_ms",
        "_started",
        "asks_left",
        "control",
        "flight",
        "stopping",
        "unanswered",
        "wishes",
    )

    def __init__(self, quirks: Quirks, hearing: Hearing, events: list[ev.Event]) -> None:
        self._quirks = quirks
        self._hearing = hearing
        self._events = events
        self._now_ms = 0
        self._number = 0
        self._started = False
        """A start left, and no stop was seen to take effect since."""
        self.stopping: Stopping | None = None
        self.wishes = Wishes(quirks)
        self.restart()

    def restart(self) -> None:
        """Another link: what was in flight or wanted is gone, except a stop."""
        self.wishes.forget()
        self.flight: Flight | None = None
        self.control = Control.NONE
        self.asks_left = 0
        """How often control is still to be requested."""
        self.unanswered = 0
        self._claimed = False
        """Control was requested for the sake of a stop, and that has left: once on a link."""
        self._last_words_said = False
        self._start_accepted_ms: int | None = None

    def forget(self) -> None:
        """Nothing is wanted any more, not even what was to be written once more."""
        self.wishes.forget()
        self._drop_retry(unless=(Purpose.STOP, Purpose.CONTROL))

    def want_speed(self, request: SetTargetSpeed, *, urgent: bool) -> None:
        """Take a speed into the mailbox. What was refused is not said again where it is above
        the newer one, nor while the belt is on its way to a stop."""
        self.wishes.want_speed(request, urgent=urgent)
        if urgent or self._flies_above(request):
            self._drop_retry(unless=(Purpose.STOP, Purpose.CONTROL))

    def stop(self, now_ms: int, words: tuple[Word, ...]) -> None:
        """Begin a stop with these words, instead of any in force."""
        self._now_ms = now_ms
        self.forget()
        if self.unanswered:
            if self._last_words_said:
                return
            words, self._last_words_said = LAST_WORDS, True
        if self.stopping is not None and self.stopping.claims:
            words = (Word.CLAIM, *words)
        reference_ckmh = self._hearing.fresh_ckmh(now_ms)
        self.stopping = Stopping(
            now_ms,
            tuple(word for word in words if word is not Word.SLOW or self._zero_is_a_target),
            # A belt that was started may stand, and be about to move.
            reference_ckmh=None if self._started and not reference_ckmh else reference_ckmh,
            window_ms=self._quirks.stop_window_ms,
            may_fall_silent=self._quirks.silent_after_stop,
        )

    def lose(self, how: ev.Loss) -> None:
        """The machine obeys somebody else, or nobody. What waited is gone; a stop goes on."""
        self.wishes.forget()
        self._drop_retry(unless=(Purpose.STOP,))
        self.asks_left = 0
        if self.control is not Control.LOST:
            self.control = Control.LOST
            self._events.append(ev.ControlLost(how))

    def measured(self, now_ms: int, speed_ckmh: int) -> None:
        """A speed was read."""
        if self.stopping is not None and self.stopping.measured(now_ms, speed_ckmh):
            self.stopping = None
            self._started = False
            self._events.append(ev.StopTookEffect())

    # What leaves.

    def choose(self, now_ms: int) -> Choice | None:
        """Return what leaves now, if anything does."""
        flight, stopping = self.flight, self.stopping
        if stopping is not None and (word := stopping.word(now_ms)):
            return _WORDS[word], Purpose.STOP
        if flight is not None and flight.retry_at_ms is not None:
            due = now_ms >= flight.retry_at_ms
            return (flight.request, Purpose.RETRY) if due else None
        if stopping is not None or self.unanswered:
            return None
        held = self.control is Control.HELD
        if held and (urgent := self.wishes.next_urgent(now_ms, flight)):
            return urgent
        if flight is not None:
            return None
        if self.asks_left:
            return RequestControl(), Purpose.CONTROL
        is_moving = bool(self._hearing.speed_ckmh)
        return self.wishes.next(now_ms, is_moving=is_moving) if held else None

    def say(self, now_ms: int, choice: Choice) -> list[CharacteristicWrite]:
        """Let what was chosen leave. A start does not, unless the belt is known to stand."""
        self._now_ms = now_ms
        request, purpose = choice
        if purpose is Purpose.START and self._hearing.fresh_ckmh(now_ms) != 0:
            self.forget()
            self._events.append(ev.StartWithheld())
            return []
        self._number += 1
        with_response = self._quirks.write_with_response
        if purpose is Purpose.RETRY and self.flight is not None:
            self.flight.repeat(self._number, is_written=not with_response)
        else:
            patience_ms = PROCEDURE_MS
            if purpose is Purpose.STOP:
                patience_ms = self._quirks.stop_window_ms
            due_ms = now_ms + patience_ms
            self.flight = Flight(request, purpose, self._number, due_ms, not with_response)
            self._note(request, purpose)
        return [CharacteristicWrite(self._number, encode_request(request), with_response)]

    def _note(self, request: Request, purpose: Purpose) -> None:
        """Remember that this has left."""
        now_ms, echoes = self._now_ms, self._hearing.echoes
        if self.stopping is not None:
            self.stopping.leave(now_ms)
        self.wishes.left(now_ms, purpose)
        match request:
            case StartOrResume():
                self._started = True
                echoes.start(now_ms, is_first=purpose is Purpose.START)
            case StopOrPause():
                echoes.stop(now_ms)
            case SetTargetSpeed(hundredths):
                echoes.speed(now_ms, hundredths)
            case SetTargetInclination(incline_permille):
                echoes.incline(incline_permille)
            case _:  # a request for control changes nothing that a machine would report
                self._claimed |= purpose is Purpose.STOP

    # What an answer changes, or none.

    def written(self, now_ms: int, number: int, att_error: int) -> None:
        """The link knows what became of a write."""
        self._now_ms = now_ms
        flight = self.flight
        if flight is None or flight.number != number:
            return  # something else went ahead of it meanwhile
        if not att_error or flight.is_answered:
            flight.is_written = True
            self._land(flight)
        elif not flight.refuse_write(now_ms, att_error):
            self.flight = None
            self._events.append(ev.WriteFailed(flight.request, att_error))
            self._not_taken(flight.purpose)
            if flight.purpose is Purpose.STOP and self.stopping is not None:
                self.stopping.refused(now_ms)

    def answered(self, now_ms: int, data: bytes) -> None:
        """The control point said something, in whatever way."""
        self._now_ms = now_ms
        flight, response = self.flight, decode_response(data)
        if isinstance(response, BadResponse) or flight is None:
            self._events.append(ev.Ignored(CONTROL_POINT, data))
        elif not flight.is_answered_by(response.op):
            self._events.append(ev.Ignored(CONTROL_POINT, data))
            flight.machine_is_free(now_ms)
        else:
            flight.is_answered = True
            self._land(flight)
            if flight.purpose is Purpose.STOP:
                self._stop_answered(flight.request, response)
            elif response.is_success:
                self._accepted(flight)
            elif response.result == ResultCode.CONTROL_NOT_PERMITTED and self._is_starting_up:
                self.wishes.not_yet(now_ms, flight.request)
            else:
                self._refused(flight, response)

    def expire(self, now_ms: int) -> None:
        """Give up on what is due."""
        self._now_ms = now_ms
        flight, stopping = self.flight, self.stopping
        if flight is not None and flight.retry_at_ms is None and now_ms >= flight.due_ms:
            self.flight = None
            if flight.purpose is not Purpose.STOP and not flight.is_answered:
                self._events.append(ev.Unanswered(flight.request))
                self._fall_silent()
                self.stop(now_ms, LAST_WORDS)
                return
        if stopping is None or not stopping.has_failed(now_ms):
            return
        self.stopping = None
        self.flight = None
        if not stopping.ends_in_silence(now_ms):
            self._events.append(ev.StopFailed())
            if stopping.found_no_answer:
                self._last_words_said = True
                self._fall_silent()

    def next_deadline_ms(self, now_ms: int) -> int | None:
        """When something is given up or becomes ready, if nothing is ready now."""
        # What was ready earlier and has not left waits for the machine, not for a time.
        due = [at_ms for at_ms in self.wishes.deadlines() if at_ms > now_ms]
        if (flight := self.flight) is not None:
            due.append(flight.due_ms if flight.retry_at_ms is None else flight.retry_at_ms)
        if self.stopping is not None:
            due.append(self.stopping.due_ms)
        return min(due, default=None)

    def _drop_retry(self, *, unless: tuple[Purpose, ...]) -> None:
        flight = self.flight
        if flight is None or flight.purpose in unless:
            return
        flight.is_last_try = True  # should the link yet refuse it
        if flight.retry_at_ms is not None:
            self.flight = None

    def _flies_above(self, request: SetTargetSpeed) -> bool:
        said = None if self.flight is None else self.flight.request
        return isinstance(said, SetTargetSpeed) and said.speed_ckmh > request.speed_ckmh

    def _land(self, flight: Flight) -> None:
        if flight.is_over:
            self.flight = None

    def _accepted(self, flight: Flight) -> None:
        match flight.purpose:
            case Purpose.CONTROL:
                if self.asks_left == 1:
                    self._grant()
                # None left: what was asked for was lost again before this answer came.
                self.asks_left = max(0, self.asks_left - 1)
                return
            case Purpose.START:
                self._start_accepted_ms = self._now_ms
                self.wishes.started(self._now_ms)
            case Purpose.PRELUDE:
                self.wishes.prelude_accepted()
            case _:
                pass
        self._events.append(ev.Accepted(flight.request))

    def _refused(self, flight: Flight, response: Response) -> None:
        self._events.append(ev.Refused(flight.request, response.result))
        if flight.purpose is Purpose.CONTROL:
            self.asks_left = 0
        elif response.result == ResultCode.CONTROL_NOT_PERMITTED:
            self.lose(ev.Loss.NOT_PERMITTED)
        else:
            self._not_taken(flight.purpose)

    def _not_taken(self, purpose: Purpose) -> None:
        self.wishes.refused(purpose)
        if purpose is Purpose.START:
            self._events.append(ev.StartRefused())

    def _stop_answered(self, request: Request, response: Response) -> None:
        stopping, now_ms = self.stopping, self._now_ms
        if stopping is None:
            return  # the belt was seen to stand before the machine said so
        if response.is_success:
            stopping.accepted(now_ms)
            if isinstance(request, RequestControl):
                self._grant()
            else:
                self._events.append(ev.Accepted(request))
            return
        no_control = response.result == ResultCode.CONTROL_NOT_PERMITTED
        if no_control and self._is_starting_up and stopping.said is not None:
            stopping.again(now_ms + BUSY_RETRY_MS, stopping.said)
            return
        self._events.append(ev.Refused(request, response.result))
        stopping.refused(now_ms)
        if self._hearing.fresh_ckmh(now_ms) == 0 and not self._started:
            self.stopping = None  # there is nothing to stop
        elif no_control and self.control is Control.HELD:
            self.lose(ev.Loss.NOT_PERMITTED)
        elif no_control and self.control is Control.NONE and not self._claimed:
            stopping.claim(now_ms)

    def _grant(self) -> None:
        self.forget()  # whatever was wanted before belongs to another situation
        self.control = Control.HELD
        self._events.append(ev.ControlGranted())

    def _fall_silent(self) -> None:
        """The control point is of no more use on this link."""
        self.unanswered += 1
        self.lose(ev.Loss.NO_ANSWER)

    @property
    def _is_starting_up(self) -> bool:
        accepted_ms = self._start_accepted_ms
        return accepted_ms is not None and (self._now_ms - accepted_ms < self._quirks.start_up_ms)

    @property
    def _zero_is_a_target(self) -> bool:
        """A machine without a known range may have it; a wrong guess costs one refusal."""
        try:
            return self._hearing.target_speeds.minimum == 0
        except LocalProtocolError:
            return True
