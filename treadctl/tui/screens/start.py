"""Who walks, what, and where. Nothing is opened and nothing moves before all three are chosen."""

from asyncio import sleep
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from treadctl.composition.front_desk import (
    Where,
    advice_for,
    everybody,
    everywhere,
    plans_for,
    why_not,
)
from treadctl.composition.options import RunOptions
from treadctl.core.plan_facts import PlanFacts
from treadctl.core.programme import Step
from treadctl.errors import UserFileError
from treadctl.people.person import Person
from treadctl.tui.messages import Chosen
from treadctl.tui.screens.person_dialog import PersonDialog
from treadctl.tui.view import Profile as Drawn
from treadctl.tui.widgets.profile_chart import ProfileChart
from treadctl.units import format_clock, format_number

NOBODY = "without a name"
HINT = "Enter: take it and go on   Tab, arrows: move   n: new person   ctrl+q: leave"


class StartScreen(Screen[None]):
    def __init__(self, options: RunOptions) -> None:
        super().__init__()
        self._options = options
        self._persons: tuple[Person, ...] = ()
        self._plans: list[PlanFacts] = []
        self._wheres: tuple[Where, ...] = ()
        self.who = OptionList(id="who")
        self.what = OptionList(id="what")
        self.where = OptionList(id="where")
        self.chart = ProfileChart(id="profile")
        self.about = Static(id="about")
        self.hint = Static(Text(HINT), id="hint")

    def compose(self) -> ComposeResult:
        yield Static(Text("treadctl   Who walks, what, and where?"), id="title")
        with Horizontal(id="pickers"):
            for heading, picker in (
                ("1 WHO", self.who),
                ("2 WHAT", self.what),
                ("3 WHERE", self.where),
            ):
                with Vertical(classes=f"picker -{picker.id}"):
                    yield Static(heading, classes="picker-heading")
                    yield picker
        yield self.chart
        yield self.about
        yield self.hint

    def on_mount(self) -> None:
        self.fill_who()
        try:
            self._wheres = everywhere(self._options.config)
        except UserFileError as error:
            self.say(str(error))
        for where in self._wheres:
            mark = "SIMULATED " if where.simulated else ""
            refused = "  not driven" if where.refused else ""
            self.where.add_option(Option(f"{mark}{where.name}{refused}"))
        wanted = self._options.treadmill or self._options.simulate
        names = [where.name for where in self._wheres]
        self.where.highlighted = names.index(wanted) if wanted in names else 0 if names else None
        self.who.focus()

    def fill_who(self, wanted: str | None = None) -> None:
        """Everybody, and nobody in particular."""
        self._persons, problems = everybody()
        self.who.clear_options()
        self.who.add_options([Option(person.name) for person in self._persons])
        self.who.add_option(Option(NOBODY))
        ids = [person.id for person in self._persons]
        wanted = wanted or self._options.person
        self.who.highlighted = ids.index(wanted) if wanted in ids else 0
        if problems:
            self.say(str(problems[0]))

    @property
    def person(self) -> Person | None:
        index = self.who.highlighted
        return self._persons[index] if index is not None and index < len(self._persons) else None

    @property
    def plan(self) -> PlanFacts | None:
        index = self.what.highlighted
        return self._plans[index] if index is not None and index < len(self._plans) else None

    @on(OptionList.OptionHighlighted, "#who")
    def show_plans(self) -> None:
        """The plans for this person, with what is advised marked."""
        person = self.person
        advice = advice_for(person.id, simulated=True) if person is not None else ()
        self.say("\n".join(advice[:3]))
        self._plans.clear()
        self.what.clear_options()
        plans = plans_for(person.profile if person is not None else None)
        self._add_plan(next(plans), advice)
        self.run_worker(self._add_plans(plans, advice), exclusive=True)

    async def _add_plans(self, plans: Iterator[PlanFacts], advice: tuple[str, ...]) -> None:
        for facts in plans:
            self._add_plan(facts, advice)
            await sleep(0)  # keys and drawing come first

    def _add_plan(self, facts: PlanFacts, advice: tuple[str, ...]) -> None:
        self._plans.append(facts)
        self.what.add_option(Option(_row(facts)))
        wanted = self._options.plan == facts.source
        advised = not self._options.plan and bool(advice) and facts.source in advice[0]
        if wanted or advised or self.what.highlighted is None:
            self.what.highlighted = len(self._plans) - 1

    @on(OptionList.OptionHighlighted, "#what")
    def draw_plan(self) -> None:
        if (plan := self.plan) is not None:
            steps = tuple(
                Step(p.kind, p.duration_ms, p.speed_ckmh, p.from_ckmh) for p in plan.pieces
            )
            self.chart.profile = Drawn(steps, plan.step_ms)

    @on(OptionList.OptionSelected)
    def go_on(self, message: OptionList.OptionSelected) -> None:
        match message.option_list.id:
            case "who":
                self.what.focus()
            case "what":
                self.where.focus()
            case _:
                self.begin()

    def begin(self) -> None:
        """All three are chosen; whatever forbids it is said here."""
        plan, index = self.plan, self.where.highlighted
        if plan is None or index is None:
            self.say("Choose a plan and a treadmill first.")
            return
        where, person = self._wheres[index], self.person
        if where.refused:
            self.say(where.refused)
            return
        options = replace(
            self._options,
            plan=plan.source,
            person=person.id if person is not None else None,
            simulate=where.name if where.simulated else None,
            treadmill=None if where.simulated else where.name,
            virtual_time=where.simulated and self._options.speedup is not None,
            speedup=self._options.speedup if where.simulated else None,
        )
        if (reason := why_not(options)) is not None:
            self.say(reason)
            return
        self.post_message(Chosen(options))

    def key_n(self) -> None:
        self.app.push_screen(PersonDialog(), self._added)

    def _added(self, person: str | None) -> None:
        if person is not None:
            self.fill_who(person)

    def say(self, text: str) -> None:
        self.about.update(Text(text))


def _row(facts: PlanFacts) -> str:
    name = facts.source if facts.week is not None else Path(facts.source).stem
    each = format_clock(facts.reverse_ms // facts.bouts) if facts.bouts else "-"
    return (
        f"{name:<10.12} {facts.step_ms // 60_000:>2} min  "
        f"{facts.bouts}x{each} at {format_number(facts.top_backward_ckmh)}"
    )
