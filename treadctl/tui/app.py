"""The application: shows what the run shows, and asks. It may freeze or be killed at any time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from textual import on
from textual.screen import ModalScreen

from treadctl.composition.options import RunOptions
from treadctl.core.exit_codes import ExitCode
from treadctl.tui.driver import StopDriver
from treadctl.tui.heard import Heard
from treadctl.tui.keys import KeyGuard
from treadctl.tui.messages import Chosen, Left, Wished
from treadctl.tui.staff import StaffApp

if TYPE_CHECKING:  # what only a run needs is imported when there is one
    from treadctl.composition.desk import Desk
    from treadctl.composition.live import Ended
    from treadctl.tui.screens.session_screen import SessionScreen
    from treadctl.tui.view import View


class Launcher(Protocol):
    """Whoever starts runs for this screen: `composition.live.Launcher`, or a rig."""

    def begin(self, options: RunOptions) -> "Desk": ...
    def ended(self) -> "Ended | None":
        """What became of the run; None while it goes on, or before there is one."""

    def told_to_end(self) -> bool:
        """A signal came while there was no run."""


class TreadctlApp(StaffApp):
    def __init__(
        self,
        launcher: Launcher,
        clock: Callable[[], int],
        *,
        options: RunOptions,
        theme_name: str = "",
        paced: bool = True,
        driver_class: type[StopDriver] | None = None,
    ) -> None:
        """*options*: what has been chosen already."""
        super().__init__(
            clock, KeyGuard(clock), theme_name=theme_name, paced=paced, driver_class=driver_class
        )
        self.launcher = launcher
        self.ended: Ended | None = None
        self._options = options
        self._place_screen: SessionScreen | None = None

    # Beginning and ending.

    def on_mount(self) -> None:
        super().on_mount()
        if self._options.plan and (self._options.simulate or self._options.treadmill):
            self.begin(self._options)
        else:
            self.choose()

    def choose(self) -> None:
        """Ask who, what and where."""
        from treadctl.tui.screens.start import StartScreen  # a session needs none of its lists

        self.desk = self.guard.desk = self._place_screen = None
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(StartScreen(self._options))

    def begin(self, options: RunOptions) -> None:
        """Start a run; its screens come with what it says."""
        self.heard, self.ended = Heard(), None
        self._place_screen = None
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.desk = self.guard.desk = self.launcher.begin(options)

    def terminal_gone(self) -> None:
        super().terminal_gone()
        self.ask("hang_up")

    def action_leave(self) -> None:
        """A belt that moves has been stopped by the guard; then, and else, somebody is asked."""
        from treadctl.tui.screens.dialogs import LeaveDialog

        seen = self.desk.seen if self.desk is not None else None
        if seen is None or self.heard.finished is not None:
            self.exit(int(self.ended.code if self.ended is not None else ExitCode.COMPLETED))
        elif seen.may_move:
            self.guard.quit_asked = True
            self.ask("stop")
        elif not isinstance(self.screen, LeaveDialog):
            self.push_screen(LeaveDialog(), self._leave)

    action_quit = action_help_quit = action_leave  # type: ignore[assignment]

    def _leave(self, really: bool | None) -> None:
        if really:
            self.ask("end")

    @on(Wished)
    def _wished(self, message: Wished) -> None:
        self.ask(message.verb, message.item)

    @on(Chosen)
    def _chosen(self, message: Chosen) -> None:
        self._options = message.options
        self.begin(message.options)

    @on(Left)
    def _left(self, message: Left) -> None:
        if message.leaves:
            self.action_leave()
        else:
            self.choose()

    # Showing.

    def refresh_run(self) -> None:
        self.look_at_terminal()
        if self._gone:
            self.exit(int(ExitCode.STOPPED_BY_OPERATOR))
            return
        if self.desk is None:
            if self.launcher.told_to_end():
                self.exit(int(ExitCode.STOPPED_BY_OPERATOR))
            return
        if not self.can_show():
            return  # not alive: nobody sees what is shown (SR-40)
        self.desk.alive()
        self.hear(self.desk)
        self.ended = self.launcher.ended()
        finished = self.heard.finished
        if self.ended is not None and finished is not None and finished.reason == "interrupted":
            self.exit(int(self.ended.code))  # a signal said so: nobody is asked anything
            return
        view = self.view_at(self.desk)
        if view is not None:
            self._show(view)
        elif self.ended is not None:
            self._not_begun(self.ended)

    def _not_begun(self, ended: "Ended") -> None:
        """A run that was refused before it could say anything."""
        self.choose()
        self.notify(ended.why or "The run did not begin.", severity="error", timeout=30)

    def _show(self, view: "View") -> None:
        from treadctl.tui.places import screen_for

        screen = self._place_screen
        wanted = screen_for(view.place)
        if type(screen) is not wanted:
            while isinstance(self.screen, ModalScreen):
                self.pop_screen()
            screen = self._place_screen = wanted()
            self.twice.forget()
            self.push_screen(screen) if len(self.screen_stack) == 1 else self.switch_screen(screen)
        self.presses.follow(view)
        if screen is not None and screen.is_mounted:
            screen.show(view, self.twice.text or self.own_words, self.presses.since_ms)
        self._follow_guard(view)
        self.toll(view)

    def _follow_guard(self, view: "View") -> None:
        self.guard.front = self.in_front()
        if self.heard.finished is not None:
            self.guard.desk = None  # every key is for the debrief
            self.guard.quit_asked = False
        if self.guard.quit_asked and not view.may_move:
            self.guard.quit_asked = False
            self.action_leave()
