"""`treadctl devices scan`: which treadmills and heart-rate straps are in reach."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import click

from treadctl import ble_url
from treadctl.cli_errors import reporting_errors
from treadctl.composition import devices as found
from treadctl.composition.devices import Device

HEADINGS: Final = ("ADDRESS", "SIGNAL", "TYPE", "NAME", "PROFILE?")


@click.group("devices")
def devices() -> None:
    """Find treadmills over Bluetooth."""


def _radio(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if value and (problem := ble_url.radio_problem(value)) is not None:
        raise click.BadParameter(f"{value!r} {problem}, such as air:unix:/tmp/air")
    return value


def _seconds(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if math.isnan(value):  # which no comparison of the range finds
        raise click.BadParameter("nan is not in the range.")
    return value


@devices.command("scan")
@click.option(
    "--radio",
    metavar="SPEC",
    default="",
    callback=_radio,
    help="A radio other than this computer's, such as air:unix:PATH (docs/configuration.md).",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 60),
    default=8.0,
    callback=_seconds,
    show_default=True,
    metavar="N",
    help="How long to listen.",
)
@click.option("--all", "everything", is_flag=True, help="Also what is no fitness machine.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@reporting_errors
def scan_command(*, radio: str, seconds: float, everything: bool, as_json: bool) -> None:
    """Listen for treadmills and heart-rate straps. Nothing connects, and nothing moves.

    A treadmill that some app is connected to is usually silent: end that app first. Write the
    address of yours into config.toml (docs/configuration.md); nothing is ever chosen for you.

    PROFILE? is a profile that machines of such names may have. A hint: write it down only if it is
    your machine.
    """
    click.echo(f"Listening for {seconds:g} s. Nothing connects, nothing moves.", err=True)
    heard = found.scan(radio, seconds)
    shown = heard if everything else [each for each in heard if each.type != found.UNKNOWN]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in shown], indent=1))
    elif shown:
        _print_table(shown)
    click.echo(_advice(shown, len(heard) - len(shown)), err=True)


def _print_table(shown: Sequence[Device]) -> None:
    rows = [HEADINGS, *map(_row, shown)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _row(device: Device) -> tuple[str, ...]:
    kind = device.type if device.available is not False else f"{device.type}, in use"
    return (
        device.address,
        f"{device.signal_dbm} dBm",
        kind,
        device.name or "-",
        device.profile_hint or "",
    )


def _advice(shown: Sequence[Device], left_out: int) -> str:
    others = f" {left_out} other devices were heard; --all shows them." if left_out else ""
    if any(each.may_be_treadmill for each in shown):
        return f'Write protocol = "ftms" and the address into config.toml.{others}'
    return (
        "No treadmill was heard. Switch it on, end every app that is connected to it, and move "
        f"closer.{others}"
    )
