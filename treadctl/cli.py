"""The command line. Subcommands are imported when they are used, so that `--help` is quick."""

import signal
import sys
import threading
from importlib import import_module
from types import FrameType
from typing import Any, Final

import click

from treadctl.cli_output import discard_stdout, stand_in_for_closed_streams, why_lost

OUTPUT_LOST: Final = 1
"""What was asked for could not be written: a full disk, a closed stream."""

_COMMANDS: Final = {
    "run": ("treadctl.cli_run", "run", "Run a session without a screen."),
    "tui": ("treadctl.cli_tui", "tui", "Lead a session, screen by screen."),
    "attach": (
        "treadctl.cli_attach",
        "attach_command",
        "Look on from a second terminal, and stop.",
    ),
    "plan": ("treadctl.cli_plan", "plan", "List, show and check plans."),
    "people": ("treadctl.cli_people", "people", "Who walks, and what they may."),
    "monitor": ("treadctl.cli_monitor", "monitor_command", "Watch a treadmill, never start it."),
    "devices": ("treadctl.cli_devices", "devices", "Find treadmills over Bluetooth."),
    "explain": ("treadctl.cli_explain", "explain_command", "What a code means, what a fault does."),
    "replay": ("treadctl.cli_replay", "replay_command", "Run a record through this very version."),
    "sessions": ("treadctl.cli_sessions", "sessions", "Look at the records of past sessions."),
}


_SIGNAL_CODES: Final = {signal.SIGINT: 130, signal.SIGTERM: 10, signal.SIGHUP: 10}
"""Before there is anything to stop; a run takes the signals over (safety.md 4.8.12)."""


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(_SIGNAL_CODES[signal.Signals(number)])


def _end_on_signals() -> None:
    if threading.current_thread() is not threading.main_thread():
        return  # somebody calls the command from a program of their own
    for number in _SIGNAL_CODES:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _end)


class LazyGroup(click.Group):
    """A group that knows its commands' names and first lines without importing them."""

    def main(self, *args: Any, **extra: Any) -> Any:
        stand_in_for_closed_streams()
        _end_on_signals()
        try:
            return super().main(*args, **extra)
        except OSError as error:
            # A reader that has gone is click's affair, and no error.
            discard_stdout()
            click.echo(f"treadctl: {why_lost(error)}: {error.filename or 'output'}", err=True)
            raise SystemExit(OUTPUT_LOST) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from treadctl.version import VERSION

    click.echo(f"treadctl {VERSION}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Software is not a protective device: the machine's own safety key must be
clipped to the person, always.

\b
docs/first-run.md walks through a first session, docs/exit-codes.md says what
each exit code means and what to do.
""",
)
@click.option(
    "--version",
    is_flag=True,
    callback=_print_version,
    expose_value=False,
    is_eager=True,
    help="Print the version and end.",
)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Drive a treadmill for a person who walks backward on it.

    Alone, on a terminal, it asks who walks, what and where (`treadctl tui`).

    \b
    See it work, without a treadmill:
      treadctl plan show novice-1
      treadctl run novice-1 --simulate woodway-us --virtual-time
    """
    if ctx.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        click.echo(ctx.get_help())
        return
    from treadctl.cli_tui import tui

    ctx.invoke(tui)
