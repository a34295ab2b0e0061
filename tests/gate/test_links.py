"""The links themselves, on ptys and loopback sockets."""

import contextlib
import os
import pty
import socket
import tty
from collections.abc import Iterator

import pytest

from tests.gate.rfc2217_server import Rfc2217Server, rfc2217_server
from tests.gate.waiting import now_ms, read_bytes, readable, until
from treadctl.drivers import descriptor, ports, rfc2217_link, tcp
from treadctl.drivers.exclusive import TreadmillLock
from treadctl.drivers.rfc2217_link import Rfc2217Link
from treadctl.drivers.serial_link import SerialLink
from treadctl.drivers.socket_link import SocketLink
from treadctl.errors import LinkError


@pytest.fixture
def peer() -> Iterator[tuple[int, str]]:
    """The machine's end of a pty, and the path of ours."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    os.close(slave)
    yield master, path
    with contextlib.suppress(OSError):
        os.close(master)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def server() -> Iterator[Rfc2217Server]:
    with rfc2217_server() as running:
        yield running


def url_of(listener: socket.socket, scheme: str) -> str:
    return f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"


# A pty, as any native port.


def test_bytes_go_through_a_native_port_unchanged(peer: tuple[int, str]) -> None:
    master, path = peer
    link = ports.open_link(path)
    assert isinstance(link, SerialLink)
    everything = bytes(range(256))
    link.write(everything)
    assert read_bytes(master, 256) == everything
    os.write(master, everything)
    assert readable(link)
    until(lambda: link.read_available() == everything)
    assert link.read_available() == b""
    link.close()


def test_sr20_a_pty_whose_peer_vanishes_is_an_error_for_reader_and_writer(
    peer: tuple[int, str],
) -> None:
    master, path = peer
    link = SerialLink(path)
    os.close(master)
    assert readable(link)
    with pytest.raises(LinkError):
        link.read_available()
    with pytest.raises(LinkError, match="writing failed"):
        link.write(b"\xaa")
    link.close()


def test_sr38_a_native_port_is_opened_once(peer: tuple[int, str]) -> None:
    _, path = peer
    link = SerialLink(path)
    with pytest.raises(LinkError, match="cannot be opened"):
        SerialLink(path)
    link.close()
    SerialLink(path).close()


def test_a_write_that_nobody_takes_ends_within_its_time(peer: tuple[int, str]) -> None:
    _, path = peer
    link = SerialLink(path)
    started_ms = now_ms()
    with pytest.raises(LinkError, match="50 ms"):
        link.write(bytes(1_000_000))
    assert now_ms() - started_ms < 2_000
    link.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("/dev/does-not-exist", "No such file"),
        ("/dev/null", "cannot be opened"),
        ("loop://", "give a device path"),
        ("hwgrep://0403", "give a device path"),
        ("socket://127.0.0.1", "not of the form"),
        ("socket://:4000", "not of the form"),
        ("socket://127.0.0.1:99999", "not a URL"),
        ("socket://[::1:4000", "not a URL"),
        ("socket://me@127.0.0.1:4000", "nothing may follow"),
        ("rfc2217://127.0.0.1:4000?poll_modem", "nothing may follow"),
        ("rfc2217://127.0.0.1:4000/dev", "nothing may follow"),
    ],
)
def test_a_port_that_cannot_be_opened_says_why(url: str, why: str) -> None:
    with pytest.raises(LinkError, match=why):
        ports.open_link(url)


# TCP.


def test_bytes_go_through_a_socket_and_its_end_is_seen(listener: socket.socket) -> None:
    link = ports.open_link(url_of(listener, "socket"))
    assert isinstance(link, SocketLink)
    machine, _ = listener.accept()
    link.write(b"\xff\xaa")
    assert read_bytes(machine.fileno(), 2) == b"\xff\xaa"
    assert link.read_available() == b""
    machine.send(b"\xba")
    assert readable(link)
    assert link.read_available() == b"\xba"
    machine.close()
    assert readable(link)
    with pytest.raises(LinkError):
        link.read_available()
    link.close()


def test_a_connection_that_is_reset_is_lost(listener: socket.socket) -> None:
    link = SocketLink(url_of(listener, "socket"))
    machine, _ = listener.accept()
    link.write(b"\xaa")
    machine.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    machine.close()
    assert readable(link)
    with pytest.raises(LinkError):
        link.read_available()
    link.close()


@pytest.mark.parametrize("scheme", ["socket", "rfc2217"])
def test_a_server_that_is_not_there_cannot_be_reached(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = url_of(gone, scheme)
    with pytest.raises(LinkError, match="cannot be reached"):
        ports.open_link(url)


# RFC 2217.


def test_an_rfc2217_port_is_set_up_as_the_machine_needs_it(server: Rfc2217Server) -> None:
    link = ports.open_link(server.url)
    assert isinstance(link, Rfc2217Link)
    port = server.port
    assert (port.baudrate, port.bytesize, port.parity, port.stopbits) == (4_800, 8, "N", 1)
    until(lambda: port.dtr and port.rts)
    assert not port.rtscts
    assert not port.xonxoff
    link.close()


def test_bytes_go_through_an_rfc2217_port_unchanged(server: Rfc2217Server) -> None:
    link = Rfc2217Link(server.url)
    everything = bytes(range(256)) + b"\xff\xff\xf0"
    link.write(everything)
    assert read_bytes(server.received[0].fileno(), len(everything)) == everything
    got = b""

    def arrived() -> bool:
        nonlocal got
        got += link.read_available()
        return got == everything

    server.send(everything)
    until(arrived, [link.fileno()])
    link.close()


def test_an_rfc2217_server_that_hangs_up_is_a_lost_link(server: Rfc2217Server) -> None:
    link = Rfc2217Link(server.url)
    server.hang_up()

    def lost() -> bool:
        try:
            link.read_available()
        except LinkError:
            return True
        return False

    until(lost, [link.fileno()])
    link.close()


@pytest.mark.parametrize("banner", [b"", b"login: ", b"\xff\xfe\x2c"])
def test_a_server_that_speaks_something_else_is_refused_in_bounded_time(
    listener: socket.socket, banner: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rfc2217_link, "HANDSHAKE_MS", 50)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    monkeypatch.setattr(tcp, "connect", lambda url, scheme: ours)
    theirs.send(banner)
    with pytest.raises(LinkError, match="RFC 2217"):
        Rfc2217Link("rfc2217://127.0.0.1:4000")
    assert ours.fileno() == -1  # closed again
    theirs.close()


# One controller.


def test_sr38_a_treadmill_has_one_controller_however_its_port_is_spelt(
    peer: tuple[int, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, path = peer
    alias = tmp_path_factory.mktemp("by-id") / "usb-if00"
    alias.symlink_to(path)
    assert ports.identity(str(alias)) == path
    lock = TreadmillLock(ports.identity(path))
    with pytest.raises(LinkError, match="in use by another treadctl"):
        TreadmillLock(ports.identity(str(alias)))
    TreadmillLock("rfc2217://127.0.0.1:1").close()
    lock.close()
    TreadmillLock(ports.identity(path)).close()


def test_sr38_whoever_inherited_the_lock_holds_it(peer: tuple[int, str]) -> None:
    lock = TreadmillLock(peer[1])
    inherited = os.dup(lock.fileno())
    lock.close()
    with pytest.raises(LinkError):
        TreadmillLock(peer[1])
    os.close(inherited)
    TreadmillLock(peer[1]).close()


# Descriptors.


def test_a_pipe_that_wakes_is_full_after_a_while_and_that_is_fine() -> None:
    read, write = os.pipe2(os.O_NONBLOCK)
    for _ in range(70_000):
        descriptor.wake(write)
    assert readable(read)
    for _ in range(20):
        descriptor.drain(read)
    assert not readable(read, within_ms=0)
    os.close(read)
    os.close(write)


def test_a_descriptor_that_is_not_open_is_a_lost_link() -> None:
    read, write = os.pipe()
    os.close(read)
    os.close(write)
    with pytest.raises(LinkError):
        descriptor.read_available(read)
    with pytest.raises(LinkError):
        descriptor.write_all(write, b"\xaa")
