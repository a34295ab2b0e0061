"""A conversation with one FTMS treadmill. Values in, characteristic writes out; no I/O, no clock.

The link tells it what came (`receive`, from notification, indication and read alike), what became
of a write (`write_done`), and when it came back up (`restart`). It says what to write
(`data_to_send`) and what was learned (`take_events`). Every method that needs the time is told it.

One procedure is in flight at a time. What waits is never a queue: one start, one speed, one
incline, each the newest only. Nothing but a stop leaves without control, and control that was
lost is not asked for again by itself. An answer proves nothing: a start has had an effect when
the belt was seen moving, and a stop when it was seen to stand.

A stop is outside all of that. Its first word leaves at the next `data_to_send` whatever is in
flight, with or without control; everything that waited is gone; and `_stopping.py` says how it
goes on. For the sake of a stop, control is requested in one case only: on a fresh link, when the
machine refuses the stop for want of it and the belt is not known to stand.

A procedure without an answer ends the conversation (ftms.md 3.4): the session says one more stop
by itself, and then wants the link to be made anew.
"""

from firmware_protocols.capabilities import Capabilities
from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import control_point, uuids
from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms._flight import PROCEDURE_MS, CharacteristicWrite, Purpose
from firmware_protocols.ftms._hearing import Hearing
from firmware_protocols.ftms._line import Control, Line
from firmware_protocols.ftms._stopping import PAUSE_WORDS, STOP_WORDS
from firmware_protocols.ftms.control_point import SetTargetInclination, SetTargetSpeed
from firmware_protocols.ftms.features import Features, RangeKind, SupportedRange
from firmware_protocols.ftms.quirks import CONSERVATIVE, Quirks
from firmware_protocols.ftms.speeds import MAX_HUNDREDTHS, ckmh_from_hundredths
from firmware_protocols.ftms.target_speed import TargetSpeeds

__all__ = ["CharacteristicWrite", "Control", "FtmsSession", "capabilities"]


def capabilities(quirks: Quirks = CONSERVATIVE) -> Capabilities:
    """Return what this protocol can say to a machine with these quirks."""
    return Capabilities(
        name="ftms",
        can_reverse=False,
        reads_direction=False,
        reads_speed=True,
        reads_drive_state=False,
        sets_incline=True,
        host_watchdog=False,
        reports_safety_key=quirks.reports_safety_key,
        wire_step_ckmh=ckmh_from_hundredths(1, quirks.command_unit),
        field_max_ckmh=ckmh_from_hundredths(MAX_HUNDREDTHS, quirks.command_unit),
        poll_period_ms=quirks.data_period_ms,
        reply_timeout_ms=PROCEDURE_MS,
        pushes_readings=True,
        # Data shows a motion at the next record only, and is late by one where a link is slow.
        start_up_ms=quirks.start_up_ms + 2 * quirks.data_period_ms,
    )


class FtmsSession:
    """One conversation with one machine. `data_to_send` costs a comparison when nothing is due."""

    __slots__ = ("_events", "_hearing", "_line", "_now_ms", "_wake_ms", "capabilities", "quirks")

    def __init__(self, quirks: Quirks = CONSERVATIVE) -> None:
        self.quirks = quirks
        self.capabilities = capabilities(quirks)
        self._events: list[ev.Event] = []
        self._hearing = Hearing(quirks)
        self._line = Line(quirks, self._hearing, self._events)
        self._now_ms = 0
        self._wake_ms: int | None = None

    def restart(self) -> None:
        """The link came up: nothing said before counts, except a stop without an effect."""
        self._hearing.restart()
        self._line.restart()
        if self._line.stopping is not None:
            self._line.stop(self._now_ms, STOP_WORDS)
        self._plan()

    # What is known.

    @property
    def control(self) -> Control:
        return self._line.control

    @property
    def features(self) -> Features | None:
        """What the machine says it has, once that was read."""
        return self._hearing.features

    @property
    def proofs(self) -> int:
        """Records with a speed since the link came up: that a treadmill is there, and talks."""
        return self._hearing.records

    @property
    def target_speeds(self) -> TargetSpeeds:
        """What can be asked for.

        Raises:
            LocalProtocolError: the machine has stated no speed range that makes sense.
        """
        return self._hearing.target_speeds

    @property
    def incline_range(self) -> SupportedRange | None:
        return self._hearing.ranges.get(RangeKind.INCLINATION)

    @property
    def starting(self) -> bool:
        """A start waits or is under way. False without its `Accepted`: it was given up."""
        flight = self._line.flight
        return self._line.wishes.start or (flight is not None and flight.purpose is Purpose.START)

    @property
    def stopping(self) -> bool:
        """A stop is in force: it was not seen to take effect, and words are left."""
        return self._line.stopping is not None

    @property
    def unanswered(self) -> int:
        """Procedures that found no answer. Above zero, no further one may begin on this link."""
        return self._line.unanswered

    @property
    def wants_reconnect(self) -> bool:
        """This link has nothing more to give: drop it and make another. That stops no belt."""
        return self.unanswered > 0 and not self.stopping

    def quantise(self, speed_ckmh: int) -> int:
        """Return the machine's own step for a request, never above it but for rounding up to
        0.01 km/h (safety.md 4.8.3); 0 for what is below its minimum.

        Raises:
            LocalProtocolError: not a whole number, negative, or the machine has stated no speed
                range that makes sense.
        """
        return self.target_speeds.quantise(speed_ckmh)

    # What is wanted.

    def request_control(self) -> None:
        """Ask for control. After it was lost, only a person may decide to (SR-38)."""
        if self.control is not Control.HELD:
            self._line.asks_left = self.quirks.control_requests
            self._plan()

    def start(self) -> None:
        """Start the belt, at whatever speed the machine chooses; the mailbox speed follows.

        Withheld without control, because it would leave whenever control comes (SR-02), and
        unless a fresh reading of zero is at hand: on some machines a start that is said to a
        running belt is a pause, on others a resume (ftms.md Q10).
        """
        if self.control is Control.HELD:
            self._line.wishes.start = True
        else:
            self._events.append(ev.StartWithheld())
        self._plan()

    def set_speed(self, speed_ckmh: int, *, urgent: bool = False) -> None:
        """Send this speed when the line is free, instead of any that still waits. Zero is a stop.

        It waits for the belt to move, which it never causes (SR-03). *urgent* is for the way
        down of a stop: it waits for no answer but another urgent one's, and ends any start.

        Raises:
            LocalProtocolError: not a whole number, outside the machine's range, or there is no
                range; what waited still waits.
        """
        if type(speed_ckmh) is int and speed_ckmh == 0:  # False is no speed (SR-15)
            self.stop()
            return
        request = SetTargetSpeed(self.target_speeds.hundredths(speed_ckmh))
        self._line.want_speed(request, urgent=urgent)
        self._plan()

    def set_incline(self, incline_permille: int) -> None:
        """As `set_speed`, standing or moving.

        Raises:
            LocalProtocolError: outside the machine's range, between two steps of it, or there
                is no range.
        """
        request = SetTargetInclination(incline_permille)
        control_point.encode_request(request)
        supported = self.incline_range
        if supported is None or not supported.has(incline_permille):
            raise LocalProtocolError(f"incline_permille {incline_permille} cannot be set here")
        self._line.wishes.want_incline(request)
        self._plan()

    def pause(self) -> None:
        """As `stop`, in the word that lets a person resume at the console. If that shows no
        effect, it becomes a stop. A stop in force stays one."""
        if not self.stopping:
            self._line.stop(self._now_ms, PAUSE_WORDS)
        self._line.forget()
        self._plan()

    def stop(self, *, anew: bool = False) -> None:
        """Stop, now, instead of everything else. Said again while in force it changes nothing,
        unless it is to begin *anew*: there is a new reason for it."""
        stopping = self._line.stopping
        if stopping is None or stopping.is_pause or anew:
            self._line.stop(self._now_ms, STOP_WORDS)
        self._line.forget()
        self._plan()

    # What happens.

    def receive(self, now_ms: int, uuid: int, data: bytes) -> None:
        """A characteristic's value came, in whatever way."""
        self._now_ms = now_ms
        data = bytes(data)  # libraries hand over bytearrays
        if uuid == uuids.CONTROL_POINT:
            self._line.answered(now_ms, data)
        else:
            for event in self._hearing.receive(now_ms, uuid, data):
                self._take(event)
        self._plan()

    def write_done(self, now_ms: int, number: int, att_error: int = 0) -> None:
        """The link knows what became of a write: confirmed, or refused with an ATT error.

        Before it reports a `WriteError` that subscribing or pairing cures, it has done so.
        """
        self._now_ms = now_ms
        self._line.written(now_ms, number, att_error)
        self._plan()

    def take_events(self) -> list[ev.Event]:
        """Return what was learned since the last time, in order."""
        events = list(self._events)
        self._events.clear()
        return events

    def next_deadline_ms(self) -> int | None:
        """When `data_to_send` has something new to do; None while only the machine can act."""
        return self._wake_ms

    def data_to_send(self, now_ms: int) -> list[CharacteristicWrite]:
        """Return what to write now. The link reports on each by `write_done`."""
        if self._wake_ms is None or now_ms < self._wake_ms:
            return []
        self._now_ms = now_ms
        self._line.expire(now_ms)
        choice = self._line.choose(now_ms)
        writes = [] if choice is None else self._line.say(now_ms, choice)
        self._plan()
        return writes

    def _take(self, event: ev.Event) -> None:
        match event:
            case ev.Measured(_, speed_ckmh):
                self._events.append(event)
                if speed_ckmh is not None:
                    self._line.measured(self._now_ms, speed_ckmh)
            case ev.ControlLost(how):
                self._line.lose(how)
            case ev.UserStopped(_, False) | ev.SafetyKeyPulled():
                # Whoever stopped it decides when it goes on (SR-36).
                self._line.forget()
                self._events.append(event)
            case _:
                self._events.append(event)

    def _plan(self) -> None:
        """Note when there is something to do; only then does `data_to_send` look at all."""
        if self._line.choose(self._now_ms) is not None:
            self._wake_ms = self._now_ms
        else:
            self._wake_ms = self._line.next_deadline_ms(self._now_ms)
