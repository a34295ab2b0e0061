"""One person as a TOML file, read as strictly as config.toml (SR-42), and written.

A file is understood completely or not used at all. `directory` knows where files are.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from treadctl.config_limits import SPELLINGS, Spelling, people, read_number
from treadctl.config_problems import Complaints, KeyPath, shown, unknown_keys
from treadctl.config_toml import check_schema, parse_toml, raise_complaints, read_bytes, unusable
from treadctl.core.profile import Profile, ceilings_of
from treadctl.people.person import Caps, Person, Questions, Review

SCHEMA: Final = 1
SUFFIX: Final = ".toml"
REVIEW_MAX_DAYS: Final = 366
"""A prescription that nobody has looked at for a year is nobody's."""

_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NAME_MAX: Final = 60
ID_REMEDY: Final = (
    "Name it with 1 to 40 lower-case letters, digits, dashes and underscores, and .toml"
)
_KEYS: Final = (
    "schema",
    "name",
    "profile",
    "body_mass_kg",
    "year_of_birth",
    "caps",
    "review",
    "questions",
)
_BODY_MASS: Final = Spelling(
    "body_mass_g", "body_mass_kg", "kg", 1_000, 20_000, 250_000, "for the energy estimate only"
)
_BORN: Final = Spelling(
    "year_of_birth", "year_of_birth", "", 1, 1900, 2100, "for the heart-rate limit only"
)
_CAP_KEYS: Final = {
    SPELLINGS[key].field: key
    for key in SPELLINGS
    if SPELLINGS[key].field in {f.name for f in fields(Caps)}
}
"""Limits a person may have of their own, by field; spelled as in config.toml."""
_NOT_ABOVE: Final = (
    ("bout_max_ms", "reverse_total_max_ms"),
    ("reverse_total_max_ms", "session_max_ms"),
)


def is_id(text: str) -> bool:
    """Whether *text* is the name of a person's file, without its ending."""
    return _ID.fullmatch(text) is not None


def read_person(path: Path) -> Person:
    """The person in *path*.

    Raises:
        UserFileError: everything that is wrong with it, by line.
    """
    if path.exists() and not path.is_file():  # a pipe would never end
        raise unusable(path, "is not a regular file", "Remove it from here")
    return parse_person(read_bytes(path, absent="`treadctl people list` names who is there"), path)


def parse_person(data: bytes, path: Path) -> Person:
    """The person that *data* spells; *path* gives the id, and names the file in complaints.

    Raises:
        UserFileError: everything that is wrong with it, by line.
    """
    if not is_id(path.stem) or path.suffix != SUFFIX:
        raise unusable(path, "has a name that no person's file has", ID_REMEDY)
    table, complaints = parse_toml(data, path, what="a person")
    person = _read(complaints, table, path.stem)
    raise_complaints(complaints)
    return person


def person_text(person: Person) -> str:
    """The file of *person*, as `parse_person` reads it."""
    lines = [f"schema = {SCHEMA}", f"name = {_quoted(person.name)}"]
    lines.append(f'profile = "{person.profile.value}"')
    if person.body_mass_g is not None:
        lines.append(f"body_mass_kg = {people(person.body_mass_g, 1_000)}")
    if person.year_of_birth is not None:
        lines.append(f"year_of_birth = {person.year_of_birth}")
    caps = [
        f"{key} = {people(value, SPELLINGS[key].scale)}"
        for field, key in _CAP_KEYS.items()
        if (value := getattr(person.caps, field)) is not None
    ]
    if caps:
        lines += ["", "[caps]", *caps]
    if (review := person.review) is not None:
        lines += ["", "[review]", f"by = {_quoted(review.by)}"]
        lines += [f"on = {review.on}", f"until = {review.until}"]
    if (questions := person.questions) is not None:
        lines += ["", "[questions]", f"any_yes = {str(questions.any_yes).lower()}"]
        lines.append(f"asked_on = {questions.asked_on}")
        if questions.clinician_ok_on is not None:
            lines.append(f"clinician_ok_on = {questions.clinician_ok_on}")
    return "\n".join(lines) + "\n"


def _read(complaints: Complaints, table: Mapping[str, object], id_: str) -> Person:
    """A person of whatever could be read; used only when nobody complained."""
    unknown_keys(complaints, (), table, _KEYS)
    check_schema(complaints, table, SCHEMA)
    profile = _read_profile(complaints, table)
    numbers = {
        spelling.field: read_number(complaints, (spelling.key,), table[spelling.key], spelling)
        for spelling in (_BODY_MASS, _BORN)
        if spelling.key in table
    }
    caps = _read_caps(complaints, table, profile)
    review = _read_review(complaints, table)
    if caps != Caps() and "review" not in table:
        complaints.add(
            ("caps",),
            "has no review",
            "Write a [review] table: by whom, on which day, and until when it holds",
        )
    return Person(
        id=id_,
        name=_read_text(complaints, (), table, "name", "Write a name or initials"),
        profile=profile or Profile.NOVICE,
        caps=caps,
        review=review,
        questions=_read_questions(complaints, table),
        body_mass_g=numbers.get("body_mass_g"),
        year_of_birth=numbers.get("year_of_birth"),
    )


def _read_profile(complaints: Complaints, table: Mapping[str, object]) -> Profile | None:
    word = table.get("profile")
    words = tuple(profile.value for profile in Profile)
    if isinstance(word, str) and word in words:
        return Profile(word)
    message = "is missing" if word is None else f"{shown(word)} is not known"
    complaints.add(("profile",), message, f"Choose one of: {', '.join(words)}")
    return None


def _read_caps(
    complaints: Complaints, table: Mapping[str, object], profile: Profile | None
) -> Caps:
    """Own caps; one above what the profile allows is an error, for it could not mean anything."""
    caps = _table(complaints, table, "caps", _CAP_KEYS.values())
    ceilings = ceilings_of(profile) if profile else {}
    found: dict[str, int] = {}
    for field, key in _CAP_KEYS.items():
        if key not in caps:
            continue
        spelling = SPELLINGS[key]
        high = min(spelling.high, ceilings.get(field, spelling.high))
        why = spelling.why
        if profile is not None and high < spelling.high:
            why = f"the {profile.value} profile ends there, and an own cap only lowers"
        own = replace(spelling, high=high, why=why)
        steps = read_number(complaints, ("caps", key), caps[key], own)
        if steps is not None:
            found[field] = steps
    for lower, upper in _NOT_ABOVE:
        if lower in found and upper in found and found[lower] > found[upper]:
            complaints.add(
                ("caps", _CAP_KEYS[lower]),
                f"is above {_CAP_KEYS[upper]}",
                "Lower it, or raise the other",
            )
    return Caps(**found)


def _read_review(complaints: Complaints, table: Mapping[str, object]) -> Review | None:
    if "review" not in table:
        return None
    review = _table(complaints, table, "review", ("by", "on", "until"))
    at = ("review",)
    by = _read_text(complaints, at, review, "by", "Write who looked at the prescription")
    on = _read_date(complaints, at, review, "on")
    until = _read_date(complaints, at, review, "until")
    if on is None or until is None:
        return None
    if until < on:
        complaints.add((*at, "until"), "is before the review itself", "Exchange or correct them")
    elif until - on > timedelta(days=REVIEW_MAX_DAYS):
        complaints.add(
            (*at, "until"),
            f"is more than {REVIEW_MAX_DAYS} days after the review",
            "Name a day within a year; after it somebody has to look again",
        )
    return Review(by, on, until)


def _read_questions(complaints: Complaints, table: Mapping[str, object]) -> Questions | None:
    if "questions" not in table:
        return None
    at = ("questions",)
    answers = _table(complaints, table, "questions", ("any_yes", "asked_on", "clinician_ok_on"))
    any_yes = answers.get("any_yes")
    if not isinstance(any_yes, bool):
        complaints.add(
            (*at, "any_yes"),
            "is missing" if any_yes is None else f"{shown(any_yes)} is neither true nor false",
            "Write true if any question was answered yes, else false; nothing more is kept",
        )
        any_yes = True
    asked_on = _read_date(complaints, at, answers, "asked_on")
    ok_on = None
    if "clinician_ok_on" in answers:
        ok_on = _read_date(complaints, at, answers, "clinician_ok_on")
    if asked_on is not None and ok_on is not None and ok_on < asked_on:
        complaints.add(
            (*at, "clinician_ok_on"),
            "is before the questions were asked",
            "An OK has to be about these answers; ask again, or correct the dates",
        )
    return None if asked_on is None else Questions(any_yes, asked_on, ok_on)


def _table(
    complaints: Complaints, table: Mapping[str, object], key: str, known: Iterable[str]
) -> Mapping[str, object]:
    found = table.get(key, {})
    if not isinstance(found, Mapping):
        complaints.add((key,), f"{shown(found)} is not a table", f"Write a [{key}] table")
        return {}
    unknown_keys(complaints, (key,), found, tuple(known))
    return found


def _read_text(
    complaints: Complaints, at: KeyPath, table: Mapping[str, object], key: str, remedy: str
) -> str:
    text = table.get(key)
    if text is None:
        complaints.add((*at, key), "is missing", remedy)
    elif not isinstance(text, str) or not _is_name(text):
        complaints.add(
            (*at, key),
            f"{shown(text)} is not a name",
            f"Use 1 to {_NAME_MAX} printable characters, without spaces at the ends",
        )
    else:
        return text
    return ""


def _read_date(
    complaints: Complaints, at: KeyPath, table: Mapping[str, object], key: str
) -> date | None:
    found = table.get(key)
    if isinstance(found, date) and not isinstance(found, datetime):
        return found
    message = "is missing" if found is None else f"{shown(found)} is not a day"
    complaints.add((*at, key), message, f"Write {key} = 2026-11-25, without quotes")
    return None


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _NAME_MAX and text == text.strip() and text.isprintable()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
