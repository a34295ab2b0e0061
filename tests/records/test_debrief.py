"""A debrief follows its record's chain, and is found out where it does not (ADR 0019)."""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.records.samples import fill, open_journal, record
from treadctl.records.chain import GENESIS, write_line
from treadctl.records.debrief import (
    DEBRIEFS_MAX,
    Debrief,
    DebriefInvalid,
    read_debrief,
    supplement_path,
    write_debrief,
)
from treadctl.records.journal import RecordError
from treadctl.records.reader import Status, read
from treadctl.records.verify import verify

AT = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
EASY = Debrief(rpe=11, pain=1, pain_before=0, note="easy\ngoing")


@pytest.mark.parametrize(
    "values",
    [
        {"rpe": 5},
        {"rpe": 21},
        {"rpe": 12.0},
        {"rpe": True},
        {"rpe": "12"},
        {"pain": -1},
        {"pain": 11},
        {"pain": False},
        {"pain_before": 11},
        {"rpe": 12, "note": None},
        {"rpe": 12, "note": "x" * 2_001},
        {"rpe": 12, "note": "\x1b[2J"},
        {"rpe": 12, "note": "tab\there"},
        {},
        {"note": "  \n "},
    ],
)
def test_what_no_debrief_can_say_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(DebriefInvalid):
        Debrief(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "debrief",
    [Debrief(rpe=6), Debrief(rpe=20), Debrief(pain=0), Debrief(pain=10), Debrief(note="x")],
)
def test_each_end_of_each_scale_is_a_debrief(tmp_path: Path, debrief: Debrief) -> None:
    path = record(tmp_path)
    write_debrief(path, debrief, now=AT)
    assert read_debrief(path).last == debrief


def test_a_session_that_nobody_asked_about_has_no_debrief(tmp_path: Path) -> None:
    path = record(tmp_path)
    found = read_debrief(path)
    assert (found.said, found.damage, found.last) == ((), None, None)
    assert verify(path).intact


def test_the_record_itself_is_never_touched(tmp_path: Path) -> None:
    path = record(tmp_path)
    before = path.read_bytes()
    write_debrief(path, EASY, now=AT)
    assert path.read_bytes() == before
    assert verify(path).intact
    assert supplement_path(path).stat().st_mode & 0o777 == 0o600


def test_record_and_debriefs_are_one_chain(tmp_path: Path) -> None:
    path = record(tmp_path)
    write_debrief(path, EASY, now=AT)
    write_debrief(path, Debrief(rpe=12), now=AT)
    previous = GENESIS.decode()
    lines = path.read_text().splitlines() + supplement_path(path).read_text().splitlines()
    for number, line in enumerate(lines):
        # The recipe of docs/records.md, not our own reader.
        assert line[-66:-2] == hashlib.sha256((previous + line[:-74]).encode()).hexdigest()
        assert json.loads(line)["seq"] == number
        previous = line[-66:-2]


def test_a_correction_counts_and_what_it_corrects_stays(tmp_path: Path) -> None:
    path = record(tmp_path)
    write_debrief(path, EASY, now=AT)
    write_debrief(path, Debrief(rpe=17, pain=6), now=AT)
    found = read_debrief(path)
    assert [said.debrief.rpe for said in found.said] == [11, 17]
    assert found.last == Debrief(rpe=17, pain=6)
    assert found.said[0].written_at == "2026-11-25T20:00:00+00:00"


def test_a_session_that_was_cut_off_has_no_end_to_follow(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    fill(journal)
    journal.abandon()
    with pytest.raises(RecordError, match="no closing line"):
        write_debrief(journal.path, EASY)
    assert not supplement_path(journal.path).exists()


@pytest.mark.parametrize("data", [b"", b"garbage\n", b"\xff\x00"])
def test_what_is_no_record_gets_no_debrief(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    with pytest.raises(RecordError):
        write_debrief(path, EASY)


def test_every_changed_byte_of_a_debrief_is_found(tmp_path: Path) -> None:
    path = record(tmp_path)
    good = write_debrief(path, EASY, now=AT).read_bytes()
    for index in range(len(good)):
        changed = bytearray(good)
        changed[index] ^= 0x01
        supplement_path(path).write_bytes(changed)
        verdict = verify(path)
        assert verdict.status is Status.DEBRIEF_BROKEN, (index, verdict)
        assert read_debrief(path).last is None


@pytest.mark.parametrize("keep", [1, 50, -2])
def test_a_torn_debrief_is_found_and_nothing_is_added_behind_it(tmp_path: Path, keep: int) -> None:
    path = record(tmp_path)
    supplement = write_debrief(path, EASY, now=AT)
    torn = supplement.read_bytes()[:keep]
    supplement.write_bytes(torn)
    assert "incomplete" in verify(path).message
    with pytest.raises(RecordError, match="damaged"):
        write_debrief(path, EASY)
    assert supplement.read_bytes() == torn


def test_a_debrief_of_another_record_is_found(tmp_path: Path) -> None:
    mine = record(tmp_path, suffix=lambda: "aaa111", t_ms=99)
    other = record(tmp_path, suffix=lambda: "bbb222")
    write_debrief(other, EASY, now=AT)
    supplement_path(mine).write_bytes(supplement_path(other).read_bytes())
    assert verify(mine).status is Status.DEBRIEF_BROKEN
    assert verify(other).intact


def test_a_removed_first_debrief_is_found(tmp_path: Path) -> None:
    path = record(tmp_path)
    write_debrief(path, EASY, now=AT)
    supplement = write_debrief(path, Debrief(rpe=9), now=AT)
    supplement.write_bytes(supplement.read_bytes().splitlines(keepends=True)[1])
    assert verify(path).status is Status.DEBRIEF_BROKEN


def test_a_broken_record_stays_broken_whatever_its_debrief_says(tmp_path: Path) -> None:
    path = record(tmp_path)
    write_debrief(path, EASY, now=AT)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    assert verify(path).status is Status.BROKEN


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_a_place_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = record(tmp_path)
    make(supplement_path(path))
    with pytest.raises(RecordError, match="cannot be written"):
        write_debrief(path, EASY)
    assert "cannot be read" in (read_debrief(path).damage or "")


def test_nobody_debriefs_for_ever(tmp_path: Path) -> None:
    path = record(tmp_path)
    for _ in range(DEBRIEFS_MAX):
        write_debrief(path, EASY, now=AT)
    with pytest.raises(RecordError, match="enough"):
        write_debrief(path, EASY)


def test_a_debrief_is_on_the_disk_when_the_call_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    write_debrief(record(tmp_path), EASY, now=AT)
    assert len(synced) == 1


@given(
    st.none() | st.integers(6, 20),
    st.none() | st.integers(0, 10),
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=100),
)
def test_whatever_was_said_reads_back(
    tmp_path_factory: pytest.TempPathFactory, rpe: int | None, pain: int | None, note: str
) -> None:
    path = record(tmp_path_factory.mktemp("r"))
    write_debrief(path, Debrief(rpe, pain, None, note), now=AT)
    assert read_debrief(path).last == Debrief(rpe, pain, None, note)
    assert len(read(path)[0]) == 8


def test_half_a_debrief_on_a_full_disk_is_none_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = record(tmp_path)
    good = write_debrief(path, EASY, now=AT).read_bytes()
    whole = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: whole(fd, data[:40]))
    with pytest.raises(RecordError, match="whole line"):
        write_debrief(path, EASY, now=AT)
    monkeypatch.undo()
    assert supplement_path(path).read_bytes() == good
    write_debrief(path, EASY, now=AT)
    assert len(read_debrief(path).said) == 2


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("report", {"rpe": 12}),
        ("debrief", {"rpe": 99}),
        ("debrief", {"rpe": "12"}),
        ("debrief", {}),
        ("debrief", {"rpe": 12, "note": ["x"]}),
    ],
)
def test_a_line_that_proves_itself_but_says_nonsense_is_damage(
    tmp_path: Path, kind: str, body: dict[str, object]
) -> None:
    path = record(tmp_path)
    last = read(path)[0][-1]
    line, _ = write_line(last.digest, last.seq + 1, kind, 0, body)
    supplement_path(path).write_bytes(line)
    assert verify(path).status is Status.DEBRIEF_BROKEN
    assert read_debrief(path).last is None
