"""Reading: damage is found wherever it is, named by its line, and what precedes it is kept."""

import json
import random
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.records.samples import FINISHED, fill, open_journal, record
from treadctl.records.chain import FORMAT, GENESIS, MAX_LINE, Record, write_line
from treadctl.records.journal import RecordError
from treadctl.records.reader import Integrity, Status, read, scan
from treadctl.records.verify import verify


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return record(tmp_path_factory.mktemp("good")).read_bytes()


def judge(data: bytes) -> tuple[list[Record], Integrity]:
    *records, verdict = scan(BytesIO(data))
    assert isinstance(verdict, Integrity)
    return [item for item in records if isinstance(item, Record)], verdict


def lines_of(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def line_at(data: bytes, offset: int) -> int:
    return data[:offset].count(b"\n") + 1


def chained(*bodies: tuple[str, Any]) -> bytes:
    """A journal with a chain that holds, of any lines: what a forger can make."""
    previous, lines = GENESIS, []
    for seq, (kind, body) in enumerate(bodies):
        line, previous = write_line(previous, seq, kind, seq, body)
        lines.append(line)
    return b"".join(lines)


def sealed(previous: bytes, payload: bytes) -> bytes:
    digest = sha256(previous + payload).hexdigest().encode()
    return payload + b'"hash":"' + digest + b'"}\n'


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_a_changed_byte_is_found_at_every_offset(data: bytes, flip: int) -> None:
    good = lines_of(data)
    for offset in range(len(data)):
        changed = bytearray(data)
        changed[offset] ^= flip
        records, verdict = judge(bytes(changed))
        assert not verdict.intact
        assert verdict.line == line_at(data, offset)
        assert verdict.records == len(records) == verdict.line - 1
        assert [r.seq for r in records] == list(range(len(records)))
    assert len(good) == 8


def test_a_missing_or_added_byte_is_found_at_every_offset(data: bytes) -> None:
    for offset in range(len(data)):
        for changed in (
            data[:offset] + data[offset + 1 :],
            data[:offset] + b" " + data[offset:],
            data[:offset] + b"\n" + data[offset:],
        ):
            assert not judge(changed)[1].intact


def test_a_file_cut_at_any_byte_keeps_every_whole_line_before_the_cut(data: bytes) -> None:
    for end in range(len(data)):
        records, verdict = judge(data[:end])
        whole = data[:end].count(b"\n")
        at_line_end = data[:end].endswith(b"\n")
        assert len(records) == verdict.records == whole
        if end == 0:
            assert verdict.status is Status.NOT_A_JOURNAL
        elif at_line_end:
            assert (verdict.status, verdict.line) == (Status.CUT_TAIL, None)
        else:
            assert (verdict.status, verdict.line) == (Status.TORN_TAIL, whole + 1)


@pytest.mark.parametrize("gone", range(1, 7))
def test_a_deleted_line_is_found_where_it_was(data: bytes, gone: int) -> None:
    lines = lines_of(data)
    records, verdict = judge(b"".join(lines[:gone] + lines[gone + 1 :]))
    assert (verdict.status, verdict.line, len(records)) == (Status.BROKEN, gone + 1, gone)


@pytest.mark.parametrize("first", range(1, 7))
def test_swapped_lines_are_found(data: bytes, first: int) -> None:
    lines = lines_of(data)
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    verdict = judge(b"".join(lines))[1]
    assert (verdict.status, verdict.line) == (Status.BROKEN, first + 1)


def test_a_repeated_line_is_found(data: bytes) -> None:
    lines = lines_of(data)
    assert judge(b"".join([*lines[:3], lines[2], *lines[3:]]))[1].line == 4


def test_a_closing_record_put_back_after_cutting_is_forged(data: bytes) -> None:
    lines = lines_of(data)
    for kept in range(1, len(lines) - 1):
        verdict = judge(b"".join([*lines[:kept], lines[-1]]))[1]
        assert (verdict.status, verdict.line) == (Status.BROKEN, kept + 1)


def test_a_closing_record_of_another_session_is_forged(data: bytes, tmp_path: Path) -> None:
    journal = open_journal(tmp_path, t_ms=101)
    fill(journal)
    journal.close(125_100, FINISHED)
    other = lines_of(journal.path.read_bytes())[-1]
    verdict = judge(b"".join([*lines_of(data)[:-1], other]))[1]
    assert (verdict.status, verdict.line) == (Status.BROKEN, 8)


def test_a_closing_record_whose_hash_holds_but_whose_number_does_not_is_forged(
    data: bytes,
) -> None:
    records, _ = judge(data)
    line, _ = write_line(records[3].digest, 7, "close", 125_100, FINISHED)
    verdict = judge(b"".join([*lines_of(data)[:4], line]))[1]
    assert (verdict.status, verdict.line) == (Status.BROKEN, 5)
    assert "record 7, in the place of 4" in verdict.message


@pytest.mark.parametrize("extra", [b"\n", b"x", b"\0", b"{}\n"])
def test_anything_after_the_closing_record_is_found(data: bytes, extra: bytes) -> None:
    verdict = judge(data + extra)[1]
    assert (verdict.status, verdict.line, verdict.records) == (Status.BROKEN, 9, 8)


def test_two_records_in_one_file_are_not_one(data: bytes) -> None:
    assert judge(data + data)[1].line == 9


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\n",
        b"\0" * 100,
        b"\xff\xfe\xfd\n",
        b"{}\n",
        b"[" * 100_000,
        b"hello\n",
        b'{"seq":0,"kind":"report","t_ms":0}\n',
        b"x" * (MAX_LINE + 10),
        random.Random(7).randbytes(5_000),
    ],
)
def test_a_file_that_is_no_journal_is_called_that(garbage: bytes) -> None:
    records, verdict = judge(garbage)
    assert verdict.status is Status.NOT_A_JOURNAL
    assert records == []


@pytest.mark.parametrize("tail", [b"", b"\n"])
def test_a_line_without_end_is_damage_and_is_not_read_into_memory(data: bytes, tail: bytes) -> None:
    class Endless(BytesIO):
        largest = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            line = super().readline(size)
            Endless.largest = max(Endless.largest, len(line))
            return line

    stream = Endless(b"".join(lines_of(data)[:3]) + b"x" * (3 * MAX_LINE) + tail)
    *_, verdict = scan(stream)
    assert isinstance(verdict, Integrity)
    assert (verdict.status, verdict.line, verdict.records) == (Status.BROKEN, 4, 3)
    assert Endless.largest == MAX_LINE + 1


def test_a_record_of_a_newer_format_is_told_from_damage() -> None:
    future = b'{"seq":0,"kind":"header","t_ms":0,"body":{"format":2},"seal":"another way"}\n'
    verdict = judge(future + b"whatever\n")[1]
    assert (verdict.status, verdict.records) == (Status.NEWER_FORMAT, 0)


@pytest.mark.parametrize("format_", [True, 0, -1, 1.0, "1", "one", [1], None])
def test_what_is_no_number_of_a_format_makes_no_record(format_: object) -> None:
    verdict = judge(chained(("header", {"format": format_}), ("close", {})))[1]
    assert (verdict.status, verdict.records, verdict.line) == (Status.NOT_A_JOURNAL, 0, 1)
    assert "names no format" in verdict.message


def test_a_header_that_says_nothing_of_its_format_begins_no_record() -> None:
    assert judge(chained(("header", {}), ("close", {})))[1].status is Status.NOT_A_JOURNAL


def test_the_format_that_is_written_is_read() -> None:
    assert judge(chained(("header", {"format": FORMAT}), ("close", {})))[1].intact


@pytest.mark.parametrize(
    "payload",
    [
        b'{"seq":1,"kind":"close","t_ms":0,"body":[],',
        b'{"seq":1,"kind":3,"t_ms":0,"body":{},',
        b'{"seq":1,"kind":"close","t_ms":0.5,"body":{},',
        b'{"seq":1,"kind":"close","t_ms":' + b"9" * 4_000 + b',"body":{},',
        b'{"seq":1,"kind":"close","t_ms":' + b"9" * 5_000 + b',"body":{},',
        b'{"seq":1,"kind":"close","body":{},',
        b'{"seq":1,"kind":"close","t_ms":0,"body":{"a":' + b"[" * 50_000 + b"},",
        b"not json,",
        b"\xff\xff,",
        b"",
    ],
)
def test_a_line_whose_hash_holds_but_which_is_no_record_is_damage(payload: bytes) -> None:
    start = chained(("header", {"format": 1}))
    digest = judge(start)[0][0].digest
    records, verdict = judge(start + sealed(digest, payload))
    assert (verdict.status, verdict.line, len(records)) == (Status.BROKEN, 2, 1)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 8))
def test_random_bytes_at_any_place_end_in_a_verdict(noise: bytes, kept: int) -> None:
    good = chained(("header", {"format": 1}), *[("report", {})] * 7)
    lines = lines_of(good)
    verdict = judge(b"".join(lines[:kept]) + noise)[1]
    assert not verdict.intact
    assert verdict.records <= kept or not noise


def test_a_file_is_read_and_verified_alike(tmp_path: Path) -> None:
    path = record(tmp_path)
    records, verdict = read(path)
    assert verify(path) == verdict
    assert len(records) == verdict.records


@pytest.mark.parametrize("name", ["missing.jsonl", "", "nul\0"])
def test_what_cannot_be_read_at_all_is_a_typed_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        verify(tmp_path / name)


def test_a_record_that_is_still_being_written_is_called_cut_not_broken(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    fill(journal)
    journal.flush()
    verdict = verify(journal.path)
    assert verdict.status is Status.CUT_TAIL
    assert "still running" in verdict.message
    journal.abandon()


def test_json_of_a_line_has_nothing_that_json_does_not_have(data: bytes) -> None:
    def refuse(word: str) -> float:
        raise AssertionError(word)

    for line in lines_of(data):
        json.loads(line, parse_constant=refuse)
