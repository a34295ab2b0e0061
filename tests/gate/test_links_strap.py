"""Strap lines: native modem lines read in a thread, and RFC 2217 asked every 50 ms."""

import os
import pty
import select
import termios
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.gate.rfc2217_server import Rfc2217Server, rfc2217_server
from tests.gate.waiting import now_ms, readable, until
from treadctl.drivers import ports
from treadctl.drivers.modem_line import ASK_MS, NativeLine, check_modem_lines
from treadctl.drivers.opener import BackgroundOpener
from treadctl.drivers.ports import StrapPort, shared_line
from treadctl.drivers.rfc2217_link import Rfc2217Link
from treadctl.drivers.socket_link import SocketLink
from treadctl.errors import LinkError
from treadctl.gate.strap import StrapInput
from treadctl.model import StrapState

EXPIRY_MS = 150


class FakePort:
    """A descriptor with modem lines under the test's hand."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe()
        self.bits = termios.TIOCM_DSR | termios.TIOCM_CTS
        self.error: OSError | None = None
        self.reads = 0
        self.blocked = threading.Event()
        self.blocked.set()

    def fileno(self) -> int:
        return self.read_end

    def read_bits(self, fd: int) -> int:
        assert os.fstat(fd).st_ino == os.fstat(self.read_end).st_ino
        self.blocked.wait()
        self.reads += 1
        if self.error is not None:
            raise self.error
        return self.bits

    def close(self) -> None:
        os.close(self.read_end)
        os.close(self.write_end)


@pytest.fixture
def port() -> Iterator[FakePort]:
    fake = FakePort()
    yield fake
    fake.blocked.set()
    fake.close()


@pytest.fixture
def native(port: FakePort) -> Iterator[NativeLine]:
    line = NativeLine(lambda: port, "dsr", read_bits=port.read_bits)
    yield line
    line.close()


@pytest.fixture
def adapter(server: Rfc2217Server) -> Iterator[StrapPort]:
    port = StrapPort(server.url, "dsr")
    yield port
    port.close()


@pytest.fixture
def server() -> Iterator[Rfc2217Server]:
    with rfc2217_server() as running:
        yield running


def sampled(strap: StrapInput, state: StrapState) -> Callable[[], bool]:
    return lambda: strap.sample(now_ms()).state is state


# Native.


def test_a_native_line_is_read_all_the_time(native: NativeLine) -> None:
    strap = StrapInput(native, expiry_ms=EXPIRY_MS)
    assert strap.sample(now_ms()).state is StrapState.UNKNOWN
    until(sampled(strap, StrapState.ATTACHED), [native.fileno()])


def test_sr16_an_edge_on_a_native_line_wakes_the_loop(native: NativeLine, port: FakePort) -> None:
    strap = StrapInput(native, expiry_ms=EXPIRY_MS)
    until(sampled(strap, StrapState.ATTACHED), [native.fileno()])
    port.bits = termios.TIOCM_CTS
    assert readable(native.fileno())
    assert strap.sample(now_ms()).state is StrapState.RELEASED


def test_an_opening_shorter_than_a_tick_is_not_lost(native: NativeLine, port: FakePort) -> None:
    native.poll(now_ms())
    until(lambda: native.read() is not None and native.read() is not None)
    port.bits = 0
    assert readable(native.fileno())
    port.bits = termios.TIOCM_DSR
    seen = port.reads
    until(lambda: port.reads >= seen + 3)  # by now it has been seen closed again
    first, second = native.read(), native.read()
    assert first is not None
    assert not first[0]
    assert second is not None
    assert second[0]


def test_sr17_an_adapter_whose_driver_hangs_is_not_known_after_150_ms(
    native: NativeLine, port: FakePort
) -> None:
    strap = StrapInput(native, expiry_ms=EXPIRY_MS)
    until(sampled(strap, StrapState.ATTACHED), [native.fileno()])
    port.blocked.clear()
    until(sampled(strap, StrapState.UNKNOWN), within_ms=1_000)
    port.blocked.set()


def test_sr16_an_adapter_that_is_unplugged_is_not_known_at_once(
    native: NativeLine, port: FakePort
) -> None:
    strap = StrapInput(native, expiry_ms=EXPIRY_MS)
    until(sampled(strap, StrapState.ATTACHED), [native.fileno()])
    port.error = OSError(5, "Input/output error")
    assert readable(native.fileno())
    assert strap.sample(now_ms()).state is StrapState.UNKNOWN
    with pytest.raises(LinkError, match="has gone"):
        native.read()


def test_a_line_follows_the_link_that_replaces_a_lost_one(port: FakePort) -> None:
    link: FakePort | None = port
    line = NativeLine(lambda: link, "dsr", read_bits=port.read_bits)
    line.poll(0)
    until(lambda: line.read() is not None)
    link = None
    line.poll(0)
    assert line.read() is None
    link = port
    line.poll(0)
    until(lambda: line.read() is not None)
    line.close()


def test_a_pty_has_no_modem_lines_and_is_refused_as_a_strap() -> None:
    master, slave = pty.openpty()
    path = os.ttyname(slave)
    with pytest.raises(LinkError, match="no modem lines"):
        check_modem_lines(slave, path)
    with pytest.raises(LinkError, match="no modem lines"):
        StrapPort(path, "dsr")
    os.close(slave)
    os.close(master)


# RFC 2217.


def test_sr16_the_strap_of_a_shared_connection_opens_on_its_edge(server: Rfc2217Server) -> None:
    link = Rfc2217Link(server.url)
    strap = StrapInput(shared_line(lambda: link, server.url, "dsr"), expiry_ms=EXPIRY_MS)

    def is_state(state: StrapState) -> Callable[[], bool]:
        def look() -> bool:
            link.read_available()
            return strap.sample(now_ms()).state is state

        return look

    until(is_state(StrapState.ATTACHED), [link.fileno()])
    assert strap.fileno() == -1  # the link's own descriptor wakes the loop
    server.set_strap(False)
    assert readable(link)
    assert is_state(StrapState.RELEASED)()
    server.set_strap(True)
    until(is_state(StrapState.ATTACHED), [link.fileno()])
    link.close()


def test_sr17_a_server_that_freezes_with_the_strap_closed_is_not_known_after_150_ms(
    server: Rfc2217Server, adapter: StrapPort
) -> None:
    strap = StrapInput(adapter, expiry_ms=EXPIRY_MS)
    until(sampled(strap, StrapState.ATTACHED), [strap.fileno()])
    server.frozen = True
    frozen_ms = now_ms()
    until(sampled(strap, StrapState.UNKNOWN), [strap.fileno()], within_ms=1_000)
    assert now_ms() - frozen_ms <= EXPIRY_MS + ASK_MS + 50


def test_sr16_a_strap_adapter_that_goes_is_not_known_and_comes_back_by_itself(
    server: Rfc2217Server, adapter: StrapPort
) -> None:
    strap = StrapInput(adapter, expiry_ms=EXPIRY_MS)
    until(sampled(strap, StrapState.ATTACHED), [strap.fileno()])
    server.hang_up()
    until(sampled(strap, StrapState.UNKNOWN), [strap.fileno()], within_ms=100)
    until(sampled(strap, StrapState.ATTACHED))


def test_a_server_that_never_answers_questions_is_never_known(
    server: Rfc2217Server, adapter: StrapPort
) -> None:
    server.frozen = True
    strap = StrapInput(adapter, expiry_ms=EXPIRY_MS)
    started_ms = now_ms()
    states: set[StrapState] = set()
    while now_ms() < started_ms + 300:
        states.add(strap.sample(now_ms()).state)
        select.select([strap.fileno()], [], [], 0.02)
    assert states == {StrapState.UNKNOWN}


def test_no_link_is_no_reading() -> None:
    line = shared_line(lambda: None, "rfc2217://127.0.0.1:1", "dsr")
    line.poll(0)
    assert line.read() is None
    assert line.fileno() == -1


def test_a_raw_socket_is_refused_as_a_strap_even_when_it_is_open() -> None:
    class Open(SocketLink):
        def __init__(self) -> None: ...

    with pytest.raises(LinkError, match="no modem lines"):
        ports.check_strap(Open(), "socket://127.0.0.1:1")


# Opening in the background.


class Opened:
    closed = False

    def close(self) -> None:
        self.closed = True


def test_a_link_is_closed_and_opened_away_from_the_loop() -> None:
    gate, opened, lost = threading.Event(), Opened(), Opened()

    def open_link() -> Opened:
        gate.wait()
        return opened

    opener = BackgroundOpener(open_link)
    opener.begin(lost)
    opener.begin(None)  # one attempt at a time
    assert opener.take() is None
    gate.set()
    assert readable(opener)
    assert opener.take() is opened
    assert lost.closed
    assert opener.take() is None
    assert not readable(opener, within_ms=0)


def test_an_attempt_that_fails_may_be_followed_by_another() -> None:
    results: list[Opened | LinkError] = [LinkError("no"), Opened()]

    def open_link() -> Opened:
        result = results.pop(0)
        if isinstance(result, LinkError):
            raise result
        return result

    opener = BackgroundOpener(open_link)

    def opened() -> bool:
        opener.begin(None)
        return opener.take() is not None

    until(opened, [opener.fileno()])


def test_a_second_lost_link_is_closed_even_while_an_attempt_is_running() -> None:
    gate, lost = threading.Event(), Opened()

    def open_link() -> Opened:
        gate.wait()
        return Opened()

    opener = BackgroundOpener(open_link)
    opener.begin(None)
    opener.begin(lost)
    until(lambda: lost.closed)
    gate.set()
    assert readable(opener)


def test_a_strap_on_the_treadmills_own_native_port_is_read_there(port: FakePort) -> None:
    line = shared_line(lambda: None, "/dev/ttyUSB0", "cts")
    assert isinstance(line, NativeLine)
    assert line.read() is None


def test_a_native_strap_adapter_that_goes_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[FakePort] = []

    def open_port(url: str) -> FakePort:
        opened.append(FakePort())
        return opened[-1]

    def read_bits(fd: int) -> int:
        return opened[-1].read_bits(fd)

    monkeypatch.setattr(ports, "_open_strap_link", open_port)
    monkeypatch.setattr(ports, "NativeLine", partial(NativeLine, read_bits=read_bits))
    adapter = StrapPort("/dev/ttyUSB1", "dsr")
    strap = StrapInput(adapter, expiry_ms=EXPIRY_MS)
    until(sampled(strap, StrapState.ATTACHED), [strap.fileno()])
    opened[0].error = OSError(5, "Input/output error")
    until(sampled(strap, StrapState.UNKNOWN), [strap.fileno()])
    until(sampled(strap, StrapState.ATTACHED), [strap.fileno()])
    assert len(opened) == 2
    adapter.close()
