"""`treadctl sessions list|show|verify`: what the records of past sessions say.

Exit codes: 0 everything asked for is intact, 1 a record is damaged or incomplete, 2 usage
(no such record). A record may be any file at all: whatever is in it, it ends in a sentence.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from treadctl import paths
from treadctl.records.chain import Kind, Record
from treadctl.records.journal import RecordError
from treadctl.records.reader import Integrity, Status, read_each
from treadctl.records.summary import Summary, summarise, summarise_file
from treadctl.records.verify import verify
from treadctl.units import format_clock

DAMAGED: Final = 1
_SUFFIX: Final = ".jsonl"

_directory = click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the records are, instead of the state directory.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("sessions")
def sessions() -> None:
    """Look at the records of past sessions."""


@sessions.command("list")
@_directory
@_as_json
def list_command(directory: Path | None, as_json: bool) -> None:
    """List the records, oldest first."""
    rows: list[tuple[str, Summary | RecordError]] = []
    for path in _records_in(directory or paths.sessions_dir()):
        try:
            rows.append((path.stem, summarise_file(path)))
        except RecordError as error:
            rows.append((path.stem, error))
    if as_json:
        click.echo(json.dumps([_row_json(name, found) for name, found in rows], indent=1))
        return
    if not rows:
        click.echo("No records yet.")
        return
    table: list[tuple[str, ...]] = [
        ("RECORD", "PLAN", "MACHINE", "TIME", "BACKWARD", "STOPS", "RESULT")
    ]
    table += [_row(name, found) for name, found in rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]) - 1)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        click.echo("  ".join(cells).rstrip())


@sessions.command("show")
@click.argument("record")
@_directory
@_as_json
@click.pass_context
def show_command(
    context: click.Context, record: str, directory: Path | None, as_json: bool
) -> None:
    """Show one session: what happened, and the record's state.

    RECORD is a file, or the beginning of a name that `sessions list` shows.
    """
    path = _find(record, directory or paths.sessions_dir())
    told: list[str] = []
    verdicts: list[Integrity] = []
    try:
        summary = summarise(_watched(read_each(path), told, verdicts))
    except RecordError as error:
        _complain(path, _verdict(verdicts[0]) if verdicts else str(error))
        context.exit(DAMAGED)
    integrity = verdicts[0]
    if as_json:
        found = {**_row_json(path.stem, summary), "integrity": _integrity_json(integrity)}
        click.echo(json.dumps(found, indent=1))
    else:
        for line in (*_shown(path.stem, summary, integrity), *told):
            click.echo(line)
    if not integrity.intact:
        _complain(path, _verdict(integrity))
        context.exit(DAMAGED)


@sessions.command("verify")
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@_directory
@_as_json
@click.pass_context
def verify_command(
    context: click.Context, records: tuple[str, ...], directory: Path | None, as_json: bool
) -> None:
    """Check that records are whole and unchanged.

    RECORD is a file, or the beginning of a name that `sessions list` shows.
    """
    found = [_find(record, directory or paths.sessions_dir()) for record in records]
    verdicts: list[dict[str, object]] = []
    for path in found:
        try:
            integrity = verify(path)
        except RecordError as error:
            integrity = Integrity(Status.NOT_A_JOURNAL, 0, None, str(error))
        verdicts.append({"record": path.stem, **_integrity_json(integrity)})
        if not as_json:
            click.echo(f"{_plain(path.stem)}: {_verdict(integrity)}")
    if as_json:
        click.echo(json.dumps(verdicts, indent=1))
    if not all(verdict["intact"] for verdict in verdicts):
        context.exit(DAMAGED)


def _watched(
    items: Iterable[Record | Integrity], told: list[str], verdicts: list[Integrity]
) -> Iterator[Record]:
    """The records among *items*, noting on the way what is told of them. An hour of records
    does not fit comfortably into memory."""
    start_ms: int | None = None
    for item in items:
        if isinstance(item, Integrity):
            verdicts.append(item)
            continue
        start_ms = item.t_ms if start_ms is None else start_ms
        if text := _told(item):
            told.append(f"  {format_clock(max(0, item.t_ms - start_ms)):>8}  {_plain(text)}")
        yield item


def _records_in(directory: Path) -> list[Path]:
    try:
        found = (path for path in directory.iterdir() if path.suffix == _SUFFIX)
        return sorted(path for path in found if path.is_file())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise click.UsageError(
            f"{_plain(str(directory))} cannot be read: {error.strerror}"
        ) from error


def _find(record: str, directory: Path) -> Path:
    """The file that *record* names, or a usage error that says what is wrong with it."""
    if "\0" in record or not record:
        raise click.UsageError("a record's name is missing")
    path = Path(record)
    try:
        if path.exists():
            return path
    except OSError as error:
        raise click.UsageError(f"{_plain(record)} cannot be read: {error.strerror}") from error
    matches = [found for found in _records_in(directory) if found.name.startswith(record)]
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise click.UsageError(
            f"no record in {_plain(str(directory))} begins with {_plain(record)!r}. "
            "See: treadctl sessions list"
        )
    listed = ", ".join(_plain(found.stem) for found in matches[:5])
    more = "" if len(matches) <= 5 else f" and {len(matches) - 5} more"
    raise click.UsageError(f"{_plain(record)!r} is the beginning of several: {listed}{more}")


def _row(name: str, found: Summary | RecordError) -> tuple[str, ...]:
    if isinstance(found, RecordError):
        return (_plain(name), "-", "-", "-", "-", "-", "not readable")
    return (
        _plain(name),
        _plain(found.plan),
        _machine(found),
        format_clock(found.duration_ms),
        _seconds(found.reverse_s),
        str(len(found.stops)),
        _result(found),
    )


def _row_json(name: str, found: Summary | RecordError) -> dict[str, object]:
    if isinstance(found, RecordError):
        return {"record": name, "error": str(found)}
    return {"record": name, **found.to_json()}


def _integrity_json(integrity: Integrity) -> dict[str, object]:
    return {
        "status": integrity.status.value,
        "intact": integrity.intact,
        "records": integrity.records,
        "line": integrity.line,
        "message": integrity.message,
    }


def _shown(name: str, summary: Summary, integrity: Integrity) -> Iterator[str]:
    distance = "not known" if summary.distance_m is None else f"{summary.distance_m:.0f} m"
    yield _plain(name)
    yield f"  plan      {_plain(summary.plan)}"
    yield f"  machine   {_machine(summary)}"
    yield f"  started   {_plain(summary.started_at)}"
    yield f"  time      {format_clock(summary.duration_ms)}"
    yield f"  backward  {_seconds(summary.reverse_s)}"
    yield f"  distance  {distance}"
    yield f"  result    {_result(summary)}"
    yield f"  record    {_verdict(integrity)}"


def _told(record: Record) -> str | None:
    """One line for what people want to know of afterwards, None for everything else."""
    body = record.body
    match record.kind, body.get("event"):
        case Kind.EVENT.value, "state":
            return _words(body, "", "state", "step_name")
        case Kind.EVENT.value, "stop":
            return _words(body, "STOP", "reaction", "code", "cause", "message")
        case Kind.EVENT.value, "refused":
            return _words(body, "refused", "code", "cause", "message")
        case Kind.EVENT.value, "criterion":
            return _words(body, "noted:", "text", "id", "reaction")
        case Kind.EVENT.value, "mark":
            return _words(body, "marked", "note")
        case Kind.VERB.value, _:
            return _words(body, "operator:", *body)
        case Kind.FAULT.value, _:
            return _words(body, "FAULT", *body)
        case Kind.DROPPED.value, _:
            return _words(body, "lines that could not be recorded here:", "lines")
        case _:
            return None


def _words(body: Mapping[str, Any], first: str, *keys: str) -> str:
    values = [body.get(key) for key in keys]
    words = [str(value) for value in values if isinstance(value, str | int | float)]
    return " ".join(word for word in (first, *words) if word)


def _machine(summary: Summary) -> str:
    return _plain(summary.machine) + (" (simulated)" if summary.simulated else "")


def _seconds(seconds: float | None) -> str:
    return "not known" if seconds is None else format_clock(round(seconds * 1_000))


def _result(summary: Summary) -> str:
    missing = f", {summary.dropped} lines not recorded" if summary.dropped else ""
    if not summary.closed:
        return f"not closed{missing}"
    return f"{_plain(summary.reason or 'ended')} (exit {summary.exit_code}){missing}"


def _verdict(integrity: Integrity) -> str:
    if integrity.intact:
        return f"intact, {integrity.records} lines"
    kind = integrity.status.value.replace("_", " ")
    before = f". The {integrity.records} lines before it are good" if integrity.records else ""
    return _plain(f"{kind}: {integrity.message}{before}")


def _complain(path: Path, message: str) -> None:
    click.echo(f"{_plain(path.stem)}: {_plain(message)}", err=True)


def _plain(text: str) -> str:
    """*text* without what a terminal would obey: a record may come from anywhere."""
    return "".join(char if char.isprintable() else "?" for char in text[:500])
