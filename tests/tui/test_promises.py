"""What a screen must say of itself, whatever else is on it."""

import pytest

from tests.tui.stage import on_stage
from treadctl.core.machine import SessionState as S

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("state", [S.CHECKLIST, S.REVERSE_WALK])
async def test_sr47_sr57_a_screen_says_that_it_is_simulated_and_that_presence_is_not_watched(
    state: S,
) -> None:
    async with on_stage() as stage:
        await stage.lead_to(state)
        assert "SIMULATED, no real belt" in stage.text()
        assert "presence NOT monitored" in stage.text()
