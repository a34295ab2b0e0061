"""No file does what it may not: it is used, or refused with a sentence and an exit code.

`make fuzz` judges thousands of each kind; the first ones are these. The numbers behind them are
files that once did.
"""

from pathlib import Path
from random import Random
from typing import Final

import click
import pytest

from tests.cli.running import treadctl
from tests.fuzz.files import KINDS, Command, FileKind, Found, Tally, judge, room
from tests.fuzz.mutate import rechained
from treadctl.records.reader import Integrity, Status, read_each

SEED: Final = 1
FILES: Final = 60
every_kind: Final = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@every_kind
def test_sr42_sr43_sr59_no_file_is_a_traceback_a_hang_or_a_motion(
    kind: FileKind, capfd: pytest.CaptureFixture[str]
) -> None:
    tally = Tally()
    with room(kind) as folder:
        for number in range(FILES):
            judge(kind, folder, kind.case(SEED, number), tally)
    assert tally.files == FILES
    assert tally.refused > FILES // 2
    assert "Traceback" not in capfd.readouterr().err


@every_kind
def test_every_file_that_is_begun_with_is_a_good_one_and_a_number_is_always_the_same_file(
    kind: FileKind, capfd: pytest.CaptureFixture[str]
) -> None:
    tally = Tally()
    with room(kind) as folder:
        judge(kind, folder, kind.seeds()[0], tally)
    assert (tally.used, tally.refused) == (1, 0)
    assert kind.case(SEED, 5) == kind.case(SEED, 5) != kind.case(SEED + 1, 5)


def test_sr59_a_record_with_odd_contents_still_has_its_chain(tmp_path: Path) -> None:
    """Else a reader would never come to what is odd."""
    kind = KINDS["record"]
    path = tmp_path / "record.jsonl"
    intact = 0
    for number in range(40):
        path.write_bytes(rechained(kind.seeds()[0], Random(number)))
        *_, verdict = read_each(path)
        assert isinstance(verdict, Integrity)
        intact += verdict.status is Status.INTACT
    assert intact >= 20


@pytest.fixture
def bad_program() -> FileKind:
    """A program that does with a file what none may, as the file says."""

    @click.command()
    @click.argument("path", type=click.Path(path_type=Path))
    def command(path: Path) -> None:
        match path.read_bytes():
            case b"raise":
                raise KeyError("steps")
            case b"fault":
                raise SystemExit(16)
            case b"tell":
                click.echo("Traceback (most recent call last):")
            case b"compute":
                sum(range(200_000))

    return FileKind(
        "bad",
        "file",
        lambda: (b"fine",),
        (Command(("{folder}/file",), frozenset({0, 2}), command),),
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"raise", "raised KeyError"),
        (b"fault", "ended with 16"),
        (b"tell", "shows a traceback"),
        (b"compute", "s of computing"),
    ],
)
def test_a_program_that_does_what_it_may_not_is_found(
    bad_program: FileKind, data: bytes, says: str
) -> None:
    with room(bad_program) as folder:
        judge(bad_program, folder, b"fine", Tally())
        with pytest.raises(Found, match=says):
            judge(bad_program, folder, data, Tally(), limit_s=0.000_5)


REFUSED: Final = 2
"""So many of each; a whole process is started for each."""


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("plan", 3, ("{file}", "--simulate", "woodway-us")),
        ("scenario", 2, ("novice-1", "--simulate", "woodway-us", "--scenario", "{file}")),
        ("config", 2, ("novice-1", "--simulate", "woodway-us", "--config", "{file}")),
    ],
)
def test_sr42_sr43_what_is_refused_moves_nothing(
    tmp_path: Path, name: str, code: int, words: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    """As somebody types it, with a simulated treadmill that would walk, and says so if it does."""
    kind, file, truth = KINDS[name], tmp_path / "file", tmp_path / "truth.jsonl"
    refused: list[bytes] = []
    with room(kind) as folder:
        for data in (kind.case(SEED, number) for number in range(FILES)):
            tally = Tally()
            judge(kind, folder, data, tally)
            refused += [data] * tally.refused
            if len(refused) == REFUSED:
                break
    assert len(refused) == REFUSED
    for data in refused:
        file.write_bytes(data)
        run = [word.replace("{file}", str(file)) for word in words]
        ended = treadctl(tmp_path, "run", *run, "--virtual-time", "--truth", str(truth))
        assert ended.code == code, ended.err
        assert "Traceback" not in ended.err
        assert "belt_ckmh" not in (truth.read_text() if truth.exists() else "")
