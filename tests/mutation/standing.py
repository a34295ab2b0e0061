"""For how long a verdict stands, so that hours of them need not be had again for one new test.

A mutant that was noticed stays noticed while what is mutated is the same, and the test that
noticed it is, with all that its file imports. Whether one goes unnoticed depends on every test:
a single changed one asks again.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.mutation.trials import Verdict
from tests.proof.imports import Imports, below, digest

NOTICED: Final = (Verdict.KILLED, Verdict.TIMED_OUT)


class Standing:
    """What is mutated and the tests that are asked about it, as they are on the disk now."""

    def __init__(self, root: Path, targets: Iterable[str], tests: Iterable[str]) -> None:
        self._root: Final = root
        self._imports: Final = Imports(root)
        self._targets: Final = below(root, targets)
        self._asked: Final = below(root, tests)
        self._keys: dict[str, str] = {}

    def key(self, verdict: Verdict, by: str) -> str:
        """Short text that changes when this verdict, of the test *by*, is not to be believed."""
        file = by.partition("::")[0] if verdict in NOTICED else ""
        if file not in self._keys:
            tests = {self._root / file} if file else self._asked
            rests_on = self._imports.closure(self._targets | tests)
            self._keys[file] = digest(self._root, rests_on)
        return self._keys[file]
