"""A screen that lives shows nobody: on a real belt a person is asked for every minute (SR-56)."""

import pytest

from tests.rig import programme, step
from tests.tui.stage import Stage, on_stage
from treadctl.core.machine import SessionState as S
from treadctl.core.programme import StepKind

pytestmark = pytest.mark.asyncio

LONG = programme(
    step(StepKind.WARMUP, 400, 100),
    step(StepKind.REVERSE, 60, 100),
    step(StepKind.COOLDOWN, 120, 80),
)
ASKED = "Are you beside the treadmill? Press a"


async def walking(stage: Stage) -> None:
    await stage.lead_to(S.WARM_UP)
    stage.leader.away = True


async def watch(stage: Stage, duration_ms: int) -> None:
    """The screen lives and is drawn, and nobody presses anything."""
    for _ in range(duration_ms // 500):
        await stage.pass_ms(500)


async def test_sr56_whoever_presses_nothing_is_asked_and_then_the_belt_stops_softly() -> None:
    async with on_stage(LONG, attended=True) as stage:
        await walking(stage)
        rings = stage.app.heard.rings
        await watch(stage, 45_000)
        assert ASKED in stage.text()
        assert stage.app.heard.rings > rings
        assert stage.rig.state() is S.WARM_UP
        await watch(stage, 45_000)
        assert stage.rig.belt_stands()
        assert ("soft_stop", "unattended") in stage.rig.stops()


async def test_sr56_a_press_of_a_is_a_new_minute_and_the_question_is_gone() -> None:
    async with on_stage(LONG, attended=True) as stage:
        await walking(stage)
        for _ in range(3):
            await watch(stage, 50_000)
            assert ASKED in stage.text()
            await stage.press("a")
            assert "you are here" in stage.text()
            await watch(stage, 3_500)
            assert ASKED not in stage.text()
        assert stage.rig.state() is S.WARM_UP
        assert stage.rig.stops() == []


async def test_sr56_any_key_that_means_something_is_a_new_minute_and_another_is_not() -> None:
    async with on_stage(LONG, attended=True) as stage:
        await walking(stage)
        await watch(stage, 50_000)
        await stage.press("minus")
        await watch(stage, 30_000)
        assert ASKED not in stage.text()
        await watch(stage, 15_000)
        assert ASKED in stage.text()
        await stage.press("z", "tab")
        await watch(stage, 35_000)
        assert ("soft_stop", "unattended") in stage.rig.stops()


async def test_sr56_a_key_that_is_held_down_or_taped_is_nobody() -> None:
    async with on_stage(LONG, attended=True) as stage:
        await walking(stage)
        for _ in range(90_000 // 40):
            if not stage.app.guard.take("a"):
                stage.app.action_wish("attend")
            stage.rig.run_for(40)
        assert ("soft_stop", "unattended") in stage.rig.stops()


async def test_a_simulated_belt_asks_for_nobody() -> None:
    async with on_stage(LONG) as stage:
        await walking(stage)
        await watch(stage, 90_000)
        assert stage.rig.state() is S.WARM_UP
