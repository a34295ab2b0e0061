"""`treadctl sessions debrief`: what was said after a session, written down beside its record."""

from datetime import date
from pathlib import Path

import click

from treadctl import paths
from treadctl.cli_errors import reporting_errors
from treadctl.cli_records import directory_option, find_record
from treadctl.composition.standing import standing_of
from treadctl.errors import TreadctlError
from treadctl.records.account_text import debrief_lines, printable
from treadctl.records.debrief import (
    PAIN_HIGH,
    RPE_HIGH,
    RPE_LOW,
    Debrief,
    DebriefInvalid,
    write_debrief,
)
from treadctl.records.summary import summarise_file


@click.command("debrief")
@click.argument("record")
@click.option(
    "--rpe",
    type=click.IntRange(RPE_LOW, RPE_HIGH),
    metavar=f"{RPE_LOW}-{RPE_HIGH}",
    help="How hard it was: 6 no effort, 11 light, 13 somewhat hard, 15 hard, 20 the utmost.",
)
@click.option(
    "--pain",
    type=click.IntRange(0, PAIN_HIGH),
    metavar=f"0-{PAIN_HIGH}",
    help="The worst pain during it.",
)
@click.option(
    "--pain-before",
    type=click.IntRange(0, PAIN_HIGH),
    metavar=f"0-{PAIN_HIGH}",
    help="Pain before it began; a rise of 2 counts as too much.",
)
@click.option("--note", default="", metavar="TEXT", help="Anything else, in words.")
@directory_option
@reporting_errors
def debrief_command(
    record: str,
    rpe: int | None,
    pain: int | None,
    pain_before: int | None,
    note: str,
    directory: Path | None,
) -> None:
    """Write down how a session was, and say what comes next.

    RECORD is a file, or the beginning of a name that `sessions list` shows. A second debrief
    corrects the first, which stays readable.

    \b
    Example:
      treadctl sessions debrief 2026-11-25T19 --rpe 12 --pain 1 --note "easy"
    """
    directory = directory or paths.sessions_dir()
    path = find_record(record, directory)
    try:
        debrief = Debrief(rpe, pain, pain_before, note)
    except DebriefInvalid as error:
        raise click.UsageError(str(error)) from error
    write_debrief(path, debrief)
    for line in debrief_lines(debrief):
        click.echo(line)
    summary = summarise_file(path)
    if summary.person:
        _advise(summary.person, directory, simulated=summary.simulated)


def _advise(person: str, directory: Path, *, simulated: bool) -> None:
    """What comes next, where that person still has a file."""
    try:
        standing = standing_of(person, today=date.today(), simulated=simulated, records=directory)
    except TreadctlError as error:
        click.echo(f"What comes next is not known: {printable(str(error))}", err=True)
        return
    advice = standing.advice
    for line in (f"Next: {advice.headline}", advice.change, *advice.reasons):
        if line:
            click.echo(printable(line))
