"""Plants one bug after the other, and finds a test that catches it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutation.collected import Collected
from tests.mutation.planting import changes_functions_only
from tests.mutation.targets import NEAR, ROOT
from tests.mutation.trials import Order, Outcome, Verdict, fresh
from tests.seeded.bugs import Bug
from tests.seeded.catches import known_catches

TESTS: Final = (
    *("tests/safety", "tests/gate", "tests/protocols", "tests/contracts", "tests/core"),
    "tests/test_config.py",
)


@dataclass(frozen=True, slots=True)
class Catch:
    """What became of one bug."""

    bug: Bug
    outcome: Outcome

    @property
    def is_caught(self) -> bool:
        """By a test. One that hangs or crashes is noticed, but nobody says what is wrong."""
        return self.outcome.verdict is Verdict.KILLED


def files_of(tests: Iterable[str]) -> list[str]:
    """The files that hold *tests*."""
    return sorted({test.partition("::")[0] for test in tests})


class Hunt:
    """One collected set of tests, any number of bugs."""

    def __init__(self, collected: Collected, root: Path = ROOT) -> None:
        self._collected = collected
        self._root = root

    def catch(self, bug: Bug, known: str | None, *, search: bool) -> Catch:
        """Try *bug*: the test that is known for it; in a search, then those that are near the code
        or carry the number of the requirement."""
        source = bug.source(self._root)
        in_place = changes_functions_only((self._root / bug.file).read_text(), source)
        outcome = Outcome(Verdict.NOT_RUN, why="no test is known for it; run `make seeded`")
        for tests, afresh in self._rounds(bug, known, search):
            order = Order({bug.module: source}, tests)
            if in_place and not afresh:
                outcome = self._collected.run(order)
            if afresh or not in_place or outcome.verdict is Verdict.NOT_RUN:
                outcome = fresh(self._root, order)
            if outcome.verdict is not Verdict.SURVIVED:
                break
        return Catch(bug, outcome)

    def _rounds(
        self, bug: Bug, known: str | None, search: bool
    ) -> Iterator[tuple[Sequence[str], bool]]:
        """Tests to ask, and whether in a process that has never seen the unchanged program.

        Some tests hold what was computed while they were collected.
        """
        tests = self._collected.tests
        if known in tests:
            yield [known], False
            yield [known], True
        if not search:
            return
        number = f"test_sr{bug.requirement.removeprefix('SR-')}_"
        near = near_tests(bug.module)
        close = [test for test in tests if test.startswith(near)]
        named = [test for test in close if number in test]
        if named:
            yield named, False
            yield named, True
        yield close, False
        if further := [test for test in tests if number in test and test not in named]:
            yield further, False
            yield further, True


def near_tests(module: str) -> tuple[str, ...]:
    """Where the tests of *module* are."""
    near = NEAR | {"treadctl.core": ("tests/core",)}
    return next(places for package, places in near.items() if module.startswith(package))


def hunt(
    bugs: Mapping[str, Bug], *, search: bool, progress: Callable[[Catch], None]
) -> list[Catch]:
    """Try all of *bugs*. Without a search only the tests that are known are collected."""
    known = {name: test for name, test in known_catches().items() if name in bugs}
    tests = TESTS if search else files_of(known.values())
    collected = Collected(ROOT, tests, sorted({bug.module for bug in bugs.values()}))
    hunting = Hunt(collected)
    catches = []
    for name, bug in bugs.items():
        catch = hunting.catch(bug, known.get(name), search=search)
        progress(catch)
        catches.append(catch)
    collected.close()
    return catches
