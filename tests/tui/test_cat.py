"""A cat on the keyboard (SR-41): the speed never outruns the ramp, and it ends standing.

`make cat` presses a hundred thousand keys; here it is a sample of them. Most of them are pressed
without painting (`unpainted`); a few go through the whole application.
"""

import os
import random

import pytest
from textual import events

from tests.leader import Leader
from tests.rig import SHORT, Rig
from tests.tui.stage import on_stage
from tests.tui.unpainted import Unpainted
from treadctl.composition.desk import Desk
from treadctl.core.machine import SessionState as S

CAT_KEYS = [chr(c) for c in range(33, 127)] + ["space", "enter", "escape", "tab", "f1", "f12"]
CAT_KEYS += ["up", "down", "left", "right", "backspace", "delete", "ctrl+c", "ctrl+z", "home"]
CALM_KEYS = ["up", "+", "-", "p", "r", "n", "l", "w", "c", "m", "b", "g", "?", "a", "enter", "1"]
"""Of a cat that hits no stop key for a while: it comes further."""
KEYS = int(os.environ.get("TREADCTL_CAT_KEYS", "4000"))
PER_WALK = 400
PLACES = (S.WARM_UP, S.REVERSE_WALK, S.TURNING, S.COOLDOWN, S.CHECKLIST)


def led_to(state: S) -> Rig:
    desk = Desk()
    rig = Rig(plan=SHORT, desk=desk, stays=True)
    Leader(rig, desk).run_until(lambda: rig.state() is state)
    return rig


@pytest.fixture(scope="module")
def places() -> dict[S, Rig]:
    """The same session at the moments at which cats come."""
    return {state: led_to(state) for state in PLACES}


def walk_over(rig: Rig, dice: random.Random) -> set[str]:
    """Press `PER_WALK` keys at *rig*, and wait for the belt to stand; returns what they did."""
    assert rig.desk is not None
    cat = Unpainted(rig.desk, rig.now_ms)
    cat.look()
    keys = dice.choice((CAT_KEYS, CALM_KEYS, CAT_KEYS + 6 * CALM_KEYS))
    for _ in range(PER_WALK):
        cat.press(dice.choice(keys))
        if dice.random() < 0.2:
            rig.run_for(dice.choice((20, 100, 300, 800)))
            cat.now_ms = rig.now_ms
            cat.look()
            if cat.heard.finished is not None:
                break
    if keys is CALM_KEYS:
        cat.press("space")  # it lies down at last
    rig.run_for(15_000)
    assert rig.belt_stands()
    return cat.acted


@pytest.mark.timeout(900)
def test_sr41_a_cat_on_the_keyboard_never_outruns_the_ramp_and_ends_standing(
    places: dict[S, Rig],
) -> None:
    acted: set[str] = set()
    for walk in range(KEYS // PER_WALK):
        dice = random.Random(walk)
        with places[PLACES[walk % len(PLACES)]].what_if() as rig:
            acted |= walk_over(rig, dice)
    # The keys reach what they are for: a keyboard that is deaf would pass all of this.
    assert acted >= {"wish", "twice", "answer", "confirm", "criteria", "keys", "hard_stop"}


@pytest.mark.asyncio
async def test_sr41_a_cat_in_front_of_the_real_screens_ends_standing() -> None:
    dice = random.Random(7)
    async with on_stage(seed=7) as stage:
        await stage.lead_to(S.WARM_UP)
        stage.leader.away = True
        for _ in range(300):
            key = dice.choice(CAT_KEYS)
            await stage.app.on_event(events.Key(key, key if len(key) == 1 else None))
            if dice.random() < 0.2:
                stage.rig.run_for(dice.choice((20, 100, 300)))
                stage.app.refresh_run()
                await stage.pilot.pause()
            if stage.rig.finished() is not None:
                break
        await stage.pass_ms(15_000)
        assert stage.rig.belt_stands()
