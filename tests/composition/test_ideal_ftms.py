"""The obedient FTMS treadmill of previews, heard by the gate's own conversation."""

from firmware_protocols.ftms.host_session import STOP_FRAMES
from firmware_protocols.messages import Direction, SpeedReport
from firmware_protocols.registry import PROTOCOLS
from treadctl.composition.ideal_ftms import DATA_MS, IdealFtms
from treadctl.composition.preview import ideal_plant
from treadctl.gate.setup import MachineFacts

TURN_MS = 50


class Talk:
    def __init__(self) -> None:
        self.plant = IdealFtms()
        self.session = PROTOCOLS["ftms"].open_session()
        self.now_ms = 0
        self.readings: list[int] = []
        self.run_for(DATA_MS)
        self.session.proved = True

    def run_for(self, for_ms: int) -> None:
        for _ in range(for_ms // TURN_MS):
            frames = self.session.data_to_send(self.now_ms)
            self.now_ms += TURN_MS
            said = self.plant.advance(self.now_ms, b"".join(frames))
            for message in self.session.receive(self.now_ms, said):
                if isinstance(message, SpeedReport):
                    self.readings.append(message.speed_ckmh)

    def walk(self, speed_ckmh: int) -> None:
        self.session.request_control()
        self.run_for(200)
        self.session.start()
        self.run_for(2 * DATA_MS)
        self.session.set_speed(speed_ckmh, Direction.FORWARD)
        self.run_for(3_000)


def test_it_says_what_it_is_and_stands() -> None:
    talk = Talk()
    assert talk.session.speeds_known
    assert talk.session.unfit is None
    assert talk.session.quantise(100) == 100
    assert talk.readings == [0]


def test_it_does_as_it_is_told() -> None:
    talk = Talk()
    talk.walk(100)
    assert talk.session.in_control
    assert talk.readings[-1] == 100
    talk.session.stop(True)
    talk.run_for(3_000)
    assert talk.readings[-1] == 0


def test_sr02_a_speed_alone_starts_nothing() -> None:
    talk = Talk()
    talk.session.request_control()
    talk.run_for(200)
    talk.session.set_speed(100, Direction.FORWARD)
    talk.run_for(5_000)
    assert set(talk.readings) == {0}


def test_a_stop_that_nobody_asks_after_stops_it() -> None:
    talk = Talk()
    talk.walk(100)
    talk.plant.advance(talk.now_ms + 5_000, STOP_FRAMES[0])
    assert talk.plant.speed_ckmh == 0


def test_bytes_that_are_no_request_are_not_obeyed() -> None:
    talk = Talk()
    talk.walk(100)
    talk.plant.advance(talk.now_ms + 50, b"\xff" * 9)
    assert talk.plant.speed_ckmh == 100


def test_its_strap_is_pulled_and_clipped_on() -> None:
    plant = IdealFtms()
    plant.act("strap-pull")
    assert not plant.strap_closed
    plant.act("strap-clip")
    assert plant.strap_closed


def test_each_protocol_has_its_own() -> None:
    assert isinstance(ideal_plant(MachineFacts("ftms", unit="kmh")), IdealFtms)
    assert not isinstance(ideal_plant(MachineFacts("woodway-us")), IdealFtms)
