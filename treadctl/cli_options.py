"""Options that several commands share, in a module that costs nothing to import."""

from pathlib import Path

import click

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Another config.toml than the one in the user's configuration directory.",
)

theme_option = click.option(
    "--theme", type=click.Choice(["treadctl", "high-contrast", "monochrome"]), help="The look."
)
