"""SR-49: what the gate was given can be read back tick by tick, and costs it next to nothing."""

import contextlib
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.gate.heart import NO_HEART, HeartSample
from treadctl.gate.strap import StrapSample
from treadctl.gate.tape import Tape, TapeError, TapeReader, Tick
from treadctl.model import Reaction, Request, StrapState

BEGAN_MS: Final = 5_000
MAX_CHARS: Final = 16_384
PLAIN: Final = Tick(
    BEGAN_MS,
    b"",
    StrapSample(StrapState.ATTACHED, BEGAN_MS),
    None,
    core_alive=True,
    stop=Reaction.NONE,
    link_up=True,
    suspended_ms=0,
    heart=NO_HEART,
)


def note(tape: Tape, tick: Tick, frames: list[bytes] | None = None) -> None:
    request = None if tick.counter is None else Request(at_ms=0, counter=tick.counter)
    tape.note(
        tick.now_ms,
        tick.received,
        tick.strap,
        request,
        tick.core_alive,
        tick.stop,
        tick.link_up,
        tick.suspended_ms,
        tick.heart,
        frames or [],
    )


def taped(*ticks: Tick) -> str:
    tape = Tape(BEGAN_MS)
    for tick in ticks:
        note(tape, tick)
    return tape.take()


strap_ages = st.integers(-5, 400)
samples = st.tuples(
    st.integers(0, 700),  # since the tick before
    st.binary(max_size=12),
    st.sampled_from(StrapState),
    st.one_of(st.none(), st.just(0), strap_ages),  # None: no new sample
    st.one_of(st.none(), st.integers(1, 99_999)),
    st.booleans(),
    st.sampled_from(Reaction),
    st.booleans(),
    st.sampled_from([0, 0, 0, 5_000]),
    st.sampled_from([NO_HEART, HeartSample(72, 4_000, 3_900), HeartSample(None, 0, 0)]),
)


@given(st.lists(samples, max_size=30), st.integers(1, 7))
def test_sr49_what_was_noted_is_read_back_exactly(given_: list[Any], every: int) -> None:
    tape, reader = Tape(BEGAN_MS), TapeReader()
    ticks: list[Tick] = []
    read: list[Tick] = []
    now_ms, strap = BEGAN_MS, StrapSample(StrapState.UNKNOWN, BEGAN_MS)
    for number, (dt_ms, received, state, age_ms, counter, *rest) in enumerate(given_):
        now_ms += dt_ms
        if age_ms is not None:
            strap = StrapSample(state, now_ms - age_ms)
        alive, stop, link_up, suspended_ms, heart = rest
        tick = Tick(now_ms, received, strap, counter, alive, stop, link_up, suspended_ms, heart)
        ticks.append(tick)
        note(tape, tick)
        if number % every == 0:
            read += reader.ticks(tape.take())
    read += reader.ticks(tape.take())
    assert read == ticks


def test_sr49_an_ordinary_tick_is_three_characters() -> None:
    tick = PLAIN
    tape = Tape(BEGAN_MS)
    for _ in range(3):
        note(tape, tick)
        tape.take()
        tick = replace(
            tick,
            now_ms=tick.now_ms + 20,
            strap=StrapSample(StrapState.ATTACHED, tick.now_ms + 20),
        )
    note(tape, tick)
    assert tape.take() == "20"


def test_sr49_a_strap_that_is_asked_less_often_is_noted_when_it_answers() -> None:
    reader, tape = TapeReader(), Tape(BEGAN_MS)
    pieces = []
    for now_ms, at_ms in ((5_020, 5_010), (5_040, 5_010), (5_060, 5_010), (5_080, 5_075)):
        note(tape, replace(PLAIN, now_ms=now_ms, strap=StrapSample(StrapState.ATTACHED, at_ms)))
        pieces.append(tape.take())
    assert pieces[1:3] == ["20", "20"]
    read = [tick for piece in pieces for tick in reader.ticks(piece)]
    assert [tick.strap.at_ms for tick in read] == [5_010, 5_010, 5_010, 5_075]


def test_every_frame_that_left_is_on_it() -> None:
    tape = Tape(BEGAN_MS)
    note(tape, PLAIN, [b"\xaa", b"\xa3\x30"])
    assert tape.take().endswith(",waa,wa330")


def test_sr49_a_flood_is_cut_off_and_the_next_piece_is_kept_again() -> None:
    tape = Tape(BEGAN_MS)
    for _ in range(3):
        note(tape, replace(PLAIN, received=b"x" * MAX_CHARS))
    piece = tape.take()
    assert piece.endswith("!")
    assert len(piece) < 100
    with pytest.raises(TapeError, match="more to say"):
        list(TapeReader().ticks(piece))


def filled(tape: Tape, chars: int) -> None:
    """Note one tick that takes *chars*, the space behind it counted."""
    at_ms = BEGAN_MS
    usual = len("0,tA0,l1,c1,p0,q1,r ")
    counter = 10 if (chars - usual) % 2 else 1
    size = (chars - usual - (counter == 10)) // 2
    note(
        tape,
        replace(
            PLAIN,
            now_ms=at_ms,
            received=bytes(size),
            counter=counter,
        ),
    )


@pytest.mark.parametrize(
    ("chars", "kept"), [(MAX_CHARS, True), (MAX_CHARS + 1, False)], ids=["full", "one too many"]
)
def test_sr49_a_piece_holds_sixteen_kilobytes_and_not_one_character_more(
    chars: int, kept: bool
) -> None:
    tape = Tape(BEGAN_MS)
    filled(tape, chars)
    assert (len(tape.take()) == len("@5000 ") + MAX_CHARS - 1) is kept


def test_sr49_whatever_does_not_fit_any_more_is_marked_once() -> None:
    tape = Tape(BEGAN_MS)
    filled(tape, MAX_CHARS)
    for _ in range(3):
        note(tape, PLAIN)
    assert tape.take().split()[2:] == ["!"]


def test_sr49_after_a_full_piece_there_is_room_for_another_of_the_same_length() -> None:
    tape = Tape(BEGAN_MS)
    filled(tape, MAX_CHARS)
    tape.take()
    for received in (bytes(8_188), b""):
        note(tape, replace(PLAIN, now_ms=BEGAN_MS + 20, received=received, counter=1))
    # 20,q1,r and the hex make 16,383 characters, and there is one behind every word.
    assert [len(word) for word in tape.take().split()] == [16_383, 1]


def test_sr49_what_could_not_be_kept_is_the_end_of_a_tape() -> None:
    tape = Tape(BEGAN_MS)
    filled(tape, MAX_CHARS + 1)
    tape.take()
    note(tape, PLAIN)
    assert tape.take() == ""


@pytest.mark.parametrize(
    ("strap", "text"),
    [
        ((StrapState.UNKNOWN, 5_000), "@5000 20,l1,c1,p0"),
        ((StrapState.UNKNOWN, 5_020), "@5000 20,sU0,l1,c1,p0"),
        ((StrapState.UNKNOWN, 5_019), "@5000 20,tU1,l1,c1,p0"),
        ((StrapState.RELEASED, 5_020), "@5000 20,tR0,l1,c1,p0"),
    ],
    ids=["nothing new", "as old as before", "a new sample", "a new state"],
)
def test_sr49_a_tape_begins_with_a_strap_that_nobody_knows(
    strap: tuple[StrapState, int], text: str
) -> None:
    assert taped(replace(PLAIN, now_ms=5_020, strap=StrapSample(*strap))) == text


def test_what_a_tape_does_not_say_is_as_it_is_before_anything_happens() -> None:
    assert list(TapeReader().ticks("@5000 20")) == [
        Tick(
            5_020,
            b"",
            StrapSample(StrapState.UNKNOWN, 5_000),
            None,
            core_alive=True,
            stop=Reaction.NONE,
            link_up=False,
            suspended_ms=0,
            heart=NO_HEART,
        )
    ]


def test_sr49_nothing_is_ever_longer_than_a_message_may_be() -> None:
    tape = Tape(BEGAN_MS)
    for _ in range(100_000):
        note(tape, replace(PLAIN, counter=1))
    assert len(tape.take()) <= MAX_CHARS + 100


@pytest.mark.parametrize(
    "piece",
    [
        "20",
        "@x",
        "@5000 twenty",
        "@5000 20,",
        "@5000 20,k5",
        "@5000 20,tX0",
        "@5000 20,t",
        "@5000 20,rzz",
        "@5000 20,wz",
        "@5000 20,l2",
        "@5000 20,p9",
        "@5000 20,h72",
        "@5000 @5000",
        "@5000 20 !",
    ],
)
def test_what_is_no_tape_is_an_error_and_nothing_else(piece: str) -> None:
    with pytest.raises(TapeError):
        list(TapeReader().ticks(piece))


@given(st.text(alphabet="@0123456789,stlcphzqrwARU! -/x", max_size=60))
def test_noise_is_ticks_or_an_error(piece: str) -> None:
    with contextlib.suppress(TapeError):
        assert all(isinstance(tick, Tick) for tick in TapeReader().ticks(piece))
