"""Who walks, what, and where. Nothing is opened and nothing moves before all three are chosen.

The screen is there before what it lists: reading people, plans and treadmills takes half of what
the program consists of, which a thread imports while the lists are still empty.
"""

from asyncio import sleep
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from treadctl.composition import live
from treadctl.composition.options import RunOptions
from treadctl.core.programme import Step
from treadctl.errors import UserFileError
from treadctl.tui.drawn import Profile as Drawn
from treadctl.tui.messages import Chosen, Found, Located
from treadctl.tui.widgets.profile_chart import ProfileChart
from treadctl.units import format_clock, format_number

if TYPE_CHECKING:
    from treadctl.composition.treadmills import Where
    from treadctl.core.plan_facts import PlanFacts
    from treadctl.core.profile import Profile
    from treadctl.errors import Problem
    from treadctl.people.person import Person

READING = "Reading people, plans and treadmills ..."
NOBODY = "without a name"
HINT = "Enter: take it and go on   Tab, arrows: move   n: new person   ctrl+q: leave"


class StartScreen(Screen[None]):
    def __init__(self, options: RunOptions) -> None:
        super().__init__()
        self._options = options
        self._persons: tuple[Person, ...] = ()
        self._plans: list[PlanFacts] = []
        self._wheres: tuple[Where, ...] = ()
        self._wrong = ""
        """What is the matter with somebody's file."""
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
                ("2 WHAT: time, backward, km/h", self.what),
                ("3 WHERE", self.where),
            ):
                with Vertical(classes=f"picker -{picker.id}"):
                    yield Static(heading, classes="picker-heading")
                    yield picker
        yield self.chart
        yield self.about
        yield self.hint

    def on_mount(self) -> None:
        self.say(READING)
        self.who.focus()
        self.call_after_refresh(self.run_worker, self.read, thread=True)

    def read(self) -> None:
        """In a thread: everything that the lists hold, what is chosen first before the rest."""
        from treadctl.composition.front_desk import everybody

        self.post_message(Found(*everybody()))
        from treadctl.composition.treadmills import everywhere

        try:
            self.post_message(Located(everywhere(self._options.config), ""))
        except UserFileError as error:
            self.post_message(Located((), str(error.problems[0])))

    @on(Found)
    def found(self, message: Found) -> None:
        self.fill_who(message.persons, message.problems)

    @on(Located)
    def located(self, message: Located) -> None:
        wheres = self._wheres = message.wheres
        if message.wrong:
            self._wrong = message.wrong
            self.say(message.wrong)
        for where in wheres:
            mark = "SIMULATED " if where.simulated else ""
            refused = "  not driven" if where.refused else ""
            self.where.add_option(Option(f"{mark}{where.name}{refused}"))
        wanted = self._options.treadmill or self._options.simulate
        names = [where.name for where in wheres]
        self.where.highlighted = names.index(wanted) if wanted in names else 0 if names else None
        self.call_after_refresh(self.run_worker, live.warm_up, thread=True)

    def fill_who(
        self, persons: "tuple[Person, ...]", problems: "tuple[Problem, ...]", wanted: str = ""
    ) -> None:
        """Everybody, and nobody in particular."""
        self._persons = persons
        self.who.clear_options()
        self.who.add_options([Option(person.name) for person in persons])
        self.who.add_option(Option(NOBODY))
        ids = [person.id for person in persons]
        wanted = wanted or self._options.person or ""
        self._wrong = str(problems[0]) if problems else ""
        self.who.highlighted = ids.index(wanted) if wanted in ids else 0

    @property
    def person(self) -> "Person | None":
        index = self.who.highlighted
        return self._persons[index] if index is not None and index < len(self._persons) else None

    @property
    def plan(self) -> "PlanFacts | None":
        index = self.what.highlighted
        return self._plans[index] if index is not None and index < len(self._plans) else None

    @on(OptionList.OptionHighlighted, "#who")
    def show_plans(self) -> None:
        """The plans for this person, with what is advised marked."""
        person = self.person
        advice = self.advice_for(person) if person is not None else ()
        self.say("\n".join(advice[:3]) or self._wrong)
        self._plans.clear()
        self.what.clear_options()
        plans = self.plans_for(person.profile if person is not None else None)
        self._add_plan(next(plans), advice)
        self.run_worker(self._add_plans(plans, advice), exclusive=True)

    def advice_for(self, person: "Person") -> tuple[str, ...]:
        from treadctl.composition.afterwards import advice_for

        return advice_for(person.id, simulated=True)

    def plans_for(self, profile: "Profile | None") -> "Iterator[PlanFacts]":
        from treadctl.composition.front_desk import plans_for

        return plans_for(profile)

    async def _add_plans(self, plans: "Iterator[PlanFacts]", advice: tuple[str, ...]) -> None:
        for facts in plans:
            self._add_plan(facts, advice)
            await sleep(0)  # keys and drawing come first

    def _add_plan(self, facts: "PlanFacts", advice: tuple[str, ...]) -> None:
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
        from treadctl.composition.plan_view import why_not

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
        from treadctl.tui.screens.person_dialog import PersonDialog

        self.app.push_screen(PersonDialog(), self._added)

    def _added(self, person: str | None) -> None:
        from treadctl.composition.front_desk import everybody

        if person is not None:
            self.fill_who(*everybody(), person)

    def say(self, text: str) -> None:
        self.about.update(Text(text))


def _row(facts: "PlanFacts") -> str:
    name = facts.source if facts.week is not None else Path(facts.source).stem
    each = format_clock(facts.reverse_ms // facts.bouts) if facts.bouts else "-"
    return (
        f"{name:<10.12} {facts.step_ms // 60_000:>2} min  "
        f"{facts.bouts}x{each} at {format_number(facts.top_backward_ckmh)}"
    )
