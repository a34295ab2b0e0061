"""What a front end shows after a session: how it was, against the plan, and what comes next."""

from datetime import date
from pathlib import Path

from treadctl.composition.standing import standing_of
from treadctl.errors import TreadctlError
from treadctl.records.account import account_of
from treadctl.records.account_text import account_lines, plan_lines, printable
from treadctl.records.debrief import Debrief, DebriefInvalid, write_debrief
from treadctl.records.summary import summarise_file


def advice_for(person: str, *, simulated: bool, config: Path | None = None) -> tuple[str, ...]:
    """What somebody walks next and why, in lines; the first names the plan where there is one."""
    try:
        standing = standing_of(person, today=date.today(), simulated=simulated, config=config)
    except TreadctlError as error:
        return (str(error),)
    advice = standing.advice
    said = (advice.headline, advice.change, *advice.reasons, standing.locked or "")
    return tuple(printable(line) for line in said if line)


def results_of(record: Path) -> tuple[str, ...]:
    """A session against its plan, in lines of at most 75 columns, what counts most first."""
    try:
        account, integrity = account_of(record)
    except TreadctlError as error:
        return (str(error),)
    table = [line for line in plan_lines(account) if line.startswith(" ")]
    words = [line for line in account_lines(account) if line not in table]
    lines = [*words, *(line.removeprefix("   ") for line in table)]
    if not integrity.intact:
        lines.append("The record is damaged or was cut short; what is shown is its good part.")
    return tuple(lines)


def save_debrief(record: Path, rpe: str, pain: str, note: str) -> tuple[str, ...]:
    """Write down how it was; returns what comes next for that person, in lines.

    Raises:
        TreadctlError: it cannot be, and what to change.
    """
    write_debrief(record, Debrief(_whole("RPE", rpe), _whole("Pain", pain), None, note.strip()))
    summary = summarise_file(record)
    if not summary.person:
        return ()
    return advice_for(summary.person, simulated=summary.simulated)


def _whole(what: str, typed: str) -> int | None:
    if not typed.strip():
        return None
    try:
        return int(typed)
    except ValueError:
        raise DebriefInvalid(f"{what} is a whole number, not {typed!r}.") from None
