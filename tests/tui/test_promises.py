"""What a screen must say of itself, whatever else is on it."""

import pytest

from tests.tui.stage import on_stage
from treadctl.core.machine import SessionState as S
from treadctl.tui.hints import HELP

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("state", [S.CHECKLIST, S.REVERSE_WALK])
async def test_sr47_sr57_a_screen_says_that_it_is_simulated_and_that_presence_is_not_watched(
    state: S,
) -> None:
    async with on_stage() as stage:
        await stage.lead_to(state)
        assert "SIMULATED, no real belt" in stage.text()
        assert "presence NOT monitored" in stage.text()


async def test_every_key_is_explained_on_one_screen_of_80_by_24() -> None:
    async with on_stage() as stage:
        await stage.press("question_mark")
        text = stage.text()
        assert all(key in text and what in text for key, what in HELP)
