"""kill -9 of anything stops the belt, over Bluetooth: gate, bridge, rescue and the radio itself."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.rig import Core, ble_setup_for, children, core_of, end, is_running
from tests.chaos.walker import CRASH_CKMH, FTMS_STOP, FTMS_WALK
from tests.drivers.fake_radio import HANG, FakeTreadmill, fake_treadmill
from tests.gate.rfc2217_server import rfc2217_server
from tests.gate.waiting import now_ms, until
from treadctl.errors import LinkError
from treadctl.gate.ipc import ByeReason
from treadctl.model import StrapState

pytestmark = pytest.mark.chaos

FIRST_FRAME_MS = 400
"""SR-31, and the bar for a core that is killed."""
SPEED_ZERO = b"\x02\x00\x00"


@pytest.fixture
def treadmill() -> Iterator[FakeTreadmill]:
    with fake_treadmill() as running:
        yield running


@pytest.fixture
def core(treadmill: FakeTreadmill) -> Iterator[Core]:
    with core_of(ble_setup_for(treadmill.url)) as running:
        yield running


def bridge_of(core: Core) -> int:
    """The gate's child that is a bridge; the other one is its rescue process."""
    (bridge,) = (
        pid
        for pid in children(core.gate.pid)
        if b"treadctl.drivers.ble_bridge" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    return bridge


@pytest.fixture
def walking(core: Core, treadmill: FakeTreadmill) -> Core:
    core.rescue_pid = next(pid for pid in children(core.gate.pid) if pid != bridge_of(core))
    core.ask(100)
    treadmill.wait_for(FTMS_WALK)
    return core


def stopped_within(treadmill: FakeTreadmill, since_ms: int, limit_ms: int) -> None:
    """The next stop comes in time; a walk that was on its way may come first."""
    assert treadmill.wait_for(FTMS_STOP).at_ms - since_ms <= limit_ms


def test_sr31_a_killed_gate_is_stopped_over_the_connection_it_leaves(
    walking: Core, treadmill: FakeTreadmill
) -> None:
    bridge = bridge_of(walking)
    killed_ms = now_ms()
    walking.gate.kill()
    stopped_within(treadmill, killed_ms, FIRST_FRAME_MS)
    assert treadmill.next_write().value == SPEED_ZERO
    assert treadmill.next_write().value == FTMS_STOP
    assert is_running(bridge)
    end(walking.rescue_pid)
    until(lambda: not is_running(bridge))
    assert treadmill.hung_up.is_set()


def test_sr31_a_gate_that_crashes_leaves_the_stopping_to_its_rescue_process(
    walking: Core, treadmill: FakeTreadmill
) -> None:
    bridge = bridge_of(walking)
    walking.ask(CRASH_CKMH)
    stopped_within(treadmill, now_ms(), FIRST_FRAME_MS)
    walking.gone_ms()
    assert walking.gate.bye is not None
    assert walking.gate.bye.reason is ByeReason.GATE_FAULT
    treadmill.drain()
    treadmill.wait_for(SPEED_ZERO)
    assert is_running(bridge)


def test_sr31_a_killed_rescue_process_is_a_stop_while_there_is_still_a_gate(
    walking: Core, treadmill: FakeTreadmill
) -> None:
    killed_ms = now_ms()
    end(walking.rescue_pid)
    stopped_within(treadmill, killed_ms, FIRST_FRAME_MS)


def test_sr20_after_a_killed_bridge_a_stop_is_the_first_word_on_the_next(
    walking: Core, treadmill: FakeTreadmill
) -> None:
    first = bridge_of(walking)
    treadmill.drain()
    killed_ms = now_ms()
    os.kill(first, signal.SIGKILL)
    walking.until(lambda report: not report.link_up, within_ms=300)
    walking.until(lambda report: report.link_up)
    # A walk may have been on its way while the bridge died.
    after = [treadmill.next_write().value for _ in range(2)]
    assert FTMS_STOP in after
    assert now_ms() - killed_ms < 3_000
    assert bridge_of(walking) != first

    # And the rescue process holds the new connection.
    killed_ms = now_ms()
    treadmill.drain()
    walking.gate.kill()
    stopped_within(treadmill, killed_ms, FIRST_FRAME_MS)


def test_sr37_a_treadmill_that_was_out_of_range_hears_a_stop_first(
    walking: Core, treadmill: FakeTreadmill
) -> None:
    treadmill.connected.clear()
    treadmill.drain()
    treadmill.drop()
    walking.until(lambda report: not report.link_up, within_ms=500)
    walking.until(lambda report: report.link_up)
    treadmill.wait_for(FTMS_STOP)
    treadmill.wait_for(FTMS_STOP)
    assert FTMS_WALK not in [seen.value for seen in treadmill.drain()]


def test_sr31_killing_all_three_leaves_nothing_running(
    walking: Core, treadmill: FakeTreadmill
) -> None:
    bridge, rescue = bridge_of(walking), walking.rescue_pid
    for pid in (rescue, walking.gate.pid, bridge):
        os.kill(pid, signal.SIGKILL)
    assert treadmill.dropped.wait(5)
    until(lambda: not any(map(is_running, (bridge, rescue))))


def test_an_ordinary_end_leaves_nothing_behind(walking: Core, treadmill: FakeTreadmill) -> None:
    bridge = bridge_of(walking)
    asked_ms = now_ms()
    walking.ask(end=True)
    stopped_within(treadmill, asked_ms, 200)
    walking.gone_ms()
    assert walking.gate.close() == 0
    until(lambda: not is_running(bridge))
    assert not is_running(walking.rescue_pid)
    assert treadmill.hung_up.is_set()
    assert treadmill.drain()[-1].value == FTMS_STOP


def test_sr16_a_strap_edge_is_a_stop_at_the_treadmill(treadmill: FakeTreadmill) -> None:
    with (
        rfc2217_server() as strap,
        core_of(ble_setup_for(treadmill.url, strap_url=strap.url)) as core,
    ):
        core.until(lambda report: report.strap is StrapState.ATTACHED)
        core.ask(100)
        treadmill.wait_for(FTMS_WALK)
        released_ms = now_ms()
        strap.set_strap(False)
        stopped_within(treadmill, released_ms, 100)


def test_a_treadmill_that_is_off_is_a_link_error_with_the_remedy(
    treadmill: FakeTreadmill,
) -> None:
    treadmill.advertises = False
    with (
        pytest.raises(LinkError, match=r"was heard within .* Switch the treadmill on"),
        core_of(ble_setup_for(treadmill.url)),
    ):
        pass


def test_a_treadmill_that_hangs_while_connecting_is_a_link_error_in_time(
    treadmill: FakeTreadmill,
) -> None:
    treadmill.refusals["subscribe"] = [HANG]
    started_ms = now_ms()
    with (
        pytest.raises(LinkError, match="took more than 2 s"),
        core_of(ble_setup_for(treadmill.url)),
    ):
        pass
    assert now_ms() - started_ms < 12_000


def test_sr38_a_treadmill_is_driven_once_however_its_address_is_spelled(
    core: Core, treadmill: FakeTreadmill
) -> None:
    again = treadmill.url.replace("C0:FF:EE", "c0:ff:ee")
    with (
        pytest.raises(LinkError, match="in use by another treadctl"),
        core_of(ble_setup_for(again)),
    ):
        pass
