"""SR-60: no requirement without a test, no test of a requirement that does not exist."""

import re

import pytest

from tests.docs.pages import REQUIREMENTS_PAGE, requirements_page, settled
from tests.docs.requirements import MUST_STAND, Evidence, all_tests, evidence, places_in, read_tests
from treadctl.causes import Cause
from treadctl.hazards import HAZARDS, hazards_of
from treadctl.requirements import REQUIREMENTS, requirement_of

NEVER_EVENTS = range(1, 13)
OF_THE_PROGRAM = {58, 60}
"""They answer no hazard of their own: how things are told, and how they are proved."""


def test_sr60_every_number_of_the_specification_has_a_row() -> None:
    assert list(REQUIREMENTS) == list(range(1, 61))
    assert [hazard.number for hazard in HAZARDS] == list(range(1, 34))


@pytest.mark.parametrize("number", REQUIREMENTS)
def test_sr60_every_requirement_has_a_place_and_a_test_or_says_why_not(number: int) -> None:
    found = evidence().get(number, Evidence())
    assert (found.places and found.tests) or REQUIREMENTS[number].lacks


def test_sr60_no_test_and_no_place_names_a_requirement_that_does_not_exist() -> None:
    unknown = {n: found for n, found in evidence().items() if n not in REQUIREMENTS}
    assert unknown == {}


def test_sr60_no_test_names_a_never_event_that_does_not_exist() -> None:
    named = {number for test in all_tests() for number in test.never_events}
    assert named == set(NEVER_EVENTS)


def test_sr60_every_test_of_safety_stands_for_something() -> None:
    silent = [
        f"{test.file}::{test.name}"
        for test in all_tests()
        if test.file.startswith(MUST_STAND) and not test.spoken_for
    ]
    assert silent == [], "name the SR, the never-event or the ruling in the test or its docstring"


def test_sr60_every_hazard_is_answered_and_every_requirement_answers_one() -> None:
    answered = {number for hazard in HAZARDS for number in hazard.requirements}
    assert answered == set(REQUIREMENTS) - OF_THE_PROGRAM
    assert all(hazard.requirements for hazard in HAZARDS)
    assert [hazard.id for hazard in hazards_of(33)] == ["H-11"]


@pytest.mark.parametrize("cause", Cause)
def test_sr60_every_cause_comes_from_a_requirement(cause: Cause) -> None:
    assert requirement_of(cause.text.code).number == int(cause.text.code[-2:])


@pytest.mark.parametrize("number", REQUIREMENTS)
def test_sr60_the_page_claims_nothing_that_is_not_there(number: int) -> None:
    found = evidence().get(number, Evidence())
    (row,) = re.findall(rf"^\| SR-{number:02d} \|.*$", REQUIREMENTS_PAGE.read_text(), re.MULTILINE)
    places, tests = row.split(" | ")[3:5]
    assert set(re.findall(r"`([^`]+)`", places)) <= set(found.places), "run `make docs`"
    claimed = re.findall(r"\[(\w+)\]\(\.\./\.\./([\w/.]+)\)", tests)
    assert set(claimed) <= {(test.name, test.file) for test in found.tests}, "run `make docs`"
    counted = sum(int(count) for count in re.findall(r"^\d+", tests))
    assert counted <= len(found.tests)


def test_sr60_only_what_speaks_for_a_requirement_may_lag_behind() -> None:
    page = requirements_page()
    assert "safety/interlocks.py: strap" not in settled(page)
    for shown in (REQUIREMENTS[16].sentence, REQUIREMENTS[17].lacks, "not by software"):
        assert shown in settled(page)


NAMED = [
    ("def test_sr16_a(): ...", {16}, True),
    ("async def test_sr16_and_sr36_a(): ...", {16, 36}, True),
    ("def test_sr61_a(): ...", {61}, True),
    ("def test_sr1600_a(): ...", {1600}, True),
    ("def test_a():\n    'SR-09: the cap.'", {9}, True),
    ("T = [1, p(2, id='SR-33 x')]\n@parametrize('a', T)\ndef test_a(a): ...", {33}, True),
    ("@parametrize('a', [p(2, id='SR-33 x')])\ndef test_a(a): ...", {33}, True),
    ("'SR-01..SR-60 are told.'\ndef test_a(): ...", set(), False),
    ("'SR-42: strict.'\ndef test_a(): ...", set(), True),
    ("def test_n7_a(): ...", set(), True),
    ("def test_ruling_8_a(): ...", set(), True),
    ("def test_a_driver_without_a_number(): ...", set(), False),
    ("# SR-16\ndef test_a(): ...", set(), False),
]


@pytest.mark.parametrize(("source", "numbers", "spoken_for"), NAMED)
def test_sr60_what_a_test_stands_for_is_read_from_it(
    source: str, numbers: set[int], spoken_for: bool
) -> None:
    (test,) = read_tests(source, "tests/safety/test_x.py")
    assert (set(test.numbers), test.spoken_for) == (numbers, spoken_for)


def test_sr60_a_never_event_is_read_from_a_test_and_a_ruling_is_none() -> None:
    (event, ruling) = read_tests("def test_n13_a(): ...\ndef test_ruling_13_a(): ...", "x.py")
    assert [*event.never_events, *ruling.never_events] == [13]


PLACED = """'''SR-01: of the file. SR-02..SR-05 is a range.'''
LIMIT = 1
'''SR-06 of a constant.'''
def strap():
    '''SR-16.'''
class Gate:
    '''SR-20.'''
    @cached
    def step(self):
        return 1  # SR-10
"""


def test_sr60_a_place_is_what_mentions_the_requirement() -> None:
    assert list(places_in(PLACED, "x.py")) == [
        (1, "x.py"),
        (6, "x.py: LIMIT"),
        (16, "x.py: strap"),
        (20, "x.py: Gate"),
        (10, "x.py: Gate.step"),
    ]
