"""`treadctl sessions list|show|debrief|verify`: what the records of past sessions say.

Exit codes: 0 everything asked for is intact, 1 a record is damaged or incomplete, 2 usage
(no such record). A record may be any file at all: whatever is in it, it ends in a sentence.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from treadctl import paths
from treadctl.cli_debrief import debrief_command
from treadctl.cli_records import directory_option, find_record, json_option, records_in
from treadctl.people.directory import body_mass_g
from treadctl.records.account import Accountant
from treadctl.records.account_text import debrief_lines, plan_lines, printable
from treadctl.records.chain import Kind, Record
from treadctl.records.debrief import read_supplement
from treadctl.records.journal import RecordError
from treadctl.records.reader import Integrity, Status, read_each
from treadctl.records.summary import Summary, summarise_file
from treadctl.records.verify import verify, with_debrief
from treadctl.units import counted, format_clock

DAMAGED: Final = 1
_SHOWN_VERBS: Final = frozenset(
    {
        "faster",
        "slower",
        "skip",
        "extend",
        "pause",
        "resume",
        "cool_down",
        "stop",
        "fast_stop",
        "e_stop",
        "end",
        "interrupt",
        "hang_up",
    }
)
"""What somebody did of their own accord; answers to what was asked are not told one by one."""


@click.group("sessions")
def sessions() -> None:
    """Look at the records of past sessions."""


sessions.add_command(debrief_command)


@sessions.command("list")
@directory_option
@json_option
def list_command(directory: Path | None, as_json: bool) -> None:
    """List the records, oldest first."""
    rows: list[tuple[str, Summary | RecordError]] = []
    for path in records_in(directory or paths.sessions_dir()):
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
        ("RECORD", "PERSON", "PLAN", "MACHINE", "TIME", "BACKWARD", "STOPS", "RESULT")
    ]
    table += [_row(name, found) for name, found in rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]) - 1)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        click.echo("  ".join(cells).rstrip())


@sessions.command("show")
@click.argument("record")
@directory_option
@json_option
@click.pass_context
def show_command(
    context: click.Context, record: str, directory: Path | None, as_json: bool
) -> None:
    """Show one session: what happened, and the record's state.

    RECORD is a file, or the beginning of a name that `sessions list` shows.
    """
    path = find_record(record, directory or paths.sessions_dir())
    told: list[str] = []
    ends: list[Record | Integrity] = []
    accountant = Accountant()
    try:
        for item in _watched(read_each(path), told, ends):
            accountant.add(item)
        account = accountant.account()
    except RecordError as error:
        verdict = ends[-1] if ends else None
        _complain(path, _verdict(verdict) if isinstance(verdict, Integrity) else str(error))
        context.exit(DAMAGED)
    last, verdict = ends[-2], ends[-1]
    assert isinstance(last, Record)
    assert isinstance(verdict, Integrity)
    said = read_supplement(path, last)
    integrity = with_debrief(path, last, verdict)
    if as_json:
        found = {
            **_row_json(path.stem, account.summary),
            "integrity": _integrity_json(integrity),
            "steps": [asdict(step) for step in account.steps],
            "kept_permille": account.kept_permille,
            "debriefs": [{"written_at": s.written_at, **asdict(s.debrief)} for s in said.said],
        }
        click.echo(json.dumps(found, indent=1))
    else:
        mass_g = body_mass_g(account.summary.person, paths.people_dir())
        for line in (
            *_shown(path.stem, account.summary, integrity),
            *plan_lines(account, body_mass_g=mass_g),
            *(debrief_lines(said.last) if said.last else ()),
            *told,
        ):
            click.echo(line)
    if not integrity.intact:
        _complain(path, _verdict(integrity))
        context.exit(DAMAGED)


@sessions.command("verify")
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@directory_option
@json_option
@click.pass_context
def verify_command(
    context: click.Context, records: tuple[str, ...], directory: Path | None, as_json: bool
) -> None:
    """Check that records are whole and unchanged.

    RECORD is a file, or the beginning of a name that `sessions list` shows.
    """
    found = [find_record(record, directory or paths.sessions_dir()) for record in records]
    verdicts: list[dict[str, object]] = []
    for path in found:
        try:
            integrity = verify(path)
        except RecordError as error:
            integrity = Integrity(Status.NOT_A_JOURNAL, 0, None, str(error))
        verdicts.append({"record": path.stem, **_integrity_json(integrity)})
        if not as_json:
            click.echo(f"{printable(path.stem)}: {_verdict(integrity)}")
    if as_json:
        click.echo(json.dumps(verdicts, indent=1))
    if not all(verdict["intact"] for verdict in verdicts):
        context.exit(DAMAGED)


def _watched(
    items: Iterable[Record | Integrity], told: list[str], ends: list[Record | Integrity]
) -> Iterator[Record]:
    """The records among *items*, noting on the way what is told of them, and the last two items.
    An hour of records does not fit comfortably into memory."""
    start_ms: int | None = None
    for item in items:
        ends[:] = [*ends[-1:], item]
        if isinstance(item, Integrity):
            continue
        start_ms = item.t_ms if start_ms is None else start_ms
        if text := _told(item):
            told.append(f"  {format_clock(max(0, item.t_ms - start_ms)):>8}  {printable(text)}")
        yield item


def _row(name: str, found: Summary | RecordError) -> tuple[str, ...]:
    if isinstance(found, RecordError):
        return (printable(name), "-", "-", "-", "-", "-", "-", "not readable")
    return (
        printable(name),
        printable(found.person) or "-",
        printable(found.plan),
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
    yield printable(name)
    if summary.person:
        yield f"  person    {printable(summary.person)}"
    yield f"  plan      {printable(summary.plan)}"
    yield f"  machine   {_machine(summary)}"
    yield f"  started   {printable(summary.started_at)}"
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
            shown = next((verb for verb in _SHOWN_VERBS if verb == body.get("verb")), None)
            return shown and f"operator: {shown}"
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
    return printable(summary.machine) + (" (simulated)" if summary.simulated else "")


def _seconds(seconds: float | None) -> str:
    return "not known" if seconds is None else format_clock(round(seconds * 1_000))


def _result(summary: Summary) -> str:
    missing = f", {counted(summary.dropped, 'line')} not recorded" if summary.dropped else ""
    if not summary.closed:
        return f"not closed{missing}"
    return f"{printable(summary.reason or 'ended')} (exit {summary.exit_code}){missing}"


def _verdict(integrity: Integrity) -> str:
    if integrity.intact:
        return f"intact, {counted(integrity.records, 'line')}"
    kind = integrity.status.value.replace("_", " ")
    return printable(f"{kind}: {integrity.message}{_before(integrity.records)}")


def _before(records: int) -> str:
    if not records:
        return ""
    return f". The {counted(records, 'line')} before it {'is' if records == 1 else 'are'} good"


def _complain(path: Path, message: str) -> None:
    click.echo(f"{printable(path.stem)}: {printable(message)}", err=True)
