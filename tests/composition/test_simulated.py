"""What was typed about a simulation is judged before anything starts, and left as it was."""

import os
from pathlib import Path

import pytest

from treadctl.composition.conditions import RunRefused
from treadctl.composition.simulated import check_truth
from treadctl.core.exit_codes import ExitCode


def test_a_truth_that_is_not_there_yet_can_be_written_and_is_not_created(tmp_path: Path) -> None:
    check_truth(tmp_path / "truth.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_a_truth_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    truth.write_text("earlier\n")
    check_truth(truth)
    assert truth.read_text() == "earlier\n"


def test_who_wants_no_truth_may_say_so() -> None:
    check_truth(None)
    check_truth(Path(os.devnull))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "a directory"),
        ("pipe", "a pipe"),
        ("missing/truth.jsonl", "No such file or directory"),
        ("x" * 300, "File name too long"),
        ("nul\0", "null byte"),
        ("/dev/tty", "a device"),
    ],
)
def test_what_cannot_be_a_truth_file_is_wrong_use(tmp_path: Path, name: str, why: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RunRefused, match=f"--truth .*{why}.*Name a file") as refused:
        check_truth(tmp_path / name)
    assert refused.value.code is ExitCode.USAGE


@pytest.mark.parametrize("name", ["truth.jsonl", "new.jsonl"])
def test_where_nobody_may_write_no_truth_is_promised(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "truth.jsonl").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # the tests may run as root
    with pytest.raises(RunRefused, match="Permission denied"):
        check_truth(tmp_path / name)
