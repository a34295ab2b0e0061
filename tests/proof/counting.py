"""A plugin that counts what the suite claims: ``make test`` switches it on (`-p`)."""

from collections import Counter
from typing import Any

import pytest

from tests.proof import results

TROUBLED = "troubled"
"""The name under which a scenario test says whether something went wrong in it."""


class Count:
    """What became of the tests of one run, in the process that hears of all of them."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.scenarios = 0
        self.troubled = 0
        self.claims: set[str] = set()
        self.wires: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            self._judged(report)  # a scenario's rigs are judged when it is over
        if report.when != "call" and report.outcome == "passed":
            return  # set up and torn down
        self.outcomes[report.outcome] += 1
        if report.nodeid.startswith("tests/contracts/test_drivers.py"):
            claim, _, wire = report.nodeid.partition("[")
            self.claims.add(claim)
            self.wires.add(wire.rpartition("-")[2])

    def _judged(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == TROUBLED:
                self.scenarios += 1
                self.troubled += bool(value)

    def figures(self) -> dict[str, Any]:
        return {
            "passed": self.outcomes["passed"],
            "failed": self.outcomes["failed"],
            "skipped": self.outcomes["skipped"],
            "scenarios": self.scenarios,
            "scenarios_troubled": self.troubled,
            "claims": len(self.claims),
            "drivers": len(self.wires),
        }

    def pytest_sessionfinish(self) -> None:
        results.write("suite", "make test", self.figures())


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Count())
