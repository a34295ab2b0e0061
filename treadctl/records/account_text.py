"""A session's account as plain lines, for a terminal, a screen reader or a note to a physio."""

from collections.abc import Iterator
from typing import Final

from treadctl.core.energy import Energy
from treadctl.records.account import Account, StepAccount
from treadctl.records.debrief import Debrief
from treadctl.units import counted, format_clock, format_number

_KINDS: Final = {
    "warmup": "Warm-up",
    "walk": "Walk",
    "reverse": "Backward",
    "rest": "Rest",
    "cooldown": "Cooldown",
}


def account_lines(
    account: Account, *, body_mass_g: int | None = None, debrief: Debrief | None = None
) -> Iterator[str]:
    """Everything a session came to, against its plan. Every line is printable text."""
    yield from plan_lines(account, body_mass_g=body_mass_g)
    yield from event_lines(account)
    if debrief is not None:
        yield from debrief_lines(debrief)


def plan_lines(account: Account, *, body_mass_g: int | None = None) -> Iterator[str]:
    """Planned against walked; nothing where the record does not say what was planned."""
    if not account.steps:
        return
    yield "       STEP                 PLANNED  UP TO        WALKED  MEAN        FASTEST"
    for step in account.steps:
        yield _step_line(step)
    yield from _totals(account)
    if body_mass_g is not None and account.effort.met_ms:
        yield energy_line(account.effort.energy(body_mass_g))


def energy_line(energy: Energy) -> str:
    """The estimate in words, with its doubt; two formulas rarely round to the same."""
    low, high = round(energy.low_kcal), round(energy.high_kcal)
    amount = f"{low}" if low == high else f"{low} to {high}"
    return (
        f"Energy: about {amount} kcal, give or take {energy.band_percent} %. An estimate, gross "
        "(it includes what resting would have cost); practice lowers it."
    )


def debrief_lines(debrief: Debrief) -> Iterator[str]:
    """What the person said."""
    said: list[str] = []
    if debrief.rpe is not None:
        said.append(f"effort {debrief.rpe} of 6-20")
    if debrief.pain is not None:
        before = "" if debrief.pain_before is None else f" ({debrief.pain_before} before)"
        said.append(f"pain {debrief.pain} of 10{before}")
    elif debrief.pain_before is not None:
        said.append(f"pain before {debrief.pain_before} of 10")
    if said:
        yield f"Debrief: {', '.join(said)}."
    for line in debrief.note.splitlines():
        yield f"Note: {printable(line)}"


def _step_line(step: StepAccount) -> str:
    name = printable(step.name or _KINDS.get(step.kind, step.kind))[:20]
    planned = format_clock(step.planned_ms)
    walked = format_clock(step.walked_ms)
    if step.is_rest:
        return f"   {step.number:>3} {name:<20} {planned:>7} {'':>10} {walked:>8}"
    at = f"{format_number(step.planned_ckmh):>5} km/h"
    if not step.walked_ms:
        return f"   {step.number:>3} {name:<20} {planned:>7} {at} {'not walked':>13}"
    mean = f"{format_number(step.mean_ckmh):>6} km/h"
    fastest = f"{format_number(step.peak_ckmh):>5} km/h"
    return f"   {step.number:>3} {name:<20} {planned:>7} {at} {walked:>8} {mean} {fastest}"


def _totals(account: Account) -> Iterator[str]:
    planned_ms = account.planned_backward_ms
    of = f" of {format_clock(planned_ms)} planned" if planned_ms else ""
    fastest = format_number(account.peak_backward_ckmh)
    yield f"Backward: {format_clock(account.backward_step_ms)}{of}, at most {fastest} km/h."
    fastest = format_number(account.peak_forward_ckmh)
    yield f"Forward: {format_clock(account.forward_ms)}, at most {fastest} km/h."
    bouts = sum(step.kind == "reverse" for step in account.steps)
    if account.kept_permille is not None:
        yield (
            f"Kept to the plan: {account.kept_permille // 10} % of its walking time, "
            f"{account.bouts_walked} of {counted(bouts, 'backward bout')}."
        )


def event_lines(account: Account) -> Iterator[str]:
    """Stops with their reasons, criteria that were noted, and marks."""
    summary = account.summary
    stops = summary.stops
    yield f"Stops: {len(stops)}." if stops else "Stops: none."
    for stop in stops:
        since_ms = max(0, stop.t_ms - summary.began_ms)
        yield f"   {format_clock(since_ms):>6}  {stop.code} {printable(stop.message)}"
    for criterion in summary.criteria:
        yield f"   noted: {printable(criterion)}"
    for t_ms, note in account.marks:
        yield f"   {format_clock(max(0, t_ms)):>6}  marked {printable(note)}".rstrip()


def printable(text: str) -> str:
    """*text* without what a terminal would obey: a record may come from anywhere."""
    return "".join(char if char.isprintable() else "?" for char in text[:500])
