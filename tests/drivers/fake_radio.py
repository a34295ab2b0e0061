"""A treadmill for bleak without a radio: a backend in one process, its script in another.

`FakeTreadmill` is the test's end: it says what can be read, notes what is written and when, and
misbehaves as it is told. `FakeClient` and `FakeScanner` are the backend; they speak with it over a
unix socket, so that a bridge process can have it as well. Lines of JSON, one per operation.
"""

import asyncio
import contextlib
import json
import os
import queue
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakError,
    BleakGATTProtocolError,
)

from firmware_protocols.ftms import uuids
from tests.gate.waiting import DEADLINE_MS, now_ms
from treadctl.drivers.radios import GROUP

ADDRESS: Final = "C0:FF:EE:00:00:01"
NAME: Final = "Fake 1"

# ftms.md 7, the Yesoul and FR30z rows: feature, speed range, incline range, treadmill data.
FEATURE: Final = bytes.fromhex("4512000001000000")
SPEED_RANGE: Final = bytes.fromhex("3200d0070a00")
INCLINE_RANGE: Final = bytes.fromhex("000096000a00")
DATA: Final = bytes.fromhex("8624fa00d900a605005500ffffff5709f30d00")

ADVERTISES_S: Final = 0.02
HANG: Final = "hang"
"""Among the refusals: no answer, ever."""

Refusal = int | str
"""An error of the attribute protocol, `HANG`, or what a backend's exception says."""


@dataclass(frozen=True)
class Seen:
    """One write as the treadmill got it."""

    uuid: int
    value: bytes
    with_response: bool
    at_ns: int

    @property
    def at_ms(self) -> int:
        return self.at_ns // 1_000_000


@dataclass(frozen=True)
class Advert:
    """One advertisement: services by number, and service data as hex by number."""

    address: str = ADDRESS
    name: str | None = NAME
    rssi: int = -55
    services: tuple[int, ...] = (uuids.FITNESS_MACHINE_SERVICE,)
    # ftms.md 5: available, a treadmill.
    service_data: Mapping[int, str] = field(
        default_factory=lambda: {uuids.FITNESS_MACHINE_SERVICE: "010100"}
    )


@dataclass
class FakeTreadmill:
    """What a test scripts and watches. Open it with `fake_treadmill`."""

    path: str
    values: dict[int, bytes] = field(
        default_factory=lambda: {
            uuids.FITNESS_MACHINE_FEATURE: FEATURE,
            uuids.SPEED_RANGE: SPEED_RANGE,
            uuids.INCLINATION_RANGE: INCLINE_RANGE,
            uuids.MANUFACTURER_NAME: b"treadctl",
            uuids.MODEL_NUMBER: b"FAKE",
            uuids.FIRMWARE_REVISION: b"1.0",
        }
    )
    notifying: list[int] = field(
        default_factory=lambda: [
            uuids.TREADMILL_DATA,
            uuids.TRAINING_STATUS,
            uuids.MACHINE_STATUS,
            uuids.CONTROL_POINT,
        ]
    )
    refusals: dict[str, list[Refusal]] = field(default_factory=dict)
    """By operation, the next answers in turn; afterwards it is well again."""
    advertises: bool = True
    others: list["Advert"] = field(default_factory=list)
    """Whoever else can be heard."""
    on_write: Callable[["FakeTreadmill", bytes], None] = lambda treadmill, value: None
    reacts_first: bool = False
    """ftms.md Q2: `on_write` happens before the write is confirmed."""
    operations: list[str] = field(default_factory=list)
    """Everything it was asked, as words: "subscribe 2acd"."""
    writes: "queue.Queue[Seen]" = field(default_factory=queue.Queue)
    hung_up: threading.Event = field(default_factory=threading.Event)
    """The last connection was ended by the other side, politely."""
    dropped: threading.Event = field(default_factory=threading.Event)
    """The last connection has ended, however."""
    connected: threading.Event = field(default_factory=threading.Event)
    _peers: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def spec(self) -> str:
        return f"fake:{self.path}"

    @property
    def url(self) -> str:
        return f"ble://{ADDRESS}?radio={self.spec}"

    def notify(self, uuid: int, value: bytes) -> None:
        """Let it say something by itself."""
        self._send({"notify": uuid, "value": value.hex()})

    def drop(self) -> None:
        """Be gone, as out of range."""
        self._send({"gone": True})

    def hold(self, steps: int) -> None:
        """Let the backend compute so many steps without letting go of its interpreter."""
        self._send({"hold": steps})

    def next_write(self, *, within_ms: int = DEADLINE_MS) -> Seen:
        return self.writes.get(timeout=within_ms / 1_000)

    def wait_for(self, value: bytes, *, within_ms: int = DEADLINE_MS) -> Seen:
        """Return the next write of *value* to the control point, skipping others."""
        deadline_ms = now_ms() + within_ms
        while True:
            seen = self.next_write(within_ms=max(1, deadline_ms - now_ms()))
            if seen.value == value:
                return seen

    def drain(self) -> list[Seen]:
        """Return what has been written up to now."""
        seen: list[Seen] = []
        with contextlib.suppress(queue.Empty):
            while True:
                seen.append(self.writes.get_nowait())
        return seen

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(peer,), daemon=True).start()

    def _converse(self, peer: socket.socket) -> None:
        is_client = False
        with peer, peer.makefile("r") as lines, contextlib.suppress(OSError):
            for line in lines:
                asked = json.loads(line)
                if asked["op"] == "connect":
                    is_client = True
                    self._peers.append(peer)
                answer = self._answer(asked)
                taken = answer is None or "ok" in answer
                reaction = bytes.fromhex(asked["value"]) if asked["op"] == "write" else None
                if reaction is not None and taken and self.reacts_first:
                    self.on_write(self, reaction)
                if answer is not None:
                    peer.sendall(json.dumps({"id": asked["id"], **answer}).encode() + b"\n")
                if reaction is not None and taken and not self.reacts_first:
                    self.on_write(self, reaction)
                if asked["op"] == "connect" and answer is not None and taken:
                    self.dropped.clear()
                    self.hung_up.clear()
                    self.connected.set()
        if is_client:
            self._peers.remove(peer)
            self.connected.clear()
            self.dropped.set()

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """What it says to one operation; None says nothing."""
        op = asked["op"]
        number = asked.get("uuid")
        self.operations.append(op if number is None else f"{op} {number:04x}")
        if op == "write":
            value = bytes.fromhex(asked["value"])
            self.writes.put(Seen(asked["uuid"], value, asked["response"], time.monotonic_ns()))
        refusals = self.refusals.get(op, [])
        refusal = refusals.pop(0) if refusals else None
        match refusal:
            case None:
                pass
            case str() if refusal == HANG:
                return None
            case str():
                return {"error": refusal}
            case _:
                return {"att": refusal}
        match op:
            case "scan":
                mine = [Advert()] if self.advertises else []
                return {"ok": [asdict(each) for each in [*mine, *self.others]]}
            case "connect":
                return {"ok": [*self.values, *(n for n in self.notifying if n not in self.values)]}
            case "read":
                return {"ok": self.values[asked["uuid"]].hex()}
            case "disconnect":
                self.hung_up.set()
        return {"ok": None}

    def _send(self, line: Mapping[str, Any]) -> None:
        with self._lock, contextlib.suppress(OSError):
            for peer in list(self._peers):
                peer.sendall(json.dumps(line).encode() + b"\n")


@contextlib.contextmanager
def fake_treadmill(**script: Any) -> Iterator[FakeTreadmill]:
    """A treadmill for the length of a test. The radio `fake` finds it in every child process."""
    place = Path(tempfile.mkdtemp(prefix="fake"))
    offer_entry_point(place)
    treadmill = FakeTreadmill(str(place / "air"), **script)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(treadmill.path)
    listener.listen()
    thread = threading.Thread(target=treadmill.serve, args=(listener,), daemon=True)
    thread.start()
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(place), before]))
    try:
        yield treadmill
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        shutil.rmtree(place)


def offer_entry_point(place: Path, target: str = "tests.drivers.fake_radio:FakeRadio") -> None:
    """Make *place* look like an installed package that offers the radio `fake`."""
    info = place / "fake_radio-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fake-radio\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nfake = {target}\n")


class FakeRadio:
    """What the entry point returns: see `treadctl.drivers.radios.Radio`."""

    def __init__(self, path: str) -> None:
        self.arguments = {"path": path}

    @property
    def client(self) -> type[BaseBleakClient]:
        return FakeClient

    @property
    def scanner(self) -> type[BaseBleakScanner]:
        return FakeScanner


class _Conversation:
    """One socket: operations and their answers, and what the other end says by itself."""

    def __init__(self, hear: Callable[[dict[str, Any] | None], None]) -> None:
        self._hear = hear
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._count = 0
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, path: str) -> None:
        try:
            reader, self._writer = await asyncio.open_unix_connection(path)
        except OSError as error:
            raise BleakBluetoothNotAvailableError(
                f"no fake at {path}.", BleakBluetoothNotAvailableReason.NO_BLUETOOTH
            ) from error
        self._task = asyncio.ensure_future(self._listen(reader))

    async def ask(self, op: str, **more: Any) -> Any:
        self._count += 1
        answered = asyncio.get_running_loop().create_future()
        self._answers[self._count] = answered
        assert self._writer is not None
        self._writer.write(json.dumps({"id": self._count, "op": op, **more}).encode() + b"\n")
        answer = await answered
        if "att" in answer:
            raise BleakGATTProtocolError(answer["att"])
        if "error" in answer:
            raise BleakError(answer["error"])
        return answer["ok"]

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            said = json.loads(line)
            answered = self._answers.pop(said.get("id", 0), None)
            if answered is None:
                self._hear(said)
            elif not answered.done():
                answered.set_result(said)
        self._hear(None)

    def close(self) -> None:
        # As bumble does (ftms.md 9.3): what is pending is cancelled.
        for answered in self._answers.values():
            answered.cancel()
        if self._task is not None:
            self._task.cancel()
        if self._writer is not None:
            self._writer.close()


class FakeScanner(BaseBleakScanner):
    def __init__(
        self,
        detection_callback: Any,
        service_uuids: list[str] | None,
        scanning_mode: str,
        *,
        path: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._path = path
        self._conversation = _Conversation(lambda said: None)

    async def start(self) -> None:
        self.seen_devices = {}
        await self._conversation.open(self._path)
        self._task = asyncio.ensure_future(self._hear_on())

    async def stop(self) -> None:
        self._task.cancel()
        self._conversation.close()

    async def _hear_on(self) -> None:
        again = asyncio.Event()
        while True:
            again.clear()
            await self._hear_once()
            asyncio.get_running_loop().call_later(ADVERTISES_S, again.set)
            await again.wait()

    async def _hear_once(self) -> None:
        for told in await self._conversation.ask("scan"):
            data = AdvertisementData(
                told["name"],
                {},
                {uuids.full(int(n)): bytes.fromhex(v) for n, v in told["service_data"].items()},
                [uuids.full(number) for number in told["services"]],
                None,
                told["rssi"],
                (),
            )
            address = told["address"]
            device = self.create_or_update_device(address, address, told["name"], None, data)
            self.call_detection_callbacks(device, data)


class FakeClient(BaseBleakClient):
    def __init__(self, address_or_ble_device: Any, *, path: str, **kwargs: Any) -> None:
        super().__init__(address_or_ble_device, **kwargs)
        self._path = path
        self._callbacks: dict[str, NotifyCallback] = {}
        self._conversation = _Conversation(self._hear)
        self._is_connected = False

    @property
    def name(self) -> str:
        return NAME

    @property
    def mtu_size(self) -> int:
        return 23

    @property
    def is_connected(self) -> bool:
        return self._is_connected

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        await self._conversation.open(self._path)
        numbers = await self._conversation.ask("connect")
        services = BleakGATTServiceCollection()
        service = BleakGATTService(None, 1, uuids.full(uuids.FITNESS_MACHINE_SERVICE))
        services.add_service(service)
        for handle, number in enumerate(numbers, start=2):
            services.add_characteristic(
                BleakGATTCharacteristic(
                    None, handle, uuids.full(number), ["read", "write"], lambda: 20, service
                )
            )
        self.services = services
        self._is_connected = True

    async def disconnect(self) -> None:
        try:
            if self._is_connected:
                await self._conversation.ask("disconnect")
        finally:
            self._end()

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        await self._conversation.ask("pair")

    async def unpair(self) -> None:
        raise NotImplementedError

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        told = await self._conversation.ask("read", uuid=uuids.short(characteristic.uuid))
        return bytearray.fromhex(told)

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        raise NotImplementedError

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: Any, response: bool
    ) -> None:
        number = uuids.short(characteristic.uuid)
        value = bytes(data).hex()
        await self._conversation.ask("write", uuid=number, value=value, response=response)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: Any) -> None:
        raise NotImplementedError

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        if characteristic.uuid in self._callbacks:
            raise BleakError("notifications are on already")
        await self._conversation.ask("subscribe", uuid=uuids.short(characteristic.uuid))
        self._callbacks[characteristic.uuid] = callback

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        self._callbacks.pop(characteristic.uuid, None)
        await self._conversation.ask("unsubscribe", uuid=uuids.short(characteristic.uuid))

    def _hear(self, said: dict[str, Any] | None) -> None:
        if said is None or "gone" in said:
            self._end()
            if self._disconnected_callback is not None:
                self._disconnected_callback()
            return
        if "hold" in said:
            sum(range(said["hold"]))
            return
        callback = self._callbacks.get(uuids.full(said["notify"]))
        if callback is not None:
            callback(bytearray.fromhex(said["value"]))

    def _end(self) -> None:
        self._is_connected = False
        self.services = None
        self._conversation.close()
