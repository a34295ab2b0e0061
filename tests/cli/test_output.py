"""Standard output closes, fills up, stands still: the run goes on, and no traceback appears."""

import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from treadctl.cli_output import Output


class Pipe:
    def __init__(self) -> None:
        self.read_fd, self.write_fd = os.pipe()
        self.reading = True

    def fill(self) -> int:
        """Leave no room for a whole chunk. Returns how many bytes wait in it."""
        os.set_blocking(self.write_fd, False)
        filled = 0
        while select.select([], [self.write_fd], [], 0)[1]:
            filled += os.write(self.write_fd, b"x" * 4_096)
        os.set_blocking(self.write_fd, True)
        return filled

    def read(self, count: int) -> bytes:
        return os.read(self.read_fd, count)

    def stop_reading(self) -> None:
        self.reading = False
        os.close(self.read_fd)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    if pipe.reading:
        pipe.stop_reading()
    os.close(pipe.write_fd)


def test_a_line_is_there_at_once(pipe: Pipe) -> None:
    Output(pipe.write_fd).write("Wärmup\n")
    assert pipe.read(100) == "Wärmup\n".encode()


def test_text_that_the_locale_has_no_letters_for_is_no_error(pipe: Pipe) -> None:
    Output(pipe.write_fd, encoding="ascii").write("Wärmup\n")
    assert pipe.read(100) == b"W?rmup\n"


def test_a_reader_that_has_gone_is_no_trouble_and_ends_the_telling(pipe: Pipe) -> None:
    out = Output(pipe.write_fd)
    pipe.stop_reading()
    for _ in range(3):
        out.write("one more\n")
    out.close()
    assert out.trouble is None


def test_a_full_disk_is_said_afterwards_and_raises_nothing() -> None:
    fd = os.open("/dev/full", os.O_WRONLY)
    out = Output(fd)
    out.write("a line\n")
    out.write("another\n")
    os.close(fd)
    assert out.trouble is not None
    assert "No space left" in out.trouble


def test_a_descriptor_that_is_none_raises_nothing() -> None:
    out = Output(9_999)
    out.write("a line\n")
    out.close()
    assert out.trouble is not None


def test_sr30_a_reader_that_does_not_read_never_holds_up_a_run_in_real_time(pipe: Pipe) -> None:
    filled = pipe.fill()
    out = Output(pipe.write_fd, patient=False)
    for number in range(50):
        out.write(f"{number}\n")  # would block here for ever
    while filled:
        filled -= len(pipe.read(filled))
    out.close()
    assert pipe.read(4_096).split() == [str(number).encode() for number in range(50)]


def test_samples_that_nobody_reads_are_left_out_and_counted_and_news_are_not(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treadctl.cli_output._WAITING_MAX", 10)
    filled = pipe.fill()
    out = Output(pipe.write_fd, patient=False)
    for _ in range(15):
        out.write("sample\n", spare=True)
    out.write("stop\n")
    while filled:
        filled -= len(pipe.read(filled))
    out.close()
    assert pipe.read(4_096).split() == [b"sample"] * 10 + [b"stop"]
    assert out.trouble == "the output was not read in time: 5 samples are missing in it"


def test_a_long_line_goes_out_whole(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with path.open("wb") as file:
        out = Output(file.fileno())
        out.write("x" * 100_000 + "\n")
        out.close()
    assert path.stat().st_size == 100_001
