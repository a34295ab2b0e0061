"""Every bug that is written down can be planted, and is caught."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.targets import ROOT
from tests.seeded.bugs import BadBug, Bug, read
from tests.seeded.catches import known_catches
from treadctl.requirements import REQUIREMENTS

BUGS = read()


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_still_fits_the_program(name: str) -> None:
    source = BUGS[name].source(ROOT)
    compile(source, BUGS[name].file, "exec")
    assert source != (ROOT / BUGS[name].file).read_text()


def test_there_are_enough_bugs_and_each_breaks_a_requirement_that_exists() -> None:
    numbers = {requirement.id for requirement in REQUIREMENTS.values()}
    assert len(BUGS) >= 50
    assert {bug.requirement for bug in BUGS.values()} <= numbers


def test_each_bug_names_its_report_and_why_somebody_would_write_it() -> None:
    assert [bug.name for bug in BUGS.values() if not bug.report or len(bug.why) < 10] == []


def test_the_list_of_catches_is_that_of_the_bugs() -> None:
    assert known_catches().keys() == BUGS.keys(), "run `make seeded`"


@pytest.mark.parametrize("text", ["a = 1\n", "a = 1\nb = 2\nb = 2\n"], ids=["gone", "twice"])
def test_a_bug_whose_text_is_not_there_once_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "speed.py").write_text(text)
    bug = Bug("doubled", "a report", "a reason", "SR-10", "speed.py", (("b = 2", "b = 4"),))
    with pytest.raises(BadBug, match="doubled"):
        bug.source(tmp_path)


@pytest.mark.timeout(300)
def test_every_bug_is_caught_by_the_test_that_is_known_for_it() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.seeded", "--known"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    missed = [line for line in told.stdout.splitlines() if "::" not in line]
    assert told.returncode == 0, f"{missed}\n{told.stderr[-1000:]}"
    assert missed == [f"{len(BUGS)} of {len(BUGS)} bugs caught."]
