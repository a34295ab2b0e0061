"""SR-41: a key is known by name at once, and everything that is none is told apart from one."""

import os
import termios
from collections.abc import Iterator
from contextlib import suppress

import pytest

from treadctl.composition.keys import KeyReader, keys_in, single_keys


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b" ", [" "]),
        (b"S", ["s"]),
        (b"\r", ["enter"]),
        (b"\n", ["enter"]),
        (b"\x1b", ["escape"]),
        (b"\x1b\x1b", ["escape", "escape"]),
        (b"\x1b ", ["escape", " "]),
        (b"\x1b[A\x1b[B", ["up", "down"]),
        (b"\x1bOA", ["up"]),
        (b"\x1b[15~s", ["other", "s"]),
        (b"\x1b[", ["escape", "["]),
        (b"\x1b[1;5", ["escape", "[", "1", ";", "5"]),
        (b"\x00\x04\x7f", ["other", "other", "other"]),
        ("ü".encode(), ["other", "other"]),
        (b"", []),
    ],
)
def test_sr41_bytes_are_keys_and_half_a_sequence_begins_with_a_stop(
    data: bytes, keys: list[str]
) -> None:
    assert list(keys_in(data)) == keys


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = os.openpty()
    yield ours, theirs
    os.close(theirs)
    if ours_is_open(ours):
        os.close(ours)


def ours_is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def test_sr41_a_key_comes_through_without_enter_behind_it(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    with single_keys(theirs):
        keys = KeyReader(theirs)
        assert keys.next() is None
        os.write(ours, b" ")
        assert keys.next() == " "


def test_ctrl_c_stays_a_signal(terminal: tuple[int, int]) -> None:
    with single_keys(terminal[1]):
        assert termios.tcgetattr(terminal[1])[3] & termios.ISIG


def test_the_terminal_is_given_back_as_it_was(terminal: tuple[int, int]) -> None:
    before = termios.tcgetattr(terminal[1])
    with suppress(ZeroDivisionError), single_keys(terminal[1]):
        assert termios.tcgetattr(terminal[1]) != before
        raise ZeroDivisionError
    assert termios.tcgetattr(terminal[1]) == before


def test_sr40_a_terminal_that_hangs_up_is_at_its_end(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    with single_keys(theirs):
        keys = KeyReader(theirs)
        os.close(ours)
        assert keys.next() is None
        assert keys.at_end
