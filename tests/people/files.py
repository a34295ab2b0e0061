"""People as the tests write them down."""

from datetime import date
from pathlib import Path
from typing import Final

from treadctl.core.profile import Profile
from treadctl.errors import Problem, UserFileError
from treadctl.people.person import Caps, Person, Questions, Review
from treadctl.people.person_file import parse_person

TODAY: Final = date(2026, 11, 25)
PATH: Final = Path("anna.toml")

GOOD: Final = """\
schema = 1
name = "Anna K."
profile = "novice"
body_mass_kg = 70.5
year_of_birth = 1960

[caps]
v_rev_max_kmh = 2.0
session_max_s = 1200

[review]
by = "M. Weber, physiotherapist"
on = 2026-10-01
until = 2027-03-31

[questions]
any_yes = true
asked_on = 2026-09-28
clinician_ok_on = 2026-10-01
"""

ANNA: Final = Person(
    id="anna",
    name="Anna K.",
    profile=Profile.NOVICE,
    caps=Caps(v_rev_max_ckmh=200, session_max_ms=1_200_000),
    review=Review("M. Weber, physiotherapist", date(2026, 10, 1), date(2027, 3, 31)),
    questions=Questions(True, date(2026, 9, 28), date(2026, 10, 1)),
    body_mass_g=70_500,
    year_of_birth=1960,
)


def parse(text: str, path: Path = PATH) -> Person:
    return parse_person(text.encode(), path)


def problems_of(text: str | bytes, path: Path = PATH) -> tuple[Problem, ...]:
    data = text if isinstance(text, bytes) else text.encode()
    try:
        parse_person(data, path)
    except UserFileError as error:
        return error.problems
    raise AssertionError("nobody complained")
