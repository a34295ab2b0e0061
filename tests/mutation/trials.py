"""One changed program, one process, one verdict.

Every trial is a fork that ends with its process: it cannot spoil the next one, and what it dies
of is seen. The child tells each test that it begins, so that one that hangs is known by name.
"""

import contextlib
import json
import math
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import pytest

from tests.mutation.planting import CannotPlant, Sources, plant_at_import

MEMORY_BYTES: Final = 4 << 30
SLOWEST_TEST_S: Final = 5.0
"""A test may take this long whatever it took before, and a multiple of that. Of the processor's
time: a machine that is busy with something else makes no test fail."""
PATIENCE: Final = 10
UNKNOWN_TEST_S: Final = 5.0
"""What a test is presumed to take that has never been timed."""
COLLECTION_S: Final = 120.0
STILL_S: Final = 300.0
"""Of real time: one that waits for ever uses no processor."""

OPTIONS: Final = (
    *("-q", "-s", "--disable-warnings", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-p", "no:cov", "-p", "no:randomly", "--assert=plain", "--timeout=0"),
)


class Verdict(StrEnum):
    """What became of a changed program."""

    KILLED = "killed"
    """A test failed."""
    TIMED_OUT = "timed_out"
    """A test did not end, and was ended."""
    CRASHED = "crashed"
    """The process died or could not even import it: noticed, but by no test."""
    SURVIVED = "survived"
    NOT_RUN = "not_run"
    """No verdict, for a reason that stands beside it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One verdict, and what it rests on."""

    verdict: Verdict
    by: str = ""
    """The test that failed or hung."""
    ran: int = 0
    """How many tests were run."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What to try: the changed sources against these tests, in this order."""

    sources: Sources
    tests: Sequence[str]
    seconds: Mapping[str, float] = field(default_factory=dict)
    """How long each test took on the unchanged program."""

    def of_first_files(self, count: int) -> "Order":
        """The same of those tests only that are in the files of the first ones."""
        files = list(dict.fromkeys(test.partition("::")[0] for test in self.tests))[:count]
        return replace(self, tests=[t for t in self.tests if t.partition("::")[0] in files])


class Watch:
    """A pytest plugin that tells a pipe what happens, and stops at the first failure."""

    def __init__(self, pipe: int, seconds: Mapping[str, float]) -> None:
        self._pipe = pipe
        self._seconds = seconds
        self.ran = 0

    def tell(self, **what: object) -> None:
        os.write(self._pipe, json.dumps(what).encode() + b"\n")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.ran += 1
        self.tell(began=nodeid)
        allowed_s = max(SLOWEST_TEST_S, PATIENCE * self._seconds.get(nodeid, UNKNOWN_TEST_S))
        used_s = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used_s + allowed_s), _NO_LIMIT))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.tell(verdict=Verdict.KILLED, by=report.nodeid, ran=self.ran)
            leave()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.tell(verdict=Verdict.CRASHED, why=_last_line(report.longreprtext))
            leave()

    def pytest_internalerror(self, excrepr: object) -> None:
        self.tell(verdict=Verdict.CRASHED, why=_last_line(str(excrepr)))
        leave()


_NO_LIMIT: Final = resource.RLIM_INFINITY


def leave() -> None:
    """End this process at once: what the trial began is nobody's business any more."""
    os._exit(0)


def in_a_fork(work: Callable[[Watch], None], seconds: Mapping[str, float]) -> Outcome:
    """Let a child do *work* and tell its `Watch` a verdict; watch over it meanwhile."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(work, Watch(writing, seconds))
    os.close(writing)
    try:
        return _follow(reading, child)
    finally:
        os.close(reading)


def _child(work: Callable[[Watch], None], watch: Watch) -> None:
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        work(watch)
        watch.tell(verdict=Verdict.SURVIVED, ran=watch.ran)
    except CannotPlant as reason:
        watch.tell(verdict=Verdict.NOT_RUN, why=f"cannot be planted: {reason}")
    except BaseException as error:  # noqa: BLE001 - whatever it is, it ends in this process
        watch.tell(verdict=Verdict.CRASHED, why=f"{type(error).__name__}: {error}")
    finally:
        leave()


def _follow(reading: int, child: int) -> Outcome:
    began, ran, rest = "", 0, b""
    until = time.monotonic() + COLLECTION_S
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            _end(child)
            return Outcome(Verdict.TIMED_OUT, began, ran)
        got = os.read(reading, 1 << 16)
        if not got:
            died_of = _end(child)
            verdict = Verdict.TIMED_OUT if died_of == _OUT_OF_TIME else Verdict.CRASHED
            return Outcome(verdict, began, ran, died_of)
        *lines, rest = (rest + got).split(b"\n")
        for line in lines:
            told = json.loads(line)
            if "verdict" in told:
                _end(child)
                verdict = Verdict(told.pop("verdict"))
                return Outcome(verdict, told.get("by", ""), told.get("ran", 0), told.get("why", ""))
            began, ran = told["began"], ran + 1
            until = time.monotonic() + STILL_S


_OUT_OF_TIME: Final = "died of SIGXCPU"


def _end(child: int) -> str:
    """End the child and all that it started; say what it died of."""
    _, status = os.waitpid(child, os.WNOHANG)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if status == 0:
        with contextlib.suppress(ChildProcessError):
            _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return f"died of {signal.Signals(os.WTERMSIG(status)).name}"
    return f"left with {os.waitstatus_to_exitcode(status)}"


class Choice:
    """A pytest plugin that keeps the chosen tests, in the chosen order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._place = {test: index for index, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        missing = self._place.keys() - {item.nodeid for item in items}
        # A parameter that shows in a test's name may be what was changed: then all of that
        # function are asked, last.
        renamed = {_function(test) for test in missing}
        kept = [item for item in items if item.nodeid in self._place]
        new = [
            item
            for item in items
            if item.nodeid not in self._place and _function(item.nodeid) in renamed
        ]
        items[:] = sorted(kept, key=lambda item: self._place[item.nodeid]) + new


def _function(test: str) -> str:
    return test.partition("[")[0]


def fresh(root: Path, order: Order) -> Outcome:
    """Run the tests in a process that has not imported the program yet."""

    def work(watch: Watch) -> None:
        os.chdir(root)
        plant_at_import(root, order.sources)
        settle_hypothesis()
        files = dict.fromkeys(test.partition("::")[0] for test in order.tests)
        code = pytest.main([*OPTIONS, *files], plugins=[watch, Choice(order.tests)])
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            watch.tell(verdict=Verdict.CRASHED, why=f"pytest: {code!r}")

    return in_a_fork(work, order.seconds)


def settle_hypothesis() -> None:
    """The same examples every time, no search for the smallest one, and no clock."""
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        "mutation",
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutation")


def import_libraries() -> None:
    """What every trial needs and no mutant changes, so that forks need not import it again."""
    import hypothesis.stateful
    import hypothesis.strategies  # noqa: F401
    import pydantic  # noqa: F401
    import ruamel.yaml  # noqa: F401
    import serial  # noqa: F401
    import statemachine  # noqa: F401


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def outcome_from(told: Mapping[str, Any]) -> Outcome:
    """Read what `Outcome` was written as."""
    return Outcome(Verdict(told["verdict"]), told["by"], told["ran"], told["why"])


if sys.platform == "win32":  # pragma: no cover
    raise ImportError("forks are needed")
