"""With a dialog in front of a moving belt: what stops or slows it reaches through, and what does
nothing there is counted (SR-18, SR-41). The stop keys proper are in test_stops."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from textual.screen import ModalScreen

from tests.tui.stage import Stage, on_stage
from treadctl.core.machine import SessionState as S
from treadctl.tui.keys import MOVING_KEYS, STOP_KEYS
from treadctl.tui.screens.dialogs import CriteriaDialog, Front, HelpDialog, LeaveDialog
from treadctl.tui.staff import THROUGH

pytestmark = pytest.mark.asyncio

DIALOGS: Final[dict[str, Callable[[], Front[Any]]]] = {
    "help": HelpDialog,
    "criteria": CriteriaDialog,
    "leave": LeaveDialog,
}
each_dialog = pytest.mark.parametrize("name", DIALOGS)


@asynccontextmanager
async def in_front(name: str, state: S = S.REVERSE_WALK) -> AsyncIterator[Stage]:
    """A dialog in front of a belt that moves, and nobody who leads on."""
    async with on_stage() as stage:
        await stage.lead_to(state)
        stage.leader.away = True
        await stage.pass_ms(3_000)
        await put_in_front(stage, name)
        yield stage


async def put_in_front(stage: Stage, name: str) -> None:
    stage.app.push_screen(DIALOGS[name]())
    await stage.pilot.pause()
    await stage.draw()
    assert isinstance(stage.app.screen, ModalScreen)


def is_closed(stage: Stage) -> bool:
    return not isinstance(stage.app.screen, ModalScreen)


@each_dialog
@pytest.mark.parametrize("state", [S.COUNTDOWN, S.WARM_UP, S.REVERSE_WALK], ids=lambda s: s.value)
async def test_sr18_e_is_the_strongest_stop_through_every_dialog(name: str, state: S) -> None:
    async with on_stage() as stage:
        await stage.lead_to(state)
        stage.leader.away = True
        await put_in_front(stage, name)
        await stage.press("e")
        assert is_closed(stage)
        await stage.pass_ms(10_000)
        assert stage.rig.state() is S.E_STOP
        assert stage.rig.belt_stands()


@each_dialog
async def test_sr18_p_pauses_through_every_dialog(name: str) -> None:
    async with in_front(name) as stage:
        await stage.press("p")
        assert is_closed(stage)
        await stage.pass_ms(10_000)
        assert stage.rig.state() is S.PAUSED


@each_dialog
@pytest.mark.parametrize("key", ["minus", "down"])
async def test_sr41_slower_is_slower_through_every_dialog(name: str, key: str) -> None:
    async with in_front(name) as stage:
        before = stage.rig.last().commanded_ckmh  # on its way up to what the plan asks for
        await stage.press(key)
        assert is_closed(stage)
        assert "Slower" in stage.text()
        await stage.pass_ms(2_000)
        assert before - 12 <= stage.rig.last().setpoint_ckmh < before  # once, in machine steps


@each_dialog
async def test_x_says_through_every_dialog_what_its_second_press_does(name: str) -> None:
    async with in_front(name) as stage:
        await stage.press("x")
        assert is_closed(stage)
        assert stage.rig.state() is S.REVERSE_WALK
        assert "Press x again" in stage.text()
        await stage.press("x")
        await stage.pass_ms(12_000)
        assert stage.rig.finished() is not None


@each_dialog
async def test_sr56_a_says_through_every_dialog_that_somebody_is_there(name: str) -> None:
    async with in_front(name) as stage:
        await stage.press("a")
        assert is_closed(stage)
        assert "you are here" in stage.text()


@each_dialog
async def test_sr41_what_is_dead_in_front_of_a_moving_belt_counts_as_unknown(name: str) -> None:
    dead = sorted(MOVING_KEYS - set(THROUGH) - DIALOGS[name]().takes - STOP_KEYS)
    assert "plus" in dead
    async with in_front(name) as stage:
        for key in dead:
            for _ in range(2):
                await stage.pilot.press(key)
            assert stage.desk.stops_asked == 0, key
            await stage.pilot.press(key)
            assert stage.desk.stops_asked == 1, key
            stage.desk.stops_asked = 0
            assert not is_closed(stage), key
        await stage.pass_ms(10_000)
        assert stage.rig.belt_stands()


@each_dialog
async def test_on_a_standing_belt_a_dialog_keeps_its_keys_to_itself(name: str) -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.CHECKLIST)
        stage.leader.away = True
        await put_in_front(stage, name)
        await stage.press("e")
        assert not is_closed(stage)
        assert stage.rig.state() is S.CHECKLIST
