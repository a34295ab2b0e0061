"""From an attached view one can read and stop; nothing else has a word (SR-48)."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.leader import Leader
from tests.rig import Rig
from treadctl.composition.desk import Desk, DeskOperator, Seen
from treadctl.composition.spotter.wire import (
    MAX_UP,
    STOP,
    Declined,
    Down,
    DownDecoder,
    Hello,
    Stop,
    UpDecoder,
    WireError,
    encode,
    shown_of,
)
from treadctl.core.control import plain_verbs
from treadctl.core.events import Event
from treadctl.core.machine import SessionState as S
from treadctl.version import VERSION


def led() -> tuple[Seen, list[Event]]:
    """A session in its first backward bout, and all that it has said."""
    desk = Desk()
    rig = Rig(plan="novice-1", desk=desk, stays=True)
    Leader(rig, desk).run_until(lambda: rig.state() is S.REVERSE_WALK)
    assert desk.seen is not None
    return desk.seen, desk.drain()


@pytest.fixture(scope="module")
def seen_and_told() -> tuple[Seen, list[Event]]:
    return led()


def all_verbs() -> Iterator[str]:
    """Every word that a person beside the treadmill has, at a desk or as a JSON line."""
    rig = Rig(desk=Desk(), stays=True)
    operator = DeskOperator(Desk(), rig.session, rig.programme)
    yield from sorted({*plain_verbs(rig.session), *operator._plain} - {"stop"})
    yield from ("confirm", "choose", "criterion", "person", "spotter_stop")


VERBS = tuple(all_verbs())


@pytest.mark.parametrize("verb", VERBS)
def test_sr48_no_verb_but_stop_can_be_said_from_an_attached_view(verb: str) -> None:
    with pytest.raises(WireError, match="only read"):
        list(UpDecoder().feed(json.dumps({"do": verb}).encode() + b"\n"))


@pytest.mark.parametrize(
    "line",
    [
        b'{"do":"stop","item":"faster"}',
        b'{"do":"stop","do":"faster"}',
        b'{"do":["stop"]}',
        b'{"do":"STOP"}',
        b'{"setpoint_ckmh":100}',
        b'["stop"]',
        b"stop",
        b"",
        b"\xff\xfe",
        b"[" * 200,
        b" " * (MAX_UP + 1),
    ],
)
def test_sr48_what_is_only_like_a_stop_is_an_error_and_asks_for_nothing(line: bytes) -> None:
    decoder = UpDecoder()
    with pytest.raises(WireError):
        list(decoder.feed(line + b"\n"))
    with pytest.raises(WireError):
        list(decoder.feed(STOP))  # nothing behind it can be trusted either


def test_sr18_a_stop_counts_however_it_is_cut_and_whatever_follows_it() -> None:
    decoder = UpDecoder()
    assert [list(decoder.feed(bytes([byte]))) for byte in STOP] == [
        *([[]] * (len(STOP) - 1)),
        [Stop()],
    ]
    heard = UpDecoder().feed(STOP + STOP + b"nonsense\n")
    assert [next(heard), next(heard)] == [Stop(), Stop()]
    with pytest.raises(WireError):
        next(heard)


def test_a_line_without_an_end_is_an_error_before_it_fills_the_memory() -> None:
    decoder = UpDecoder()
    list(decoder.feed(b"x" * MAX_UP))
    with pytest.raises(WireError, match="too long"):
        list(decoder.feed(b"x"))


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_sr48_whatever_is_said_is_a_stop_or_a_typed_error(pieces: list[bytes]) -> None:
    decoder = UpDecoder()
    try:
        for piece in pieces:
            assert all(stop == Stop() for stop in decoder.feed(piece))
    except WireError:
        pass  # the only error there is


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_whatever_a_session_says_a_view_has_a_value_or_a_typed_error(pieces: list[bytes]) -> None:
    decoder = DownDecoder()
    try:
        for piece in pieces:
            list(decoder.feed(piece))
    except WireError:
        pass


def test_everything_a_session_says_arrives_as_it_was(
    seen_and_told: tuple[Seen, list[Event]],
) -> None:
    seen, told = seen_and_told
    hello = Hello(VERSION, 1, seen.setup, seen.programme)
    said: list[Down] = [hello, *told, shown_of(seen), Declined("Enough.")]
    stream = b"".join(encode(message) for message in said)
    decoder, heard = DownDecoder(), []
    for at in range(0, len(stream), 999):
        heard += list(decoder.feed(stream[at : at + 999]))
    assert heard == said
    assert seen.report is not None
    without_ticks = replace(seen.report, ticks="")  # they are for the record
    assert shown_of(seen).seen(hello) == replace(seen, report=without_ticks)


@given(data=st.data())
def test_a_damaged_message_is_a_typed_error_or_another_message_and_never_a_crash(
    seen_and_told: tuple[Seen, list[Event]], data: st.DataObject
) -> None:
    seen, told = seen_and_told
    line = bytearray(encode(data.draw(st.sampled_from([shown_of(seen), *told[-40:]]))))
    for _ in range(data.draw(st.integers(1, 4))):
        line[data.draw(st.integers(0, len(line) - 1))] = data.draw(st.integers(0, 255))
    with suppress(WireError):
        list(DownDecoder().feed(bytes(line)))


def test_another_version_is_named_before_anything_else_of_it_is_read() -> None:
    with pytest.raises(WireError, match=r"treadctl 0\.0\.1-other"):
        list(DownDecoder().feed(b'{"hello":{"version":"0.0.1-other","novelty":1}}\n'))
