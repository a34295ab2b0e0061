"""The loop with a clock of the test's own. Nothing here waits for real time to pass."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from simulator.servers.loop import LINGER_MS, MAX_CONTROL_LINE, REST_MS, SETTLED_MS, Loop
from simulator.servers.truth import TruthFile
from tests.simulator.servers.conftest import PATIENCE_S, Pump
from tests.simulator.servers.fake_plant import FakePlant


@dataclass(slots=True)
class ManualClock:
    now_ms: float = 0.0

    def __call__(self) -> float:
        return self.now_ms


@dataclass(slots=True)
class RecordingPort:
    address: str = "recording"
    has_client: bool = True
    calls: list[tuple[str, object]] = field(default_factory=list)

    def write(self, data: bytes) -> None:
        self.calls.append(("write", data))

    def set_strap(self, closed: bool) -> None:
        self._changed("strap", closed)

    def set_link(self, up: bool) -> None:
        self._changed("link", up)

    def close(self) -> None:
        """The loop does not own its ports."""
        raise AssertionError

    def _changed(self, what: str, value: bool) -> None:
        last = next((call for call in reversed(self.calls) if call[0] == what), None)
        if last != (what, value):
            self.calls.append((what, value))


class Rig:
    def __init__(self, pump: Pump, truth: TruthFile | None = None) -> None:
        self.plant = FakePlant()
        self.clock = ManualClock()
        self.port = RecordingPort()
        self.strap = RecordingPort()
        self.loop = Loop(
            self.plant,
            pump.selector,
            self.port,
            straps=[self.strap],
            truth=truth,
            now_ms=self.clock,
        )
        self.host_end, self.machine_end = os.pipe()
        self.selector = pump.selector
        self.selector.register(
            self.host_end, 1, lambda: self.plant.receive(os.read(self.host_end, 64))
        )

    def host_sends(self, data: bytes) -> None:
        os.write(self.machine_end, data)

    def close(self) -> None:
        self.selector.unregister(self.host_end)
        os.close(self.host_end)
        os.close(self.machine_end)


@pytest.fixture
def rig(pump: Pump) -> Iterator[Rig]:
    rig = Rig(pump)
    yield rig
    rig.close()


@pytest.fixture
def control(rig: Rig) -> Iterator[int]:
    """The end a person types into."""
    read_end, write_end = os.pipe()
    rig.loop.listen_for_control(read_end)
    yield write_end
    rig.selector.unregister(read_end)
    os.close(read_end)
    os.close(write_end)


def test_host_bytes_are_stamped_with_their_arrival_not_with_the_last_look(rig: Rig) -> None:
    rig.host_sends(b"\xaa")
    rig.clock.now_ms = 1_234.5
    rig.loop.turn(PATIENCE_S)
    assert rig.plant.received == [(1_234.5, b"\xaa")]


def test_an_answer_without_delay_leaves_in_the_same_turn(rig: Rig) -> None:
    rig.host_sends(b"\xc0")
    rig.loop.turn(PATIENCE_S)
    assert ("write", b"\xc0") in rig.port.calls


def test_sr16_the_strap_shows_before_anything_the_machine_says(rig: Rig) -> None:
    rig.loop.turn(0)
    rig.plant.strap_closed = False
    rig.plant.says = b"\x54"
    rig.port.calls.clear()
    rig.loop.turn(0)
    assert rig.port.calls[0] == ("strap", False)
    assert rig.strap.calls[-1] == ("strap", False)


def test_sr16_a_strap_that_opened_and_closed_while_we_were_late_is_still_two_edges(
    rig: Rig,
) -> None:
    rig.plant.events_ms = [10.0, 11.0]
    rig.plant.strap_events_ms = {10.0: False, 11.0: True}
    rig.loop.turn(0)
    rig.clock.now_ms = 500.0
    rig.loop.turn(0)
    assert [call for call in rig.strap.calls if call[0] == "strap"] == [
        ("strap", True),
        ("strap", False),
        ("strap", True),
    ]


def test_an_event_that_is_not_ahead_does_not_hold_the_loop(rig: Rig) -> None:
    rig.plant.events_ms = [0.0]
    rig.plant.now_ms = 5.0
    rig.clock.now_ms = 6.0
    rig.loop.turn(0)
    assert rig.plant.now_ms == 6.0


def test_a_link_that_drops_and_returns_is_shown(rig: Rig, control: int) -> None:
    os.write(control, b'{"act": "link-drop"}\n')
    rig.loop.turn(PATIENCE_S)
    assert rig.port.calls[-1] == ("link", False)
    rig.plant.link_up = True
    rig.loop.turn(0)
    assert rig.port.calls[-1] == ("link", True)


def test_the_separate_strap_adapter_outlives_the_treadmills_link(rig: Rig, control: int) -> None:
    os.write(control, b'{"act": "link-drop"}\n')
    rig.loop.turn(PATIENCE_S)
    assert all(call[0] == "strap" for call in rig.strap.calls)


def test_the_machine_is_told_when_its_host_comes_and_goes(rig: Rig) -> None:
    rig.port.has_client = False
    rig.loop.turn(0)
    rig.loop.turn(0)
    rig.port.has_client = True
    rig.loop.turn(0)
    assert rig.plant.host_connected == [False, True]


def test_a_link_that_returns_without_its_host_is_not_a_host(rig: Rig) -> None:
    rig.port.has_client = False
    rig.loop.turn(0)
    rig.plant.link_up = False
    rig.loop.turn(0)
    assert rig.plant.host_connected == [False]
    rig.plant.link_up = True
    rig.loop.turn(0)
    assert rig.plant.host_connected == [False, False]


def test_control_lines_are_done_in_order_and_shown_at_once(rig: Rig, control: int) -> None:
    rig.clock.now_ms = 70.0
    os.write(control, b'{"act": "strap-pull"}\n\n{"act": "strap-clip"}\n{"act": "strap-pull"}\n')
    rig.loop.turn(PATIENCE_S)
    assert [name for name, _ in rig.plant.acts] == ["strap-pull", "strap-clip", "strap-pull"]
    assert rig.strap.calls[-1] == ("strap", False)


def test_a_control_line_may_arrive_in_pieces(rig: Rig, control: int) -> None:
    os.write(control, b'{"act": "str')
    rig.loop.turn(PATIENCE_S)
    assert rig.plant.acts == []
    os.write(control, b'ap-pull"}\n')
    rig.loop.turn(PATIENCE_S)
    assert rig.plant.acts == [("strap-pull", {})]


def test_a_bad_control_line_is_said_and_the_next_one_is_done(
    rig: Rig, control: int, capsys: pytest.CaptureFixture[str]
) -> None:
    os.write(control, b'{"act": "fly"}\n{"act": "strap-pull"}\n')
    rig.loop.turn(PATIENCE_S)
    assert "treadmill-sim: control: there is no act 'fly'" in capsys.readouterr().err
    assert rig.plant.acts == [("strap-pull", {})]
    assert not rig.loop.ended


def test_a_control_line_without_end_is_refused_instead_of_kept(
    rig: Rig, control: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2 * MAX_CONTROL_LINE // 4096):
        os.write(control, b"x" * 4096)
        rig.loop.turn(PATIENCE_S)
    assert "not JSON" in capsys.readouterr().err
    os.write(control, b'\n{"act": "strap-pull"}\n')
    rig.loop.turn(PATIENCE_S)
    assert rig.plant.acts == [("strap-pull", {})]


def test_the_end_of_control_ends_the_server(rig: Rig) -> None:
    read_end, write_end = os.pipe()
    rig.loop.listen_for_control(read_end)
    os.close(write_end)
    rig.loop.run()
    assert rig.loop.ended
    os.close(read_end)


def ends_at(rig: Rig, now_ms: float) -> bool:
    rig.clock.now_ms = now_ms
    rig.loop.turn(0)
    return rig.loop.ended


@pytest.mark.parametrize(
    ("host", "rest_ms"),
    [pytest.param(True, REST_MS, id="host"), pytest.param(False, SETTLED_MS, id="nobody")],
)
def test_the_end_of_control_waits_until_the_belt_has_come_to_rest(
    rig: Rig, host: bool, rest_ms: int
) -> None:
    read_end, write_end = os.pipe()
    rig.port.has_client = host
    rig.plant.standing = False
    rig.loop.listen_for_control(read_end)
    os.close(write_end)
    rig.loop.turn(PATIENCE_S)
    assert not ends_at(rig, 1_000)
    rig.plant.standing = True
    assert not ends_at(rig, 1_000 + rest_ms - 1)
    assert ends_at(rig, 1_000 + rest_ms)
    os.close(read_end)


def test_a_belt_that_never_stops_is_simulated_for_nobody_only_so_long(rig: Rig) -> None:
    read_end, write_end = os.pipe()
    rig.plant.standing = False
    rig.loop.listen_for_control(read_end)
    os.close(write_end)
    rig.loop.turn(PATIENCE_S)
    assert not ends_at(rig, LINGER_MS - 1)
    assert ends_at(rig, LINGER_MS)
    os.close(read_end)


def test_a_signals_byte_ends_the_server(rig: Rig) -> None:
    read_end, write_end = os.pipe()
    rig.loop.end_when_readable(read_end)
    os.write(write_end, b"\x0f")
    rig.loop.run()
    assert rig.loop.ended
    rig.selector.unregister(read_end)
    os.close(read_end)
    os.close(write_end)


def test_truth_is_on_disk_at_the_end_of_each_turn(pump: Pump, tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    truth = TruthFile(path)
    rig = Rig(pump, truth)
    truth.record({"t_ms": 0})
    rig.loop.turn(0)
    assert path.read_text() == '{"t_ms": 0}\n'
    rig.close()
    truth.close()
