"""A TOML file that a person wrote, from its bytes to a table and a place for complaints.

Strict (SR-42): numbers are kept exact, a file is used as a whole or not at all, and whatever
is wrong is told with file and line.
"""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from treadctl.config_problems import Complaints, LineMap, shown
from treadctl.errors import Problem, UserFileError
from treadctl.regular_file import REMEDY, NotRegular, check_regular

MAX_BYTES: Final = 64 * 1024


def read_bytes(path: Path, *, absent: str) -> bytes:
    """What stands in *path*; *absent* is the remedy where there is no such file.

    Raises:
        UserFileError: it cannot be read.
    """
    try:
        check_regular(path)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise unusable(path, "does not exist", absent) from None
    except NotRegular as error:
        raise unusable(path, f"cannot be read: {error.strerror}", REMEDY) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise unusable(path, f"cannot be read: {reason}", "Check the path and its mode") from error


def parse_toml(data: bytes, path: Path, *, what: str) -> tuple[Mapping[str, Any], Complaints]:
    """The table that *data* spells, and where to complain of it; *what* it should have been.

    Raises:
        UserFileError: it is not TOML.
    """
    if len(data) > MAX_BYTES:
        raise unusable(path, f"is larger than {MAX_BYTES} bytes", f"This is hardly {what}")
    try:
        text = data.decode("utf-8-sig")  # some editors begin every file with a mark
        table = tomllib.loads(text, parse_float=_exact)
    except RecursionError:
        raise unusable(path, "is nested too deeply", "Flatten it") from None
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError, a 5,000-digit integer
        raise _not_toml(path, error) from error
    return table, Complaints(str(path), LineMap(text))


def check_schema(complaints: Complaints, table: Mapping[str, object], schema: int) -> None:
    """Complain unless *table* says that it is of this *schema*."""
    found = table.get("schema")
    remedy = f"Write schema = {schema} in the first line"
    if found is None:
        complaints.add(("schema",), "is missing", remedy)
    elif type(found) is not int or found != schema:
        complaints.add(("schema",), f"{shown(found)} is not a schema of this version", remedy)


def raise_complaints(complaints: Complaints) -> None:
    """Raise every complaint at once, by line; nothing where nobody complained.

    Raises:
        UserFileError: somebody did.
    """
    if complaints.problems:
        raise UserFileError(tuple(sorted(complaints.problems, key=lambda p: p.line or 0)))


def unusable(path: Path, message: str, remedy: str, line: int | None = None) -> UserFileError:
    """The one problem of a file that cannot even be looked into."""
    return UserFileError((Problem(str(path), line, "", message, remedy),))


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of twenty digits
        return Decimal("inf")


def _not_toml(path: Path, error: ValueError) -> UserFileError:
    at = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", str(error))
    line = int(at[1]) if at and at[1] else None
    message = str(error)[: at.start()] if at else str(error)
    return unusable(path, f"is not TOML: {message}", "Correct it; nothing was used", line)
