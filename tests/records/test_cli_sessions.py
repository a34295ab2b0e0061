"""`sessions list|show|verify`: every file ends in a sentence and an exit code."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.records.samples import fill, open_journal, record
from treadctl.cli_sessions import sessions
from treadctl.records.chain import GENESIS, write_line


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(sessions, [str(a) for a in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def damaged(directory: Path) -> Path:
    path = record(directory, suffix=lambda: "bad001")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], lines[4], *lines[5:]]))
    return path


def cut(directory: Path) -> Path:
    journal = open_journal(directory, suffix=lambda: "cut001")
    fill(journal)
    journal.abandon()
    return journal.path


def garbage(directory: Path) -> Path:
    path = directory / "zzz.jsonl"
    path.write_bytes(b"\x1b[31m\x00\xff\n\n{")
    return path


def test_list_shows_each_session_in_a_line(tmp_path: Path) -> None:
    record(tmp_path)
    cut(tmp_path)
    garbage(tmp_path)
    (tmp_path / "notes.txt").write_text("not a record")
    (tmp_path / "folder.jsonl").mkdir()

    result = run("list", "--dir", tmp_path)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "RECORD                       PERSON  PLAN      MACHINE           TIME  BACKWARD  STOPS  "
        "RESULT",
        "2026-11-23T03-08-26Z-abc123  -       novice-1  left (simulated)  2:05  1:02      1      "
        "strap_open (exit 11)",
        "2026-11-23T03-08-26Z-cut001  -       novice-1  left (simulated)  0:06  1:02      1      "
        "not closed",
        "zzz                          -       -         -                 -     -         -      "
        "not readable",
    ]


def test_list_as_json_has_one_object_for_each(tmp_path: Path) -> None:
    record(tmp_path)
    garbage(tmp_path)
    good, bad = json.loads(run("list", "--dir", tmp_path, "--json").stdout)
    assert (good["record"], good["exit_code"]) == ("2026-11-23T03-08-26Z-abc123", 11)
    assert bad["record"] == "zzz"
    assert bad["error"]


def test_list_finds_the_state_directory_and_takes_its_absence_for_no_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert run("list").stdout == "No records yet.\n"
    record(tmp_path / "treadctl" / "sessions")
    assert "novice-1" in run("list").stdout


def test_list_of_a_path_that_is_no_directory_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert run("list", "--dir", tmp_path / "file").exit_code == 2
    assert run("list", "--dir", tmp_path / "file" / "below").exit_code == 2


def test_show_tells_what_happened_and_that_the_record_is_intact(tmp_path: Path) -> None:
    result = run("show", record(tmp_path))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2026-11-23T03-08-26Z-abc123",
        "  plan      novice-1",
        "  machine   left (simulated)",
        "  started   2026-11-23T03:08:26+00:00",
        "  time      2:05",
        "  backward  1:02",
        "  distance  40 m",
        "  result    strap_open (exit 11)",
        "  record    intact, 8 lines",
        "      0:01  walk Back 1",
        "      0:04  operator: faster",
        "      0:06  STOP e_stop F-016 strap_open The strap is not attached.",
        "      0:06  FAULT strap_open",
    ]


def test_show_of_a_damaged_record_tells_what_is_good_and_fails(tmp_path: Path) -> None:
    result = run("show", damaged(tmp_path))
    assert result.exit_code == 1
    assert "result    not closed" in result.stdout
    assert "distance  not known" in result.stdout
    assert "walk Back 1" in result.stdout
    assert "STOP" not in result.stdout
    assert "broken: line 4 was changed" in result.stderr
    assert "The 3 lines before it are good" in result.stderr


def test_show_as_json_carries_the_verdict(tmp_path: Path) -> None:
    result = run("show", "--json", damaged(tmp_path))
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["plan"] == "novice-1"
    assert found["integrity"]["status"] == "broken"
    assert found["integrity"]["line"] == 4


def test_show_of_garbage_is_a_sentence(tmp_path: Path) -> None:
    result = run("show", garbage(tmp_path))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "zzz: not a journal: this is not a session record\n"


def test_verify_says_intact_and_succeeds(tmp_path: Path) -> None:
    result = run("verify", record(tmp_path))
    assert result.exit_code == 0
    assert result.stdout == "2026-11-23T03-08-26Z-abc123: intact, 8 lines\n"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (damaged, "broken: line 4 was changed"),
        (cut, "cut tail: the closing record is missing"),
        (garbage, "not a journal"),
    ],
)
def test_verify_names_the_damage_and_fails_though_others_are_good(
    tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    result = run("verify", record(tmp_path), make(tmp_path))
    assert result.exit_code == 1
    assert "abc123: intact, 8 lines" in result.stdout
    assert words in result.stdout


def test_one_good_line_before_the_damage_is_called_one(tmp_path: Path) -> None:
    path = record(tmp_path)
    header, second, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join((header, second.replace(b"walk", b"talk"), *rest)))
    assert "The 1 line before it is good" in run("verify", path).stdout


def test_verify_names_a_torn_tail_and_a_newer_format(tmp_path: Path) -> None:
    torn = record(tmp_path)
    torn.write_bytes(torn.read_bytes()[:-5])
    newer = tmp_path / "newer.jsonl"
    newer.write_bytes(b'{"seq":0,"kind":"header","body":{"format":9}}\n')
    result = run("verify", "--json", torn, newer)
    assert result.exit_code == 1
    assert [(v["status"], v["records"], v["line"]) for v in json.loads(result.stdout)] == [
        ("torn_tail", 7, 8),
        ("newer_format", 0, 1),
    ]


def test_a_directory_as_a_record_is_a_sentence(tmp_path: Path) -> None:
    assert "cannot be read: it is a directory" in run("verify", tmp_path).stdout
    result = run("show", tmp_path)
    assert result.exit_code == 1
    assert "it is a directory" in result.stderr


def test_a_record_is_found_by_the_beginning_of_its_name(tmp_path: Path) -> None:
    record(tmp_path)
    cut(tmp_path)
    prefix = "2026-11-23T03-08-26Z-a"
    assert "abc123: intact" in run("verify", "--dir", tmp_path, prefix).stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2026", "several"),
        ("1999", "begins with"),
        ("", "missing"),
        ("a\0b", "missing"),
        ("x" * 5_000, "cannot be read"),
    ],
)
@pytest.mark.parametrize("command", ["show", "verify"])
def test_a_name_that_is_none_or_several_is_a_usage_error(
    tmp_path: Path, command: str, name: str, words: str
) -> None:
    record(tmp_path)
    cut(tmp_path)
    result = run(command, "--dir", tmp_path, "--", name)
    assert result.exit_code == 2
    assert words in result.stderr.replace("\n", " ")


def test_many_candidates_are_not_all_listed(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"r{number}.jsonl").write_text("")
    assert "and 2 more" in run("show", "--dir", tmp_path, "r").stderr


def test_verify_of_nothing_is_a_usage_error() -> None:
    assert run("verify").exit_code == 2


def test_a_record_cannot_command_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;x\x07\ud800\u202e"
    path = tmp_path / "evil.jsonl"
    header, digest = write_line(GENESIS, 0, "header", 0, {"format": 1, "plan": evil})
    event, digest = write_line(digest, 1, "event", 0, {"event": "state", "state": evil})
    verb, digest = write_line(digest, 2, "verb", 0, {"verb": [evil], "more": evil})
    gap, digest = write_line(digest, 3, "dropped", 0, {"lines": 3})
    refused, digest = write_line(digest, 4, "event", 0, {"event": "refused", "cause": "not_now"})
    close, _ = write_line(digest, 5, "close", 0, {"reason": evil, "exit_code": 0, "dropped": 3})
    path.write_bytes(header + event + verb + gap + refused + close)

    for result in (run("list", "--dir", tmp_path), run("show", path), run("verify", path)):
        assert result.exit_code == 0
        assert not set("\x1b\x07\ud800\u202e") & set(result.stdout)
    assert "could not be recorded here: 3" in run("show", path).stdout
    assert "3 lines not recorded" in run("list", "--dir", tmp_path).stdout


def test_a_file_name_that_is_no_text_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\x1b[2J.jsonl"
    Path(os.fsdecode(name)).write_bytes(b"")
    result = run("list", "--dir", tmp_path)
    assert result.exit_code == 0
    assert "?" in result.stdout
    assert "\x1b" not in result.stdout
    assert json.loads(run("list", "--dir", tmp_path, "--json").stdout)
