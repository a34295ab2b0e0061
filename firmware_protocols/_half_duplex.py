"""The line discipline of a half-duplex treadmill port, once for every dialect.

One command is on the line at a time; the next waits for its reply or for the reply time-out.
What waits is never a queue: one mailbox for a speed and one for an incline, each holding the
newest only, and one start sequence. When the line is free, commands go before polls, but
never twice in a row while a poll is due, because the polls keep the machine's watchdog alive
and the gate's eyes open (safety.md 4.8.5).

A stop is outside all of that. Its first frame leaves at the next `data_to_send`, whatever
else is on the line; everything that waited is gone; and it is sent again at every reply
time-out until it is answered. Its second frame waits for the first one's ack, or 50 ms: the
machine's buffer holds one command, and back to back the second would erase the first. A stop
that is said again before it was answered lets a poll in every 200 ms, between its frames:
whoever stops a belt without acks has to see it stand. An urgent speed, one on the way down of
a slower stop, pre-empts in the same way, and gives way to a stop only.

After a command's reply timed out, that reply may still come, and would look like the reply to
a repetition. So a poll goes first: replies come in order, so whatever comes before the
poll's own reply is old and settles nothing. (A late reply to a poll is harmless.)

No clock in here: every method that needs the time is told it, in milliseconds.
"""

from enum import Enum
from typing import Final

from firmware_protocols._dialect import Dialect, answers
from firmware_protocols.conversation import CommandDecoder
from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.messages import (
    Ack,
    Direction,
    DriveReport,
    DriveState,
    MachineMessage,
    QueryDrive,
    QuerySpeed,
    SetIncline,
    SetSpeed,
    Unfit,
)

POLL_PERIOD_MS: Final = 100
"""Speed is asked for this often while the machine answers: half of what is allowed."""
DRIVE_PERIOD_MS: Final = 200
"""How late a stop at the machine's own console is seen, at worst (SR-36)."""
REPLY_TIMEOUT_MS: Final = 200
STOP_GAP_MS: Final = 50
"""How long a stop's second frame waits for the ack of its first."""
READING_GAP_MS: Final = 200
"""Speed is asked for this often even while a stop finds no answer (safety.md 4.8.5)."""
_OVERDUE_MS: Final = READING_GAP_MS - STOP_GAP_MS - POLL_PERIOD_MS
"""A poll this late takes the next slot, so that the gap holds with slots 50 ms apart."""

_START_OPCODE: Final = 0xA0


class _Purpose(Enum):
    POLL = 0
    SPEED = 1
    INCLINE = 2
    START = 3
    STOP = 4
    URGENT = 5
    """A speed on the way down of a stop."""


class HostSession:
    """One conversation with one machine. Feed it bytes and time; it says what to write.

    `data_to_send` and `receive` cost one comparison when nothing is due and nothing came.
    """

    __slots__ = (
        "_decoder",
        "_dialect",
        "_drive_due_ms",
        "_frame",
        "_has_started",
        "_incline",
        "_now_ms",
        "_polls_turn",
        "_proved",
        "_purpose",
        "_query_drive",
        "_query_speed",
        "_reply_due_ms",
        "_silence_due_ms",
        "_speed",
        "_speed_due_ms",
        "_start",
        "_stop",
        "_stop_again",
        "_stop_due_ms",
        "_stop_left",
        "_urgent",
        "_urgent_due_ms",
        "_wake_ms",
        "capabilities",
        "proofs",
        "unanswered",
    )

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.capabilities = dialect.capabilities
        self._query_drive = dialect.encode(QueryDrive())
        self._query_speed = dialect.encode(QuerySpeed())
        self._now_ms = 0
        self._stop: tuple[bytes, ...] = ()
        """The stop in force until the last of its frames is answered."""
        self.restart()

    def restart(self) -> None:
        """The link came up: nothing said before counts, except a stop without an answer."""
        self._decoder = self._dialect.decoder()
        self._frame: bytes | None = None
        """The frame in flight."""
        self._purpose = _Purpose.POLL
        self._reply_due_ms = 0
        self._silence_due_ms = 0
        self._speed: bytes | None = None
        self._urgent: bytes | None = None
        """A speed that is part of a stop, and does not wait for the line."""
        self._urgent_due_ms = self._now_ms
        self._incline: bytes | None = None
        self._start: tuple[bytes, ...] = ()
        self._has_started = False
        self._stop_left = self._stop
        self._stop_again = False
        self._stop_due_ms = self._now_ms
        self._speed_due_ms = 0
        self._drive_due_ms = 0
        self._polls_turn = False
        self._proved = False
        self.proofs = 0
        """Valid replies to C0 in a row so far; an error or a silence before `proved` resets it."""
        self.unanswered = 0
        """Reply time-outs in a row."""
        self._wake_ms = self._now_ms

    @property
    def proved(self) -> bool:
        """Whether the machine speaks this dialect (safety.md 4.8.6). Until the gate says so,
        only C0 and stop frames leave."""
        return self._proved

    @proved.setter
    def proved(self, proved: bool) -> None:
        self._proved = proved
        self._plan()

    @property
    def starting(self) -> bool:
        """A start sequence is under way. False without `Ack(0xA0)` means it was given up."""
        return bool(self._start)

    def distrust(self) -> None:
        """Silence on a line that stands: what comes back may be another power-up (SR-50)."""
        self.restart()
        self.proved = False

    @property
    def speeds_known(self) -> bool:
        """The digits are the protocol's; the machine has nothing to add."""
        return True

    @property
    def profile(self) -> str:
        """Machines of one serial protocol differ in nothing that has to be known."""
        return ""

    @property
    def in_control(self) -> bool:
        """A cable has two ends. Who else might be obeyed sits at the console (SR-36)."""
        return True

    @property
    def answers(self) -> bool:
        """A machine that answers nothing says nothing at all on such a line: that is noticed."""
        return True

    @property
    def unfit(self) -> Unfit | None:
        return None

    @property
    def wants_new_link(self) -> bool:
        return False

    def request_control(self) -> None:
        """There is nothing to ask for."""

    def command_decoder(self) -> CommandDecoder:
        """Return a fresh ear of the machine, for checking what is about to leave."""
        return self._dialect.command_decoder()

    def quantise(self, speed_ckmh: int) -> int:
        """Return the machine's own step for a request, never above it but for rounding up to
        0.01 km/h (safety.md 4.8.3).

        Raises:
            LocalProtocolError: the speed cannot be encoded.
        """
        return self._dialect.quantise(speed_ckmh)

    def start(self) -> None:
        """Engage the belt at zero speed. The mailbox speed follows when that is acknowledged.

        Given up, with the mailbox, if the machine refuses a step or is engaged already. A step
        without an answer is repeated for as long as the caller keeps faith in the line.
        """
        if not self._start:
            messages = self._dialect.start(self._has_started)
            self._start = tuple(map(self._dialect.encode, messages))
            self._plan()

    def set_speed(self, speed_ckmh: int, direction: Direction, *, urgent: bool = False) -> None:
        """Send this speed when the line is free, instead of any that still waits.

        *urgent* is for the way down of a stop: it waits for no reply (safety.md 4.8.5) and
        ends any start. Behind another urgent one it waits for that one's ack or 50 ms, and
        lets an overdue poll in between, as the frames of a stop do.

        Raises:
            LocalProtocolError: the wire has no word for it; what waited still waits.
        """
        frame = self._dialect.encode(SetSpeed(speed_ckmh, direction))
        self._speed, self._urgent = (None, frame) if urgent else (frame, None)
        if urgent:
            self._start = ()
            self._incline = None
        self._plan()

    def set_incline(self, incline_permille: int) -> None:
        """As `set_speed`.

        Raises:
            LocalProtocolError: the wire has no word for it.
        """
        self._incline = self._dialect.encode(SetIncline(incline_permille))
        self._plan()

    def stop(self, strongest: bool) -> None:
        """Stop, now, instead of everything else. Saying it again begins again, never weaker."""
        frames = tuple(map(self._dialect.encode, self._dialect.stop(strongest)))
        self._stop_again = bool(self._stop)
        if len(frames) >= len(self._stop):
            self._stop = frames
        self._stop_left = self._stop
        self._stop_due_ms = self._now_ms
        self._speed = None
        self._urgent = None
        self._incline = None
        self._start = ()
        self._plan()

    def next_deadline_ms(self) -> int | None:
        """When `data_to_send` has something new; never None on a polled line."""
        return self._wake_ms

    def receive(self, now_ms: int, data: bytes) -> list[MachineMessage | RemoteProtocolError]:
        """Return what the machine said, having settled what was in flight."""
        if not data:
            return []
        self._now_ms = now_ms
        self._decoder.receive_data(data)
        messages = list(self._decoder.messages())
        for message in messages:
            if isinstance(message, RemoteProtocolError):
                if not self._proved:
                    self.proofs = 0
            elif self._frame is not None and answers(message, self._frame[0]):
                self._settle(self._frame, message)
        self._plan()
        return messages

    def data_to_send(self, now_ms: int) -> list[bytes]:
        """Return the frames to write now, whole and in order."""
        if now_ms < self._wake_ms:
            return []
        self._now_ms = now_ms
        if self._frame is not None:
            self._expire(self._frame)
        frame = self._next_frame()
        self._plan()
        return [] if frame is None else [frame]

    def _next_frame(self) -> bytes | None:
        if self._stop and self._now_ms >= self._stop_due_ms:
            begun = len(self._stop_left) < len(self._stop)
            if self._stop_again and begun and (poll := self._due_poll(_OVERDUE_MS)):
                self._stop_due_ms = self._now_ms + STOP_GAP_MS
                return self._send_poll(poll)
            if self._stop_left:
                self._stop_due_ms = self._now_ms + STOP_GAP_MS
                frame, *rest = self._stop_left
                self._stop_left = tuple(rest)
                return self._send(frame, _Purpose.STOP)
        if self._urgent and self._urgent_may_leave() and self._now_ms >= self._urgent_due_ms:
            self._urgent_due_ms = self._now_ms + STOP_GAP_MS
            late_ms = 0 if self._frame is None else _OVERDUE_MS
            if self._purpose is _Purpose.URGENT and (poll := self._due_poll(late_ms)):
                return self._send_poll(poll)
            frame, self._urgent = self._urgent, None
            self._polls_turn = True
            return self._send(frame, _Purpose.URGENT)
        if self._frame is not None:
            return None
        due = self._due_poll()
        waiting = None if due and self._polls_turn else self._waiting()
        if waiting is not None:
            self._polls_turn = True
            return self._send(*waiting)
        return None if due is None else self._send_poll(due)

    def _urgent_may_leave(self) -> bool:
        """A stop in force is worth more than any speed."""
        return self._proved and not self._stop

    def _due_poll(self, late_ms: int = 0) -> bytes | None:
        """Return the poll that has been due for *late_ms*, if there is one."""
        if self._proved and self._now_ms >= self._speed_due_ms + late_ms:
            return self._query_speed
        return self._query_drive if self._now_ms >= self._drive_due_ms + late_ms else None

    def _send_poll(self, poll: bytes) -> bytes:
        self._polls_turn = False
        if poll is self._query_speed:
            self._speed_due_ms = self._now_ms + POLL_PERIOD_MS
        else:
            period_ms = DRIVE_PERIOD_MS if self._proved else POLL_PERIOD_MS
            self._drive_due_ms = self._now_ms + period_ms
        return self._send(poll, _Purpose.POLL)

    def _waiting(self) -> tuple[bytes, _Purpose] | None:
        """Return the command that goes next, if any may go at all."""
        if not self._proved:
            return None
        if self._start:
            return self._start[0], _Purpose.START
        if self._speed is not None:
            frame, self._speed = self._speed, None
            return frame, _Purpose.SPEED
        if self._incline is not None:
            frame, self._incline = self._incline, None
            return frame, _Purpose.INCLINE
        return None

    def _send(self, frame: bytes, purpose: _Purpose) -> bytes:
        due_ms = self._now_ms + REPLY_TIMEOUT_MS
        if self._frame is None and not self.unanswered:
            # A stop that pre-empts or is repeated does not make the machine's silence younger.
            self._silence_due_ms = due_ms
        self._frame = frame
        self._purpose = purpose
        self._reply_due_ms = due_ms
        return frame

    def _expire(self, frame: bytes) -> None:
        """Give up on a reply that is due, and put what it was for back where it waits."""
        now_ms = self._now_ms
        if now_ms >= self._silence_due_ms:
            self.unanswered += 1
            self._silence_due_ms = now_ms + REPLY_TIMEOUT_MS
            if not self._proved:
                self.proofs = 0
        if now_ms < self._reply_due_ms:
            return
        self._release()
        if self._stop:
            self._stop_again = True
        if self._purpose is _Purpose.POLL:
            return
        if self._purpose in (_Purpose.SPEED, _Purpose.URGENT):
            self._speed = self._speed or (None if self._urgent else frame)
        elif self._purpose is _Purpose.INCLINE:
            self._incline = self._incline or frame
        self._polls_turn = True  # one is due: a time-out is longer than the poll period

    def _settle(self, frame: bytes, message: MachineMessage) -> None:
        self.unanswered = 0
        if isinstance(message, DriveReport):
            self.proofs += 1
        if self._purpose is _Purpose.STOP and not self._stop_left:
            self._stop = ()
            self._stop_again = False
        elif self._purpose is _Purpose.START and self._start[:1] == (frame,):
            self._settle_start(message)
        self._release()

    def _release(self) -> None:
        """The line is free. A stop whose last frame found no answer begins again."""
        self._frame = None
        self._stop_left = self._stop_left or self._stop
        self._stop_due_ms = self._now_ms
        self._urgent_due_ms = self._now_ms

    def _settle_start(self, message: MachineMessage) -> None:
        match message:
            case Ack(opcode):
                self._has_started = self._has_started or opcode == _START_OPCODE
                self._start = self._start[1:]
            case DriveReport(DriveState.STOPPED):
                self._start = self._start[1:]
            case _:
                # Refused, or somebody else engaged the belt: no later reply may revive it.
                self._start = ()
                self._speed = None
                self._has_started = False

    def _plan(self) -> None:
        """Note when there is something to do; only then does `data_to_send` look at all."""
        if self._frame is not None:
            self._wake_ms = min(self._reply_due_ms, self._silence_due_ms)
        elif self._proved and (self._start or self._speed or self._incline):
            self._wake_ms = self._now_ms
        else:
            self._wake_ms = self._poll_due_ms()
        if self._stop_left:
            self._wake_ms = min(self._wake_ms, self._stop_due_ms)
        elif self._stop_again:
            overdue_ms = self._poll_due_ms() + _OVERDUE_MS
            self._wake_ms = min(self._wake_ms, max(self._stop_due_ms, overdue_ms))
        if self._urgent and self._urgent_may_leave():
            self._wake_ms = min(self._wake_ms, self._urgent_due_ms)

    def _poll_due_ms(self) -> int:
        if self._proved:
            return min(self._speed_due_ms, self._drive_due_ms)
        return self._drive_due_ms
