"""Who is there, who is meant, and how a file gets there."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people.files import ANNA, GOOD
from treadctl.core.profile import Profile
from treadctl.errors import UserFileError
from treadctl.people import directory as directory_module
from treadctl.people.directory import (
    PersonNotSaved,
    UnknownPerson,
    body_mass_g,
    find_person,
    id_for,
    read_people,
    write_person,
)
from treadctl.people.person import Caps, Person
from treadctl.people.person_file import is_id, person_text

BEN = Person("ben", "Ben", Profile.TRAINED)


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_person_is_written_private_and_reads_back(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "people"
    path = write_person(ANNA, directory, replace_existing=False)
    assert path == directory / "anna.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert directory.stat().st_mode & 0o777 == 0o700
    assert find_person("anna", directory) == ANNA
    assert names_in(directory) == ["anna.toml"]


def test_an_existing_person_is_never_written_over_by_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "anna.toml").write_text("mine")
    with pytest.raises(PersonNotSaved, match="there already"):
        write_person(ANNA, tmp_path, replace_existing=False)
    assert (tmp_path / "anna.toml").read_text() == "mine"
    assert names_in(tmp_path) == ["anna.toml"]


def test_an_edited_person_replaces_the_file_in_one_step(tmp_path: Path) -> None:
    write_person(ANNA, tmp_path, replace_existing=False)
    older = replace(ANNA, profile=Profile.KNEE)
    write_person(older, tmp_path, replace_existing=True)
    assert find_person("anna", tmp_path) == older
    assert names_in(tmp_path) == ["anna.toml"]


@pytest.mark.parametrize("failing", ["fsync", "link"])
def test_a_disk_that_fails_leaves_what_was_there_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(PersonNotSaved, match="No space left"):
        write_person(ANNA, tmp_path, replace_existing=False)
    assert names_in(tmp_path) == []


def test_a_directory_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "people").write_text("")
    with pytest.raises(PersonNotSaved, match="cannot be written"):
        write_person(ANNA, tmp_path / "people", replace_existing=False)
    with pytest.raises(UserFileError, match="cannot be read"):
        read_people(tmp_path / "people")


@pytest.mark.parametrize(
    "person",
    [
        replace(BEN, name=""),
        replace(BEN, name="a\nb"),
        replace(BEN, name=" Ben"),
        replace(BEN, name="\ud800"),
        replace(BEN, body_mass_g=5),
        replace(BEN, year_of_birth=12),
        replace(BEN, caps=Caps(v_rev_max_ckmh=200)),
        replace(ANNA, caps=Caps(v_rev_max_ckmh=451)),
        replace(ANNA, caps=Caps(v_rev_max_ckmh=-1)),
        replace(BEN, id=""),
        replace(BEN, id="Ben"),
        replace(BEN, id="../ben"),
        replace(BEN, id="a/b"),
        replace(BEN, id=".ben"),
    ],
)
def test_sr42_what_no_file_may_say_is_never_written(tmp_path: Path, person: Person) -> None:
    directory = tmp_path / "people"
    directory.mkdir()
    with pytest.raises((UserFileError, PersonNotSaved)):
        write_person(person, directory, replace_existing=True)
    assert names_in(directory) == []
    assert names_in(tmp_path) == ["people"]


def test_one_bad_file_hides_nobody_and_is_told(tmp_path: Path) -> None:
    write_person(ANNA, tmp_path, replace_existing=False)
    write_person(BEN, tmp_path, replace_existing=False)
    (tmp_path / "carl.toml").write_text("schema = 1\n")
    (tmp_path / "Dora.toml").write_text(GOOD)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / ".anna.toml.swp").write_text("x")
    (tmp_path / "emil.toml").mkdir()
    os.mkfifo(tmp_path / "frida.toml")
    (tmp_path / "georg.toml").symlink_to(tmp_path / "absent.toml")
    (tmp_path / os.fsdecode(b"\xff.toml")).write_text(GOOD)
    found = read_people(tmp_path)
    assert [person.id for person in found.persons] == ["anna", "ben"]
    assert {Path(problem.file).name for problem in found.problems} == {
        "carl.toml",
        "Dora.toml",
        "emil.toml",
        "frida.toml",
        "georg.toml",
        os.fsdecode(b"\xff.toml"),
    }


def test_no_directory_is_nobody(tmp_path: Path) -> None:
    assert read_people(tmp_path / "absent").persons == ()
    with pytest.raises(UnknownPerson, match="people add"):
        find_person("anna", tmp_path / "absent")


@pytest.mark.parametrize("name", ["anna", "ANNA", "Anna K.", "anna k."])
def test_a_person_is_found_by_file_or_by_name(tmp_path: Path, name: str) -> None:
    write_person(ANNA, tmp_path, replace_existing=False)
    assert find_person(name, tmp_path) == ANNA


@pytest.mark.parametrize("name", ["", "ann", "anna.toml", "../anna", "b\0", "x" * 5_000])
def test_an_unknown_name_lists_who_is_known(tmp_path: Path, name: str) -> None:
    write_person(ANNA, tmp_path, replace_existing=False)
    write_person(BEN, tmp_path, replace_existing=False)
    with pytest.raises(UnknownPerson, match=r"Known: anna, ben\.") as refused:
        find_person(name, tmp_path)
    assert len(str(refused.value)) < 500


def test_two_of_one_name_are_told_apart_by_their_files(tmp_path: Path) -> None:
    for id_ in ("ann1", "ann2"):
        write_person(Person(id_, "Ann", Profile.OLDER), tmp_path, replace_existing=False)
    with pytest.raises(UnknownPerson, match="ann1, ann2"):
        find_person("Ann", tmp_path)
    assert find_person("ann2", tmp_path).id == "ann2"


def test_a_bad_file_is_not_mistaken_for_nobody(tmp_path: Path) -> None:
    (tmp_path / "anna.toml").write_text("schema = 1\n")
    with pytest.raises(UserFileError, match="is missing"):
        find_person("anna", tmp_path)


@pytest.mark.parametrize(
    ("id_", "mass_g"), [("anna", 70_500), ("ben", None), ("", None), ("../anna", None)]
)
def test_a_body_mass_that_is_not_known_is_none(
    tmp_path: Path, id_: str, mass_g: int | None
) -> None:
    write_person(ANNA, tmp_path, replace_existing=False)
    assert body_mass_g(id_, tmp_path) == mass_g


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Anna K.", "anna-k"),
        ("Jürgen Ölß", "jurgen-ol"),
        ("  -- ", ""),
        ("李", ""),
        ("../../etc", "etc"),
        ("A" * 60, "a" * 40),
    ],
)
def test_a_name_becomes_a_file_name(name: str, id_: str) -> None:
    assert id_for(name) == id_


@given(st.text(max_size=80))
def test_a_file_name_made_from_any_name_is_one_or_empty(name: str) -> None:
    made = id_for(name)
    assert made == "" or is_id(made)


def test_a_directory_with_too_many_files_is_not_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_module, "PEOPLE_MAX", 1)
    for person in (ANNA, BEN):
        write_person(person, tmp_path, replace_existing=False)
    with pytest.raises(UserFileError, match="too many"):
        read_people(tmp_path)


def test_a_text_that_would_not_read_back_is_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_module, "person_text", lambda person: person_text(ANNA))
    with pytest.raises(PersonNotSaved, match="reads back"):
        write_person(replace(ANNA, name="Somebody else"), tmp_path, replace_existing=True)
    assert names_in(tmp_path) == []
