"""`treadctl replay` as it is typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.golden.records.make import recorded
from treadctl.cli import main

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(capfd: pytest.CaptureFixture[str]) -> Typed:
    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(("replay", *words), prog_name="treadctl")
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "2026-11-25T22-31-02Z-6666f4.jsonl"
    path.write_bytes(recorded("link-loss"))
    return path


def test_sr49_a_record_is_replayed_and_found_identical(typed: Typed, record: Path) -> None:
    code, out, err = typed(str(record))
    assert (code, err) == (0, "")
    assert "session  identical: " in out
    assert "gate     identical: " in out


def test_a_record_is_found_by_the_beginning_of_its_name(typed: Typed, record: Path) -> None:
    code, out, _ = typed("2026-11-25T22", "--dir", str(record.parent), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["identical"]
    assert found["integrity"] == "intact"
    assert found["gate"]["compared"]["ticks"] > 1_000
    assert found["session"]["difference"] is None


def test_a_record_that_was_cut_off_is_replayed_as_far_as_it_goes(
    typed: Typed, record: Path
) -> None:
    record.write_bytes(record.read_bytes()[:200_000])
    code, out, _ = typed(str(record))
    assert code == 1
    assert "identical" in out
    assert "What is before it has been replayed." in out


def test_a_difference_is_shown_with_its_line_and_ends_with_1(
    typed: Typed, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treadctl.safety.ramp.STEP_SPACING_MARGIN_MS", 5_000)
    monkeypatch.setattr("treadctl.safety.phases.START_HOLD_MS", 60_000)
    code, out, _ = typed(str(record))
    assert code == 1
    assert "gate     DIFFERS at line " in out
    assert "record: " in out
    assert "replay: " in out
    code, out, _ = typed(str(record), "--json")
    assert code == 1
    assert json.loads(out)["gate"]["difference"]["line"] > 1


def test_a_difference_to_another_version_is_called_a_change_for_a_person_to_judge(
    typed: Typed, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treadctl.safety.phases.START_HOLD_MS", 60_000)
    assert "another version" not in typed(str(record))[1]
    monkeypatch.setattr("treadctl.cli_replay.VERSION", "99.0")
    code, out, _ = typed(str(record))
    assert code == 1
    assert "of another version, and something was changed since" in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "nothing to replay"),
        (b"not a record\n", "nothing to replay"),
        (recorded("clean")[:100], "nothing to replay"),
    ],
)
def test_what_is_no_record_is_a_sentence_and_1(
    typed: Typed, tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    code, out, err = typed(str(path))
    assert (code, out) == (1, "")
    assert says in err.lower()
    assert "Traceback" not in err


def test_no_such_record_is_usage(typed: Typed, tmp_path: Path) -> None:
    code, _, err = typed("1999", "--dir", str(tmp_path))
    assert code == 2
    assert "no record" in err
