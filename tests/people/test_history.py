"""Whose sessions count, and which of them (safety.md 4.2: the first three)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.records.samples import HEADER
from treadctl.people import history
from treadctl.people.history import past_sessions, record_files, reverse_sessions
from treadctl.records.debrief import Debrief, supplement_path, write_debrief
from treadctl.records.journal import Journal, RecordError


def session(
    directory: Path, name: str, *, person: str = "anna", closed: bool = True, **body: Any
) -> Path:
    """One record; *body* is what its closing line says."""
    simulated = body.pop("simulated", False)
    header = replace(HEADER, person=person, simulated=simulated)
    journal = Journal.open(directory, header, real_time=False, suffix=lambda: name)
    if closed:
        journal.close(1_000, {"reason": "completed", "exit_code": 0, "reverse_s": 300.0, **body})
    else:
        journal.abandon()
    return journal.path


def count(directory: Path, *, simulated: bool = False) -> int:
    return reverse_sessions(past_sessions("anna", directory), simulated=simulated)


def test_only_a_persons_own_records_are_theirs(tmp_path: Path) -> None:
    mine = session(tmp_path, "a")
    session(tmp_path, "b", person="ann")
    session(tmp_path, "c", person="")
    session(tmp_path, "d", person="anna-k")
    assert [each.path for each in past_sessions("anna", tmp_path)] == [mine]


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        ({}, True),
        ({"reverse_s": 45.0}, True),
        ({"reverse_s": 44.9}, False),
        ({"reverse_s": 0.0}, False),
        ({"reverse_s": None}, False),
        ({"reverse_s": "300"}, False),
        ({"reverse_s": True}, False),
        ({"reason": "strap_open", "exit_code": 11, "reverse_s": 61.0}, True),
        ({"simulated": True}, False),
    ],
)
def test_a_session_backward_is_one_bout_at_least_on_a_real_belt(
    tmp_path: Path, body: dict[str, Any], counts: bool
) -> None:
    session(tmp_path, "a", **body)
    assert count(tmp_path) == int(counts)


def test_a_simulated_run_may_count_simulated_ones(tmp_path: Path) -> None:
    session(tmp_path, "a", simulated=True)
    session(tmp_path, "b")
    assert count(tmp_path, simulated=True) == 2
    assert count(tmp_path) == 1


def test_a_session_without_an_end_does_not_count(tmp_path: Path) -> None:
    session(tmp_path, "a", closed=False)
    (past,) = past_sessions("anna", tmp_path)
    assert not past.summary.closed
    assert count(tmp_path) == 0


@pytest.mark.parametrize("keep", [0, 10, 200, -1, -40])
def test_a_record_that_was_cut_or_changed_never_counts(tmp_path: Path, keep: int) -> None:
    path = session(tmp_path, "a")
    path.write_bytes(path.read_bytes()[:keep])
    assert count(tmp_path) == 0


def test_a_forged_end_does_not_count(tmp_path: Path) -> None:
    path = session(tmp_path, "a", reverse_s=10.0)
    path.write_bytes(path.read_bytes().replace(b'"reverse_s":10.0', b'"reverse_s":99.0'))
    assert count(tmp_path) == 0


def test_other_files_are_nobodys_sessions(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\x00\xff")
    (tmp_path / "y.jsonl").mkdir()
    (tmp_path / "z.txt").write_text("anna")
    session(tmp_path, "a")
    assert count(tmp_path) == 1


def test_no_directory_is_no_past_and_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    assert past_sessions("anna", tmp_path / "absent") == ()
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="cannot be read"):
        record_files(tmp_path / "file")


def test_what_was_said_belongs_to_its_session(tmp_path: Path) -> None:
    first = session(tmp_path, "a")
    session(tmp_path, "b")
    write_debrief(first, Debrief(rpe=12, pain=1))
    assert [each.debrief for each in past_sessions("anna", tmp_path)] == [
        Debrief(rpe=12, pain=1),
        None,
    ]


def test_a_debrief_that_was_changed_says_nothing(tmp_path: Path) -> None:
    path = session(tmp_path, "a")
    write_debrief(path, Debrief(rpe=18, pain=7))
    forged = supplement_path(path).read_bytes().replace(b'"rpe":18', b'"rpe":12')
    supplement_path(path).write_bytes(forged)
    (past,) = past_sessions("anna", tmp_path)
    assert past.debrief is None


def test_a_record_that_vanishes_while_it_is_read_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session(tmp_path, "a")
    gone = tmp_path / "gone.jsonl"
    files = [*record_files(tmp_path), gone]
    monkeypatch.setattr(history, "record_files", lambda directory: files)
    assert len(past_sessions("anna", tmp_path)) == 1
