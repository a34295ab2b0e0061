import socket

import pytest

from simulator.servers.endpoint import Endpoint
from simulator.servers.errors import CannotOpen
from simulator.servers.tcp import TcpPort
from tests.simulator.servers.conftest import PATIENCE_S, Pump

ANY = Endpoint("127.0.0.1", 0)


def connect(port: TcpPort) -> socket.socket:
    address = (port.endpoint.host, port.endpoint.port)
    host = socket.create_connection(address, timeout=PATIENCE_S)
    host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return host


def test_port_zero_becomes_a_free_port_in_the_address(pump: Pump) -> None:
    port = TcpPort(pump.selector, ANY, lambda data: None)
    assert port.endpoint.port != 0
    assert port.address == f"socket://127.0.0.1:{port.endpoint.port}"
    port.close()


def test_bytes_pass_both_ways(pump: Pump) -> None:
    received: list[bytes] = []
    port = TcpPort(pump.selector, ANY, received.append)
    with connect(port) as host:
        pump.turn()
        host.sendall(b"\xa0\xff")
        pump.turn()
        port.write(b"\xb0\xff")
        assert host.recv(16) == b"\xb0\xff"
    assert received == [b"\xa0\xff"]
    port.close()


def test_a_second_host_is_turned_away_and_the_first_keeps_its_line(pump: Pump) -> None:
    received: list[bytes] = []
    port = TcpPort(pump.selector, ANY, received.append)
    with connect(port) as first:
        pump.turn()
        with connect(port) as second:
            pump.turn()
            assert second.recv(16) == b""
        first.sendall(b"\xaa")
        pump.turn()
    assert received == [b"\xaa"]
    port.close()


@pytest.mark.parametrize("abort", [False, True], ids=["closed", "reset"])
def test_the_next_host_may_connect_the_moment_the_last_is_gone(pump: Pump, abort: bool) -> None:
    received: list[bytes] = []
    port = TcpPort(pump.selector, ANY, received.append)
    first = connect(port)
    pump.turn()
    first.sendall(b"\xc0")
    if abort:
        linger = (1).to_bytes(4, "little") + bytes(4)
        first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    first.close()
    # Both wait for the same turn: the end of the first and the knock of the second.
    with connect(port) as second:
        pump.turn()
        second.sendall(b"\xc1")
        while b"\xc1" not in received:
            pump.turn()
        port.write(b"\xd1")
        assert second.recv(16) == b"\xd1"
    port.close()


def test_last_bytes_of_a_dying_host_still_arrive(pump: Pump) -> None:
    received: list[bytes] = []
    port = TcpPort(pump.selector, ANY, received.append)
    first = connect(port)
    pump.turn()
    first.sendall(b"\xaa")
    first.close()
    with connect(port):
        pump.turn()
        assert received == [b"\xaa"]
    port.close()


def test_a_cut_link_ends_the_connection_and_refuses_new_ones_until_it_returns(pump: Pump) -> None:
    port = TcpPort(pump.selector, ANY, lambda data: None)
    with connect(port) as host:
        pump.turn()
        port.set_link(False)
        assert host.recv(16) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(port)

    port.set_link(True)
    with connect(port) as host:
        pump.turn()
        port.write(b"\x54")
        assert host.recv(16) == b"\x54"
    port.close()


def test_a_host_waiting_to_be_accepted_is_cut_with_the_link(pump: Pump) -> None:
    port = TcpPort(pump.selector, ANY, lambda data: None)
    with connect(port) as host:
        port.set_link(False)
        with pytest.raises(ConnectionResetError):
            host.recv(16)
    port.close()


def test_closing_while_the_link_is_cut_is_clean(pump: Pump) -> None:
    port = TcpPort(pump.selector, ANY, lambda data: None)
    port.set_link(False)
    port.set_link(False)
    port.close()


def test_a_host_that_stops_reading_loses_its_connection_not_part_of_a_frame(pump: Pump) -> None:
    port = TcpPort(pump.selector, ANY, lambda data: None)
    with connect(port):
        pump.turn()
        for _ in range(4096):
            port.write(bytes(64 * 1024))
            if not port.has_client:
                break
        assert not port.has_client
    port.close()


def test_writing_to_nobody_is_lost_in_silence(pump: Pump) -> None:
    port = TcpPort(pump.selector, ANY, lambda data: None)
    port.write(b"\x54")
    port.close()


def test_a_taken_port_is_an_error_with_a_remedy(pump: Pump) -> None:
    port = TcpPort(pump.selector, ANY, lambda data: None)
    with pytest.raises(CannotOpen, match=r"already in use\. Choose another port, or 0"):
        TcpPort(pump.selector, port.endpoint, lambda data: None)
    port.close()


def test_an_address_of_another_computer_is_an_error(pump: Pump) -> None:
    with pytest.raises(CannotOpen, match=r"192\.0\.2\.1:0: .* address of this computer"):
        TcpPort(pump.selector, Endpoint("192.0.2.1", 0), lambda data: None)


def test_an_unknown_host_name_is_an_error(pump: Pump) -> None:
    with pytest.raises(CannotOpen, match="cannot listen on no such host:0"):
        TcpPort(pump.selector, Endpoint("no such host", 0), lambda data: None)
