"""What no sequence of calls, bytes and silences can make a session do."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.messages import (
    Direction,
    QueryDrive,
    SetSpeed,
    StartBelt,
    UnsafeCommand,
)
from firmware_protocols.registry import PROTOCOLS, HostSession
from tests.protocols.connection import SERIAL
from tests.protocols.golden import decode

REPLIES: Final = [
    bytes.fromhex(frame)
    for frame in (
        *("B0", "B2", "B3", "B4", "BA", "BD", "BE", "BF", "D0 31", "D0 32", "D1 30 30 31 34"),
        *("D1 33 30 31 34", "D2 30 30 30 30", "D1 30", "54", "E0", "00", ""),
    )
]
SPEEDS: Final = [17, 100, 161, 322]
ACTS: Final = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 260)),
    st.tuples(st.just("reply"), st.sampled_from(range(len(REPLIES)))),
    st.tuples(st.just("speed"), st.sampled_from(SPEEDS)),
    st.tuples(st.just("urgent"), st.sampled_from(SPEEDS)),
    st.tuples(st.just("incline"), st.sampled_from([0, 10])),
    st.tuples(st.just("start"), st.just(0)),
    st.tuples(st.just("stop"), st.integers(0, 1)),
    st.tuples(st.just("proved"), st.integers(0, 1)),
    st.tuples(st.just("restart"), st.just(0)),
)


@pytest.mark.parametrize("protocol", SERIAL)
@given(acts=st.lists(ACTS, max_size=60))
def test_no_history_breaks_the_rules_of_the_line(
    protocol: str, acts: list[tuple[str, int]]
) -> None:
    session = PROTOCOLS[protocol].open_session()
    assert isinstance(session, HostSession)
    heard_by_machine = PROTOCOLS[protocol].command_decoder()
    now_ms = 0
    asked: set[int] = {0}
    started = stopping = False
    for act, value in acts:
        if act == "wait":
            now_ms += value
        elif act == "reply":
            for message in session.receive(now_ms, REPLIES[value]):
                assert message is not None
        elif act == "speed":
            session.set_speed(value, Direction.FORWARD)
            asked.add(session.quantise(value))
        elif act == "urgent":
            session.set_speed(value, Direction.FORWARD, urgent=True)
            asked.add(session.quantise(value))
            started = False
        elif act == "incline":
            session.set_incline(value)
        elif act == "start":
            session.start()
            started = True
        elif act == "stop":
            session.stop(bool(value))
            stopping = True
            asked, started = {0}, False
        elif act == "proved":
            session.proved = bool(value)
        else:
            session.restart()
            asked, started = {0}, False
            stopping = False
        frames = session.data_to_send(now_ms)
        if stopping:
            assert frames[:1] == [b"\xaa"]
            stopping = False
        for frame in frames:
            (said,) = decode(heard_by_machine, frame)
            assert not isinstance(said, UnsafeCommand | RemoteProtocolError)
            if isinstance(said, SetSpeed):
                assert said.speed_ckmh in asked  # nothing from before a stop or a restart
            if isinstance(said, StartBelt):
                assert started
            if not session.proved:
                stop_frames = {b"\xaa", b"\xa2", b"\xa30000"}
                assert frame in stop_frames or isinstance(said, QueryDrive)
        deadline_ms = session.next_deadline_ms()
        assert deadline_ms is not None
        assert session.data_to_send(now_ms) == []  # said once
        if session.next_deadline_ms() == deadline_ms and now_ms < deadline_ms:
            assert session.data_to_send(deadline_ms - 1) == []


@pytest.mark.parametrize("protocol", SERIAL)
@given(chunks=st.lists(st.binary(max_size=20), max_size=30))
def test_no_bytes_break_a_session(protocol: str, chunks: list[bytes]) -> None:
    session = PROTOCOLS[protocol].open_session()
    assert isinstance(session, HostSession)
    session.proved = True
    for tick, chunk in enumerate(chunks):
        session.receive(tick * 20, chunk)
        session.data_to_send(tick * 20)
    session.stop(True)
    assert session.data_to_send(len(chunks) * 20) == [b"\xaa"]
