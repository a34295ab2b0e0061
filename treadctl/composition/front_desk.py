"""What a front end shows before a session: who and what. Where is `treadmills`.

Everything is read from files when asked for, and every refusal is a sentence for a person. It
imports little, because a person waits for the first screen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from treadctl import paths
from treadctl.core.plan_facts import PlanFacts, builtin_facts, own_plans
from treadctl.core.profile import Profile
from treadctl.errors import Problem, TreadctlError, UserFileError
from treadctl.people.directory import id_for, read_people, write_person
from treadctl.people.person import Caps, Person, Questions, Review
from treadctl.units import ckmh_from_kmh

REVIEW_DAYS: Final = 180


class PersonInvalid(TreadctlError):
    """What was typed about a person cannot be written down."""


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
        raise PersonInvalid("A cap of somebody's own needs to say who prescribed it.")
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
        raise PersonInvalid(f"The cap has {error}.") from error
    except UserFileError as error:
        first = error.problems[0]
        raise PersonInvalid(
            f"{first.key or 'the name'}: {first.message}. {first.remedy}"
        ) from error
    return id_


def _number(what: str, typed: str) -> float | None:
    if not typed.strip():
        return None
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        raise PersonInvalid(f"{what} is a number, not {typed!r}.") from None
