"""A session by keys alone, from the first item to the end, and what is on the screen meanwhile."""

import pytest

from tests.tui.stage import Stage, on_stage
from treadctl.core.machine import SessionState as S
from treadctl.model import CHECKLIST

pytestmark = pytest.mark.asyncio


async def start(stage: Stage) -> None:
    """From a screen that asks to arm to the running belt."""
    for _ in range(40):
        await stage.pass_ms(250)
        if "arm the machine" in stage.text():
            break
    await stage.press("enter")
    await stage.press("enter")
    await stage.pass_ms(600)
    await stage.press("g")
    for _ in range(60):
        await stage.pass_ms(250)
        if "Press b" in stage.text():
            break
    await stage.pass_ms(3_000)
    await stage.press("b")


async def checklist(stage: Stage) -> None:
    for _ in range(60):
        await stage.pass_ms(250)
        if stage.rig.state() is S.CHECKLIST:
            break
    for _ in range(len(CHECKLIST) + 4):
        if stage.place() != "ChecklistScreen":
            break
        if "Pull the strap" in stage.text():
            await stage.pass_ms(4_000)
        else:
            await stage.press("enter")


async def turn(stage: Stage) -> None:
    stage.rig.run_until(S.TURNING)
    await stage.pass_ms(8_000)  # the person gets on with it
    assert "All four true" in stage.text()
    await stage.press("enter")
    await stage.pass_ms(700)
    await stage.press("g")
    await stage.pass_ms(1_000)


async def until(stage: Stage, state: S, limit_ms: int = 120_000) -> None:
    stage.rig.run_until(state, limit_ms=limit_ms)
    await stage.draw()


async def test_a_whole_session_by_keys_in_80_by_24() -> None:
    async with on_stage() as stage:
        await checklist(stage)
        assert stage.place() == "ArmScreen"
        await start(stage)
        await until(stage, S.WARM_UP)
        assert stage.place() == "RunningScreen"
        assert "FORWARD" in stage.text()
        await until(stage, S.STOPPING_TO_TURN)
        assert "Stay on until it stands" in stage.text()
        await turn(stage)
        await start(stage)
        await until(stage, S.REVERSE_WALK)
        assert "BACKWARD" in stage.text()
        await until(stage, S.REST)
        assert "STANDING" in stage.text()
        await stage.pass_ms(8_000)
        await start(stage)
        await until(stage, S.STOPPING_TO_TURN)
        await turn(stage)
        await start(stage)
        await until(stage, S.COOLDOWN)
        stage.rig.run()
        await stage.draw()
        assert stage.place() == "DebriefScreen"
        finished = stage.rig.finished()
        assert finished is not None
        assert finished["reason"] == "completed"


async def test_sr16_a_strap_pull_is_shown_and_recovered_from_by_keys() -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.REVERSE_WALK)
        stage.leader.away = True
        await stage.press("left_square_bracket")
        await until(stage, S.E_STOP)
        assert stage.place() == "StoppedScreen"
        assert "The safety strap was released." in stage.text()
        assert "F-016" in stage.text()
        for key in ("escape", "enter", "space", "q", "x"):
            await stage.press(key)
            assert stage.place() == "StoppedScreen"
        await stage.pass_ms(8_000)
        assert "STRAP RELEASED" in stage.text()
        await stage.press("right_square_bracket")
        await stage.pass_ms(4_000)
        assert "Reset: 1. Press Enter" in stage.text()
        await stage.press("enter")
        await stage.pass_ms(700)
        await stage.press("g")
        await stage.pass_ms(1_000)
        assert stage.rig.state() is S.CHECKLIST
        await checklist(stage)
        await until(stage, S.TURNING)


async def test_sr07_no_key_stands_in_for_the_strap_pull() -> None:
    async with on_stage() as stage:
        await until(stage, S.CHECKLIST)
        while "Pull the strap" not in stage.text():
            await stage.press("enter")
        stage.rig.person.away = True  # nobody pulls it
        for key in ("enter", "g", "b", "r", "n", "y"):
            await stage.press(key)
        assert "Pull the strap" in stage.text()


async def test_sr07_one_back_asks_the_last_item_again() -> None:
    async with on_stage() as stage:
        await until(stage, S.CHECKLIST)
        await stage.draw()
        assert "Shoes on" in stage.text()
        await stage.press("enter")
        assert "Shoes on" not in stage.text()
        await stage.press("backspace")
        assert "Shoes on" in stage.text()
        assert "0 of 12" in stage.text()


async def test_sr02_the_same_key_twice_never_starts_the_belt() -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.ARMED)
        stage.leader.away = True
        await stage.press("enter", "enter", "enter", "enter")
        await stage.pass_ms(15_000)
        assert stage.rig.speed_frames(since_ms=0) == []


async def test_sr02_go_before_a_second_has_passed_does_not_start_the_belt() -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.ARMED)
        stage.leader.away = True
        await stage.pilot.press("enter")
        stage.rig.run_for(200)
        await stage.pilot.press("g")
        await stage.pass_ms(300)
        assert "Too soon" in stage.text()
        await stage.pass_ms(15_000)
        assert stage.rig.speed_frames(since_ms=0) == []


@pytest.mark.parametrize(
    ("key", "verb", "says"),
    [
        ("n", "skip", "5 seconds, 15 before a turn"),
        ("l", "extend", "30 seconds more"),
        ("w", "cool_down", "left out"),
        ("x", "end", "this session is over"),
    ],
)
async def test_what_changes_the_plan_says_so_first_and_wants_a_second_press(
    key: str, verb: str, says: str
) -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.WARM_UP)
        wished: list[str] = []
        ask = stage.desk.ask

        def listen(verb: str, item: str = "") -> None:
            wished.append(verb)
            ask(verb, item)

        stage.desk.ask = listen  # type: ignore[method-assign]
        await stage.pilot.press(key)
        await stage.pass_ms(800)
        assert says in stage.text()
        assert wished == []
        await stage.pilot.press(key)
        await stage.pass_ms(300)
        assert wished == [verb]
        assert says not in stage.text()


async def test_a_stop_criterion_is_one_key_in_its_dialog() -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.REVERSE_WALK)
        stage.leader.away = True
        await stage.press("c")
        assert "Chest pain" in stage.text()
        await stage.press("1")
        await stage.pass_ms(8_000)
        assert [e["id"] for e in stage.rig.told("criterion")] == ["chest-pain"]
        assert stage.rig.belt_stands()


async def test_every_binding_has_an_id_and_a_tooltip() -> None:
    async with on_stage() as stage:
        bindings = [b for b in stage.app.BINDINGS if not isinstance(b, tuple)]
        assert bindings
        assert all(b.id and b.tooltip for b in bindings)
        assert len({b.id for b in bindings}) == len(bindings)
