"""docs/simulator.md is compared with the program it describes."""

import re
from pathlib import Path

import click
import pytest

from simulator.cli_lockstep import lockstep
from simulator.cli_serve import serve
from simulator.faults import listing
from simulator.machines.ftms_quirks import listing as quirks_listing
from simulator.scenario import parse

MANUAL = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text()
EXAMPLES = re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL)


def test_the_manual_lists_the_faults_that_exist() -> None:
    block = "<!-- faults -->\n```text\n" + "\n".join(listing()) + "\n```\n<!-- /faults -->"
    assert block in MANUAL, "put the output of `treadmill-sim faults` there"


def test_the_manual_lists_the_quirks_that_exist() -> None:
    block = "<!-- quirks -->\n```text\n" + "\n".join(quirks_listing()) + "\n```\n<!-- /quirks -->"
    assert block in MANUAL, "put the output of `treadmill-sim quirks` there"


@pytest.mark.parametrize("command", [serve, lockstep], ids=lambda command: str(command.name))
def test_the_manual_names_every_option(command: click.Command) -> None:
    options = [
        name
        for parameter in command.params
        for name in (*parameter.opts, *parameter.secondary_opts)
    ]
    assert [name for name in options if name not in MANUAL] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_manuals_scenarios_are_accepted(example: str) -> None:
    assert parse(example.encode(), "docs/simulator.md").events


def test_the_manual_has_examples_to_accept() -> None:
    assert len(EXAMPLES) >= 3
