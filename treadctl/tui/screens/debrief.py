"""After the session: how it was for the person, and what was walked against the plan."""

from typing import Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input

from treadctl.composition.afterwards import results_of, save_debrief
from treadctl.composition.live import Ended
from treadctl.core.exit_codes import ExitCode
from treadctl.errors import TreadctlError
from treadctl.tui.messages import Left
from treadctl.tui.screens.session_screen import SessionScreen
from treadctl.tui.view import View
from treadctl.tui.widgets.profile_chart import ProfileChart
from treadctl.tui.widgets.steady import Steady


class DebriefScreen(SessionScreen):
    def __init__(self) -> None:
        super().__init__()
        self.heading = Steady(id="heading")
        self.rpe = Input(placeholder="effort 6-20", id="rpe", compact=True, max_length=2)
        self.pain = Input(placeholder="pain 0-10", id="pain", compact=True, max_length=2)
        self.note = Input(placeholder="a note", id="said", compact=True, max_length=200)
        self.answer = Steady(id="answer")
        self.chart = ProfileChart(id="profile")
        self.lines = Steady(id="lines")
        self.account = VerticalScroll(id="account", can_focus=False)
        self.ended: Ended | None = None
        self.saved = False

    def compose_body(self) -> ComposeResult:
        yield self.heading
        with Horizontal(id="questions"):
            yield self.rpe
            yield self.pain
            yield self.note
        yield self.answer
        yield self.chart
        with self.account:
            yield self.lines

    def show_body(self, view: View, pressed_ms: int | None) -> None:
        self.vitals.display = self.matter.display = False  # of a run that goes on
        self.chart.profile = view.profile
        ended: Ended | None = getattr(self.app, "ended", None)
        if ended is None or self.ended is not None:
            if self.ended is None:
                self.heading.put(Text("The session is over. The record is being closed ..."))
            return
        self.ended = ended
        self.heading.put(Text(f"{_OVER.get(ended.code, 'The session is over.')}  How was it?"))
        self.answer.put(
            Text(
                "Effort: 6 none, 11 light, 13 somewhat hard, 17 very hard. Pain: worst, 0-10.\n"
                "Enter: go on, save.  up, down: read on.  ctrl+q: leave.  ctrl+n: another."
            )
        )
        if ended.record is not None:
            self.lines.put(Text("\n".join(results_of(ended.record)), no_wrap=True))
        self.rpe.focus()

    @on(Input.Submitted)
    def go_on(self, message: Input.Submitted) -> None:
        if message.input is self.rpe:
            self.pain.focus()
        elif message.input is self.pain:
            self.note.focus()
        else:
            self.save()

    def save(self) -> None:
        """Write it down; whatever is wrong is said, and can be put right."""
        if self.ended is None or self.ended.record is None:
            self.answer.put(Text("There is no record to write to."))
            return
        try:
            advice = save_debrief(
                self.ended.record, self.rpe.value, self.pain.value, self.note.value
            )
        except TreadctlError as error:
            self.answer.put(Text(f"NOT SAVED: {error}"))
            self.rpe.focus()
            return
        self.saved = True
        said = "\n".join(advice) or "Saved beside the record."
        self.answer.put(Text(f"SAVED. {said}\nctrl+n: another session.  ctrl+q: leave."))
        self.set_focus(None)

    def key_up(self) -> None:
        self.account.scroll_up(animate=False)

    def key_down(self) -> None:
        self.account.scroll_down(animate=False)

    def key_ctrl_n(self) -> None:
        if self.ended is not None:
            self.post_message(Left(leaves=False))


_OVER: Final = {
    ExitCode.COMPLETED: "The session is over: completed.",
    ExitCode.STOPPED_BY_OPERATOR: "The session is over: ended by a person.",
    ExitCode.STRAP_RELEASED: "The session is over, after the strap was released.",
    ExitCode.STOP_NOT_CONFIRMED: "CHECK THE BELT: nothing has proved that it stands.",
}
