"""The product's own link on the simulator's air: what ships, from the session to the belt."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from firmware_protocols.messages import Direction, SpeedReport
from firmware_protocols.registry import PROTOCOLS
from tests.drivers.fake_radio import offer_entry_point
from tests.drivers.test_ftms_over_bridge import Talk
from tests.gate.waiting import until
from tests.simulator.servers.test_serve import Simulator, lines_of, simulator
from treadctl.drivers.bridge_link import BridgeLink
from treadctl.errors import LinkError

pytestmark = pytest.mark.chaos

WITHIN_MS = 15_000


class AirTalk(Talk):
    """The gate's part, turned by hand, with a real bridge process and a real simulator."""

    def __init__(self, url: str) -> None:
        self.link = BridgeLink(url)
        self.session = PROTOCOLS["ftms"].open_session(profile=None)
        self.heard: list[object] = []
        self.until_heard(lambda: self.session.speeds_known and SpeedReport(0) in self.heard)
        self.session.proved = True

    def reach(self, speed_ckmh: int) -> None:
        self.session.request_control()
        self.until_heard(lambda: self.session.in_control)
        self.session.start()
        self.until_heard(lambda: SpeedReport(50) in self.heard)
        self.session.set_speed(speed_ckmh, Direction.FORWARD)
        self.until_heard(lambda: SpeedReport(speed_ckmh) in self.heard)


@pytest.fixture(autouse=True)
def _the_radio_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As installing the package would do; its name is the one that helper gives it."""
    offer_entry_point(tmp_path, "simulator.air.radio:radio")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(Path.cwd())]))


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    return tmp_path / "truth.jsonl"


def serve(tmp_path: Path, truth: Path, *more: str) -> list[str]:
    return [
        *("serve", "--machine", "ftms", "--ble", f"unix:{tmp_path / 'air'}", "--control"),
        *("--truth", str(truth), "--data-period-ms", "100", "--ramp-ckmh-s", "400", *more),
    ]


@pytest.fixture
def sim(tmp_path: Path, truth: Path) -> Iterator[Simulator]:
    with simulator(*serve(tmp_path, truth)) as running:
        yield running


@contextmanager
def talk_to(sim: Simulator) -> Iterator[AirTalk]:
    talk = AirTalk(sim.ready["address"].replace("radio=air:", "radio=fake:"))
    with closing(talk.link):
        yield talk


def received(truth: Path) -> list[str]:
    return [frame["hex"] for line in lines_of(truth) for frame in line["rx"]]


def test_it_takes_control_starts_and_reaches_its_speed(sim: Simulator, truth: Path) -> None:
    with talk_to(sim) as talk:
        talk.reach(100)
        talk.stop()
    assert received(truth)[:4] == ["00", "07", "02 64 00", "08 01"]
    assert max(line["belt_ckmh"] for line in lines_of(truth)) == pytest.approx(100, abs=1)


def test_sr31_a_bridge_whose_gate_has_gone_stops_the_belt(sim: Simulator, truth: Path) -> None:
    with talk_to(sim) as talk:
        talk.reach(100)
        before = len(received(truth))
    until(lambda: "08 01" in received(truth)[before:], within_ms=WITHIN_MS)
    until(lambda: lines_of(truth)[-1]["belt_ckmh"] == 0, within_ms=WITHIN_MS)


def test_sr20_a_killed_simulator_is_the_end_of_the_link(sim: Simulator) -> None:
    with talk_to(sim) as talk:
        talk.reach(100)
        sim.process.kill()
        with pytest.raises(LinkError):
            talk.until_heard(lambda: False)


def test_a_machine_that_needs_pairing_is_paired_with(tmp_path: Path, truth: Path) -> None:
    with (
        simulator(*serve(tmp_path, truth, "--quirk", "needs-pairing")) as sim,
        talk_to(sim) as talk,
    ):
        talk.reach(100)
