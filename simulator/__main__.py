"""`treadmill-sim`: a simulated treadmill for whoever has none.

A command of its own, so that nobody takes it for `treadctl` or a simulation for a machine
(SR-57). Exit codes: 0 ended as asked, 1 the output could not be written, 2 usage or scenario,
4 something could not be opened.
"""

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

import click

PROGRAM: Final = "treadmill-sim"
OUTPUT_LOST: Final = 1
USAGE: Final = 2
CANNOT_OPEN: Final = 4

_COMMANDS: Final = {
    "serve": "simulator.cli_serve:serve",
    "lockstep": "simulator.cli_lockstep:lockstep",
    "faults": "simulator.cli_catalogue:faults",
    "quirks": "simulator.cli_catalogue:quirks",
    "scenario": "simulator.cli_catalogue:scenario",
}
"""Imported when asked for: `faults` needs no sockets and `--version` needs nothing."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        where = _COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, attribute = where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


def _show_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"{PROGRAM} {version('treadctl')}")
    except PackageNotFoundError:
        click.echo(f"{PROGRAM}, from a source tree that is not installed")
    ctx.exit()


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Try it:
  treadmill-sim serve --machine woodway-us --pty
  treadmill-sim serve --machine trackmaster --rfc2217 127.0.0.1:2217 --truth truth.jsonl
  treadmill-sim faults

docs/simulator.md has the truth format, scenarios and everything else.""",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A SIMULATED treadmill on a real wire.

    It answers byte by byte like the machine it is named after, has a belt with mass, a person
    on it and a strap, and breaks when told to. No real belt moves. The program that drives
    treadmills, real ones and this one, is treadctl.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    _stand_in_for_closed_streams()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Return the exit code. Every error a person can cause is a line on stderr, no traceback."""
    # Imported here for the same reason as the commands.
    from simulator.errors import SimulatorError
    from simulator.servers.errors import CannotOpen

    try:
        code = cli.main(list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except click.UsageError as error:
        command = PROGRAM if error.ctx is None else error.ctx.command_path
        return _fail(f"{error.format_message().rstrip('.')}. See `{command} --help`", USAGE)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except click.Abort:
        return _fail("interrupted before it was ready", USAGE)
    except CannotOpen as error:
        return _fail(str(error), CANNOT_OPEN)
    except SimulatorError as error:
        return _fail(str(error), USAGE)
    except BrokenPipeError:
        _discard_stdout()  # whoever read us is gone
        return USAGE
    except OSError as error:
        _discard_stdout()
        why = "it is closed" if error.errno == errno.EBADF else error.strerror or str(error)
        return _fail(f"{why}: {error.filename or 'output'}", OUTPUT_LOST)
    return code if isinstance(code, int) else 0


def _stand_in_for_closed_streams() -> None:
    """Or the next file that is opened would become somebody's standard output."""
    for fd in (0, 1, 2):
        try:
            os.fstat(fd)
        except OSError:
            # Takes the lowest free one: this. Stdout may not be written to: what is said there
            # would be lost, and a port that nobody is told of is of no use.
            os.open(os.devnull, os.O_RDONLY if fd == 1 else os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)


def _discard_stdout() -> None:
    """Python would write what is left, and complain once more, while it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _fail(message: str, code: int) -> int:
    for line in message.splitlines():
        click.echo(f"{PROGRAM}: {line}", err=True)
    return code


if __name__ == "__main__":
    main()
