"""Who is asked about a value that is made at import: whoever uses what was made of it."""

from pathlib import Path

import pytest

from tests.mutation.coverage_map import CoverageMap
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.selection import Selection

WIDTHS = "SPEED = 2\n"
CODES = {
    "by its name": "from widths import SPEED\n\nSIZES = {7: SPEED}\n",
    "as a member of its module": "import widths\n\nSIZES = {7: widths.SPEED}\n",
}
READING = "\n\ndef size(code):\n    return SIZES[code]\n"
TEST = "test_codes.py::test_a_speed_has_two_bytes"


@pytest.mark.parametrize("way", CODES)
def test_a_test_of_what_was_made_of_a_value_is_asked(tmp_path: Path, way: str) -> None:
    (tmp_path / "widths.py").write_text(WIDTHS)
    (tmp_path / "codes.py").write_text(CODES[way] + READING)
    (tmp_path / "test_codes.py").write_text("")
    known = CoverageMap({"codes": {7: [TEST]}}, {TEST: 0.1}, {})
    selection = Selection(tmp_path, ["widths", "codes"], known, {})
    chosen = [selection.choose(mutant).tests for mutant in mutants()]
    assert chosen == [[TEST], [TEST]]


@pytest.mark.parametrize(("is_proved", "asked"), [(False, 3), (True, 2)])
def test_what_has_a_proof_is_asked_of_its_cheap_tests(
    tmp_path: Path, is_proved: bool, asked: int
) -> None:
    (tmp_path / "widths.py").write_text("def double(a):\n    return a * 2\n")
    (mutant, *_) = mutants_of("widths", (tmp_path / "widths.py").read_text(), {})
    (tmp_path / "test_widths.py").write_text("")
    seconds = {f"test_widths.py::{name}": s for name, s in (("a", 1.0), ("b", 2.0), ("c", 30.0))}
    known = CoverageMap({"widths": {2: [*seconds]}}, seconds, {})
    selection = Selection(
        tmp_path, ["widths"], known, {}, proved={mutant.id} if is_proved else set()
    )
    chosen = selection.choose(mutant)
    assert (len(chosen.tests), chosen.of) == (asked, 3)


def mutants() -> list[Mutant]:
    return mutants_of("widths", WIDTHS, {})
