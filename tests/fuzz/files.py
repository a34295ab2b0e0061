"""Every kind of file the programs read, and what must hold whatever is in it.

A file is used or refused, in a sentence and with the exit code that docs/exit-codes.md gives it:
no traceback, no fault of the program, no second of computing. None of the commands here moves
anything, and a plan, scenario or config that is refused starts nothing.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest import mock

import click
from click.testing import CliRunner

from simulator.__main__ import run as simulator_run
from tests.core.corpus import bad_plans
from tests.fuzz.mutate import mutated, rechained
from tests.golden.records.make import recorded
from tests.people import files as people
from tests.records.samples import STOP
from tests.records.walks import Walk
from treadctl.cli import main as treadctl
from treadctl.core.builtin_plans import builtin_names, builtin_text
from treadctl.records.chain import Kind
from treadctl.records.debrief import Debrief, supplement_path, write_debrief

LIMIT_S: Final = 1.0
"""Of computing, not of waiting: the machine may be busy with something else."""
REPLAYED_LINES: Final = 40
"""Of a recorded session: long enough to be replayed, short enough to be replayed often."""


@click.command("treadmill-sim")
@click.argument("words", nargs=-1)
def treadmill_sim(words: tuple[str, ...]) -> None:
    """The simulator's whole command line, which turns errors into sentences around click."""
    raise SystemExit(simulator_run(words))


class Found(AssertionError):
    """A file that does to a program what no file may."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command that reads the file: its words, and the exit codes it may end with."""

    words: tuple[str, ...]
    may_end: frozenset[int]
    program: click.Command = treadctl
    uses: int = 0
    """The exit code that means that the file was good."""


@dataclass(frozen=True, slots=True)
class FileKind:
    name: str
    place: str
    """Where the file lies below the folder that the commands are run in."""
    seeds: Callable[[], tuple[bytes, ...]]
    """The first is a good one."""
    commands: tuple[Command, ...]
    others: Callable[[], Mapping[str, bytes]] = field(default=dict)
    """What else lies there."""
    rechains: bool = False
    """It is a chain of hashes, and half of its mutations have right ones."""

    def case(self, seed: int, number: int) -> bytes:
        """The file with that number: the same for ever."""
        chance = random.Random(f"{seed}/{self.name}/{number}")
        seeds = self.seeds()
        data = chance.choice(seeds if chance.random() < 0.5 else seeds[:1])
        if self.rechains and chance.random() < 0.5:
            return rechained(data, chance)
        return mutated(data, chance, seeds)


@dataclass(slots=True)
class Tally:
    """What became of the files so far."""

    used: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    bytes: int = 0
    codes: dict[int, int] = field(default_factory=dict)

    @property
    def files(self) -> int:
        return self.used + self.refused


@contextmanager
def room(kind: FileKind) -> Iterator[Path]:
    """A folder as the commands of *kind* expect it, which is also where they look by default."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for place, data in {kind.place: b"", **kind.others()}.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(data)
        places = {f"XDG_{each}_HOME": str(folder / each.lower()) for each in ("CONFIG", "STATE")}
        with mock.patch.dict(os.environ, places):
            # What is imported at the first use is not this file's fault.
            for data in kind.seeds()[:3]:
                judge(kind, folder, data, Tally(), limit_s=60.0)
            yield folder


def judge(
    kind: FileKind, folder: Path, data: bytes, tally: Tally, *, limit_s: float = LIMIT_S
) -> None:
    """Let every command read the file.

    Raises:
        Found: one of them did what it may not.
    """
    path = folder / kind.place
    path.write_bytes(data)
    codes = []
    for command in kind.commands:
        words = [word.replace("{folder}", str(folder)) for word in command.words]
        began_s = time.process_time()
        result = CliRunner().invoke(command.program, words)
        took_s = time.process_time() - began_s
        said = f"{kind.name}: {' '.join(command.words)}"
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise Found(f"{said} raised {result.exception!r}") from result.exception
        if result.exit_code not in command.may_end:
            raise Found(f"{said} ended with {result.exit_code}")
        if "Traceback" in result.output:
            raise Found(f"{said} shows a traceback")
        if took_s > limit_s:
            raise Found(f"{said} took {took_s:.1f} s of computing")
        tally.slowest_s = max(tally.slowest_s, took_s)
        tally.codes[result.exit_code] = tally.codes.get(result.exit_code, 0) + 1
        codes.append(result.exit_code)
    tally.bytes += len(data)
    if codes[0] == kind.commands[0].uses:
        tally.used += 1
    else:
        tally.refused += 1


@cache
def _plans() -> tuple[bytes, ...]:
    builtin = tuple(builtin_text(name).encode() for name in builtin_names()[::5])
    bad = tuple(bad.data for bad in bad_plans.ALL if len(bad.data) < 2_000)
    return (bad_plans.GOOD.encode(), *builtin, *bad)


CONFIG: Final = b"""\
schema = 1
[limits]
v_rev_max_kmh = 2.0
pause_max_s = 90
[[treadmill]]
name = "left"
protocol = "woodway-us"
port = "/dev/ttyUSB0"
min_speed_kmh = 0.5
[treadmill.strap]
source = "modem-line"
url = "/dev/ttyUSB1"
line = "dsr"
[treadmill.limits]
v_fwd_max_kmh = 4.0
[[treadmill]]
name = "right"
protocol = "trackmaster"
port = "rfc2217://127.0.0.1:4000"
unit = "kmh"
[[treadmill]]
name = "attic"
protocol = "ftms"
address = "C0:FF:EE:00:00:01"
profile = "kingsmith"
heart_rate = "C0:FF:EE:00:00:02"
"""
SCENARIO: Final = b"""\
schema = 1
name = "everything at once"
seed = 7
[[at]]
t_s = 12.5
fault = "strap-pull"
for_s = 3
[[at]]
t_s = 28
fault = "lost-ack"
count = 3
[[at]]
t_s = 33.4
fault = "garbled-bytes"
share = 0.3
for_s = 0.4
"""


def _scenarios() -> tuple[bytes, ...]:
    written = Path(__file__).parents[1] / "scenarios"
    return (SCENARIO, *(path.read_bytes() for path in sorted(written.glob("*.toml"))))


@cache
def _walked() -> bytes:
    with TemporaryDirectory() as folder:
        return _walk(Path(folder)).read_bytes()


def _walk(folder: Path) -> Path:
    """Some seconds of a session, with everything that an account of it tells."""
    session = Walk(folder)
    session.event(event="session_started", title="Four steps")
    session.stretch(600, 1, "warm_up", 360)
    session.stretch(400, 2, "reverse_walk", 100, gait="backward")
    session.event(event="mark", note="held the rail")
    session.stretch(300, 4, "reverse_walk", None, gait="backward")
    session.event(event="criterion", id="stumble", text="A stumble.", reaction="fast_stop")
    session.journal.append(Kind.VERB, session.t_ms, {"verb": "faster"})
    session.event(**STOP)
    session.journal.append(Kind.FAULT, session.t_ms, {"cause": "strap_open"})
    return session.close()


@cache
def _records() -> tuple[bytes, ...]:
    """A short one that was closed, and the beginnings of two whole sessions."""
    begun = (recorded(name).splitlines(keepends=True) for name in ("strap-pull", "link-loss"))
    return (_walked(), *(b"".join(lines[:REPLAYED_LINES]) for lines in begun))


@cache
def _debriefs() -> tuple[bytes, ...]:
    with TemporaryDirectory() as folder:
        path = _walk(Path(folder))
        write_debrief(path, Debrief(rpe=12, pain=1, pain_before=0, note="went well"))
        write_debrief(path, Debrief(rpe=13))
        return (supplement_path(path).read_bytes(),)


_SHOWN: Final = frozenset({0, 1, 2})
_ANNA: Final = "config/treadctl/people/anna.toml"
_RECORD: Final = "state/treadctl/sessions/2026-11-23T03-08-26Z-walk01.jsonl"
_OF_RECORDS: Final = (
    Command(("sessions", "verify", f"{{folder}}/{_RECORD}"), _SHOWN),
    Command(("sessions", "show", f"{{folder}}/{_RECORD}"), _SHOWN),
    Command(("sessions", "list"), _SHOWN),
    Command(("people", "show", "anna", "--simulated"), _SHOWN),
)

KINDS: Final = {
    kind.name: kind
    for kind in (
        FileKind(
            "plan",
            "plan.yaml",
            _plans,
            (
                Command(("plan", "check", "{folder}/plan.yaml"), frozenset({0, 3})),
                # Asked for on a treadmill that nobody has declared: whatever else is right, 4.
                Command(("run", "{folder}/plan.yaml", "--treadmill", "nobody"), frozenset({3, 4})),
            ),
        ),
        FileKind(
            "config",
            "config/treadctl/config.toml",
            lambda: (CONFIG, b"schema = 1\n"),
            (Command(("run", "novice-1", "--treadmill", "nobody"), frozenset({2, 4}), uses=4),),
        ),
        FileKind(
            "person",
            _ANNA,
            lambda: (people.GOOD.encode(),),
            (
                Command(("people", "show", "anna"), frozenset({0, 2})),
                Command(("people", "list", "--json"), frozenset({0, 2})),
            ),
        ),
        FileKind(
            "scenario",
            "scenario.toml",
            _scenarios,
            (
                Command(
                    ("scenario", "check", "{folder}/scenario.toml"),
                    frozenset({0, 2}),
                    treadmill_sim,
                ),
            ),
        ),
        FileKind(
            "record",
            _RECORD,
            _records,
            (*_OF_RECORDS, Command(("replay", f"{{folder}}/{_RECORD}"), frozenset({0, 1}))),
            others=lambda: {_ANNA: people.GOOD.encode()},
            rechains=True,
        ),
        FileKind(
            "debrief",
            _RECORD.replace(".jsonl", ".debrief"),
            _debriefs,
            _OF_RECORDS,
            others=lambda: {_ANNA: people.GOOD.encode(), _RECORD: _walked()},
        ),
    )
}
