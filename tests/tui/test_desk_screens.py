"""Before the session and after it: who, what, where; and how it was."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input

from tests.tui.stage import Stage, drawn, on_stage
from treadctl import paths
from treadctl.composition.desk import Desk
from treadctl.composition.live import Ended
from treadctl.composition.options import RunOptions
from treadctl.core.exit_codes import ExitCode
from treadctl.core.machine import SessionState as S
from treadctl.people.directory import read_people
from treadctl.tui.app import TreadctlApp

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees what is in anybody's home."""
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    return tmp_path


class Door:
    """A launcher that only notes what it was asked to start."""

    def __init__(self) -> None:
        self.begun: list[RunOptions] = []

    def begin(self, options: RunOptions) -> Desk:
        self.begun.append(options)
        return Desk()

    def ended(self) -> Ended | None:
        return None

    def told_to_end(self) -> bool:
        return False


def front(door: Door) -> TreadctlApp:
    return TreadctlApp(door, lambda: 0, options=RunOptions(plan="", screen=True), paced=False)


@asynccontextmanager
async def opened(app: TreadctlApp, size: tuple[int, int] = (80, 40)) -> AsyncIterator[Pilot[int]]:
    """The first screen, with everything read that it lists."""
    async with app.run_test(size=size) as pilot:
        for _ in range(3):
            await pilot.pause()
            await app.workers.wait_for_complete()
        yield pilot


async def test_three_enters_start_the_first_plan_on_the_first_machine() -> None:
    door = Door()
    async with opened(front(door), (80, 24)) as pilot:
        await pilot.press("enter", "enter", "enter")
        await pilot.pause()
    (options,) = door.begun
    assert (options.plan, options.simulate, options.person) == ("novice-1", "woodway-us", None)


async def test_a_person_who_may_not_walk_is_refused_before_anything_is_opened() -> None:
    door = Door()
    app = front(door)
    async with opened(app) as pilot:
        await pilot.press("n")
        await pilot.pause()
        app.screen.query_one("#name", Input).value = "Anna K."
        app.screen.query_one("#save").focus()
        await pilot.press("enter")
        await pilot.pause()
        assert [p.id for p in read_people(paths.people_dir()).persons] == ["anna-k"]
        await pilot.press("enter", "enter", "enter")
        await pilot.pause()
        assert door.begun == []


async def test_a_person_who_answered_no_to_everything_walks() -> None:
    door = Door()
    app = front(door)
    async with opened(app) as pilot:
        await pilot.press("n")
        await pilot.pause()
        app.screen.query_one("#name", Input).value = "Ben"
        app.screen.query_one("#all-no", Checkbox).value = True
        app.screen.query_one("#save").focus()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter", "enter", "enter")
        await pilot.pause()
    (options,) = door.begun
    assert options.person == "ben"


async def test_a_person_is_written_down_with_keys_alone_and_walks() -> None:
    door = Door()
    app = front(door)
    async with opened(app, (80, 24)) as pilot:
        await pilot.press("n")
        await pilot.pause()
        keys = [*"Eva", "tab", "tab", "space", "tab", "tab", *"70", "tab", *"2", "full_stop", "0"]
        await pilot.press(*keys, "tab", *"DrM", "tab", "enter")
        await pilot.pause()
        (person,) = read_people(paths.people_dir()).persons
        assert (person.name, person.body_mass_g, person.caps.v_rev_max_ckmh) == ("Eva", 70_000, 200)
        assert person.review is not None
        assert person.review.by == "DrM"
        await pilot.press("enter", "enter", "enter")
        await pilot.pause()
    (options,) = door.begun
    assert options.person == "eva"


async def test_tab_goes_from_list_to_list_and_back() -> None:
    app = front(Door())
    async with opened(app, (80, 24)) as pilot:
        visited = []
        for key in ("tab", "tab", "shift+tab", "shift+tab"):
            await pilot.press(key)
            visited.append(app.focused.id if app.focused is not None else "")
    assert visited == ["what", "where", "what", "who"]


async def test_a_box_shows_without_colour_whether_it_is_ticked() -> None:
    app = front(Door())
    async with opened(app) as pilot:
        await pilot.press("n", "tab", "tab")
        await pilot.pause()
        empty = drawn(app)
        await pilot.press("space")
        await pilot.pause()
        assert drawn(app).count("X") == empty.count("X") + 1


@pytest.mark.parametrize(
    ("field", "value"), [("#mass", "heavy"), ("#cap", "2.0"), ("#name", ""), ("#cap", "9")]
)
async def test_what_cannot_be_written_down_is_said_and_nothing_is_written(
    field: str, value: str
) -> None:
    app = front(Door())
    async with opened(app) as pilot:
        await pilot.press("n")
        await pilot.pause()
        app.screen.query_one("#name", Input).value = "Ben"
        app.screen.query_one(field, Input).value = value
        app.screen.query_one("#save").focus()
        await pilot.press("enter")
        await pilot.pause()
        assert read_people(paths.people_dir()).persons == ()
        assert str(app.screen.query_one("#wrong").render()).strip()


async def test_the_screen_is_there_before_its_lists_and_a_key_meanwhile_starts_nothing() -> None:
    door = Door()
    app = front(door)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "1 WHO" in drawn(app)
        assert "Reading people" in drawn(app)
        await pilot.press("enter", "down", "enter", "x", "space")
        await app.workers.wait_for_complete()
        assert door.begun == []


async def test_leaving_while_the_lists_are_read_is_no_crash() -> None:
    app = front(Door())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert app.return_value == 0


async def test_a_config_that_cannot_be_used_is_told_with_its_line(home: Path) -> None:
    config = home / "config.toml"
    config.write_text("schema = 1\nnonsense = 3\n")
    app = TreadctlApp(
        Door(), lambda: 0, options=RunOptions(plan="", screen=True, config=config), paced=False
    )
    async with opened(app):
        assert f"{config}:2:nonsense" in "".join(drawn(app).split())  # however it was broken


async def ended(stage: Stage) -> None:
    stage.rig.run_until(S.CHECKLIST)
    stage.desk.ask("end")
    stage.rig.run_for(500)
    for _ in range(3):
        await stage.draw()


async def test_keys_of_the_session_are_letters_in_the_debrief() -> None:
    async with on_stage() as stage:
        await ended(stage)
        await stage.pilot.press("1", "2", "enter", "2", "enter", *"sqqpx")
        field = stage.app.focused
        assert isinstance(field, Input)
        assert field.value == "sqqpx"


async def test_a_debrief_without_a_record_says_so() -> None:
    async with on_stage() as stage:
        await ended(stage)
        await stage.pilot.press("enter", "enter", "enter")
        await stage.pilot.pause()
        assert "no record" in stage.text()


async def test_ctrl_q_after_the_end_leaves_with_the_code_of_the_session() -> None:
    async with on_stage() as stage:
        await ended(stage)
        await stage.pilot.press("ctrl+q")
        await stage.pilot.pause()
        assert stage.app.return_value == int(ExitCode.STOPPED_BY_OPERATOR)
