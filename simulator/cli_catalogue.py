"""`treadmill-sim faults`, `quirks` and `scenario`: what can happen, and what will."""

from pathlib import Path

import click

from simulator.faults import listing
from simulator.machines import ftms_quirks
from simulator.scenario import load_scenario


@click.command()
def faults() -> None:
    """List every fault that can be injected, one line each."""
    for line in listing():
        click.echo(line)


@click.command()
def quirks() -> None:
    """List every quirk that an ftms machine can have, one line each."""
    for line in ftms_quirks.listing():
        click.echo(line)


@click.group(invoke_without_command=True)
@click.pass_context
def scenario(ctx: click.Context) -> None:
    """Work with scenario files."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@scenario.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Read FILE and report every problem in it, or what happens when."""
    found = load_scenario(file)
    click.echo(f"{file}: {found.name or 'no name'}, seed {found.seed}")
    for event in found.events:
        parameters = "".join(f" {key}={value}" for key, value in event.parameters.items())
        click.echo(f"{event.t_ms / 1000:10.3f} s  {event.fault}{parameters}")
