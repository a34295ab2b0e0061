"""`treadctl plan list|show|check`."""

import json
from pathlib import Path
from typing import Any

import click

from treadctl.cli_chart import Point, chart, chart_width
from treadctl.cli_errors import reporting_errors
from treadctl.cli_options import config_option
from treadctl.composition.plan_view import PlanView, view_plan
from treadctl.core.builtin_plans import WEEKS
from treadctl.core.exit_codes import ExitCode
from treadctl.core.plan_facts import builtin_facts
from treadctl.core.profile import Profile
from treadctl.model import Mode
from treadctl.units import counted, format_clock, format_minutes, format_speed

_MODES = tuple(mode.value for mode in Mode)

mode_option = click.option(
    "--mode",
    type=click.Choice(_MODES),
    default=Mode.TURN_AROUND.value,
    show_default=True,
    help="turn-around: the person turns, the belt keeps its direction (every treadmill). "
    "belt-reverse: the belt turns (woodway-us only).",
)


@click.group("plan")
def plan() -> None:
    """Look at plans before anybody walks them."""


@plan.command("list")
@click.option(
    "--profile",
    type=click.Choice([profile.value for profile in Profile]),
    help="Only the plans for such people.",
)
@click.option("--week", type=click.IntRange(1, WEEKS), help="Only the plans of this week.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(profile: str | None, week: int | None, as_json: bool) -> None:
    """List the built-in plans: four profiles, six weeks each."""
    rows: list[dict[str, Any]] = [
        {
            "name": facts.source,
            "title": facts.title,
            "minutes": round(facts.step_ms / 60_000, 1),
            "bouts": facts.bouts,
            "backward_minutes": round(facts.reverse_ms / 60_000, 1),
            "top_backward_kmh": facts.top_backward_ckmh / 100,
        }
        for facts in builtin_facts(Profile(profile) if profile else None, week)
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    click.echo(
        f"{'NAME':<11} {'TITLE':<30} {'STEP TIME':>9} {'BOUTS':>5} {'BACKWARD':>9} {'AT':>9}"
    )
    for row in rows:
        click.echo(
            f"{row['name']:<11} {row['title']:<30} {row['minutes']:>5} min {row['bouts']:>5} "
            f"{row['backward_minutes']:>5} min {row['top_backward_kmh']:>4} km/h"
        )
    click.echo("\n`treadctl plan show NAME` draws one. Your own plans are files: docs/plans.md.")


@plan.command("check")
@click.argument("plans", nargs=-1, required=True)
@mode_option
@config_option
@reporting_errors
def check_command(plans: tuple[str, ...], mode: str, config: Path | None) -> None:
    """Check plan files against every limit, and say all that is wrong, line by line.

    Exit code 3 if any of them may not be walked.
    """
    failed = False
    for name in plans:
        view = view_plan(name, Mode(mode), config, run=False)
        for problem in view.problems:
            click.echo(str(problem), err=True)
        failed = failed or bool(view.problems)
        if not view.problems:
            click.echo(f"{name}: may be walked in {mode} mode.")
    if failed:
        raise SystemExit(int(ExitCode.PLAN_INVALID))


@plan.command("show")
@click.argument("name", metavar="PLAN")
@mode_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the timeline as JSON.")
@click.option("--brief", is_flag=True, help="List the steps only, not every speed command.")
@reporting_errors
def show_command(name: str, mode: str, config: Path | None, as_json: bool, brief: bool) -> None:
    """Show what the belt would be told, second by second, and draw it.

    The timeline is computed by running the session and the safety kernel on virtual time
    against a treadmill that obeys at once. PLAN is a file or a built-in name.
    """
    show_view(view_plan(name, Mode(mode), config), as_json=as_json, brief=brief)


def show_view(view: PlanView, *, as_json: bool = False, brief: bool = False) -> None:
    """Print a plan: chart, timeline, totals; or everything that keeps it from being walked."""
    preview, programme = view.preview, view.programme
    if view.problems or preview is None:
        for problem in view.problems:
            click.echo(str(problem), err=True)
        raise SystemExit(int(ExitCode.PLAN_INVALID))
    if as_json:
        click.echo(json.dumps(view.to_json(), indent=1))
        return
    click.echo(f"{programme.title}  ({view.name}, {view.mode.value}, {view.machine})\n")
    for note in view.notes:
        click.echo(note)
    points = [Point(m.t_ms, m.commanded_ckmh, m.gait == "backward") for m in preview.moments]
    for line in chart(points, preview.duration_ms, chart_width()):
        click.echo(line)
    click.echo("\n   TIME  STATE             STEP                       COMMANDED  WALKING")
    before = None
    for moment in preview.moments:
        key = (moment.state, moment.step)
        if brief and key == before:
            continue
        before = key
        walking = moment.gait if moment.commanded_ckmh else ""
        click.echo(
            f"{format_clock(moment.t_ms):>7}  {moment.state.replace('_', ' '):<16}  "
            f"{moment.step:>2} {moment.step_name:<22}  {format_speed(moment.commanded_ckmh):>10}"
            f"  {walking}".rstrip()
        )
    click.echo(
        f"\nIn all {format_clock(preview.duration_ms)}, of which "
        f"{format_minutes(programme.reverse_ms)} backward in "
        f"{counted(len(programme.bouts), 'bout')}. "
        f"Peak forward {format_speed(preview.peak_forward_ckmh)}, backward "
        f"{format_speed(preview.peak_backward_ckmh)}."
    )
    for refusal in preview.refusals:
        click.echo(f"The gate would refuse: {refusal}")
