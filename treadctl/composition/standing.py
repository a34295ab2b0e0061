"""Where one person stands today: their limits, their past, and what they walk next."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from treadctl import paths
from treadctl.config import load_config
from treadctl.people.advice import Advice, advise, walked
from treadctl.people.directory import find_person
from treadctl.people.history import PastSession, past_sessions, reverse_sessions
from treadctl.people.person import Person
from treadctl.people.person_limits import (
    PersonLimits,
    hr_limit_bpm,
    limits_for_person,
    why_locked,
)


@dataclass(frozen=True, slots=True)
class Standing:
    person: Person
    locked: str | None
    """Why they may not walk backward at all, with the remedy; None where they may."""
    limits: PersonLimits
    """Before a machine's own cap."""
    hr_limit_bpm: int | None
    past: tuple[PastSession, ...]
    sessions_done: int
    """With backward walking, as far as they count."""
    advice: Advice


def standing_of(
    name: str,
    *,
    today: date,
    simulated: bool = False,
    config: Path | None = None,
    records: Path | None = None,
) -> Standing:
    """Where the person called *name* stands; *simulated* counts simulated sessions as well.

    Raises:
        UnknownPerson: there is nobody of that name; it lists who is known.
        UserFileError: that person's file, or the config, cannot be used.
        RecordError: the records cannot be read.
    """
    person = find_person(name, paths.people_dir())
    base = load_config(config).limits
    past = past_sessions(person.id, records or paths.sessions_dir())
    done = reverse_sessions(past, simulated=simulated)
    limits = limits_for_person(person, base, sessions_done=done, today=today)
    sessions = walked(past, simulated=simulated)
    return Standing(
        person=person,
        locked=why_locked(person, today),
        limits=limits,
        hr_limit_bpm=hr_limit_bpm(person, limits.limits, today),
        past=past,
        sessions_done=done,
        advice=advise(person, sessions, limits.limits, today=today),
    )
