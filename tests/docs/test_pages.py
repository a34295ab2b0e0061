"""Documentation that comes from code cannot drift from it."""

from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.docs import states
from tests.docs.pages import REQUIREMENTS_PAGE, pages, readme, settled
from treadctl.core.machine import SessionState


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_page_says_what_the_code_says(path: Path) -> None:
    page, expected = path.read_text(), pages()[path]
    if path == REQUIREMENTS_PAGE:
        page, expected = settled(page), settled(expected)
    assert page == expected, "run `make docs`"


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
