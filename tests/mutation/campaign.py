"""Goes through mutants, writes down what became of each, and can be interrupted."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.mutation.collected import Collected
from tests.mutation.mutants import Enums, Mutant, enums_of, mutants_of
from tests.mutation.planting import changes_functions_only, path_of
from tests.mutation.selection import Selection
from tests.mutation.trials import Order, Outcome, Verdict, fresh

FEW_FILES: Final = 2
"""Collecting all tests anew takes longer than running those that are likely to notice."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one mutant."""

    id: str
    key: str
    """What it rests on, see `standing`."""
    verdict: Verdict
    by: str
    ran: int
    of: int
    """How many tests execute what was changed."""
    why: str
    where: str


def read(path: Path) -> Iterator[Result]:
    """Results as they were written, oldest first; none where there is no file."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from_json(json.loads(line))


def from_json(told: Mapping[str, Any]) -> Result:
    return Result(**{**told, "verdict": Verdict(told["verdict"])})


def write(path: Path, results: Iterable[Result]) -> None:
    """Add them to what stands there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as out:
        out.writelines(json.dumps(asdict(result)) + "\n" for result in results)


class Journal:
    """Results as JSON lines. Some still stand; the others are hints."""

    def __init__(self, path: Path | None, key: Callable[[Verdict, str], str]) -> None:
        self._path: Final = path
        self._key: Final = key
        self._known: dict[str, Result] = {}
        if path is not None:
            self._known = {result.id: result for result in read(path)}

    def settled(self, mutant: Mutant) -> Result | None:
        known = self._known.get(mutant.id)
        if known is None or known.key != self._key(known.verdict, known.by):
            return None
        return known

    def went_unnoticed(self, mutant: Mutant) -> bool:
        known = self._known.get(mutant.id)
        return known is None or known.verdict in (Verdict.SURVIVED, Verdict.NOT_RUN)

    @property
    def hints(self) -> dict[str, str]:
        return {result.id: result.by for result in self._known.values() if result.by}

    def note(self, mutant: Mutant, outcome: Outcome, of: int, where: str) -> Result:
        key = self._key(outcome.verdict, outcome.by)
        result = Result(
            mutant.id, key, outcome.verdict, outcome.by, outcome.ran, of, outcome.why, where
        )
        self._known[mutant.id] = result
        if self._path is not None:
            write(self._path, (result,))
        return result


class Campaign:
    """One program, one collected set of tests, any number of mutants."""

    def __init__(
        self,
        root: Path,
        collected: Collected,
        selection: Selection,
        journal: Journal,
        *,
        confirm: bool = True,
    ) -> None:
        self._root = root
        self._confirm = confirm
        self._collected = collected
        self._selection = selection
        self._journal = journal
        self._sources: dict[str, str] = {}

    def run(
        self, mutants: Sequence[Mutant], progress: Callable[[int, Result], None]
    ) -> list[Result]:
        results = []
        for index, mutant in enumerate(mutants):
            result = self._journal.settled(mutant) or self._try(mutant)
            if result.verdict is Verdict.KILLED:
                self._selection.learn(mutant, result.by)
            progress(index + 1, result)
            results.append(result)
        return results

    def _try(self, mutant: Mutant) -> Result:
        path = path_of(self._root, mutant.module)
        original = self._sources.setdefault(mutant.module, path.read_text())
        where = f"{path.relative_to(self._root)}:{mutant.line}"
        chosen = self._selection.choose(mutant)
        if not chosen.tests:
            outcome = Outcome(Verdict.SURVIVED, why="no test executes it")
        else:
            changed = mutant.source(original)
            order = Order({mutant.module: changed}, chosen.tests, self._selection.seconds)
            outcome = self.attempt(order, in_place=changes_functions_only(original, changed))
        return self._journal.note(mutant, outcome, chosen.of, where)

    def attempt(self, order: Order, *, in_place: bool) -> Outcome:
        if in_place:
            outcome = self._collected.run(order)
            unsure = (Verdict.SURVIVED, Verdict.NOT_RUN)
            if outcome.verdict not in unsure or (
                outcome.verdict is Verdict.SURVIVED and not self._confirm
            ):
                return outcome
        else:
            first = order.of_first_files(FEW_FILES)
            if len(first.tests) < len(order.tests):
                outcome = fresh(self._root, first)
                if outcome.verdict in (Verdict.KILLED, Verdict.TIMED_OUT):
                    return outcome
        # Also where every test passed: what was computed while the tests were collected came
        # from the unchanged program. Only a process that never saw that one may say "survived".
        return fresh(self._root, order)


def find_mutants(root: Path, modules: Iterable[str], enums: Enums) -> list[Mutant]:
    """All mutants of these modules."""
    return [
        mutant
        for module in modules
        for mutant in mutants_of(module, path_of(root, module).read_text(), enums)
    ]


def find_enums(root: Path, trees: Iterable[str]) -> Enums:
    """All enums of the program, for members to be swapped."""
    found: dict[str, tuple[str, ...]] = {}
    for tree in trees:
        for path in sorted((root / tree).rglob("*.py")):
            found.update(enums_of(path.read_text()))
    return found


def figures(results: Iterable[Result], equivalent: Mapping[str, str]) -> dict[str, int]:
    """Count the outcomes apart."""
    counts: Counter[str] = Counter()
    for result in results:
        survived = result.verdict is Verdict.SURVIVED
        counts["equivalent" if survived and result.id in equivalent else result.verdict] += 1
    names = [*Verdict, "equivalent"]
    return {"mutants": counts.total()} | {str(name): counts[name] for name in names}
