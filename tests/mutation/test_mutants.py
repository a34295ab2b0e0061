"""Which changes are made, and which are not."""

import ast
import textwrap
from functools import cache

import pytest

from tests.mutation import equivalents, targets
from tests.mutation.campaign import find_enums, find_mutants
from tests.mutation.mutants import Mutant, enums_of, mutants_of
from tests.mutation.planting import path_of

ENUMS = enums_of("class Way(Enum):\n    FORWARD = 1\n    REVERSE = 2\n    NONE = 3\n")


def changes(source: str) -> set[tuple[str, str]]:
    return {(m.before, m.after) for m in mutants_of("m", textwrap.dedent(source), ENUMS)}


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("x = a < b", "a < b", "a <= b"),
        ("x = a >= b", "a >= b", "a > b"),
        ("x = a < b <= c", "a < b <= c", "a < b < c"),
        ("x = a == b", "a == b", "a != b"),
        ("x = a is None", "a is None", "a is not None"),
        ("x = a in b", "a in b", "a not in b"),
        ("x = a and b", "a and b", "a or b"),
        ("x = a and b", "a and b", "b"),
        ("x = not a", "not a", "a"),
        ("x = a + b", "a + b", "a - b"),
        ("x = a // b", "a // b", "a * b"),
        ("x = 450", "450", "451"),
        ("x = 450", "450", "449"),
        ("x = True", "True", "False"),
        ("x = b'\\xa0'", "b'\\xa0'", "b'\\xa1'"),
        ("x = Way.FORWARD", "Way.FORWARD", "Way.REVERSE"),
        ("x = Way.NONE", "Way.NONE", "Way.FORWARD"),
        ("def f():\n    return a", "return a", "return None"),
        ("def f():\n    s.stop()", "s.stop()", "pass"),
        ("def f():\n    s.speed = 0", "s.speed = 0", "pass"),
        ("def f():\n    if a:\n        b()", "a", "True"),
        ("def f():\n    if a:\n        b()", "a", "False"),
        ("x = a if b else c", "b", "True"),
    ],
)
def test_this_change_is_made(source: str, before: str, after: str) -> None:
    assert (before, after) in changes(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""Only 3 words."""',
        "x: 'list[int | None]'",
        "Message = Speed | Stop",
        "__slots__ = (1,)",
        "@dataclass(frozen=True)\nclass A:\n    ...",
        "class A(Protocol):\n    x: int = 1",
        "assert x > 3",
        "x = f'{a + 1} km/h'",
        "x = 'a' + 'b'",
        "if TYPE_CHECKING:\n    x = 1",
        "def f() -> int | None:\n    ...",
        "def f():\n    x = a",
    ],
)
def test_nothing_is_changed_that_nobody_could_tell(source: str) -> None:
    assert changes(source) == set()


def test_a_mutant_keeps_its_name_when_lines_are_added_above() -> None:
    source = "def f(a):\n    return a < 3\n"
    moved = "import os\n\n\n" + source
    assert [m.id for m in mutants_of("m", source, {})] == [m.id for m in mutants_of("m", moved, {})]


def test_equal_changes_in_one_place_have_names_of_their_own() -> None:
    found = mutants_of("m", "def f(a):\n    return a < 3 or a < 3\n", {})
    assert len({m.id for m in found}) == len(found)


@cache
def all_mutants() -> list[Mutant]:
    enums = find_enums(targets.ROOT, targets.PROGRAM)
    return find_mutants(targets.ROOT, targets.modules(), enums)


def test_every_mutant_of_the_program_is_a_program_of_its_own() -> None:
    mutants = all_mutants()
    sources = {m.module: path_of(targets.ROOT, m.module).read_text() for m in mutants}
    assert len({mutant.id for mutant in mutants}) == len(mutants)
    for mutant in mutants[::97]:
        ast.parse(mutant.source(sources[mutant.module]))


@pytest.mark.parametrize("key", ["v_rev_max_ckmh", "fast_stop_ckmh_s", "strap_expiry_ms"])
def test_sr42_each_number_of_a_limit_is_changed_both_ways(key: str) -> None:
    places = ["RULES", f"Limits.{key}"]
    found = [m for m in all_mutants() if m.module == "treadctl.safety.limits"]
    assert {p for p in places if sum(m.place == p for m in found) >= 2} == set(places)


def test_no_proof_of_equivalence_is_left_over() -> None:
    assert equivalents.stale(equivalents.read(), all_mutants()) == []


def test_every_exclusion_names_a_module_that_exists() -> None:
    assert targets.EXCLUDED.keys() <= set(targets.modules())
