"""`treadctl tui`, and `treadctl` alone on a terminal. The screen is imported only here."""

import os
import sys
import time
from pathlib import Path

import click

from treadctl.cli_errors import reporting_errors
from treadctl.cli_options import (
    SimulateOption,
    config_option,
    heart_options,
    quiet_option,
    theme_option,
)
from treadctl.cli_output import Output
from treadctl.cli_terminal import require_terminal
from treadctl.composition.live import Launcher
from treadctl.composition.options import HeartWish, RunOptions
from treadctl.composition.signals import stop_signals
from treadctl.composition.speaker import sounding
from treadctl.core.exit_codes import ExitCode


@click.command("tui", epilog="Next: docs/first-run.md")
@click.argument("plan", required=False)
@click.option("--treadmill", metavar="NAME", help="The treadmill of that name in config.toml.")
@click.option("--simulate", cls=SimulateOption, metavar="MACHINE", help="A simulated machine:")
@click.option(
    "--speedup",
    type=click.IntRange(1, 60),
    metavar="N",
    help="With --simulate: time passes N times as fast while nobody is asked for anything.",
)
@click.option("--person", metavar="NAME", help="Who walks (`treadctl people list`).")
@heart_options
@theme_option
@click.option("--record", type=click.Path(path_type=Path), metavar="DIR", help="Where records go.")
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --simulate: what the belt really did.",
)
@click.option(
    "--plain",
    is_flag=True,
    help="A stream of lines instead of screens, for a screen reader. Needs PLAN.",
)
@quiet_option
@config_option
@reporting_errors
def tui(
    *,
    plan: str | None,
    treadmill: str | None,
    simulate: str | None,
    speedup: int | None,
    person: str | None,
    heart: HeartWish,
    theme: str | None,
    record: Path | None,
    truth: Path | None,
    plain: bool,
    quiet: bool,
    config: Path | None,
) -> None:
    """Lead a session at this terminal, screen by screen.

    Without PLAN, person or treadmill the first screen asks for them.

    Space, s, q, Enter and Esc stop whenever the belt may move, with --plain too. While it stands
    Enter answers what is asked. A start, a turn and a reset are Enter, a second, g; b says that
    the person is on the belt; after a stop r goes on; ? lists all keys.
    """
    if treadmill is not None and simulate is not None:
        raise click.UsageError("--treadmill and --simulate exclude each other.")
    if simulate is None and (speedup is not None or truth is not None):
        raise click.UsageError("--speedup and --truth go with --simulate only.")
    require_terminal("`treadctl run` works without one.")
    if plain and not (plan and (treadmill or simulate)):
        raise click.UsageError("--plain needs PLAN, and --treadmill NAME or --simulate MACHINE.")
    options = RunOptions(
        plan=plan or "",
        treadmill=treadmill,
        simulate=simulate,
        virtual_time=speedup is not None,
        speedup=speedup,
        truth=truth,
        record=record,
        config=config,
        person=person,
        heart=heart,
        screen=not plain,
        terminal=plain,
    )
    if plain:
        raise SystemExit(read_aloud(options))
    raise SystemExit(show(options, theme or "", quiet=quiet))


def read_aloud(options: RunOptions) -> int:
    """The same session as lines: what happens, what is asked, and which key answers."""
    from treadctl.cli_display import PlainLines
    from treadctl.composition.run import execute

    lines = PlainLines(Output(1, encoding=sys.stdout.encoding or "utf-8"))
    messages = Output(2, encoding=sys.stderr.encoding or "utf-8")
    try:
        code, path = execute(
            options,
            tell=(lines.tell,),
            say=lambda text: messages.write(f"treadctl: {text}\n"),
            stdin_fd=0,
        )
    finally:
        lines.close()
    messages.write(f"treadctl: the record is {path}\n")
    if code is ExitCode.STOP_NOT_CONFIRMED:
        messages.write("treadctl: CHECK THE BELT. Nothing has proved that it stands.\n")
    messages.close()
    return int(code)


def show(options: RunOptions, theme: str, *, quiet: bool) -> int:
    """Run the screen until somebody leaves, and the belt stands."""
    # Single bytes for single keys: a stop that is an escape sequence can arrive in two pieces.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    from treadctl.tui.app import TreadctlApp
    from treadctl.tui.driver import StopDriver

    with stop_signals() as signals, sounding(quiet=quiet) as sound:
        launcher = Launcher(signals)
        app = TreadctlApp(
            launcher, now_ms, options=options, theme_name=theme, driver_class=StopDriver
        )
        app.sound = sound
        try:
            code = app.run()
        finally:
            # However the screen ended, nobody looks on any more.
            if app.desk is not None:
                app.desk.ask("hang_up")
            ended = launcher.wait()
    if ended is None:
        return code or 0
    # A closed window takes no last words, and that is no error.
    messages = Output(2, encoding=sys.stderr.encoding or "utf-8")
    if ended.why:
        messages.write(f"treadctl: {ended.why}\n")
    elif ended.record is not None:
        messages.write(f"treadctl: the record is {ended.record}\n")
    if ended.code is ExitCode.STOP_NOT_CONFIRMED:
        messages.write("treadctl: CHECK THE BELT. Nothing has proved that it stands.\n")
    messages.close()
    return int(ended.code)


def now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
