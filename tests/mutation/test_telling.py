"""What went unnoticed is told, whatever the changed source looks like."""

from tests.mutation.__main__ import told
from tests.mutation.campaign import Result
from tests.mutation.mutants import mutants_of
from tests.mutation.trials import Verdict


def test_a_change_with_a_bar_in_it_is_told() -> None:
    mutants = mutants_of("belt", "def word(a, b):\n    return b, a | b\n", {})
    (mutant,) = (each for each in mutants if each.operator == "arithmetic")
    result = Result(mutant.id, "key", Verdict.SURVIVED, "", 2, 3, "", "belt.py:2")
    line = told(mutant, result)
    assert line == "belt.py:2: survived: word: arithmetic: a | b -> a & b [2 of 3 tests]"
