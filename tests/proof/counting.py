"""A plugin that counts what the suite claims: ``make test`` switches it on (`-p`).

What is counted is counted whole wherever the folder it lies in is run whole.
"""

from collections import Counter

import pytest

from tests.proof import results

TROUBLED = "troubled"
"""The name under which a scenario test says whether something went wrong in it."""
SCENARIOS = "tests/scenarios/"
CONTRACTS = "tests/contracts/"
DRIVERS = "tests/contracts/test_drivers.py"


class Count:
    """What became of the tests of one run, in the process that hears of all of them."""

    def __init__(self) -> None:
        self.failed: Counter[str] = Counter()
        """By folder."""
        self.scenarios = 0
        self.troubled = 0
        self.claims: set[str] = set()
        self.wires: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for folder in (SCENARIOS, CONTRACTS):
            self.failed[folder] += report.failed and report.nodeid.startswith(folder)
        if report.when == "teardown":
            self._judged(report)  # a scenario's rigs are judged when it is over
        elif report.when == "call" and report.nodeid.startswith(DRIVERS):
            claim, _, wire = report.nodeid.partition("[")
            self.claims.add(claim)
            self.wires.add(wire.rpartition("-")[2])

    def _judged(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == TROUBLED:
                self.scenarios += 1
                self.troubled += bool(value)

    def pytest_sessionfinish(self) -> None:
        if self.scenarios:
            found = {
                "scenarios": self.scenarios,
                "troubled": self.troubled,
                "failed": self.failed[SCENARIOS],
            }
            results.write("scenarios", "make test", found)
        if self.claims:
            found = {
                "claims": len(self.claims),
                "wires": len(self.wires),
                "failed": self.failed[CONTRACTS],
            }
            results.write("claims", "make test", found)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Count())
