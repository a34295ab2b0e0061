"""`treadctl run`: one guided session without a screen."""

import sys
from pathlib import Path

import click

from treadctl.cli_display import display_for
from treadctl.cli_errors import reporting_errors
from treadctl.cli_plan import config_option, mode_option, print_view
from treadctl.composition.plan_view import view_plan
from treadctl.composition.prepare import RunOptions, machines
from treadctl.composition.run import execute
from treadctl.core.exit_codes import ExitCode
from treadctl.model import Mode

EXIT_CODES = """\b
Exit codes: 0 completed, 2 usage, 3 plan invalid, 4 device not found, 5 refused by safety,
10 stopped by operator, 11 strap released, 12 emergency stop or other latched fault,
13 communication lost, 14 belt mismatch, 16 stop not confirmed (CHECK THE BELT),
130 interrupted."""


@click.command(epilog=EXIT_CODES)
@click.argument("plan")
@click.option("--treadmill", metavar="NAME", help="A treadmill declared in config.toml.")
@click.option(
    "--simulate",
    metavar="MACHINE",
    help=f"Start a simulated machine for this run: {', '.join(machines())}.",
)
@click.option(
    "--virtual-time",
    is_flag=True,
    help="With --simulate: turn the clock by hand; an hour takes seconds.",
)
@mode_option
@click.option(
    "--scenario",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --simulate: a TOML timeline of faults; see `treadmill-sim faults`.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=None,
    help="With --simulate: of all that is random. [default: 1]",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --simulate: append the physical truth, one JSON line per 50 ms.",
)
@click.option("--jsonl", is_flag=True, help="Print JSON lines (docs/jsonl.md).")
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the session's record into this directory instead of the user's state directory.",
)
@click.option("--dry-run", is_flag=True, help="Check the plan, show what would happen, and end.")
@click.option(
    "--control",
    type=click.Choice(["stdin"]),
    help='Take verbs as JSON lines, such as {"do": "stop"}; a latched stop then waits for '
    "reset or end.",
)
@config_option
@reporting_errors
def run(
    *,
    plan: str,
    treadmill: str | None,
    simulate: str | None,
    virtual_time: bool,
    mode: str,
    scenario: Path | None,
    seed: int | None,
    truth: Path | None,
    jsonl: bool,
    record: Path | None,
    dry_run: bool,
    control: str | None,
    config: Path | None,
) -> None:
    """Run PLAN: warm-up, reverse-walk intervals, cooldown.

    PLAN is a plan file or a built-in name (`treadctl plan list`). On a simulated machine every
    confirmation is automatic. On a real one a person gives them, at this terminal or as JSON
    lines with --control stdin, and says every minute that they are there.

    \b
    treadctl run novice-1 --simulate woodway-us --virtual-time
    treadctl run my-plan.yaml --treadmill left --control stdin --jsonl
    """
    if dry_run:
        view = view_plan(plan, Mode(mode), config)
        for problem in view.problems:
            click.echo(str(problem), err=True)
        if view.problems:
            raise SystemExit(int(ExitCode.PLAN_INVALID))
        print_view(view)
        return
    if (treadmill is None) == (simulate is None):
        raise click.UsageError("Give exactly one of --treadmill NAME and --simulate MACHINE.")
    only_simulated = {
        "--virtual-time": virtual_time,
        "--scenario": scenario is not None,
        "--seed": seed is not None,
        "--truth": truth is not None,
    }
    if simulate is None:
        for option, given in only_simulated.items():
            if given:
                raise click.UsageError(f"{option} goes with --simulate only.")
    terminal = simulate is None and control is None and sys.stdin.isatty()
    options = RunOptions(
        plan=plan,
        treadmill=treadmill,
        simulate=simulate,
        virtual_time=virtual_time,
        mode=Mode(mode),
        scenario=scenario,
        seed=1 if seed is None else seed,
        truth=truth,
        record=record,
        config=config,
        control=control is not None,
        terminal=terminal,
    )
    display = display_for(jsonl)
    try:
        code, path = execute(
            options,
            tell=(display.tell,),
            say=lambda text: click.echo(f"treadctl: {text}", err=True),
            stdin_fd=0 if terminal or control else None,
        )
    finally:
        display.close()
    if not jsonl:
        click.echo(f"Record: {path}", err=True)
    if code is ExitCode.STOP_NOT_CONFIRMED:
        click.echo("treadctl: CHECK THE BELT. Nothing has proved that it stands.", err=True)
    raise SystemExit(int(code))
