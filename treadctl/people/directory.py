"""The people directory: who is there, who is meant, and how a file gets there.

Writing replaces a file in one step and keeps it private to its owner.
"""

import os
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from treadctl.config_problems import shown
from treadctl.config_toml import unusable
from treadctl.errors import Problem, TreadctlError, UserFileError
from treadctl.people.person import Person
from treadctl.people.person_file import (
    ID_REMEDY,
    SUFFIX,
    is_id,
    parse_person,
    person_text,
    read_person,
)

PEOPLE_MAX: Final = 1_000


class UnknownPerson(TreadctlError):
    """A name that nobody in the directory has."""

    def __init__(self, name: str, known: tuple[str, ...], directory: Path) -> None:
        listed = f"Known: {', '.join(known)}" if known else "Add one with: treadctl people add"
        super().__init__(f"nobody is called {shown(name)} in {directory}. {listed}.")
        self.name = name
        self.known = known


class PersonNotSaved(TreadctlError):
    """A person's file could not be written, or is there already."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who could be read, by name, and what is wrong with the other files."""

    persons: tuple[Person, ...]
    problems: tuple[Problem, ...]


def read_people(directory: Path) -> People:
    """Everybody in *directory*; one bad file hides nobody else. An absent one holds nobody."""
    persons: list[Person] = []
    problems: list[Problem] = []
    for path in _files(directory):
        try:
            persons.append(read_person(path))
        except UserFileError as error:
            problems += error.problems
    persons.sort(key=lambda person: (person.name.casefold(), person.id))
    return People(tuple(persons), tuple(problems))


def find_person(name: str, directory: Path) -> Person:
    """The person whose file, or else whose name, is *name*; case does not matter.

    Raises:
        UnknownPerson: there is nobody, or several; it lists who is known.
        UserFileError: that person's file cannot be used.
    """
    paths = {path.stem: path for path in _files(directory)}
    if (path := paths.get(name.casefold())) is not None:
        return read_person(path)
    found = read_people(directory)
    named = [person for person in found.persons if person.name.casefold() == name.casefold()]
    if len(named) == 1:
        return named[0]
    raise UnknownPerson(name, tuple(sorted(paths)), directory)


def body_mass_g(person_id: str, directory: Path) -> int | None:
    """The mass of whoever has that id; None where nobody has, or it is not written down."""
    if not is_id(person_id):
        return None  # it comes from a record, which may come from anywhere
    try:
        return read_person(directory / f"{person_id}{SUFFIX}").body_mass_g
    except UserFileError:
        return None


def id_for(name: str) -> str:
    """A file name for *name*: ``Anna K.`` is ``anna-k``; empty where no letter survives."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:40].rstrip("-")


def write_person(person: Person, directory: Path, *, replace_existing: bool) -> Path:
    """Write *person*'s file in one step, private to its owner. Returns where it is.

    What is about to be written is read back first, so no file is ever written that could not
    be used.

    Raises:
        UserFileError: *person* holds something that no file may say.
        PersonNotSaved: the file is there already, or cannot be written.
    """
    path = directory / f"{person.id}{SUFFIX}"
    if not is_id(person.id):  # it could be a way out of the directory
        raise unusable(path, "has a name that no person's file has", ID_REMEDY)
    text = person_text(person)
    # A lone surrogate is no text: it has to fail as UTF-8, with everything else that is wrong.
    if parse_person(text.encode("utf-8", "surrogatepass"), path) != person:
        raise PersonNotSaved(f"{path}: {person.name!r} could not be written so that it reads back.")
    fresh = directory / f".{person.id}.{secrets.token_hex(4)}.new"
    try:
        _make(directory)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        fd = os.open(fresh, flags, 0o600)
        try:
            with os.fdopen(fd, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if replace_existing:
                fresh.replace(path)
            else:
                os.link(fresh, path)  # unlike a rename, never over a file that is there
        finally:
            fresh.unlink(missing_ok=True)
    except FileExistsError:
        raise PersonNotSaved(
            f"{path} is there already. Choose another --id, or edit that file."
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PersonNotSaved(f"{path} cannot be written: {reason}.") from error
    return path


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:  # a file in the directory's place
        raise NotADirectoryError(error.errno, "it is not a directory", str(directory)) from error


def _files(directory: Path) -> list[Path]:
    try:
        found = sorted(
            path
            for path in directory.iterdir()
            if path.suffix == SUFFIX and not path.name.startswith(".")
        )
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unusable(directory, f"cannot be read: {error.strerror}", "Check its mode") from error
    if len(found) > PEOPLE_MAX:
        raise unusable(directory, f"{len(found)} files are too many", f"At most {PEOPLE_MAX}")
    return found
