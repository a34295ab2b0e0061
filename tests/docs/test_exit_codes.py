"""Every code that a command can end with is in each table that people look it up in."""

import re
from pathlib import Path
from typing import Final

import pytest

from treadctl.cli import OUTPUT_LOST
from treadctl.cli_replay import DIFFERS
from treadctl.cli_run import EXIT_CODES
from treadctl.cli_sessions import DAMAGED
from treadctl.core.exit_codes import ExitCode

ROOT: Final = Path(__file__).parents[2]
CODES: Final = {OUTPUT_LOST, DAMAGED, DIFFERS, *map(int, ExitCode)}


@pytest.mark.parametrize("page", ["README.md", "docs/exit-codes.md"])
def test_a_page_has_a_row_for_each_code(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    table = text.partition("| code | meaning |")[2].partition("\n\n")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == CODES


def test_the_help_of_a_run_names_each_code() -> None:
    table = EXIT_CODES.partition("each):\n")[2].partition("\n\n")[0]
    assert {int(code) for code in re.findall(r"(?<!\S)(\d+) [a-z-]", table)} == CODES
