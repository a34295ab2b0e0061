"""Every screen in every state that staff must know at a glance, with frozen data, as a picture.

    python -m tests.tui.gallery          writes the snapshots anew
    python -m tests.tui.gallery DIR      writes SVG files for the documentation into DIR

Made from one session on virtual time; no clock, no network and no file of anybody's is involved.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from textual.app import App
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from firmware_protocols.registry import PROTOCOLS
from tests.leader import Leader
from tests.records.samples import STARTED_AT
from tests.rig import Rig
from treadctl.causes import Cause
from treadctl.composition.desk import Desk
from treadctl.composition.live import Ended
from treadctl.composition.options import RunOptions
from treadctl.composition.treadmills import Where
from treadctl.core.exit_codes import ExitCode
from treadctl.core.machine import SessionState as S
from treadctl.core.plan_facts import PlanFacts, builtin_facts
from treadctl.core.profile import Profile
from treadctl.core.programme import Programme
from treadctl.people.person import Caps, Person, Questions
from treadctl.records.chain import Kind
from treadctl.records.journal import Header, Journal
from treadctl.tui.app import TreadctlApp
from treadctl.tui.heard import ATTEND, Heard, Spoken
from treadctl.tui.messages import Found, Located
from treadctl.tui.places import screen_for
from treadctl.tui.screens.attached import AttachedScreen
from treadctl.tui.screens.dialogs import CriteriaDialog, HelpDialog, LeaveDialog
from treadctl.tui.screens.person_dialog import PersonDialog
from treadctl.tui.screens.session_screen import SessionScreen
from treadctl.tui.screens.start import StartScreen
from treadctl.tui.signs import Sign, Speed, Trust, Way
from treadctl.tui.themes import CONTRAST, DAY, MONOCHROME, THEMES
from treadctl.tui.view import View, view_of

SNAPSHOTS: Final = Path(__file__).parent / "snapshots"
RECORDS: Final = tempfile.TemporaryDirectory(prefix="treadctl-gallery-")
SIZES: Final = ((80, 24), (120, 40), (200, 60))
PLAIN: Final = (CONTRAST.name, MONOCHROME.name)
IN_PLAIN: Final = (
    "who-what-where",
    "checklist",
    "running-backward",
    "held",
    "turning",
    "strap-released",
)
"""What is also drawn with few colours and with none: whatever one sees at a glance."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One state, and what is shown of it."""

    name: str
    view: View | None
    screen: Callable[[], Screen[None]] | None = None
    """Where it is not the one of the view's place."""
    ended: Ended | None = field(default=None, compare=False)
    """Names a file, which is another one each time."""
    said: str | None = None
    pressed_ms: int | None = None
    dialog: type[ModalScreen[None]] | type[ModalScreen[bool]] | type[ModalScreen[str]] | None = None


class Gallery(App[None]):
    """Hangs up one picture."""

    CSS_PATH = str(
        Path(sys.modules[TreadctlApp.__module__].__file__ or "").parent / "treadctl.tcss"
    )
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, picture: Picture, theme: str) -> None:
        super().__init__()
        self.picture = picture
        self.ended = picture.ended
        self._theme_name = theme

    async def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._theme_name
        picture = self.picture
        view = picture.view
        if picture.screen is not None:
            screen = picture.screen()
        else:
            assert view is not None
            screen = screen_for(view.place)()
        await self.push_screen(screen)
        if view is not None and isinstance(screen, SessionScreen):
            screen.show(view, picture.said, picture.pressed_ms)
        for typed in screen.query(Input):
            typed.cursor_blink = False
        if picture.dialog is not None:
            await self.push_screen(picture.dialog())


def pictures() -> list[Picture]:
    """Lead one session and keep what is worth seeing."""
    return list(_session())


class FrozenStart(StartScreen):
    """The first screen, without anybody's files and without a clock."""

    def __init__(self) -> None:
        super().__init__(RunOptions(plan="", screen=True))

    def read(self) -> None:
        no = Questions(False, date(2026, 11, 2), None)
        persons = tuple(
            Person(name.lower(), name, profile=profile, caps=Caps(), questions=no)
            for name, profile in (("Anna", Profile.NOVICE), ("Ben", Profile.KNEE))
        )
        wheres = (
            Where("left", "woodway-us", simulated=False),
            Where("right", "ftms", simulated=False, refused="no strap input"),
            *(Where(name, "simulated", simulated=True) for name in PROTOCOLS),
        )
        self.post_message(Found(persons, ()))
        self.post_message(Located(wheres, ""))

    def advice_for(self, person: Person) -> tuple[str, ...]:
        return ("Next: novice-2 (advance).", "Two sessions in a row were completed as planned.")

    def plans_for(self, profile: Profile | None) -> Iterator[PlanFacts]:
        return builtin_facts(profile)


def _recorded(rig: Rig, programme: Programme) -> Path:
    """The record of what *rig* has told."""
    header = Header(
        plan=programme.name,
        machine="simulated woodway-us",
        simulated=True,
        software="0",
        limits_hash="",
        protocol="woodway-us",
        machine_class="A",
        mode="turn-around",
        seed=1,
        steps=tuple(
            (step.kind.value, step.duration_ms, step.from_ckmh, step.speed_ckmh, step.name)
            for step in programme.steps
        ),
    )
    journal = Journal.open(
        Path(tempfile.mkdtemp(dir=RECORDS.name)),
        header,
        real_time=False,
        started_at=STARTED_AT,
        suffix=lambda: "walk01",
    )
    for event in rig.events:
        journal.append(Kind.EVENT, event["t_ms"], event)
    finished = rig.finished()
    assert finished is not None
    keys = ("reason", "exit_code", "reverse_s", "distance_m")
    journal.close(finished["t_ms"], {key: finished[key] for key in keys})
    return journal.path


def _session() -> Iterator[Picture]:
    yield Picture("who-what-where", None, FrozenStart)
    yield Picture("new-person", None, FrozenStart, dialog=PersonDialog)
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
    backward = at(S.REVERSE_WALK, 25_000)
    yield Picture("running-backward", backward)
    yield Picture("attached", backward, AttachedScreen)
    heart = replace(backward, heart=Sign("heart 118", good=True), spoken=None)
    yield Picture("heart", heart)
    high = Cause.HEART_RATE_HIGH.text
    held = replace(
        heart,
        heart=Sign("heart 151 LIMIT", good=False),
        held=f"{high.sentence} The belt goes no faster.",
    )
    yield Picture("held", held)
    yield Picture("attend", replace(heart, spoken=Spoken(0, ATTEND, "attend")))
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
    desk.ask("end")
    rig.run_for(2_000)
    ended = Ended(ExitCode.STRAP_RELEASED, _recorded(rig, rig.programme))
    yield Picture("debrief", view(), ended=ended)


_OUTSIDE: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Fonts from elsewhere: a picture needs none of that."""


async def svg_of(picture: Picture, size: tuple[int, int], theme: str = DAY.name) -> str:
    """Draw one picture."""
    app = Gallery(picture, theme)
    async with app.run_test(size=size) as pilot:
        for _ in range(3):
            await pilot.pause()
            await app.workers.wait_for_complete()
        for typed in app.screen.query(Input):
            # Whether it was given the focus before it was told not to blink is a matter of luck.
            typed._cursor_visible = typed.has_focus
        await pilot.pause()
        drawn = _OUTSIDE.sub("", app.export_screenshot(title=f"treadctl: {picture.name}"))
        # Without it, what begins with a space is drawn a space too far left.
        return drawn.replace("<text ", '<text xml:space="preserve" ')


@dataclass(frozen=True, slots=True)
class Look:
    """One picture in one size and one theme."""

    picture: Picture
    size: tuple[int, int]
    theme: str = DAY.name

    @property
    def name(self) -> str:
        theme = "" if self.theme == DAY.name else f"-{self.theme}"
        return f"{self.picture.name}{theme}-{self.size[0]}x{self.size[1]}.svg"

    async def draw(self) -> str:
        return await svg_of(self.picture, self.size, self.theme) + "\n"


def wanted(found: list[Picture]) -> Iterator[Look]:
    """Which pictures there are, in which sizes and themes."""
    for picture in found:
        for size in SIZES:
            yield Look(picture, size)
        for theme in PLAIN if picture.name in IN_PLAIN else ():
            yield Look(picture, SIZES[0], theme)


def main(where: Path) -> None:
    where.mkdir(parents=True, exist_ok=True)
    for look in wanted(pictures()):
        (where / look.name).write_text(asyncio.run(look.draw()))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SNAPSHOTS)
