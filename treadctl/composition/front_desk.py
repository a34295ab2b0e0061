"""What a front end shows before a session and after it: who, what, where; and how it was.

Everything is read from files when asked for, and every refusal is a sentence for a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from treadctl import paths
from treadctl.composition.conditions import machines
from treadctl.composition.options import RunOptions
from treadctl.composition.plan_view import view_run
from treadctl.composition.standing import standing_of
from treadctl.config import load_config
from treadctl.core.plan_facts import PlanFacts, builtin_facts, own_plans
from treadctl.core.profile import Profile
from treadctl.errors import Problem, TreadctlError, UserFileError
from treadctl.people.directory import id_for, read_people, write_person
from treadctl.people.person import Caps, Person, Questions, Review
from treadctl.records.account import account_of
from treadctl.records.account_text import account_lines, printable
from treadctl.records.debrief import Debrief, DebriefInvalid, write_debrief
from treadctl.records.summary import summarise_file
from treadctl.units import ckmh_from_kmh

REVIEW_DAYS: Final = 180


@dataclass(frozen=True, slots=True)
class Where:
    """A treadmill that a session may be on."""

    name: str
    what: str
    simulated: bool
    refused: str = ""
    """Why it is not driven; empty where it is."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What somebody typed about a person, as typed."""

    name: str
    profile: Profile
    all_no: bool
    """Every question before the first session was answered with no."""
    clinician_ok: bool = False
    mass_kg: str = ""
    v_rev_max_kmh: str = ""
    reviewed_by: str = ""


def everybody() -> tuple[tuple[Person, ...], tuple[Problem, ...]]:
    """Everybody who has a file, and what is wrong with the other files."""
    found = read_people(paths.people_dir())
    return found.persons, found.problems


def plans_for(profile: Profile | None) -> Iterator[PlanFacts]:
    """The plans for somebody of *profile*: their own files first. One after the other, because
    all of them take longer than a screen may."""
    yield from own_plans(paths.plans_dir(), profile).plans
    yield from builtin_facts(profile)


def everywhere(config: Path | None) -> tuple[Where, ...]:
    """The treadmills that config declares, then the machines that can be simulated.

    Raises:
        UserFileError: the config cannot be used.
    """
    declared = tuple(
        Where(t.name, t.protocol, False, t.why_not_driven or "")
        for t in load_config(config).treadmills
    )
    return (*declared, *(Where(name, "simulated", True) for name in machines()))


def advice_for(person: str, *, simulated: bool, config: Path | None = None) -> tuple[str, ...]:
    """What somebody walks next and why, in lines; the first names the plan where there is one."""
    try:
        standing = standing_of(person, today=date.today(), simulated=simulated, config=config)
    except TreadctlError as error:
        return (str(error),)
    advice = standing.advice
    said = (advice.headline, advice.change, *advice.reasons, standing.locked or "")
    return tuple(printable(line) for line in said if line)


def why_not(options: RunOptions) -> str | None:
    """Why a run with *options* would not begin, as far as can be known without a machine."""
    try:
        view = view_run(options, run=False)
    except TreadctlError as error:
        return str(error)
    return "\n".join(str(problem) for problem in view.problems) or None


def add_person(new: NewPerson) -> str:
    """Write somebody down; returns their id.

    Raises:
        TreadctlError: it cannot be, and what to change.
    """
    today = date.today()
    id_ = id_for(new.name)
    cap = _number("The cap", new.v_rev_max_kmh)
    mass = _number("The body mass", new.mass_kg)
    if cap is not None and not new.reviewed_by.strip():
        raise DebriefInvalid("A cap of somebody's own needs to say who prescribed it.")
    review = None
    if new.reviewed_by.strip():
        review = Review(new.reviewed_by.strip(), today, today + timedelta(days=REVIEW_DAYS))
    try:
        ckmh = None if cap is None else ckmh_from_kmh(cap)
        person = Person(
            id=id_,
            name=new.name.strip(),
            profile=new.profile,
            caps=Caps(v_rev_max_ckmh=ckmh),
            review=review,
            questions=Questions(not new.all_no, today, today if new.clinician_ok else None),
            body_mass_g=None if mass is None else round(mass * 1_000),
        )
        write_person(person, paths.people_dir(), replace_existing=False)
    except ValueError as error:
        raise DebriefInvalid(f"The cap has {error}.") from error
    except UserFileError as error:
        first = error.problems[0]
        raise DebriefInvalid(
            f"{first.key or 'the name'}: {first.message}. {first.remedy}"
        ) from error
    return id_


def results_of(record: Path) -> tuple[str, ...]:
    """A session against its plan, in lines."""
    try:
        account, integrity = account_of(record)
    except TreadctlError as error:
        return (str(error),)
    lines = [*account_lines(account)]
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


def _number(what: str, typed: str) -> float | None:
    if not typed.strip():
        return None
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        raise DebriefInvalid(f"{what} is a number, not {typed!r}.") from None
