"""`treadctl run`: one guided session without a screen."""

import sys
from pathlib import Path

import click

from treadctl.cli_display import display_for, erase_for
from treadctl.cli_errors import fault, reporting_errors
from treadctl.cli_options import config_option, heart_options
from treadctl.cli_output import Output
from treadctl.cli_plan import mode_option, show_view
from treadctl.composition.conditions import machines
from treadctl.composition.options import HeartWish, RunOptions
from treadctl.composition.plan_view import view_run
from treadctl.composition.run import execute
from treadctl.core.exit_codes import ExitCode
from treadctl.model import Mode

EXIT_CODES = """\b
Exit codes (docs/exit-codes.md says what to do about each):
  0 completed                   11 strap released
  1 --dry-run: output lost      12 emergency stop or other latched stop
  2 wrong use, bad config       13 communication lost
  3 plan may not be walked      14 the belt did not do as it was told
  4 treadmill not found         15 the heart rate ended the walking
  5 refused by safety           16 stop not confirmed: CHECK THE BELT
 10 stopped by the operator    130 interrupted (ctrl-c)

\b
Ctrl-c stops the belt and ends the run once it stands; a second one asks for the
strongest stop the machine has. Closing the output ends the telling, not the run.

\b
Next: treadctl plan list, treadmill-sim faults, docs/first-run.md
"""


@click.command(epilog=EXIT_CODES, context_settings={"max_content_width": 100})
@click.argument("plan")
@click.option(
    "--treadmill",
    metavar="NAME",
    help="A treadmill declared in config.toml (docs/configuration.md).",
)
@click.option(
    "--simulate",
    metavar="MACHINE",
    help=f"Start a simulated machine for this run: {', '.join(machines())}.",
)
@click.option(
    "--person",
    metavar="NAME",
    help="Who walks: their limits apply and the record says so (`treadctl people list`).",
)
@click.option(
    "--virtual-time",
    is_flag=True,
    help="With --simulate: turn the clock by hand; an hour takes seconds.",
)
@heart_options
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
    metavar="N",
    help="With --simulate: of all that is random; the same seed gives the same run. [default: 1]",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --simulate: append the physical truth, one JSON line per 50 ms.",
)
@click.option(
    "--quirk",
    "quirks",
    multiple=True,
    metavar="NAME",
    help="With --simulate ftms: how it differs from the text; see `treadmill-sim quirks`. "
    "Repeatable.",
)
@click.option("--jsonl", is_flag=True, help="Print every event as a line of JSON (docs/jsonl.md).")
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the session's record into this directory instead of the user's state directory "
    "(`treadctl sessions list`).",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Check everything that can be checked without a machine, show the timeline, and end.",
)
@click.option(
    "--control",
    type=click.Choice(["stdin"]),
    metavar="stdin",
    help='Take verbs as JSON lines on stdin, such as {"do": "stop"} (docs/jsonl.md). A latched '
    "stop then waits for reset or end; the end of stdin ends the waiting.",
)
@config_option
@reporting_errors
def run(
    *,
    plan: str,
    treadmill: str | None,
    simulate: str | None,
    person: str | None,
    virtual_time: bool,
    heart: HeartWish,
    mode: str,
    scenario: Path | None,
    seed: int | None,
    truth: Path | None,
    quirks: tuple[str, ...],
    jsonl: bool,
    record: Path | None,
    dry_run: bool,
    control: str | None,
    config: Path | None,
) -> None:
    """Run PLAN: warm-up, reverse-walk intervals, cooldown.

    PLAN is a plan file or a built-in name (`treadctl plan list`). On a simulated machine every
    confirmation is automatic. On a real one a person gives them, at this terminal or as JSON
    lines with --control stdin, and shows every minute that they are there.

    At a terminal space, s, q, Enter and Esc stop whenever the belt may move. While it stands
    Enter answers what is asked. A start, a turn and a reset are Enter, a second, g; b says that
    the person is on the belt; after a stop r goes on; ? lists all keys.

    \b
    Examples:
      treadctl run novice-1 --simulate woodway-us --virtual-time
      treadctl run my-plan.yaml --treadmill left --dry-run
      treadctl run my-plan.yaml --treadmill left --person anna
      treadctl run my-plan.yaml --treadmill left --control stdin --jsonl < verbs.jsonl
    """
    _check_usage(
        plan,
        treadmill,
        simulate,
        dry_run,
        {
            "--virtual-time": virtual_time,
            "--scenario": scenario is not None,
            "--seed": seed is not None,
            "--truth": truth is not None,
            "--quirk": bool(quirks),
        },
    )
    terminal = simulate is None and control is None and sys.stdin.isatty()
    options = RunOptions(
        plan=plan,
        treadmill=treadmill,
        simulate=simulate,
        person=person,
        virtual_time=virtual_time,
        heart=heart,
        mode=Mode(mode),
        scenario=scenario,
        seed=1 if seed is None else seed,
        truth=truth,
        quirks=quirks,
        record=record,
        config=config,
        control=control is not None,
        terminal=terminal,
    )
    if dry_run:
        show_view(view_run(options))
        return
    display = display_for(jsonl, patient=virtual_time)
    messages = Output(2, encoding=sys.stderr.encoding or "utf-8", patient=virtual_time)

    def say(text: str) -> None:
        messages.write(f"{erase_for(sys.stderr)}treadctl: {text}\n")

    try:
        code, path = execute(
            options,
            tell=(display.tell,),
            say=say,
            stdin_fd=0 if terminal or control else None,
        )
    except OSError as error:
        raise fault(error) from error  # our own output never raises
    finally:
        if trouble := display.close():
            say(trouble)
    if not jsonl:
        say(f"the record is {path}")
        if person is not None and code is not ExitCode.STOP_NOT_CONFIRMED:
            which = path if record is not None else path.stem
            say(f"How was it? treadctl sessions debrief {which} --rpe 6-20 --pain 0-10")
    if code is ExitCode.STOP_NOT_CONFIRMED:
        say("CHECK THE BELT. Nothing has proved that it stands.")
    messages.close()
    raise SystemExit(int(code))


def _check_usage(
    plan: str,
    treadmill: str | None,
    simulate: str | None,
    dry_run: bool,
    only_simulated: dict[str, bool],
) -> None:
    if not plan:
        raise click.UsageError("PLAN is empty. `treadctl plan list` names the built-in plans.")
    if treadmill is not None and simulate is not None:
        raise click.UsageError("--treadmill and --simulate exclude each other.")
    if treadmill is None and simulate is None and not dry_run:
        raise click.UsageError(
            "Say where: --simulate MACHINE for a simulated treadmill, --treadmill NAME for one "
            "that config.toml declares."
        )
    if simulate is None:
        for option, given in only_simulated.items():
            if given:
                raise click.UsageError(f"{option} goes with --simulate only.")
