"""A pipe, a socket, a device or a directory in the place of a file is refused, not waited for."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import SIMULATED, Ended, treadctl

RUN = ("run", "novice-1", *SIMULATED)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe.jsonl"
    os.mkfifo(path)
    return path


@pytest.fixture
def bound(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        yield path


def refused(done: Ended, path: Path, code: int) -> bool:
    """Whether it ended in sentences that name *path*, say what it is not, and what helps."""
    assert "Traceback" not in done.err
    said = f"{path}" in done.err and "not a regular file" in done.err and "Name a file" in done.err
    return done.code == code and said


@pytest.mark.parametrize("option", ["--scenario", "--truth", "--config"])
def test_a_pipe_for_an_option_of_a_run_is_wrong_use(
    tmp_path: Path, pipe: Path, option: str
) -> None:
    assert refused(treadctl(tmp_path, *RUN, option, str(pipe)), pipe, 2)


@pytest.mark.parametrize("option", ["--scenario", "--truth", "--config"])
def test_a_socket_for_an_option_of_a_run_is_wrong_use(
    tmp_path: Path, bound: Path, option: str
) -> None:
    assert refused(treadctl(tmp_path, *RUN, option, str(bound)), bound, 2)


@pytest.mark.parametrize("option", ["--scenario", "--config"])
def test_a_device_is_not_read_from(tmp_path: Path, option: str) -> None:
    assert refused(treadctl(tmp_path, *RUN, option, "/dev/zero"), Path("/dev/zero"), 2)


def test_a_plan_in_a_pipe_is_refused_with_the_code_of_a_plan(tmp_path: Path, pipe: Path) -> None:
    assert refused(treadctl(tmp_path, "run", str(pipe), *SIMULATED), pipe, 3)


@pytest.mark.parametrize("command", ["replay", "sessions show", "sessions verify"])
def test_a_pipe_is_no_record(tmp_path: Path, pipe: Path, command: str) -> None:
    done = treadctl(tmp_path, *command.split(), str(pipe))
    assert refused(Ended(done.code, "", done.out + done.err), pipe, 1)


def test_a_directory_is_no_record_and_is_called_one(tmp_path: Path) -> None:
    done = treadctl(tmp_path, "sessions", "show", str(tmp_path))
    assert refused(done, tmp_path, 1)
    assert "it is a directory" in done.err


def test_a_pipe_among_the_records_hides_none_of_them(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.mkdir()
    os.mkfifo(records / "2026-11-23T03-08-26Z-4f9c1a.jsonl")
    assert treadctl(tmp_path, "sessions", "list", "--dir", str(records)).code == 0
