"""One connection through bleak's own front door, with a treadmill that misbehaves as told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from firmware_protocols.ftms import uuids
from firmware_protocols.ftms.envelope import (
    CARRIER_FAILED,
    NOBODY,
    Record,
    Value,
    Write,
    Written,
)
from tests.drivers.fake_radio import (
    ADDRESS,
    DATA,
    FEATURE,
    HANG,
    INCLINE_RANGE,
    SPEED_RANGE,
    FakeRadio,
    FakeTreadmill,
    fake_treadmill,
)
from treadctl.drivers import ble_carrier, ble_link
from treadctl.drivers.ble_carrier import Carrier
from treadctl.errors import LinkError

pytestmark = pytest.mark.asyncio

STOP = b"\x08\x01"
SPEED = b"\x02\xe6\x00"
START = b"\x07"
CONTROL = b"\x00"
SHORT_S = 1.0
hanging = pytest.mark.usefixtures("impatient")
"""For what waits until a bound is over. Whatever does not has the bounds of the product."""


@pytest.fixture
def treadmill() -> Iterator[FakeTreadmill]:
    with fake_treadmill() as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every bound, shorter."""
    for name in ("READ_S", "SUBSCRIBE_S", "PAIR_S", "WRITE_S", "HANG_UP_S"):
        monkeypatch.setattr(ble_link, name, SHORT_S)
    monkeypatch.setattr(ble_link, "FIND_S", SHORT_S)
    monkeypatch.setattr(ble_link, "CONNECT_S", SHORT_S)


@pytest_asyncio.fixture(autouse=True)
async def settled() -> AsyncIterator[None]:
    """Transports that were closed close in a later turn of the loop."""
    yield
    for _ in range(3):
        turned = asyncio.Event()
        asyncio.get_running_loop().call_soon(turned.set)
        await turned.wait()


@dataclass
class Gate:
    """What the other side of the envelope heard."""

    heard: list[Record] = field(default_factory=list)
    lost: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, record: Record) -> None:
        self.heard.append(record)
        self._changed.set()

    def lose(self) -> None:
        self.lost += 1
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def written(self, number: int) -> int:
        """Return what became of the write of that number."""
        await self.until(lambda: number in self.fates)
        return self.fates[number]

    @property
    def fates(self) -> dict[int, int]:
        return {r.number: r.att_error for r in self.heard if isinstance(r, Written)}


async def connected(treadmill: FakeTreadmill, gate: Gate) -> Carrier:
    return await Carrier.open(ADDRESS, FakeRadio(treadmill.path), hear=gate.hear, lost=gate.lose)


def write(value: bytes, number: int = 1, *, with_response: bool = True) -> Write:
    return Write(number, uuids.CONTROL_POINT, value, with_response)


async def under_way(treadmill: FakeTreadmill) -> None:
    """The next write has reached the machine."""
    await asyncio.to_thread(treadmill.next_write)


# Connecting.


async def test_it_reads_then_subscribes_control_point_last(
    treadmill: FakeTreadmill,
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    assert gate.heard == [
        Value(uuids.FITNESS_MACHINE_FEATURE, FEATURE),
        Value(uuids.SPEED_RANGE, SPEED_RANGE),
        Value(uuids.INCLINATION_RANGE, INCLINE_RANGE),
        Value(uuids.MANUFACTURER_NAME, b"treadctl"),
        Value(uuids.MODEL_NUMBER, b"FAKE"),
        Value(uuids.FIRMWARE_REVISION, b"1.0"),
    ]
    subscribed = [word for word in treadmill.operations if word.startswith("subscribe")]
    assert subscribed == [f"subscribe {n}" for n in ("2ada", "2acd", "2ad3", "2ad9")]
    assert treadmill.drain() == []
    await carrier.close()


async def test_what_a_machine_does_not_have_is_not_asked_for(treadmill: FakeTreadmill) -> None:
    treadmill.values = {uuids.FITNESS_MACHINE_FEATURE: FEATURE}
    treadmill.notifying = [uuids.TREADMILL_DATA, uuids.CONTROL_POINT]
    gate = Gate()
    carrier = await connected(treadmill, gate)
    assert gate.heard == [Value(uuids.FITNESS_MACHINE_FEATURE, FEATURE)]
    await carrier.close()


@pytest.mark.parametrize(
    ("lacks", "spelled"),
    [(uuids.TREADMILL_DATA, "2ACD"), (uuids.CONTROL_POINT, "2AD9")],
)
async def test_what_cannot_be_driven_is_refused_with_the_reason_and_let_go(
    treadmill: FakeTreadmill, lacks: int, spelled: str
) -> None:
    treadmill.notifying.remove(lacks)
    with pytest.raises(LinkError, match=rf"no treadmill that can be driven.*{spelled}.*scan"):
        await connected(treadmill, Gate())
    assert treadmill.hung_up.wait(5)


@hanging
async def test_a_treadmill_that_is_off_is_not_found_and_the_remedy_is_said(
    treadmill: FakeTreadmill,
) -> None:
    treadmill.advertises = False
    with pytest.raises(LinkError, match=rf"{ADDRESS} was heard.*Switch the treadmill on"):
        await connected(treadmill, Gate())


async def test_a_radio_that_is_not_there_says_what_to_do() -> None:
    with pytest.raises(LinkError, match=r"no fake at /nowhere. Plug in a Bluetooth adapter"):
        await Carrier.open(ADDRESS, FakeRadio("/nowhere"), hear=print, lost=print)


@hanging
async def test_a_system_without_bluetooth_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    with pytest.raises(LinkError, match=r"no Bluetooth service.*bluetoothctl power on"):
        await Carrier.open(ADDRESS, None, hear=print, lost=print)


@pytest.mark.parametrize("operation", ["connect", "read", "subscribe"])
@hanging
async def test_q27_an_operation_that_hangs_while_connecting_is_an_error_in_time(
    treadmill: FakeTreadmill, operation: str
) -> None:
    treadmill.refusals[operation] = [HANG]
    with pytest.raises(LinkError, match=r"took more than .* s. End every app"):
        await connected(treadmill, Gate())


@hanging
async def test_q27_hanging_up_may_hang(treadmill: FakeTreadmill) -> None:
    treadmill.refusals["disconnect"] = [HANG]
    carrier = await connected(treadmill, Gate())
    async with asyncio.timeout(2):
        await carrier.close()


@pytest.mark.parametrize("refusal", [0x02, 0x0E, "something else"])
async def test_a_value_that_may_not_be_read_is_left_out(
    treadmill: FakeTreadmill, refusal: int | str
) -> None:
    treadmill.refusals["read"] = [refusal]
    gate = Gate()
    carrier = await connected(treadmill, gate)
    assert gate.heard[0] == Value(uuids.SPEED_RANGE, SPEED_RANGE)
    await carrier.close()


async def test_a_status_that_cannot_be_subscribed_to_is_done_without(
    treadmill: FakeTreadmill,
) -> None:
    treadmill.refusals["subscribe"] = [0x06]  # of 2ADA, the first
    carrier = await connected(treadmill, Gate())
    assert treadmill.operations[-1] == "subscribe 2ad9"
    await carrier.close()


async def test_data_that_cannot_be_subscribed_to_is_no_treadmill(treadmill: FakeTreadmill) -> None:
    treadmill.notifying.remove(uuids.MACHINE_STATUS)
    treadmill.refusals["subscribe"] = [0x06]
    with pytest.raises(LinkError, match="could not be connected to: subscribing"):
        await connected(treadmill, Gate())


@pytest.mark.parametrize("operation", ["read", "subscribe"])
@pytest.mark.parametrize("error", [0x05, 0x0F, 0x0C])
async def test_a_machine_that_wants_pairing_first_is_paired_with(
    treadmill: FakeTreadmill, operation: str, error: int
) -> None:
    treadmill.refusals[operation] = [error]
    gate = Gate()
    carrier = await connected(treadmill, gate)
    assert "pair" in treadmill.operations
    assert gate.heard[0] == Value(uuids.FITNESS_MACHINE_FEATURE, FEATURE)
    assert treadmill.operations[-1] == "subscribe 2ad9"
    await carrier.close()


@pytest.mark.parametrize("refusal", [HANG, "no agent"])
@pytest.mark.parametrize("operation", ["read", "subscribe"])
@hanging
async def test_a_machine_that_cannot_be_paired_with_is_an_error_with_the_remedy(
    treadmill: FakeTreadmill, operation: str, refusal: str
) -> None:
    treadmill.refusals = {operation: [0x0F], "pair": [refusal]}
    with pytest.raises(LinkError, match=rf"pairing.* bluetoothctl pair {ADDRESS}"):
        await connected(treadmill, Gate())


# Carrying.


async def test_what_the_machine_says_is_passed_on_as_it_is(treadmill: FakeTreadmill) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    for uuid, value in [
        (uuids.TREADMILL_DATA, DATA),
        (uuids.MACHINE_STATUS, b"\x03"),
        (uuids.TRAINING_STATUS, b""),
        (uuids.CONTROL_POINT, b"\x80\x00\x01"),
    ]:
        treadmill.notify(uuid, value)
        await gate.until(lambda: gate.heard[-1] == Value(uuid, value))  # noqa: B023
    await carrier.close()


@pytest.mark.parametrize("with_response", [True, False])
async def test_a_write_is_written_as_asked_and_reported(
    treadmill: FakeTreadmill, with_response: bool
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    carrier.write(write(SPEED, 7, with_response=with_response))
    assert await gate.written(7) == 0
    (seen,) = treadmill.drain()
    assert (seen.uuid, seen.value, seen.with_response) == (0x2AD9, SPEED, with_response)
    await carrier.close()


@pytest.mark.parametrize("error", [0x03, 0x06, 0x80, 0xFE, 0xFF])
async def test_an_error_of_the_machine_is_reported_as_it_is(
    treadmill: FakeTreadmill, error: int
) -> None:
    treadmill.refusals["write"] = [error]
    gate = Gate()
    carrier = await connected(treadmill, gate)
    carrier.write(write(START))
    assert await gate.written(1) == error
    await carrier.close()


async def test_what_a_backend_raises_is_a_failed_write_and_the_next_one_goes_out(
    treadmill: FakeTreadmill,
) -> None:
    treadmill.refusals["write"] = ["D-Bus says no"]
    gate = Gate()
    carrier = await connected(treadmill, gate)
    carrier.write(write(START, 1))
    assert await gate.written(1) == CARRIER_FAILED
    carrier.write(write(STOP, 2))
    assert await gate.written(2) == 0
    await carrier.close()


async def test_what_the_machine_does_not_have_cannot_be_written(treadmill: FakeTreadmill) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    carrier.write(Write(1, uuids.HEART_RATE_MEASUREMENT, b"\x00"))
    assert await gate.written(1) == CARRIER_FAILED
    assert treadmill.drain() == []
    await carrier.close()


async def test_an_unsubscribed_control_point_is_subscribed_again_before_it_is_reported(
    treadmill: FakeTreadmill,
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    treadmill.operations.clear()
    treadmill.refusals["write"] = [0xFD]
    carrier.write(write(CONTROL))
    assert await gate.written(1) == 0xFD
    assert treadmill.operations == ["write 2ad9", "unsubscribe 2ad9", "subscribe 2ad9"]
    treadmill.notify(uuids.CONTROL_POINT, b"\x80\x00\x01")
    await gate.until(lambda: gate.heard[-1] == Value(uuids.CONTROL_POINT, b"\x80\x00\x01"))
    await carrier.close()


@pytest.mark.parametrize("error", [0x05, 0x0F, 0x0C])
async def test_a_write_that_wants_pairing_is_reported_after_pairing(
    treadmill: FakeTreadmill, error: int
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    treadmill.operations.clear()
    treadmill.refusals["write"] = [error]
    carrier.write(write(CONTROL))
    assert await gate.written(1) == error
    assert treadmill.operations == ["write 2ad9", "pair"]
    await carrier.close()


@hanging
async def test_a_pairing_that_hangs_does_not_hold_up_a_stop_for_ever(
    treadmill: FakeTreadmill,
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    treadmill.refusals = {"write": [0x0F], "pair": [HANG]}
    carrier.write(write(START, 1))
    await under_way(treadmill)
    carrier.write(write(STOP, 2))
    assert await gate.written(2) == 0
    await carrier.close()


@hanging
async def test_a_stop_overtakes_what_waits_behind_a_slow_write(treadmill: FakeTreadmill) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    treadmill.refusals["write"] = [HANG]
    carrier.write(write(CONTROL, 1))
    await under_way(treadmill)
    carrier.write(write(START, 2))
    carrier.write(write(SPEED, 3))
    carrier.write(write(STOP, 4))
    assert await gate.written(4) == 0
    assert gate.fates[2] == gate.fates[3] == CARRIER_FAILED
    assert [seen.value for seen in treadmill.drain()] == [STOP]
    await carrier.close()


@hanging
async def test_one_write_without_an_answer_is_a_failure_and_two_are_the_end(
    treadmill: FakeTreadmill,
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    treadmill.refusals["write"] = [HANG, HANG]
    carrier.write(write(START, 1))
    assert await gate.written(1) == CARRIER_FAILED
    assert gate.lost == 0
    carrier.write(write(STOP, 2))
    assert await gate.written(2) == CARRIER_FAILED
    await gate.until(lambda: gate.lost > 0)
    await carrier.close()


async def test_sr20_a_treadmill_out_of_range_is_noticed(treadmill: FakeTreadmill) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    treadmill.drop()
    await gate.until(lambda: gate.lost > 0)
    await carrier.close()


async def test_sr20_a_write_on_its_way_when_the_link_goes_is_reported(
    treadmill: FakeTreadmill,
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    treadmill.refusals["write"] = [HANG]
    treadmill.on_write = lambda machine, value: machine.drop()
    carrier.write(write(STOP))
    assert await gate.written(1) == CARRIER_FAILED
    assert gate.lost > 0
    await carrier.close()


@pytest.mark.parametrize("error", [0x03, 0x06])
async def test_a_stop_is_said_in_the_other_kind_of_write_where_one_is_refused(
    treadmill: FakeTreadmill, error: int
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    treadmill.refusals["write"] = [error]
    carrier.write(write(STOP))
    assert await gate.written(1) == 0
    assert [(seen.value, seen.with_response) for seen in treadmill.drain()] == [
        (STOP, True),
        (STOP, False),
    ]
    await carrier.close()


async def test_only_a_stop_is_worth_both_kinds(treadmill: FakeTreadmill) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    treadmill.refusals["write"] = [0x03]
    carrier.write(write(START))
    assert await gate.written(1) == 0x03
    assert len(treadmill.drain()) == 1
    await carrier.close()


async def test_sr31_whoever_knows_no_machine_says_stop_as_the_session_did(
    treadmill: FakeTreadmill,
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    carrier.write(write(START, 1, with_response=False))
    await gate.written(1)
    carrier.write(write(STOP, NOBODY))
    await under_way(treadmill)
    assert (await asyncio.to_thread(treadmill.next_write)).with_response is False
    await carrier.close()


async def test_sr20_a_bridge_that_cannot_write_any_more_is_a_lost_link(
    treadmill: FakeTreadmill, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(carrier: Carrier, write: Write) -> int:
        raise ZeroDivisionError

    gate = Gate()
    carrier = await connected(treadmill, gate)
    monkeypatch.setattr(Carrier, "_write_one", broken)
    carrier.write(write(STOP))
    await gate.until(lambda: gate.lost > 0)
    await carrier.close()


# The end.


async def test_last_words_are_one_more_stop_after_those_that_wait(
    treadmill: FakeTreadmill,
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    carrier.write(write(START, 1))
    carrier.write(write(SPEED, 2))
    carrier.write(write(b"\x02\x00\x00", NOBODY))
    await carrier.last_words()
    await carrier.close()
    values = [seen.value for seen in treadmill.drain()]
    assert values in ([START, b"\x02\x00\x00", STOP], [b"\x02\x00\x00", STOP])
    assert gate.fates[2] == CARRIER_FAILED
    assert treadmill.hung_up.is_set()


@pytest.mark.parametrize("said", [[], [CONTROL]])
async def test_a_belt_that_was_never_told_anything_is_left_alone(
    treadmill: FakeTreadmill, said: list[bytes]
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    for value in said:
        carrier.write(write(value))
        await gate.written(1)
    await carrier.last_words()
    await carrier.close()
    assert [seen.value for seen in treadmill.drain()] == said


async def test_last_words_are_in_the_kind_of_write_that_the_machine_takes(
    treadmill: FakeTreadmill,
) -> None:
    gate = Gate()
    carrier = await connected(treadmill, gate)
    carrier.write(write(START, 1, with_response=False))
    await gate.written(1)
    await carrier.last_words()
    assert treadmill.drain()[-1].with_response is False
    await carrier.close()


@hanging
async def test_q27_last_words_that_nobody_answers_end(
    treadmill: FakeTreadmill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ble_carrier, "LAST_WORDS_S", SHORT_S)
    gate = Gate()
    carrier = await connected(treadmill, gate)
    treadmill.refusals["write"] = [HANG] * 9
    carrier.write(write(START))
    async with asyncio.timeout(2):
        await carrier.last_words()
        await carrier.close()
