"""Every stop key, from every screen and under every dialog, with any focus (SR-18, SR-41)."""

import pytest
from textual import events
from textual.widgets import Input

from tests.tui.stage import Stage, on_stage
from treadctl.core.machine import SessionState as S
from treadctl.model import Reaction
from treadctl.tui.keys import QUIT_KEYS, STOP_KEYS
from treadctl.tui.screens.dialogs import CriteriaDialog, HelpDialog, LeaveDialog

pytestmark = pytest.mark.asyncio

MOVING = (
    S.COUNTDOWN,
    S.STARTING,
    S.WARM_UP,
    S.STOPPING_TO_TURN,
    S.REVERSE_WALK,
    S.COOLDOWN,
)
DIALOGS = {"none": None, "help": HelpDialog, "criteria": CriteriaDialog, "leave": LeaveDialog}


def stop_is_wished(stage: Stage) -> bool:
    """Within two exchanges the session asks the gate for a stop, or has stopped."""
    for _ in range(12):
        stage.rig.tick()
        if stage.rig.session._core.wishes.stop >= Reaction.SOFT_STOP:
            return True
    return stage.rig.state() in (S.STOPPING, S.PAUSED)


@pytest.mark.parametrize("state", MOVING, ids=lambda s: s.value)
async def test_sr41_every_stop_key_stops_on_every_screen_and_under_every_dialog(state: S) -> None:
    async with on_stage() as stage:
        await stage.lead_to(state)
        stage.leader.away = True
        for name, dialog in DIALOGS.items():
            for key in sorted(STOP_KEYS | QUIT_KEYS):
                if dialog is not None:
                    stage.app.push_screen(dialog())
                    await stage.pilot.pause()
                await stage.pilot.press(key)
                assert stage.desk.stops_asked == 1, (name, key)
                stage.desk.stops_asked = 0
                if dialog is not None:
                    assert isinstance(stage.app.screen, dialog), (name, key)
                    stage.app.pop_screen()
                    await stage.pilot.pause()
        assert stop_is_wished(stage)
        stage.rig.run_for(12_000)
        assert stage.rig.belt_stands()


async def test_sr41_a_text_field_with_the_focus_takes_no_stop_away() -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.REVERSE_WALK)
        stage.leader.away = True
        field = Input()
        await stage.app.screen.mount(field)
        field.focus()
        await stage.pilot.pause()
        assert stage.app.focused is field
        await stage.pilot.press("space")
        assert field.value == ""
        assert stop_is_wished(stage)


async def test_sr41_a_stop_key_during_a_resize_stops() -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.WARM_UP)
        stage.leader.away = True
        await stage.pilot.resize_terminal(120, 40)
        await stage.pilot.press("s")
        await stage.pilot.resize_terminal(60, 20)
        assert stop_is_wished(stage)


@pytest.mark.parametrize("key", sorted(QUIT_KEYS))
async def test_leaving_never_leaves_a_moving_belt_behind(key: str) -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.REVERSE_WALK)
        stage.leader.away = True
        await stage.pilot.press(key)
        assert stage.app.is_running
        await stage.pass_ms(12_000)
        assert stage.rig.belt_stands()
        assert isinstance(stage.app.screen, LeaveDialog)
        await stage.pilot.press("y")
        await stage.pass_ms(3_000)
        assert stage.rig.finished() is not None


async def test_staying_after_all_leaves_the_session_paused() -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.REVERSE_WALK)
        stage.leader.away = True
        await stage.pilot.press("ctrl+q")
        await stage.pass_ms(12_000)
        await stage.pilot.press("n")
        await stage.pass_ms(1_000)
        assert stage.rig.state() is S.PAUSED
        assert stage.place() == "StoppedScreen"


async def test_sr41_a_held_plus_raises_the_speed_by_one_step_only() -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.REVERSE_WALK)
        stage.leader.away = True
        await stage.pass_ms(3_000)
        before = stage.rig.last().setpoint_ckmh
        for _ in range(90):
            await stage.app.on_event(events.Key("plus", "+"))
            stage.rig.run_for(40)
        await stage.pass_ms(500)
        assert stage.rig.last().setpoint_ckmh <= before + 10
