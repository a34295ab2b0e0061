"""Writing somebody down: what the file of a person needs, and nothing that it does not keep."""

from typing import Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Button, Checkbox, Input, Select, Static

from treadctl.composition.front_desk import NewPerson, add_person
from treadctl.core.criteria import QUESTIONS
from treadctl.core.profile import Profile
from treadctl.errors import TreadctlError
from treadctl.tui.screens.dialogs import Front

HEADING: Final = "A new person.  Tab goes on, Space ticks, Escape gives it up."


class Tick(Checkbox):
    """Empty where it is not ticked: colour is never the only sign."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()


class PersonDialog(Front[str]):
    """Returns the id of whoever was written down."""

    AUTO_FOCUS = "#name"

    def compose(self) -> ComposeResult:
        asked = "\n".join(f"- {question.text}" for question in QUESTIONS)
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(Text(HEADING), id="dialog-heading")
            yield Input(placeholder="name or initials: type them here", id="name", compact=True)
            yield Select(
                [(profile.title, profile) for profile in Profile],
                value=Profile.NOVICE,
                allow_blank=False,
                id="profile-choice",
                compact=True,
            )
            yield Static(Text(f"Asked, and not kept:\n{asked}"), classes="asked")
            yield Tick("All were answered with no", id="all-no", compact=True)
            yield Tick("A clinician has said OK, today", id="ok", compact=True)
            yield Input(placeholder="body mass in kg (only for energy)", id="mass", compact=True)
            yield Input(placeholder="own cap backward, km/h", id="cap", compact=True)
            yield Input(placeholder="who prescribed the cap", id="by", compact=True)
            yield Button("Write down", id="save", compact=True)
            yield Static("", id="wrong")

    def key_escape(self) -> None:
        self.close(None)

    @on(Button.Pressed, "#save")
    def save(self) -> None:
        profile = self.query_one("#profile-choice", Select).value
        new = NewPerson(
            name=self.query_one("#name", Input).value,
            profile=profile if isinstance(profile, Profile) else Profile.NOVICE,
            all_no=self.query_one("#all-no", Checkbox).value,
            clinician_ok=self.query_one("#ok", Checkbox).value,
            mass_kg=self.query_one("#mass", Input).value,
            v_rev_max_kmh=self.query_one("#cap", Input).value,
            reviewed_by=self.query_one("#by", Input).value,
        )
        try:
            self.close(add_person(new))
        except TreadctlError as error:
            self.query_one("#wrong", Static).update(Text(str(error)))
