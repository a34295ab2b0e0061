"""kill -9 of anything stops the belt (design.md 0.8). Real processes, real time, small."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.rig import Core, Machine, core_of, end, is_running, machine, setup_for
from tests.chaos.walker import CRASH_CKMH, HANG_CKMH, STOP, WALK
from tests.gate.rfc2217_server import rfc2217_server
from tests.gate.waiting import now_ms, read_bytes, read_until, readable, until
from treadctl.gate.ipc import ByeReason
from treadctl.model import GatePhase, StrapState

pytestmark = pytest.mark.chaos

FIRST_FRAME_MS = 400
"""SR-31, and the bar for a core that is killed."""


@pytest.fixture
def treadmill() -> Iterator[Machine]:
    with machine() as running:
        yield running


@pytest.fixture
def core(treadmill: Machine) -> Iterator[Core]:
    with core_of(setup_for(treadmill.path)) as running:
        yield running


def walk(core: Core, fd: int) -> None:
    core.ask(100)
    read_until(fd, WALK)


def stopped_within(fd: int, limit_ms: int = FIRST_FRAME_MS) -> None:
    """The next stop frame comes in time; a walk frame that was on its way may come first."""
    started_ms = now_ms()
    read_until(fd, STOP)
    assert now_ms() - started_ms <= limit_ms


def test_sr31_a_killed_gate_is_seen_and_its_rescue_process_stops_the_belt(
    core: Core, treadmill: Machine
) -> None:
    walk(core, treadmill.fd)
    core.gate.kill()
    assert core.gone_ms() <= 100
    stopped_within(treadmill.fd)
    # Both frames of this machine's strongest stop, in turn, again and again.
    assert read_bytes(treadmill.fd, 12) == b"\xa30000\xaa\xa30000\xaa"
    assert core.gate.bye is None


def test_sr31_nothing_but_time_ends_the_rescue(core: Core, treadmill: Machine) -> None:
    walk(core, treadmill.fd)
    core.gate.kill()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        os.kill(core.rescue_pid, number)
    stopped_within(treadmill.fd)
    read_until(treadmill.fd, STOP)
    assert is_running(core.rescue_pid)


def test_sr38_nobody_takes_the_belt_while_it_is_being_rescued(
    core: Core, treadmill: Machine
) -> None:
    core.gate.kill()
    stopped_within(treadmill.fd)
    with (
        pytest.raises(Exception, match="in use by another treadctl"),
        core_of(setup_for(treadmill.path)),
    ):
        pass


def test_sr31_a_gate_that_crashes_says_so_after_the_stop(core: Core, treadmill: Machine) -> None:
    walk(core, treadmill.fd)
    core.ask(CRASH_CKMH)
    stopped_within(treadmill.fd)
    core.gone_ms()
    assert core.gate.bye is not None
    assert core.gate.bye.reason is ByeReason.GATE_FAULT
    assert "ZeroDivisionError in walker.py line" in core.gate.bye.message
    # The rescue process takes no chances: the loop wrote A3 0000, this is AA again.
    read_until(treadmill.fd, b"\xa30000")
    read_until(treadmill.fd, STOP)


def test_sr31_a_gate_that_hangs_is_killed_by_the_core_and_then_rescued(
    core: Core, treadmill: Machine
) -> None:
    walk(core, treadmill.fd)
    core.ask(HANG_CKMH)
    core.gate.watch(0, core.gate.receive())
    for looked_ms in range(100, 1_001, 100):
        core.gate.watch(looked_ms, [])
    assert core.gate.alive
    core.gate.watch(1_001, [])
    assert core.gone_ms() <= 100
    stopped_within(treadmill.fd)


def test_sr30_a_killed_core_is_a_stop_and_then_the_gate_goes_home(treadmill: Machine) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.walking_core", treadmill.path], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    gate_pid = int(process.stdout.readline())
    read_until(treadmill.fd, WALK)

    process.kill()
    stopped_within(treadmill.fd)

    process.wait()
    process.stdout.close()
    until(lambda: not is_running(gate_pid))


def test_sr59_a_core_that_talks_nonsense_is_a_core_that_is_gone(
    core: Core, treadmill: Machine
) -> None:
    walk(core, treadmill.fd)
    core.gate._channel._stream.send(b"nonsense" * 10)
    stopped_within(treadmill.fd)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_sr18_a_signal_is_a_stop(core: Core, treadmill: Machine, number: signal.Signals) -> None:
    walk(core, treadmill.fd)
    os.kill(core.gate.pid, number)
    stopped_within(treadmill.fd, 200)
    assert core.gate.alive  # it stays to see the belt stand
    core.until(lambda report: report.phase is GatePhase.LATCHED)


def test_sr31_a_killed_rescue_process_is_a_stop_while_there_is_still_a_gate(
    core: Core, treadmill: Machine
) -> None:
    walk(core, treadmill.fd)
    end(core.rescue_pid)
    stopped_within(treadmill.fd, 200)


def test_an_ordinary_end_leaves_nothing_behind(core: Core, treadmill: Machine) -> None:
    walk(core, treadmill.fd)
    core.ask(end=True)
    stopped_within(treadmill.fd, 200)
    core.gone_ms()
    assert core.gate.close() == 0
    assert core.gate.bye is not None
    assert core.gate.bye.reason is ByeReason.ENDED
    assert not is_running(core.rescue_pid)
    with core_of(setup_for(treadmill.path)) as again:
        assert again.gate.alive


def test_sr20_a_cable_that_comes_back_hears_a_stop_first_and_is_shared_with_the_rescue(
    tmp_path: Path,
) -> None:
    port = tmp_path / "port"
    with machine() as first, machine() as second:
        port.symlink_to(first.path)
        with core_of(setup_for(str(port))) as core:
            walk(core, first.fd)
            first.vanish()
            core.until(lambda report: not report.link_up, within_ms=300)
            port.unlink()
            port.symlink_to(second.path)
            assert read_bytes(second.fd, 1) == STOP
            core.until(lambda report: report.link_up)

            core.gate.kill()
            core.gone_ms()
            stopped_within(second.fd)


def test_sr16_a_strap_edge_is_a_stop_frame_at_once() -> None:
    with rfc2217_server() as server:
        setup = setup_for(server.url, strap_url=server.url)
        with core_of(setup) as core:
            core.until(lambda report: report.strap is StrapState.ATTACHED)
            received = server.received[0].fileno()
            walk(core, received)

            server.set_strap(False)
            stopped_within(received, 100)

            core.until(lambda report: report.strap is StrapState.RELEASED)
            server.set_strap(True)
            core.until(lambda report: report.strap is StrapState.ATTACHED)


def test_sr17_a_frozen_strap_server_is_a_stop_frame() -> None:
    with (
        rfc2217_server() as strap,
        machine() as treadmill,
        core_of(setup_for(treadmill.path, strap_url=strap.url)) as core,
    ):
        core.until(lambda report: report.strap is StrapState.ATTACHED)
        walk(core, treadmill.fd)
        strap.frozen = True
        stopped_within(treadmill.fd, FIRST_FRAME_MS)


def test_a_gate_whose_terminal_has_gone_goes_on(treadmill: Machine) -> None:
    """It never writes to stdout or stderr, so their end cannot end it."""
    with core_of(setup_for(treadmill.path)) as core:
        for fd in range(3):
            assert Path(f"/proc/{core.gate.pid}/fd/{fd}").readlink() == Path("/dev/null")
        walk(core, treadmill.fd)
        assert readable(core.gate)
