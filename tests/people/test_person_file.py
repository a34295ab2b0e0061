"""SR-42 for people: a file is understood completely or not used at all."""

from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people.bad_people import BAD, HEAD, REVIEW
from tests.people.files import ANNA, GOOD, parse, problems_of
from treadctl.config_toml import MAX_BYTES
from treadctl.core.profile import Profile
from treadctl.errors import UserFileError
from treadctl.people.person import Caps, Person
from treadctl.people.person_file import parse_person, person_text
from treadctl.safety.limits import RULES


def test_a_good_file_is_read_as_it_is_written() -> None:
    assert parse(GOOD) == ANNA


def test_the_least_file_says_nothing_beyond_name_and_profile() -> None:
    assert parse(HEAD) == Person("anna", "A", Profile.NOVICE)


def test_what_is_written_reads_back() -> None:
    assert parse(person_text(ANNA)) == ANNA


@pytest.mark.parametrize("name", BAD)
def test_sr42_a_bad_file_is_refused_with_its_line(name: str) -> None:
    text, line, word = BAD[name]
    problems = problems_of(text)
    assert any(
        problem.line == line and (word in problem.message or word in problem.remedy)
        for problem in problems
    ), problems
    assert all(problem.remedy and problem.file == "anna.toml" for problem in problems)


def test_the_corpus_is_not_shrinking() -> None:
    assert len(BAD) >= 60


def test_everything_wrong_is_told_at_once_and_by_line() -> None:
    problems = problems_of('schema = 1\nprofile = "x"\ncolour = 1\n[caps]\nv_rev_max_kmh = 9\n')
    assert [problem.key for problem in problems] == [
        "name",
        "profile",
        "colour",
        "caps.v_rev_max_kmh",
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"schema = 1\n" + b"#" * MAX_BYTES, id="too large"),
        pytest.param(b"a = " + b"[" * 5_000, id="too deep"),
        pytest.param(b"schema = 1" + b"0" * 5_000, id="a number too long to read"),
        pytest.param(b"\x00", id="a NUL"),
    ],
)
def test_sr42_what_is_no_text_is_one_sentence(data: bytes) -> None:
    (problem,) = problems_of(data)
    assert problem.remedy


@pytest.mark.parametrize(
    "name", ["Anna.toml", "anna.txt", "an na.toml", "..toml", "-a.toml", f"{'a' * 41}.toml"]
)
def test_a_file_whose_name_is_no_id_is_refused(name: str) -> None:
    (problem,) = problems_of(GOOD, Path(name))
    assert "lower-case" in problem.remedy


def test_every_own_cap_is_a_limit_of_which_less_is_safer() -> None:
    assert {field.name for field in fields(Caps)} <= set(RULES)
    assert all(field.name.partition("_ms")[0].find("_min") == -1 for field in fields(Caps))


@given(st.binary(max_size=400))
def test_sr42_no_bytes_end_in_anything_but_a_person_or_problems(data: bytes) -> None:
    with suppress(UserFileError):  # anything else fails
        parse_person(data, Path("anna.toml"))


@given(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=60))
def test_every_printable_name_survives_writing_and_reading(name: str) -> None:
    if name != name.strip() or not name.isprintable():
        return
    person = Person("anna", name, Profile.OLDER)
    assert parse(person_text(person)) == person


@given(
    st.sampled_from(Profile),
    st.sampled_from(["v_rev_max_kmh", "v_fwd_max_kmh", "a_up_rev_kmh_s", "hr_limit_percent"]),
    st.decimals(min_value=-10, max_value=100, places=2),
)
def test_sr42_no_file_can_say_a_cap_beyond_its_ceiling(
    profile: Profile, key: str, value: object
) -> None:
    text = f'schema = 1\nname = "A"\nprofile = "{profile.value}"\n[caps]\n{key} = {value}\n{REVIEW}'
    try:
        caps = parse(text).caps
    except UserFileError:
        return
    for field in fields(Caps):
        own = getattr(caps, field.name)
        assert own is None or RULES[field.name].low <= own <= RULES[field.name].high


def test_a_range_without_a_unit_ends_with_its_number() -> None:
    data = (HEAD + "year_of_birth = 1800\n").encode()
    with pytest.raises(UserFileError) as refused:
        parse_person(data, Path("anna.toml"))
    (problem,) = refused.value.problems
    assert problem.message == "1800 is outside 1900 to 2100"
    assert problem.remedy.startswith("Choose 1900 to 2100: ")
