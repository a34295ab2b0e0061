"""What every application beside a run does: keys to the guard first, and the newest to the screen.

It holds no truth: what there is to see is computed anew from what the run has said.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from textual import events
from textual.app import App

from treadctl.composition.speaker import Silence
from treadctl.core.events import Announced, Event
from treadctl.tui.driver import StopDriver
from treadctl.tui.heard import Heard
from treadctl.tui.keys import KeyGuard
from treadctl.tui.themes import THEMES, theme_for

if TYPE_CHECKING:  # half of what there is to import, and no first screen needs it
    from treadctl.composition.desk import Seen
    from treadctl.tui.view import View

REFRESH_S: Final = 0.1


class Watched(Protocol):
    """Where a run can be seen."""

    @property
    def seen(self) -> "Seen | None": ...
    @property
    def may_move(self) -> bool: ...
    def stop(self) -> None: ...
    def drain(self) -> list[Event]: ...


class Sound(Protocol):
    """What is heard beside what is seen: `composition.speaker.Speaker`, and the bell."""

    rings: bool

    def say(self, text: str, *, urgent: bool = False) -> None: ...


class WatchingApp(App[int]):
    CSS_PATH = "treadctl.tcss"
    TITLE = "treadctl"
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        clock: Callable[[], int],
        guard: KeyGuard,
        *,
        theme_name: str = "",
        paced: bool = True,
        driver_class: type[StopDriver] | None = None,
    ) -> None:
        """*paced*: refresh by this app's timer."""
        super().__init__(driver_class=driver_class)
        self.guard = guard
        self.heard = Heard()
        self._clock = clock
        self._paced = paced
        self._theme_name = theme_name
        self._said: tuple[str, int] | None = None
        self.sound: Sound = Silence()
        self._rings = 0
        self._tolled = 0
        self._seen: Seen | None = None
        self._seen_at_ms = 0
        self._gone = False

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = theme_for(self._theme_name)
        if self._paced:
            self.set_interval(REFRESH_S, self.refresh_run)

    def refresh_run(self) -> None:
        """Ten times a second: take what came, and show it."""
        raise NotImplementedError

    def terminal_gone(self) -> None:
        """SR-40. Called by any thread: nobody sees this screen any more."""
        self._gone = True

    def look_at_terminal(self) -> None:
        """Notice a window that was closed."""
        if isinstance(self._driver, StopDriver):
            self._driver.look()

    def can_show(self) -> bool:
        """Whether the terminal takes what is drawn; once it does again, all of it is drawn."""
        driver = self._driver
        if isinstance(driver, StopDriver) and driver.behind:
            if not driver.has_room:
                return False
            driver.behind = False
            self.refresh(layout=True)
        return True

    def hear(self, desk: Watched) -> None:
        """Take the events that came, and ring for those that are worth a sound."""
        for event in desk.drain():
            self.heard.take(event)
            if isinstance(event, Announced):
                self.sound.say(event.text, urgent=event.kind == "stop")
        if self.heard.rings != self._rings:
            self._rings = self.heard.rings
            self.ring()

    def ring(self) -> None:
        if self.sound.rings:
            self.bell()

    def toll(self, view: "View") -> None:
        """Ring for every second of a countdown."""
        left = -(-view.wait_ms // 1_000) if view.state.value == "countdown" else 0
        if left and left != self._tolled:
            self.ring()
        self._tolled = left

    def view_at(self, desk: Watched) -> "View | None":
        """What there is to show now; None before the run has said anything."""
        from treadctl.tui.view import view_of

        seen, now_ms = desk.seen, self._clock()
        if seen is None:
            return None
        if seen is not self._seen:
            self._seen, self._seen_at_ms = seen, now_ms
        # Age goes on while nothing new comes; and a simulated run has a clock of its own.
        return view_of(seen, self.heard, seen.now_ms + now_ms - self._seen_at_ms)

    def say(self, text: str, for_ms: int = 3_000) -> None:
        """Say what a key does, before the belt does it."""
        self._said = (text, self._clock() + for_ms)

    @property
    def own_words(self) -> str | None:
        """What was said last, for as long as it is to be seen."""
        if self._said is None or self._clock() >= self._said[1]:
            return None
        return self._said[0]

    async def on_event(self, event: events.Event) -> None:
        # Where the driver has asked the guard, what the guard takes never gets here.
        unasked = not isinstance(self._driver, StopDriver)
        match event:
            case events.Key(is_forwarded=False, key=key) if unasked and self.guard.take(key):
                return
        await super().on_event(event)
