"""What waits for the air: a stop never waits behind anything, and nothing outlives it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocols.ftms.envelope import NOBODY, Write
from firmware_protocols.ftms.uuids import CONTROL_POINT, MACHINE_STATUS
from treadctl.drivers.ble_backlog import WAITING_MAX, Backlog, commands, is_stop

# ftms.md 3.1.
CONTROL = b"\x00"
RESET = b"\x01"
SPEED = b"\x02\xe6\x00"
SPEED_ZERO = b"\x02\x00\x00"
START = b"\x07"
STOP = b"\x08\x01"
PAUSE = b"\x08\x02"


def write(value: bytes, number: int = NOBODY, *, with_response: bool = True) -> Write:
    return Write(number, CONTROL_POINT, value, with_response)


def taken(backlog: Backlog) -> list[tuple[bytes, list[int]]]:
    found = []
    while (waiting := backlog.take()) is not None:
        found.append((waiting.write.value, waiting.numbers))
    return found


@pytest.mark.parametrize("value", [STOP, PAUSE, SPEED_ZERO, b"\x08", b"\x08\x77\x00"])
def test_a_stop_is_told_from_everything_else(value: bytes) -> None:
    assert is_stop(write(value))
    assert not is_stop(Write(1, MACHINE_STATUS, value))


@pytest.mark.parametrize("value", [CONTROL, RESET, SPEED, START, b"", b"\x02\x00", b"\x02\x01\x00"])
def test_what_is_no_stop_is_not_preferred(value: bytes) -> None:
    assert not is_stop(write(value))


@pytest.mark.parametrize(
    ("value", "may_move"),
    [(CONTROL, False), (START, True), (SPEED, True), (STOP, True), (RESET, True), (b"", True)],
)
def test_only_asking_for_control_moves_nothing(value: bytes, may_move: bool) -> None:
    assert commands(write(value)) is may_move


def test_writes_leave_in_the_order_they_came() -> None:
    backlog = Backlog()
    for number, value in enumerate([CONTROL, START, SPEED], start=1):
        assert backlog.put(write(value, number)) == []
    assert taken(backlog) == [(CONTROL, [1]), (START, [2]), (SPEED, [3])]
    assert not backlog


def test_sr03_what_waited_when_a_stop_came_never_leaves_after_it() -> None:
    backlog = Backlog()
    backlog.put(write(START, 1))
    backlog.put(write(SPEED, 2))
    assert backlog.put(write(STOP, 3)) == [1, 2]
    assert taken(backlog) == [(STOP, [3])]


def test_a_start_that_came_after_the_stop_leaves_after_it() -> None:
    backlog = Backlog()
    backlog.put(write(STOP, 1))
    backlog.put(write(CONTROL, 2))
    assert taken(backlog) == [(STOP, [1]), (CONTROL, [2])]


def test_the_same_stop_is_said_once_and_everybody_hears_of_it() -> None:
    backlog = Backlog()
    for number in (1, NOBODY, 2, NOBODY):
        backlog.put(write(STOP, number))
    backlog.put(write(SPEED_ZERO, 3))
    assert taken(backlog) == [(STOP, [1, 2]), (SPEED_ZERO, [3])]


def test_a_stop_that_was_taken_is_said_again() -> None:
    backlog = Backlog()
    backlog.put(write(STOP, 1))
    assert backlog.take() is not None
    backlog.put(write(STOP, 2))
    assert taken(backlog) == [(STOP, [2])]


def test_another_kind_of_write_is_another_stop() -> None:
    backlog = Backlog()
    backlog.put(write(STOP, 1))
    backlog.put(write(STOP, 2, with_response=False))
    assert taken(backlog) == [(STOP, [1]), (STOP, [2])]


def test_sr31_hours_of_a_rescue_process_leave_two_stops() -> None:
    backlog = Backlog()
    for _ in range(1_000):
        backlog.put(write(STOP))
        backlog.put(write(SPEED_ZERO))
    assert taken(backlog) == [(STOP, []), (SPEED_ZERO, [])]


def test_the_end_forgets_everything_but_stops() -> None:
    backlog = Backlog()
    backlog.put(write(STOP, 1))
    backlog.put(write(SPEED, 2))
    assert backlog.keep_stops() == [2]
    assert taken(backlog) == [(STOP, [1])]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([CONTROL, START, SPEED, STOP, PAUSE, SPEED_ZERO])
            | st.binary(max_size=3).map(lambda tail: b"\x08" + tail),
            st.booleans(),
            st.booleans(),
        ),
        max_size=120,
    )
)
def test_whatever_comes_it_is_bounded_and_every_number_hears_once(
    script: list[tuple[bytes, bool, bool]],
) -> None:
    backlog = Backlog()
    heard: list[int] = []
    asked: list[int] = []
    stopped = False
    for turn, (value, numbered, takes) in enumerate(script, start=1):
        number = turn if numbered else NOBODY
        asked += [number] if numbered else []
        heard += backlog.put(write(value, number))
        stopped |= is_stop(write(value))
        assert sum(1 for _ in _contents(backlog)) <= 2 * WAITING_MAX
        if takes:
            waiting = backlog.take()
            assert waiting is not None
            heard += waiting.numbers
    for _, numbers in taken(backlog):
        heard += numbers
    assert sorted(heard) == sorted(asked)


def _contents(backlog: Backlog) -> list[object]:
    return [*backlog._stops, *backlog._others]


def test_more_than_a_session_says_is_refused_and_never_a_stop_before_it() -> None:
    backlog = Backlog()
    for number in range(1, WAITING_MAX + 1):
        assert backlog.put(write(SPEED, number)) == []
    assert backlog.put(write(START, 99)) == [99]
    assert backlog.put(write(STOP, 100)) == list(range(1, WAITING_MAX + 1))
    assert taken(backlog) == [(STOP, [100])]


def test_stops_that_no_machine_knows_are_bounded_as_well() -> None:
    backlog = Backlog()
    for kind in range(WAITING_MAX):
        assert backlog.put(write(bytes([8, kind]), kind + 1)) == []
    assert backlog.put(write(bytes([8, 200]), 99)) == [99]
    assert len(taken(backlog)) == WAITING_MAX
