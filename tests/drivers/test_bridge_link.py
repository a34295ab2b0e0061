"""A Bluetooth treadmill as the gate's link: real bridge processes, killed in every way."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.envelope import (
    NOBODY,
    HostDecoder,
    Ready,
    Value,
    Write,
    Written,
    encode,
)
from tests.chaos.rig import end, is_running
from tests.drivers.bridge_holder import SPEED_ZERO, START, STOP
from tests.drivers.fake_radio import DATA, HANG, FakeTreadmill, fake_treadmill
from tests.gate.waiting import now_ms, readable, until
from treadctl.drivers import bridge_link, ports
from treadctl.drivers.bridge_link import BridgeLink
from treadctl.drivers.opener import BackgroundOpener
from treadctl.errors import LinkError

pytestmark = pytest.mark.chaos

CONTROL = b"\x00"


@pytest.fixture
def treadmill() -> Iterator[FakeTreadmill]:
    with fake_treadmill() as running:
        yield running


class Host:
    """The gate's end of a link, with the records decoded."""

    def __init__(self, link: BridgeLink) -> None:
        self.link = link
        self.pid = link.pid
        self.heard: list[object] = []
        self._decoder = HostDecoder()

    def read(self) -> None:
        self._decoder.receive_data(self.link.read_available())
        self.heard += self._decoder.records()

    def until(self, record: object) -> None:
        def came() -> bool:
            self.read()
            return record in self.heard

        until(came, [self.link.fileno()])

    def write(self, value: bytes, number: int = NOBODY) -> None:
        self.link.write(encode(Write(number, uuids.CONTROL_POINT, value)))


@pytest.fixture
def host(treadmill: FakeTreadmill) -> Iterator[Host]:
    link = ports.open_link(treadmill.url)
    assert isinstance(link, BridgeLink)
    running = Host(link)
    yield running
    end(running.pid)
    link.close()


def ended(pid: int, within_ms: int = 8_000) -> None:
    until(lambda: not is_running(pid), within_ms=within_ms)


# A life.


def test_a_whole_life(treadmill: FakeTreadmill, host: Host) -> None:
    host.until(Ready())
    host.write(CONTROL, 1)
    host.until(Written(1))
    treadmill.notify(uuids.TREADMILL_DATA, DATA)
    host.until(Value(uuids.TREADMILL_DATA, DATA))
    host.write(START, 2)
    host.until(Written(2))
    host.link.close()
    ended(host.pid)
    assert [seen.value for seen in treadmill.drain()] == [CONTROL, START, STOP]
    assert treadmill.hung_up.is_set()


def test_nothing_to_write_is_nothing_written(host: Host) -> None:
    host.link.write(b"")
    host.write(CONTROL, 1)
    host.until(Written(1))


def test_it_gives_way_to_the_gate_and_is_bounded(host: Host) -> None:
    assert os.sched_getscheduler(host.pid) == os.SCHED_OTHER
    limits = Path(f"/proc/{host.pid}/limits").read_text()
    assert f"Max address space         {1 << 29}" in limits
    assert os.getsid(host.pid) == host.pid


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_no_signal_of_a_terminal_ends_it(host: Host, number: signal.Signals) -> None:
    os.kill(host.pid, number)
    host.write(CONTROL, 1)
    host.until(Written(1))


def test_a_strap_cannot_be_read_there(host: Host, treadmill: FakeTreadmill) -> None:
    with pytest.raises(LinkError, match="has no modem lines"):
        ports.check_strap(host.link, treadmill.url)


# Not to be had.


def test_why_it_cannot_be_opened_is_said_by_the_bridge(treadmill: FakeTreadmill) -> None:
    treadmill.notifying.remove(uuids.CONTROL_POINT)
    with pytest.raises(LinkError, match=r"2AD9.*devices scan"):
        BridgeLink(treadmill.url)
    assert treadmill.hung_up.wait(5)


def test_a_radio_that_nobody_offers_is_said_by_the_bridge(treadmill: FakeTreadmill) -> None:
    with pytest.raises(LinkError, match="no radio called 'moon'"):
        BridgeLink("ble://C0:FF:EE:00:00:01?radio=moon:x")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("raise SystemExit(1)", "ended without a word"),
        ("print('hello')", "ended without a word"),
        ("print('[]')", "ended without a word"),
        ("print('x' * 9_000)", "ended without a word"),
        ("import signal; signal.pause()", "did not answer"),
    ],
)
def test_a_bridge_that_is_none_is_refused_and_not_left_behind(
    script: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge_link, "OPEN_MS", 300)
    monkeypatch.setattr(bridge_link, "LEAVE_S", 0.1)
    before = set(children())
    with pytest.raises(LinkError, match=why):
        BridgeLink("ble://C0:FF:EE:00:00:01", command=[sys.executable, "-c", script])
    assert set(children()) <= before


def children() -> list[int]:
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    return [int(child) for child in listed.split()]


# Lost.


def test_sr20_a_treadmill_out_of_range_is_a_lost_link_at_once(
    treadmill: FakeTreadmill, host: Host
) -> None:
    host.until(Ready())
    started_ms = now_ms()
    treadmill.drop()
    assert readable(host.link)
    assert now_ms() - started_ms < 500
    with pytest.raises(LinkError):
        until(lambda: bool(host.link.read_available()) and False)
    ended(host.pid)


def test_sr20_a_killed_bridge_is_a_lost_link_for_reader_and_writer(
    treadmill: FakeTreadmill, host: Host
) -> None:
    host.until(Ready())
    os.kill(host.pid, signal.SIGKILL)
    assert readable(host.link)
    with pytest.raises(LinkError):
        until(lambda: bool(host.link.read_available()) and False)
    with pytest.raises(LinkError, match="writing failed"):
        host.write(STOP)
    assert treadmill.dropped.wait(5)


def test_a_frozen_bridge_is_a_lost_link_for_the_writer_and_is_ended(host: Host) -> None:
    host.until(Ready())
    os.kill(host.pid, signal.SIGSTOP)
    with pytest.raises(LinkError, match="50 ms"):
        flood(host)
    host.link.close()
    assert not is_running(host.pid)


def test_sr20_a_frozen_bridge_that_is_given_up_does_not_hold_up_the_next_one(host: Host) -> None:
    """What was said to it is unread, so it has no last words to be waited for."""
    host.until(Ready())
    os.kill(host.pid, signal.SIGSTOP)
    host.write(STOP)
    began_ms = now_ms()
    host.link.hang_up()
    assert not is_running(host.pid)
    assert now_ms() - began_ms < (bridge_link.HANG_UP_S - 1) * 1_000


def test_a_bridge_that_took_what_was_written_is_waited_for_however_slow_it_is(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.until(Ready())
    waited: list[float] = []
    really_end = host.link._end

    def end_after(within_s: float) -> None:
        waited.append(within_s)
        really_end(within_s)

    monkeypatch.setattr(host.link, "_end", end_after)
    host.link.hang_up()
    assert waited == [bridge_link.HANG_UP_S]


def flood(host: Host) -> None:
    for _ in range(100_000):
        host.write(STOP)


def test_a_bridge_that_was_frozen_too_long_ends_by_itself(host: Host) -> None:
    """Its timer is the kernel's: nothing in the process has to work for it."""
    host.until(Ready())
    os.kill(host.pid, signal.SIGSTOP)
    select.select([], [], [], 3.2)
    os.kill(host.pid, signal.SIGCONT)
    ended(host.pid, 1_000)


def test_a_new_connection_is_a_new_bridge(treadmill: FakeTreadmill, host: Host) -> None:
    opener = BackgroundOpener(lambda: ports.open_link(treadmill.url))
    host.until(Ready())
    treadmill.drop()
    with pytest.raises(LinkError):
        until(lambda: bool(host.link.read_available()) and False)
    opener.begin(host.link)
    assert readable(opener)
    new = opener.take()
    assert isinstance(new, BridgeLink)
    assert new.pid != host.pid
    assert not is_running(host.pid)
    new.close()
    ended(new.pid)


def test_sr31_a_lost_link_does_not_live_on_in_the_rescue_process(host: Host) -> None:
    """Else the old bridge would go on beside the new one for as long as the gate lives."""
    rescue_holds = os.dup(host.link.fileno())
    host.link._lost = True
    host.link.close()
    assert not is_running(host.pid)
    os.close(rescue_holds)


@pytest.mark.parametrize("commanded", [False, True])
def test_sr35_a_link_that_is_given_up_hangs_up_although_the_rescue_process_holds_it(
    treadmill: FakeTreadmill, host: Host, commanded: bool
) -> None:
    """It stands, and carries nothing: a treadmill takes no new connection beside the old one."""
    opener = BackgroundOpener(lambda: ports.open_link(treadmill.url), ports.give_up)
    host.until(Ready())
    if commanded:
        host.write(START, 1)
        host.until(Written(1))
    rescue_holds = os.dup(host.link.fileno())
    opener.begin(host.link)
    assert readable(opener)
    new = opener.take()
    assert isinstance(new, BridgeLink)
    assert not is_running(host.pid)
    assert [seen.value for seen in treadmill.drain()] == ([START, STOP] if commanded else [])
    os.close(rescue_holds)
    new.close()
    ended(new.pid)


# Killed.


@pytest.fixture
def walking(treadmill: FakeTreadmill) -> Iterator[tuple[int, int, int]]:
    """A gate, its bridge and its rescue process, as pids; the belt has been started."""
    gate = subprocess.Popen(
        [sys.executable, "-m", "tests.drivers.bridge_holder", treadmill.url],
        stdout=subprocess.PIPE,
    )
    assert gate.stdout is not None
    with gate.stdout:
        bridge, rescue = map(int, gate.stdout.readline().split())
    treadmill.wait_for(START)
    yield gate.pid, bridge, rescue
    for pid in (bridge, rescue):
        end(pid)
    gate.kill()
    gate.wait()


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_sr31_a_killed_gate_leaves_a_bridge_that_says_what_the_rescue_says(
    treadmill: FakeTreadmill, walking: tuple[int, int, int]
) -> None:
    gate, bridge, rescue = walking
    killed_ms = now_ms()
    kill(gate)
    first = treadmill.next_write()
    assert first.value == STOP
    assert first.at_ms - killed_ms <= 400
    assert [treadmill.next_write().value for _ in range(4)] == [
        SPEED_ZERO,
        STOP,
        SPEED_ZERO,
        STOP,
    ]
    assert is_running(bridge)
    kill(rescue)
    ended(bridge)
    assert treadmill.drain()[-1].value == STOP
    assert treadmill.hung_up.is_set()


def test_a_killed_rescue_process_changes_nothing_for_the_bridge(
    treadmill: FakeTreadmill, walking: tuple[int, int, int]
) -> None:
    gate, bridge, rescue = walking
    kill(rescue)
    treadmill.notify(uuids.TREADMILL_DATA, DATA)
    assert is_running(bridge)
    assert treadmill.drain() == []
    kill(gate)
    assert treadmill.next_write().value == STOP
    ended(bridge)
    assert treadmill.hung_up.is_set()


def test_sr31_killing_gate_and_rescue_at_once_is_one_stop_and_nothing_left_behind(
    treadmill: FakeTreadmill, walking: tuple[int, int, int]
) -> None:
    gate, bridge, rescue = walking
    killed_ms = now_ms()
    kill(rescue, gate)
    first = treadmill.wait_for(STOP)
    assert first.at_ms - killed_ms <= 400
    ended(bridge)
    assert treadmill.hung_up.is_set()


def test_sr31_a_machine_that_answers_nothing_does_not_keep_the_bridge_alive(
    treadmill: FakeTreadmill, walking: tuple[int, int, int]
) -> None:
    gate, bridge, rescue = walking
    treadmill.refusals = {"write": [HANG] * 99, "disconnect": [HANG] * 9}
    kill(rescue, gate)
    ended(bridge)
    with contextlib.suppress(OSError):
        assert treadmill.dropped.wait(5)


def test_sr31_a_slow_machine_hears_stops_and_not_their_history(
    treadmill: FakeTreadmill, walking: tuple[int, int, int]
) -> None:
    """The rescue process says forty in a second; one that waits is enough."""
    gate, bridge, rescue = walking
    treadmill.on_write = lambda machine, value: select.select([], [], [], 0.2) and None
    kill(gate)
    values = [treadmill.next_write().value for _ in range(6)]
    assert set(values) == {STOP, SPEED_ZERO}
    assert is_running(bridge)
    kill(rescue)
    ended(bridge, 4_000)


def test_a_gate_killed_while_it_connects_leaves_no_bridge_behind(
    treadmill: FakeTreadmill,
) -> None:
    treadmill.refusals["read"] = [HANG]
    gate = subprocess.Popen([sys.executable, "-m", "tests.drivers.bridge_holder", treadmill.url])
    until(lambda: "read 2acc" in treadmill.operations)
    (bridge,) = [
        int(pid) for pid in Path(f"/proc/{gate.pid}/task/{gate.pid}/children").read_text().split()
    ]
    gate.kill()
    gate.wait()
    ended(bridge)
    assert treadmill.drain() == []
