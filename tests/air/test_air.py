"""The air and its controllers: what arrives when, who is told, and who leaves no trace."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from bleak import BleakClient
from bumble import core, hci
from bumble.device import Device, DeviceConfiguration

from simulator.air.link import Air, AirController
from simulator.air.radio import radio
from simulator.air.server import MAX_UNREAD, AirServer
from simulator.air.where import parse, spell
from simulator.servers.endpoint import Endpoint
from simulator.servers.errors import CannotOpen
from tests.air.peripheral import (
    ADDRESS,
    CONTROL,
    DATA,
    PATIENCE_S,
    SUPERVISION_TIMEOUT,
    Peripheral,
    peripheral_on,
    socket_in,
)

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def peripheral(tmp_path: Path) -> AsyncIterator[Peripheral]:
    async with peripheral_on(socket_in(tmp_path)) as (peripheral, _):
        yield peripheral


def client_in(folder: Path) -> BleakClient:
    offered = radio(f"unix:{socket_in(folder)}")
    return BleakClient(ADDRESS, backend=offered.client, **offered.arguments)


async def test_a_delay_holds_every_packet_and_keeps_their_order(
    peripheral: Peripheral, tmp_path: Path
) -> None:
    loop = asyncio.get_running_loop()
    heard: list[bytes] = []
    all_there = asyncio.Event()

    def hear(_: object, value: bytearray) -> None:
        heard.append(bytes(value))
        if len(heard) == 20:
            all_there.set()

    async with client_in(tmp_path) as client:
        await client.start_notify(DATA, hear)
        peripheral.air.delay_ms = 60.0
        start_s = loop.time()
        for number in range(20):
            if number == 10:
                peripheral.air.delay_ms = 0.0  # later ones do not overtake what is under way
            await peripheral.say(bytes((number,)))
        async with asyncio.timeout(PATIENCE_S):
            await all_there.wait()
        assert loop.time() - start_s >= 0.06
    assert heard == [bytes((number,)) for number in range(20)]


async def test_a_delay_counts_both_ways(peripheral: Peripheral, tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with client_in(tmp_path) as client:
        peripheral.air.delay_ms = 40.0
        start_s = loop.time()
        await client.write_gatt_char(CONTROL, b"\x00", response=True)
        assert loop.time() - start_s >= 0.08


async def test_silence_keeps_the_link_and_loses_what_was_said(
    peripheral: Peripheral, tmp_path: Path
) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    async with client_in(tmp_path) as client:
        await client.start_notify(DATA, lambda _, value: heard.put_nowait(bytes(value)))
        peripheral.air.silent = True
        await peripheral.say(b"lost")
        peripheral.air.silent = False
        await peripheral.say(b"heard")
        async with asyncio.timeout(PATIENCE_S):
            assert await heard.get() == b"heard"
        assert client.is_connected


async def test_whoever_hangs_up_in_silence_is_missed_at_once(
    peripheral: Peripheral, tmp_path: Path
) -> None:
    async with client_in(tmp_path):
        peripheral.air.silent = True
    await peripheral.until_gone()


async def test_a_client_that_dies_is_a_supervision_timeout_and_the_next_connects_at_once(
    peripheral: Peripheral, tmp_path: Path
) -> None:
    for _ in range(3):
        client = client_in(tmp_path)
        await client.connect()
        client._backend._host._transport.abort()  # type: ignore[attr-defined]
        assert await peripheral.until_gone() == SUPERVISION_TIMEOUT
        peripheral.reasons.clear()
        assert len(peripheral.air.controllers) == 1


async def test_a_client_that_dies_while_it_advertises_is_silent_afterwards(
    peripheral: Peripheral,
) -> None:
    other = Peripheral(peripheral.air)
    await other.start()
    peripheral.air.leave(other.controller)
    assert not other.controller.is_advertising
    assert other.controller not in peripheral.air.controllers


async def test_two_clients_have_links_of_their_own(peripheral: Peripheral, tmp_path: Path) -> None:
    async with client_in(tmp_path):
        await peripheral.advertise()
        async with client_in(tmp_path) as second:
            assert len(peripheral.connections) == 2
            assert len({each.peer_address for each in peripheral.connections}) == 2
            assert second.is_connected


async def test_bytes_that_are_not_hci_end_the_connection_and_nobody_elses(
    peripheral: Peripheral, tmp_path: Path
) -> None:
    async with client_in(tmp_path) as client:
        reader, writer = await asyncio.open_unix_connection(socket_in(tmp_path))
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""
        writer.close()
        assert client.is_connected
    assert len(peripheral.air.controllers) == 1


async def test_a_client_that_does_not_read_loses_its_link(
    peripheral: Peripheral, tmp_path: Path
) -> None:
    async with client_in(tmp_path) as client:
        await client.start_notify(DATA, lambda _, value: None)
        client._backend._host._transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(4 * MAX_UNREAD // 200):
            await peripheral.say(bytes(200))
            if not peripheral.connections:
                break
        assert await peripheral.until_gone() == SUPERVISION_TIMEOUT
        client._backend._host._transport.resume_reading()  # type: ignore[attr-defined]


async def test_an_attempt_can_be_taken_back_and_made_again(peripheral: Peripheral) -> None:
    """As a host does whose user is impatient: it would otherwise connect some time later."""
    controller = AirController("impatient", link=peripheral.air)
    device = Device.from_config_with_hci(
        DeviceConfiguration(name="impatient", address=hci.Address("C0:00:00:00:00:02")),
        controller,
        controller,
    )
    await device.power_on()
    for _ in range(2):
        with pytest.raises(core.TimeoutError):
            await device.connect_le(hci.Address("C0:00:00:00:00:99"), timeout=0.02)
        assert controller.pending_le_connection is None
    await device.connect_le(hci.Address(ADDRESS), timeout=PATIENCE_S)


async def test_tcp_sends_small_packets_without_waiting_for_more(tmp_path: Path) -> None:
    async with peripheral_on(Endpoint("127.0.0.1", 0)) as (_, server):
        offered = radio(spell(server.where))
        async with BleakClient(ADDRESS, backend=offered.client, **offered.arguments) as client:
            transports = [each._transport for each in server._clients]
            transports.append(client._backend._host._transport)  # type: ignore[attr-defined]
            for transport in transports:
                assert transport is not None
                connected = transport.get_extra_info("socket")
                assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_the_socket_of_a_killed_simulator_is_taken_over(tmp_path: Path) -> None:
    path = socket_in(tmp_path)
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(path))
        left_over.listen()
    async with peripheral_on(path), client_in(tmp_path) as client:
        assert client.is_connected
    assert not path.exists()


async def test_an_air_that_is_in_use_is_not_taken_over(
    peripheral: Peripheral, tmp_path: Path
) -> None:
    with pytest.raises(CannotOpen, match="already in use"):
        AirServer(Air(), socket_in(tmp_path))
    async with client_in(tmp_path) as client:
        assert client.is_connected


async def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = socket_in(tmp_path)
    path.write_text("somebody's notes")
    with pytest.raises(CannotOpen):
        AirServer(Air(), path)
    assert path.read_text() == "somebody's notes"


async def test_a_path_too_long_for_a_socket_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="shorter"):
        AirServer(Air(), tmp_path / ("a" * 120))


@pytest.mark.parametrize("text", ["unix:/tmp/x", "unix:relative", "tcp:[::1]:9", "tcp:h:0"])
async def test_a_place_is_spelled_as_it_was_read(text: str) -> None:
    assert spell(parse(text)) == text
