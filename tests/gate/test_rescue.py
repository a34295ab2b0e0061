"""The rescue process: it waits, and when the gate dies it stops the belt."""

import os
import socket
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gate.waiting import now_ms, read_bytes, readable, until
from treadctl.drivers import rescue_guard
from treadctl.drivers.rescue_guard import RescueGuard
from treadctl.errors import LinkError
from treadctl.gate import rescue

SCRIPT = Path(rescue.__file__)
FRAMES = (b"\xaa", b"\xa30000")


class FakeTime:
    """Notes how long it slept."""

    def __init__(self) -> None:
        self.slept_s = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Run `rescue.main` in this process, without its signals and its patience."""
    fake = FakeTime()
    monkeypatch.setattr(rescue, "time", fake)
    numbers = dict.fromkeys(("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIG_IGN"), 0)
    ignored = types.SimpleNamespace(signal=lambda number, handler: None, **numbers)
    monkeypatch.setattr(rescue, "signal", ignored)
    return fake


@pytest.fixture
def control() -> Iterator[tuple[socket.socket, int]]:
    """The gate's end of the control socket, and the number of the rescue's."""
    ours, theirs = socket.socketpair()
    with ours:
        yield ours, theirs.detach()


@pytest.fixture
def link() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    yield read, write
    os.close(read)


def run(control_fd: int, link_fd: int) -> int:
    return rescue.main(["rescue.py", str(control_fd), str(link_fd), "aa,a330303030"])


def test_sr31_the_end_of_the_gate_is_thirty_seconds_of_stops(
    slept: FakeTime, control: tuple[socket.socket, int], link: tuple[int, int]
) -> None:
    ours, theirs = control
    read, write = link
    ours.shutdown(socket.SHUT_WR)
    assert run(theirs, write) == 0
    assert ours.recv(1) == b"r"
    assert os.read(read, 65_536) == (b"\xaa" + b"\xa30000") * 300
    assert slept.slept_s == pytest.approx(30)
    os.close(write)


def test_a_goodbye_is_the_end_without_a_byte(
    slept: FakeTime, control: tuple[socket.socket, int], link: tuple[int, int]
) -> None:
    ours, theirs = control
    read, write = link
    ours.send(b"g")
    assert run(theirs, write) == 0
    assert not readable(read, within_ms=0)
    os.close(write)


def test_a_new_link_takes_the_place_of_the_old_one(
    slept: FakeTime, control: tuple[socket.socket, int], link: tuple[int, int]
) -> None:
    ours, theirs = control
    read, write = link
    new_read, new_write = os.pipe()
    socket.send_fds(ours, [b"f"], [new_write])
    os.close(new_write)
    ours.shutdown(socket.SHUT_WR)
    run(theirs, write)
    assert os.read(read, 1) == b""  # closed, and nothing was written there
    assert os.read(new_read, 6) == b"\xaa\xa30000"
    os.close(new_read)


def test_a_link_that_is_gone_or_full_is_tried_again(
    slept: FakeTime, control: tuple[socket.socket, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = control
    ours.shutdown(socket.SHUT_WR)
    full, write = os.pipe()
    written: list[bytes] = []

    def refuse(fd: int, data: bytes) -> int:
        written.append(data)
        raise BlockingIOError if len(written) % 2 else BrokenPipeError

    monkeypatch.setattr(os, "write", refuse)
    assert run(theirs, write) == 0
    assert len(written) == 600
    os.close(full)
    os.close(write)


def test_a_control_socket_that_fails_is_the_end_of_the_gate(
    slept: FakeTime, link: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise ConnectionResetError

    ours, theirs = socket.socketpair()
    monkeypatch.setattr(socket, "recv_fds", fail)
    with ours:
        run(theirs.detach(), link[1])
    assert os.read(link[0], 1) == b"\xaa"
    os.close(link[1])


# The gate's handle on it, with the real process.

chaos = pytest.mark.chaos


@pytest.fixture
def guard(link: tuple[int, int]) -> Iterator[RescueGuard]:
    running = RescueGuard(SCRIPT, link[1], FRAMES)
    os.close(link[1])
    yield running
    running._process.kill()
    running._process.wait()
    running._control.close()


@chaos
def test_it_stands_by_within_a_blink(link: tuple[int, int]) -> None:
    started_ms = now_ms()
    guard = RescueGuard(SCRIPT, link[1], FRAMES)
    assert now_ms() - started_ms < 1_000
    assert guard.alive
    guard.dismiss()
    assert guard.fileno() == -1
    os.close(link[1])


@chaos
def test_sr31_it_stops_within_50_ms_of_the_death_of_the_gate(
    guard: RescueGuard, link: tuple[int, int]
) -> None:
    guard._control.close()
    died_ms = now_ms()
    assert read_bytes(link[0], 7) == b"\xaa\xa30000\xaa"
    # The first at once, the other after 50 ms, and 100 ms for the first one again.
    assert now_ms() - died_ms < 400


@chaos
def test_its_death_is_readable(guard: RescueGuard) -> None:
    assert not readable(guard, within_ms=0)
    guard._process.kill()
    assert readable(guard._control)
    until(lambda: not guard.alive)
    assert guard.fileno() == -1
    guard.share(0)  # too late, and no error
    guard.dismiss()


@chaos
@pytest.mark.parametrize("script", ["raise SystemExit(1)", "import signal; signal.pause()"])
def test_one_that_does_not_stand_by_is_no_rescue(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescue_guard, "READY_MS", 300)
    (tmp_path / "rescue.py").write_text(script)
    with pytest.raises(LinkError, match="did not start"):
        RescueGuard(tmp_path / "rescue.py", 0, FRAMES)
