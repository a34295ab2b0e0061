"""`treadctl attach`: the running view on a second terminal, and the spotter's key."""

import os
import sys
import time
from contextlib import ExitStack

import click

from treadctl import paths
from treadctl.cli_display import PlainLines
from treadctl.cli_errors import reporting_errors
from treadctl.cli_options import quiet_option, theme_option
from treadctl.cli_output import Output
from treadctl.cli_terminal import require_terminal
from treadctl.composition.speaker import Silence
from treadctl.composition.spotter.client import AttachedDesk, attach
from treadctl.core.exit_codes import ExitCode


@click.command("attach", epilog="Next: docs/first-run.md")
@click.argument("treadmill", required=False)
@theme_option
@click.option("--plain", is_flag=True, help="A stream of lines instead of a screen.")
@quiet_option
@reporting_errors
def attach_command(*, treadmill: str | None, theme: str | None, plain: bool, quiet: bool) -> None:
    """Look on at the session that runs on this computer, and stop it if need be.

    Read-only plus STOP: space, `s`, `q`, Enter, Esc or ctrl-c stop the belt; nothing else can be
    asked for from here. ctrl-q leaves the view, and the session goes on. TREADMILL says which
    session where there are several.
    """
    require_terminal("A view without a stop key is none.")
    desk = attach(paths.runtime_dir(), treadmill)
    try:
        if plain:
            _tell(desk)
        else:
            _show(desk, theme or "", quiet=quiet)
    finally:
        seen, lost = desk.seen, desk.lost
        desk.close()
    if lost is None:
        return
    messages = Output(2, encoding=sys.stderr.encoding or "utf-8")
    messages.write(f"treadctl: {lost[:1].upper()}{lost[1:]}.\n")
    if seen is None or seen.report is None or not seen.report.standstill:
        messages.write("treadctl: CHECK THE BELT. Nothing has proved that it stands.\n")
        messages.close()
        raise SystemExit(int(ExitCode.STOP_NOT_CONFIRMED))
    messages.close()


def _show(desk: AttachedDesk, theme: str, *, quiet: bool) -> None:
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    from treadctl.tui.attach_app import AttachApp
    from treadctl.tui.driver import StopDriver

    app = AttachApp(desk, _now_ms, theme_name=theme, driver_class=StopDriver)
    # The voice speaks beside the treadmill, where the session is led; here is the bell alone.
    app.sound = Silence(rings=not quiet)
    app.run()


def _tell(desk: AttachedDesk) -> None:
    from treadctl.composition.spotter.listening import listen

    with ExitStack() as stack:
        lines = PlainLines(Output(1, encoding=sys.stdout.encoding or "utf-8", patient=False))
        messages = Output(2, encoding=sys.stderr.encoding or "utf-8")
        stack.callback(messages.close)
        stack.callback(lines.close)
        listen(desk, lines.tell, lambda text: messages.write(f"treadctl: {text}\n"), 0)


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
