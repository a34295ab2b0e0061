"""The whole application on virtual time: treadmill, gate, session, desk and screen in one process.

Time passes only in `Stage.pass_ms`; the screen is drawn when it has passed.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from textual.app import App
from textual.pilot import Pilot

from tests.leader import Leader
from tests.rig import SHORT, Rig
from treadctl.composition.desk import Desk
from treadctl.composition.live import Ended
from treadctl.composition.options import RunOptions
from treadctl.core.exit_codes import ExitCode
from treadctl.core.machine import SessionState
from treadctl.core.programme import Programme
from treadctl.tui.app import TreadctlApp
from treadctl.tui.keys import AGAIN_MS

SMALL: Final = (80, 24)


class Stage:
    """One session on a screen. Also the launcher of its application."""

    def __init__(self, plan: Programme = SHORT, *, seed: int = 1, attended: bool = False) -> None:
        self.desk: Final = Desk()
        self.rig: Final = Rig(plan=plan, desk=self.desk, stays=True, seed=seed, attended=attended)
        self.leader: Final = Leader(self.rig, self.desk)
        options = RunOptions(plan="test", simulate="woodway-us", screen=True)
        self.app: Final = TreadctlApp(self, lambda: self.rig.now_ms, options=options, paced=False)
        self.pilot: Pilot[int]

    # As a launcher.

    def begin(self, options: RunOptions) -> Desk:
        return self.desk

    def ended(self) -> Ended | None:
        finished = self.rig.finished()
        return None if finished is None else Ended(ExitCode(finished["exit_code"]))

    def told_to_end(self) -> bool:
        return False

    # As a test sees it.

    async def draw(self) -> None:
        """Show what there is; twice, because a new screen is mounted first."""
        for _ in range(2):
            self.app.refresh_run()
            await self.pilot.pause()

    async def pass_ms(self, duration_ms: int) -> None:
        self.rig.run_for(duration_ms)
        await self.draw()

    async def press(self, *keys: str) -> None:
        """One key after the other, as a person does it."""
        for key in keys:
            await self.pilot.press(key)
            self.rig.run_for(AGAIN_MS + 20)
        await self.draw()

    async def lead_to(self, state: SessionState) -> None:
        """Somebody competent leads the session there."""
        self.leader.run_until(lambda: self.rig.state() is state)
        await self.draw()

    def place(self) -> str:
        """The name of the session screen, whatever is in front of it."""
        return type(self.app.screen_stack[1]).__name__ if len(self.app.screen_stack) > 1 else ""

    def text(self) -> str:
        """What the screen shows, as text."""
        return drawn(self.app)


def drawn(app: App[int]) -> str:
    """What the screen of *app* shows, as text."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(s.text for s in strip).rstrip() for strip in strips)


@asynccontextmanager
async def on_stage(
    plan: Programme = SHORT,
    *,
    size: tuple[int, int] = SMALL,
    seed: int = 1,
    attended: bool = False,
) -> AsyncIterator[Stage]:
    """A session on a screen of *size*; judged at the end, whatever happened in it."""
    stage = Stage(plan, seed=seed, attended=attended)
    async with stage.app.run_test(size=size) as pilot:
        stage.pilot = pilot
        await stage.draw()
        yield stage
    stage.rig.judge()
