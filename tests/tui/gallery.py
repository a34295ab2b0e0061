"""Every screen in every state that staff must know at a glance, with frozen data, as a picture.

    python -m tests.tui.gallery          writes the snapshots anew
    python -m tests.tui.gallery DIR      writes SVG files for the documentation into DIR

Made from one session on virtual time; no clock, no network and no file of anybody's is involved.
"""

import asyncio
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from textual.app import App
from textual.screen import ModalScreen

from tests.leader import Leader
from tests.rig import Rig
from treadctl.composition.desk import Desk
from treadctl.core.machine import SessionState as S
from treadctl.tui.app import TreadctlApp
from treadctl.tui.heard import Heard
from treadctl.tui.places import screen_for
from treadctl.tui.screens.dialogs import CriteriaDialog, HelpDialog, LeaveDialog
from treadctl.tui.themes import DAY, THEMES
from treadctl.tui.view import Sign, Speed, Trust, View, Way, view_of

SNAPSHOTS: Final = Path(__file__).parent / "snapshots"
SIZES: Final = ((80, 24), (120, 40), (200, 60))
LARGE: Final = ("running-backward", "turning", "strap-released", "checklist")
"""What is also drawn larger: the others differ in nothing that depends on the size."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One state, and what is shown of it."""

    name: str
    view: View
    said: str | None = None
    pressed_ms: int | None = None
    dialog: type[ModalScreen[None]] | type[ModalScreen[bool]] | None = None


class Gallery(App[None]):
    """Hangs up one picture."""

    CSS_PATH = str(
        Path(sys.modules[TreadctlApp.__module__].__file__ or "").parent / "treadctl.tcss"
    )
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture

    async def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DAY.name
        picture = self.picture
        screen = screen_for(picture.view.place)()
        await self.push_screen(screen)
        screen.show(picture.view, picture.said, picture.pressed_ms)
        if picture.dialog is not None:
            await self.push_screen(picture.dialog())


def pictures() -> list[Picture]:
    """Lead one session and keep what is worth seeing."""
    return list(_session())


def _session() -> Iterator[Picture]:
    desk = Desk()
    rig = Rig(plan="novice-1", desk=desk, stays=True)
    leader, heard = Leader(rig, desk), Heard()

    def view() -> View:
        for event in desk.drain():
            heard.take(event)
        assert desk.seen is not None
        return view_of(desk.seen, heard, desk.seen.now_ms)

    def at(state: S, more_ms: int = 0) -> View:
        leader.run_until(lambda: rig.state() is state)
        until_ms = rig.now_ms + more_ms
        leader.run_until(lambda: rig.now_ms >= until_ms)
        return view()

    def asked(wants: str, item: str = "") -> View:
        def is_asked() -> bool:
            prompt = desk.seen.awaiting if desk.seen is not None else None
            return prompt is not None and prompt.wants == wants and item in ("", prompt.item)

        leader.run_until(is_asked)
        return view()

    yield Picture("connecting", at(S.CONNECTING, 2_000))
    yield Picture("checklist", asked("checklist", "handrails"))
    yield Picture("strap-pull", asked("checklist", "strap-pull"))
    yield Picture("arm", asked("arm"))
    yield Picture("start", asked("start"))
    yield Picture("start-pressed", view(), pressed_ms=700)
    yield Picture("countdown", at(S.COUNTDOWN, 1_500))
    leader.away = True
    rig.run_until(S.STARTING)
    rig.run_for(1_500)
    yield Picture("on-the-belt", view())
    leader.away = False
    running = at(S.WARM_UP, 90_000)
    yield Picture("running-forward", running)
    yield Picture(
        "stale", replace(running, speed=replace(running.speed, trust=Trust.STALE, note="1.8 s OLD"))
    )
    unknown = Speed("?.??", Trust.UNKNOWN, "speed unknown")
    lost = Sign("LINK LOST", good=False)
    yield Picture("unknown", replace(running, speed=unknown, way=Way("UNKNOWN", "?"), link=lost))
    yield Picture("keys", running, dialog=HelpDialog)
    yield Picture("criteria", running, dialog=CriteriaDialog)
    yield Picture("stopping-to-turn", at(S.STOPPING_TO_TURN, 2_000))
    yield Picture("turning", asked("turn_confirm"))
    yield Picture("running-backward", at(S.REVERSE_WALK, 25_000))
    yield Picture("rest", at(S.REST, 20_000))
    at(S.REVERSE_WALK, 5_000)
    desk.ask("pause")
    leader.away = True
    rig.run_for(8_000)
    paused = view()
    yield Picture("paused", paused)
    yield Picture("leave", paused, dialog=LeaveDialog)
    leader.away = False
    at(S.REVERSE_WALK, 5_000)
    leader.away = True
    desk.ask("person", "strap-pull")
    rig.run_for(9_000)
    yield Picture("strap-released", view())
    desk.ask("person", "strap-clip")
    rig.run_for(4_000)
    yield Picture("reset", view())


_OUTSIDE: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Fonts from elsewhere: a picture needs none of that."""


async def svg_of(picture: Picture, size: tuple[int, int]) -> str:
    """Draw one picture."""
    app = Gallery(picture)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        drawn = _OUTSIDE.sub("", app.export_screenshot(title=f"treadctl: {picture.name}"))
        # Without it, what begins with a space is drawn a space too far left.
        return drawn.replace("<text ", '<text xml:space="preserve" ')


def wanted(found: list[Picture]) -> Iterator[tuple[Picture, tuple[int, int]]]:
    """Which pictures there are in which sizes."""
    for picture in found:
        for size in SIZES if picture.name in LARGE else SIZES[:1]:
            yield picture, size


def path_of(picture: Picture, size: tuple[int, int], where: Path = SNAPSHOTS) -> Path:
    return where / f"{picture.name}-{size[0]}x{size[1]}.svg"


def main(where: Path) -> None:
    where.mkdir(parents=True, exist_ok=True)
    for picture, size in wanted(pictures()):
        path_of(picture, size, where).write_text(asyncio.run(svg_of(picture, size)) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SNAPSHOTS)
