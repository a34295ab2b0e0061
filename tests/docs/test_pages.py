"""Documentation that comes from code cannot drift from it."""

from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.docs import requirements, states
from tests.docs.pages import pages, readme
from treadctl.core.machine import SessionState


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_page_says_what_the_code_says(path: Path) -> None:
    assert path.read_text() == pages()[path], "run `make docs`"


def test_the_readme_has_a_place_for_the_states() -> None:
    old = "a\n<!-- session-states -->\nstale\n<!-- /session-states -->\nz"
    assert "stale" not in readme(old)
    assert readme(old).startswith("a\n")
    assert readme(old).endswith("\nz")


def test_every_state_is_drawn() -> None:
    drawing = states.diagram() + states.from_anywhere()
    missing = [
        s.value for s in SessionState if s.value.replace("_", " ") not in drawing.replace("_", " ")
    ]
    assert missing == []


def test_sr60_every_number_of_the_specification_has_a_sentence() -> None:
    assert list(requirements.SENTENCES) == list(range(1, 61))


def test_sr60_no_test_carries_a_number_that_does_not_exist() -> None:
    assert set(requirements.tests_by_requirement()) <= set(requirements.SENTENCES)
