"""Which record somebody means on the command line."""

from pathlib import Path

import click

from treadctl.people.history import record_files
from treadctl.records.account_text import printable
from treadctl.records.journal import RecordError

directory_option = click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the records are, instead of the state directory.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def records_in(directory: Path) -> list[Path]:
    """The records there, or a usage error that says why they cannot be listed."""
    try:
        return record_files(directory)
    except RecordError as error:
        raise click.UsageError(printable(str(error))) from error


def find_record(record: str, directory: Path) -> Path:
    """The file that *record* names, or a usage error that says what is wrong with it."""
    if "\0" in record or not record:
        raise click.UsageError("a record's name is missing")
    path = Path(record)
    try:
        if path.exists():
            return path
    except OSError as error:
        raise click.UsageError(f"{printable(record)} cannot be read: {error.strerror}") from error
    matches = [found for found in records_in(directory) if found.name.startswith(record)]
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise click.UsageError(
            f"no record in {printable(str(directory))} begins with {printable(record)!r}. "
            "See: treadctl sessions list"
        )
    listed = ", ".join(printable(found.stem) for found in matches[:5])
    more = "" if len(matches) <= 5 else f" and {len(matches) - 5} more"
    raise click.UsageError(f"{printable(record)!r} is the beginning of several: {listed}{more}")
