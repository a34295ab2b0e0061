"""A mutant is excused by a proof, and only while it exists."""

from pathlib import Path

import pytest

from tests.mutation.equivalents import BadList, read, stale
from tests.mutation.mutants import mutants_of

ENTRY = """
[[equivalent]]
module = "m"
place = "f"
operator = "comparison"
before = "a < 3"
after = "a <= 3"
proof = "{proof}"
"""
PROOF = "a is never 3, because its only caller hands in what is left of a division by 2."


def test_a_proof_is_found_by_the_mutants_name(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text(ENTRY.format(proof=PROOF))
    mutants = mutants_of("m", "def f(a):\n    return a < 3\n", {})
    assert set(read(path)) <= {mutant.id for mutant in mutants}
    assert stale(read(path), mutants) == []


def test_a_proof_of_code_that_has_changed_is_stale(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text(ENTRY.format(proof=PROOF))
    mutants = mutants_of("m", "def f(a):\n    return a < 4\n", {})
    assert stale(read(path), mutants) == ["m|f|comparison|a < 3|a <= 3|0"]


@pytest.mark.parametrize(
    "text",
    [
        ENTRY.format(proof="equivalent"),
        ENTRY.format(proof=PROOF) + 'reason = "x"',
        ENTRY.format(proof=PROOF) * 2,
    ],
    ids=["no proof", "an unknown key", "twice"],
)
def test_a_bad_list_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.toml"
    path.write_text(text)
    with pytest.raises(BadList):
        read(path)
