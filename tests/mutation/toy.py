"""A campaign against a toy program, for the tests of the runner: ``python -m ... ROOT``.

A process of its own, because a campaign forks, and forks of a running test session would take
its threads' locks with them.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tests.mutation.campaign import Campaign, Journal, find_enums, find_mutants
from tests.mutation.collected import Collected
from tests.mutation.selection import Selection
from tests.mutation.standing import Standing

PROGRAM: Final = '''
"""A belt that never ran."""

import os
import signal

CAP = 10
SHARE = 1
PART = 12 // SHARE


def allowed(speed: int) -> bool:
    return 0 <= speed < CAP


def part(whole: int) -> int:
    return whole // PART


def counted_down(number: int) -> int:
    while number > 0:
        number -= 1
    return number


def dies_above_three(level: int) -> str:
    if level > 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def nobody_calls(number: int) -> int:
    return number + 1


SLOWEST = 3
'''
TESTS: Final = """
import pytest

from toy_belt.speed import SLOWEST, allowed, counted_down, dies_above_three, part


def test_the_cap_itself_is_refused():
    assert not allowed(10)
    assert allowed(9)
    assert allowed(1)


def test_a_part_is_a_twelfth():
    assert part(24) == 2


def test_it_counts_down():
    assert counted_down(3) == 0


def test_it_lives():
    assert dies_above_three(3) == "alive"


@pytest.mark.parametrize("speed", [SLOWEST])
def test_nobody_is_moved_slower(speed):
    assert speed == 3
"""


def lay_out(root: Path) -> None:
    """Write the toy program and its tests below *root*."""
    package = root / "toy_belt"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "speed.py").write_text(PROGRAM)
    (root / "toy_tests").mkdir()
    (root / "toy_tests" / "test_speed.py").write_text(TESTS)
    (root / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")


def main(root: Path) -> None:
    sys.path.insert(0, str(root))
    modules = ["toy_belt.speed"]
    collected = Collected(root, ["toy_tests"], modules)
    selection = Selection(root, modules, collected.record(), {})
    journal = Journal(root / "journal.jsonl", Standing(root, ["toy_belt"], ["toy_tests"]).key)
    campaign = Campaign(root, collected, selection, journal)
    mutants = find_mutants(root, modules, find_enums(root, ["toy_belt"]))
    for result in campaign.run(mutants, lambda done, result: None):
        sys.stdout.write(json.dumps(asdict(result)) + "\n")
    collected.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
