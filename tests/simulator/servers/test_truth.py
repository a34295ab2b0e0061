import json
import os
from pathlib import Path

import pytest

from simulator.servers.errors import CannotOpen
from simulator.servers.truth import TruthFile


def test_flushed_lines_are_in_the_file_while_it_is_still_open(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    truth = TruthFile(path)
    truth.record({"t_ms": 0})
    truth.record({"t_ms": 50})
    truth.flush()
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"t_ms": 0},
        {"t_ms": 50},
    ]
    truth.close()


def test_closing_flushes(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    truth = TruthFile(path)
    truth.record({"t_ms": 0})
    truth.close()
    assert path.read_text() == '{"t_ms": 0}\n'


def test_an_existing_file_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    path.write_text("earlier\n")
    truth = TruthFile(path)
    truth.record({"t_ms": 0})
    truth.close()
    assert path.read_text() == 'earlier\n{"t_ms": 0}\n'


@pytest.mark.parametrize("name", ["", "missing/truth.jsonl"])
def test_an_unwritable_file_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(CannotOpen, match=r"cannot write truth to .*Name a file"):
        TruthFile(path)


def test_a_pipe_that_nobody_reads_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(CannotOpen, match=r"cannot write truth to .*begin to read it first"):
        TruthFile(pipe)


def test_a_pipe_that_is_read_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    truth = TruthFile(pipe)
    truth.record({"t_ms": 0})
    truth.close()
    assert os.read(reader, 100) == b'{"t_ms": 0}\n'
    os.close(reader)


def test_a_full_disk_is_an_error_not_a_silent_gap() -> None:
    truth = TruthFile(Path("/dev/full"))
    truth.record({"t_ms": 0})
    with pytest.raises(CannotOpen, match="no space left"):
        truth.flush()
    truth.close()
