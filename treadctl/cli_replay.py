"""`treadctl replay`: does this version do what the record says was done?

Exit codes: 0 identical, 1 it is not or the record is damaged or cannot be replayed, 2 usage.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from treadctl import paths
from treadctl.cli_errors import reporting_errors
from treadctl.cli_records import directory_option, find_record, json_option
from treadctl.composition.replay import Replay, replay
from treadctl.composition.replay_inputs import NotReplayable
from treadctl.composition.replay_verdict import Half
from treadctl.records.account_text import printable
from treadctl.records.chain import Record
from treadctl.records.journal import RecordError
from treadctl.records.reader import Integrity, read_each
from treadctl.units import counted, format_clock
from treadctl.version import VERSION

DIFFERS: Final = 1


@click.command("replay")
@click.argument("record")
@directory_option
@json_option
@click.pass_context
@reporting_errors
def replay_command(
    context: click.Context, record: str, directory: Path | None, as_json: bool
) -> None:
    """Feed a session's record through this version, and compare every output.

    RECORD is a file, or the beginning of a name that `treadctl sessions list` shows.

    \b
      treadctl replay 2026-11-23T03
      treadctl replay backup/2026-11-23T03-08-26Z-4f9c1a.jsonl

    What the gate was given (bytes, strap, requests, each tick) goes through this version's gate:
    it must write the same frames and give the same reports. Those, and what people asked for, go
    through this version's session: it must ask for the same and say the same. The first
    difference of each is shown with its line. Nothing is connected to, and nothing moves.

    Exit code 1 if anything differs, or if the record is damaged or cannot be replayed.
    """
    path = find_record(record, directory or paths.sessions_dir())
    verdicts: list[Integrity] = []
    try:
        found = replay(_good(path, verdicts))
    except (NotReplayable, RecordError) as error:
        _complain(path, str(error), as_json)
        context.exit(DIFFERS)
    integrity = verdicts[-1]
    if as_json:
        click.echo(json.dumps(_json(found, integrity), indent=1))
    else:
        for line in _lines(path, found, integrity):
            click.echo(printable(line))
    if not (found.identical and integrity.intact):
        context.exit(DIFFERS)


def _good(path: Path, verdicts: list[Integrity]) -> Iterator[Record]:
    """The records that can be trusted; the verdict ends up in *verdicts*."""
    for item in read_each(path):
        if isinstance(item, Integrity):
            verdicts.append(item)
        else:
            yield item


def _lines(path: Path, found: Replay, integrity: Integrity) -> Iterator[str]:
    yield f"{path.stem}: recorded by {found.software or 'nobody knows'}, replayed by {VERSION}"
    yield from _half("session", found.core, found.began_ms)
    yield from _half("gate", found.gate, found.began_ms)
    differs = found.core.difference or found.gate.difference
    if differs is not None and found.software != VERSION:
        yield (
            f"{'version':<8} The record is of another version, and something was changed since. "
            "Whether that was meant is for a person to say."
        )
    if not integrity.intact:
        yield f"{'record':<8} {integrity.message}. What is before it has been replayed."


def _half(name: str, half: Half, began_ms: int) -> Iterator[str]:
    counts = ", ".join(
        counted(count, what.removesuffix("s")) for what, count in half.compared.items()
    )
    difference = half.difference
    if difference is not None:
        when = format_clock(difference.t_ms - began_ms)
        yield (
            f"{name:<8} DIFFERS at line {difference.line}, {when} into the record "
            f"({difference.what}); identical before it: {counts}"
        )
        yield f"{'':<8}   record: {difference.recorded}"
        yield f"{'':<8}   replay: {difference.replayed}"
    elif half.ends_early is not None:
        yield f"{name:<8} identical: {counts}; not compared from there on: {half.ends_early}"
    else:
        yield f"{name:<8} identical: {counts}"


def _json(found: Replay, integrity: Integrity) -> dict[str, Any]:
    return {
        "identical": found.identical and integrity.intact,
        "recorded_by": found.software,
        "replayed_by": VERSION,
        "integrity": integrity.status.value,
        "session": asdict(found.core),
        "gate": asdict(found.gate),
    }


def _complain(path: Path, message: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"identical": False, "error": message}, indent=1))
    click.echo(f"{printable(path.stem)}: {printable(message)}", err=True)
