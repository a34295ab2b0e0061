"""Which test executes which line, and how long it takes: recorded once, then kept."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """What one run of all tests on the unchanged program has taught."""

    lines: dict[str, dict[int, list[str]]]
    """By module and line: the tests that executed it."""
    seconds: dict[str, float]
    failed: dict[str, str]
    """Tests that fail on the unchanged program: they can notice nothing."""

    def covering(self, module: str, first: int, last: int) -> set[str]:
        lines = self.lines.get(module, {})
        found = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        return found - self.failed.keys()

    def to_json(self) -> dict[str, Any]:
        # Names of tests are long and stand on thousands of lines: they are told once.
        tests = sorted(self.seconds)
        number = {test: index for index, test in enumerate(tests)}
        return {
            "tests": tests,
            "lines": {
                module: {
                    str(line): [number[t] for t in found if t in number]
                    for line, found in lines.items()
                }
                for module, lines in self.lines.items()
            },
            "seconds": [self.seconds[test] for test in tests],
            "failed": self.failed,
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "CoverageMap":
        tests: list[str] = told["tests"]
        return cls(
            {
                module: {int(line): [tests[n] for n in found] for line, found in lines.items()}
                for module, lines in told["lines"].items()
            },
            dict(zip(tests, told["seconds"], strict=True)),
            told["failed"],
        )

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(json.dumps(self.to_json()).encode()))

    @classmethod
    def load(cls, path: Path) -> "CoverageMap":
        return cls.from_json(json.loads(gzip.decompress(path.read_bytes())))
