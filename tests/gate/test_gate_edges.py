"""Small parts of the gate where a difference of one would go unnoticed elsewhere."""

import os
import select
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from firmware_protocols.registry import HostSession
from tests.gate.gate_bench import Bench
from tests.gate.shell_fakes import AA, FakeLink, FakeOpener
from treadctl.errors import LinkError
from treadctl.gate import identity
from treadctl.gate.heart import NO_HEART
from treadctl.gate.json_codec import _reader
from treadctl.gate.link_keeper import LinkKeeper
from treadctl.gate.signals import STOP_SIGNALS, SignalStops
from treadctl.model import GatePhase, Reaction
from treadctl.safety import limits as limits_module
from treadctl.safety.limits import RULES, Limits

# The wire check, behind a codec that says something else than it was told.


@pytest.fixture
def codec(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[list[bytes]], list[bytes]]], None]:
    def install(spoil: Callable[[list[bytes]], list[bytes]]) -> None:
        original = HostSession.data_to_send
        monkeypatch.setattr(
            HostSession, "data_to_send", lambda self, now_ms: spoil(original(self, now_ms))
        )

    return install


def test_sr10_a_belt_on_its_way_to_a_stop_is_not_started(
    codec: Callable[[Callable[[list[bytes]], list[bytes]]], None],
) -> None:
    bench = Bench().moving(200)
    bench.ask(stop=Reaction.SOFT_STOP)
    bench.run(200)
    assert bench.phase() is GatePhase.STOPPING
    codec(lambda frames: [b"\xa0" if frame[0] == 0xA3 else frame for frame in frames])
    bench.run(1_000)
    assert b"\xa0" not in bench.said_since(bench.now_ms - 1_000)
    assert bench.report().latched is Reaction.E_STOP


def test_sr10_after_three_bad_answers_nothing_is_said_in_that_tick(
    codec: Callable[[Callable[[list[bytes]], list[bytes]]], None],
) -> None:
    bench = Bench().moving(100)
    asked: list[list[bytes]] = []

    def three_times(frames: list[bytes]) -> list[bytes]:
        asked.append(frames)
        return [b"\xa30299"] if len(asked) <= 3 else frames

    codec(three_times)
    assert bench.tick() == []
    assert len(asked) == 4  # what the third trip would have said is not asked for more
    assert AA in bench.run(200)


# The heart.


def test_sr46_where_nothing_was_heard_there_is_no_rate_and_no_time() -> None:
    assert (NO_HEART.bpm, NO_HEART.at_ms, NO_HEART.changed_at_ms) == (None, 0, 0)


# Who is who.


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in identity.SHARED:
        path = tmp_path / name
        if path.suffix:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        else:
            path.mkdir(parents=True)
            (path / "one.py").write_text("SPEED = 1\n")
    monkeypatch.setattr(identity, "ROOT", tmp_path)
    return tmp_path


def test_sr59_a_version_is_sixteen_digits_of_names_and_contents(installed: Path) -> None:
    version = identity.version.__wrapped__
    before = version()
    assert len(before) == 16
    file = installed / "treadctl/gate/one.py"
    file.rename(file.with_name("two.py"))
    renamed = version()
    assert renamed != before
    file.with_name("two.py").write_text("SPEED = 2\n")
    assert version() not in (before, renamed)


def test_sr59_limits_are_the_same_in_whatever_order_they_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = Limits()
    before = identity.limits_hash(limits)
    monkeypatch.setattr(identity, "RULES", dict(reversed(RULES.items())))
    monkeypatch.setattr(limits_module, "no_limit", 7, raising=False)
    assert identity.limits_hash(limits) == before
    monkeypatch.setattr(limits_module, "ONE_MORE", 7, raising=False)
    assert identity.limits_hash(limits) != before


def test_sr59_what_has_no_place_in_a_message_is_named() -> None:
    with pytest.raises(TypeError, match="no reader for"):
        _reader(Literal["stop"])


# A link that is lost.


def keeper(link: FakeLink | None, opener: FakeOpener) -> LinkKeeper[FakeLink]:
    return LinkKeeper(link, opener, stop_frame=AA)


def test_the_link_is_the_one_there_is() -> None:
    link, opener = FakeLink(), FakeOpener()
    kept = keeper(link, opener)
    assert kept.link is link
    link.read_error = LinkError("cut")
    kept.read(0)
    assert kept.link is None


def test_sr20_a_link_that_is_down_gives_no_bytes() -> None:
    link, opener = FakeLink(), FakeOpener()
    kept = keeper(link, opener)
    link.read_error = LinkError("cut")
    assert kept.read(0) == b""
    assert kept.read(10) == b""


def test_sr20_a_link_that_is_lost_again_is_asked_for_at_once() -> None:
    link, opener = FakeLink(), FakeOpener()
    kept = keeper(link, opener)
    link.read_error = LinkError("cut")
    kept.read(0)
    kept.read(0)
    assert kept.next_try_ms() is not None
    opener.ready = again = FakeLink()
    kept.read(100)
    kept.write([AA])
    again.read_error = LinkError("cut")
    kept.read(110)
    assert kept.next_try_ms() is None
    kept.read(120)
    assert len(opener.begun) == 2


# Signals.


@pytest.fixture
def stops() -> Iterator[SignalStops]:
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    stops = SignalStops()
    yield stops
    os.close(signal.set_wakeup_fd(-1))
    os.close(stops.fileno())
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_sr18_each_of_the_signals_is_a_fast_stop_and_wakes_once(
    stops: SignalStops, number: signal.Signals
) -> None:
    seen = [stops.reaction]
    assert not select.select([stops.fileno()], [], [], 0)[0]
    signal.raise_signal(number)
    seen.append(stops.reaction)
    assert select.select([stops.fileno()], [], [], 0)[0]
    stops.drain()
    assert not select.select([stops.fileno()], [], [], 0)[0]
    seen.append(stops.reaction)
    assert seen == [Reaction.NONE, Reaction.FAST_STOP, Reaction.FAST_STOP]


def test_a_storm_of_signals_is_drained_at_once(stops: SignalStops) -> None:
    writing = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(writing)
    os.write(writing, b"\x02" * 4_096)
    stops.drain()
    assert not select.select([stops.fileno()], [], [], 0)[0]
