"""The machine's front on the air: nothing earlier, later, oftener or kinder than it says."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError, BleakGATTProtocolError

from simulator.air.radio import radio
from simulator.gatt import Kind
from simulator.servers.ble_port import BlePort
from tests.air.peripheral import PATIENCE_S, socket_in
from tests.air.scripted_machine import (
    CONTROL,
    DATA,
    RANGE,
    RANGE_VALUE,
    STATUS,
    Bench,
    bench_in,
    shape,
)

pytestmark = pytest.mark.asyncio

Heard = asyncio.Queue[bytes]


def uuid(number: int) -> str:
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


@pytest_asyncio.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_in(tmp_path) as bench:
        yield bench


async def listen(client: BleakClient, number: int) -> Heard:
    heard: Heard = asyncio.Queue()
    await client.start_notify(uuid(number), lambda _, value: heard.put_nowait(bytes(value)))
    return heard


async def soon(queue: Heard) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return await queue.get()


async def test_it_advertises_name_service_and_service_data(bench: Bench, tmp_path: Path) -> None:
    offered = radio(f"unix:{socket_in(tmp_path)}")
    async with (
        BleakScanner(backend=offered.scanner, **offered.arguments) as scanner,
        asyncio.timeout(PATIENCE_S),
    ):
        device, said = await anext(scanner.advertisement_data())
    assert device.address == "C0:18:26:00:00:01"
    assert said.local_name == "Scripted"
    assert said.service_uuids == [uuid(0x1826)]
    assert said.service_data == {uuid(0x1826): bytes.fromhex("010100")}


async def test_its_address_is_one_that_treadctl_can_open(bench: Bench, tmp_path: Path) -> None:
    path = socket_in(tmp_path)
    assert bench.port.address == f"ble://C0:18:26:00:00:01?radio=air:unix:{path}"


async def test_what_it_offers_is_what_the_machine_has(bench: Bench) -> None:
    async with bench.client() as client:
        assert shape(client.services) == {
            "2acd": ["notify"],
            "2ad4": ["read"],
            "2ad9": ["write", "indicate"],
            "2ada": ["notify"],
        }
        assert bytes(await client.read_gatt_char(uuid(RANGE))) == RANGE_VALUE


async def test_reading_what_cannot_be_read_is_the_machines_refusal(bench: Bench) -> None:
    async with bench.client() as client:
        with pytest.raises(BleakGATTProtocolError) as caught:
            await client.read_gatt_char(uuid(CONTROL))
        assert int(caught.value.code) == 0x02  # read not permitted


@pytest.mark.parametrize("kind", Kind)
async def test_the_answer_comes_in_the_kind_that_the_machine_chose(
    bench: Bench, kind: Kind
) -> None:
    bench.firmware.answers = [(0.0, kind)]
    async with bench.client() as client:
        heard = await listen(client, CONTROL)
        await client.write_gatt_char(uuid(CONTROL), b"\x00", response=True)
        assert await soon(heard) == b"\x80\x00\x01"


@pytest.mark.parametrize(
    ("answer_ms", "response_ms", "first"),
    [(0.0, 20.0, "answer"), (20.0, 0.0, "response")],
    ids=["before the write response Q2", "after it"],
)
async def test_answer_and_write_response_keep_the_machines_order(
    bench: Bench, answer_ms: float, response_ms: float, first: str
) -> None:
    bench.firmware.answers = [(answer_ms, Kind.INDICATION)]
    bench.firmware.write_response_ms = response_ms
    order: list[str] = []
    both = asyncio.Event()

    def came(what: str) -> None:
        order.append(what)
        if len(order) == 2:
            both.set()

    async with bench.client() as client:
        await client.start_notify(uuid(CONTROL), lambda _, __: came("answer"))
        await client.write_gatt_char(uuid(CONTROL), b"\x00", response=True)
        came("response")
        async with asyncio.timeout(PATIENCE_S):
            await both.wait()
    assert order[0] == first


async def test_two_indications_at_once_are_both_heard_in_order(bench: Bench) -> None:
    bench.firmware.answers = [(0.0, Kind.INDICATION), (0.0, Kind.INDICATION)]  # Q4
    async with bench.client() as client:
        heard = await listen(client, CONTROL)
        await client.write_gatt_char(uuid(CONTROL), b"\x08\x01", response=True)
        assert [await soon(heard), await soon(heard)] == [b"\x80\x08\x01", b"\x80\x08\x02"]


@pytest.mark.parametrize("code", [0x0F, 0xFD, 0xFE])
async def test_a_refused_write_carries_the_machines_code(bench: Bench, code: int) -> None:
    bench.firmware.att_error = code
    async with bench.client() as client:
        with pytest.raises(BleakGATTProtocolError) as caught:
            await client.write_gatt_char(uuid(CONTROL), b"\x00", response=True)
        assert int(caught.value.code) == code


async def test_a_write_command_to_a_machine_that_takes_none_has_no_effect(bench: Bench) -> None:
    async with bench.client() as client:
        await client.write_gatt_char(uuid(CONTROL), b"\x01", response=False)
        await client.write_gatt_char(uuid(CONTROL), b"\x02", response=True)
    assert [value for _, value in bench.firmware.written] == [b"\x02"]


async def test_pairing_reaches_the_machine(bench: Bench) -> None:
    async with bench.client() as client:
        (number,) = bench.server.clients
        assert not bench.server.radio.clients[number].encrypted
        await client.pair()
        assert bench.server.radio.clients[number].encrypted


async def test_a_second_client_connects_beside_the_first_and_hears_for_itself(
    bench: Bench,
) -> None:
    async with bench.client() as first, bench.client() as second:
        assert len(bench.server.clients) == 2
        heard_first, heard_second = await listen(first, STATUS), await listen(second, STATUS)
        loser = bench.server.clients[0]
        bench.do(
            lambda: bench.firmware.radio.say(
                bench.plant.now_ms, loser, STATUS, b"\xff", kind=Kind.NOTIFICATION
            )
        )
        assert await soon(heard_first) == b"\xff"
        assert heard_second.empty()


async def test_whoever_hangs_up_is_gone_for_the_machine(bench: Bench) -> None:
    async with bench.client():
        (number,) = bench.server.clients
    await bench.until(lambda: bench.firmware.left == [number])
    assert not bench.port.has_client


async def test_sr20_a_dropped_link_is_missed_and_refuses_until_it_returns(bench: Bench) -> None:
    gone = asyncio.Event()
    async with bench.client(disconnected_callback=lambda _: gone.set()):
        bench.do(lambda: bench.server.set_link(bench.plant.now_ms, up=False))
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()
    with pytest.raises(BleakError):
        await bench.client(timeout=0.2).connect()
    bench.do(lambda: bench.server.set_link(bench.plant.now_ms, up=True))
    async with bench.client() as client:
        assert client.is_connected


async def test_a_power_cut_disconnects_and_says_nothing(bench: Bench) -> None:
    gone = asyncio.Event()
    async with bench.client(disconnected_callback=lambda _: gone.set()) as client:
        heard = await listen(client, DATA)
        bench.do(lambda: bench.server.cut_power(bench.plant.now_ms))
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()
        assert heard.empty()


async def test_a_machine_that_drops_one_client_keeps_the_other(bench: Bench) -> None:
    gone = asyncio.Event()
    async with (
        bench.client(disconnected_callback=lambda _: gone.set()),
        bench.client() as other,
    ):
        dropped = bench.server.clients[0]
        bench.do(lambda: bench.firmware.radio.drop(bench.plant.now_ms, dropped))
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()
        assert bytes(await other.read_gatt_char(uuid(RANGE))) == RANGE_VALUE


async def test_a_notification_longer_than_the_mtu_is_cut_as_the_text_demands(
    bench: Bench,
) -> None:
    async with bench.client() as client:
        heard = await listen(client, DATA)
        (number,) = bench.server.clients
        bench.do(
            lambda: bench.firmware.radio.say(
                bench.plant.now_ms, number, DATA, bytes(300), kind=Kind.NOTIFICATION
            )
        )
        assert await soon(heard) == bytes(244)


async def test_a_bug_in_the_plant_ends_the_run_instead_of_a_log_line(tmp_path: Path) -> None:
    def broken() -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        async with bench_in(tmp_path) as bench:
            bench.do(broken)


async def test_its_socket_is_gone_when_it_has_ended(tmp_path: Path) -> None:
    async with bench_in(tmp_path) as bench:
        assert isinstance(bench.port, BlePort)
        assert socket_in(tmp_path).exists()
    assert not socket_in(tmp_path).exists()
