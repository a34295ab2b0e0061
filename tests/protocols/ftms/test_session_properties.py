"""What holds in every conversation, whatever the machine, the link and the caller do."""

from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import uuids
from firmware_protocols.ftms._flight import CharacteristicWrite
from firmware_protocols.ftms.control_point import (
    BadRequest,
    Request,
    RequestControl,
    SetTargetSpeed,
    StartOrResume,
    StopOrPause,
    WriteError,
    decode_request,
)
from firmware_protocols.ftms.events import ControlGranted, ControlLost
from firmware_protocols.ftms.quirks import Quirks
from firmware_protocols.ftms.session import Control, FtmsSession

CHARACTERISTICS: Final = (
    uuids.TREADMILL_DATA,
    uuids.MACHINE_STATUS,
    uuids.CONTROL_POINT,
    uuids.SPEED_RANGE,
    uuids.INCLINATION_RANGE,
    uuids.TRAINING_STATUS,
    uuids.RSC_MEASUREMENT,
    0x2A00,
)
BOOLEANS: Final = st.booleans()
QUIRKS: Final = st.builds(
    Quirks,
    write_with_response=BOOLEANS,
    speed_needs_motion=BOOLEANS,
    start_up_ms=st.sampled_from([0, 2_500]),
    control_requests=st.integers(1, 2),
    control_before_speed=BOOLEANS,
    start_before_speed=BOOLEANS,
    start_every_ms=st.sampled_from([None, 1_000]),
    false_stop_status=BOOLEANS,
    status_follows_ramp=BOOLEANS,
    silent_after_stop=BOOLEANS,
)


class AnyConversation(RuleBasedStateMachine):
    """The checks are made on what leaves, from the bytes."""

    @initialize(quirks=QUIRKS, minimum=st.sampled_from([0, 50]))
    def begin(self, quirks: Quirks, minimum: int) -> None:
        self.session = FtmsSession(quirks)
        self.now_ms = 0
        self.in_flight: list[tuple[CharacteristicWrite, Request]] = []
        self.may_drive = False
        """A start left since the last stop was asked for."""
        self.stop_due = False
        self.asked = False
        """Control was asked for, and not lost or granted since."""
        speed_range = minimum.to_bytes(2, "little") + bytes.fromhex("d0070a00")
        self.session.receive(0, uuids.SPEED_RANGE, speed_range)

    # What the caller wants.

    @rule()
    def request_control(self) -> None:
        self.session.request_control()
        self.asked = True

    @rule()
    def start(self) -> None:
        self.session.start()

    @rule(speed_ckmh=st.integers(-1, 2_100), urgent=BOOLEANS)
    def set_speed(self, speed_ckmh: int, urgent: bool) -> None:
        if speed_ckmh == 0:
            self.stop()
            return
        try:
            self.session.set_speed(speed_ckmh, urgent=urgent)
        except LocalProtocolError:
            return

    @rule(incline_permille=st.integers(-10, 200))
    def set_incline(self, incline_permille: int) -> None:
        try:
            self.session.set_incline(incline_permille)
        except LocalProtocolError:
            return

    @rule()
    def stop(self) -> None:
        was_stopping = self.session.stopping
        self.session.stop()
        self.may_drive = False
        self.stop_due = self.session.stopping and not was_stopping

    @rule()
    def pause(self) -> None:
        self.session.pause()
        self.may_drive = False

    # What the machine and the link do.

    @rule(speed_ckmh=st.sampled_from([0, 0, 0, 50, 100, 300]))
    def measure(self, speed_ckmh: int) -> None:
        data = b"\x00\x00" + speed_ckmh.to_bytes(2, "little")
        self.session.receive(self.now_ms, uuids.TREADMILL_DATA, data)

    @rule(result=st.sampled_from([1, 1, 1, 1, 4, 5]), confirmed=BOOLEANS)
    def answer(self, result: int, confirmed: bool) -> None:
        if self.in_flight:
            write, _ = self.in_flight[-1]
            answer = bytes((0x80, write.value[0], result))
            self.session.receive(self.now_ms, uuids.CONTROL_POINT, answer)
            if confirmed:
                self.session.write_done(self.now_ms, write.number)

    @rule(error=st.sampled_from([0, *WriteError]))
    def confirm(self, error: int) -> None:
        if self.in_flight:
            self.session.write_done(self.now_ms, self.in_flight[-1][0].number, error)

    @rule(uuid=st.sampled_from(CHARACTERISTICS), data=st.binary(max_size=20))
    def anything(self, uuid: int, data: bytes) -> None:
        self.session.receive(self.now_ms, uuid, data)

    @rule(status=st.sampled_from(["01", "0201", "03", "04", "056400", "ff"]))
    def status(self, status: str) -> None:
        self.session.receive(self.now_ms, uuids.MACHINE_STATUS, bytes.fromhex(status))

    @rule()
    def restart(self) -> None:
        self.session.restart()
        self.asked = False
        self.in_flight.clear()
        self.may_drive = False

    @rule(by_ms=st.sampled_from([1, 30, 200, 1_500, 2_500]))
    def pass_time(self, by_ms: int) -> None:
        self.now_ms += by_ms

    @rule()
    def go_to_the_deadline(self) -> None:
        due_ms = self.session.next_deadline_ms()
        if due_ms is not None:
            self.now_ms = max(self.now_ms, due_ms)

    def _send(self) -> None:
        held = self.session.control is Control.HELD
        for _ in range(10):
            writes = self.session.data_to_send(self.now_ms)
            if not writes:
                break
            for write in writes:
                self._check(write, held)
        else:
            raise AssertionError("it never falls silent")
        due_ms = self.session.next_deadline_ms()
        assert due_ms is None or due_ms > self.now_ms

    def _check(self, write: CharacteristicWrite, held: bool) -> None:
        request = decode_request(write.value)
        assert not isinstance(request, BadRequest)
        numbers = [earlier.number for earlier, _ in self.in_flight]
        assert write.number > max(numbers, default=0)
        self.in_flight.append((write, request))
        if self.stop_due:
            assert isinstance(request, StopOrPause)
            self.stop_due = False
        match request:
            case RequestControl():
                assert self.asked or held or self.session.stopping
                return
            case StopOrPause() | SetTargetSpeed(0):
                return
            case StartOrResume():
                self.may_drive = True
            case SetTargetSpeed(_):
                assert self.may_drive
            case _:
                pass
        assert held
        assert not self.session.stopping
        assert self.session.unanswered == 0

    @invariant()
    def what_is_due_leaves_at_once(self) -> None:
        self._send()

    @invariant()
    def without_control_nothing_is_promised(self) -> None:
        for event in self.session.take_events():
            if isinstance(event, ControlLost | ControlGranted):
                self.asked = False
        if self.session.wants_reconnect:
            assert self.session.control is not Control.HELD


AnyConversation.TestCase.settings = settings(max_examples=80, stateful_step_count=40)
TestAnyConversation = AnyConversation.TestCase
