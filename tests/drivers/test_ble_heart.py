"""A heart-rate sensor through bleak's own front door, and as a link of its own."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.control_point import WriteError
from firmware_protocols.ftms.envelope import (
    NOBODY,
    HostDecoder,
    Ready,
    Record,
    Value,
    Write,
    encode,
)
from tests.drivers.fake_radio import ADDRESS, HANG, FakeRadio, FakeTreadmill, fake_treadmill
from tests.gate.waiting import until
from treadctl.drivers import ble_bridge, ble_link, ports
from treadctl.drivers.ble_heart import HeartCarrier
from treadctl.drivers.bridge_link import COMMAND
from treadctl.errors import LinkError

# ftms.md 6: 90 bpm, and one interval of a second.
NINETY = bytes.fromhex("105A0004")


@pytest.fixture
def sensor() -> Iterator[FakeTreadmill]:
    """A fake that notifies a heart rate, and nothing else."""
    with fake_treadmill(values={}, notifying=[uuids.HEART_RATE_MEASUREMENT]) as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SUBSCRIBE_S", "PAIR_S", "HANG_UP_S"):
        monkeypatch.setattr(ble_link, name, 1.0)


class Ear:
    def __init__(self) -> None:
        self.heard: list[Record] = []
        self.came = asyncio.Event()
        self.lost = asyncio.Event()

    def hear(self, record: Record) -> None:
        self.heard.append(record)
        self.came.set()


async def connected(sensor: FakeTreadmill, ear: Ear) -> HeartCarrier:
    return await HeartCarrier.open(
        ADDRESS, FakeRadio(sensor.path), hear=ear.hear, lost=ear.lost.set
    )


async def settled() -> None:
    """Transports that were closed close in a later turn of the loop."""
    for _ in range(3):
        turned = asyncio.Event()
        asyncio.get_running_loop().call_soon(turned.set)
        await turned.wait()


@pytest.mark.asyncio
async def test_it_subscribes_to_the_measurement_and_does_nothing_else(
    sensor: FakeTreadmill,
) -> None:
    ear = Ear()
    carrier = await connected(sensor, ear)
    sensor.notify(uuids.HEART_RATE_MEASUREMENT, NINETY)
    async with asyncio.timeout(5):
        await ear.came.wait()
    assert ear.heard == [Value(uuids.HEART_RATE_MEASUREMENT, NINETY)]
    assert sensor.operations == ["scan", "connect", "subscribe 2a37"]
    await carrier.close()
    await settled()


@pytest.mark.asyncio
async def test_sr45_what_is_written_to_a_sensor_reaches_nothing(sensor: FakeTreadmill) -> None:
    carrier = await connected(sensor, Ear())
    carrier.write(Write(NOBODY, uuids.HEART_RATE_MEASUREMENT, b"\x01"))
    await carrier.last_words()
    await carrier.close()
    await settled()
    assert sensor.drain() == []
    assert sensor.operations == ["scan", "connect", "subscribe 2a37", "disconnect"]


@pytest.mark.asyncio
async def test_what_is_no_sensor_is_refused_with_the_reason_and_let_go() -> None:
    with fake_treadmill() as treadmill:
        with pytest.raises(LinkError, match=r"no heart-rate sensor.*2A37.*devices scan"):
            await connected(treadmill, Ear())
        await settled()
        assert await asyncio.to_thread(treadmill.hung_up.wait, 5)


@pytest.mark.asyncio
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("refusal", [HANG, "no", WriteError.WRITE_NOT_PERMITTED])
async def test_a_sensor_that_takes_no_listener_is_let_go(
    sensor: FakeTreadmill, refusal: str | int
) -> None:
    sensor.refusals["subscribe"] = [refusal]
    with pytest.raises(LinkError, match="could not be connected to"):
        await connected(sensor, Ear())
    await settled()
    assert await asyncio.to_thread(sensor.dropped.wait, 5)


@pytest.mark.asyncio
async def test_a_sensor_that_wants_to_be_paired_with_is(sensor: FakeTreadmill) -> None:
    sensor.refusals["subscribe"] = [WriteError.INSUFFICIENT_ENCRYPTION]
    carrier = await connected(sensor, Ear())
    assert sensor.operations[2:] == ["subscribe 2a37", "pair", "subscribe 2a37"]
    await carrier.close()
    await settled()


@pytest.mark.asyncio
async def test_sr46_a_sensor_out_of_reach_is_noticed(sensor: FakeTreadmill) -> None:
    ear = Ear()
    carrier = await connected(sensor, ear)
    await asyncio.to_thread(sensor.drop)
    async with asyncio.timeout(5):
        await ear.lost.wait()
    await carrier.close()
    await settled()


# As a process.


@pytest.mark.chaos
def test_a_sensor_is_a_link_that_only_speaks_and_that_is_lost_with_it(
    sensor: FakeTreadmill,
) -> None:
    link = ports.open_heart(sensor.url)
    decoder = HostDecoder()
    heard: list[object] = []

    def came() -> bool:
        decoder.receive_data(link.read_available())
        heard.extend(decoder.records())
        return Value(uuids.HEART_RATE_MEASUREMENT, NINETY) in heard

    link.write(encode(Write(NOBODY, uuids.CONTROL_POINT, b"\x08\x01")))
    sensor.notify(uuids.HEART_RATE_MEASUREMENT, NINETY)
    until(came, [link.fileno()])
    assert heard[0] == Ready()
    assert sensor.drain() == []
    sensor.drop()

    def gone() -> bool:
        try:
            link.read_available()
        except LinkError:
            return True
        return False

    until(gone, [link.fileno()])
    link.close()


@pytest.mark.chaos
def test_a_bridge_to_something_unheard_of_says_how_it_is_started() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        done = subprocess.run(
            [*COMMAND, str(theirs.fileno()), ADDRESS, "", "toaster"],
            pass_fds=[theirs.fileno()],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env=os.environ,
            executable=sys.executable,
        )
    assert (done.returncode, done.stderr) == (
        ble_bridge.EXIT_USAGE,
        "This is started by treadctl's gate.\n",
    )
