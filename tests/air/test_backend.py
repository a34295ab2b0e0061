"""Any bleak program on the virtual air: scan, connect, read, write, hear, and lose the link."""

import asyncio
import tomllib
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import bleak
import pytest
import pytest_asyncio
from bleak import BleakClient, BleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from bumble import gatt

from simulator.air.radio import Radio, install, radio
from simulator.servers.endpoint import Endpoint
from tests.air.peripheral import (
    ADDRESS,
    CONTROL,
    DATA,
    FEATURE,
    FEATURES,
    NAME,
    PATIENCE_S,
    SECRET,
    SERVICE,
    SUPERVISION_TIMEOUT,
    Peripheral,
    peripheral_on,
    socket_in,
)
from tests.architecture.sources import ROOT

pytestmark = pytest.mark.asyncio

Heard = asyncio.Queue[bytes]


class World:
    def __init__(self, peripheral: Peripheral, folder: Path) -> None:
        self.peripheral = peripheral
        self.radio: Radio = radio(f"unix:{socket_in(folder)}")

    def client(self, **options: Any) -> BleakClient:
        return BleakClient(ADDRESS, backend=self.radio.client, **self.radio.arguments, **options)

    def scanner(self, **options: Any) -> BleakScanner:
        return BleakScanner(backend=self.radio.scanner, **self.radio.arguments, **options)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with peripheral_on(socket_in(tmp_path)) as (peripheral, _):
        yield World(peripheral, tmp_path)


async def soon(queue: Heard) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return await queue.get()


async def listen(client: BleakClient, uuid: str) -> Heard:
    heard: Heard = asyncio.Queue()
    await client.start_notify(uuid, lambda _, value: heard.put_nowait(bytes(value)))
    return heard


async def found(scanner: BleakScanner) -> tuple[Any, Any]:
    async with scanner, asyncio.timeout(PATIENCE_S):
        return await anext(scanner.advertisement_data())


async def test_a_scan_hears_name_services_service_data_and_strength(world: World) -> None:
    device, said = await found(world.scanner())

    assert device.address == ADDRESS
    assert device.name == said.local_name == NAME
    assert said.service_uuids == [SERVICE]
    assert said.service_data == {SERVICE: bytes.fromhex("010100")}  # treadmill: ftms.md 5
    assert -100 < said.rssi < 0


async def test_a_scan_for_another_service_hears_nobody(world: World) -> None:
    scanner = world.scanner(service_uuids=["0000180d-0000-1000-8000-00805f9b34fb"])
    heard: list[Any] = []
    scanner._backend.register_detection_callback(lambda device, _: heard.append(device))
    async with scanner:
        await found(world.scanner())
    assert heard == []


async def test_a_scan_that_has_ended_leaves_nobody_on_the_air(world: World) -> None:
    await found(world.scanner())
    async with asyncio.timeout(PATIENCE_S):
        while len(world.peripheral.air.controllers) > 1:
            await asyncio.wait([asyncio.ensure_future(world.peripheral.advertise())])


async def test_by_address_alone_it_connects_discovers_and_reads(world: World) -> None:
    async with world.client() as client:
        assert client.is_connected
        assert client.mtu_size == 247
        assert [service.uuid for service in client.services if service.uuid == SERVICE] == [SERVICE]
        control = client.services.get_characteristic(CONTROL)
        assert control is not None
        assert set(control.properties) == {"write", "write-without-response", "indicate"}
        assert bytes(await client.read_gatt_char(FEATURE)) == FEATURES
    await world.peripheral.until_gone()


@pytest.mark.parametrize("by_notification", [False, True], ids=["indication", "notification Q1"])
async def test_an_answer_is_heard_in_either_kind(world: World, by_notification: bool) -> None:
    world.peripheral.answers_by_notification = by_notification
    async with world.client() as client:
        heard = await listen(client, CONTROL)
        for op in range(3):
            await client.write_gatt_char(CONTROL, bytes((op,)), response=True)
            assert await soon(heard) == bytes((0x80, op, 1))


async def test_a_callback_that_raises_does_not_hold_up_the_next_indication(world: World) -> None:
    raised: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
    answers: Heard = asyncio.Queue()

    def hear(_: Any, value: bytearray) -> None:
        answers.put_nowait(bytes(value))
        raise RuntimeError("a bug in the program under test")

    async with world.client() as client:
        await client.start_notify(CONTROL, hear)
        for op in range(2):
            await client.write_gatt_char(CONTROL, bytes((op,)), response=True)
            assert await soon(answers) == bytes((0x80, op, 1))
    assert len(raised) == 2


async def test_a_write_without_response_arrives(world: World) -> None:
    async with world.client() as client:
        heard = await listen(client, CONTROL)
        await client.write_gatt_char(CONTROL, b"\x08\x01", response=False)
        assert await soon(heard) == b"\x80\x08\x01"
    assert world.peripheral.written == [b"\x08\x01"]


async def test_notifications_stop_when_asked_to_and_start_again(world: World) -> None:
    async with world.client() as client:
        first = await listen(client, DATA)
        await world.peripheral.say(b"one")
        assert await soon(first) == b"one"
        with pytest.raises(BleakError, match="already"):
            await listen(client, DATA)
        await client.stop_notify(DATA)
        await world.peripheral.say(b"nobody hears this")
        second = await listen(client, DATA)
        await world.peripheral.say(b"two")
        assert await soon(second) == b"two"
        assert first.empty()


async def test_a_value_of_the_whole_mtu_arrives_in_one_piece(world: World) -> None:
    async with world.client() as client:
        heard = await listen(client, DATA)
        await world.peripheral.say(bytes(range(244)))
        assert await soon(heard) == bytes(range(244))


@pytest.mark.parametrize("code", [0x03, 0xFD, 0xFE])
async def test_an_att_error_keeps_its_code(world: World, code: int) -> None:
    world.peripheral.att_error = code
    async with world.client() as client:
        with pytest.raises(BleakGATTProtocolError) as caught:
            await client.write_gatt_char(CONTROL, b"\x00", response=True)
        assert int(caught.value.code) == code
        assert client.is_connected


async def test_pairing_opens_what_only_an_encrypted_link_may_write(world: World) -> None:
    async with world.client() as client:
        with pytest.raises(BleakGATTProtocolError) as caught:
            await client.write_gatt_char(SECRET, b"\x00", response=True)
        assert int(caught.value.code) == 0x0F  # insufficient encryption: ftms.md 3.3
        await client.pair()
        await client.write_gatt_char(SECRET, b"\x00", response=True)


async def test_a_lost_link_fails_the_pending_write_and_calls_back_once(world: World) -> None:
    gone: list[BleakClient] = []
    async with world.client(disconnected_callback=gone.append) as client:
        world.peripheral.air.silent = True
        write = asyncio.ensure_future(client.write_gatt_char(CONTROL, b"\x00", response=True))
        behind = asyncio.ensure_future(client.read_gatt_char(FEATURE))
        await asyncio.wait([write], timeout=0.05)
        assert not write.done()
        world.peripheral.air.drop(world.peripheral.controller)
        for pending in (write, behind):
            with pytest.raises(BleakError, match="lost"):
                async with asyncio.timeout(PATIENCE_S):
                    await pending
        assert not client.is_connected
        with pytest.raises(BleakError):
            await client.read_gatt_char(FEATURE)
    assert gone == [client]
    assert world.peripheral.reasons == [SUPERVISION_TIMEOUT]


async def test_after_a_lost_link_the_same_client_connects_again(world: World) -> None:
    gone = asyncio.Event()
    client = world.client(disconnected_callback=lambda _: gone.set())
    for _ in range(3):
        gone.clear()
        await client.connect()
        assert bytes(await client.read_gatt_char(FEATURE)) == FEATURES
        world.peripheral.air.drop(world.peripheral.controller)
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()


async def test_a_request_given_up_is_not_answered_by_the_next_ones_answer(world: World) -> None:
    async with world.client() as client:
        world.peripheral.air.delay_ms = 50.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await client.write_gatt_char(CONTROL, b"\x01", response=True)
        world.peripheral.att_error = 0xFE
        with pytest.raises(BleakGATTProtocolError):
            await client.write_gatt_char(CONTROL, b"\x02", response=True)
        assert world.peripheral.written == [b"\x01", b"\x02"]


async def test_silence_ends_a_request_in_the_time_of_the_attribute_protocol(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gatt.GATT_REQUEST_TIMEOUT == 30  # core, vol. 3 part F, 3.3.3
    async with world.client() as client:
        monkeypatch.setattr("bumble.gatt_client.GATT_REQUEST_TIMEOUT", 0.05)
        world.peripheral.air.silent = True
        with pytest.raises(BleakError, match="no answer"):
            await client.read_gatt_char(FEATURE)


async def test_what_never_advertised_is_not_found_in_the_time_given(world: World) -> None:
    client = BleakClient(
        "C0:00:00:00:00:99", backend=world.radio.client, timeout=0.1, **world.radio.arguments
    )
    with pytest.raises(BleakDeviceNotFoundError, match="C0:00:00:00:00:99"):
        await client.connect()
    assert not client.is_connected


async def test_what_is_no_address_is_refused(world: World) -> None:
    client = BleakClient("treadmill", backend=world.radio.client, **world.radio.arguments)
    with pytest.raises(BleakError, match="treadmill"):
        await client.connect()


async def test_a_machine_that_falls_silent_while_it_is_asked_is_not_connected(
    world: World,
) -> None:
    client = world.client(timeout=0.2)
    world.peripheral.device.on(
        "connection", lambda _: setattr(world.peripheral.air, "silent", True)
    )
    with pytest.raises(BleakError, match="did not answer"):
        await client.connect()
    assert not client.is_connected


async def test_an_attempt_given_up_does_not_take_the_machine_later(world: World) -> None:
    await world.peripheral.device.stop_advertising()
    attempt = asyncio.ensure_future(world.client().connect())
    await asyncio.wait([attempt], timeout=0.1)
    attempt.cancel()
    await asyncio.wait([attempt])
    await world.peripheral.advertise()
    async with world.client() as client:
        assert client.is_connected
        assert len(world.peripheral.connections) == 1


async def test_the_death_of_the_air_is_a_lost_link(tmp_path: Path) -> None:
    gone = asyncio.Event()
    async with peripheral_on(socket_in(tmp_path)) as (peripheral, server):
        client = World(peripheral, tmp_path).client(disconnected_callback=lambda _: gone.set())
        await client.connect()
        server.close()
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()
        assert not client.is_connected


async def test_without_an_air_the_error_says_how_to_start_one(tmp_path: Path) -> None:
    offered = radio(f"unix:{tmp_path}/none")
    scanner = BleakScanner(backend=offered.scanner, **offered.arguments)
    with pytest.raises(BleakBluetoothNotAvailableError, match="treadmill-sim serve"):
        await scanner.start()


@pytest.mark.parametrize("where", ["", "unix:", "udp:x", "tcp:here", "/path/only"])
async def test_a_place_that_is_none_is_refused_with_an_example(where: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        radio(where)


async def test_over_tcp_on_any_free_port(tmp_path: Path) -> None:
    async with peripheral_on(Endpoint("127.0.0.1", 0)) as (_, server):
        assert isinstance(server.where, Endpoint)
        offered = radio(f"tcp:127.0.0.1:{server.where.port}")
        async with BleakClient(ADDRESS, backend=offered.client, **offered.arguments) as client:
            assert bytes(await client.read_gatt_char(FEATURE)) == FEATURES


async def test_a_program_that_knows_no_backends_is_redirected(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("client", "scanner"):
        name = f"get_platform_{kind}_backend_type"
        monkeypatch.setattr(bleak, name, vars(bleak)[name])  # put back afterwards
    install(f"unix:{socket_in(tmp_path)}")
    device = await BleakScanner.find_device_by_name(NAME, timeout=PATIENCE_S)
    assert device is not None
    async with BleakClient(device) as client:
        assert client.backend_id == "AirClient"
        assert client.name == NAME
        assert bytes(await client.read_gatt_char(FEATURE)) == FEATURES


async def test_the_distribution_offers_the_radio_by_the_name_air() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, _, attribute = project["entry-points"]["treadctl.radios"]["air"].partition(":")
    assert getattr(import_module(module), attribute) is radio
