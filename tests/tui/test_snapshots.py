"""Every screen and state looks as it was agreed. `python -m tests.tui.gallery` draws them anew."""

import pytest

from tests.tui.gallery import SNAPSHOTS, Picture, pictures, wanted

pytestmark = pytest.mark.asyncio

NAMES = sorted({path.name.removesuffix("-200x60.svg") for path in SNAPSHOTS.glob("*-200x60.svg")})


@pytest.fixture(scope="module")
def found() -> list[Picture]:
    return pictures()


@pytest.mark.parametrize("name", NAMES)
async def test_every_screen_and_state_looks_as_agreed(name: str, found: list[Picture]) -> None:
    changed = []
    for look in wanted([picture for picture in found if picture.name == name]):
        path = SNAPSHOTS / look.name
        if not path.exists() or path.read_text() != await look.draw():
            changed.append(path.name)
    assert changed == []


async def test_every_picture_is_looked_at(found: list[Picture]) -> None:
    assert {picture.name for picture in found} == set(NAMES)


async def test_no_picture_is_kept_of_a_screen_that_is_gone(found: list[Picture]) -> None:
    kept = {path.name for path in SNAPSHOTS.glob("*.svg")}
    assert kept == {look.name for look in wanted(found)}


async def test_the_same_session_is_drawn_the_same_way_twice(found: list[Picture]) -> None:
    again = pictures()
    assert again == found
