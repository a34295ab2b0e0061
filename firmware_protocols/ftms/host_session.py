"""An FTMS treadmill as the gate sees every machine: bytes in, readings out; wishes in, bytes out.

The bytes are the envelope's, the conversation is `FtmsSession`'s. What is added here is what a
Bluetooth treadmill has to tell of itself before anybody may rely on it: who made it, from which
its quirks follow, and which speeds it takes. Both are known when the carrier says `Ready`.
"""

from collections.abc import Callable, Iterator
from typing import Final

from firmware_protocols._fields import Unit
from firmware_protocols.capabilities import Capabilities
from firmware_protocols.errors import LocalProtocolError, RemoteProtocolError
from firmware_protocols.ftms import envelope, uuids
from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms.commands import CommandDecoder
from firmware_protocols.ftms.envelope import NOBODY, HostDecoder, Value, Write, Written
from firmware_protocols.ftms.profiles import UNKNOWN, Profile
from firmware_protocols.ftms.quirks import Quirks
from firmware_protocols.ftms.session import CharacteristicWrite, Control, FtmsSession
from firmware_protocols.ftms.speeds import hundredths_from_ckmh
from firmware_protocols.messages import (
    ClockReport,
    ConsoleStop,
    Direction,
    ForeignSpeed,
    HeartRateReport,
    MachineMessage,
    OtherReport,
    SafetyKeyPulled,
    SpeedReport,
    StartedByOthers,
    StartRefused,
    Unfit,
)

Matcher = Callable[[str, str], Profile]
"""From maker and model to what is known of such machines.

Raises:
    LocalProtocolError: more than one entry fits.
"""

GRID_CKMH: Final = 10
"""The steps that are presumed until the machine has stated its own. Nothing is sent on them."""
_IDENTITY: Final = (uuids.MANUFACTURER_NAME, uuids.MODEL_NUMBER)
_STATED: Final = frozenset({uuids.FITNESS_MACHINE_FEATURE, uuids.SPEED_RANGE})
_GENERATION: Final = 1 << 20
"""Writes are numbered anew with every connection, so that none is taken for another's."""
_NUMBERS: Final = 1 << 32


class FtmsHostSession:
    """One conversation with one machine. *named* is the profile a person named for it; without,
    *match* finds one when the machine has said who made it."""

    __slots__ = (
        "_decoder",
        "_generation",
        "_inner",
        "_match",
        "_named",
        "_now_ms",
        "_profile",
        "_ready",
        "_silent",
        "_stated",
        "_strongest",
        "_unfit",
        "proved",
    )

    def __init__(self, named: Profile | None, match: Matcher) -> None:
        self._named = named
        self._match = match
        self._profile = named or UNKNOWN
        self._inner = FtmsSession(self._profile.quirks)
        self._generation = 0
        self._now_ms = 0
        self._silent = False
        """Something found no answer, and control was not granted since."""
        self._strongest = False
        """The stop that is in force was said for the strongest reason there is."""
        self.restart()

    def restart(self) -> None:
        """The link came up: nothing said before counts, except a stop without an effect."""
        self._decoder = HostDecoder()
        self._stated: dict[int, bytes] = {}
        self._unfit: Unfit | None = None
        self._ready = False
        self._generation += 1
        self.proved = False
        self._inner.restart()

    def distrust(self) -> None:
        """The machine was silent for too long. What it is, it still is: on this link nobody
        says it again. Control is asked for anew, and everything else proved anew (SR-50)."""
        self._generation += 1
        self.proved = False
        self._inner.restart()

    # What is known.

    @property
    def capabilities(self) -> Capabilities:
        return self._inner.capabilities

    @property
    def quirks(self) -> Quirks:
        return self._inner.quirks

    @property
    def profile(self) -> str:
        return self._profile.name if self.speeds_known else ""

    @property
    def proofs(self) -> int:
        """Records with a speed, of a machine that has said what it is."""
        return self._inner.proofs if self._ready else 0

    @property
    def starting(self) -> bool:
        return self._inner.starting

    @property
    def speeds_known(self) -> bool:
        return self._ready and self._unfit is None

    @property
    def in_control(self) -> bool:
        return self._inner.control is Control.HELD

    @property
    def answers(self) -> bool:
        return not self._silent and self._inner.unanswered == 0

    @property
    def unfit(self) -> Unfit | None:
        return self._unfit

    @property
    def wants_new_link(self) -> bool:
        return self._inner.wants_reconnect

    def quantise(self, speed_ckmh: int) -> int:
        """Return the machine's own step for a request (safety.md 4.8.3); 0 below its minimum.

        Raises:
            LocalProtocolError: not a whole number, or negative.
        """
        if self.speeds_known:
            return self._inner.quantise(speed_ckmh)
        speed = hundredths_from_ckmh(speed_ckmh, Unit.KMH)
        return speed - speed % GRID_CKMH

    # What is wanted.

    def request_control(self) -> None:
        self._inner.request_control()

    def start(self) -> None:
        self._inner.start()

    def set_speed(self, speed_ckmh: int, direction: Direction, *, urgent: bool = False) -> None:
        """As `FtmsSession.set_speed`.

        Raises:
            LocalProtocolError: the wire has no word for it, and none at all for reverse.
        """
        if direction is not Direction.FORWARD:
            raise LocalProtocolError("FTMS has no word for a belt that runs the other way")
        self._inner.set_speed(speed_ckmh, urgent=urgent)

    def stop(self, strongest: bool) -> None:
        """Stop, now, instead of everything else. FTMS has one stop, and no stronger one: for the
        strongest reason it is said once more, whatever became of the one before (SR-16)."""
        anew = strongest and not (self._strongest and self._inner.stopping)
        self._strongest = strongest or (self._strongest and self._inner.stopping)
        self._inner.stop(anew=anew)

    # What happens.

    def receive(self, now_ms: int, data: bytes) -> list[MachineMessage | RemoteProtocolError]:
        """Return what the machine said, having settled what was in flight."""
        self._now_ms = now_ms
        self._decoder.receive_data(data)
        heard: list[MachineMessage | RemoteProtocolError] = []
        for record in self._decoder.records():
            match record:
                case Value(uuid, value):
                    self._take_value(uuid, value)
                case Written(number, att_error):
                    generation, own = divmod(number, _GENERATION)
                    if generation == self._generation % (_NUMBERS // _GENERATION):
                        self._inner.write_done(now_ms, own, att_error)
                case RemoteProtocolError():
                    heard.append(record)
                case _:  # it is ready: a write is for a carrier, and this decoder yields none
                    self._identify()
            for event in self._inner.take_events():
                self._note_silence(event)
                heard += _told(event)
        return heard

    def data_to_send(self, now_ms: int) -> list[bytes]:
        """Return the records to write now, whole and in order."""
        return [self._record(write) for write in self._inner.data_to_send(now_ms)]

    def next_deadline_ms(self) -> int | None:
        return self._inner.next_deadline_ms()

    def command_decoder(self) -> CommandDecoder:
        return CommandDecoder(self.quirks)

    def _record(self, write: CharacteristicWrite) -> bytes:
        number = (self._generation * _GENERATION + write.number % _GENERATION) % _NUMBERS
        return envelope.encode(Write(number, write.uuid, write.value, write.with_response))

    def _note_silence(self, event: ev.Event) -> None:
        match event:
            case ev.ControlLost(ev.Loss.NO_ANSWER):
                self._silent = True
            case ev.ControlGranted():
                self._silent = False
            case _:
                pass

    def _take_value(self, uuid: int, value: bytes) -> None:
        if uuid in _IDENTITY or uuid in _STATED:
            if self._ready:
                return  # what it is, it has said: what was planned on that must not lose its ground
            self._stated[uuid] = value
        if uuid not in _IDENTITY:
            self._inner.receive(self._now_ms, uuid, value)

    def _identify(self) -> None:
        """All that can be read was read: whose machine it is, and what it takes."""
        self._ready = True
        if self._named is None:
            maker, model = (_text(self._stated.get(uuid)) for uuid in _IDENTITY)
            try:
                self._profile = self._match(maker, model)
            except LocalProtocolError:
                self._unfit = Unfit.PROFILE_AMBIGUOUS
                return
        if self._profile.quirks != self._inner.quirks:
            self._begin_anew(self._profile.quirks)
        try:
            _ = self._inner.target_speeds
        except LocalProtocolError:
            self._unfit = Unfit.NO_SPEED_RANGE

    def _begin_anew(self, quirks: Quirks) -> None:
        """Another kind of machine than was presumed. A stop that was being said goes on."""
        stopping = self._inner.stopping
        self._inner = FtmsSession(quirks)
        self._generation += 1
        for uuid in _STATED & self._stated.keys():
            self._inner.receive(self._now_ms, uuid, self._stated[uuid])
        if stopping:
            self._inner.stop()


STOP_FRAMES: Final = tuple(
    envelope.encode(Write(NOBODY, uuids.CONTROL_POINT, value))
    for value in (b"\x08\x01", b"\x02\x00\x00")
)
"""For whoever has nothing else left to say: stop, and a target of zero (ftms.md 11)."""


def _text(value: bytes | None) -> str:
    """Device information as people wrote it into the machine; some pad it with zeros."""
    return "" if value is None else value.split(b"\0")[0].decode("utf-8", "replace").strip()


def _told(event: ev.Event) -> Iterator[MachineMessage]:
    match event:
        case ev.Measured(record, speed_ckmh) if speed_ckmh is not None:
            yield SpeedReport(speed_ckmh)
            if record.elapsed_s is not None:
                yield ClockReport(record.elapsed_s)
            if record.heart_rate_bpm:  # zero is a hand that touches nothing
                yield HeartRateReport(record.heart_rate_bpm)
        case ev.SafetyKeyPulled():
            yield SafetyKeyPulled()
        case ev.StartRefused():
            yield StartRefused()
        case ev.UserStarted(False):
            yield StartedByOthers()
        case ev.UserStopped(_, False):
            yield ConsoleStop()
        case ev.TargetSpeedChanged(speed_ckmh, False):
            yield ForeignSpeed(speed_ckmh)
        case ev.Ignored(_, raw):
            yield OtherReport(raw)
        case _:
            # Answers are the session's affair: none of them proves anything about a belt.
            pass
