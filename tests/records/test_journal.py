"""Writing: nothing is lost that need not be, and nothing that is lost goes unsaid."""

import errno
import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest

from tests.records.samples import FINISHED, HEADER, STOP, Disk, fill, open_journal, record
from treadctl.errors import TreadctlError
from treadctl.records.chain import MAX_LINE, Kind
from treadctl.records.journal import STOPS_MAX, Journal, RecordError
from treadctl.records.line_file import CHUNK
from treadctl.records.reader import Status, read
from treadctl.records.verify import verify


def kinds(path: Path) -> list[str]:
    return [item.kind for item in read(path)[0]]


def test_a_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = record(tmp_path)
    records, integrity = read(path)

    assert integrity.status is Status.INTACT
    assert integrity.records == 8
    assert [r.seq for r in records] == list(range(8))
    assert records[0].body["plan"] == "novice-1"
    assert records[0].body["started_at"] == "2026-11-23T03:08:26+00:00"
    assert records[5].body == STOP
    assert records[-1].body["exit_code"] == 11


def test_the_chain_can_be_checked_with_a_few_lines_of_anything(tmp_path: Path) -> None:
    previous = "0" * 64
    for line in record(tmp_path).read_text().splitlines():
        payload, found = line[:-74], line[-66:-2]
        assert found == sha256((previous + payload).encode()).hexdigest()
        assert json.loads(line)["hash"] == found
        previous = found


def test_the_file_is_private_dated_and_new(tmp_path: Path) -> None:
    path = record(tmp_path / "made" / "for it")
    assert path.name == "2026-11-23T03-08-26Z-abc123.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_existing_file_is_never_touched(tmp_path: Path) -> None:
    first = record(tmp_path)
    before = first.read_bytes()
    names = iter(["abc123", "abc123", "def456"])

    second = record(tmp_path, suffix=lambda: next(names))

    assert second.name.endswith("def456.jsonl")
    assert first.read_bytes() == before
    with pytest.raises(RecordError, match="free name"):
        open_journal(tmp_path)


def test_a_dangling_link_is_not_followed(tmp_path: Path) -> None:
    trap = tmp_path / "2026-11-23T03-08-26Z-abc123.jsonl"
    trap.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RecordError, match="free name"):
        open_journal(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_names_differ_without_being_told_to(tmp_path: Path) -> None:
    journals = [Journal.open(tmp_path, HEADER, real_time=False) for _ in range(3)]
    assert len({journal.path for journal in journals}) == 3
    assert all(journal.abandon() for journal in journals)


def blocked_by_a_file(directory: Path) -> Path:
    (directory / "file").write_text("")
    return directory / "file" / "records"


def named_impossibly(directory: Path) -> Path:
    return directory / ("x" * 300)


def named_with_a_nul(directory: Path) -> Path:
    return directory / "x\0y"


@pytest.mark.parametrize("place", [blocked_by_a_file, named_impossibly, named_with_a_nul])
def test_sr49_a_directory_that_cannot_be_written_is_known_before_the_run(
    tmp_path: Path, place: Callable[[Path], Path]
) -> None:
    with pytest.raises(RecordError, match="--record") as caught:
        open_journal(place(tmp_path))
    assert isinstance(caught.value, TreadctlError)


@pytest.mark.parametrize("room", [0, 10])
def test_sr49_a_disk_that_is_full_before_the_run_leaves_nothing_behind(
    tmp_path: Path, room: int
) -> None:
    with pytest.raises(RecordError, match="No space left"):
        open_journal(tmp_path, write=Disk(room).write)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", range(0, 900, 37))
def test_sr49_a_disk_that_fills_up_raises_nothing_and_heals_without_a_hole(
    tmp_path: Path, room: int
) -> None:
    disk = Disk()
    journal = open_journal(tmp_path, write=disk.write)
    disk.room = room
    fill(journal)
    journal.flush()
    full = journal.trouble
    if full:
        assert "No space left" in full
        assert verify(journal.path).status in (Status.TORN_TAIL, Status.CUT_TAIL)

    disk.room = 1 << 40
    assert journal.close(9_000, FINISHED)
    assert verify(journal.path).status is Status.INTACT
    assert len(read(journal.path)[0]) == 8


def test_sr49_lines_that_do_not_fit_into_memory_are_counted_and_said(tmp_path: Path) -> None:
    disk = Disk()
    journal = open_journal(tmp_path, write=disk.write, backlog_max=2_000)
    disk.room = 0
    for t_ms in range(200, 300):
        journal.append(Kind.REPORT, t_ms, {"phase": "moving"})
    dropped = journal.dropped
    assert 0 < dropped < 100
    journal.flush()
    assert f"{dropped} lines are missing from the record: No space left" in (journal.trouble or "")

    disk.room = 1 << 40
    journal.flush()
    journal.append(Kind.REPORT, 400, {"phase": "moving"})
    assert not journal.close(500, FINISHED)

    records, integrity = read(journal.path)
    assert integrity.status is Status.INTACT
    (gap,) = [r for r in records if r.kind == "dropped"]
    assert gap.body == {"lines": dropped}
    assert records[gap.seq + 1].t_ms == 400
    assert records[-1].body["dropped"] == dropped


def test_sr49_a_disk_that_stays_full_ends_in_a_record_that_says_it_was_cut(
    tmp_path: Path,
) -> None:
    disk = Disk()
    journal = open_journal(tmp_path, write=disk.write)
    disk.room = 300
    fill(journal)
    assert not journal.close(9_000, FINISHED)
    assert verify(journal.path).status is Status.TORN_TAIL


def test_sr49_a_file_descriptor_lost_under_way_raises_nothing(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    os.close(journal._file._fd)
    fill(journal)
    journal.flush()
    assert "Bad file descriptor" in (journal.trouble or "")
    assert not journal.close(9_000, FINISHED)


class Word(Enum):
    A = "a"


def test_an_enum_is_recorded_as_its_value(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    journal.append(Kind.VERB, 200, {"verb": Word.A})
    journal.close(300, {})
    assert read(journal.path)[0][1].body == {"verb": "a"}


def circular() -> dict[str, object]:
    body: dict[str, object] = {}
    body["again"] = body
    return body


@pytest.mark.parametrize(
    "body",
    [
        {"speed": float("nan")},
        {"speed": float("inf")},
        {"thing": object()},
        {"text": "x" * MAX_LINE},
        circular(),
    ],
    ids=["nan", "inf", "object", "huge", "circular"],
)
def test_sr49_what_cannot_be_recorded_leaves_a_gap_that_is_said(
    tmp_path: Path, body: dict[str, object]
) -> None:
    journal = open_journal(tmp_path)
    journal.append(Kind.REPORT, 200, body)
    assert journal.trouble
    journal.append(Kind.REPORT, 300, {})
    journal.close(400, FINISHED)
    assert kinds(journal.path) == ["header", "dropped", "report", "close"]
    assert verify(journal.path).intact


def test_a_closing_body_that_cannot_be_recorded_still_closes(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    journal.close(300, {"reverse_s": float("nan")})
    assert verify(journal.path).intact


def test_unprintable_and_foreign_text_survives(tmp_path: Path) -> None:
    text = "Schritt 1\n\x1b[31m \ud800 ü 走"
    path = record(tmp_path, suffix=lambda: "t")
    journal = Journal.open(tmp_path, replace(HEADER, plan=text), real_time=False)
    journal.close(1, {})
    assert read(journal.path)[0][0].body["plan"] == text
    assert path.exists()


def test_a_session_that_did_not_end_well_is_abandoned_and_reads_as_cut(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    fill(journal)
    assert journal.abandon()
    assert not journal.abandon()
    assert not journal.close(9_000, FINISHED)
    assert verify(journal.path).status is Status.CUT_TAIL


def test_what_comes_after_the_end_is_not_written(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    assert journal.close(200, FINISHED)
    before = journal.path.read_bytes()
    journal.append(Kind.REPORT, 300, {})
    assert journal.dropped == 1
    assert journal.path.read_bytes() == before


def test_the_closing_record_repeats_the_stops_but_not_without_end(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    for _ in range(STOPS_MAX + 5):
        journal.append(Kind.EVENT, 5_200, STOP)
    journal.close(9_000, FINISHED)
    assert len(read(journal.path)[0][-1].body["stops"]) == STOPS_MAX


def test_ordinary_lines_wait_for_half_a_second_and_stops_do_not(tmp_path: Path) -> None:
    now_s = 10.0
    journal = open_journal(tmp_path, clock=lambda: now_s)

    def written() -> int:
        return len(kinds(journal.path))

    journal.append(Kind.REPORT, 200, {})
    assert written() == 1
    now_s = 10.49
    journal.append(Kind.REPORT, 300, {})
    assert written() == 1
    now_s = 10.5
    journal.append(Kind.REPORT, 400, {})
    assert written() == 4
    journal.append(Kind.REPORT, 450, {})
    journal.append(Kind.EVENT, 500, {"event": "sample"})
    assert written() == 4
    journal.append(Kind.EVENT, 500, {"event": "stop"})
    assert written() == 7
    journal.append(Kind.EVENT, 500, {"event": "finished"})
    assert written() == 8
    journal.append(Kind.FAULT, 500, {})
    assert written() == 9
    journal.append(Kind.REQUEST, 500, {"event": "stop"})
    assert written() == 9
    journal.abandon()


def test_a_chunk_is_written_before_its_time(tmp_path: Path) -> None:
    journal = open_journal(tmp_path, clock=lambda: 0.0)
    journal.append(Kind.REPORT, 200, {"text": "x" * CHUNK})
    assert kinds(journal.path) == ["header", "report"]
    journal.abandon()


def test_many_lines_go_out_in_few_writes(tmp_path: Path) -> None:
    disk = Disk()
    journal = open_journal(tmp_path, write=disk.write, clock=lambda: 0.0)
    for t_ms in range(2_000):
        journal.append(Kind.REPORT, t_ms, {"phase": "moving", "strap": "attached"})
    assert journal.close(3_000, FINISHED)
    assert disk.calls < 20
    assert verify(journal.path).records == 2_002


class SlowDisk:
    """A disk that takes nothing until it is let go, and says when it was asked."""

    def __init__(self) -> None:
        self.go = Event()
        self.go.set()
        self.asked = Event()
        self.written = Event()
        self.synced = Event()

    def write(self, fd: int, data: bytes) -> int:
        self.asked.set()
        assert self.go.wait(30)
        taken = os.write(fd, data)
        self.written.set()
        return taken

    def sync(self, fd: int) -> None:
        self.synced.set()


def test_in_real_time_a_lone_line_is_written_without_anything_following_it(
    tmp_path: Path,
) -> None:
    disk = SlowDisk()
    journal = open_journal(tmp_path, real_time=True, write=disk.write, sync=disk.sync)
    disk.written.clear()
    journal.append(Kind.REPORT, 200, {})
    assert disk.written.wait(30)
    assert kinds(journal.path) == ["header", "report"]
    assert not disk.synced.is_set()
    journal.append(Kind.FAULT, 300, {})
    assert disk.synced.wait(30)
    assert journal.close(400, FINISHED)
    assert verify(journal.path).intact


def test_sr49_a_stalled_disk_does_not_hold_up_the_session(tmp_path: Path) -> None:
    disk = SlowDisk()
    journal = open_journal(tmp_path, real_time=True, write=disk.write, sync=disk.sync)
    disk.asked.clear()
    disk.go.clear()
    journal.append(Kind.FAULT, 200, {})
    assert disk.asked.wait(30)
    for t_ms in range(300, 1_300):  # returns, although the disk does not
        journal.append(Kind.REPORT, t_ms, {})
    disk.go.set()
    assert journal.close(2_000, FINISHED)
    assert verify(journal.path).records == 1_003


def test_sr49_a_disk_that_never_answers_does_not_keep_the_program_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treadctl.records.journal.CLOSE_WAIT_S", 0.05)
    disk = SlowDisk()
    journal = open_journal(tmp_path, real_time=True, write=disk.write, sync=disk.sync)
    disk.go.clear()
    fill(journal)
    assert not journal.close(2_000, FINISHED)
    disk.go.set()


def test_a_failing_sync_is_trouble_and_no_more(tmp_path: Path) -> None:
    def sync(fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    journal = open_journal(tmp_path, sync=sync)
    fill(journal)
    assert not journal.close(2_000, FINISHED)
    assert verify(journal.path).intact
