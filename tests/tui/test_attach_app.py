"""The running view on a second terminal: it shows what the first one shows, and it stops."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tests.leader import Leader
from tests.rig import Rig
from tests.tui.stage import drawn
from treadctl.composition.desk import Desk
from treadctl.core.machine import SessionState as S
from treadctl.tui.attach_app import STOPS, AttachApp
from treadctl.tui.keys import AGAIN_MS

pytestmark = pytest.mark.asyncio


class Window(Desk):
    """A desk at which one can look and stop."""

    lost: str | None = None


class Second:
    """A session that somebody leads elsewhere, and a view on it."""

    def __init__(self) -> None:
        self.led = Desk()
        self.rig = Rig(desk=self.led, stays=True)
        self.leader = Leader(self.rig, self.led)
        self.window = Window()
        self.app = AttachApp(self.window, lambda: self.rig.now_ms, paced=False)
        self.drain = self.led.follow()
        self.pilot: Pilot[int]

    async def lead_to(self, state: S) -> None:
        self.leader.run_until(lambda: self.rig.state() is state)
        await self.draw()

    async def draw(self) -> None:
        for event in self.drain():
            self.window.tell(event)
        self.window.seen = self.led.seen
        for _ in range(2):
            self.app.refresh_run()
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            self.rig.run_for(AGAIN_MS + 20)
        await self.draw()

    def asked(self) -> list[str]:
        """What has been asked for at this window."""
        verbs = []
        while (wish := self.window.take()) is not None:
            verbs.append(wish.verb)
        return verbs


@asynccontextmanager
async def second() -> AsyncIterator[Second]:
    view = Second()
    async with view.app.run_test(size=(80, 24)) as pilot:
        view.pilot = pilot
        await pilot.pause()
        yield view


@pytest.mark.parametrize("state", [S.CHECKLIST, S.REVERSE_WALK, S.TURNING])
async def test_sr48_an_attached_view_says_what_it_is_at_every_moment(state: S) -> None:
    async with second() as view:
        await view.lead_to(state)
        text = drawn(view.app)
        assert "ATTACHED VIEW" in text
        assert "SIMULATED, no real belt" in text
        assert "presence NOT monitored" in text
        assert "leave this view; the session goes on" in text


@pytest.mark.parametrize("key", sorted(STOPS))
async def test_sr41_each_stop_key_of_a_spotter_asks_for_a_stop_and_says_so(key: str) -> None:
    async with second() as view:
        await view.lead_to(S.REVERSE_WALK)
        await view.press(key)
        assert view.asked() == ["stop"]
        assert "STOP asked for." in drawn(view.app)


@pytest.mark.parametrize("key", ["space", "s", "q"])
async def test_a_stop_key_while_nothing_moves_asks_as_well(key: str) -> None:
    async with second() as view:
        await view.lead_to(S.CHECKLIST)
        await view.press(key)
        assert view.asked() == ["stop"]


KEYS = ["plus", "minus", "up", "p", "r", "n", "n", "x", "x", "b", "g", "m", "e", "l", "w", "c"]


@pytest.mark.parametrize("state", [S.CHECKLIST, S.ARMED, S.PAUSED])
async def test_sr48_no_other_key_asks_for_anything(state: S) -> None:
    async with second() as view:
        if state is S.PAUSED:
            await view.lead_to(S.WARM_UP)
            view.led.ask("pause")
            view.leader.away = True
        await view.lead_to(state)
        view.leader.away = True
        await view.press(*KEYS, "backspace", "left_square_bracket", "a", "f1")
        assert view.asked() == []


async def test_sr41_a_cat_on_the_spotters_keyboard_stops_and_does_nothing_else() -> None:
    async with second() as view:
        await view.lead_to(S.REVERSE_WALK)
        for key in KEYS:
            view.app.guard.take(key)
        assert set(view.asked()) == {"stop"}


async def test_leaving_the_view_asks_for_nothing() -> None:
    async with second() as view:
        await view.lead_to(S.REVERSE_WALK)
        await view.press("ctrl+q")
        assert view.app.return_code is not None or not view.app.is_running
        assert view.asked() == []


async def test_sr40_a_view_that_is_cut_off_says_so_and_shows_no_speed_as_new() -> None:
    async with second() as view:
        await view.lead_to(S.REVERSE_WALK)
        view.window.lost = "the session's program is gone"
        view.rig.run_for(3_000)
        view.app.refresh_run()
        await view.pilot.pause()
        text = drawn(view.app)
        assert "NOT ATTACHED ANY MORE: the session's program is gone." in text
        assert "OLD" in text


async def test_a_latched_stop_is_told_with_its_cause_and_what_to_do() -> None:
    async with second() as view:
        await view.lead_to(S.REVERSE_WALK)
        view.leader.away = True
        view.led.ask("person", "strap-pull")
        view.rig.run_for(9_000)
        await view.draw()
        assert "STOP: The safety strap was released." in drawn(view.app)
