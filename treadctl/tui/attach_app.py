"""A view on a session that somebody leads elsewhere: it shows, and it stops (SR-48)."""

from collections.abc import Callable
from typing import ClassVar, Final, Protocol

from textual.binding import Binding, BindingType

from treadctl.core.exit_codes import ExitCode
from treadctl.tui.driver import StopDriver
from treadctl.tui.keys import STOP_KEYS, KeyGuard
from treadctl.tui.screens.attached import AttachedScreen
from treadctl.tui.watching import Watched, WatchingApp

STOPS: Final = STOP_KEYS | {"ctrl+c"}
LEAVE: Final = frozenset({"ctrl+q"})
"""The session has somebody who leads it: whoever only looks on may go at any time."""


class Attached(Watched, Protocol):
    """A desk of which one can be cut off: `composition.spotter.client.AttachedDesk`."""

    @property
    def lost(self) -> str | None: ...
    @property
    def stops_asked(self) -> int: ...


class AttachApp(WatchingApp):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,s,q,enter,escape,ctrl+c", "stop", "STOP", id="stop", priority=True),
        Binding("ctrl+q", "leave", "Leave", id="leave", priority=True),
    ]

    def __init__(
        self,
        desk: Attached,
        clock: Callable[[], int],
        *,
        theme_name: str = "",
        paced: bool = True,
        driver_class: type[StopDriver] | None = None,
    ) -> None:
        guard = KeyGuard(clock, stops=STOPS, quits=frozenset(), meaning=LEAVE)
        super().__init__(
            clock, guard, theme_name=theme_name, paced=paced, driver_class=driver_class
        )
        self.desk: Final = desk
        guard.desk = desk
        self._stops_told = 0
        self.place: Final = AttachedScreen()

    def on_mount(self) -> None:
        super().on_mount()
        self.push_screen(self.place)

    def refresh_run(self) -> None:
        self.look_at_terminal()
        if self._gone:
            self.exit(int(ExitCode.COMPLETED))  # of this view; the session goes on
            return
        if not self.can_show():
            return
        self.hear(self.desk)
        if self.desk.stops_asked > self._stops_told:
            self._stops_told = self.desk.stops_asked
            self.say("STOP asked for.")
        view = self.view_at(self.desk)
        if view is not None and self.place.is_mounted:
            said = self.own_words
            if self.desk.lost is not None:
                said = f"NOT ATTACHED ANY MORE: {self.desk.lost}. The machine's own key stops."
            elif self.heard.finished is not None:
                said = "The session is over. ctrl+q leaves this view."
            self.place.show(view, said)
            self.toll(view)

    def action_stop(self) -> None:
        """While the belt may move the guard has done it already."""
        self.desk.stop()

    def action_leave(self) -> None:
        self.exit(int(ExitCode.COMPLETED))

    action_quit = action_help_quit = action_leave  # type: ignore[assignment]
