"""What bleak is asked, and what becomes of its errors, where a carrier is not needed to see it."""

import asyncio
from types import SimpleNamespace

import bleak
import pytest
from bleak.backends.device import BLEDevice
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakError,
    BleakGATTProtocolError,
)

from firmware_protocols.ftms.envelope import CARRIER_FAILED
from tests.drivers.fake_radio import FakeRadio
from treadctl.drivers import ble_link
from treadctl.drivers.ble_link import GattFailed, GattSilent, NoRadio, bounded
from treadctl.errors import LinkError

pytestmark = pytest.mark.asyncio

ADDRESS = "C0:FF:EE:00:00:01"


async def fails(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "kind", "att_error"),
    [
        (BleakGATTProtocolError(0xFD), GattFailed, 0xFD),
        (BleakGATTProtocolError(0x99), GattFailed, 0x99),
        (BleakError("no"), GattFailed, CARRIER_FAILED),
        (EOFError(), GattFailed, CARRIER_FAILED),
        (ZeroDivisionError(), GattFailed, CARRIER_FAILED),
        (FileNotFoundError(), NoRadio, CARRIER_FAILED),
        (asyncio.CancelledError(), GattFailed, CARRIER_FAILED),
        (
            BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF),
            NoRadio,
            CARRIER_FAILED,
        ),
    ],
)
async def test_whatever_a_backend_raises_is_a_failed_operation(
    error: BaseException, kind: type[GattFailed], att_error: int
) -> None:
    with pytest.raises(GattFailed) as caught:
        await bounded(fails(error), 1, "trying")
    assert type(caught.value) is kind
    assert caught.value.att_error == att_error


async def test_q27_an_operation_that_cannot_even_be_cancelled_is_left_behind() -> None:
    let_go = asyncio.Event()

    async def stubborn() -> None:
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue

    with pytest.raises(GattSilent, match=r"trying took more than 0.01 s"):
        await bounded(stubborn(), 0.01, "trying")
    let_go.set()


async def test_whoever_waits_for_an_operation_can_be_cancelled() -> None:
    never = asyncio.get_running_loop().create_future()
    waiting = asyncio.ensure_future(bounded(never, 60, "trying"))
    done, _ = await asyncio.wait({waiting}, timeout=0.01)
    assert not done
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert never.cancelled()


async def test_a_treadmill_that_the_system_still_holds_is_not_looked_for_on_the_air(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It does not advertise while it is connected, whoever's program connected it has died."""
    held = BLEDevice(ADDRESS.lower(), "Held", None)

    async def connected_devices() -> list[BLEDevice]:
        return [BLEDevice("C0:FF:EE:00:00:02", "Other", None), held]

    async def adapter() -> SimpleNamespace:
        return SimpleNamespace(get_connected_devices=connected_devices)

    monkeypatch.setattr(bleak.BleakAdapter, "get", adapter)
    assert await ble_link._find(ADDRESS, None) is held


async def test_an_adapter_that_cannot_tell_is_asked_on_the_air(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = BLEDevice(ADDRESS, "Heard", None)

    async def find(address: str, timeout: float) -> BLEDevice:
        assert (address, timeout) == (ADDRESS, ble_link.FIND_S)
        return heard

    monkeypatch.setattr(bleak.BleakAdapter, "get", lambda: fails(NotImplementedError()))
    monkeypatch.setattr(bleak.BleakScanner, "find_device_by_address", find)
    assert await ble_link._find(ADDRESS, None) is heard


async def test_looking_that_fails_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bleak.BleakScanner, "find_device_by_address", lambda *a, **k: fails(BleakError("busy"))
    )
    with pytest.raises(LinkError, match=r"could not be looked for: .*busy\. Restart"):
        await ble_link._find(ADDRESS, FakeRadio("/nowhere"))


async def test_listening_without_a_radio_says_what_to_do() -> None:
    with pytest.raises(LinkError, match=r"no fake at /nowhere\. Plug in a Bluetooth adapter"):
        await ble_link.listen(FakeRadio("/nowhere"), 0, lambda heard: None)


@pytest.mark.parametrize(
    ("name", "shown"),
    [(None, ""), ("Treadmill ä", "Treadmill ä"), ("\x1b[2J\n", "?[2J?"), ("x" * 99, "x" * 40)],
)
async def test_a_name_holds_nothing_that_a_terminal_would_obey(
    name: str | None, shown: str
) -> None:
    assert ble_link.plain(name) == shown
