"""Options that several commands share, in a module that costs nothing to import."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click


class SimulateOption(click.Option):
    """Knows the machines only when somebody asks for help: they come with every protocol."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from treadctl.composition.conditions import machines

        before = self.help
        self.help = f"{before} {', '.join(machines())}."
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = before


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Another config.toml than the one in the user's configuration directory.",
)

quiet_option = click.option(
    "--quiet", is_flag=True, help="Neither the terminal's bell nor a spoken voice."
)

theme_option = click.option(
    "--theme", type=click.Choice(["treadctl", "high-contrast", "monochrome"]), help="The look."
)

_HEART_OPTIONS = (
    click.option(
        "--heart-rate",
        metavar="ADDRESS|machine|none",
        default="",
        help="Watch the heart rate: a Bluetooth sensor's address, or `machine` where the treadmill "
        "reports one, or in virtual time the simulated person's own. `none` overrides config.toml.",
    ),
    click.option(
        "--hr-limit",
        type=click.IntRange(40, 220),
        metavar="BPM",
        help="With --heart-rate: a lower limit than the person's own, or one where nobody is "
        "named.",
    ),
    click.option(
        "--hr-guard",
        is_flag=True,
        help="With --heart-rate: walk only while there is one. A minute without it ends the "
        "walking.",
    ),
)


def heart_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a heart rate; *command* gets them as one `HeartWish`, called `heart`."""

    @wraps(command)
    def with_heart(*, heart_rate: str, hr_limit: int | None, hr_guard: bool, **rest: Any) -> Any:
        from treadctl.composition.options import HeartWish

        return command(heart=HeartWish(heart_rate, hr_limit, hr_guard), **rest)

    for option in reversed(_HEART_OPTIONS):
        with_heart = option(with_heart)
    return with_heart
