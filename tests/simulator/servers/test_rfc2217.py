"""The modem line, once byte by byte and once through pyserial's own client.

Bytes are from serial.md 13.4; the two state bytes there were captured on a wire.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
import serial
from serial import rfc2217

from simulator.servers.endpoint import Endpoint
from simulator.servers.port import discard
from simulator.servers.rfc2217 import Rfc2217Port
from tests.simulator.servers.conftest import PATIENCE_S, Pump

ANY: Final = Endpoint("127.0.0.1", 0)

PULLED: Final = bytes.fromhex("FF FA 2C 6B 92 FF F0")
BACK: Final = bytes.fromhex("FF FA 2C 6B B2 FF F0")
ASK: Final = bytes.fromhex("FF FA 2C 07 00 FF F0")
STILL_CLOSED: Final = bytes.fromhex("FF FA 2C 6B B0 FF F0")
STILL_OPEN: Final = bytes.fromhex("FF FA 2C 6B 90 FF F0")
WILL_COM_PORT: Final = bytes.fromhex("FF FB 2C")
RELEASE: Final = b"R"
"""Not a word of any protocol; it asks the test's machine to open the strap."""
DTR_OFF: Final = bytes.fromhex("FF FA 2C 05 09 FF F0")
DTR_ON: Final = bytes.fromhex("FF FA 2C 05 08 FF F0")


def level(notification: bytes) -> str:
    """Where DSR stands after *notification*, whatever its flags say about change."""
    assert notification[-7:-3] == PULLED[:4]
    return "closed" if notification[-3] & 0x20 else "open"


class Host:
    """A socket that speaks just enough telnet to be told about modem lines."""

    def __init__(self, port: Rfc2217Port, pump: Pump) -> None:
        number = int(port.address.rpartition(":")[2])
        self.socket = socket.create_connection(("127.0.0.1", number), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pump = pump
        pump.turn()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)
        self.pump.turn()

    def read(self) -> bytes:
        return self.socket.recv(4096)

    def negotiate(self) -> bytes:
        self.read()
        self.send(WILL_COM_PORT)
        return self.read()


@contextmanager
def connected(port: Rfc2217Port, pump: Pump) -> Iterator[Host]:
    host = Host(port, pump)
    try:
        yield host
    finally:
        host.socket.close()


@pytest.fixture
def port(pump: Pump) -> Iterator[Rfc2217Port]:
    port = Rfc2217Port(pump.selector, ANY, discard)
    port.set_strap(True)
    yield port
    port.close()


def test_sr16_a_strap_edge_is_pushed_at_once_each_way(pump: Pump, port: Rfc2217Port) -> None:
    with connected(port, pump) as host:
        host.negotiate()
        port.set_strap(False)
        assert host.read() == PULLED
        port.set_strap(True)
        assert host.read() == BACK


def test_the_first_notification_tells_the_state_that_is(pump: Pump, port: Rfc2217Port) -> None:
    with connected(port, pump) as host:
        port.set_strap(False)  # before the host has agreed to anything
        assert level(host.negotiate()) == "open"


def test_a_poll_is_answered_with_the_present_state(pump: Pump, port: Rfc2217Port) -> None:
    with connected(port, pump) as host:
        host.negotiate()
        host.send(ASK)
        assert host.read() == STILL_CLOSED
        port.set_strap(False)
        assert host.read() == PULLED
        host.send(ASK)
        assert host.read() == STILL_OPEN


def test_the_strap_reads_open_until_the_simulation_has_spoken(pump: Pump) -> None:
    port = Rfc2217Port(pump.selector, ANY, discard)
    with connected(port, pump) as host:
        assert level(host.negotiate()) == "open"
    port.close()


def test_sr17_dropping_dtr_opens_the_loop_and_raising_it_closes_it(
    pump: Pump, port: Rfc2217Port
) -> None:
    with connected(port, pump) as host:
        host.negotiate()
        host.send(DTR_OFF)
        assert host.read().endswith(PULLED)
        host.send(DTR_ON)
        assert host.read().endswith(BACK)
        port.set_strap(False)
        assert host.read() == PULLED
        host.send(DTR_OFF + DTR_ON)
        assert BACK not in host.read()


def test_dtr_dropped_by_one_host_does_not_bind_the_next(pump: Pump, port: Rfc2217Port) -> None:
    with connected(port, pump) as host:
        host.negotiate()
        host.send(DTR_OFF)
    with connected(port, pump) as host:
        assert level(host.negotiate()) == "closed"


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("FF FA 2C 0B FE FF F0", "FF FA 2C 6F FE FF F0"),
        ("FF FA 2C 0A 10 FF F0", "FF FA 2C 6E 10 FF F0"),
    ],
    ids=["SET-MODEMSTATE-MASK", "SET-LINESTATE-MASK"],
)
def test_mask_requests_are_acknowledged(
    pump: Pump, port: Rfc2217Port, request_: str, answer: str
) -> None:
    with connected(port, pump) as host:
        host.negotiate()
        host.send(bytes.fromhex(request_))
        assert host.read() == bytes.fromhex(answer)


def test_data_is_freed_of_telnet_and_dressed_in_it(pump: Pump) -> None:
    received: list[bytes] = []
    port = Rfc2217Port(pump.selector, ANY, received.append)
    with connected(port, pump) as host:
        host.negotiate()
        host.send(b"\xa3\xff\xff" + ASK + b"\x30")
        assert b"".join(received) == b"\xa3\xff\x30"
        host.read()
        port.write(b"\xd1\xff\x30")
        assert host.read() == b"\xd1\xff\xff\x30"
    port.close()


def test_a_frame_split_inside_its_escape_arrives_whole(pump: Pump) -> None:
    received: list[bytes] = []
    port = Rfc2217Port(pump.selector, ANY, received.append)
    with connected(port, pump) as host:
        host.negotiate()
        host.send(b"\xa3\xff")
        host.send(b"\xff\x30")
    assert b"".join(received) == b"\xa3\xff\x30"
    port.close()


@pytest.mark.parametrize(
    "garbage",
    [
        "FF F0",
        "FF FA 2C 01 00 FF F0",
        "FF FA 2C 03 77 FF F0",
        "FF FA 2C 0B FF F0",
        "FF FA 2C" + "00" * 65,
    ],
    ids=["end without begin", "short rate", "no such parity", "empty mask", "endless"],
)
def test_telnet_nonsense_costs_a_host_its_connection_and_nobody_else(
    pump: Pump, port: Rfc2217Port, garbage: str
) -> None:
    with connected(port, pump) as host:
        host.negotiate()
        host.send(bytes.fromhex(garbage))
        assert host.read() == b""
    with connected(port, pump) as host:
        assert level(host.negotiate()) == "closed"


def test_an_edge_after_the_host_died_reaches_the_next_host_as_state(
    pump: Pump, port: Rfc2217Port
) -> None:
    with connected(port, pump) as host:
        host.negotiate()
    pump.turn()
    port.set_strap(False)
    with connected(port, pump) as host:
        assert level(host.negotiate()) == "open"


def test_a_link_drop_ends_the_connection(pump: Pump, port: Rfc2217Port) -> None:
    with connected(port, pump) as host:
        host.negotiate()
        port.set_link(False)
        assert host.read() == b""
    port.set_strap(False)
    port.set_link(True)
    with connected(port, pump) as host:
        assert level(host.negotiate()) == "open"


class Turning:
    """Turns the selector in a thread, because pyserial's client blocks while it opens."""

    def __init__(self, pump: Pump) -> None:
        self.read_end, self.write_end = socket.socketpair()
        self.over = False
        self.pump = pump
        pump.selector.register(self.read_end, 1, self.stop)
        self.thread = threading.Thread(target=self.run)

    def stop(self) -> None:
        self.over = True

    def run(self) -> None:
        while not self.over:
            self.pump.turn(10 * PATIENCE_S)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *exc_info: object) -> None:
        self.write_end.send(b"\0")
        self.thread.join()
        self.pump.selector.unregister(self.read_end)
        self.read_end.close()
        self.write_end.close()


# pyserial 3.5 calls Thread.setDaemon and setName when it opens.
@pytest.mark.filterwarnings("ignore:set.*is deprecated:DeprecationWarning")
def test_sr16_pyserial_sees_dsr_fall_and_exchanges_bytes(pump: Pump) -> None:
    def machine(data: bytes) -> None:
        if data == RELEASE:
            server.set_strap(False)
        server.write(data)

    server = Rfc2217Port(pump.selector, ANY, machine)
    server.set_strap(True)
    with Turning(pump):
        host = serial.serial_for_url(server.address, 4800, timeout=PATIENCE_S)
        assert isinstance(host, rfc2217.Serial)
        before = host.dsr
        host.write(b"\xc0\xff")
        assert host.read(2) == b"\xc0\xff"
        host.write(RELEASE)
        # The edge left before this answer, so it has been read before it too.
        assert host.read(1) == RELEASE
        after = host.dsr
        host.close()
    assert (before, after) == (True, False)
    server.close()
