"""A summary is made of what can be trusted, and does not claim more."""

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from tests.records.samples import FINISHED, STOP, fill, open_journal, record
from treadctl.records import summary as summary_module
from treadctl.records.chain import GENESIS, Kind, write_line
from treadctl.records.journal import RecordError
from treadctl.records.reader import read
from treadctl.records.summary import Stop, closing_record, summarise, summarise_file

THE_STOP = Stop(5_200, "e_stop", "F-016", "strap_open", "The strap is not attached.")


def test_a_closed_record_is_summarised_from_its_two_ends(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    path = record(tmp_path)
    whole = summarise(read(path)[0])
    mocker.patch.object(summary_module, "read_each", side_effect=AssertionError("read it all"))

    found = summarise_file(path)

    assert found == whole
    assert (found.plan, found.machine, found.simulated) == ("novice-1", "left", True)
    assert (found.started_at, found.software) == ("2026-11-23T03:08:26+00:00", "0.1.0")
    assert (found.duration_ms, found.closed) == (125_000, True)
    assert (found.reason, found.exit_code) == ("strap_open", 11)
    assert (found.reverse_s, found.distance_m) == (61.5, 40.25)
    assert found.stops == (THE_STOP,)
    assert found.dropped == 0


def test_a_cut_record_is_summarised_from_all_that_is_left(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    fill(journal)
    journal.abandon()

    found = summarise_file(journal.path)

    assert not found.closed
    assert (found.reason, found.exit_code) == (None, None)
    assert (found.duration_ms, found.reverse_s, found.distance_m) == (5_100, 61.4, None)
    assert found.stops == (THE_STOP,)


def test_a_damaged_record_is_summarised_up_to_the_damage(tmp_path: Path) -> None:
    path = record(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b"damage\n", *lines[4:-1]]))
    found = summarise_file(path)
    assert (found.closed, found.duration_ms, found.stops) == (False, 200, ())


def test_a_forged_end_is_not_believed(tmp_path: Path) -> None:
    path = record(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"exit_code":11', b'"exit_code":10'))
    assert not summarise_file(path).closed


def test_distance_and_dropped_lines_come_from_events_where_there_is_no_end(
    tmp_path: Path,
) -> None:
    journal = open_journal(tmp_path)
    journal.append(Kind.EVENT, 200, {"event": "sample", "reverse_s": 3.5, "distance_m": 7.25})
    journal.append(Kind.DROPPED, 300, {"lines": 4})
    journal.append(Kind.DROPPED, 400, {"lines": 5})
    journal.abandon()
    found = summarise_file(journal.path)
    assert (found.reverse_s, found.distance_m, found.dropped) == (3.5, 7.25, 9)


def test_a_record_closed_before_anything_happened_has_a_summary(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    journal.close(200, {})
    found = summarise_file(journal.path)
    assert (found.closed, found.reason, found.exit_code, found.stops) == (True, None, None, ())


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n{}\n", b"\0" * 4_000, b"a\nb\nc"])
def test_a_file_without_a_header_has_no_summary(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordError, match="header"):
        summarise_file(path)


def test_a_missing_file_has_no_summary(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        summarise_file(tmp_path / "missing")


@pytest.mark.parametrize(
    "strange",
    [None, True, "x", [], {}, -1, 1e300, 10**400],
    ids=["none", "bool", "text", "list", "table", "negative", "large", "huge"],
)
def test_no_value_that_a_line_can_hold_breaks_a_summary(tmp_path: Path, strange: Any) -> None:
    keys = ("plan", "machine", "reason", "exit_code", "reverse_s", "stops", "dropped")
    body = dict.fromkeys(keys, strange)
    path = tmp_path / "x.jsonl"
    first, digest = write_line(GENESIS, 0, "header", 5, {"format": 1, **body})
    middle, digest = write_line(digest, 1, "event", 4, {**STOP, **body, "code": strange})
    last, _ = write_line(digest, 2, "close", 3, {**body, "stops": [strange, {"t_ms": strange}]})
    path.write_bytes(first + middle + last)
    assert summarise_file(path).duration_ms == 0
    path.write_bytes(first + middle)
    found = summarise_file(path)
    assert isinstance(found.plan, str)
    assert json.dumps(found.to_json())


def test_a_summary_becomes_json(tmp_path: Path) -> None:
    found = summarise_file(record(tmp_path)).to_json()
    assert found["reverse_s"] == FINISHED["reverse_s"]
    assert found["stops"] == (
        {
            "t_ms": 5_200,
            "reaction": "e_stop",
            "code": "F-016",
            "cause": "strap_open",
            "message": "The strap is not attached.",
        },
    )


def test_a_session_that_ended_before_anything_was_said_is_a_whole_one(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    assert journal.close(200, FINISHED)
    found = summarise_file(journal.path)
    assert found.closed
    assert closing_record(journal.path) is not None
    assert found == summarise(read(journal.path)[0])
