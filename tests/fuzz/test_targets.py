"""No bytes from outside do what they may not: what was found worth keeping, and a little chance.

`make fuzz` goes on from here with a guided search. What a target asserts is said where it is.
"""

import random
from collections.abc import Iterator
from typing import Any, Final

import pytest

from firmware_protocols._fields import Unit
from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.ftms import treadmill_data
from firmware_protocols.ftms.treadmill_data import TreadmillData
from firmware_protocols.messages import SpeedReport
from firmware_protocols.registry import PROTOCOLS, Conversation
from tests.fuzz import ftms_targets, ipc_targets, serial_targets, session_targets
from tests.fuzz.catalogue import TARGETS
from tests.fuzz.corpus import HERE, kept
from tests.fuzz.mutate import mutated
from tests.fuzz.targets import Found, Target
from treadctl.gate import ipc

SEED: Final = 7
MUTATIONS: Final = 120
RANDOM: Final = 30
LENGTH_MAX: Final = 4_096
every_target: Final = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


@every_target
def test_sr01_sr19_what_was_found_worth_keeping_does_no_harm(target: Target) -> None:
    for data in (b"", *target.seeds, *kept(target.name)):
        target.judge(data)


@every_target
def test_sr01_sr19_no_mutation_of_a_conversation_does_harm(target: Target) -> None:
    chance = random.Random(f"{SEED}/{target.name}")
    sources = (*target.seeds, *kept(target.name))
    for _ in range(MUTATIONS):
        data = mutated(chance.choice(sources), chance, sources)
        target.judge(bytes((chance.randrange(256),)) + data[1:LENGTH_MAX])


@every_target
def test_sr01_sr19_no_random_bytes_do_harm(target: Target) -> None:
    chance = random.Random(f"{SEED}/{target.name}")
    for _ in range(RANDOM):
        target.judge(chance.randbytes(chance.randrange(300)))


def test_every_kept_input_belongs_to_a_target() -> None:
    assert {path.stem for path in HERE.glob("*.txt")} <= TARGETS.keys()
    assert all(len(kept(name)) == len(set(kept(name))) for name in TARGETS)


# The judges themselves: each of these is what a target is there to find.


class _Overreaches:
    """Says a speed that no three digits can say."""

    def __init__(self, unit: Unit = Unit.MPH) -> None:
        self._buffer = _Buffer()

    def receive_data(self, data: bytes) -> None:
        pass

    def messages(self) -> Iterator[Any]:
        yield SpeedReport(16_079)


class _Buffer:
    def __init__(self) -> None:
        self._data = b""


class _Hoards(_Overreaches):
    """Waits for ever for the end of a frame."""

    def receive_data(self, data: bytes) -> None:
        self._buffer._data += data

    def messages(self) -> Iterator[Any]:
        yield from ()


class _Raises(_Overreaches):
    def messages(self) -> Iterator[Any]:
        raise RemoteProtocolError("raised and not yielded", raw=b"\x00")


@pytest.mark.parametrize(
    ("bad", "raises"),
    [(_Overreaches, Found), (_Hoards, Found), (_Raises, RemoteProtocolError)],
    ids=["overreaches", "hoards", "raises"],
)
def test_a_decoder_that_does_what_it_may_not_is_found(
    bad: type[_Overreaches], raises: type[Exception]
) -> None:
    judge = serial_targets.judge_of(bad, dict.fromkeys(Unit, 16_078))
    with pytest.raises(raises):
        judge(b"\x07" + b"\xd1" * 8)


class _Restarts:
    """Starts the belt when the machine says that it is standing."""

    def __init__(self, inner: Conversation) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def receive(self, now_ms: int, data: bytes) -> list[Any]:
        if b"\xd01" in data:
            self._inner.start()
        return list(self._inner.receive(now_ms, data))


def test_sr06_a_session_that_starts_by_itself_is_found() -> None:
    def opened() -> Any:
        session = PROTOCOLS["woodway-us"].open_session()
        session.proved = True
        return _Restarts(session)

    judge = session_targets.judge_of("woodway-us", opened)
    with pytest.raises(Found, match="nobody asked for"):
        judge(b"\x63" + b"\xd01\xb3\xb3\xb3\xd10000" * 4)


def test_a_field_that_holds_more_than_its_width_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    too_fast = TreadmillData(flags=0, speed_ckmh=0x10000)
    monkeypatch.setattr(treadmill_data, "decode", lambda data: too_fast)
    with pytest.raises(Found, match="speed_ckmh"):
        ftms_targets.judge_values(b"\x00\x04\x00\x00\x00\x00")


def test_sr59_a_stream_that_goes_on_after_it_broke_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ipc.Decoder, "receive_data", _store_whatever)
    with pytest.raises(Found, match="a broken stream goes on"):
        ipc_targets.judge_frames(b"\x07" + b"\xff" * 8)


def _store_whatever(self: Any, data: bytes) -> None:
    self._buffer += data
