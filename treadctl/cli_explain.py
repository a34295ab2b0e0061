"""`treadctl explain`: what a code means, and what happens when something goes wrong."""

import json
import shutil
import textwrap
from collections.abc import Iterator
from typing import Any, Final

import click

from treadctl.cli_errors import reporting_errors
from treadctl.composition.disturbances import DISTURBANCES
from treadctl.composition.explained_json import explained_json, lists_json, timeline_json
from treadctl.composition.explanations import Explained, everything, explained
from treadctl.composition.timeline import Timeline, timeline
from treadctl.composition.timeline_question import (
    MACHINES,
    PLACES,
    Question,
    machine_class_named,
)
from treadctl.units import ckmh_from_kmh, format_speed

_WIDE: Final = 110
_NARROW: Final = 72
_NUMBERS: Final = "      TOLD  EXPECTED      BELT"


def _speed(ctx: click.Context, param: click.Parameter, value: float | None) -> int | None:
    if value is None:
        return None
    try:
        return ckmh_from_kmh(value)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter("give km/h, with at most two decimals") from error


@click.command("explain")
@click.argument("word", metavar="[CODE|CAUSE]", required=False)
@click.option("--fault", metavar="FAULT", help="What happens: strap-pull, core-killed, ...")
@click.option("--at", "place", metavar="STATE", help="Where in a session: reverse, rest, ...")
@click.option(
    "--speed-kmh",
    "speed_ckmh",
    metavar="KM/H",
    type=float,
    callback=_speed,
    help="How fast the person walks there.",
)
@click.option(
    "--machine",
    type=click.Choice(MACHINES),
    default=MACHINES[0],
    show_default=True,
    help="Which kind of treadmill.",
)
@click.option(
    "--machine-class",
    type=click.Choice(["A", "B", "C"]),
    default="A",
    show_default=True,
    help="What it does when its host falls silent: A stops within a second, B when its link "
    "is lost, C keeps running.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@reporting_errors
def explain_command(
    word: str | None,
    fault: str | None,
    place: str | None,
    speed_ckmh: int | None,
    machine: str,
    machine_class: str,
    as_json: bool,
) -> None:
    """Say what a code means, or what happens when something goes wrong.

    Alone it lists every code, every fault and every state it knows.

    \b
      treadctl explain F-016          a code, as it is told with a stop or a refusal
      treadctl explain strap_open     the same by its name in records and JSON
    \b
      treadctl explain --fault strap-pull --at reverse --speed-kmh 2.5
      treadctl explain --fault link-drop --at reverse --machine-class C

    With --fault it lets that happen to a session of this very version, in virtual time: what
    the gate finds, what the treadmill is told, how fast the belt is, what is latched, and what
    it takes to go on. Nothing is connected to, and nothing moves.
    """
    if word is not None and (fault or place):
        raise click.UsageError("Either a code or a fault, not both.")
    if (fault is None) is not (place is None):
        raise click.UsageError("--fault and --at belong together.")
    if fault is not None and place is not None:
        question = Question(fault, place, speed_ckmh, machine, machine_class_named(machine_class))
        found = timeline(question)
        _print(timeline_json(found), _timeline_lines(found), as_json)
    elif word is not None:
        one = explained(word)
        _print(explained_json(one), _explained_lines(one), as_json)
    else:
        _print(lists_json(), _list_lines(), as_json)


def _print(as_data: Any, lines: Iterator[str], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(as_data, indent=1))
        return
    for line in lines:
        click.echo(line)


def _explained_lines(found: Explained) -> Iterator[str]:
    explanation = found.explanation
    yield f"{explanation.code} {explanation.cause}"
    yield ""
    yield from _wrapped(explanation.sentence)
    yield from _labelled("do", explanation.action)
    yield from _labelled("belt", f"{explanation.reaction.word}: {explanation.belt}")
    yield from _numbered("to go on", explanation.to_go_on)
    if found.exit_code is not None:
        yield from _labelled(
            "exit code", f"{int(found.exit_code)}; 16 where nothing proves that the belt stands"
        )
    requirement = explanation.requirement
    yield from _labelled("from", f"{requirement.id} {requirement.sentence}")
    for number, hazard in enumerate(explanation.hazards):
        yield from _labelled("against" if number == 0 else "", f"{hazard.id} {hazard.sentence}")
    for fault in found.faults:
        where = DISTURBANCES[fault].shown_at
        yield from _labelled("see it", f"treadctl explain --fault {fault} --at {where}")


def _list_lines() -> Iterator[str]:
    yield "CODE   CAUSE                 STRONGEST   MEANING"
    for each in everything():
        told = each.explanation
        yield (f"{told.code}  {told.cause:<20}  {told.reaction.word:<10}  {told.sentence}").rstrip()
    yield ""
    yield "FAULT (--fault)"
    for fault in DISTURBANCES.values():
        only = f" Only with --machine {fault.machine}." if fault.machine else ""
        yield f"  {fault.name:<18}  {fault.sentence}{only}"
    yield ""
    yield "STATE (--at)"
    for name, place in PLACES.items():
        yield f"  {name:<18}  {place.sentence}"


def _timeline_lines(found: Timeline) -> Iterator[str]:
    question = found.question
    place = question.place.sentence
    speed = f" at {format_speed(found.speed_ckmh)}" if found.speed_ckmh else ""
    yield f"{question.fault} {place}{speed}, on a {question.machine} of class " + (
        question.machine_class.value
    )
    yield ""
    width = max(_NARROW, min(_WIDE, shutil.get_terminal_size().columns - 1)) - len(_NUMBERS)
    text_width = width - 10
    yield f"{'TIME':>8}  {'WHAT HAPPENS':<{text_width}}{_NUMBERS}"
    for moment in found.moments:
        first, *rest = textwrap.wrap(moment.text, text_width)
        numbers = "".join(
            f"{ckmh / 100:>10.2f}"
            for ckmh in (moment.commanded_ckmh, moment.expected_ckmh, moment.belt_ckmh)
        )
        yield f"{moment.t_ms / 1_000:>+8.3f}  {first:<{text_width}}{numbers}"
        for line in rest:
            yield f"{'':>10}{line}"
    yield ""
    yield from _wrapped(_sums(found))
    yield from _numbered("to go on", found.to_go_on)
    if question.disturbance.note:
        yield from _labelled("note", question.disturbance.note)
    yield from _labelled(
        "computed",
        "by the session, gate and kernel of this version, on a belt that ramps by 2.0 km/h per "
        "second. Speeds are km/h: what the machine was told, what the gate expects, what the "
        "belt does. What happens, happens just after a tick, as far from the next as can be; a "
        "strap that opens wakes a real gate at once.",
    )


def _sums(found: Timeline) -> str:
    said = []
    if found.first_stop_ms is not None:
        said.append(f"The first stop frame leaves after {found.first_stop_ms / 1_000:.2f} s.")
    if found.standstill_ms is not None:
        said.append(
            f"The belt stands after {found.standstill_ms / 1_000:.1f} s; until then "
            f"{found.stopping_mm / 1_000:.2f} m of it run past."
        )
    elif found.moments[-1].belt_ckmh:
        said.append(f"After {found.watched_ms / 1_000:.0f} s the belt runs.")
    if found.proved_ms is not None:
        said.append(f"That it stands is proved after {found.proved_ms / 1_000:.1f} s.")
    if found.exit_code is not None:
        said.append(f"A run that nobody resets ends with exit code {int(found.exit_code)}.")
    elif len(found.moments) == 1:
        said.append(f"Nothing follows within {found.watched_ms / 1_000:.0f} s.")
    return " ".join(said)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _NARROW + 10)


def _numbered(label: str, texts: tuple[str, ...]) -> Iterator[str]:
    for number, text in enumerate(texts, 1):
        yield from _labelled(label if number == 1 else "", f"{number}. {text}", indent=3)


def _labelled(label: str, text: str, *, indent: int = 0) -> list[str]:
    if not text:
        return []
    return textwrap.wrap(
        text, _NARROW + 10, initial_indent=f"{label:<10} ", subsequent_indent=" " * (11 + indent)
    )
