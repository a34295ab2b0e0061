from pathlib import Path

import pytest
import serial

from simulator.servers.serial_pty import PtyPort
from tests.simulator.servers.conftest import PATIENCE_S, Pump


def test_a_serial_program_talks_both_ways_without_echo(pump: Pump) -> None:
    received: list[bytes] = []
    port = PtyPort(pump.selector, received.append)
    with serial.Serial(port.address, 4800, timeout=PATIENCE_S) as host:
        host.write(b"\xa3\x30\x30\x31\x30")
        pump.turn()
        assert b"".join(received) == b"\xa3\x30\x30\x31\x30"

        port.write(b"\xb3")
        assert host.read(1) == b"\xb3"
        assert host.in_waiting == 0
    port.close()


def test_every_byte_value_passes_unchanged(pump: Pump) -> None:
    received: list[bytes] = []
    port = PtyPort(pump.selector, received.append)
    every_byte = bytes(range(256))
    with serial.Serial(port.address, 4800, timeout=PATIENCE_S) as host:
        host.write(every_byte)
        pump.turn()
        port.write(every_byte)
        assert host.read(256) == every_byte
    assert b"".join(received) == every_byte
    port.close()


def test_a_host_may_leave_and_another_come(pump: Pump) -> None:
    received: list[bytes] = []
    port = PtyPort(pump.selector, received.append)
    for frame in (b"\xc0", b"\xc1"):
        with serial.Serial(port.address, 4800) as host:
            host.write(frame)
            pump.turn()
    pump.assert_quiet()
    assert received == [b"\xc0", b"\xc1"]
    port.close()


def test_a_cut_link_loses_bytes_both_ways_and_keeps_its_path(pump: Pump) -> None:
    received: list[bytes] = []
    port = PtyPort(pump.selector, received.append)
    path = port.address
    with serial.Serial(path, 4800, timeout=PATIENCE_S) as host:
        port.set_link(False)
        host.write(b"\xaa")
        pump.turn()
        port.write(b"\xba")

        port.set_link(True)
        host.write(b"\xc0")
        pump.turn()
        port.write(b"\xd0")
        assert host.read(1) == b"\xd0"
    assert received == [b"\xc0"]
    assert port.address == path
    port.close()


def test_a_line_nobody_reads_overruns_instead_of_blocking(pump: Pump) -> None:
    port = PtyPort(pump.selector, lambda data: None)
    for _ in range(64):
        port.write(bytes(1024))
    port.close()


def test_a_pty_has_no_modem_lines(pump: Pump) -> None:
    port = PtyPort(pump.selector, lambda data: None)
    port.set_strap(True)
    with serial.Serial(port.address, 4800) as host, pytest.raises(OSError, match="ioctl"):
        assert host.dsr
    port.close()


def test_closing_gives_the_descriptors_back(pump: Pump) -> None:
    open_files = Path("/proc/self/fd")
    before = len(list(open_files.iterdir()))
    PtyPort(pump.selector, lambda data: None).close()
    assert len(list(open_files.iterdir())) == before
