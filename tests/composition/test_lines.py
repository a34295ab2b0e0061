"""Lines from a descriptor that says them in pieces, or never to the end."""

import os
from collections.abc import Iterator
from typing import Final

import pytest

from treadctl.composition.lines import MAX_LINE, LineReader
from treadctl.core.stop_words import is_whole_stop


class Pipe:
    def __init__(self) -> None:
        read_fd, self.write_fd = os.pipe()
        self.lines = LineReader(read_fd)

    def say(self, text: bytes) -> None:
        os.write(self.write_fd, text)

    def end(self) -> None:
        os.close(self.write_fd)
        self.write_fd = -1


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    os.close(pipe.lines.fileno())
    if pipe.write_fd >= 0:
        pipe.end()


def test_nothing_said_is_no_line_and_nobody_waits(pipe: Pipe) -> None:
    assert pipe.lines.next() is None
    assert not pipe.lines.at_end


def test_half_a_line_is_kept_until_its_other_half_comes(pipe: Pipe) -> None:
    pipe.say(b'{"do": ')
    assert pipe.lines.next() is None
    pipe.say(b'"stop"}\n')
    assert pipe.lines.next() == '{"do": "stop"}'


def test_several_lines_at_once_come_one_by_one_in_order(pipe: Pipe) -> None:
    pipe.say(b"one\n\n  \ntwo\n")
    assert [pipe.lines.next(), pipe.lines.next(), pipe.lines.next()] == ["one", "two", None]


def test_the_last_line_counts_without_its_end(pipe: Pipe) -> None:
    pipe.say(b"stop")
    pipe.end()
    assert pipe.lines.next() is None
    assert pipe.lines.next() == "stop"
    assert pipe.lines.at_end
    assert pipe.lines.next() is None


def test_a_line_without_end_is_cut_and_the_reader_goes_on(pipe: Pipe) -> None:
    for _ in range(2 * MAX_LINE // 4_096):
        pipe.say(b"x" * 4_096)
        pipe.lines.next()
    pipe.say(b"x\nstop\n")
    said = [line for _ in range(8) if (line := pipe.lines.next()) is not None]
    assert said[-1] == "stop"


def test_bytes_that_are_no_text_are_a_line_all_the_same(pipe: Pipe) -> None:
    pipe.say(b"\xff\xfe\n")
    assert pipe.lines.next() == "��"


def test_a_descriptor_that_cannot_be_read_is_at_its_end() -> None:
    fd = os.open("/", os.O_RDONLY)
    try:
        lines = LineReader(fd)
        assert lines.next() is None
        assert lines.at_end
    finally:
        os.close(fd)


def test_the_end_of_a_long_line_does_not_pass_for_a_line(pipe: Pipe) -> None:
    said: list[str] = []
    for piece in [*[b"x" * 4_096] * (2 * MAX_LINE // 4_096), b'{"do": "faster"}\n', b"next\n"]:
        pipe.say(piece)
        said += [line for _ in range(4) if (line := pipe.lines.next()) is not None]
    assert said[-1] == "next"
    assert [line for line in said if line.startswith("{")] == []
    assert said[-2].endswith('{"do": "faster"}')


def test_a_return_ends_a_line_as_well(pipe: Pipe) -> None:
    pipe.say(b"one\rtwo\r\n")
    assert [pipe.lines.next(), pipe.lines.next(), pipe.lines.next()] == ["one", "two", None]


STOP: Final = '{"do": "stop"}'


def test_sr18_a_stop_is_not_kept_waiting_for_the_end_of_its_line(pipe: Pipe) -> None:
    lines = LineReader(pipe.lines.fileno(), is_urgent=is_whole_stop)
    pipe.say(STOP[:5].encode())
    assert lines.next() is None
    pipe.say(STOP[5:].encode())
    assert lines.next() == STOP
    pipe.say(b"\n" + STOP.encode() + b"\n")
    assert [lines.next(), lines.next()] == [STOP, None]


@pytest.mark.parametrize(
    "line", ['{"do": "faster"}', '{"do": "mark", "note": "stop"}', '{"do": "mark", "note": "{stop}']
)
def test_whatever_is_no_stop_waits_for_the_end_of_its_line(pipe: Pipe, line: str) -> None:
    lines = LineReader(pipe.lines.fileno(), is_urgent=is_whole_stop)
    pipe.say(line.encode())
    assert lines.next() is None
