"""`treadmill-sim serve --machine ftms --ble` as a process of its own, and clients that die."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bleak.exc import BleakError, BleakGATTProtocolError

from tests.air.peripheral import PATIENCE_S
from tests.air.treadmill import (
    CONTROL,
    REQUEST_CONTROL,
    SPEED_2_KMH,
    START,
    STOP,
    Treadmill,
    at,
    client_for,
    found_at,
    soon,
)
from tests.simulator.servers.test_serve import (
    Simulator,
    connect,
    lines_of,
    read_until,
    simulator,
)

pytestmark = pytest.mark.asyncio

QUICK = ("--ramp-ckmh-s", "2000", "--data-period-ms", "100")


def serve(folder: Path, *more: str) -> list[str]:
    where = f"unix:{folder / 'air'}"
    return ["serve", "--machine", "ftms", "--ble", where, "--control", *QUICK, *more]


async def walk(treadmill: Treadmill) -> None:
    assert await treadmill.ask(REQUEST_CONTROL) == "800001"
    assert await treadmill.ask(START) == "800701"
    await treadmill.until_it_moves()


async def gone(event: asyncio.Event) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await event.wait()


@pytest.mark.parametrize("where", ["unix", "tcp"])
async def test_a_session_over_two_processes(tmp_path: Path, where: str) -> None:
    truth = tmp_path / "truth.jsonl"
    arguments = serve(tmp_path, "--truth", str(truth))
    if where == "tcp":
        arguments[arguments.index("--ble") + 1] = "tcp:127.0.0.1:0"
    with simulator(*arguments) as sim:
        assert sim.ready["class"] == "C"
        assert sim.ready["strap"] is None
        assert found_at(sim.ready["address"])[0].startswith(f"{where}:")
        async with at(sim.ready["address"]) as treadmill:
            assert await treadmill.speed_ckmh() == 0
            await walk(treadmill)
            assert await treadmill.ask(SPEED_2_KMH) == "800201"
            async with asyncio.timeout(PATIENCE_S):
                while await treadmill.speed_ckmh() != 200:
                    pass
            assert await treadmill.ask(STOP) == "800801"
            async with asyncio.timeout(PATIENCE_S):
                while await treadmill.speed_ckmh() != 0:
                    pass
        sim.process.send_signal(signal.SIGTERM)
        assert sim.end()[0] == 0
    lines = lines_of(truth)
    assert [each["hex"] for line in lines for each in line["rx"]] == [
        "00",
        "07",
        "02 C8 00",
        "08 01",
    ]
    assert max(line["belt_ckmh"] for line in lines) == pytest.approx(200, abs=1)


async def test_sr20_a_client_killed_in_mid_walk_leaves_a_belt_that_can_be_stopped_at_once(
    tmp_path: Path,
) -> None:
    with simulator(*serve(tmp_path)) as sim:
        url = sim.ready["address"]
        walker = subprocess.Popen(
            [sys.executable, "-m", "tests.air.walking_client", *found_at(url)],
            stdout=subprocess.PIPE,
        )
        try:
            assert walker.stdout is not None
            assert walker.stdout.readline() == b"walking\n"
            walker.kill()
            walker.wait()
            async with at(url) as treadmill:
                assert await treadmill.speed_ckmh() > 0  # class C: ftms.md 12
                assert await treadmill.ask(STOP) == "800805"  # control died with its holder
                assert await treadmill.ask(REQUEST_CONTROL) == "800001"
                assert await treadmill.ask(STOP) == "800801"
        finally:
            walker.kill()
            walker.communicate()


async def test_a_killed_simulator_is_a_lost_link(tmp_path: Path) -> None:
    lost = asyncio.Event()
    with simulator(*serve(tmp_path)) as sim:
        async with at(
            sim.ready["address"], disconnected_callback=lambda _: lost.set()
        ) as treadmill:
            sim.process.kill()
            await gone(lost)
            with pytest.raises(BleakError):
                await treadmill.client.write_gatt_char(CONTROL, STOP, response=True)
    # What it left behind does not stop the next one.
    with simulator(*serve(tmp_path)) as sim:
        async with at(sim.ready["address"]) as treadmill:
            assert await treadmill.ask(REQUEST_CONTROL) == "800001"


async def test_sr38_a_second_client_takes_control_and_the_first_is_told(tmp_path: Path) -> None:
    with simulator(*serve(tmp_path)) as sim:
        url = sim.ready["address"]
        async with at(url) as first, at(url) as second:
            await walk(first)
            assert await second.ask(STOP) == "800805"
            assert await second.ask(REQUEST_CONTROL) == "800001"
            assert await soon(first.status) == b"\xff"
            assert await first.ask(STOP) == "800805"
            assert await second.ask(STOP) == "800801"


async def test_a_slow_link_is_slow_both_ways(tmp_path: Path) -> None:
    with simulator(*serve(tmp_path, "--quirk", "slow-link")) as sim:
        async with at(sim.ready["address"]) as treadmill:
            start_s = asyncio.get_running_loop().time()
            assert await treadmill.ask(REQUEST_CONTROL) == "800001"
            assert asyncio.get_running_loop().time() - start_s >= 0.1


async def test_sr19_a_mute_machine_obeys_and_is_silent_on_a_link_that_stays(
    tmp_path: Path,
) -> None:
    with simulator(*serve(tmp_path)) as sim:
        async with at(sim.ready["address"]) as treadmill:
            await walk(treadmill)
            sim.act(act="mute")
            async with asyncio.timeout(PATIENCE_S):
                while not await silent_for(treadmill, 0.5):
                    pass
            assert treadmill.client.is_connected
            await treadmill.client.write_gatt_char(CONTROL, STOP, response=True)


async def silent_for(treadmill: Treadmill, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await treadmill.data.get()
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize(
    ("cut", "cure"), [("link-drop", "link-return"), ("power-cut", "power-return")]
)
async def test_sr20_a_link_that_was_cut_comes_back_as_a_new_one(
    tmp_path: Path, cut: str, cure: str
) -> None:
    lost = asyncio.Event()
    with simulator(*serve(tmp_path)) as sim:
        url = sim.ready["address"]
        async with at(url, disconnected_callback=lambda _: lost.set()):
            sim.act(act=cut)
            await gone(lost)
        with pytest.raises(BleakError):
            await client_for(url, timeout=0.3).connect()
        sim.act(act=cure)
        async with at(url, timeout=PATIENCE_S) as treadmill:
            assert await treadmill.ask(REQUEST_CONTROL) == "800001"


async def test_a_pulled_key_is_status_03(tmp_path: Path) -> None:
    with simulator(*serve(tmp_path)) as sim:
        async with at(sim.ready["address"]) as treadmill:
            await walk(treadmill)
            sim.act(act="key-pull")
            assert await soon(treadmill.status) == b"\x03"


async def test_commands_before_the_subscription_are_refused_with_fd(tmp_path: Path) -> None:
    with simulator(*serve(tmp_path)) as sim:
        async with client_for(sim.ready["address"]) as client:
            with pytest.raises(BleakGATTProtocolError) as caught:
                await client.write_gatt_char(CONTROL, REQUEST_CONTROL, response=True)
            assert int(caught.value.code) == 0xFD


async def test_a_machine_that_needs_pairing_takes_commands_after_it(tmp_path: Path) -> None:
    with simulator(*serve(tmp_path, "--quirk", "needs-pairing")) as sim:
        async with at(sim.ready["address"]) as treadmill:
            with pytest.raises(BleakGATTProtocolError) as caught:
                await treadmill.client.write_gatt_char(CONTROL, REQUEST_CONTROL, response=True)
            assert int(caught.value.code) in {0x05, 0x0F}  # ftms.md 3.3
            await treadmill.client.pair()
            assert await treadmill.ask(REQUEST_CONTROL) == "800001"


async def test_sr16_the_strap_is_on_an_adapter_beside_the_air(tmp_path: Path) -> None:
    pulled = bytes.fromhex("FF FA 2C 6B 92 FF F0")  # serial.md 13.4
    with (
        simulator(*serve(tmp_path, "--strap", "127.0.0.1:0")) as sim,
        connect(sim.ready["strap"]) as strap,
    ):
        strap.sendall(bytes.fromhex("FF FB 2C"))
        await asyncio.to_thread(read_until, strap, bytes.fromhex("FF FA 2C 6B"))
        async with at(sim.ready["address"]):
            sim.act(act="strap-pull")
            await asyncio.to_thread(read_until, strap, pulled)


def stopped_by(number: signal.Signals) -> Callable[[Simulator], None]:
    return lambda sim: sim.process.send_signal(number)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(stopped_by(signal.SIGINT), id="SIGINT"),
        pytest.param(stopped_by(signal.SIGTERM), id="SIGTERM"),
        pytest.param(stopped_by(signal.SIGHUP), id="SIGHUP"),
        pytest.param(lambda sim: sim.close_stdin(), id="end of control"),
    ],
)
async def test_it_ends_as_asked_with_a_client_connected(
    tmp_path: Path, end: Callable[[Simulator], None]
) -> None:
    lost = asyncio.Event()
    with simulator(*serve(tmp_path)) as sim:
        async with at(sim.ready["address"], disconnected_callback=lambda _: lost.set()):
            end(sim)
            await gone(lost)
        code, error = await asyncio.to_thread(sim.end)
        assert code == 0
        assert error.splitlines() == [
            "treadmill-sim: SIMULATED ftms. No real belt moves. Ctrl-C ends it."
        ]
    assert list(tmp_path.iterdir()) == []


async def test_sr46_a_heart_rate_strap_is_served_the_same_way(tmp_path: Path) -> None:
    measurement = "00002a37-0000-1000-8000-00805f9b34fb"
    serve_strap = ["serve", "--machine", "heart-rate", "--ble", f"unix:{tmp_path / 'air'}"]
    with simulator(*serve_strap, "--bpm", "120", "--control") as sim:
        assert list(sim.ready) == ["ready", "address", "strap"]
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        async with client_for(sim.ready["address"]) as client:
            await client.start_notify(measurement, lambda _, value: heard.put_nowait(bytes(value)))
            value = await soon(heard)
            assert value[0] == 0x16
            assert abs(value[1] - 120) <= 2
            sim.act(act="no-contact")
            async with asyncio.timeout(PATIENCE_S):
                while (await heard.get())[0] != 0x04:
                    pass
