"""The gate's own conversation with an FTMS treadmill, over a real bridge process."""

from collections.abc import Iterator

import pytest

from firmware_protocols.conversation import Conversation
from firmware_protocols.ftms import uuids
from firmware_protocols.messages import Direction, MachineMessage, SafetyKeyPulled, SpeedReport
from firmware_protocols.registry import PROTOCOLS
from tests.drivers.fake_radio import FakeTreadmill, fake_treadmill
from tests.gate.waiting import now_ms, until
from treadctl.drivers.bridge_link import BridgeLink

pytestmark = pytest.mark.chaos

# ftms.md 2.2 and 3: flags 0 and a speed; requests and their answers.
STANDING = bytes.fromhex("00000000")
MOVING = bytes.fromhex("00003c00")
CONTROL, START, STOP = b"\x00", b"\x07", b"\x08\x01"
ONE_KMH = b"\x02\x64\x00"


def obeys(treadmill: FakeTreadmill, value: bytes) -> None:
    """A machine that does as it is told, at once."""
    treadmill.notify(uuids.CONTROL_POINT, b"\x80" + value[:1] + b"\x01")
    if value in (START, STOP):
        treadmill.notify(uuids.TREADMILL_DATA, MOVING if value == START else STANDING)


@pytest.fixture
def treadmill() -> Iterator[FakeTreadmill]:
    with fake_treadmill(on_write=obeys) as running:
        yield running


class Talk:
    """A session on a link, turned by hand."""

    def __init__(self, treadmill: FakeTreadmill, profile: str | None = None) -> None:
        self.link = BridgeLink(treadmill.url)
        self.session: Conversation = PROTOCOLS["ftms"].open_session(profile=profile)
        self.heard: list[object] = []
        self.until_heard(lambda: self.session.speeds_known)
        treadmill.notify(uuids.TREADMILL_DATA, STANDING)
        self.until_heard(lambda: SpeedReport(0) in self.heard)
        self.session.proved = True

    def until_heard(self, condition: object) -> None:
        assert callable(condition)

        def turned() -> bool:
            told: list[MachineMessage | Exception] = [
                *self.session.receive(now_ms(), self.link.read_available())
            ]
            self.heard += told
            for frame in self.session.data_to_send(now_ms()):
                self.link.write(frame)
            return bool(condition())

        until(turned, [self.link.fileno()])

    def walk(self) -> None:
        self.session.request_control()
        self.until_heard(lambda: self.session.in_control)
        self.session.start()
        self.until_heard(lambda: SpeedReport(60) in self.heard)
        self.session.set_speed(100, Direction.FORWARD)

    def stop(self) -> None:
        self.heard.clear()
        self.session.stop(True)
        self.until_heard(lambda: SpeedReport(0) in self.heard)
        self.link.close()


def test_control_start_speed_stop(treadmill: FakeTreadmill) -> None:
    talk = Talk(treadmill)
    talk.walk()
    talk.until_heard(lambda: treadmill.writes.qsize() >= 3)
    talk.stop()
    values = [seen.value for seen in treadmill.drain()]
    assert values[:4] == [CONTROL, START, ONE_KMH, STOP]


def test_q2_an_answer_that_comes_before_the_write_is_confirmed_counts(
    treadmill: FakeTreadmill,
) -> None:
    treadmill.reacts_first = True
    talk = Talk(treadmill)
    talk.walk()
    talk.stop()


@pytest.mark.parametrize(("error", "cure"), [(0xFD, "subscribe 2ad9"), (0x0F, "pair")])
def test_what_the_bridge_cures_the_session_says_again(
    treadmill: FakeTreadmill, error: int, cure: str
) -> None:
    talk = Talk(treadmill)
    treadmill.operations.clear()
    treadmill.refusals["write"] = [error]
    talk.walk()
    asked = [word for word in treadmill.operations if word in ("write 2ad9", cure)]
    assert asked[:3] == ["write 2ad9", cure, "write 2ad9"]
    assert [seen.value for seen in treadmill.drain()][:2] == [CONTROL, CONTROL]
    talk.stop()


def test_a_busy_machine_is_asked_again(treadmill: FakeTreadmill) -> None:
    talk = Talk(treadmill)
    treadmill.refusals["write"] = [0xFE]
    talk.walk()
    talk.stop()


def test_q1_a_machine_that_takes_no_requests_gets_commands(treadmill: FakeTreadmill) -> None:
    talk = Talk(treadmill, "urevo-e1l")
    talk.walk()
    talk.stop()
    assert not any(seen.with_response for seen in treadmill.drain())


def test_a_pulled_safety_key_is_heard(treadmill: FakeTreadmill) -> None:
    talk = Talk(treadmill)
    treadmill.notify(uuids.MACHINE_STATUS, b"\x03")
    talk.until_heard(lambda: SafetyKeyPulled() in talk.heard)
    talk.link.close()
