"""The bridge between its socket and a carrier: what comes, what goes, and how it ends."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_protocols.ftms.envelope import (
    NOBODY,
    VALUE_MAX,
    HostDecoder,
    Ready,
    Record,
    Value,
    Write,
    Written,
    encode,
)
from firmware_protocols.ftms.uuids import CONTROL_POINT, TREADMILL_DATA
from treadctl import own_process
from treadctl.drivers import ble_bridge
from treadctl.drivers.ble_bridge import Bridge
from treadctl.drivers.bridge_link import COMMAND
from treadctl.errors import LinkError

START = Write(1, CONTROL_POINT, b"\x07")
STOP = Write(NOBODY, CONTROL_POINT, b"\x08\x01")


class FakeCarrier:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.said: list[object] = []
        self.hear: Callable[[Record], None] = lambda record: None
        self.lost: Callable[[], None] = lambda: None

    def write(self, write: Write) -> None:
        self.said.append(write)

    async def last_words(self) -> None:
        self.said.append("last words")

    async def close(self) -> None:
        self.said.append("closed")


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The gate's end, and the bridge's."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


class Run:
    """One bridge at work on a fake carrier."""

    def __init__(self, theirs: socket.socket) -> None:
        self.carrier = FakeCarrier()
        self.ready = asyncio.Event()
        self.may_open = asyncio.Event()
        self.may_open.set()
        self.refusal: LinkError | None = None
        self.bridge = Bridge(theirs, self._open, self.ready.set)
        self.task = asyncio.ensure_future(self.bridge.run())

    async def _open(
        self, *, hear: Callable[[Record], None], lost: Callable[[], None]
    ) -> FakeCarrier:
        self.carrier.hear, self.carrier.lost = hear, lost
        await self.may_open.wait()
        if self.refusal is not None:
            raise self.refusal
        return self.carrier

    async def end(self) -> list[object]:
        """Wait for its end and return what the carrier was told."""
        async with asyncio.timeout(5):
            await self.task
        return self.carrier.said


async def started(theirs: socket.socket) -> Run:
    run = Run(theirs)
    async with asyncio.timeout(5):
        await run.ready.wait()
    return run


def heard(ours: socket.socket) -> list[object]:
    decoder = HostDecoder()
    while True:
        try:
            packet = ours.recv(4_096)
        except BlockingIOError:
            return list(decoder.records())
        if not packet:
            return list(decoder.records())
        decoder.receive_data(packet)


Pair = tuple[socket.socket, socket.socket]
asynchronous = pytest.mark.asyncio


@asynchronous
async def test_records_go_both_ways(pair: Pair) -> None:
    ours, theirs = pair
    run = await started(theirs)
    run.carrier.hear(Value(TREADMILL_DATA, b"\x04\x00\x00\x00"))
    run.carrier.hear(Written(1, 5))
    ours.send(encode(START) + encode(STOP))
    ours.close()
    assert await run.end() == [START, STOP, "last words", "closed"]


@asynchronous
async def test_what_the_treadmill_says_is_one_packet_each(pair: Pair) -> None:
    ours, theirs = pair
    run = await started(theirs)
    assert heard(ours) == [Ready()]
    said: list[Record] = [Value(TREADMILL_DATA, bytes(VALUE_MAX)), Written(7, 0x100), Ready()]
    for record in said:
        run.carrier.hear(record)
    assert [len(ours.recv(4_096)) for _ in said] == [len(encode(record)) for record in said]
    ours.close()
    await run.end()


@asynchronous
async def test_a_value_longer_than_any_attribute_is_not_passed_on(pair: Pair) -> None:
    ours, theirs = pair
    run = await started(theirs)
    run.carrier.hear(Value(TREADMILL_DATA, bytes(VALUE_MAX + 1)))
    run.carrier.hear(Ready())
    assert heard(ours) == [Ready(), Ready()]
    ours.close()
    await run.end()


@asynchronous
async def test_sr31_a_stop_behind_data_that_nobody_read_is_still_said(pair: Pair) -> None:
    """The kernel reports a reset first when somebody goes without having read everything."""
    ours, theirs = pair
    run = await started(theirs)
    run.carrier.hear(Value(TREADMILL_DATA, b"unread"))
    ours.send(encode(START))
    ours.send(encode(STOP))
    ours.close()
    assert await run.end() == [START, STOP, "last words", "closed"]


@asynchronous
@pytest.mark.parametrize(
    "broken", [encode(START)[:-1], encode(START)[:2], b"\xff\xff\xff\xff", encode(Ready())]
)
async def test_sr31_a_packet_that_is_wrong_does_not_shift_the_next(
    pair: Pair, broken: bytes
) -> None:
    ours, theirs = pair
    run = await started(theirs)
    ours.send(broken)
    ours.send(encode(STOP))
    ours.close()
    assert await run.end() == [STOP, "last words", "closed"]


@asynchronous
async def test_an_empty_packet_is_not_the_end(pair: Pair) -> None:
    ours, theirs = pair
    run = await started(theirs)
    ours.send(b"")
    ours.send(encode(START))
    while not run.carrier.said:
        await asyncio.wait({run.task}, timeout=0.01)
    assert not run.task.done()
    ours.close()
    await run.end()


@asynchronous
async def test_as_long_as_anybody_holds_the_other_end_it_goes_on(pair: Pair) -> None:
    ours, theirs = pair
    run = await started(theirs)
    rescue = socket.socket(fileno=os.dup(ours.fileno()))
    ours.close()
    rescue.send(encode(STOP))
    while not run.carrier.said:
        await asyncio.wait({run.task}, timeout=0.01)
    assert not run.task.done()
    rescue.close()
    assert await run.end() == [STOP, "last words", "closed"]


@asynchronous
async def test_sr20_a_treadmill_that_has_gone_is_the_end_of_the_link_at_once(pair: Pair) -> None:
    ours, theirs = pair
    run = await started(theirs)
    ours.send(encode(STOP))
    run.carrier.lost()
    assert "last words" not in await run.end()
    assert run.carrier.said[-1] == "closed"
    with contextlib.suppress(ConnectionResetError):
        heard(ours)
    assert ours.recv(1) == b""


@asynchronous
async def test_a_gate_that_does_not_read_misses_data_and_holds_up_nothing(pair: Pair) -> None:
    ours, theirs = pair
    run = await started(theirs)
    for _ in range(2_000):
        run.carrier.hear(Value(TREADMILL_DATA, bytes(20)))
    ours.send(encode(STOP))
    while not run.carrier.said:
        await asyncio.wait({run.task}, timeout=0.01)
    assert 5 < len(heard(ours)) < 200
    ours.close()
    await run.end()


@asynchronous
async def test_a_gate_that_goes_while_it_connects_ends_it_without_a_word(pair: Pair) -> None:
    ours, theirs = pair
    run = Run(theirs)
    run.may_open.clear()
    await asyncio.wait({run.task}, timeout=0.01)
    ours.close()
    assert await run.end() == []
    assert not run.ready.is_set()


@asynchronous
async def test_a_connection_that_comes_too_late_for_a_gate_is_hung_up(pair: Pair) -> None:
    ours, theirs = pair
    run = Run(theirs)
    ours.close()
    assert await run.end() in (["closed"], ["last words", "closed"])


@asynchronous
async def test_why_there_is_no_connection_is_passed_on(pair: Pair) -> None:
    _, theirs = pair
    run = Run(theirs)
    run.refusal = LinkError("no treadmill")
    with pytest.raises(LinkError, match="no treadmill"):
        await run.end()


@asynchronous
async def test_connecting_has_an_end(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ble_bridge, "OPEN_S", 0.05)
    _, theirs = pair
    run = Run(theirs)
    run.may_open.clear()
    with pytest.raises(LinkError, match=r"connecting took more than 0.05 s. End every app"):
        await run.end()


# The process, from the outside.


@pytest.mark.parametrize("words", [[], ["x", "C0:FF:EE:00:00:01"], ["1", "2", "3", "4"]])
def test_started_by_hand_it_explains_itself(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ble_bridge.main(["bridge", *words]) == 2
    assert capsys.readouterr().err == "This is started by treadctl's gate.\n"


def test_without_the_library_it_says_what_to_install(tmp_path: Path, pair: Pair) -> None:
    (tmp_path / "bleak.py").write_text("raise ImportError('not here')\n")
    environment = own_process.environment()
    environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), environment["PYTHONPATH"]])
    _, theirs = pair
    done = subprocess.run(
        [*COMMAND, str(theirs.fileno()), "C0:FF:EE:00:00:01"],
        pass_fds=[theirs.fileno()],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 13
    assert "pip install 'treadctl[ble]'" in done.stdout
    assert done.stderr == ""


def test_a_descriptor_that_is_no_socket_ends_it() -> None:
    done = subprocess.run(
        [*COMMAND, "0", "C0:FF:EE:00:00:01"],
        stdin=subprocess.DEVNULL,
        env=own_process.environment(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")


def test_nothing_of_it_is_loaded_into_the_gate() -> None:
    script = "import sys, treadctl.gate.__main__; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=own_process.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert not {"asyncio", "bleak", "treadctl.drivers.ble_bridge"} & loaded
